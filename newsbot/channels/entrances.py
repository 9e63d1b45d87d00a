"""The newsroom's channels as a reader finds them: what each is called, and the link that opens the chat there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsbot.i18n import N_

__all__ = ["CHANNEL_NAMES", "Entrance", "Entrances"]

#: messages of the catalogue
CHANNEL_NAMES: Final[dict[str, str]] = {
    "telegram": N_("Telegram"),
    "messenger": N_("Messenger"),
    "console": N_("Console"),
}


@dataclass(frozen=True, slots=True)
class Entrance:
    channel: str
    link: str  #: opens our chat there; what is written behind it reaches us as the payload of `Kind.START`
    windows: bool = False  #: see `Traits`

    @property
    def name(self) -> str:
        """A message of the catalogue."""
        return CHANNEL_NAMES.get(self.channel, self.channel)


class Entrances:
    """One a channel, in the order in which alerts go to a reader who is on several: first where they can.

    `order`: channels; those not named come last, by name. An account adds its own when it is opened.
    """

    def __init__(self, order: Sequence[str] = (), entrances: Sequence[Entrance] = ()) -> None:
        self._order = tuple(order)
        self._by_channel = {one.channel: one for one in entrances}

    def add(self, entrance: Entrance) -> None:
        self._by_channel[entrance.channel] = entrance

    def __iter__(self) -> Iterator[Entrance]:
        def place(entrance: Entrance) -> tuple[int, str]:
            order, channel = self._order, entrance.channel
            return (order.index(channel) if channel in order else len(order), channel)

        return iter(sorted(self._by_channel.values(), key=place))

    def others(self, channel: str) -> tuple[Entrance, ...]:
        """Where a reader of this channel can be too; () also where this one has no entrance itself."""
        return tuple(one for one in self if one.channel != channel) if channel in self._by_channel else ()
