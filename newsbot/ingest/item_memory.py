"""What this process remembers of a source's items, so that none is worked on twice for nothing or complained of twice.

Only an economy: after a restart every item is looked at once more, and the store says what is known.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsbot.ingest.values import FeedItem

__all__ = ["ItemMemory", "ItemOutcome"]

_REMEMBERED = 2_000  #: items of one source; a read looks at no more than a hundred


class ItemOutcome(StrEnum):
    """What became of an item in one read."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"  #: it can't become an article
    FAILED = "failed"  #: an error, to be tried again
    WAITING = "waiting"  #: for its page, or for its next try
    WITHDRAWN = "withdrawn"  #: the newsroom took it back
    PAGE_FAILED = "page failed"  #: counted beside the item's own outcome


@dataclass(slots=True)
class _Entry:
    item: int  #: hash of the item as it was then
    complaint: str = ""
    tries: int = 0
    try_at: datetime | None = None
    done: ItemOutcome | None = None
    silent: bool = False  #: first seen when its source was read first: it is never announced


class ItemMemory:
    """The items of one source by address; the least recently seen are forgotten first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def done(self, item: FeedItem) -> ItemOutcome | None:
        """What became of exactly this item, if nothing is left to do; None if it changed, waits or is new here."""
        entry = self._entries.get(item.url)
        return entry.done if entry and entry.item == hash(item) else None

    def rests(self, item: FeedItem, now: datetime) -> bool:
        """Whether its next try is still to come; a changed item is tried at once."""
        entry = self._entries.get(item.url)
        return bool(entry and entry.item == hash(item) and entry.try_at and entry.try_at > now)

    def tries(self, item: FeedItem) -> int:
        """How often this very item failed for a while."""
        entry = self._entries.get(item.url)
        return entry.tries if entry and entry.item == hash(item) else 0

    def finish(self, item: FeedItem, outcome: ItemOutcome, *, forgive: bool = False) -> None:
        """Nothing is left to do for this item until it changes. `forgive`: what was complained of is over."""
        entry = self._entry(item)
        entry.done, entry.tries, entry.try_at = outcome, 0, None
        if forgive:
            entry.complaint = ""

    def silent(self, item: FeedItem) -> bool:
        """Whether it comes from the first read of its source and only waited since."""
        entry = self._entries.get(item.url)
        return bool(entry and entry.silent)

    def postpone(self, item: FeedItem, until: datetime, *, silent: bool) -> None:
        """It failed for now and is tried again, not before `until`."""
        entry = self._entry(item)
        entry.silent = entry.silent or silent
        entry.tries, entry.try_at, entry.done = entry.tries + 1, until, None

    def is_news(self, item: FeedItem, complaint: str) -> bool:
        """Whether this was not complained of already; remembers it."""
        entry = self._entry(item)
        if entry.complaint == complaint:
            return False
        entry.complaint = complaint
        return True

    def _entry(self, item: FeedItem) -> _Entry:
        entry = self._entries.get(item.url)
        if entry is None:
            entry = self._entries[item.url] = _Entry(hash(item))
        elif entry.item != hash(item):
            entry.item, entry.tries, entry.try_at, entry.done = hash(item), 0, None, None
        self._entries.move_to_end(item.url)
        while len(self._entries) > _REMEMBERED:
            self._entries.popitem(last=False)
        return entry
