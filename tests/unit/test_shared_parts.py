"""What those who watch the same see is rendered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from newsbot.desk.dashboard.shared_parts import MOST, SharedParts


def counting() -> Callable[[], Mapping[str, str]]:
    number = count(1)
    return lambda: {"figures": f"made {next(number)}"}


def test_a_look_is_rendered_once_for_all_who_watch_in_a_language_and_anew_for_the_next() -> None:
    shared, make = SharedParts(), counting()
    first, second = object(), object()
    assert [shared.of((7, "bn"), first, make) for _ in range(10)] == [{"figures": "made 1"}] * 10
    assert shared.of((7, "en"), first, make) == {"figures": "made 2"}
    assert shared.of((8, "bn"), first, make) == {"figures": "made 3"}
    assert shared.of((7, "bn"), second, make) == {"figures": "made 4"}


def test_what_nobody_watches_any_more_is_not_kept_for_ever() -> None:
    shared, make = SharedParts(), counting()
    for alert in range(10 * MOST):
        shared.of((alert, "bn"), object(), make)
    assert len(shared._made) <= MOST
