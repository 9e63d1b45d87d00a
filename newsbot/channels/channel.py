"""What the rest of the house asks of a chat platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from newsbot.domain.alert import Attempt
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


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the renderer could not show as meant: what, and what it did instead ('summary', 'clipped to 640')."""

    what: str
    how: str


class Channel(Protocol):
    """A chat platform. Implementations: Telegram, console (Messenger comes later)."""

    name: str  #: `telegram`, `messenger`, `console`
    limits: Limits

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        """Answer a reader: render and send, one attempt a reply, in order. Acknowledges the pressed button.

        Waits out short pauses the platform asks for. Never raises for what the platform answers.
        """
        ...

    async def publish_menu(self, menu: CommandMenu) -> None:
        """Make the platform show these commands and texts; does nothing where they stand so already."""
        ...
