"""The newsroom's own public channel among the subscribers: it has a slot, and is no reader in any audience or count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsbot.domain.subscriber import Address, Preferences, Slot
from newsbot.subscribers.store import SubscriberStore

__all__ = ["public_channel_slot"]


async def public_channel_slot(
    subscribers: SubscriberStore, address: Address, *, now: datetime, language: str, timezone: str
) -> Slot:
    """Where its bits stand; it is registered at the first time, and at every start made writable again.

    `language` and `timezone` are the house's, until its administrators choose another.
    """
    known = await subscribers.change(
        address, "public_channel", _as_public, now=now, initial=Preferences(language=language, timezone=timezone)
    )
    return known.slot


def _as_public(preferences: Preferences) -> Preferences:
    return replace(preferences, topics=frozenset(), stopped=True, paused=False, unreachable=False, onboarded=True)
