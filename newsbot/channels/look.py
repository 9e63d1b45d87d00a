"""How a channel shows one message, in parts that any page can draw: what its renderer made of a reply, and no more."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.channels.channel import Loss
from newsbot.domain.message import Rows, Span
from newsbot.text.clipping import Unit

__all__ = ["Bubble", "Look", "PreviewLink"]


@dataclass(frozen=True, slots=True)
class PreviewLink:
    """What the app shows of a page under the text, or `above` it."""

    url: str
    large: bool = False
    above: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message, or one card of a row. `buttons` stay under it, `suggestions` vanish with the next message."""

    spans: tuple[Span, ...] = ()
    picture: str = ""  #: a web address, or the channel's own reference
    subtitle: str = ""  #: of a card
    url: str = ""  #: opened where a card is pressed
    buttons: Rows = ()
    suggestions: Rows = ()
    link: PreviewLink | None = None
    folded: bool = False  #: a long quotation folds away behind "show more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`used` of `limit` in the channel's own unit, counted as the platform counts: what an editor wrote, with the lines
    above it. Beyond the limit it is refused, or goes out in several messages where the channel `splits`.
    """

    bubbles: tuple[Bubble, ...]
    losses: tuple[Loss, ...] = ()
    silent: bool = False
    used: int
    limit: int
    unit: Unit
    splits: bool = False
