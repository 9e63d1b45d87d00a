"""What a reader waits for: the handler of a command at 100,000 articles, from the message that came in to the replies.

With the real stores: articles in SQLite, the reader in Redis behind its journal. Nothing of Telegram, no network. The
articles are those of `bench.articles`, written once.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.articles import ARTICLES, CALLS, NOW, TOPICS, Language, open_filled
from bench.tables import show, timed
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.channels.console import ConsoleChannel
from newsbot.conversation.dialogue import Dialogue
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.domain.message import HeadlinesReply, IncomingMessage, Kind, MessageRef
from newsbot.domain.source import Newsroom
from newsbot.domain.subscriber import Address
from newsbot.domain.topic import Topic, Topics
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.i18n import Catalog
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_link_codes import RedisLinkCodes
from newsbot.subscribers.redis_list_memory import RedisListMemory
from newsbot.subscribers.redis_store import RedisSubscriberStore

READER = Address("telegram", "1001")
Call = Callable[[], Awaitable[object]]


def main() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    language = Language()
    articles_database = await open_filled(language)
    articles = SqlArticleStore(articles_database)
    with tempfile.TemporaryDirectory(prefix="newsbot-bench-") as folder:
        readers = await open_database(None, Path(folder))
        async with EmbeddedRedis(Path(folder)) as server:
            redis = await connect(server.url)
            dialogue = Dialogue(
                articles=articles,
                subscribers=RedisSubscriberStore(SqlJournal(readers, {"telegram": "1"}), redis),
                memory=RedisListMemory(redis),
                alerts=SqlAlertStore(readers),
                codes=RedisLinkCodes(redis),
                administers=ConsoleChannel().is_administrator,
                topics=Topics(tuple(Topic(id=topic, names={"bn": topic, "en": topic}) for topic in TOPICS)),
                newsroom=Newsroom(names={"bn": "দৈনিক নমুনা"}, site="https://news.example"),
                catalog=Catalog.load(),
                clock=lambda: NOW,
            )
            rows = [(name, await timed(calls)) for name, calls in (await _scenes(dialogue, language)).items()]
            await redis.aclose()
        await readers.close()
    await articles_database.close()
    show(
        f"The handler at {ARTICLES:,} articles on SQLite, milliseconds a message",
        ("", "p50", "p99"),
        [(name, spread.p50, spread.p99) for name, spread in rows],
    )


async def _scenes(dialogue: Dialogue, language: Language) -> dict[str, list[Call]]:
    await dialogue.answer(_said("/start"))
    (first,) = await dialogue.answer(_said("/latest"))
    assert isinstance(first, HeadlinesReply)
    older = next(button.action for row in first.buttons for button in row if ":b" in button.action)

    def typed(texts: list[str]) -> list[Call]:
        return [lambda text=text: dialogue.answer(_said(text)) for text in texts]  # type: ignore[misc]

    def pressed(action: str) -> list[Call]:
        return [lambda: dialogue.answer(_pressed(action)) for _ in range(CALLS)]

    return {
        "/latest": typed(["/latest"] * CALLS),
        "/latest sports 20": typed(["/latest sports 20"] * CALLS),
        "the next page": pressed(older),
        "a card": pressed(first.headlines[0].action),
        "search, 1 word": typed([f"/search {query}" for query in language.queries(1)]),
        "search, 2 words": typed([f"/search {query}" for query in language.queries(2)]),
        "search, 3 words": typed([f"/search {query}" for query in language.queries(3)]),
        "follow, unfollow": [
            call
            for _ in range(CALLS // 2)
            for call in (*pressed("1:sub:sports:t")[:1], *pressed("1:unsub:sports:t")[:1])
        ],
        "/help": typed(["/help"] * CALLS),
    }


_events = iter(range(1, 10**9))


def _said(text: str) -> IncomingMessage:
    return IncomingMessage(event_id=str(next(_events)), address=READER, kind=Kind.TEXT, text=text)


def _pressed(action: str) -> IncomingMessage:
    return IncomingMessage(
        event_id=str(next(_events)),
        address=READER,
        kind=Kind.BUTTON,
        action=action,
        message=MessageRef(READER.user_id, "1"),
    )
