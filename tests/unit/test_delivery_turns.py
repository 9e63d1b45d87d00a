"""Whose turn it is to send."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from newsbot.delivery.turns import WEIGHTS, Turns
from newsbot.domain.alert import AlertClass

BREAKING, TOPIC, DIGEST = AlertClass.BREAKING, AlertClass.TOPIC, AlertClass.DIGEST


def served(turns: Turns, wanting: list[tuple[AlertClass, int]], messages: int, batch: int = 1) -> Counter[int]:
    """How many each of them was granted of so many messages."""
    classes = {alert_id: cls for cls, alert_id in wanting}
    had: Counter[int] = Counter()
    while had.total() < messages:
        alert_id = turns.next(wanting)
        assert turns.next(wanting) == alert_id  # asking is not taking
        turns.took(classes[alert_id], alert_id, batch)
        had[alert_id] += batch
    return had


def test_classes_share_by_weight_and_the_alerts_of_one_evenly() -> None:
    wanting = [(BREAKING, 1), (TOPIC, 2), (TOPIC, 3), (DIGEST, 4)]
    assert served(Turns(), wanting, 1200) == {1: 800, 2: 150, 3: 150, 4: 100}


def test_a_small_alert_behind_a_large_one_is_served_at_once() -> None:
    turns = Turns()
    served(turns, [(BREAKING, 1)], 10_000, batch=100)
    assert served(turns, [(BREAKING, 1), (TOPIC, 2)], 220)[2] >= 50


def test_who_was_away_has_no_credit() -> None:
    turns = Turns()
    served(turns, [(TOPIC, 1), (TOPIC, 2)], 2)
    served(turns, [(TOPIC, 1)], 1000)
    assert served(turns, [(TOPIC, 1), (TOPIC, 2)], 100) == {1: 50, 2: 50}


def test_batches_of_any_size_are_weighed() -> None:
    turns = Turns()
    had: Counter[int] = Counter()
    for _ in range(600):
        alert_id = turns.next([(TOPIC, 1), (TOPIC, 2)])
        size = 7 if alert_id == 1 else 1
        turns.took(TOPIC, alert_id, size)
        had[alert_id] += size
    assert abs(had[1] - had[2]) <= 7


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(AlertClass), st.integers(1, 6)), min_size=1, max_size=6, unique=True),
        min_size=1,
        max_size=60,
    )
)
def test_nobody_who_keeps_wanting_waits_longer_than_their_share(rounds: list[list[tuple[AlertClass, int]]]) -> None:
    turns = Turns()
    always = (DIGEST, 99)
    waited = 0
    for others in rounds * 3:
        wanting = [*others, always]
        alert_id = turns.next(wanting)
        cls = next(cls for cls, one in wanting if one == alert_id)
        turns.took(cls, alert_id, 1)
        waited = 0 if (cls, alert_id) == always else waited + 1
        # All the others' weights come first, and one more of each, as often as there can be alerts of its class.
        assert waited <= (sum(WEIGHTS.values()) + 2) * 7


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 100), st.sampled_from(AlertClass)), min_size=1, max_size=30),
    st.sampled_from([TOPIC, DIGEST]),
)
def test_an_old_alert_gets_its_share_of_a_stream_of_new_ones_that_come_and_go(
    stream: list[tuple[int, int, AlertClass]], cls: AlertClass
) -> None:
    turns = Turns()
    old = (cls, 1)
    turns.next([old])
    turns.took(*old, 100)  # before the others come
    had, given_to_others, most = 0, 0, 0
    waiting: list[tuple[AlertClass, int]] = []
    for number, (come, batch, of) in enumerate(stream * 40):
        waiting += [(of, 1000 + 10 * number + place) for place in range(come)]
        del waiting[3:]  # as many as there are at most at a time
        most = max(most, batch)
        chosen = turns.next([old, *waiting])
        if chosen == 1:
            turns.took(*old, batch)
            had += batch
        else:
            of_chosen = next(one for one in waiting if one[1] == chosen)
            turns.took(*of_chosen, batch)
            turns.forget(*of_chosen)  # it was small, and is over
            waiting.remove(of_chosen)
            given_to_others += batch
    # A fourth of its class, and of its class its weight; but for what it had before, and batches that were begun.
    share = WEIGHTS[cls] / sum(WEIGHTS.values()) / 4
    assert had >= (had + given_to_others) * share - 100 - 4 * most
