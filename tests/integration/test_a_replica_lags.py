"""A replica that lags is promoted, while an alert goes out: nobody was written to whom it doesn't know as begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.redis_client import connect
from tests.integration.test_servers_misbehave import FIRST, READERS, Gate, House, a_house, a_redis, in_step
from tests.programs import free_port
from tests.redis_server import RedisServer

IN_FLIGHT = 10
BEHIND = "Redis' replica doesn't follow"


class Line:
    """From a primary to its replica: what the primary says waits here while `flows` is not set."""

    def __init__(self, primary: Path) -> None:
        self._primary = primary
        self.flows = asyncio.Event()
        self.flows.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        async with server:
            try:
                yield server.sockets[0].getsockname()[1]
            finally:
                self.flows.set()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self._primary))
        await asyncio.gather(self._pour(there, writer, self.flows), self._pour(reader, back, None))

    @staticmethod
    async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event | None) -> None:
        try:
            while piece := await reader.read(65536):
                if flows is not None:
                    await flows.wait()
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@dataclass
class Pair:
    """Of servers; `url` leads to the primary."""

    first: RedisServer
    second: RedisServer
    old: Redis
    new: Redis
    gate: Gate
    line: Line
    url: str

    async def promote(self) -> None:
        """The replica, with what it has; the primary is dead."""
        self.first.kill()
        await self.new.replicaof("NO", "ONE")
        self.gate.to = self.second.socket


@asynccontextmanager
async def a_pair() -> AsyncIterator[Pair]:
    async with a_redis() as first, a_redis(free_port()) as second:
        old, new = await connect(first.url), await connect(second.url)
        gate, line = Gate(first.socket), Line(first.socket)
        async with gate.open() as url, line.open() as port:
            await new.replicaof("127.0.0.1", str(port))
            await in_step(old, new)
            yield Pair(first, second, old, new, gate, line, url)
            await old.aclose()
            await new.aclose()


async def test_nothing_is_sent_while_the_replica_lags_and_once_it_is_promoted_everybody_has_it_once(
    tmp_path: Path,
) -> None:
    async with a_pair() as pair, a_house(tmp_path, pair.url) as house, house.bot() as running:
        pair.line.flows.clear()
        await house.holds("alerts on telegram", BEHIND)
        pair.line.flows.set()
        await house.goes_on()
        pair.line.flows.clear()
        await house.holds("alerts on telegram", BEHIND)
        await pair.promote()
        await house.goes_on()
        assert "Redis' replica is gone and is no longer waited for" in running.err + running.out
        await house.everybody_has_it_once()


@pytest.mark.parametrize("urgency", [(), ("--breaking",)], ids=["ordinary", "breaking"])
async def test_who_sends_dies_with_the_primary_and_few_are_in_doubt(tmp_path: Path, urgency: tuple[str, ...]) -> None:
    async with a_pair() as pair, a_house(tmp_path, pair.url) as house:
        house.settings["NEWSBOT_DELIVERY__IN_FLIGHT"] = str(IN_FLIGHT)
        await house.knows_its_readers()
        async with house.runs() as running:
            await house.begins(running, *urgency)
            pair.line.flows.clear()
            await house.holds("alerts on telegram", BEHIND)
            running.process.kill()
            await running.ended()
        await pair.promote()
        house.settings["NEWSBOT_TELEGRAM__RATE"] = "60"  # the rest needs no watching
        async with house.runs() as again:
            await keeps_its_promise(house, resends=bool(urgency))
            assert await again.stop() == 0, again.err


async def keeps_its_promise(house: House, *, resends: bool) -> None:
    account = await house.account()
    assert (account["audience"], account["skipped"]) == (READERS, 0)
    assert account["sent"] + account["unknown"] == READERS
    assert account["unknown"] <= IN_FLIGHT
    assert house.copies.keys() <= set(range(FIRST, FIRST + READERS))
    twice = [reader for reader, copies in house.copies.items() if copies > 1]
    if resends:
        assert max(house.copies.values()) <= 2
        assert len(twice) <= IN_FLIGHT
        assert (account["unknown"], len(house.copies)) == (0, READERS)
    else:
        assert twice == []
        assert account["sent"] <= len(house.copies) <= account["sent"] + account["unknown"]
