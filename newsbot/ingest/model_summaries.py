"""Has a language model summarise long articles, beside everything else: storing and alerting never wait for it.

An article is stored with the summary of our own. Here the newest of those that were not asked for are taken, one after
another; what the model answers is checked against the article, and replaces our summary or is refused. Either is
written down with the summary, so that each text is asked for once. While the model can't be reached it is asked less
and less often; what is older than GIVEN_UP_AFTER by then keeps the summary it has.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.domain.article import MODEL, MODEL_REFUSED, Article
from newsbot.errors import StoreError
from newsbot.ingest.backoff import backoff
from newsbot.ingest.fetching import BadStatus, FetchError, shown
from newsbot.ingest.language_model import LanguageModel, UnusableAnswer
from newsbot.ingest.summary_check import objection

__all__ = ["ModelSummaries", "Round"]

LONGER_THAN = 600  #: code points of a body; what is shorter our summary tells nearly whole
GIVEN_UP_AFTER = timedelta(hours=6)
AT_ONCE = 20  #: articles looked up together
LOOKS_EVERY = timedelta(seconds=10)
FIRST_RETRY = timedelta(seconds=30)
_OF_THIS_ARTICLE = frozenset({400, 413, 422})  #: statuses that mean the request, not the server

log = structlog.get_logger()


class Round(StrEnum):
    """How an article fared."""

    WRITTEN = "written"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"  #: its text changed meanwhile, and it is asked for again


class ModelSummaries:
    def __init__(
        self,
        store: ArticleStore,
        model: LanguageModel,
        *,
        clock: Callable[[], datetime],
        looks_every: timedelta = LOOKS_EVERY,
        first_retry: timedelta = FIRST_RETRY,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._model = model
        self._clock = clock
        self._looks_every = looks_every
        self._first_retry = first_retry
        self._jitter = jitter

    async def run(self) -> None:
        """Never returns; cancel it."""
        failures, told = 0, ""
        while True:
            wait = self._looks_every
            try:
                await self.round()
                if told:
                    log.info("summaries are made again", failures=failures)
                failures, told = 0, ""
            except (FetchError, StoreError) as error:
                failures += 1
                wait = max(backoff(failures, self._first_retry, jitter=self._jitter()), self._looks_every)
                if isinstance(error, FetchError) and error.retry_after:
                    wait = max(wait, error.retry_after)
                if str(error) != told:
                    told = str(error)
                    log.warning("no summary from the language model", reason=told)
            await asyncio.sleep(wait.total_seconds())

    async def round(self) -> list[Round]:
        """Ask for all that wait now. Raises FetchError when the model can't be reached, StoreError."""
        done: list[Round] = []
        since = self._clock() - GIVEN_UP_AFTER
        while waiting := await self._store.awaiting_summary(since=since, longer_than=LONGER_THAN, limit=AT_ONCE):
            for article in waiting:
                done.append(await self._ask(article))
        return done

    async def _ask(self, article: Article) -> Round:
        try:
            summary = await self._model.summary(article.headline, article.body)
        except UnusableAnswer as error:
            return await self._refuse(article, str(error))
        except BadStatus as error:
            if error.status not in _OF_THIS_ARTICLE:
                raise
            return await self._refuse(article, str(error))
        if reason := objection(summary, article.headline, article.body):
            return await self._refuse(article, reason)
        settled = await self._store.settle_summary(article, summary, MODEL)
        return Round.WRITTEN if settled else Round.OVERTAKEN

    async def _refuse(self, article: Article, reason: str) -> Round:
        log.info("summary of the language model refused", url=shown(article.url), reason=reason)
        settled = await self._store.settle_summary(article, article.summary, MODEL_REFUSED)
        return Round.REFUSED if settled else Round.OVERTAKEN
