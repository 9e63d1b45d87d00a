"""What every keeper of one-time codes promises: the one in Redis, and the tests' own in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import connect
from newsbot.subscribers.link_codes import (
    LIFE,
    MOST_WRONG,
    WRONG_FOR,
    LinkCodes,
    TooManyWrong,
    fingerprint,
    new_code,
    read_code,
)
from newsbot.subscribers.redis_link_codes import RedisLinkCodes
from tests.builders import an_address
from tests.fakes import MemoryLinkCodes

MAKER, OTHER = an_address("1001"), an_address("7001", channel="messenger")
WRONG = "WRNG2345"


@pytest.fixture(params=["redis", "memory"])
def codes(request: pytest.FixtureRequest) -> LinkCodes:
    return MemoryLinkCodes() if request.param == "memory" else RedisLinkCodes(request.getfixturevalue("redis"))


async def test_a_code_leads_to_who_made_it_and_the_question_remembers_them(codes: LinkCodes) -> None:
    code = await codes.make(MAKER)
    assert read_code(code) == code
    assert await codes.asked(OTHER) is None
    assert await codes.find(OTHER, code) == MAKER
    assert await codes.asked(OTHER) is None
    assert await codes.take(OTHER, code)
    assert await codes.asked(OTHER) == MAKER
    await codes.answered(OTHER)
    assert await codes.asked(OTHER) is None


async def test_a_code_is_for_one_reader_once_who_may_be_heard_twice(codes: LinkCodes) -> None:
    code, third = await codes.make(MAKER), an_address("7002", channel="messenger")
    assert await codes.take(OTHER, code)
    assert await codes.find(OTHER, code) == MAKER  # the same message, handled again
    assert await codes.take(OTHER, code)
    assert await codes.find(third, code) is None
    assert not await codes.take(third, code)
    assert await codes.asked(third) is None
    await codes.answered(OTHER)
    assert await codes.find(OTHER, code) is None


async def test_of_many_who_take_a_code_at_once_one_gets_it(codes: LinkCodes) -> None:
    code = await codes.make(MAKER)
    readers = [an_address(str(number), channel="messenger") for number in range(8)]
    taken = await asyncio.gather(*(codes.take(one, code) for one in readers))
    asked = [await codes.asked(one) for one in readers]
    assert sum(taken) == 1
    assert [one is not None for one in asked] == list(taken)


async def test_a_new_code_ends_the_one_before(codes: LinkCodes) -> None:
    first = await codes.make(MAKER)
    second = await codes.make(MAKER)
    assert first != second
    assert await codes.find(OTHER, first) is None
    assert await codes.find(OTHER, second) == MAKER


async def test_after_too_many_wrong_codes_a_right_one_is_not_looked_at(codes: LinkCodes) -> None:
    code = await codes.make(MAKER)
    for wrong in [WRONG, "", *[WRONG] * (MOST_WRONG - 2)]:
        assert await codes.find(OTHER, wrong) is None
    with pytest.raises(TooManyWrong):
        await codes.find(OTHER, code)
    assert await codes.find(an_address("7002", channel="messenger"), code) == MAKER


async def test_of_a_forgotten_reader_no_code_holds_and_no_question(codes: LinkCodes) -> None:
    code, theirs = await codes.make(MAKER), await codes.make(OTHER)
    await codes.take(MAKER, theirs)
    await codes.forget(MAKER)
    await codes.forget(MAKER)
    assert await codes.find(OTHER, code) is None
    assert await codes.asked(MAKER) is None


async def test_everything_in_redis_ends_by_itself_and_no_code_stands_there(redis: Redis) -> None:
    codes = RedisLinkCodes(redis)
    code = await codes.make(MAKER)
    life, hour = LIFE.total_seconds(), WRONG_FOR.total_seconds()
    assert life - 60 < await redis.ttl(f"link:code:{fingerprint(code)}") <= life
    assert life - 60 < await redis.ttl(f"link:made:{MAKER}") <= life
    assert await codes.find(OTHER, WRONG) is None
    assert hour - 60 < await redis.ttl(f"link:wrong:{OTHER}") <= hour
    await codes.take(OTHER, code)
    assert life - 60 < await redis.ttl(f"link:asked:{OTHER}") <= life
    for key in await redis.keys("*"):
        assert code.encode() not in key + (await redis.get(key))


async def test_who_dies_while_taking_a_code_finds_it_as_it_was(redis: Redis) -> None:
    codes = RedisLinkCodes(redis)
    code = await codes.make(MAKER)
    await redis.set(f"link:asked:{OTHER}", f"{fingerprint(code)} {MAKER}")  # and the code is still there
    assert await codes.find(OTHER, code) == MAKER
    assert await codes.take(OTHER, code)
    assert await codes.find(an_address("7002", channel="messenger"), code) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("KX7P2MQD", "KX7P2MQD"),
        ("kx7p2mqd", "KX7P2MQD"),
        (" KX7P-2MQD ", "KX7P2MQD"),
        ("KX৭P২MQD", "KX7P2MQD"),
        ("KX7P2MQ", ""),
        ("KX7P2MQDD", ""),
        ("KX7P2M0D", ""),
        ("পদ্মা সেতু", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str, code: str) -> None:
    assert read_code(typed) == code


def test_codes_differ_and_are_neither_words_nor_numbers() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(read_code(code) == code and not code.isalpha() and not code.isdigit() for code in codes)


async def test_a_server_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        client = await connect(server.url)
        await RedisLinkCodes(client).make(MAKER)
    with pytest.raises(StoreUnavailable):
        await RedisLinkCodes(client).make(MAKER)
    await client.aclose()
