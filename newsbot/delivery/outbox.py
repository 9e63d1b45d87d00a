"""The outbox of articles, worked off: what is stored and not announced is decided once, and leaves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.delivery import policy
from newsbot.delivery.alerts import AlertStore, Decision
from newsbot.delivery.policy import FLOOD_WITHIN, Leave, Limits, Make, Reason, Situation, Wait, class_of, story_of
from newsbot.delivery.troubles import Troubles
from newsbot.domain.article import Article
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
        situation = Situation(
            now=now,
            topics=self._topics,
            limits=self._limits,
            caused=await self._alerts.count_since(article.source, cls, now - FLOOD_WITHIN),
            of_story=await self._alerts.of_story(story_of(article)),
        )
        match policy.decide(article, situation):
            case Wait():
                return False
            case Leave(reason):
                await self._alerts.decide(Decision(article.id, reason, now), None, now=now)
                log.info("article alerts nobody", article=article.id, source=article.source, reason=reason.value)
            case Make(new):
                alert = await self._alerts.decide(Decision(article.id, Reason.ALERTED, now), new, now=now)
                log.info("alert made", article=article.id, alert=alert.id if alert else 0, cls=cls.value)
        return True
