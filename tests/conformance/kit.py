"""What a channel hands to the conformance kit and to the transcripts: how readers act on it, and what they are shown.

A kit is one reader's phone and the platform between it and us. What goes in is what the platform delivers, byte for
byte; what comes out is what the platform is asked to show. `docs/channels.md` tells how a new channel joins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from newsbot.channels.channel import Pusher
from newsbot.channels.inbox import Inbox
from newsbot.domain.message import AnyReply, ChatKind, IncomingMessage
from newsbot.domain.subscriber import Address

__all__ = ["ChannelKit", "Deliver", "Pushing", "Raw", "Shown"]

Raw = Any  #: one thing that a reader did, as the platform tells it
Deliver = Callable[[bytes], Awaitable[int]]  #: a delivery of the platform's → the status that we answer


@dataclass(frozen=True, slots=True)
class Shown:
    """What one or several replies became on this channel."""

    wire: str  #: exactly what the platform is asked, to be read and compared
    text: str  #: everything that the reader can read of it
    deeds: frozenset[str] = frozenset()  #: what its buttons do and where they lead
    losses: tuple[str, ...] = ()  #: what the renderer says it could not show as meant


@dataclass(frozen=True, slots=True)
class Pushing:
    """A pusher before a platform. `window_until`: of the reader's window that is open now; 0 where there is none."""

    pusher: Pusher
    user_id: str
    window_until: float
    arrived: Callable[[], int]  #: messages that the reader was shown


class ChannelKit(Protocol):
    """Stateful: what was shown last can be pressed. One reader, in one place."""

    name: str
    places: tuple[ChatKind, ...]  #: where the bot can be on this channel
    windows: bool  #: the platform lets us write only for a while after the reader did something
    redelivers: bool  #: the platform delivers again what we didn't acknowledge
    batches: bool  #: the platform delivers several events at once
    tells_language: bool  #: of the reader's app
    address: Address

    # --- in ---------------------------------------------------------------------------------------------------------

    def typed(self, text: str, user_id: str = "") -> Raw:
        """`user_id`: another reader's than the kit's own."""
        ...

    def pressed(self, action: str, label: str) -> Raw:
        """A button that was shown. Raises LookupError where nothing on the reader's phone does this."""
        ...

    def added(self) -> Raw:
        """The bot was put into the place."""
        ...

    def body(self, *events: Raw) -> bytes:
        """One delivery of the platform's; of several events only where it `batches`."""
        ...

    async def understand(self, body: bytes) -> list[IncomingMessage]:
        """What our receiver makes of a delivery."""
        ...

    def serving(self, inbox: Inbox) -> AbstractAsyncContextManager[Deliver]:
        """Our entrance for the platform, over real HTTP where it uses that."""
        ...

    def malformed(self) -> Sequence[bytes]:
        """Deliveries that are signed, or otherwise known to be the platform's, and not what they should be."""
        ...

    # --- out --------------------------------------------------------------------------------------------------------

    async def answered(self, incoming: IncomingMessage, replies: Sequence[AnyReply]) -> Shown: ...

    async def pushed(self, reply: AnyReply) -> Shown: ...

    def complaints(self, reply: AnyReply) -> list[str]:
        """What the platform would refuse of this reply, answered or pushed; [] if it takes it."""
        ...

    def pushing(self) -> AbstractAsyncContextManager[Pushing] | None:
        """None where nothing is pushed."""
        ...


@dataclass
class Numbers:
    """Ids that are the same in every run."""

    last: dict[str, int] = field(default_factory=dict)

    def next(self, of: str) -> int:
        self.last[of] = self.last.get(of, 0) + 1
        return self.last[of]
