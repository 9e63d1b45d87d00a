"""What the platform says of a Page, in the words of `newsbot doctor`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from newsbot.channels.messenger.graph_versions import ENDS, version_finding
from newsbot.channels.messenger.inspection import (
    callback_finding,
    profile_finding,
    subscription_finding,
    token_findings,
)
from newsbot.channels.messenger.profile_differences import Difference
from newsbot.channels.messenger.subscription import WANTED, missing_of
from newsbot.domain.finding import Finding, State
from tests.builders import NOW

TODAY = date(2026, 11, 23)
SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list"]
HOOK = "https://bot.example.com/messenger/webhook"


def unix(days: float) -> int:
    return int((NOW + timedelta(days=days)).timestamp())


def of_token(**known: Any) -> list[Finding]:
    return token_findings({"is_valid": True, "scopes": SCOPES, "expires_at": 0, **known}, NOW)


# --- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ("v19.0", State.WRONG, "v19.0 ended on 2026-09-24; another answers in its place: set …=v26.0"),
        ("v20.0", State.WRONG, "v20.0 ended on 2026-09-24; another answers in its place: set …=v26.0"),
        ("v21.0", State.NOTE, "v21.0 ends on 2027-01-21, in 59 days: set …=v26.0 before"),
        ("v22.0", State.NOTE, "v22.0 ends on 2027-05-20, in 178 days: set …=v26.0 before"),
        ("v23.0", State.WELL, "v23.0, until 2027-10-08"),
        ("v25.0", State.WELL, "v25.0, until 2028-07-29"),
        ("v26.0", State.WELL, "v26.0; its end is not announced"),
        ("v27.0", State.WELL, "v27.0; its end is not announced"),
        ("v100.0", State.NOTE, "v100.0 is newer than v27.0, the newest that this newsbot knows; when it ends is not …"),
    ],
)
def test_a_versions_remaining_life_is_told_half_a_year_before_its_end(version: str, state: State, words: str) -> None:
    found = version_finding(version, TODAY)
    told = found.words.replace("NEWSBOT_MESSENGER__GRAPH_VERSION", "…").replace("known here", "…")
    assert (found.state, told) == (state, words)


def test_on_its_last_day_a_version_is_over() -> None:
    assert version_finding("v21.0", date(2027, 1, 20)).state is State.NOTE
    assert version_finding("v21.0", date(2027, 1, 21)).state is State.WRONG


def test_the_default_version_lives() -> None:
    from newsbot.config import MessengerSettings

    assert MessengerSettings().graph_version in ENDS
    assert version_finding(MessengerSettings().graph_version, TODAY).state is State.WELL


# --- token and permissions --------------------------------------------------------------------------------------------


def test_a_token_that_lasts_with_all_permissions_is_well() -> None:
    assert [(one.state, one.words) for one in of_token()] == [
        (State.WELL, "it does not expire"),
        (State.WELL, "pages_messaging, pages_manage_metadata"),
    ]


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"expires_at": unix(60)}, State.WELL),
        ({"expires_at": unix(13)}, State.NOTE),
        ({"data_access_expires_at": unix(13)}, State.NOTE),
        ({"expires_at": unix(60), "data_access_expires_at": unix(-1)}, State.WRONG),
        ({"expires_at": unix(-1)}, State.WRONG),
        ({"is_valid": False}, State.WRONG),
        ({"expires_at": "soon"}, State.WELL),
        ({"expires_at": 10**30}, State.WELL),
    ],
)
def test_a_tokens_end_is_told_two_weeks_before(known: dict[str, Any], state: State) -> None:
    assert of_token(**known)[0].state is state


def test_a_missing_permission_is_named() -> None:
    found = of_token(scopes=["pages_messaging"])[-1]
    assert found.state is State.WRONG
    assert found.words.startswith("the token lacks pages_manage_metadata: ")
    assert of_token(scopes=None)[-1].state is State.NOTE


# --- subscription -----------------------------------------------------------------------------------------------------


def subscribed(*apps: dict[str, Any]) -> dict[str, Any]:
    return {"data": list(apps)}


OURS = {"id": "7", "subscribed_fields": list(WANTED)}


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (subscribed(OURS), ()),
        (subscribed(), WANTED),
        ({}, WANTED),
        (subscribed({"id": "8", "subscribed_fields": list(WANTED)}), WANTED),
        (subscribed({"id": "8", "subscribed_fields": []}, OURS), ()),
        (subscribed({"id": "7", "subscribed_fields": [{"name": one} for one in WANTED]}), ()),
        (subscribed({"id": 7, "subscribed_fields": list(WANTED[1:])}), WANTED[:1]),
        (subscribed({"subscribed_fields": list(WANTED[1:])}), WANTED[:1]),
        (subscribed({"id": "7"}), WANTED),
        (subscribed({"id": "7", "subscribed_fields": [None, 3]}), WANTED),
    ],
)
def test_what_our_app_is_not_subscribed_to_is_found(answer: dict[str, Any], missing: tuple[str, ...]) -> None:
    assert missing_of(answer, "7") == missing


def test_an_unknown_app_is_taken_for_the_one_with_most_of_our_fields() -> None:
    assert missing_of(subscribed({"id": "8", "subscribed_fields": ["messages"]}, OURS)) == ()


def test_the_doctor_says_which_events_are_missing_and_what_to_do() -> None:
    assert subscription_finding(()).state is State.WELL
    assert subscription_finding(("standby", "message_edits")).words == (
        "the app gets no standby, message_edits: newsbot messenger subscribe"
    )
    assert subscription_finding(WANTED) == Finding(
        State.WRONG, "subscription", "the app gets nothing that readers write: newsbot messenger subscribe"
    )


# --- the webhook's address, the profile -------------------------------------------------------------------------------


def callback(**more: Any) -> dict[str, Any]:
    return {"data": [{"object": "user"}, {"object": "page", "callback_url": HOOK, "active": True, **more}]}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (callback(), State.WELL, HOOK),
        (callback(callback_url=HOOK + "/"), State.WELL, HOOK),
        (
            callback(callback_url="https://old.example.com/hook"),
            State.WRONG,
            "the app has https://old.example.com/hook: ",
        ),
        (callback(active=False), State.WRONG, f"the app has {HOOK}, but switched off: "),
        ({"data": []}, State.WRONG, "the app has none for Pages: "),
        ({}, State.WRONG, "the app has none for Pages: "),
        ({"data": 7}, State.WRONG, "the app has none for Pages: "),
    ],
)
def test_an_address_that_is_not_ours_is_told(answer: dict[str, Any], state: State, words: str) -> None:
    found = callback_finding(answer, HOOK)
    assert found.state is state
    assert found.words.startswith(words)


def test_a_profile_that_differs_is_told_with_the_command_that_mends_it() -> None:
    assert profile_finding(()).state is State.WELL
    several = tuple(Difference("greeting", words) for words in ("greeting (default): none → “a”", "b", "c"))
    assert profile_finding(several).words == (
        "it differs: greeting (default): none → “a” (and 2 more): newsbot messenger sync"
    )
