"""Which numbers strangers get."""

from __future__ import annotations

from newsbot.domain.subscriber import SEGMENT_SIZE
from newsbot.subscribers.numbering import following


def test_the_first_account_begins_at_nought() -> None:
    assert following(-1, -1, 3) == [0, 1, 2]


def test_an_account_goes_on_behind_its_last_whoever_else_has_higher_ones() -> None:
    assert following(4, SEGMENT_SIZE + 9, 2) == [5, 6]


def test_a_new_account_begins_behind_everybodys_segments() -> None:
    assert following(-1, 0, 2) == [SEGMENT_SIZE, SEGMENT_SIZE + 1]
    assert following(-1, SEGMENT_SIZE - 1, 1) == [SEGMENT_SIZE]
    assert following(-1, SEGMENT_SIZE, 1) == [2 * SEGMENT_SIZE]


def test_a_full_segment_is_left_for_the_next_free_one() -> None:
    assert following(SEGMENT_SIZE - 2, 3 * SEGMENT_SIZE + 5, 3) == [
        SEGMENT_SIZE - 1,
        4 * SEGMENT_SIZE,
        4 * SEGMENT_SIZE + 1,
    ]


def test_many_at_once_never_share_a_number() -> None:
    numbers = following(-1, 10, 2 * SEGMENT_SIZE + 1)
    assert numbers == list(range(SEGMENT_SIZE, 3 * SEGMENT_SIZE + 1))
