"""From an event in the inbox to the answer in the reader's chat, and what the sending taught us about the reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from newsbot.channels.channel import Channel
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unreachable
from newsbot.domain.message import AnyReply, IncomingMessage
from newsbot.domain.subscriber import as_unreachable
from newsbot.errors import DeliveryError
from newsbot.observability import Metrics
from newsbot.subscribers.store import SubscriberStore

log = structlog.get_logger()


class Answers(Protocol):
    """Whoever knows what to say (`newsbot.conversation.dialogue`)."""

    async def answer(self, incoming: IncomingMessage) -> tuple[AnyReply, ...]: ...

    async def answered(self, incoming: IncomingMessage, attempts: Sequence[Attempt]) -> None:
        """What became of each of those replies, in their order."""
        ...


class ReplyPostponed(DeliveryError):
    """The channel takes no reply now; the event stays in the inbox and is answered a little later."""


class Answering:
    """Handles one event at a time for each reader; the inbox calls it."""

    def __init__(
        self,
        dialogue: Answers,
        channel: Channel,
        subscribers: SubscriberStore,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._dialogue = dialogue
        self._channel = channel
        self._subscribers = subscribers
        self._metrics = metrics
        self._clock = clock

    async def handle(self, incoming: IncomingMessage) -> None:
        """Answer it. Raises ReplyPostponed when nothing could be sent yet: then it may be handled again."""
        started = time.monotonic()
        channel = self._channel.name
        try:
            replies = await self._dialogue.answer(incoming)
            attempts = await self._channel.reply(incoming, replies)
        except Exception:
            self._metrics.handling_failures.labels(channel).inc()
            raise
        for attempt in attempts:
            self._metrics.replies.labels(channel, type(attempt).__name__.lower()).inc()
        self._metrics.reply_seconds.labels(channel).observe(time.monotonic() - started)
        await self._dialogue.answered(incoming, attempts)
        await self._learn(incoming, attempts)

    async def _learn(self, incoming: IncomingMessage, attempts: tuple[Attempt, ...]) -> None:
        lost = next(
            (one for one in attempts if isinstance(one, Unreachable) and not one.strike and not one.moved_to), None
        )
        if lost is not None:
            log.info("reader can't be reached", address=str(incoming.address), reason=lost.reason)
            if await self._subscribers.get(incoming.address) is not None:
                now = self._clock()
                await self._subscribers.change(incoming.address, "unreachable", as_unreachable, now=now)
        if any(isinstance(one, Refused) and one.reason is Reason.OUTSIDE_WINDOW for one in attempts):
            await self._subscribers.close_window(incoming.address)
        # Repeating what was sent in part would say it twice.
        if any(isinstance(one, TryLater) for one in attempts) and not any(isinstance(one, Sent) for one in attempts):
            raise ReplyPostponed
