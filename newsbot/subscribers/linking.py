"""One reader at two addresses: what they share, and which of the two is sent alerts. Pure.

Both sides of a link choose together: language, time zone, topics, pauses, leaving. Whether an address can be reached is
each one's own. Alerts go to the address whose channel comes first in an order that is handed in, and to the other one
while the first can't be reached. So of two linked addresses at most one wants alerts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from newsbot.domain.subscriber import ELSEWHERE, LINKED, Address, Preferences
from newsbot.errors import NewsbotError

__all__ = ["CannotLink", "WhyNot", "alone", "check_link", "comes_first", "mirrored", "settled", "united"]


class WhyNot(StrEnum):
    SAME_ADDRESS = "same address"
    SAME_CHANNEL = "same channel"
    LINKED = "linked with another"  #: this address
    OTHER_LINKED = "the other is linked with another"


class CannotLink(NewsbotError):
    """These two addresses can't be linked."""

    def __init__(self, reason: WhyNot) -> None:
        super().__init__(f"These two addresses can't be linked: {reason.value}.")
        self.reason = reason


def comes_first(one: Address, other: Address, order: Sequence[str]) -> bool:
    """Whether alerts go to `one` where both can be reached. `order`: channels; those not named come last, by name."""

    def place(address: Address) -> tuple[int, str]:
        return (order.index(address.channel) if address.channel in order else len(order), address.channel)

    return place(one) < place(other)


def check_link(address: Address, other: Address, partner: Address | None, others_partner: Address | None) -> None:
    """Raises CannotLink. The partners are those that agree."""
    if address == other:
        raise CannotLink(WhyNot.SAME_ADDRESS)
    if address.channel == other.channel:
        raise CannotLink(WhyNot.SAME_CHANNEL)
    if partner not in (None, other):
        raise CannotLink(WhyNot.LINKED)
    if others_partner not in (None, address):
        raise CannotLink(WhyNot.OTHER_LINKED)


def united(mine: Preferences, theirs: Preferences) -> Preferences:
    """What both choose from now on, at my address.

    The topics of both, in my language. Whoever was sent alerts at one of them still is.
    """
    on = any(not (one.paused or one.stopped) for one in (mine, theirs))
    return replace(
        mine,
        topics=mine.topics | theirs.topics,
        paused=not on and (mine.paused or theirs.paused),
        stopped=mine.stopped and theirs.stopped,
        onboarded=mine.onboarded or theirs.onboarded,
    )


def mirrored(changed: Preferences, other: Preferences) -> Preferences:
    """What is chosen at the other address when this was chosen here."""
    return replace(
        other,
        language=changed.language,
        timezone=changed.timezone,
        topics=changed.topics,
        paused=changed.paused,
        stopped=changed.stopped,
        onboarded=changed.onboarded,
    )


def settled(
    address: Address, changed: Preferences, partner: Address, theirs: Preferences, order: Sequence[str]
) -> tuple[Preferences, Preferences]:
    """Both sides of a link after `changed` was chosen at `address`."""
    theirs = mirrored(changed, theirs)
    first = comes_first(address, partner, order)
    return (
        _linked(changed, partner, elsewhere=not first and not theirs.unreachable),
        _linked(theirs, address, elsewhere=first and not changed.unreachable),
    )


def alone(preferences: Preferences) -> Preferences:
    """Without a link."""
    return preferences.with_note(LINKED, "").with_note(ELSEWHERE, "")


def _linked(preferences: Preferences, partner: Address, *, elsewhere: bool) -> Preferences:
    return preferences.with_note(LINKED, str(partner)).with_note(ELSEWHERE, "1" if elsewhere else "")
