"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.ingest.robots import RobotRules, _matches, parse_robots
from tests.builders import NOW

SITE = "https://paper.example"


def allowed(robots: str, path: str) -> bool:
    return parse_robots(robots).allows(f"{SITE}{path}")


@pytest.mark.parametrize("robots", ["", "User-agent: *\nDisallow:", "nonsense\n:::\n<html>", "Disallow: /", "\x00\xff"])
def test_what_forbids_nothing_allows_everything(robots: str) -> None:
    assert allowed(robots, "/sports/1")


def test_the_longest_match_decides_and_allow_wins_a_tie() -> None:
    robots = "User-agent: *\nDisallow: /news\nAllow: /news/open\nDisallow: /news/open/not\nAllow: /tie\nDisallow: /tie"
    paths = ["/news", "/newsletter", "/news/open/1", "/news/open/not/1", "/tie", "/"]
    assert [allowed(robots, path) for path in paths] == [False, False, True, False, True, True]


def test_a_group_that_names_us_replaces_the_general_one() -> None:
    robots = "User-agent: *\nDisallow: /\n\nUser-agent: NewsBot/2.0\nDisallow: /private\n"
    assert (allowed(robots, "/sports"), allowed(robots, "/private")) == (True, False)


def test_a_group_that_names_us_and_forbids_nothing_allows_everything() -> None:
    assert allowed("User-agent: *\nDisallow: /\n\nUser-agent: newsbot\nDisallow:\n", "/sports")


def test_a_group_for_several_agents_is_for_each_and_groups_of_one_agent_are_joined() -> None:
    robots = (
        "User-agent: other\nUser-agent: newsbot\nDisallow: /a\n\n"
        "User-agent: x\nDisallow: /c\n\n"
        "User-agent: newsbot\nDisallow: /b"
    )
    assert [allowed(robots, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_rules_for_other_agents_are_not_ours() -> None:
    assert allowed("User-agent: newsbot-image\nDisallow: /\nUser-agent: googlebot\nDisallow: /", "/sports")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/fish", "/fish.html", True),
        ("/fish*", "/fishheads", True),
        ("/*.php", "/folder/x.php?a=1", True),
        ("/*.php$", "/x.php", True),
        ("/*.php$", "/x.php?a=1", False),
        ("/*.php$", "/x.php/y.php", True),
        ("/fish$", "/fish", True),
        ("/fish$", "/fishes", False),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*b*c", "/a1c2b3", False),
        ("/*?print=", "/news/1?print=1", True),
        ("*", "/", True),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("/a*a$", "/a", False),
        ("/খেলা", "/%E0%A6%96%E0%A7%87%E0%A6%B2%E0%A6%BE/1", True),
        ("/%e0%a6%96", "/খ", True),
        ("/%7Eme", "/~me", True),
    ],
)
def test_wildcards_ends_and_letters_match_as_the_standard_says(pattern: str, path: str, matches: bool) -> None:
    assert allowed(f"User-agent: *\nDisallow: {pattern}", path) is not matches


def test_comments_spaces_case_and_a_byte_order_mark_are_passed_over() -> None:
    robots = "\ufeffUSER-AGENT : * # everyone\r\n  disallow:/private # not for you\r\n"
    assert not allowed(robots, "/private/1")


@pytest.mark.parametrize(
    ("value", "delay"),
    [
        ("5", timedelta(seconds=5)),
        ("0.5", timedelta(seconds=0.5)),
        ("0", None),
        ("x", None),
        ("nan", None),
        ("-1", None),
        ("inf", timedelta(hours=1)),
    ],
)
def test_a_crawl_delay_is_a_number_of_seconds(value: str, delay: timedelta | None) -> None:
    assert parse_robots(f"User-agent: *\nCrawl-delay: {value}").crawl_delay == delay


@given(st.text(alphabet="ab*$/", max_size=12), st.text(alphabet="ab/", max_size=12))
def test_matching_agrees_with_the_same_pattern_as_a_regular_expression(pattern: str, target: str) -> None:
    import re

    pinned = pattern.endswith("$")
    body = "".join(".*" if c == "*" else re.escape(c) for c in pattern.removesuffix("$"))
    assert _matches(pattern, target) == bool(re.match(f"{body}{'$' if pinned else ''}", target))


def test_a_hostile_pattern_is_matched_in_no_time() -> None:
    rules = RobotRules(rules=((False, "/" + "*a" * 500 + "b"),))
    began = datetime.now(tz=NOW.tzinfo)
    assert rules.allows(f"{SITE}/{'a' * 2_000}")
    assert datetime.now(tz=NOW.tzinfo) - began < timedelta(seconds=1)
