"""Every page of the desk at 1,000,000 subscribers and 100,000 articles, on SQLite and PostgreSQL: p50 and p99.

The server is `newsbot run --role web` in a process of its own over a filled newsroom (`bench.desk_year`, kept for the
next run) and a Redis server with as many subscribers, while an alert to all of them goes out. Pages are asked for one
after the other. Beside the times: the server's processor time for a page (without the databases'), and how large it is.

BENCH_SUBSCRIBERS, BENCH_ARTICLES, BENCH_ALERTS, BENCH_CALLS (of each page) and BENCH_DATABASES are other numbers and
fewer databases; BENCH_PAGES: only pages whose name holds it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
from redis.asyncio import Redis

from bench import desk_year
from bench.articles import NOW, Language
from bench.articles import TOPICS as SECTIONS
from bench.crowd import a_crowd
from bench.desk_year import ACCOUNT
from bench.ledger import TOPICS
from bench.tables import show, timed
from newsbot.child_processes import Child, child, free_port
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.desk.redis_sessions import RedisSessions
from newsbot.desk.sessions import Offer
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, NewAlert
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.rehearsal.stage import bot_settings, shift_file, the_sandbox
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.databases import empty_postgres_database
from tests.postgres_server import PostgresServer

READERS: Final = int(os.environ.get("BENCH_SUBSCRIBERS", "1000000"))
ARTICLES: Final = int(os.environ.get("BENCH_ARTICLES", "100000"))
ALERTS: Final = int(os.environ.get("BENCH_ALERTS", "5000"))
CALLS: Final = int(os.environ.get("BENCH_CALLS", "100"))
DATABASES: Final = os.environ.get("BENCH_DATABASES", "sqlite postgresql").split()
WANTED: Final = os.environ.get("BENCH_PAGES", "")
TABLES: Final = ("readers", "channels", "topics", "languages", "alerts", "deliveries", "searches", "sources")
WHOLE_LOG: Final = "audit.csv"  #: 100,000 entries, which come piece by piece
OWNER: Final = Address("telegram", "4300000001")
_TICK: Final = os.sysconf("SC_CLK_TCK")

Ask = Callable[[], Awaitable[object]]


@dataclass
class Site:
    """The desk in the owner's browser, and the process that serves it."""

    http: aiohttp.ClientSession
    address: str
    server: Child
    csrf: str = ""
    size: int = 0  #: bytes of the last page

    async def get(self, path: str) -> str:
        async with self.http.get(self.address + path) as answer:
            return await self._read(answer)

    async def post(self, path: str, **fields: Any) -> str:
        async with self.http.post(self.address + path, data={"csrf": self.csrf, **fields}) as answer:
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> str:
        page = await answer.read()
        self.size = len(page)
        assert answer.status == 200, (answer.url, answer.status, page[-2000:])
        return page.decode()

    @property
    def cpu(self) -> float:
        """Seconds that the server's process has used."""
        numbers = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / _TICK


def main() -> None:
    configure_logging(level="error")
    asyncio.run(_measure())


async def _measure() -> None:
    filled = await desk_year.fill(READERS, ARTICLES, ALERTS)
    for dialect in DATABASES:
        async with _database(dialect, filled) as (url, data):
            rows = await _pages(url, data)
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        title = f"The desk's pages on {dialect}, {READERS:,} subscribers, {ARTICLES:,} articles, {ALERTS:,} alerts"
        show(f"{title}: milliseconds (load {load})", ("", "p50", "p99", "server CPU", "kB"), rows)


@asynccontextmanager
async def _database(dialect: str, filled: Path) -> AsyncIterator[tuple[str | None, Path]]:
    """Its address and the data folder. What the run changes is thrown away."""
    with tempfile.TemporaryDirectory(prefix="newsbot-bench-desk-") as folder:
        if dialect == "sqlite":
            shutil.copytree(filled, Path(folder) / "bot")
            yield None, Path(folder) / "bot"
            return
        kept = filled.parent / "postgresql"
        if not (kept / "whole").exists():
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir()
        server = PostgresServer(disk=kept, log_disk=kept)
        try:
            server.start()
            if not (kept / "whole").exists():
                await desk_year.fill_postgresql(filled, server)
                (kept / "whole").touch()
            await desk_year.drop_copies(server)
            with empty_postgres_database(
                server.url("postgres"), template=f"{desk_year.DATABASE} STRATEGY FILE_COPY"
            ) as url:
                yield url, Path(folder) / "bot"
        finally:
            server.stop()


async def _pages(url: str | None, data: Path) -> list[tuple[Any, ...]]:
    language, rows = Language(seed=5), []
    async with _site(url, data) as site:
        for name, asked in _asked(site, language).items():
            if WANTED not in name:
                continue
            await next(asked)()  # templates are compiled once
            before, calls = site.cpu, CALLS if name != WHOLE_LOG else max(2, CALLS // 20)
            spread = await timed(itertools.islice(asked, calls))
            cpu = (site.cpu - before) * 1000 / calls
            rows.append((name, spread.p50, spread.p99, cpu, site.size // 1024))
    return rows


def _asked(site: Site, language: Language) -> dict[str, Iterator[Ask]]:
    """Each page, asked for again and again."""
    chance = random.Random(1)

    def get(path: str) -> Iterator[Ask]:
        while True:
            words, article = language.text(2).replace(" ", "+"), chance.randrange(1, ARTICLES + 1)
            alert = chance.randrange(1, ALERTS + 1)
            at = path.format(words=words, article=article, alert=alert)
            yield lambda at=at: site.get(at)

    def typed(draft: int, **fields: Any) -> Iterator[Ask]:
        """What an editor's browser asks as they type: text and audience differ each time."""
        while True:
            topics = chance.sample(TOPICS, chance.randrange(4))
            form = {"text": language.text(30), "topic": topics, "class": "ordinary", "when": "now", **fields}
            yield lambda form=form: site.post(f"/desk/drafts/{draft}/preview", **form)

    newest, running, drafts = ALERTS, ALERTS + desk_year.CORRECTED + 1, desk_year.DRAFTS
    of_text, of_article = drafts - 1, drafts
    pages = {
        "front page": "/desk",
        "alerts": "/desk/alerts",
        "alerts, by editors": "/desk/alerts?only=broadcasts",
        "an alert": "/desk/alerts/{alert}",
        "the alert that goes out": f"/desk/alerts/{running}",
        "its versions": f"/desk/alerts/{newest}/versions",
        "recall it": f"/desk/alerts/{newest}/recall",
        "drafts": "/desk/drafts",
        "a draft of a text": f"/desk/drafts/{of_text}",
        "a draft of an article": f"/desk/drafts/{of_article}",
        "an article for a draft": f"/desk/drafts/{of_text}/article?q={{words}}",
        "approvals": "/desk/approvals",
        "articles": "/desk/articles",
        "articles, search": "/desk/articles?q={words}",
        "an article": "/desk/articles/{article}",
        "figures, 30 days": "/desk/figures?days=30",
        "figures, 366 days": "/desk/figures?days=366",
        **{f"{table}.csv, 366 days": f"/desk/figures/{table}.csv?days=366" for table in TABLES},
        "people": "/desk/people",
        "who did what": "/desk/audit",
        "who did what, by person": "/desk/audit?person=telegram:4300000107",
        "who did what, by kind": "/desk/audit?kind=alert",
        WHOLE_LOG: "/desk/audit.csv",
    }
    asked = {name: get(path) for name, path in pages.items()}
    return asked | {"preview and audience, as one types": typed(of_text)}


# --- what serves them ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _site(url: str | None, data: Path) -> AsyncIterator[Site]:
    folder = data.parent
    data.mkdir(exist_ok=True)
    async with the_sandbox(folder, free_port()), EmbeddedRedis(folder / "redis") as embedded:
        redis, shift = await connect(embedded.url), NOW - datetime.now(UTC)
        await _subscribe(redis, url, data)
        shift_file(folder).write_text(str(shift.total_seconds()))
        port = free_port()
        settings = bot_settings(folder, embedded.url, 30, port)
        settings |= {"NEWSBOT_DATA_DIR": str(data), "NEWSBOT_NEWSROOM": str(_newsroom(folder))}
        settings |= {"NEWSBOT_DATABASE_URL": url} if url is not None else {}
        arguments = ["newsbot.shifted_clock", str(shift_file(folder)), "run", "--role", "web"]
        async with (
            child("web", folder, arguments, settings=settings) as server,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
        ):
            reading = asyncio.create_task(server.drain())
            await server.answers(port)
            site = Site(http, f"http://127.0.0.1:{port}", server)
            site.csrf = await sign_in(http, site.address, redis, now=datetime.now(UTC) + shift)
            yield site
        await reading
        await redis.aclose()


async def _subscribe(redis: Redis, url: str | None, data: Path) -> None:
    """As many subscribers in Redis as the journal has, and an alert that goes out to all of them."""
    await a_crowd(redis, READERS, account=ACCOUNT)
    database = await open_database(url, data)
    accounts = {"telegram": ACCOUNT, "console": "console"}  # as the server has them: else it makes all of it anew
    await RedisSubscriberStore(SqlJournal(database, accounts), redis).mark_whole()
    store, ledger = SqlAlertStore(database), RedisLedger(redis, "telegram", ACCOUNT)
    new = NewAlert(
        origin="broadcast:bench",
        kind=AlertKind.ARTICLE,
        cls=AlertClass.BREAKING,
        story=f"article:{ARTICLES}",
        article_id=ARTICLES,
        expires_at=NOW + timedelta(hours=12),
        audience=Audience(),
    )
    alert = await store.create(new, now=NOW)
    for segment in await ledger.segments():
        await ledger.freeze(alert, segment, now=NOW)
    await store.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=NOW)
    await database.close()


async def sign_in(http: aiohttp.ClientSession, address: str, redis: Redis, *, now: datetime) -> str:
    """A session of the owner; what its forms carry."""
    secret = await RedisSessions(redis).offer(Offer(OWNER, "bn", now, "Rahima"))
    async with http.post(f"{address}/desk/enter/{secret}") as answer:
        found = re.search(r'name="csrf" value="([^"]*)"', await answer.text())
    assert found is not None, answer
    return found[1]


def _newsroom(folder: Path) -> Path:
    file = folder / "newsroom.toml"
    topics = "".join(
        f'[[topics]]\nid = "{topic}"\nname = {{ bn = "{topic}", en = "{topic}" }}\n' for topic in (*SECTIONS, *TOPICS)
    )
    file.write_text(
        '[newsroom]\nname = { bn = "জোনাকি", en = "Jonaki" }\nsite = "https://news.example"\n'
        f'{topics}[[sources]]\nid = "portal"\nurl = "https://news.example/feed"\n',
        "utf-8",
    )
    return file


if __name__ == "__main__":
    main()
