"""What a hundred random kills end with: a promise that was broken is one thing, a platform that refused another."""

from __future__ import annotations

from bench.random_kills import HEAD, row, verdict
from tests.unit.test_rehearsal_report import GOOD


def test_refusals_are_a_warning_and_end_well() -> None:
    lines, status = verdict([], ["seed 7: 5 requests went over the limit (429)"])
    assert lines == ["WARNING: seed 7: 5 requests went over the limit (429).", "Every promise was kept."]
    assert status == 0


def test_a_broken_promise_stands_last_and_ends_badly() -> None:
    lines, status = verdict(["seed 8: 3 readers were skipped"], ["seed 7: 5 requests went over the limit (429)"])
    assert lines[-1] == "NOT GOOD: seed 8: 3 readers were skipped."
    assert "Every promise was kept." not in lines
    assert status == 1


def test_a_run_is_shown_with_what_was_refused() -> None:
    shown = dict(zip(HEAD, row(GOOD), strict=True))
    assert (shown["refused (429)"], shown["sent"], shown["kills"]) == (0, 1_000, 0)
