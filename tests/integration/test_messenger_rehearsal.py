"""What the demo page's newsroom does to the Page on Messenger, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from newsbot.sandbox.messenger_readers import FIRST_ID
from tests.messenger_phone import PhoneSandbox, phone_sandbox
from tests.messenger_sandbox import webhook
from tests.telegram_sandbox import until

DAY = 24 * 3600


@pytest.fixture
async def sandbox() -> AsyncIterator[PhoneSandbox]:
    async with phone_sandbox() as running:
        yield running


async def newsroom(sandbox: PhoneSandbox, **fields: Any) -> dict[str, Any]:
    """The figures after an act, or as they are."""
    verb = "POST" if fields else "GET"
    url = f"{sandbox.url}/newsroom/messenger"
    async with sandbox.http.request(verb, url, json=fields or None) as answer:
        found: dict[str, Any] = await answer.json()
        return {"status": answer.status, **found}


async def test_closing_windows_closes_everybodys(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    sandbox.readers.add_person("মিতু", started=True)
    assert [(await newsroom(sandbox))[name] for name in ("people", "open")] == [2, 2]
    assert [(await newsroom(sandbox, act="close"))[name] for name in ("people", "open")] == [2, 0]
    assert await sandbox.refused_send(sandbox.person, "খবর") == (10, 2018278)


async def test_a_day_passes_on_the_sandboxs_clock_only(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    before = sandbox.state.clock()
    figures = await newsroom(sandbox, act="day")
    assert (figures["ahead"], figures["open"]) == (True, 0)
    assert sandbox.state.clock() - before >= DAY
    assert set(figures["clock"]) == {"bn", "en"}


async def test_the_token_expires_and_the_same_one_is_good_again(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    assert (await newsroom(sandbox, act="token", on=True))["token"] is True
    assert (await sandbox.refused_send(sandbox.person, "খবর"))[0] == 190
    assert (await newsroom(sandbox, act="token", on=False))["token"] is False
    await sandbox.say("খবর")


async def test_the_page_is_told_that_it_is_blocked_and_let_go(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with webhook(sandbox) as heard:
        assert (await newsroom(sandbox, act="page", on=True))["page"] is True
        assert (await sandbox.refused_send(sandbox.person, "খবর"))[0] == 368
        assert (await newsroom(sandbox, act="page", on=False))["page"] is False
        events = await heard.wait("policy_enforcement", 2)
    assert [event["policy_enforcement"]["action"] for event in events] == ["block", "unblock"]


async def test_simulated_readers_come_by_links_and_what_they_get_is_counted(sandbox: PhoneSandbox) -> None:
    async with webhook(sandbox) as heard:
        await newsroom(sandbox, act="readers", count=6)
        events = await heard.wait("referral", 6)
    assert [event["sender"]["id"] for event in events] == [str(FIRST_ID + number) for number in range(6)]
    assert all(event["referral"]["ref"].startswith("topic-") for event in events)
    await until(lambda: sandbox.state.people.get(str(FIRST_ID + 5)).window_until > sandbox.state.clock())
    for number in range(5):
        await sandbox.send(
            str(FIRST_ID + number), f"জরুরি: সেতু বন্ধ হয়ে গেছে, বিকল্প পথে যেতে বলা হচ্ছে সবাইকে, খবর {number}"
        )
    await sandbox.send(str(FIRST_ID), "জরুরি: সেতু বন্ধ হয়ে গেছে, বিকল্প পথে যেতে বলা হচ্ছে সবাইকে")
    figures = await newsroom(sandbox)
    (wave,) = figures["waves"]
    assert (wave["readers"], wave["twice"], wave["last_reader"]) == (5, 1, FIRST_ID)
    assert (figures["readers"], figures["joining"]) == (6, 0)
    async with sandbox.http.get(f"{sandbox.url}/") as answer:
        page = await answer.text()
    assert str(FIRST_ID) not in page
    async with sandbox.http.get(f"{sandbox.url}/?phones=m{FIRST_ID}") as answer:
        assert f'src="/messenger/phone/{FIRST_ID}?embedded=1"' in await answer.text()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"act": "dance"}, "There is no act 'dance'"),
        ({"on": True}, "'act' is missing"),
        ({"act": "readers", "count": 0}, "Between 1 and"),
        ({"act": "readers", "count": "x"}, "invalid literal"),
        ({"act": "readers"}, "'count' is missing"),
    ],
)
async def test_an_impossible_act_is_refused(sandbox: PhoneSandbox, fields: dict[str, Any], why: str) -> None:
    answer = await newsroom(sandbox, **fields)
    assert answer["status"] == 400
    assert why in answer["error"]["message"]
