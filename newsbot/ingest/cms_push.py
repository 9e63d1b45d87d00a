"""Articles that the newsroom's CMS brings itself: stored, updated and withdrawn by address, one answer each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.domain.article import CMS_SUMMARY, Article, ArticleDraft
from newsbot.domain.topic import Topics
from newsbot.ingest.article_decider import article_url, language_of, may_announce
from newsbot.ingest.article_finder import addresses_to_look_up, find_article
from newsbot.ingest.cms_article import CmsArticle, CmsMistake, articles_in, read_article, read_url, withdrawals_in
from newsbot.ingest.fetching import shown
from newsbot.ingest.summariser import Summary, summarise
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.topic_model import TopicModel
from newsbot.text.tokens import content_fingerprint

__all__ = ["CmsPush", "article_to_json"]

CMS: Final = "api"  #: the source of what a CMS brought

Answer = dict[str, object]

log = structlog.get_logger()


class CmsPush:
    """`accept` and `withdraw` take a decoded JSON body and answer per item, in its order. Both are safe to repeat.

    An answer is `{"url", "status", "id"}` with status `created`, `updated`, `unchanged` or `withdrawn`, or `{"url",
    "status": "refused", "error": {"code", "message"}}`. Both raise StoreUnavailable: the CMS sends it all again.
    `wake` is called when there may be something to alert readers of, or to stop alerting them of.
    """

    def __init__(
        self,
        store: ArticleStore,
        topics: Topics,
        *,
        timezone: tzinfo,
        language: str,
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        topic_model: Callable[[], TopicModel | None] = lambda: None,
    ) -> None:
        self._store = store
        self._classifier = TopicClassifier(topics, topic_model)
        self._timezone = timezone
        self._language = language
        self._clock = clock
        self._wake = wake

    async def accept(self, payload: object) -> list[Answer]:
        """Store or update what a CMS sends: one NewsArticle or a list. The address says which article is meant."""
        try:
            items = articles_in(payload)
        except CmsMistake as mistake:
            return [_refused(None, mistake)]
        return [await self._accept_one(item) for item in items]

    async def withdraw(self, payload: object) -> list[Answer]:
        """Take articles back: readers are not shown them any more, and no feed brings them back."""
        try:
            items = withdrawals_in(payload)
        except CmsMistake as mistake:
            return [_refused(None, mistake)]
        return [await self._withdraw_one(item) for item in items]

    async def _accept_one(self, item: object) -> Answer:
        now = self._clock()
        try:
            pushed = read_article(item, timezone=self._timezone, now=now)
        except CmsMistake as mistake:
            return _refused(_url_as_sent(item), mistake)
        known = await self._known(pushed.url)
        if known is not None and known.withdrawn_at:
            message = "This article was withdrawn: publish it anew under another address."
            return _refused(pushed.url, CmsMistake("withdrawn", message))
        draft = self._draft(pushed, known, now)
        stored = await self._store.put(draft, now=now, announce=may_announce(draft.published_at, now))
        if stored.article.announced_at is None:
            self._wake()
        return {"url": stored.article.url, "status": stored.change.value, "id": stored.article.id}

    async def _withdraw_one(self, item: object) -> Answer:
        try:
            url = read_url(item)
        except CmsMistake as mistake:
            return _refused(item if isinstance(item, str) else _url_as_sent(item), mistake)
        known = await self._known(url)
        if known is None:
            return _refused(url, CmsMistake("unknown_article", "There is no article with this address."))
        await self._store.withdraw(known.url, now=self._clock())
        self._wake()
        return {"url": known.url, "status": "withdrawn", "id": known.id}

    async def _known(self, url: str) -> Article | None:
        return find_article([url], await self._store.known_urls(addresses_to_look_up([url])))

    def _draft(self, pushed: CmsArticle, known: Article | None, now: datetime) -> ArticleDraft:
        if pushed.description:
            summary = Summary(pushed.description, CMS_SUMMARY)
        else:
            summary = summarise(pushed.headline, pushed.body, "")
        published_at = pushed.published_at or (known.published_at if known else now)
        url = article_url(pushed.url, known)
        return ArticleDraft(
            url=url,
            headline=pushed.headline,
            published_at=published_at,
            updated_at=pushed.updated_at if pushed.updated_at and published_at < pushed.updated_at <= now else None,
            source=CMS,
            language=pushed.language
            or language_of(f"{pushed.headline}\n{pushed.body}", declared="", usual=self._language),
            kicker=pushed.kicker,
            summary=summary.text,
            summary_method=summary.method,
            body=pushed.body,
            image_url=pushed.image_url,
            byline=pushed.byline,
            section=next(iter(pushed.sections), ""),
            topics=self._topics_of(pushed, url, known),
            content_hash=content_fingerprint(pushed.headline, pushed.body),
            other_urls=(pushed.url,) if pushed.url != url else (),
            breaking=pushed.breaking,
        )

    def _topics_of(self, pushed: CmsArticle, url: str, known: Article | None) -> tuple[str, ...]:
        told = self._classifier.classify(
            section=next(iter(pushed.sections), ""),
            url=url,
            categories=(*pushed.sections, *pushed.keywords),
            headline=pushed.headline,
            text=pushed.body or pushed.description,
        )
        return () if told.guessed and known is not None and known.topics else told.topics


def article_to_json(article: Article) -> Answer:
    """A stored article for other programs, in schema.org's words; its body stays with the paper."""
    fields: Answer = {
        "@type": "NewsArticle",
        "id": article.id,
        "url": article.url,
        "headline": article.headline,
        "alternativeHeadline": article.kicker,
        "description": article.summary,
        "articleSection": article.section,
        "topics": list(article.topics),
        "image": article.image_url,
        "author": article.byline,
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat(),
        "dateModified": (article.updated_at or article.published_at).isoformat(),
        "breaking": article.breaking,
        "version": article.version,
    }
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _url_as_sent(item: object) -> str | None:
    url = item.get("url") if isinstance(item, dict) else None
    return url if isinstance(url, str) else None


def _refused(url: str | None, mistake: CmsMistake) -> Answer:
    log.warning("item of the CMS refused", url=shown(url or ""), code=mistake.code, reason=str(mistake))
    return {"url": url, "status": "refused", "error": {"code": mistake.code, "message": str(mistake)}}
