"""From an event to the answer, and what the sending teaches about the reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.channels.channel import Limits
from newsbot.conversation.answering import Answering, ReplyPostponed
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import AnyReply, CommandMenu, IncomingMessage, Span, TextReply
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics
from newsbot.text.clipping import Unit
from tests.builders import an_address, an_incoming
from tests.fakes import MemorySubscriberStore

NOW = datetime(2026, 1, 18, 12, 0, tzinfo=UTC)
HELLO = TextReply(paragraphs=((Span("নমস্কার"),),))


class Says:
    """A dialogue with one answer."""

    def __init__(self, *replies: AnyReply, error: Exception | None = None) -> None:
        self.replies, self.error = replies, error
        self.told: list[tuple[str, Sequence[Attempt]]] = []

    async def answer(self, incoming: IncomingMessage) -> tuple[AnyReply, ...]:
        if self.error:
            raise self.error
        return self.replies

    async def answered(self, incoming: IncomingMessage, attempts: Sequence[Attempt]) -> None:
        self.told.append((incoming.event_id, attempts))


class Platform:
    """A channel that gives the attempts it was made with."""

    name = "telegram"
    limits = Limits(text=4096, caption=1024, button_label=30, buttons=100, unit=Unit.UTF16)

    def __init__(self, *attempts: Attempt) -> None:
        self.attempts = attempts
        self.sent: list[tuple[AnyReply, ...]] = []

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        self.sent.append(replies)
        return self.attempts[: len(replies)]

    async def publish_menu(self, menu: CommandMenu) -> None:
        raise AssertionError("no menu is published while answering")


async def answered(*attempts: Attempt, known: bool = True) -> tuple[MemorySubscriberStore, Metrics, Platform]:
    subscribers, metrics, platform = MemorySubscriberStore(), Metrics(), Platform(*attempts)
    if known:
        await subscribers.change(an_address(), "started", lambda preferences: preferences, now=NOW)
    dialogue = Says(*[HELLO] * len(attempts))
    await Answering(dialogue, platform, subscribers, metrics, clock=lambda: NOW).handle(an_incoming("hi"))
    return subscribers, metrics, platform


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def test_the_answer_is_sent_and_counted() -> None:
    _, metrics, platform = await answered(Sent("7"))
    assert platform.sent == [(HELLO,)]
    assert figure(metrics, "newsbot_replies_total", channel="telegram", outcome="sent") == 1
    assert figure(metrics, "newsbot_reply_seconds_count", channel="telegram") == 1


async def test_a_reader_who_blocked_us_is_marked_unreachable_and_keeps_their_choices() -> None:
    subscribers, _, _ = await answered(Unreachable(Reason.BLOCKED))
    reader = await subscribers.get(an_address())
    assert reader is not None
    assert reader.preferences.unreachable


async def test_a_stranger_who_blocked_us_is_not_registered_by_that() -> None:
    subscribers, _, _ = await answered(Unreachable(Reason.BLOCKED), known=False)
    assert await subscribers.get(an_address()) is None


@pytest.mark.parametrize(
    "attempt",
    [
        Unreachable(Reason.CHAT_NOT_FOUND, strike=True),
        Unreachable(Reason.MIGRATED, moved_to="-1001"),
        Refused(Reason.BAD_MARKUP),
        Unknown(Reason.NO_ANSWER),
    ],
)
async def test_nothing_else_switches_a_reader_off(attempt: Attempt) -> None:
    subscribers, _, _ = await answered(attempt)
    reader = await subscribers.get(an_address())
    assert reader is not None
    assert not reader.preferences.unreachable


async def test_an_answer_that_the_channel_does_not_take_now_is_tried_again() -> None:
    with pytest.raises(ReplyPostponed):
        await answered(TryLater(timedelta(seconds=9), Reason.FLOOD))


async def test_an_answer_that_was_sent_in_part_is_not_said_twice() -> None:
    _, metrics, _ = await answered(Sent("7"), TryLater(timedelta(seconds=9), Reason.FLOOD))
    assert figure(metrics, "newsbot_replies_total", channel="telegram", outcome="trylater") == 1


async def test_a_failure_is_counted_and_left_to_the_inbox() -> None:
    metrics = Metrics()
    dialogue = Says(error=StoreUnavailable())
    answering = Answering(dialogue, Platform(), MemorySubscriberStore(), metrics, clock=lambda: NOW)
    with pytest.raises(StoreUnavailable):
        await answering.handle(an_incoming("hi"))
    assert figure(metrics, "newsbot_handling_failures_total", channel="telegram") == 1


async def test_who_answered_hears_what_became_of_each_reply() -> None:
    says, platform = Says(HELLO, HELLO), Platform(Sent("1"), Refused(Reason.TOO_LONG))
    event = an_incoming("hi")
    answering = Answering(says, platform, MemorySubscriberStore(), Metrics(), clock=lambda: NOW)
    await answering.handle(event)
    assert says.told == [(event.event_id, (Sent("1"), Refused(Reason.TOO_LONG)))]


async def test_a_window_that_is_closed_for_an_answer_is_closed_for_alerts() -> None:
    subscribers = MemorySubscriberStore()
    await subscribers.change(an_address(), "started", lambda preferences: preferences, now=NOW)
    await subscribers.touch(an_address(), now=NOW, window=Window(NOW + timedelta(hours=24), Opener.MESSAGE))
    platform = Platform(Refused(Reason.OUTSIDE_WINDOW))
    await Answering(Says(HELLO), platform, subscribers, Metrics(), clock=lambda: NOW).handle(an_incoming("hi"))
    assert await subscribers.window(an_address()) is None
