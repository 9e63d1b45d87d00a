"""A rehearsal's report: what breaks a promise is called so, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.rehearsal.report import Report, chart, in_words, percentile

GOOD = Report(
    readers=1_000,
    rate=30,
    workers=1,
    faults="",
    seed=1,
    audience=1_000,
    sent=1_000,
    skipped=0,
    duplicates=0,
    unknown=0,
    refused={},
    other={},
    disagreements=0,
    compared=1_000,
    bound=30,
    deaths=0,
    disturbed=0,
    utilisation=0.97,
    worst_second=30,
    too_many_requests=0,
    seconds_to_half=17.0,
    seconds_to_all=34.5,
    reply_p50_idle_ms=4.0,
    reply_p99_idle_ms=9.0,
    reply_p50_ms=30.0,
    reply_p99_ms=44.0,
    replies=130,
    worker_cpu_s_per_1000=0.6,
    worker_rss_mb=120.0,
    redis_round_trips_per_message=0.25,
    redis_commands_per_message=3.0,
    ended="done",
    curve=(30, 30, 15, 0),
)


def test_a_night_on_which_every_promise_is_kept_is_called_so() -> None:
    assert GOOD.problems == []
    assert in_words(GOOD)[-1] == "Every promise was kept."


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"skipped": 3}, "3 readers were skipped"),
        ({"disagreements": 1}, "the ledger says what the sandbox did not see"),
        ({"duplicates": 1}, "1 duplicates; 0 at most"),
        ({"duplicates": 61, "deaths": 2}, "61 duplicates; 60 at most are allowed after 2 deaths"),
        ({"unknown": 31, "deaths": 1}, "31 unknown; 30 at most"),
        ({"unknown": 8, "disturbed": 7}, "8 unknown; 7 at most are allowed after 0 deaths and 7 lost or late answers"),
        ({"duplicates": 61, "played": ("freeze-worker", "slow")}, "61 duplicates; 30 at most"),
        ({"worst_second": 31}, "31 messages in one second"),
        ({"too_many_requests": 2}, "2 requests went over the limit"),
        ({"ended": "running"}, "it is running"),
        ({"sent": 1_001}, "1,001 got it, and it was for 1,000"),
        ({"failed": ("database-away (StartError: no file)",)}, "the fault database-away (StartError: no file) did not"),
    ],
)
def test_what_breaks_a_promise_is_told(changes: dict[str, object], told: str) -> None:
    report = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert any(told in problem for problem in report.problems)
    assert any(line.startswith("NOT GOOD") and told in line for line in in_words(report))


def test_a_pace_that_was_not_kept_is_told_apart_from_broken_promises() -> None:
    report = replace(GOOD, too_many_requests=5)
    assert (report.broken, report.over_the_pace) == ([], ["5 requests went over the limit (429)"])
    assert replace(GOOD, skipped=1).over_the_pace == []


def test_what_dead_processes_leave_in_doubt_is_within_the_promise() -> None:
    assert replace(GOOD, duplicates=60, unknown=60, deaths=2).problems == []


def test_a_fault_whose_moment_did_not_come_is_told_and_breaks_no_promise() -> None:
    report = replace(GOOD, missed=("kill-worker", "kill-worker"))
    assert report.problems == []
    assert any("kill-worker × 2: the alert was over before" in line for line in in_words(report))


def test_json_holds_every_figure_that_others_read() -> None:
    wanted = {
        *("audience", "sent", "skipped", "duplicates", "unknown", "utilisation", "too_many_requests"),
        *("reply_p99_ms", "reply_p99_idle_ms", "worker_cpu_s_per_1000", "worker_rss_mb"),
        *("redis_round_trips_per_message", "seconds_to_half", "seconds_to_all"),
    }
    assert wanted <= set(GOOD.json())


def test_the_chart_is_as_high_as_the_share_of_the_limit() -> None:
    assert chart([30, 15, 0], 30)[0].endswith("┤█▄ ")


def test_a_long_night_fits_into_one_line() -> None:
    bars, unit = chart([30] * 600, 30)
    assert bars.endswith("┤" + "█" * 60)
    assert "10 seconds" in unit


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0
    assert percentile([], 0.99) == 0.0
