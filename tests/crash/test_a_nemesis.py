"""Two alerts go out at once, an ordinary one and breaking news, while processes that send, all processes, Redis and
PostgreSQL are killed in an order that a seed draws. In the end the ledger says what Telegram has written down.

The long form: NEMESIS_SEEDS="1 2 3" NEMESIS_KILLS=20 python -m pytest -n 0 -s tests/crash/test_a_nemesis.py
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from newsbot.domain.alert import AlertState, Outcome
from newsbot.sandbox.telegram.faults import Fault
from tests.crash.shared_work import FIRST, Member, SharedNewsroom, a_shared_newsroom
from tests.programs import WITHIN
from tests.telegram_sandbox import until

KILLS = int(os.environ.get("NEMESIS_KILLS", "4"))
READERS, IN_FLIGHT, RATE = 40 * KILLS, 6, 25
SEEDS = [int(seed) for seed in os.environ.get("NEMESIS_SEEDS", "20261130").split()]
ORDINARY, BREAKING = "সেতু খুলে দেওয়া হয়েছে।", "ভোট গণনা শেষ হয়েছে।"
ROLES = ("bot", "deliver", "deliver")


class Nemesis:
    """`deaths`: how often a process that sends was killed."""

    def __init__(self, newsroom: SharedNewsroom, dice: random.Random) -> None:
        self._newsroom, self._dice, self.deaths = newsroom, dice, 0

    def order(self, kills: int) -> list[str]:
        """Everything once before anything again."""
        kinds = ["one that sends", "all processes", "Redis", "PostgreSQL"]
        drawn: list[str] = []
        while len(drawn) < kills:
            drawn += self._dice.sample(kinds, len(kinds))
        return drawn[:kills]

    async def strikes(self, victim: str) -> None:
        """It is killed, and brought back."""
        newsroom = self._newsroom
        match victim:
            case "Redis":
                newsroom.redis.kill()
                await asyncio.sleep(self._dice.uniform(0, 1))  # for as long as it is away
                await newsroom.redis.start()
            case "PostgreSQL":
                await asyncio.to_thread(newsroom.postgres.kill)
                await asyncio.sleep(self._dice.uniform(0, 1))
                await asyncio.to_thread(newsroom.postgres.start)
            case "one that sends":
                await self._kill([self._dice.choice(newsroom.alive("deliver"))])
            case "all processes":
                await self._kill([*newsroom.alive("bot"), *newsroom.alive("deliver")])

    async def _kill(self, victims: list[Member]) -> None:
        for one in victims:
            one.running.process.kill()
        self.deaths += sum(one.role == "deliver" for one in victims)
        await asyncio.gather(*(one.running.ended() for one in victims))
        await self._newsroom.start(*(one.role for one in victims))


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_killed_in_whatever_order_the_ledger_says_what_readers_got(tmp_path: Path, seed: int) -> None:
    readers = range(FIRST, FIRST + READERS)
    async with a_shared_newsroom(tmp_path, readers=READERS) as newsroom:
        newsroom.settings |= {"NEWSBOT_TELEGRAM__RATE": str(RATE), "NEWSBOT_DELIVERY__IN_FLIGHT": str(IN_FLIGHT)}
        dice = random.Random(seed)
        nemesis = Nemesis(newsroom, dice)
        order = nemesis.order(KILLS)
        print(f"seed {seed}: killed in turn: {', '.join(order)}")
        # Telegram answers like a server across the world, so that requests are on their way when somebody is killed.
        newsroom.state.faults.add(Fault("slow_after", "sendMessage", seconds=0.2))
        await newsroom.start(*ROLES)
        await newsroom.command("broadcast", "--yes", "--text", ORDINARY)
        await newsroom.command("broadcast", "--yes", "--breaking", "--text", BREAKING)
        for victim in order:
            sent = len(newsroom.state.ledger)
            enough = min(sent + dice.randrange(5, 40), 2 * READERS - IN_FLIGHT)
            await until(lambda enough=enough: len(newsroom.state.ledger) >= enough, seconds=2 * WITHIN)
            await nemesis.strikes(victim)
        ordinary, breaking = await newsroom.ended()
        await newsroom.stop()

    for one in (ordinary, breaking):
        assert (one.alert.state, one.totals.audience, one.totals.skipped) == (AlertState.DONE, READERS, 0)
        noted = {Outcome.SENT: one.totals.sent, Outcome.UNKNOWN: one.totals.unknown}
        assert Counter(one.outcomes.values()) == Counter(noted)
    copies = newsroom.copies(ORDINARY)
    assert set(copies.values()) == {1}
    # Whoever is noted as sent has it; of the others nobody can say, and they aren't told twice.
    assert {reader for reader, outcome in ordinary.outcomes.items() if outcome is Outcome.SENT} <= set(copies)
    copies = newsroom.copies(BREAKING)
    assert set(copies) == set(readers)
    assert breaking.totals.unknown == 0
    assert ordinary.totals.unknown + copies.total() - READERS <= nemesis.deaths * IN_FLIGHT
