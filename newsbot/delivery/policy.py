"""Whether an article becomes an alert, of which class and for whom. Pure; the planner looks up and obeys.

No flood by accident: an article alerts nobody that is older than three hours, has no topic that readers can follow, or
comes from a source that has caused enough alerts in the last hour. Breaking is what an editor or the CMS called so. It
goes to everyone, and has an allowance of its own: a source that floods its topic can't use up what breaks news.

Readers are alerted once per story. A further article of it alerts only those whom no alert of it was for: followers of
another topic, or everyone when it breaks now. The ledger leaves out who has had the story. What an editor broadcast is
left at that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from newsbot.domain.alert import (
    STOPPED_ARTICLE_WITHDRAWN,
    STOPPED_EXPIRED,
    Alert,
    AlertClass,
    AlertKind,
    AlertState,
    Audience,
    NewAlert,
)
from newsbot.domain.article import NEWS_AGE, Article
from newsbot.domain.topic import Topics

FLOOD_WITHIN: Final = timedelta(hours=1)  #: what a source may cause is counted over this time

#: How long breaking news may still be sent. A million readers at Telegram's free 30 a second take nine and a half
#: hours: it reaches the last of them, while what an outage held up for half a day is no news any more.
BREAKING_EXPIRES: Final = timedelta(hours=12)


class Reason(StrEnum):
    """Why an article became an alert, or didn't. The words stand in the database."""

    ALERTED = "alerted"
    TOO_OLD = "too_old"  #: published more than three hours ago, or found so long ago that its alert would be over
    NO_TOPIC = "no_topic"  #: nobody can follow any of its topics
    SOURCE_FLOOD = "source_flood"  #: its source has caused as many alerts as it may in an hour
    WITHDRAWN = "withdrawn"
    BROADCAST = "broadcast"  #: an editor broadcast it before, or its story: its readers have it
    SAME_STORY = "same_story"  #: its story has been alerted, to all whom it would be for


@dataclass(frozen=True, slots=True)
class Limits:
    """The newsroom's settings."""

    expire: timedelta = timedelta(hours=3)  #: how long after an article was found its topic alert may be sent
    per_source: int = 20  #: alerts of one class that a source may cause in `FLOOD_WITHIN`


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What deciding needs to know beside the article."""

    now: datetime
    topics: Topics
    limits: Limits = Limits()
    caused: int = 0  #: alerts of the article's class that its source caused within `FLOOD_WITHIN`
    of_story: Sequence[Alert] = ()  #: every alert of its story
    wanted: bool = False  #: an editor wants it now: neither its age nor what its source caused is in the way


@dataclass(frozen=True, slots=True)
class Make:
    """Alert readers."""

    alert: NewAlert


@dataclass(frozen=True, slots=True)
class Leave:
    """Alert nobody, ever."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """It is published later."""

    until: datetime


Verdict = Make | Leave | Wait


def class_of(article: Article) -> AlertClass:
    return AlertClass.BREAKING if article.breaking else AlertClass.TOPIC


def story_of(article: Article) -> str:
    """What its readers are alerted of once."""
    return story_begun_by(article.tells)


def story_begun_by(article_id: int) -> str:
    """A story is called after the article that began it."""
    return f"article:{article_id}"


def origin_of(article: Article) -> str:
    """By which it is alerted once, whoever decides it."""
    return f"article:{article.id}"


def decide(article: Article, situation: Situation) -> Verdict:
    now, cls = situation.now, class_of(article)
    topics = tuple(topic for topic in dict.fromkeys(article.topics) if topic in situation.topics)
    if article.withdrawn_at is not None:
        return Leave(Reason.WITHDRAWN)
    if article.published_at > now:
        return Wait(article.published_at)
    told = [alert for alert in situation.of_story if _counts(alert)]
    if any(_broadcast(alert, article, cls) for alert in told):
        return Leave(Reason.BROADCAST)
    topics = _still_to_tell(topics, told)
    if told and not (topics if cls is AlertClass.TOPIC else _never_broke(told)):
        return Leave(Reason.SAME_STORY)
    if not situation.wanted and (now - article.published_at > NEWS_AGE or _expiry(article, cls, situation) <= now):
        return Leave(Reason.TOO_OLD)
    if cls is AlertClass.TOPIC and not topics:
        return Leave(Reason.NO_TOPIC)
    if not situation.wanted and situation.caused >= situation.limits.per_source:
        return Leave(Reason.SOURCE_FLOOD)
    return Make(
        NewAlert(
            origin=origin_of(article),
            kind=AlertKind.ARTICLE,
            cls=cls,
            story=story_of(article),
            expires_at=_expiry(article, cls, situation),
            audience=Audience() if cls is AlertClass.BREAKING else Audience(topics),
            article_id=article.id,
            source=article.source,
        )
    )


def _counts(alert: Alert) -> bool:
    """Not one whose article was withdrawn, or that never began: the ledger knows who got it nevertheless."""
    over = alert.state is AlertState.STOPPED and alert.reason in (STOPPED_ARTICLE_WITHDRAWN, STOPPED_EXPIRED)
    return not (alert.kind.touches_copies or over)


def _broadcast(alert: Alert, article: Article, cls: AlertClass) -> bool:
    """Whether an editor has told it: this very article, or its story before it broke."""
    told = alert.article_id == article.id or cls is not AlertClass.BREAKING
    return alert.kind is AlertKind.BROADCAST and told


def _never_broke(told: Sequence[Alert]) -> bool:
    return all(alert.cls is not AlertClass.BREAKING for alert in told)


def _still_to_tell(topics: Sequence[str], told: Sequence[Alert]) -> tuple[str, ...]:
    """Those whose followers no alert was for."""
    if any(not alert.audience.topics for alert in told):
        return ()
    reached = {topic for alert in told for topic in alert.audience.topics}
    return tuple(topic for topic in topics if topic not in reached)


def _expiry(article: Article, cls: AlertClass, situation: Situation) -> datetime:
    """From when readers could know of it: its publication, or our finding it if that was later."""
    found = situation.now if situation.wanted else min(max(article.published_at, article.stored_at), situation.now)
    match cls:
        case AlertClass.BREAKING:
            return found + BREAKING_EXPIRES
        case AlertClass.TOPIC | AlertClass.DIGEST:
            return found + situation.limits.expire
        case unreachable:
            assert_never(unreachable)
