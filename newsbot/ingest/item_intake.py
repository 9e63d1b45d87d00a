"""Takes the items of one source into the store, one after another, none stopping the next.

Here decisions of `article_decider` are carried out. An item that fails is complained of once, remembered, and tried
again later, less and less often; a site that leaves several pages unanswered in a row is left alone until the
source's next read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

import structlog

from newsbot.articles.store import ArticleStore, Change
from newsbot.domain.article import Article
from newsbot.domain.source import Source
from newsbot.domain.topic import Topics
from newsbot.errors import IngestError, StoreError, StoreUnavailable
from newsbot.ingest.article_decider import Context, Leave, Put, Refuse, Step, Wait, decide, first_step
from newsbot.ingest.article_finder import addresses_to_look_up, find_article
from newsbot.ingest.backoff import backoff
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url
from newsbot.ingest.fetching import FetchError, HostBusy, shown
from newsbot.ingest.item_memory import ItemMemory, ItemOutcome
from newsbot.ingest.source_reader import SourceReader
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.topic_model import TopicModel
from newsbot.ingest.values import ExtractedPage, FeedItem

__all__ = ["Intake", "ItemIntake"]

PAGE_FAILURES_IN_A_ROW = 3  #: then the site is left alone until the source's next read
WAITS_FOR_PAGE = 5  #: tries, in some 15 minutes; after that an article is stored as its feed tells it
FIRST_RETRY = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Intake:
    """What became of the items of one read."""

    counts: Counter[ItemOutcome] = field(default_factory=Counter)
    unfinished: bool = False  #: some are to be tried again, so the source must bring them again


@dataclass(slots=True)
class _Visit:
    """One read of one source, while it lasts."""

    source: Source
    first_read: bool
    memory: ItemMemory
    intake: Intake = field(default_factory=Intake)
    page_failures: int = 0  #: in a row


@dataclass(frozen=True, slots=True)
class _PageAnswer:
    page: ExtractedPage | None = None
    error: Exception | None = None  #: why there is no page; None also if it was not asked for
    may_come: bool = False  #: another try may help


class ItemIntake:
    """`jitter` gives 0 to 1. `wake` is called when there is something new that readers may be alerted of. Raises
    StoreUnavailable when the store is away, nothing else.
    """

    def __init__(
        self,
        reader: SourceReader,
        store: ArticleStore,
        topics: Topics,
        *,
        topic_model: Callable[[], TopicModel | None],
        timezone: tzinfo,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._store = store
        self._classifier = TopicClassifier(topics, topic_model)
        self._timezone = timezone
        self._clock = clock
        self._jitter = jitter
        self._wake = wake
        self._memories: dict[str, ItemMemory] = {}

    async def take(self, source: Source, items: Iterable[FeedItem], *, first_read: bool) -> Intake:
        """Store, update or leave each item, in their order; `first_read` announces none of them."""
        visit = _Visit(source, first_read, self._memories.setdefault(source.id, ItemMemory()))
        usable = self._with_canonical_urls(items, visit)
        known = await self._store.known_urls(addresses_to_look_up(_addresses(usable)))
        for item in usable:
            outcome = await self._take_one(item, find_article(_addresses([item]), known), visit)
            visit.intake.counts[outcome] += 1
        return visit.intake

    def _with_canonical_urls(self, items: Iterable[FeedItem], visit: _Visit) -> list[FeedItem]:
        """Each address once, as its first item tells it."""
        usable: dict[str, FeedItem] = {}
        for item in items:
            try:
                url = canonical_url(item.url)
            except InvalidUrl as error:
                self._complain(visit, item, str(error))
                visit.intake.counts[ItemOutcome.REFUSED] += 1
            else:
                usable.setdefault(url, replace(item, url=url))
        return list(usable.values())

    async def _take_one(self, item: FeedItem, known: Article | None, visit: _Visit) -> ItemOutcome:
        try:
            return await self._handle(item, known, visit)
        except StoreUnavailable:
            raise
        except (IngestError, StoreError) as error:
            self._complain(visit, item, str(error))
        except Exception as error:
            # What nobody foresaw in this item must not cost the reader the other ninety-nine.
            self._complain(visit, item, f"unforeseen {type(error).__name__}: {error}", traceback=True)
        self._postpone(visit, item)
        return ItemOutcome.FAILED

    async def _handle(self, item: FeedItem, known: Article | None, visit: _Visit) -> ItemOutcome:
        memory, now = visit.memory, self._clock()
        done = memory.done(item, now)
        step = first_step(item, known, source=visit.source, handled=done is not None)
        if step is Step.LEAVE_WITHDRAWN:
            return ItemOutcome.WITHDRAWN
        if step is Step.LEAVE_UNCHANGED:
            outcome = ItemOutcome.REFUSED if done is ItemOutcome.REFUSED else ItemOutcome.UNCHANGED
            if done is None:
                memory.finish(item, outcome, now)
            return outcome
        if memory.rests(item, now):
            visit.intake.unfinished = True
            return ItemOutcome.WAITING
        answer = await self._page(item, visit) if step is Step.READ_PAGE else _PageAnswer()
        if known is None and answer.page is not None:
            known = await self._known_by_page(answer.page)
        return await self._obey(item, known, answer, visit)

    async def _obey(self, item: FeedItem, known: Article | None, answer: _PageAnswer, visit: _Visit) -> ItemOutcome:
        context = Context(
            source=visit.source,
            classifier=self._classifier,
            timezone=self._timezone,
            now=self._clock(),
            first_read=visit.first_read or visit.memory.silent(item),
        )
        may_wait = answer.may_come and visit.memory.tries(item) < WAITS_FOR_PAGE
        decision = decide(item, answer.page, known, context, page_may_come=may_wait)
        match decision:
            case Put(draft, announce):
                stored = await self._store.put(draft, now=context.now, announce=announce)
                outcome = _OUTCOME_OF[stored.change]
                if stored.change is Change.CREATED and announce:
                    self._wake()
            case Leave():
                outcome = ItemOutcome.WITHDRAWN
            case Wait():
                outcome = ItemOutcome.WAITING
            case Refuse(reason):
                self._complain(visit, item, reason)
                outcome = ItemOutcome.REFUSED
        if answer.may_come:
            self._postpone(visit, item, answer.error)
        else:
            forgive = answer.error is None and outcome is not ItemOutcome.REFUSED
            visit.memory.finish(item, outcome, context.now, forgive=forgive)
        return outcome

    async def _page(self, item: FeedItem, visit: _Visit) -> _PageAnswer:
        if visit.page_failures >= PAGE_FAILURES_IN_A_ROW:
            return _PageAnswer(error=HostBusy("the site left other pages unanswered"), may_come=True)
        try:
            page = await self._reader.page(item.url, visit.source)
        except IngestError as error:
            temporary = isinstance(error, FetchError) and error.temporary
            visit.page_failures += temporary
            visit.intake.counts[ItemOutcome.PAGE_FAILED] += 1
            self._complain(visit, item, f"its page could not be read: {error}")
            return _PageAnswer(error=error, may_come=temporary)
        visit.page_failures = 0
        return _PageAnswer(page)

    async def _known_by_page(self, page: ExtractedPage) -> Article | None:
        """The article that the page says it is, when the item's own address was not known."""
        urls = []
        for url in (page.canonical_url, page.url):
            try:
                urls.append(canonical_url(url))
            except InvalidUrl:
                continue
        return find_article(urls, await self._store.known_urls(addresses_to_look_up(urls)))

    def _postpone(self, visit: _Visit, item: FeedItem, error: Exception | None = None) -> None:
        wait = backoff(visit.memory.tries(item) + 1, FIRST_RETRY, jitter=self._jitter())
        if isinstance(error, FetchError) and error.retry_after:
            wait = max(wait, error.retry_after)
        visit.memory.postpone(item, self._clock() + wait, silent=visit.first_read)
        visit.intake.unfinished = True

    def _complain(self, visit: _Visit, item: FeedItem, reason: str, *, traceback: bool = False) -> None:
        """Say it once: not again for this item until it is over or something else is the matter."""
        if visit.memory.is_news(item, reason):
            log.warning(
                "item in trouble", source=visit.source.id, url=shown(item.url), reason=reason, exc_info=traceback
            )


_OUTCOME_OF = {
    Change.CREATED: ItemOutcome.NEW,
    Change.UPDATED: ItemOutcome.UPDATED,
    Change.UNCHANGED: ItemOutcome.UNCHANGED,
}


def _addresses(items: Iterable[FeedItem]) -> list[str]:
    """The canonical addresses that items are known by: their own, and a guid that is one."""
    found = []
    for item in items:
        found.append(item.url)
        if item.guid.startswith(("http://", "https://")):
            try:
                found.append(canonical_url(item.guid))
            except InvalidUrl:
                continue
    return found
