"""What is remembered of items between reads, and when what failed is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.ingest import item_memory
from newsbot.ingest.backoff import backoff, spread
from newsbot.ingest.item_memory import ItemMemory, ItemOutcome
from newsbot.ingest.values import FeedItem
from tests.builders import NOW

ITEM = FeedItem(url="https://paper.example/1", headline="সেতু খুলল")
CHANGED = FeedItem(url="https://paper.example/1", headline="সেতু খুলল আজ")
LATER = NOW + timedelta(minutes=5)


def test_an_item_is_done_until_it_changes() -> None:
    memory = ItemMemory()
    assert memory.done(ITEM, NOW) is None
    memory.finish(ITEM, ItemOutcome.NEW, NOW)
    assert memory.done(ITEM, NOW) is ItemOutcome.NEW
    assert memory.done(CHANGED, NOW) is None


def test_an_item_that_failed_rests_until_its_next_try_or_until_it_changes() -> None:
    memory = ItemMemory()
    memory.postpone(ITEM, LATER, silent=False)
    assert (memory.rests(ITEM, NOW), memory.rests(ITEM, LATER), memory.rests(CHANGED, NOW)) == (True, False, False)
    assert (memory.tries(ITEM), memory.tries(CHANGED)) == (1, 0)


def test_an_item_that_succeeds_at_last_forgets_its_failures() -> None:
    memory = ItemMemory()
    memory.postpone(ITEM, LATER, silent=False)
    memory.finish(ITEM, ItemOutcome.NEW, NOW)
    assert (memory.rests(ITEM, NOW), memory.tries(ITEM)) == (False, 0)


def test_a_complaint_is_news_once_until_it_is_over_or_another() -> None:
    memory = ItemMemory()
    assert [memory.is_news(ITEM, "slow"), memory.is_news(ITEM, "slow"), memory.is_news(ITEM, "gone")] == [
        True,
        False,
        True,
    ]
    memory.finish(ITEM, ItemOutcome.NEW, NOW)
    assert not memory.is_news(ITEM, "gone")
    memory.finish(ITEM, ItemOutcome.NEW, NOW, forgive=True)
    assert memory.is_news(ITEM, "gone")


def test_what_waited_since_the_first_read_stays_silent_even_when_it_changes() -> None:
    memory = ItemMemory()
    memory.postpone(ITEM, LATER, silent=True)
    memory.postpone(CHANGED, LATER, silent=False)
    assert memory.silent(CHANGED)


def test_an_item_that_changes_only_its_dates_is_looked_at_less_and_less_often() -> None:
    memory = ItemMemory()
    memory.finish(ITEM, ItemOutcome.NEW, NOW)
    looks = []
    for minute in range(1, 6 * 60):
        now = NOW + timedelta(minutes=minute)
        dated_now = replace(ITEM, published_at=now, updated_at=now)
        if memory.done(dated_now, now) is None:
            looks.append(minute)
            memory.finish(dated_now, ItemOutcome.UNCHANGED, now)
    assert looks == [1, 11, 31, 71, 151, 311]
    assert memory.done(replace(CHANGED, published_at=LATER), LATER) is None


def test_what_is_complained_of_or_waits_is_not_tried_at_once_because_its_date_changed() -> None:
    memory = ItemMemory()
    memory.postpone(ITEM, LATER, silent=False)
    dated = replace(ITEM, published_at=NOW)
    assert (memory.rests(dated, NOW), memory.tries(dated)) == (True, 1)
    memory.finish(ITEM, ItemOutcome.NEW, NOW)
    memory.is_news(dated, "its page is gone")
    memory.finish(dated, ItemOutcome.UNCHANGED, NOW)
    assert memory.done(replace(ITEM, published_at=LATER), LATER) is ItemOutcome.UNCHANGED


def test_only_so_many_items_are_remembered_and_the_latest_are() -> None:
    memory = ItemMemory()
    items = [FeedItem(url=f"https://paper.example/{number}") for number in range(item_memory._REMEMBERED + 1)]
    for item in items:
        memory.finish(item, ItemOutcome.NEW, NOW)
    assert (memory.done(items[0], NOW), memory.done(items[1], NOW)) == (None, ItemOutcome.NEW)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("failures", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)])
def test_each_failure_doubles_the_wait_up_to_an_hour(failures: int, minutes: int) -> None:
    assert backoff(failures, MINUTE, jitter=0.5) == timedelta(minutes=minutes)


def test_jitter_spreads_around_the_wait() -> None:
    assert [spread(MINUTE, 0.2, jitter=jitter) for jitter in (0, 0.5, 1)] == [MINUTE * 0.8, MINUTE, MINUTE * 1.2]
