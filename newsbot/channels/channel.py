"""What the rest of the house asks of a chat platform."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from newsbot.domain.attempt import Attempt
from newsbot.domain.message import AnyReply, CommandMenu, IncomingMessage
from newsbot.text.clipping import Unit


@dataclass(frozen=True, slots=True)
class Limits:
    """What fits in a message on this channel, in the unit that the channel counts."""

    text: int
    caption: int
    button_label: int  #: graphemes that are surely visible
    buttons: int
    unit: Unit
    splits: bool = False  #: what an editor wrote may be longer: it goes out as several messages


@dataclass(frozen=True, slots=True)
class Traits:
    """What is unlike elsewhere about writing to readers on this channel."""

    windows: bool = False  #: the platform lets us write only for a while after a reader was heard of
    edits: bool = True  #: what was sent can be changed and deleted
    echoes: bool = False  #: it reports our own messages to us, with what `Recipient.delivery` said
    stop_word: bool = False  #: a typed "stop" ends alerts at once, without asking back: the platform's rule


USUAL: Final = Traits()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the renderer could not show as meant: what, and what it did instead ('summary', 'clipped to 640')."""

    what: str
    how: str


@dataclass(slots=True)
class Report:
    """Collects what could not be shown as meant."""

    losses: list[Loss] = field(default_factory=list)

    def lost(self, what: str, how: str) -> None:
        self.losses.append(Loss(what, how))


class Channel(Protocol):
    """A chat platform. Implementations: Telegram, Messenger, console."""

    name: str  #: `telegram`, `messenger`, `console`
    limits: Limits

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        """Answer a reader: render and send, one attempt a reply, in order. Acknowledges the pressed button.

        Waits out short pauses the platform asks for. Never raises for what the platform answers.
        """
        ...

    async def is_administrator(self, incoming: IncomingMessage) -> bool:
        """Whether who did this may decide for the chat: in a private one always, in one that many share its
        administrators. May be a minute late. Raises ChannelUnavailable.
        """
        ...

    async def publish_menu(self, menu: CommandMenu) -> None:
        """Make the platform show these commands and texts; does nothing where they stand so already."""
        ...


class Operation(StrEnum):
    """What is done to a chat when the same is written to many."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(slots=True, unsafe_hash=True)  # not frozen: see `Sent`
class Recipient:
    user_id: str
    thread_id: str = ""  #: forum topic
    message_id: str = ""  #: the copy that is edited or deleted
    window_until: float = 0.0  #: unix seconds until which the reader may be written to; 0: not now, or no such limit
    delivery: str = ""  #: our id of this delivery (`delivery_id`), where the channel can carry one


class Pusher(Protocol):
    """Writes the same to many: rendered once, only the recipient changes."""

    name: str  #: of the channel

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Hashable:
        """What `push` wants: rendered and serialised. Losses are logged once. Pure but for that."""
        ...

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        """One delivery. Never raises for what the platform or the network does.

        What is refused for its form is tried once more in a plainer one (a refusal is certainly not a message). An
        edit without a change, and a copy that is gone already when it should be deleted, are `Sent`.
        """
        ...

    async def answers(self) -> bool:
        """Whether the platform answers a question that touches no reader, and takes our token; asked when too many
        sends go wrong, or our account was refused.
        """
        ...
