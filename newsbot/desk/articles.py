"""Articles on the desk: how each stands with its readers, and what an editor may do about it.

Whatever is done is in the audit log, in the transaction in which it was done. What an editor sets of an article no
source changes any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from newsbot.articles.query_parser import parse_query
from newsbot.conversation.vocabulary import key_of
from newsbot.delivery.alerts import Decision
from newsbot.delivery.policy import Leave, Reason, Wait, class_of, story_of
from newsbot.desk.audit import Act, Actor, Entry, was_done
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.turn import Desk, Speaking, totals_of
from newsbot.domain.alert import Alert, AlertClass, Audience, Totals
from newsbot.domain.article import Article, Cursor, Edit

__all__ = [
    "PAGE",
    "Found",
    "Result",
    "Seen",
    "State",
    "alert_now",
    "article_subject",
    "begin_broadcast",
    "change",
    "hold",
    "look_at",
    "may_be_broadcast",
    "newest",
    "release",
    "search",
]

PAGE = 20


class State(StrEnum):
    """How an article stands with the readers who would be alerted of it."""

    WITHDRAWN = "withdrawn"
    ALERTED = "alerted"
    HELD = "held"
    LATER = "later"  #: it is published later
    WAITING = "waiting"  #: decided in a moment
    LEFT = "left"  #: it alerts nobody


class Result(StrEnum):
    """What became of something that an editor wanted."""

    DONE = "done"
    GONE = "gone"  #: there is no such article
    TOO_LATE = "too_late"  #: decided, or in that state, already
    NEEDS_APPROVAL = "needs_approval"  #: by a second person, which a broadcast of it can be given
    UNKNOWN_TOPIC = "unknown_topic"


@dataclass(frozen=True, slots=True)
class Seen:
    """`alerts`: those that showed it or told its story, without what changed their copies; `totals` by their ids."""

    article: Article
    state: State
    decision: Decision | None
    alerts: tuple[Alert, ...]
    totals: dict[int, Totals]

    @property
    def own(self) -> tuple[Alert, ...]:
        """Those that showed this very article."""
        return tuple(alert for alert in self.alerts if alert.article_id == self.article.id)

    @property
    def reached(self) -> int:
        """How many were sent it."""
        return sum(self.totals[alert.id].sent for alert in self.own)


@dataclass(frozen=True, slots=True)
class Found:
    """`next`: where the following page begins. `more`: a search has further results."""

    seen: tuple[Seen, ...]
    next: Cursor | None = None
    more: bool = False


async def newest(desk: Desk, *, before: Cursor | None = None) -> Found:
    page = await desk.house.articles.everything(before=before, limit=PAGE)
    return Found(await look_at(desk, page.articles), page.next)


async def search(desk: Desk, speaking: Speaking, words: str, *, page: int = 0) -> Found:
    """As readers search, best first."""
    topic_of = desk.house.vocabulary.topic
    query = parse_query(words, now=speaking.now, zone=speaking.zone, topic_of=lambda word: topic_of(key_of(word)))
    found = await desk.house.articles.search(
        query, offset=page * PAGE, limit=PAGE, count_to=(page + 1) * PAGE + 1, now=speaking.now
    )
    return Found(await look_at(desk, found.articles), more=found.count > (page + 1) * PAGE)


async def look_at(desk: Desk, articles: Sequence[Article]) -> tuple[Seen, ...]:
    """How each of them stands, in their order."""
    ids, stories = [article.id for article in articles], {story_of(article) for article in articles}
    about = [one for one in await desk.alerts.about(ids, stories) if not one.kind.touches_copies]
    decisions = await desk.alerts.decisions(ids)
    totals = {alert.id: await totals_of(desk, alert) for alert in about}
    found = []
    for article in articles:
        alerts = tuple(one for one in about if one.article_id == article.id or one.story == story_of(article))
        state = _state(article, alerts, desk.house.clock())
        own = {alert.id: totals[alert.id] for alert in alerts}
        found.append(Seen(article, state, decisions.get(article.id), alerts, own))
    return tuple(found)


def _state(article: Article, alerts: Sequence[Alert], now: datetime) -> State:
    if article.withdrawn_at is not None:
        return State.WITHDRAWN
    if any(alert.article_id == article.id for alert in alerts):
        return State.ALERTED
    if article.announced_at is not None:
        return State.LEFT
    if article.held_at is not None:
        return State.HELD
    return State.LATER if article.published_at > now else State.WAITING


async def change(
    desk: Desk,
    article_id: int,
    *,
    topics: Sequence[str] | None = None,
    breaking: bool | None = None,
    by: Actor,
    now: datetime,
) -> Result:
    """Set its topics, or whether it is breaking news; what is None stays. For readers who are still to be alerted."""
    known = desk.house.topics
    if topics is not None and any(topic not in known for topic in topics):
        return Result.UNKNOWN_TOPIC
    edit = Edit(str(by.address), by.name, now)
    async with desk.audit.together():
        before = await desk.house.articles.get(article_id)
        if before is None:
            return Result.GONE
        will_go = before.announced_at is None and before.withdrawn_at is None
        if breaking and not before.breaking and will_go and desk.approval.asks_for(AlertClass.BREAKING):
            return Result.NEEDS_APPROVAL
        if topics is not None:
            # Nobody could choose what isn't configured now: it stays for when it is again.
            topics = (*topics, *(topic for topic in before.topics if topic not in known))
            topics = None if set(topics) == set(before.topics) else topics
        breaking = None if breaking == before.breaking else breaking
        if topics is None and breaking is None:
            return Result.DONE
        after = await desk.house.articles.edit(article_id, edit, topics=topics, breaking=breaking)
        assert after is not None
        told = {"topics": list(before.topics), "breaking": before.breaking}
        became = {"topics": list(after.topics), "breaking": after.breaking}
        subject = article_subject(article_id)
        await desk.audit.write(Entry(by, Act.ARTICLE_CHANGED, subject, before=told, after=became, at=now))
    return Result.DONE


async def hold(desk: Desk, article_id: int, *, by: Actor, now: datetime) -> Result:
    """Readers aren't alerted of it until it is let go."""
    async with desk.audit.together():
        if not await desk.house.articles.hold(article_id, now=now):
            return Result.TOO_LATE
        await desk.audit.write(Entry(by, Act.ARTICLE_HELD, article_subject(article_id), at=now))
    return Result.DONE


async def release(desk: Desk, article_id: int, *, by: Actor, now: datetime) -> Result:
    """It is decided as any other, at the age that it has now."""
    async with desk.audit.together():
        if not await desk.house.articles.release(article_id):
            return Result.TOO_LATE
        await desk.audit.write(Entry(by, Act.ARTICLE_RELEASED, article_subject(article_id), at=now))
    return Result.DONE


async def alert_now(desk: Desk, article_id: int, *, by: Actor, now: datetime) -> Alert | Reason | Result:
    """Alert its readers, whatever its age and its source: once, however often and by whomever it is asked.

    The alert that there is now, or why there can be none.
    """
    async with desk.audit.together():
        article = await desk.house.articles.get(article_id)
        if article is None:
            return Result.GONE
        if desk.approval.asks_for(class_of(article)):
            return Result.NEEDS_APPROVAL
        match await desk.outbox.alert_now(article, by=by.address):
            case Leave(reason):
                return reason
            case Wait():
                return Result.TOO_LATE
            case alert:
                subject, after = article_subject(article_id), {"alert": alert.id}
                by_an_editor = alert.by is not None
                if by_an_editor and not await was_done(desk.audit, Act.ARTICLE_ALERTED, subject):
                    entry = Entry(by, Act.ARTICLE_ALERTED, subject, after=after, at=now)
                    await desk.audit.write(entry)
                return alert


def may_be_broadcast(article: Article, now: datetime) -> bool:
    return article.withdrawn_at is None and article.published_at <= now


async def begin_broadcast(desk: Desk, article: Article, *, by: Actor, event: str, now: datetime) -> Draft:
    """A draft that shows it to whom an alert of it would be for; it is sent, or approved by a second person, like any.
    The same event begins one.
    """
    draft = await desk.drafts.begin(by.address, event=event, waits=False, now=now)
    if draft.revision > 1:
        return draft
    topics = tuple(topic for topic in article.topics if topic in desk.house.topics)
    audience = Audience() if article.breaking else Audience(topics)
    filled = replace(draft, state=DraftState.READY, article_id=article.id, audience=audience, cls=class_of(article))
    return await keep_draft(desk, draft, filled, by=by, now=now) or draft


def article_subject(article_id: int) -> str:
    return f"article:{article_id}"
