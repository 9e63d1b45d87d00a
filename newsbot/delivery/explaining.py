"""Why an article was or wasn't sent, in plain English sentences for whoever runs the bot. Pure.

The times are the newsroom's. A reader is answered from what was true of them when the audience was fixed, which the
journal knows, and from what the ledger knows of their delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from newsbot.delivery.alerts import Decision
from newsbot.delivery.ledger import OUTCOMES_KEPT, Fate
from newsbot.delivery.policy import Reason
from newsbot.domain import alert as words
from newsbot.domain.alert import Alert, AlertKind, AlertState, Audience, Outcome, Totals
from newsbot.domain.article import NEWS_AGE, Article
from newsbot.domain.subscriber import Address, Preferences
from newsbot.subscribers.store import SubscriberEvent

OUTCOMES: Final = {
    Outcome.SENT: "sent",
    Outcome.UNKNOWN: "begun, and the platform's answer never came",
    Outcome.EXPIRED: "not sent in time",
    Outcome.WITHDRAWN: "no longer wanted, or not to be reached any more, when their turn came",
    Outcome.STOPPED: "not sent, since the alert was stopped",
    Outcome.STRIKE: "refused: chat not found, for the first time",
    Outcome.HELD: "kept until they write again: the platform lets us write only for a while after they did",
    Outcome.ELSEWHERE: "left to their other channel",
    Outcome.BLOCKED: "refused: the bot is blocked",
    Outcome.DEACTIVATED: "refused: the account is deleted",
    Outcome.NEVER_STARTED: "refused: they never started the bot",
    Outcome.IS_A_BOT: "refused: it is a bot",
    Outcome.KICKED: "refused: the bot was removed",
    Outcome.NOT_A_MEMBER: "refused: the bot is not a member there",
    Outcome.CHAT_DELETED: "refused: the chat is deleted",
    Outcome.CHAT_NOT_FOUND: "refused: chat not found",
    Outcome.NO_RIGHTS: "refused: the bot may not write there",
    Outcome.THREAD_GONE: "refused: the forum topic is gone",
    Outcome.BAD_MARKUP: "refused: the platform can't read its markup",
    Outcome.TOO_LONG: "refused: it is too long",
    Outcome.EMPTY: "refused: it is empty",
    Outcome.BAD_PICTURE: "refused: the platform can't use its picture",
    Outcome.BAD_REQUEST: "refused: the platform calls it a bad request",
    Outcome.TARGET_GONE: "refused: the message is gone",
    Outcome.CANT_EDIT: "refused: the message can't be edited",
    Outcome.TOO_LATE: "refused: the message is too old",
    Outcome.MIGRATED: "refused: the chat has moved",
    Outcome.NOT_AVAILABLE: "refused: they blocked us, left, or were deactivated",
    Outcome.REFUSED: "refused",
}

DECISIONS: Final = {
    Reason.ALERTED: "to alert readers",
    Reason.TOO_OLD: "to alert nobody: it was published more than three hours before, or its alert would have been over",
    Reason.NO_TOPIC: "to alert nobody: it is not breaking, and none of its topics can be followed",
    Reason.SOURCE_FLOOD: "to alert nobody: its source had caused as many alerts as it may within an hour",
    Reason.WITHDRAWN: "to alert nobody: it was withdrawn",
    Reason.BROADCAST: "to make no alert of it: an editor had broadcast it, or its story, before",
    Reason.SAME_STORY: "to make no alert of it: its story had been alerted before",
}

REASONS: Final = {
    words.PAUSED_MANY_UNREACHABLE: "many readers in a row could not be reached, which is hardly their fault",
    words.PAUSED_MESSAGE_REFUSED: "the platform refuses the message, whoever it is for",
    words.PAUSED_ACCOUNT_REFUSED: "the platform refuses the bot's token or settings",
    words.STOPPED_ARTICLE_WITHDRAWN: "its article was withdrawn",
    words.STOPPED_RECALLED: "it was recalled",
    words.STOPPED_SUPERSEDED: "a newer correction took its place",
    words.STOPPED_LEDGER_LOST: "the record of who had got it was lost with Redis",
    words.STOPPED_EXPIRED: "its time was over before it could begin",
}

KINDS: Final = {
    AlertKind.ARTICLE: "alert",
    AlertKind.BROADCAST: "broadcast",
    AlertKind.CORRECTION: "correction",
    AlertKind.UPDATE: "update",
    AlertKind.RETRY: "retry",
    AlertKind.RECALL: "recall",
}


@dataclass(frozen=True, slots=True)
class Known:
    """An alert and how far it has come. `fate`: of the reader who is asked about."""

    alert: Alert
    totals: Totals
    fate: Fate = field(default_factory=Fate)


@dataclass(frozen=True, slots=True)
class Told:
    """`zone`: the newsroom's."""

    zone: tzinfo
    now: datetime

    def at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"


def why(article: Article, decision: Decision | None, alerts: Sequence[Known], told: Told) -> list[str]:
    """What was decided, the alerts that came of it, and how far each has come."""
    withdrawn = f", withdrawn {told.at(article.withdrawn_at)}" if article.withdrawn_at else ""
    times = f"published {told.at(article.published_at)}, found {told.at(article.stored_at)}{withdrawn}"
    return [
        f"Article {article.id}: {article.headline}",
        f"{article.url}, from {article.source}, {times}.",
        _decided(article, decision, told),
        *(describe(known.alert, known.totals, told) for known in alerts),
    ]


def _decided(article: Article, decision: Decision | None, told: Told) -> str:
    if decision is not None:
        reason = DECISIONS.get(Reason(decision.reason)) if decision.reason in set(Reason) else None
        return f"On {told.at(decision.at)} it was decided {reason or f'as {decision.reason}'}."
    if article.announced_at is None and article.withdrawn_at is not None:
        return "It was withdrawn before anything was decided."
    if article.announced_at is None and article.published_at > told.now:
        return f"It waits until it is published, at {told.at(article.published_at)}."
    if article.announced_at is None:
        return "Nothing is decided yet. Where newsbot run is at work, that takes a second: see its log."
    if article.stored_at - article.published_at > NEWS_AGE:
        return "Nobody was alerted: it was older than three hours when it was found."
    return "Nobody was alerted: it came with the first read of its source, or longer ago than decisions are kept."


def describe(alert: Alert, totals: Totals, told: Told) -> str:
    """One sentence or two: what it is, for whom, its state and its figures."""
    by = f" by {alert.by}" if alert.by is not None else ""
    of = f" of alert {alert.of}" if alert.of else ""
    whom = _audience(alert.audience)
    if alert.kind is AlertKind.RETRY:
        whom = f"whom alert {alert.of} did not reach"
    elif alert.of:
        whom = f"everybody with a copy of alert {alert.of}"
    urgency = "" if alert.kind.touches_copies else f"{alert.cls.value} "
    begun = f"{urgency}{KINDS[alert.kind]}{of}{by}, for {whom}, made {told.at(alert.created_at)}"
    return f"Alert {alert.id}: {begun}. {_state(alert, told)} {figures(totals)}"


def _audience(audience: Audience) -> str:
    follow = f"who follow {_any_of(audience.topics)}" if audience.topics else ""
    read = f"who read {_any_of(audience.languages)}" if audience.languages else ""
    wanted = " and ".join(filter(None, (follow, read)))
    return f"readers {wanted}" if wanted else "everybody"


def _any_of(names: Sequence[str]) -> str:
    return " or ".join(names)


def _state(alert: Alert, told: Told) -> str:
    because = f": {REASONS.get(alert.reason, alert.reason)}" if alert.reason else ""
    match alert.state:
        case AlertState.PLANNED:
            return "Its audience is being fixed."
        case AlertState.RUNNING:
            paused = (
                f" It has paused itself on {channel}: {REASONS.get(pause.reason, pause.reason)}."
                for channel, pause in alert.pauses.items()
            )
            return f"It has been running since {told.at(alert.started_at or alert.created_at)}.{''.join(paused)}"
        case AlertState.PAUSED:
            return f"It is paused{because or ' by an editor'}."
        case AlertState.STOPPED:
            return f"It was stopped {told.at(alert.ended_at or alert.created_at)}{because or ' by an editor'}."
        case AlertState.DONE:
            return f"It was done {told.at(alert.ended_at or alert.created_at)}."


def state_in_brief(alert: Alert) -> str:
    """'running (messenger: message_refused)'."""
    paused = (f"{channel}: {pause.reason}" for channel, pause in alert.pauses.items())
    reasons = ", ".join(filter(None, (alert.reason, *paused)))
    return f"{alert.state.value} ({reasons})" if reasons else alert.state.value


def figures(totals: Totals) -> str:
    if not totals.audience:
        return "It was for nobody."
    parts = [f"{count:,} {OUTCOMES[outcome]}" for outcome, count in sorted(totals.outcomes.items()) if count]
    parts += [
        f"{count:,} {what}"
        for count, what in (
            (totals.waiting, "waiting to be tried again"),
            (totals.in_flight, "on their way"),
            (totals.untouched, "still to come"),
            (totals.skipped, "unaccounted for"),
        )
        if count
    ]
    readers = "1 reader" if totals.audience == 1 else f"{totals.audience:,} readers"
    by_channel = "".join(f" On {name}: {figures(own)}" for name, own in totals.channels.items() if own.audience)
    return f"Of {readers}: {'; '.join(parts)}.{by_channel}"


def nobody(address: Address) -> str:
    return f"{address} is nobody that we know: no reader ever began there, or they had everything forgotten."


def why_reader(
    address: Address, history: Sequence[SubscriberEvent], alerts: Sequence[Known], told: Told
) -> Iterator[str]:
    """For each alert, oldest first: what became of the reader's, or why they were not among those it was for."""
    if not history:
        yield nobody(address)
        return
    if not alerts:
        yield f"{address}: no alert was made, so none could be sent."
    had: list[int] = []
    for known in alerts:
        yield f"{address}, alert {known.alert.id}: {of_reader(known, history, had, told)}"
        if known.fate.in_audience:
            had.append(known.alert.id)


def of_reader(known: Known, history: Sequence[SubscriberEvent], had: Sequence[int], told: Told) -> str:
    """What became of one reader's delivery, or why there was none. `had`: alerts of the story that were for them."""
    alert, fate = known.alert, known.fate
    if fate.outcome is not None:
        return f"it was for them: {OUTCOMES[fate.outcome]}."
    if fate.waiting:
        return "it is for them, and waits to be tried again."
    if fate.begun:
        return "it is for them, and is on its way."
    if fate.in_audience:
        return "it is for them, and their turn has not come."
    if alert.state is AlertState.PLANNED:
        return "whom it is for is not fixed yet."
    if alert.ended_at is not None and told.now - alert.ended_at > OUTCOMES_KEPT:
        return f"whom it was for is not known any more: that is kept for {OUTCOMES_KEPT.days} days."
    if alert.kind.touches_copies:
        return f"not for them: they had no copy of alert {alert.of}."
    if alert.kind is AlertKind.RETRY:
        return f"not for them: alert {alert.of} reached them, or they can't be reached."
    return f"not for them: {_not_for_them(alert, history, had, told)}."


def _not_for_them(alert: Alert, history: Sequence[SubscriberEvent], had: Sequence[int], told: Told) -> str:
    fixed_at = alert.started_at or alert.ended_at or alert.created_at
    until_then = [event for event in history if event.at <= fixed_at]
    if not until_then:
        return f"they first came on {told.at(history[0].at)}, after it was fixed"
    they = until_then[-1].state.preferences

    def since(holds: Callable[[Preferences], bool]) -> str:
        first = until_then[-1]
        for event in reversed(until_then):
            if not holds(event.state.preferences):
                break
            first = event
        return told.at(first.at)

    if they.stopped:
        return f"they had said /stop, on {since(lambda one: one.stopped)}"
    if they.paused:
        return f"they had paused their alerts, on {since(lambda one: one.paused)}"
    if they.unreachable:
        return f"they could not be reached since {since(lambda one: one.unreachable)}"
    if they.elsewhere:
        return f"their alerts went to their other address, {they.linked_with}, since {since(lambda one: one.elsewhere)}"
    wanted = alert.audience
    if wanted.topics and not they.topics & set(wanted.topics):
        follows = ", ".join(sorted(they.topics)) or "nothing"
        return f"they followed {follows} since {since(lambda one: one.topics == they.topics)}"
    if wanted.languages and they.language not in wanted.languages:
        return f"they read {they.language} since {since(lambda one: one.language == they.language)}"
    if had:
        return f"they had been told of the same story, by alert {had[-1]}"
    return "they changed what they follow while it was being fixed, or had been told of the same story"
