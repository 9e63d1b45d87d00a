"""The bot is killed again and again while readers talk to it. Nobody waits for an answer in vain, and whoever read that
they follow a topic does follow it."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from tests.newsroom_folder import TOKEN
from tests.programs import Program, free_port, program, ready, run_to_end
from tests.telegram_sandbox import running_app, until

READERS = range(7_000_000_001, 7_000_000_031)
KILLS = 4
LAST_WORD = "/finis"  #: no command: it is quoted in what answers it
NEWSROOM = """
[newsroom]
name = { bn = "দৈনিক নমুনা" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা" }

[[topics]]
id = "politics"
name = { bn = "রাজনীতি" }
"""


class Town:
    """Some readers, their phones, and the bot's folder."""

    def __init__(self, state: SandboxState, url: str, folder: Path) -> None:
        self.state, self.readers, self.folder = state, ReaderSide(state), folder
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.port = free_port()
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_WEB__PORT": str(self.port),
        }

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Program]:
        async with program("run", folder=self.folder, settings=self.settings) as running:
            await ready(self.port, running)
            yield running

    def answers(self, reader: int) -> list[str]:
        """What the bot wrote to this reader, oldest first."""
        bubbles = self.readers.view(reader, reader, limit=1000)
        return [one["text"] for one in bubbles if one["from"]["id"] != reader]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with running_app(create_telegram_app(state)) as url:
        yield Town(state, url, tmp_path)
    state.close()


async def test_every_reader_is_answered_and_every_promise_is_kept(town: Town) -> None:
    dice = random.Random(20260118)
    for reader in READERS:
        town.readers.add_user(f"পাঠক {reader}", user_id=reader)
    for kill in range(KILLS):
        for reader in READERS:
            if kill == 0:
                town.readers.start(reader)
            else:
                topic = dice.choice(["খেলা", "রাজনীতি"])
                town.readers.send_text(reader, f"/{dice.choice(['subscribe', 'unsubscribe'])} {topic}")
        some = dice.randrange(1, len(READERS))
        async with town.bot() as running:
            # Killed in the middle: when some of this round's answers are out.
            await until(lambda due=kill, enough=some: _answered(town, due + 1) >= enough, seconds=60)
            running.process.kill()
            await running.ended()
    for reader in READERS:  # what a reader writes is answered in order, so what answers this answered all
        town.readers.send_text(reader, LAST_WORD)
    async with town.bot() as running:
        await until(lambda: all(LAST_WORD in town.answers(reader)[-1] for reader in READERS), seconds=60)
        assert await running.stop() == 0

    status, _, err = await run_to_end(
        "subscribers", "export", "readers.jsonl", folder=town.folder, settings=town.settings
    )
    assert status == 0, err
    lines = (town.folder / "readers.jsonl").read_text("utf-8").splitlines()[1:]
    kept = {(entry := json.loads(line))["address"]: set(entry["preferences"]["topics"]) for line in lines}
    assert set(kept) == {f"telegram:{reader}" for reader in READERS}
    for reader in READERS:
        assert kept[f"telegram:{reader}"] == _told(town, reader), town.answers(reader)


def _answered(town: Town, wishes: int) -> int:
    """Readers with at least so many answers. After a kill one may be given twice."""
    return sum(len(town.answers(reader)) >= wishes for reader in READERS)


def _told(town: Town, reader: int) -> set[str]:
    """What the reader asked for, in order: everything was answered, so this is what must be true."""
    topics: set[str] = set()
    for bubble in town.readers.view(reader, reader, limit=1000):
        if bubble["from"]["id"] == reader and " " in bubble["text"]:
            verb, name = bubble["text"].split()
            topic = {"খেলা": "sports", "রাজনীতি": "politics"}[name]
            topics = topics | {topic} if verb == "/subscribe" else topics - {topic}
    return topics
