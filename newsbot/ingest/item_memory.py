"""What this process remembers of a source's items, so that none is worked on twice for nothing or complained of twice.

Only an economy: after a restart every item is looked at once more, and the store says what is known.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from newsbot.ingest.backoff import backoff
from newsbot.ingest.values import FeedItem

__all__ = ["ItemMemory", "ItemOutcome"]

FIRST_DATE_LOOK = timedelta(minutes=10)
LONGEST_DATE_LOOK = timedelta(hours=6)
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
    words: int = 0  #: hash of the item without its dates
    only_dates_changed: bool = False  #: since it was last dealt with
    date_looks: int = 0  #: how often it was dealt with for its dates alone
    next_date_look: datetime | None = None


class ItemMemory:
    """The items of one source by address; the least recently seen are forgotten first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def done(self, item: FeedItem, now: datetime) -> ItemOutcome | None:
        """What became of this item, if nothing is left to do; None if it changed, waits or is new here.

        Some feeds and sitemaps date everything with the time they are asked. So an item that changed in nothing but its
        dates is looked at right away the first time, then after ten minutes, and less and less often.
        """
        entry = self._entries.get(item.url)
        if entry is None or entry.item == hash(item):
            return entry.done if entry else None
        only_dates = entry.words == _words(item) and entry.next_date_look is not None and now < entry.next_date_look
        return entry.done if only_dates else None

    def rests(self, item: FeedItem, now: datetime) -> bool:
        """Whether its next try is still to come; an item whose words changed is tried at once."""
        entry = self._entries.get(item.url)
        return bool(entry and entry.words == _words(item) and entry.try_at and entry.try_at > now)

    def tries(self, item: FeedItem) -> int:
        """How often this item failed for a while."""
        entry = self._entries.get(item.url)
        return entry.tries if entry and entry.words == _words(item) else 0

    def finish(self, item: FeedItem, outcome: ItemOutcome, now: datetime, *, forgive: bool = False) -> None:
        """Nothing is left to do for this item until it changes. `forgive`: what was complained of is over."""
        entry = self._entry(item)
        entry.done, entry.tries, entry.try_at = outcome, 0, None
        if entry.only_dates_changed:
            entry.only_dates_changed = False
            entry.date_looks += 1
            entry.next_date_look = now + backoff(
                entry.date_looks, FIRST_DATE_LOOK, jitter=0.5, longest=LONGEST_DATE_LOOK
            )
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
            entry = self._entries[item.url] = _Entry(hash(item), words=_words(item))
        elif entry.words != _words(item):
            silent, complaint = entry.silent, entry.complaint
            entry = self._entries[item.url] = _Entry(hash(item), complaint, silent=silent, words=_words(item))
        elif entry.item != hash(item):
            entry.item, entry.done, entry.only_dates_changed = hash(item), None, True
        self._entries.move_to_end(item.url)
        while len(self._entries) > _REMEMBERED:
            self._entries.popitem(last=False)
        return entry


def _words(item: FeedItem) -> int:
    return hash(replace(item, published_at=None, updated_at=None))
