"""When the cards of a story that was alerted are brought up to date.

Readers have a card; then its article is given other words, or a newer article tells the story. Nobody is alerted again:
the card changes where it stands, without a sound, into that of the story's newest article. That is no hurry, so it
waits until the alert itself is over, one update follows another of the same cards by `EVERY` at least, and edits are
sent when nothing else wants to be. Where an editor has corrected or recalled the copies, or broadcast the article,
what they read is the editor's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore, Retelling
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.delivery.policy import story_begun_by
from newsbot.delivery.troubles import Troubles
from newsbot.domain.alert import STOPPED_ARTICLE_WITHDRAWN, Alert, AlertClass, AlertKind, AlertState, NewAlert
from newsbot.domain.article import Article

EVERY: Final = timedelta(minutes=5)
AT_ONCE: Final = 1_000  #: changed articles that are looked at in one round

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Update:
    """Change the copies."""

    alert: NewAlert


@dataclass(frozen=True, slots=True)
class Later:
    """They may have to be changed, and can't be yet."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """They stay as they are."""


def decide(
    sent: Alert, touching: Sequence[Alert], newest: Article, changed_at: datetime | None, now: datetime
) -> Update | Later | Nothing:
    """Of one alert of the story; `touching` is everything that was done to its copies, oldest first.

    `newest`: the story's, which came or changed at `changed_at` (None: long ago).
    """
    in_editors_hands = any(one.kind is not AlertKind.UPDATE for one in touching)
    if sent.kind is not AlertKind.ARTICLE or in_editors_hands or now - sent.created_at >= COPIES_KEPT:
        return Nothing()
    updates = [one for one in touching if one.state is not AlertState.STOPPED]
    shown = (sent, *updates)[-1]
    if shown.article_id == newest.id and (changed_at is None or changed_at <= shown.created_at):
        return Nothing()
    if any(one.totals is None for one in (sent, *touching)):
        return Later()
    if sent.totals is not None and not sent.totals.sent:
        return Nothing()
    if updates and now - shown.created_at < EVERY:
        return Later()
    return Update(
        NewAlert(
            origin=f"update:{sent.id}:{len(touching) + 1}",
            kind=AlertKind.UPDATE,
            cls=AlertClass.DIGEST,
            story=sent.story,
            expires_at=sent.created_at + COPIES_KEPT,
            audience=sent.audience,
            article_id=newest.id,
            of=sent.id,
            silent=True,
        )
    )


class StoryUpdates:
    """Works off what the articles' store has to tell anew. Raises StoreUnavailable; everything may be done again.

    `reconsider` is given the articles of a story whose alert was stopped, since its article was withdrawn: one of them
    may take its place for the readers who were still to come.
    """

    def __init__(
        self,
        articles: ArticleStore,
        alerts: AlertStore,
        reconsider: Callable[[Article], Awaitable[None]],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._articles = articles
        self._alerts = alerts
        self._reconsider = reconsider
        self._clock = clock
        self._troubles = Troubles()
        self._made = 0

    async def look(self) -> bool:
        """True: there are updates to be planned now."""
        made = self._made
        by_story: dict[int, list[Retelling]] = {}
        now = self._clock()
        for one in await self._articles.retellings(limit=AT_ONCE):
            if one.article.published_at > now and one.article.withdrawn_at is None:
                continue  # nobody may read it yet
            by_story.setdefault(one.article.tells, []).append(one)
        for story, changed in by_story.items():
            since = {one.article.id: one.since for one in changed}
            if await self._troubles.guarded(f"updates of story {story}", self._story(story, since)):
                await self._articles.retold(changed)
        return self._made > made

    async def _story(self, story: int, changed: dict[int, datetime]) -> bool:
        """True: its copies are looked after."""
        now = self._clock()
        telling = await self._articles.of_story(story, now=now)
        if not telling:
            return True
        newest, done = telling[0], True
        alerts = [one for one in await self._alerts.of_story(story_begun_by(story)) if not one.kind.touches_copies]
        for sent in alerts:
            touching = await self._alerts.copies_touched(sent.id)
            match decide(sent, touching, newest, changed.get(newest.id), now):
                case Update(new):
                    made = await self._alerts.create(new, now=now)
                    self._made += 1
                    log.info("cards are brought up to date", alert=made.id, of=sent.id, article=newest.id)
                case Later():
                    done = False
                case Nothing():
                    pass
        withdrawn = [one for one in alerts if one.reason == STOPPED_ARTICLE_WITHDRAWN]
        if withdrawn and all(one.totals is not None for one in withdrawn):
            for article in telling:
                await self._reconsider(article)
        return done
