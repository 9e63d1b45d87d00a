"""The channels through which the desk reaches readers, each with its own ledger, pace and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from newsbot.channels.channel import Channel, Limits, Pusher
from newsbot.delivery.ledger import Ledger
from newsbot.delivery.pacing import AIM, Pacing
from newsbot.i18n import N_, Translator

__all__ = ["CHANNELS", "Outlet", "channel_name", "channel_names", "seconds_for", "slowest"]

#: as people call them
CHANNELS: Final[dict[str, str]] = {"telegram": N_("Telegram"), "messenger": N_("Messenger")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One channel account. `rate`: messages a second, as configured."""

    channel: Channel
    ledger: Ledger
    pusher: Pusher
    pacing: Pacing
    rate: float

    @property
    def limits(self) -> Limits:
        return self.channel.limits


def channel_name(channel: str, translate: Translator) -> str:
    return translate(CHANNELS[channel]) if channel in CHANNELS else channel


def channel_names(channels: Iterable[str], translate: Translator) -> str:
    return ", ".join(channel_name(channel, translate) for channel in channels)


def seconds_for(outlets: Mapping[str, Outlet], counts: Mapping[str, int]) -> float:
    """How long so many messages take on each channel."""
    return slowest(counts, {name: outlet.rate for name, outlet in outlets.items()})


def slowest(counts: Mapping[str, int], rates: Mapping[str, float]) -> float:
    """Seconds for so many messages a channel at such rates: they go out side by side, so the slowest counts."""
    return max((count / (rates[channel] * AIM) for channel, count in counts.items()), default=0.0)
