"""Against a Telegram that enforces its limits: many readers at once are all answered, and nobody is refused."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from newsbot.channels.http_exchange import open_session
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Sent
from newsbot.domain.message import IncomingMessage, Kind, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from tests.telegram_sandbox import TOKEN, running_app

# Both sides live in this process: when it has to wait for a core, messages come together.
pytestmark = pytest.mark.alone

READERS = range(8_000_000_001, 8_000_000_121)


def said_by(reader: int) -> IncomingMessage:
    return IncomingMessage(event_id=str(reader), address=Address("telegram", str(reader)), kind=Kind.TEXT, text="/help")


async def test_a_crowd_is_answered_at_the_full_rate_without_a_single_429(redis: Redis) -> None:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits())
    readers = ReaderSide(state)
    for reader in READERS:
        readers.add_user("পাঠক", user_id=reader, started=True)
    reply = TextReply(paragraphs=((Span("উত্তর"),),))
    async with running_app(create_telegram_app(state)) as url, open_session() as session:
        # Two processes answer, as on an election night.
        channels = [
            TelegramChannel(
                TelegramApi(session, TOKEN, api_url=url), pacing=RedisPacing(redis, "telegram:10000", rate=30)
            )
            for _ in range(2)
        ]
        clock = asyncio.get_running_loop().time
        began = clock()
        attempts = await asyncio.gather(*(channels[reader % 2].reply(said_by(reader), (reply,)) for reader in READERS))
        took = clock() - began
    counters = state.counters()
    state.close()
    assert all(isinstance(attempt, Sent) for (attempt,) in attempts)
    assert (counters["refused"], counters["accepted"]) == (0, len(READERS))
    assert counters["worst_second"] <= 30
    assert took >= len(READERS) / 30 * 0.9
