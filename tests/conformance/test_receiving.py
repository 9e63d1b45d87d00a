"""What every channel promises of what comes in: kept before it is acknowledged, handled once and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import Button as ShownButton
from newsbot.domain.message import IncomingMessage, Kind, Span, TextReply
from newsbot.domain.window import Opener
from newsbot.errors import StoreUnavailable
from tests.conformance.kits import KITS
from tests.telegram_sandbox import RecordingInbox, until

READERS = ("3001", "3002", "3003")


redelivering = pytest.mark.parametrize("kit", [name for name, kit in KITS.items() if kit.redelivers], indirect=True)
batching = pytest.mark.parametrize("kit", [name for name, kit in KITS.items() if kit.batches], indirect=True)


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest) -> Any:
    return KITS[request.param]()


@asynccontextmanager
async def handling(inbox: RedisInbox) -> AsyncIterator[list[IncomingMessage]]:
    handled: list[IncomingMessage] = []

    async def handle(incoming: IncomingMessage) -> None:
        handled.append(incoming)

    work = asyncio.create_task(inbox.work(handle))
    try:
        yield handled
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def test_what_a_reader_writes_and_presses_is_understood(kit: Any) -> None:
    (said,) = await kit.understand(kit.body(kit.typed("পদ্মা সেতু")))
    assert (said.kind, said.text, said.address) == (Kind.TEXT, "পদ্মা সেতু", kit.address)
    offer = TextReply(paragraphs=((Span("কী চান?"),),), buttons=((ShownButton("খেলা", "1:latest:sports"),),))
    await kit.answered(said, (offer,))
    (pressed,) = await kit.understand(kit.body(kit.pressed("1:latest:sports", "খেলা")))
    assert (pressed.kind, pressed.action, pressed.address) == (Kind.BUTTON, "1:latest:sports", kit.address)


async def test_a_delivery_is_kept_and_handled(kit: Any, redis: Redis) -> None:
    inbox = RedisInbox(redis, f"{kit.name}:1")
    async with handling(inbox) as handled, kit.serving(inbox) as deliver:
        assert await deliver(kit.body(kit.typed("খবর"))) == 200
        await until(lambda: len(handled) == 1)
    assert [one.text for one in handled] == ["খবর"]


@redelivering
async def test_what_is_delivered_again_is_handled_once(kit: Any, redis: Redis) -> None:
    inbox = RedisInbox(redis, f"{kit.name}:1")
    body = kit.body(kit.typed("খবর"))
    async with handling(inbox) as handled, kit.serving(inbox) as deliver:
        assert [await deliver(body) for _ in range(3)] == [200, 200, 200]
        assert await deliver(kit.body(kit.typed("শেষ"))) == 200
        await until(lambda: any(one.text == "শেষ" for one in handled))
    assert [one.text for one in handled] == ["খবর", "শেষ"]


@redelivering
async def test_what_cannot_be_kept_is_not_acknowledged_and_kept_when_it_comes_again(kit: Any) -> None:
    inbox = RecordingInbox()
    body = kit.body(kit.typed("খবর"))
    async with kit.serving(inbox) as deliver:
        inbox.away = True
        assert await deliver(body) >= 500
        inbox.away = False
        assert await deliver(body) == 200
    assert inbox.texts == ["খবর"]


@redelivering
async def test_what_was_kept_and_not_acknowledged_is_handled_once(kit: Any, redis: Redis) -> None:

    class AnswerLost(RedisInbox):
        lost = 1

        async def put_many(self, incoming: list[IncomingMessage]) -> int:
            new = await super().put_many(incoming)
            if self.lost:
                self.lost -= 1
                raise StoreUnavailable
            return new

    inbox = AnswerLost(redis, f"{kit.name}:1")
    body = kit.body(kit.typed("খবর"))
    async with kit.serving(inbox) as deliver:
        assert await deliver(body) >= 500
        assert await deliver(body) == 200
        async with handling(inbox) as handled:
            await deliver(kit.body(kit.typed("শেষ")))
            await until(lambda: any(one.text == "শেষ" for one in handled))
    assert [one.text for one in handled] == ["খবর", "শেষ"]


async def test_each_readers_messages_are_handled_in_their_order(kit: Any, redis: Redis) -> None:
    inbox = RedisInbox(redis, f"{kit.name}:1")
    said = [(reader, f"{number}") for number in range(10) for reader in READERS]
    async with handling(inbox) as handled, kit.serving(inbox) as deliver:
        for reader, text in said:
            assert await deliver(kit.body(kit.typed(text, reader))) == 200
        await until(lambda: len(handled) == len(said))
    for reader in READERS:
        assert [one.text for one in handled if one.address.user_id == reader] == [str(n) for n in range(10)]


@batching
async def test_a_batch_is_as_good_as_its_parts(kit: Any, redis: Redis) -> None:
    inbox = RedisInbox(redis, f"{kit.name}:1")
    events = [kit.typed(f"{number}", READERS[number % 3]) for number in range(30)]
    async with handling(inbox) as handled, kit.serving(inbox) as deliver:
        assert await deliver(kit.body(*events)) == 200
        assert await deliver(kit.body(*events[10:20])) == 200
        await until(lambda: len(handled) >= 30)
    assert sorted(int(one.text) for one in handled) == list(range(30))
    for reader in READERS:
        texts = [int(one.text) for one in handled if one.address.user_id == reader]
        assert texts == sorted(texts)


async def test_what_is_not_as_it_should_be_harms_nothing(kit: Any) -> None:
    inbox = RecordingInbox()
    async with kit.serving(inbox) as deliver:
        for body in kit.malformed():
            assert await deliver(body) < 500, body
        assert await deliver(kit.body(kit.typed("খবর"))) == 200
    assert inbox.texts[-1] == "খবর"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[int, Any]]:
    """Which places of an event are replaced, counted as they are met, and by what; `...`: taken out."""
    return draw(st.lists(st.tuples(st.integers(0, 40), json_values | st.just(...)), min_size=1, max_size=4))


def mutated(value: Any, changes: dict[int, Any], seen: list[int]) -> Any:
    place = seen[0]
    seen[0] += 1
    if place in changes:
        return changes[place]
    if isinstance(value, dict):
        parts = {name: mutated(part, changes, seen) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part is not ...}
    if isinstance(value, list):
        return [part for part in (mutated(part, changes, seen) for part in value) if part is not ...]
    return value


@pytest.mark.parametrize("name", KITS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=mutations())
async def test_whatever_a_delivery_holds_is_answered_and_costs_no_other(
    name: str, changes: list[tuple[int, Any]]
) -> None:
    kit, inbox = KITS[name](), RecordingInbox()
    body = kit.body(kit.typed("খবর"))
    with suppress(ValueError):  # a line of a terminal is no JSON
        body = json.dumps(mutated(json.loads(body), dict(changes), [0]), default=str).encode()
    async with kit.serving(inbox) as deliver:
        assert await deliver(body) < 500
        assert await deliver(kit.body(kit.typed("শেষ"))) == 200
    assert inbox.texts.count("শেষ") == 1


async def test_what_opens_a_window_says_so_where_there_are_windows(kit: Any) -> None:
    (said,) = await kit.understand(kit.body(kit.typed("খবর")))
    await kit.answered(said, (TextReply(paragraphs=((Span("?"),),), buttons=((ShownButton("খেলা", "1:topics"),),)),))
    (pressed,) = await kit.understand(kit.body(kit.pressed("1:topics", "খেলা")))
    if kit.windows:
        assert Opener[said.opens] in Opener
        assert Opener[pressed.opens] in Opener
        assert said.received_at is not None
    else:
        assert (said.opens, pressed.opens) == ("", "")
