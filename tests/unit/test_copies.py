"""What is stopped and waited for before copies are corrected or recalled."""

from __future__ import annotations

import pytest

from newsbot.delivery.copies import Proceed, Stop, WaitFor, before_touching, goes_to
from newsbot.domain.alert import AlertKind, AlertState, Audience, Totals
from tests.builders import an_alert

OPEN = [state for state in AlertState if not state.final]
ENDED = {"state": AlertState.DONE, "totals": Totals()}


def a_correction(number: int, **changes):
    return an_alert(number, kind=AlertKind.CORRECTION, of=1, state=AlertState.PLANNED, **changes)


def a_recall(number: int, **changes):
    return an_alert(number, **{"kind": AlertKind.RECALL, "of": 1, "state": AlertState.PLANNED} | changes)


@pytest.mark.parametrize("state", OPEN)
def test_a_recall_stops_its_alert_first(state):
    parent, recall = an_alert(1, state=state), a_recall(2)
    assert before_touching(recall, parent, [recall]) == Stop((parent,), "recalled")


@pytest.mark.parametrize("state", OPEN)
def test_a_correction_lets_its_alert_go_on_once_it_is_known_to_be_held(state):
    correction = a_correction(2)
    assert before_touching(correction, an_alert(1, state=state), [correction]) == Proceed(claimed_meanwhile=True)


@pytest.mark.parametrize("touch", [a_correction, a_recall])
def test_both_wait_for_what_is_still_on_its_way_of_a_stopped_alert(touch):
    parent, alert = an_alert(1, state=AlertState.STOPPED), touch(2)
    assert before_touching(alert, parent, [alert]) == WaitFor((parent,))


@pytest.mark.parametrize("touch", [a_correction, a_recall])
def test_nothing_is_waited_for_when_the_alert_is_over(touch):
    alert = touch(2)
    assert before_touching(alert, an_alert(1, **ENDED), [alert]) == Proceed()
    assert before_touching(alert, None, [alert]) == Proceed()


def test_a_newer_correction_stops_the_older_ones_and_waits_for_them():
    over = an_alert(1, **ENDED)
    older, newer = a_correction(2), a_correction(3)
    assert before_touching(newer, over, [older, newer]) == Stop((older,), "superseded")
    assert before_touching(older, over, [older, newer]) == Proceed()
    stopped = an_alert(2, kind=AlertKind.CORRECTION, of=1, state=AlertState.STOPPED)
    assert before_touching(newer, over, [stopped, newer]) == WaitFor((stopped,))


def test_a_recall_stops_corrections_with_the_alert():
    parent, correction, recall = an_alert(1), a_correction(2), a_recall(3)
    assert before_touching(recall, parent, [correction, recall]) == Stop((parent, correction), "recalled")


def test_what_is_recalled_is_not_corrected_any_more():
    recall, correction = a_recall(2, **ENDED), a_correction(3)
    assert before_touching(correction, an_alert(1, **ENDED), [recall, correction]) == Stop((correction,), "recalled")


def test_a_recall_that_was_stopped_leaves_copies_to_correct():
    recall, correction = a_recall(2, state=AlertState.STOPPED, totals=Totals()), a_correction(3)
    assert before_touching(correction, an_alert(1, **ENDED), [recall, correction]) == Proceed()


def an_update(number: int, **changes):
    return an_alert(number, **{"kind": AlertKind.UPDATE, "of": 1, "state": AlertState.PLANNED} | changes)


def test_an_update_gives_way_to_an_editors_correction_whether_it_goes_on_or_is_over():
    over, update = an_alert(1, **ENDED), an_update(3)
    for correction in (a_correction(2), an_alert(2, kind=AlertKind.CORRECTION, of=1, **ENDED)):
        assert before_touching(update, over, [correction, update]) == Stop((update,), "superseded")
    stopped = an_alert(2, kind=AlertKind.CORRECTION, of=1, state=AlertState.STOPPED, totals=Totals())
    assert before_touching(update, over, [stopped, update]) == Proceed()


def test_a_correction_or_recall_stops_an_update():
    over, update = an_alert(1, **ENDED), an_update(2)
    assert before_touching(a_correction(3), over, [update, a_correction(3)]) == Stop((update,), "superseded")
    assert before_touching(a_recall(3), over, [update, a_recall(3)]) == Stop((update,), "recalled")


def test_what_is_recalled_is_not_updated_any_more():
    recall, update = a_recall(2, **ENDED), an_update(3)
    assert before_touching(update, an_alert(1, **ENDED), [recall, update]) == Stop((update,), "recalled")


@pytest.mark.parametrize(
    ("kind", "channels", "edits", "expected"),
    [
        (AlertKind.BROADCAST, (), False, True),
        (AlertKind.BROADCAST, ("telegram",), False, False),
        (AlertKind.CORRECTION, (), False, True),
        (AlertKind.CORRECTION, ("telegram",), False, False),
        (AlertKind.CORRECTION, ("telegram",), True, False),
        (AlertKind.CORRECTION, ("telegram", "messenger"), False, True),
        (AlertKind.UPDATE, (), False, False),
        (AlertKind.UPDATE, (), True, True),
        (AlertKind.RECALL, (), False, False),
        (AlertKind.RECALL, (), True, True),
    ],
)
def test_where_nothing_can_be_changed_only_a_correction_that_is_wanted_there_has_anything_to_do(
    kind: AlertKind, channels: tuple[str, ...], edits: bool, expected: bool
) -> None:
    alert = an_alert(kind=kind, audience=Audience(channels=channels))
    assert goes_to(alert, "messenger", edits=edits) is expected
