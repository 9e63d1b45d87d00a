"""What every memory of the last list promises: in Redis, and in the fake that stands for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import connect
from newsbot.subscribers.list_memory import REMEMBERED_FOR, ListMemory
from newsbot.subscribers.redis_list_memory import RedisListMemory
from tests.builders import an_address
from tests.fakes import MemoryListMemory

READER = an_address()


@pytest.fixture(params=[pytest.param("redis", marks=pytest.mark.redis), "fake"])
def memory(request: pytest.FixtureRequest) -> ListMemory:
    return MemoryListMemory() if request.param == "fake" else RedisListMemory(request.getfixturevalue("redis"))


async def test_the_last_list_is_remembered_in_its_order_for_each_reader(memory: ListMemory) -> None:
    await memory.keep_list(READER, [7, 3, 2**62])
    await memory.keep_list(an_address("2"), [1])
    assert await memory.last_list(READER) == (7, 3, 2**62)
    await memory.keep_list(READER, [5])
    assert await memory.last_list(READER) == (5,)
    assert await memory.last_list(an_address("2")) == (1,)


async def test_who_was_shown_nothing_has_no_list(memory: ListMemory) -> None:
    assert await memory.last_list(READER) == ()
    await memory.keep_list(READER, [1])
    await memory.keep_list(READER, [])
    assert await memory.last_list(READER) == ()


@pytest.mark.parametrize("words", ["পদ্মা সেতু", "", 'a "b" {c}\x00', "\ud800"])
async def test_words_are_found_again_by_their_token(memory: ListMemory, words: str) -> None:
    token = await memory.keep_words(words)
    assert await memory.keep_words(words) == token
    assert await memory.words(token) == words
    assert await memory.keep_words(words + "!") != token


async def test_unknown_words_are_none(memory: ListMemory) -> None:
    assert await memory.words("0123456789abcdef") is None


async def test_a_forgotten_reader_has_no_list(memory: ListMemory) -> None:
    await memory.keep_list(READER, [1])
    await memory.forget(READER)
    await memory.forget(READER)
    assert await memory.last_list(READER) == ()


async def test_everything_in_redis_ends_by_itself(redis: Redis) -> None:
    memory = RedisListMemory(redis)
    await memory.keep_list(READER, [1])
    token = await memory.keep_words("সেতু")
    for key in ("list:telegram:1001", f"search:{token}"):
        assert REMEMBERED_FOR.total_seconds() - 60 < await redis.ttl(key) <= REMEMBERED_FOR.total_seconds()


async def test_a_server_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        client = await connect(server.url)
        memory = RedisListMemory(client)
        await memory.keep_list(READER, [1])
    with pytest.raises(StoreUnavailable):
        await memory.last_list(READER)
    await client.aclose()
