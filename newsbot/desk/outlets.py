"""The channels through which the desk reaches readers, each with its own ledger, pace and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from newsbot.channels.channel import Channel, Limits, Loss, Pusher
from newsbot.channels.entrances import CHANNEL_NAMES
from newsbot.channels.look import Look
from newsbot.delivery.ledger import Ledger
from newsbot.delivery.pacing import AIM, Pacing
from newsbot.domain.message import AnyReply
from newsbot.i18n import Translator
from newsbot.text.clipping import Unit

__all__ = ["STARS_EACH", "Outlet", "channel_name", "channel_names", "seconds_for", "slowest"]


#: what Telegram takes for a message above the free rate (Bot API, `allow_paid_broadcast`)
STARS_EACH: Final = 0.1


def _as_meant(reply: AnyReply) -> Look:
    return Look(bubbles=(), used=0, limit=0, unit=Unit.GRAPHEME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One channel account. `rate`: messages a second, as configured."""

    channel: Channel
    ledger: Ledger
    pusher: Pusher
    pacing: Pacing
    rate: float
    edits: bool = True  #: what was sent can be changed and deleted
    paid: bool = False  #: what goes out above the platform's free rate is paid for
    look: Callable[[AnyReply], Look] = _as_meant  #: how an alert is shown there

    @property
    def limits(self) -> Limits:
        return self.channel.limits

    def losses(self, reply: AnyReply) -> tuple[Loss, ...]:
        """What of an alert can't be shown there as meant."""
        return self.look(reply).losses


def channel_name(channel: str, translate: Translator) -> str:
    """As people call it."""
    return translate(CHANNEL_NAMES[channel]) if channel in CHANNEL_NAMES else channel


def channel_names(channels: Iterable[str], translate: Translator) -> str:
    return ", ".join(channel_name(channel, translate) for channel in channels)


def seconds_for(outlets: Mapping[str, Outlet], counts: Mapping[str, int]) -> float:
    """How long so many messages take on each channel."""
    return slowest(counts, {name: outlet.rate for name, outlet in outlets.items()})


def slowest(counts: Mapping[str, int], rates: Mapping[str, float]) -> float:
    """Seconds for so many messages a channel at such rates: they go out side by side, so the slowest counts."""
    return max((count / (rates[channel] * AIM) for channel, count in counts.items()), default=0.0)
