"""What the delivery asks of whoever words an alert (`newsbot.conversation.alerts`): once for each kind of reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from newsbot.channels.channel import Operation
from newsbot.domain.alert import Alert
from newsbot.domain.message import AnyReply


@dataclass(frozen=True, slots=True)
class Variant:
    """Readers who are told the same."""

    language: str
    topic: str = ""  #: the one of the alert's topics that they follow: the button under it stops this one
    shared: bool = False  #: a group or a channel: no buttons that act for one reader


@dataclass(frozen=True, slots=True)
class Composed:
    """`reply` is None where copies are deleted."""

    operation: Operation
    reply: AnyReply | None = None


class Composer(Protocol):
    async def compose(self, alert: Alert, variant: Variant) -> Composed | None:
        """None when there is nothing to show any more (the article is gone or withdrawn). Raises StoreUnavailable."""
        ...
