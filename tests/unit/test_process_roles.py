"""Who does what, where several processes share the work."""

from __future__ import annotations

import pytest

from newsbot import process_roles
from newsbot.errors import ConfigurationError
from newsbot.process_roles import Role, Work, refuse_without_servers, share_of

NAMES = (
    *("intake telegram", "answers telegram", "menus telegram", "delivery telegram"),
    *("keeping telegram", "watchdog messenger", "desk", "planner", "schedule", "repair", "curves"),
    *("sources", "summaries", "retention", "rollups", "figures"),
)
LED_BY_WHO_SENDS = {"planner", "schedule", "repair", "keeping telegram", "curves"}


def test_every_kind_of_work_is_looked_at_here() -> None:
    assert {name.partition(" ")[0] for name in NAMES} == set(process_roles._OF)


async def _nothing() -> None:
    return


WORK: dict[str, Work] = dict.fromkeys(NAMES, _nothing)


def _names(role: Role) -> tuple[set[str], dict[Role, set[str]]]:
    own, led = share_of(role, WORK)
    return set(own), {of: set(those) for of, those in led.items()}


def test_one_process_does_everything() -> None:
    own, led = _names(Role.ALL)
    assert own.union(*led.values()) == set(NAMES)


def test_the_shares_of_all_roles_are_the_whole_and_do_not_overlap() -> None:
    shares = []
    for role in Role:
        if role is not Role.ALL:
            own, led = _names(role)
            shares += [*own, *(name for those in led.values() for name in those)]
    assert sorted(shares) == sorted(NAMES)


def test_every_process_that_delivers_sends_and_one_of_them_plans() -> None:
    assert _names(Role.DELIVER) == ({"delivery telegram"}, {Role.DELIVER: LED_BY_WHO_SENDS})


def test_what_one_process_may_do_is_led_in_a_process_that_does_everything_too() -> None:
    _, led = _names(Role.ALL)
    assert led[Role.INGEST] == {"sources", "summaries", "retention", "rollups"}
    assert led[Role.BOT] == {"intake telegram", "watchdog messenger", "desk"}


def test_a_web_process_only_serves() -> None:
    assert _names(Role.WEB) == (set(), {})


def test_a_share_of_the_work_needs_a_redis_that_all_reach() -> None:
    refuse_without_servers(Role.ALL, None)
    refuse_without_servers(Role.DELIVER, "redis://localhost")
    with pytest.raises(ConfigurationError, match="NEWSBOT_REDIS_URL: it is missing, and --role deliver needs it"):
        refuse_without_servers(Role.DELIVER, None)
