"""What servers say about time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsbot.ingest.fetching import shown
from newsbot.ingest.http_headers import parse_max_age, parse_retry_after

NOW = datetime(2025, 11, 18, 11, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("Tue, 18 Nov 2025 11:50:00 GMT", timedelta(minutes=5)),
        ("Tue, 18 Nov 2025 11:00:00 GMT", timedelta(0)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Fri, 18 Nov 2095 11:00:00 GMT", timedelta(hours=24)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("১২০", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(value: str, expected: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=300", 300),
        ("public, MAX-AGE=60", 60),
        ('max-age="90"', 90),
        ("s-maxage=600", 0),
        ("no-cache, max-age=300", 0),
        ("max-age=300, no-store", 0),
        ("max-age=-1", 0),
        ("", 0),
    ],
)
def test_max_age_is_how_long_an_answer_stays_fresh(value: str, seconds: int) -> None:
    assert parse_max_age(value) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://editor:s3cret@paper.example/feed?a=1", "https://paper.example/feed?a=1"),
        ("https://paper.example/feed?api_key=abc&page=2", "https://paper.example/feed?api_key=***&page=2"),
        ("https://paper.example/feed?Token=abc#x", "https://paper.example/feed?Token=***"),
        ("http://[bad", "(not an address)"),
    ],
)
def test_no_password_or_key_of_an_address_is_shown(url: str, expected: str) -> None:
    assert shown(url) == expected


def test_a_long_address_is_shown_short() -> None:
    assert len(shown("https://paper.example/" + "a" * 5_000)) == 200
