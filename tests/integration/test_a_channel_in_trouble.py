"""What one platform does to our account costs the other channel nothing, and no reader anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.sandbox.messenger.faults import Fault
from tests.both_channels import EDITOR, PATIENCE, BothChannels, both_channels
from tests.telegram_sandbox import until

WORDS = "ভোট গণনা শেষ হয়েছে"
USERS = range(7_000_000_001, 7_000_000_011)
PERSONS = [f"61000000000000{number:02}" for number in range(10)]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    async with both_channels(tmp_path) as newsroom:
        newsroom.telegram.add_virtual_users(USERS.start, len(USERS))
        for person in PERSONS:
            newsroom.messenger.readers.add_person("পাঠক", person_id=person, started=True)
        await newsroom.subscribe(USERS, PERSONS)
        yield newsroom


async def _all_write(newsroom: BothChannels) -> None:
    """Every reader of the Page says something, and is answered: their windows are open."""
    for person in PERSONS:
        newsroom.messenger.readers.send_text(person, "/help")
    await until(lambda: all(newsroom.said_to(person) for person in PERSONS), seconds=PATIENCE)


def _all_have_it(newsroom: BothChannels) -> bool:
    return (len(newsroom.on_telegram(WORDS)), len(newsroom.on_messenger())) == (len(USERS), len(PERSONS))


def _once(newsroom: BothChannels) -> bool:
    return set(newsroom.on_telegram(WORDS).values()) == set(newsroom.on_messenger().values()) == {1}


async def _broadcast(newsroom: BothChannels) -> None:
    status, _, err = await newsroom.run("broadcast", "--text", WORDS, "--yes")
    assert status == 0, err


async def _told(newsroom: BothChannels, words: str) -> None:
    await until(lambda: any(words in said for said in newsroom.told_editor()), seconds=PATIENCE)


async def test_a_token_that_expires_in_mid_broadcast_halts_its_channel_and_costs_nobody_anything(
    newsroom: BothChannels,
) -> None:
    newsroom.settings["NEWSBOT_MESSENGER__RATE"] = "10"
    async with newsroom.running():
        await _all_write(newsroom)
        newsroom.messenger.state.access.expires_after = 5
        await _broadcast(newsroom)
        await until(lambda: len(newsroom.on_telegram(WORDS)) == len(USERS), seconds=PATIENCE)
        await _told(newsroom, "মেসেঞ্জার আমাদের অ্যাকাউন্ট নিচ্ছে না")
        assert len(newsroom.on_messenger()) < len(PERSONS)
        newsroom.page.renew_token(newsroom.messenger.state.access.token)
        await until(lambda: _all_have_it(newsroom), seconds=PATIENCE)
        await _told(newsroom, "মেসেঞ্জার আবার আমাদের অ্যাকাউন্ট নিচ্ছে")
        assert sum("নিচ্ছে না" in said for said in newsroom.told_editor()) == 1
    assert _once(newsroom)
    status, out, _ = await newsroom.run("stats")
    assert status == 0
    assert "  can be alerted: 20\n" in out  # nobody is marked


async def test_with_a_new_token_after_a_restart_what_was_left_goes_out(newsroom: BothChannels) -> None:
    newsroom.settings["NEWSBOT_MESSENGER__RATE"] = "10"
    async with newsroom.running():
        await _all_write(newsroom)
        newsroom.messenger.state.access.expires_after = 5
        await _broadcast(newsroom)
        await _told(newsroom, "মেসেঞ্জার আমাদের অ্যাকাউন্ট নিচ্ছে না")
    async with newsroom.running() as running:  # Telegram goes on, also where the token is still refused at the start
        newsroom.telegram.send_text(EDITOR, "/stats")
        await _told(newsroom, "মেসেঞ্জার: ১০")
        assert "NEWSBOT_MESSENGER__PAGE_TOKEN" in running.err
    newsroom.settings["NEWSBOT_MESSENGER__PAGE_TOKEN"] = newsroom.page.renew_token()
    async with newsroom.running():
        await until(lambda: _all_have_it(newsroom), seconds=PATIENCE)
        await _told(newsroom, "মেসেঞ্জার আবার আমাদের অ্যাকাউন্ট নিচ্ছে")
    assert _once(newsroom)


async def test_a_message_that_one_channel_refuses_pauses_there_and_is_tried_again_only_there(
    newsroom: BothChannels,
) -> None:
    async with newsroom.running():
        await _all_write(newsroom)
        newsroom.messenger.state.faults.add(Fault("status", "messages", code=100))
        await _broadcast(newsroom)
        await until(lambda: len(newsroom.on_telegram(WORDS)) == len(USERS), seconds=PATIENCE)
        await _told(newsroom, "নিজে থেকে থেমে আছে: মেসেঞ্জার")
        assert newsroom.on_messenger() == {}
        newsroom.messenger.state.faults.clear()
        await newsroom.press("▶")
        await until(lambda: _all_have_it(newsroom), seconds=PATIENCE)
    assert _once(newsroom)


async def test_a_page_that_is_blocked_sends_nothing_until_the_platform_allows_it_also_after_a_restart(
    newsroom: BothChannels,
) -> None:
    async with newsroom.running():
        await _all_write(newsroom)
        newsroom.page.enforce("block", "spam")
        await _told(newsroom, "মেসেঞ্জার আমাদের অ্যাকাউন্টের লেখা বন্ধ করেছে")
        await _told(newsroom, "কারণ বলা হয়েছে: spam")
        await _broadcast(newsroom)
        await until(lambda: len(newsroom.on_telegram(WORDS)) == len(USERS), seconds=PATIENCE)
    async with newsroom.running():
        newsroom.telegram.send_text(EDITOR, "/stats")
        await _told(newsroom, "মেসেঞ্জার: ১০")
        assert newsroom.on_messenger() == {}
        newsroom.page.enforce("unblock")
        await until(lambda: _all_have_it(newsroom), seconds=PATIENCE)
        await _told(newsroom, "মেসেঞ্জার আমাদের আবার লিখতে দিচ্ছে")
    assert _once(newsroom)


async def test_while_a_person_answers_on_the_page_the_bot_is_silent_and_then_says_again_what_it_is(
    newsroom: BothChannels,
) -> None:
    person = PERSONS[0]
    async with newsroom.running():
        newsroom.messenger.readers.send_text(person, "/help")
        await newsroom.answered(person, "-এর বট")
        newsroom.page.write(person, "আমি রহিমা, কীভাবে সাহায্য করতে পারি?", take=False)
        newsroom.messenger.readers.send_text(person, "একটি ভুল খবর দেখেছি")
        newsroom.messenger.readers.send_text(person, "/mytopics")  # by now the two before it are worked off
        await until(lambda: sum("-এর বট" in said for said in newsroom.said_to(person)) == 2, seconds=PATIENCE)
        assert not any("ভুল খবর" in said for said in newsroom.said_to(person))

        newsroom.page.write(person, "কোন খবর?")  # and takes the conversation, until it is handed back
        newsroom.messenger.readers.send_text(person, "/mytopics")
        newsroom.page.hand_back(person)
        newsroom.messenger.readers.send_text(person, "/help")
        await until(lambda: sum("-এর বট" in said for said in newsroom.said_to(person)) == 3, seconds=PATIENCE)
        assert "/latest" in [said for said in newsroom.said_to(person) if "-এর বট" in said][-1]
