"""`newsbot alerts show` and `alerts of` while an alert is under way, on real stores: everybody is somewhere, always."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from newsbot.bootstrap import Parts
from newsbot.cli import app
from newsbot.config import load_settings
from newsbot.delivery.ledger import Ledger, Postpone, Settle, Unit
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.domain.alert import Alert, Outcome
from newsbot.domain.subscriber import Address, Preferences
from newsbot.domain.window import Opener, Window
from newsbot.heartbeats import new_name
from newsbot.sandbox.messenger import PageAccount
from newsbot.subscribers.store import SubscriberStore
from tests.builders import a_draft, an_address
from tests.newsroom_folder import Newsroom

#: by what becomes of them half-way, in the order of their turns; `late` is in a unit of their own
TELEGRAM = ["late", "sent", "blocked", "gone", "unknown", "withdrawn", "waiting", "in_flight", "untouched"]
MESSENGER = ["open", "held", "elsewhere"]
NUMBERS = {name: an_address(str(1001 + at)) for at, name in enumerate(TELEGRAM)} | {
    name: an_address(str(2001 + at), "messenger") for at, name in enumerate(MESSENGER)
}
HALF_WAY = {
    "late": "it was for them: not sent in time.",
    "sent": "it was for them: sent.",
    "open": "it was for them: sent.",
    "blocked": "it was for them: refused: the bot is blocked.",
    "gone": "it was for them: refused: the chat is deleted.",
    "unknown": "it was for them: begun, and the platform's answer never came.",
    "withdrawn": "it was for them: no longer wanted, or not to be reached any more, when their turn came.",
    "elsewhere": "it was for them: left to their other channel.",
    "held": "it was for them: kept until they write again: the platform lets us write only for a while after they did.",
    "waiting": "it is for them, and waits to be tried again.",
    "in_flight": "it is for them, and is on its way.",
    "untouched": "it is for them, and their turn has not come.",
}

pytestmark = pytest.mark.usefixtures("kept_logging")


@dataclass
class House:
    env_file: Path
    subscribers: SubscriberStore
    planner: Planner
    alert: Alert
    telegram: Ledger
    messenger: Ledger

    async def account(self) -> dict[str, Any]:
        """Of the alert, as the command tells it: everybody stands in one place, on each channel and in all."""
        told: dict[str, Any] = json.loads(await self.command("alerts", "show", "1", "--json"))
        for one in (told, *told["channels"].values()):
            assert one["audience"] == sum(_standing(one).values())
            assert one["skipped"] == 0
        assert told["audience"] == len(NUMBERS)
        return told

    async def of(self, *names: str) -> dict[str, str]:
        """What each is told of it."""
        found = {name: await self.command("alerts", "of", str(NUMBERS[name])) for name in names}
        return {name: out.splitlines()[-1].strip() for name, out in found.items()}

    async def command(self, *arguments: str) -> str:
        """As the program runs it, beside us, but for the start of a process: that takes the longest."""
        given = ["--env-file", str(self.env_file), *arguments]
        result = await asyncio.to_thread(CliRunner().invoke, app, given)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    async def change(self, address: Address, **values: Any) -> None:
        def changed(preferences: Preferences) -> Preferences:
            return replace(preferences, **values)

        await self.subscribers.change(address, "changed", changed, now=datetime.now(UTC))


def _standing(told: dict[str, Any]) -> dict[str, int]:
    """Who is where, but for nobody."""
    places = ("sent", "held", "elsewhere", "withdrawn", "expired", "stopped", "unknown", "waiting", "in_flight")
    found = {name: told[name] for name in (*places, "untouched")} | told["refused"]
    return {name: many for name, many in found.items() if many}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    newsroom = Newsroom(tmp_path, "http://127.0.0.1:9", PageAccount())
    async with Parts(load_settings(newsroom.env_file)) as parts:
        subscribers, articles, alerts = await parts.subscribers(), await parts.articles(), await parts.alerts()
        await subscribers.mark_whole()
        now = datetime.now(UTC)
        ledgers = await parts.ledgers()
        for address in NUMBERS.values():
            sports = Preferences(topics=frozenset({"sports"}))
            await subscribers.change(address, "started", lambda it: it, now=now, initial=sports)
        await subscribers.touch(NUMBERS["late"], now=now)
        window = Window(now + timedelta(hours=20), Opener.MESSAGE)
        for name in ("open", "elsewhere"):
            await subscribers.touch(NUMBERS[name], now=now, window=window)
        draft = a_draft(1, published_at=now - timedelta(minutes=1))
        await articles.put(draft, now=now, announce=True)
        keep = timedelta(days=1)
        planner = Planner(
            articles, alerts, ledgers, parts.newsroom.topics, limits=Limits(), keep=keep, clock=parts.clock
        )
        await planner.round()
        alert = await alerts.get(1)
        assert alert is not None
        by_channel = {ledger.channel: ledger for ledger in ledgers}
        yield House(newsroom.env_file, subscribers, planner, alert, by_channel["telegram"], by_channel["messenger"])


async def half_way(house: House) -> tuple[Unit, str]:
    """Its time is over, and one unit has a request on its way: that unit, and whose it is."""
    ledger, alert, worker = house.telegram, house.alert, new_name()

    async def next_of(unit: Unit, name: str) -> int:
        claim = await ledger.claim(unit, worker, 1, alert)
        assert [reader.user_id for reader in claim.readers] == [NUMBERS[name].user_id]
        return claim.readers[0].position

    first = await ledger.take(worker, [alert.id])
    second = await ledger.take(worker, [alert.id])
    assert first is not None
    assert second is not None
    await ledger.close(first.unit, worker, Outcome.EXPIRED)
    unit = second.unit
    for name, outcome in (
        ("sent", Outcome.SENT),
        ("blocked", Outcome.BLOCKED),
        ("gone", Outcome.CHAT_DELETED),
        ("unknown", Outcome.UNKNOWN),
    ):
        await ledger.settle(unit, [Settle(await next_of(unit, name), outcome)])
    later = {name: await next_of(unit, name) for name in ("withdrawn", "waiting")}
    await ledger.settle(unit, [Postpone(later["waiting"], timedelta(hours=1))])
    await ledger.settle(unit, [Postpone(later["withdrawn"], timedelta())])
    await house.change(NUMBERS["withdrawn"], paused=True)
    await next_of(unit, "in_flight")
    await on_messenger(house)
    return unit, worker


async def on_messenger(house: House) -> None:
    ledger, worker = house.messenger, new_name()
    await house.subscribers.link(NUMBERS["elsewhere"], NUMBERS["sent"], now=datetime.now(UTC))
    while (taken := await ledger.take(worker, [house.alert.id])) is not None:
        claim = await ledger.claim(taken.unit, worker, 9, house.alert)
        await ledger.settle(taken.unit, [Settle(reader.position, Outcome.SENT) for reader in claim.readers])
        await ledger.close(taken.unit, worker, Outcome.EXPIRED)


async def the_end(house: House, unit: Unit, worker: str) -> None:
    in_flight = await house.subscribers.get(NUMBERS["in_flight"])
    assert in_flight is not None
    await house.telegram.settle(unit, [Settle(in_flight.slot.position, Outcome.SENT)])
    assert await house.telegram.close(unit, worker, Outcome.EXPIRED)
    await house.planner.round()


async def test_everybody_is_accounted_for_at_any_moment_and_each_reader_is_told_the_same(house: House) -> None:
    assert _standing(await house.account()) == {"untouched": len(NUMBERS)}
    assert await house.of("held") == {"held": "it is for them, and their turn has not come."}

    unit, worker = await half_way(house)
    told = await house.account()
    telegram = dict.fromkeys(("sent", "blocked", "chat_deleted", "unknown", "withdrawn", "expired"), 1)
    telegram |= dict.fromkeys(("waiting", "in_flight", "untouched"), 1)
    assert told["state"] == "running"
    assert _standing(told["channels"]["telegram"]) == telegram
    assert _standing(told["channels"]["messenger"]) == {"sent": 1, "held": 1, "elsewhere": 1}
    assert _standing(told) == telegram | {"sent": 2, "held": 1, "elsewhere": 1}
    assert await house.of(*NUMBERS) == HALF_WAY

    await the_end(house, unit, worker)
    told = await house.account()
    assert told["state"] == "done"
    gone = {"waiting", "in_flight", "untouched"}
    at_last = {name: many for name, many in telegram.items() if name not in gone} | {"sent": 2, "expired": 3}
    assert _standing(told["channels"]["telegram"]) == at_last
    assert _standing(told) == at_last | {"sent": 3, "held": 1, "elsewhere": 1}
    assert await house.of("in_flight", "untouched") == {"in_flight": HALF_WAY["sent"], "untouched": HALF_WAY["late"]}
