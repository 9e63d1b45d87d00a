"""A newsroom with a Facebook Page and no Telegram bot, and what its start says when something is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.both_channels import BothChannels, both_channels

PERSON = "6100000000000001"


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    async with both_channels(tmp_path) as newsroom:
        del newsroom.settings["NEWSBOT_TELEGRAM__TOKEN"], newsroom.settings["NEWSBOT_TELEGRAM__API_URL"]
        newsroom.settings["NEWSBOT_ADMINS"] = f"messenger:{PERSON}"
        newsroom.messenger.readers.add_person("পাঠক", person_id=PERSON, started=True)
        yield newsroom


async def _refusal(newsroom: BothChannels) -> str:
    """The one line with which a start ends that can't be."""
    status, out, err = await newsroom.run("run")
    lines = [line for line in err.splitlines() if line.startswith("newsbot: ")]
    assert (status, out, len(lines)) == (2, "", 1), err
    assert newsroom.settings["NEWSBOT_MESSENGER__PAGE_TOKEN"] not in err
    return lines[0].removeprefix("newsbot: ")


async def test_it_answers_readers_and_an_editor_sends_from_it(newsroom: BothChannels) -> None:
    async with newsroom.running() as running:
        newsroom.messenger.readers.send_text(PERSON, "/help")
        await newsroom.answered(PERSON, "/broadcast")  # an editor's help
        status, out, _ = await newsroom.run("stats")
        assert (status, "telegram" in out) == (0, False)
        assert await running.stop() == 0


async def test_a_refused_token_ends_the_start_where_there_is_no_other_channel(newsroom: BothChannels) -> None:
    newsroom.page.expire_token()
    assert (await _refusal(newsroom)).startswith("NEWSBOT_MESSENGER__PAGE_TOKEN: ")


async def test_a_secret_of_another_app_ends_it_too(newsroom: BothChannels) -> None:
    newsroom.settings["NEWSBOT_MESSENGER__APP_SECRET"] = "0123456789abcdef0123456789abcdef"
    assert (await _refusal(newsroom)).startswith("NEWSBOT_MESSENGER__APP_SECRET: ")
