"""The outbox of articles, worked off: what is stored and not announced is decided once, and leaves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.delivery import policy
from newsbot.delivery.alerts import AlertStore, Decision
from newsbot.delivery.policy import (
    FLOOD_WITHIN,
    Leave,
    Limits,
    Make,
    Reason,
    Situation,
    Wait,
    class_of,
    origin_of,
    story_of,
)
from newsbot.delivery.troubles import Troubles
from newsbot.domain.alert import Alert
from newsbot.domain.article import Article
from newsbot.domain.subscriber import Address
from newsbot.domain.topic import Topics

PAGE: Final = 100  #: articles at once: what must be stopped doesn't wait for a thousand to be decided

log = structlog.get_logger()


class Outbox:
    def __init__(
        self,
        articles: ArticleStore,
        alerts: AlertStore,
        topics: Topics,
        *,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._articles = articles
        self._alerts = alerts
        self._topics = topics
        self._limits = limits
        self._clock = clock
        self._troubles = Troubles()

    async def decide(self) -> bool:
        """Decide what is published by now, the oldest first. True: there is more. Raises StoreUnavailable."""
        waiting = await self._articles.unannounced(limit=PAGE, now=self._clock())
        decided = [await self._troubles.guarded(f"article {one.id}", self._decide(one)) for one in waiting]
        return len(waiting) == PAGE and any(decided)

    async def _decide(self, article: Article) -> bool:
        """True: it has left the outbox."""
        now, cls = self._clock(), class_of(article)
        match policy.decide(article, await self._situation(article, now)):
            case Wait():
                return False
            case Leave(reason):
                await self._alerts.decide(Decision(article.id, reason, now), None, now=now)
                log.info("article alerts nobody", article=article.id, source=article.source, reason=reason.value)
            case Make(new):
                alert = await self._alerts.decide(Decision(article.id, Reason.ALERTED, now), new, now=now)
                log.info("alert made", article=article.id, alert=alert.id if alert else 0, cls=cls.value)
        return True

    async def alert_now(self, article: Article, *, by: Address) -> Alert | Leave | Wait:
        """An editor wants readers alerted of it, whatever was decided before; exactly once, whoever else does, too.

        The alert that there is now (the one there was, if it has had one), or why readers can't be alerted.
        """
        if (before := await self._alerts.by_origin(origin_of(article))) is not None:
            return before
        now = self._clock()
        match policy.decide(article, replace(await self._situation(article, now), wanted=True)):
            case Make(new):
                new = replace(new, by=by)
                decided = await self._alerts.decide(Decision(article.id, Reason.ALERTED, now), new, now=now)
                alert = decided or await self._alerts.create(new, now=now)
                log.info("alert made for an editor", article=article.id, alert=alert.id, cls=alert.cls.value)
                return alert
            case Leave() | Wait() as verdict:
                return verdict

    async def reconsider(self, article: Article) -> None:
        """It was left alone because its story was alerted, and that alert has since been stopped: is it news again?"""
        decision, now = await self._alerts.decision(article.id), self._clock()
        if decision is None or decision.reason != Reason.SAME_STORY:
            return
        match policy.decide(article, await self._situation(article, now)):
            case Make(new):
                alert = await self._alerts.create(new, now=now)
                log.info("alert made in another's place", article=article.id, alert=alert.id, cls=alert.cls.value)
            case Leave() | Wait():
                pass

    async def _situation(self, article: Article, now: datetime) -> Situation:
        return Situation(
            now=now,
            topics=self._topics,
            limits=self._limits,
            caused=await self._alerts.count_since(article.source, class_of(article), now - FLOOD_WITHIN),
            of_story=await self._alerts.of_story(story_of(article)),
        )
