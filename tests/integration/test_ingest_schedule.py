"""When sources are read: by the table, until cancelled, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web

from newsbot.articles.store import SourceState
from newsbot.domain.source import Source
from newsbot.errors import ConfigurationError, StoreUnavailable
from newsbot.ingest.item_memory import ItemOutcome
from newsbot.ingest.pipeline import Pipeline, SourceReport
from newsbot.ingest.schedule import IngestSchedule, due_sources
from tests.builders import NOW, some_topics
from tests.integration.ingest_desk import DHAKA, Desk, a_desk, a_source
from tests.integration.local_sites import Site, a_site
from tests.integration.paper_pages import rss, rss_item


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as site:
        yield site


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(sqlite_url, tmp_path) as desk:
        yield desk


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def schedule(desk: Desk, *sources: Source, store: Any = None, **wishes: Any) -> IngestSchedule:
    values: dict[str, Any] = {"clock": lambda: desk.now, "look_every": timedelta(milliseconds=10)}
    return IngestSchedule(desk.pipeline, store or desk.store, sources, **values | wishes)


def feed_at(site: Site, path: str, number: int, **changes: Any) -> Source:
    site.put(path, rss(rss_item(number, site.url)))
    return a_source(site, id=path.strip("/"), url=f"{site.url}{path}", pages=False, **changes)


def test_what_is_due_is_read_in_the_order_it_fell_due() -> None:
    sources = [Source(id=name, url=f"https://{name}.example/feed") for name in ("never", "late", "due", "soon", "odd")]
    states = {
        "late": SourceState("late", due_at=NOW - timedelta(hours=1)),
        "due": SourceState("due", due_at=NOW),
        "soon": SourceState("soon", due_at=NOW + timedelta(seconds=1)),
        "odd": SourceState("odd", due_at=NOW + timedelta(days=300)),
    }
    found = due_sources(sources, states, NOW)
    assert [source.id for source, _ in found] == ["never", "late", "due", "odd"]
    assert found[0][1] == SourceState("never")


async def test_each_source_is_read_when_it_is_due_and_not_before(desk: Desk, site: Site) -> None:
    quick = feed_at(site, "/quick", 1, every=timedelta(minutes=1))
    slow = feed_at(site, "/slow", 2, every=timedelta(minutes=30))
    reports: list[SourceReport] = []
    task = asyncio.create_task(schedule(desk, quick, slow, observe=reports.append).run())
    await until(lambda: len(reports) == 2)
    desk.later(minutes=5)
    await until(lambda: len(reports) == 3)
    desk.later(minutes=1, seconds=30)
    await until(lambda: len(reports) == 4)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert site.asked == {"/quick": 3, "/slow": 1}


async def test_a_source_that_falls_due_is_not_kept_waiting_for_the_next_look(desk: Desk, site: Site) -> None:
    source = feed_at(site, "/feed", 1)
    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    await desk.store.save_source_state(SourceState(source.id, due_at=soon))
    read_at: list[datetime] = []
    wishes: dict[str, Any] = {"clock": lambda: datetime.now(UTC), "look_every": timedelta(hours=1)}
    reading = schedule(desk, source, observe=lambda _: read_at.append(datetime.now(UTC)), **wishes)
    task = asyncio.create_task(reading.run())
    await until(lambda: bool(read_at))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert read_at[0] >= soon


async def test_the_schedule_survives_a_restart(desk: Desk, site: Site) -> None:
    source = feed_at(site, "/feed", 1)
    await schedule(desk, source).read_once()
    desk.restart()
    reports: list[SourceReport] = []
    task = asyncio.create_task(schedule(desk, source, observe=reports.append).run())
    for _ in range(10):
        await asyncio.sleep(0.01)
    assert reports == []
    desk.later(minutes=3)
    await until(lambda: len(reports) == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_source_that_fails_or_hangs_does_not_stop_the_others(desk: Desk, site: Site) -> None:
    release = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response(text=rss(rss_item(3, site.url)))

    good, broken = feed_at(site, "/good", 1), feed_at(site, "/broken", 2)
    site.fail("/broken", 500)
    async with a_site() as other:
        # One host is asked one thing at a time, so the source that hangs is on a host of its own.
        other.put_handler("/hanging", hang)
        hanging = a_source(other, id="hanging", url=f"{other.url}/hanging", pages=False)
        reports: list[SourceReport] = []
        task = asyncio.create_task(schedule(desk, hanging, broken, good, observe=reports.append).run())
        await until(lambda: len(reports) == 2)
        assert {report.source: bool(report.error) for report in reports} == {"broken": True, "good": False}
        release.set()
        await until(lambda: len(reports) == 3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_who_counts_is_told_which_source_could_not_be_read(desk: Desk, site: Site) -> None:
    good, broken = feed_at(site, "/good", 1), feed_at(site, "/broken", 2)
    site.fail("/broken", 500)
    failed: list[str] = []

    async def count(source: str) -> None:
        failed.append(source)

    await schedule(desk, good, broken, failed=count).read_once()
    assert failed == ["broken"]


async def test_what_nobody_foresaw_in_one_source_does_not_stop_the_schedule(desk: Desk, site: Site) -> None:
    good, odd = feed_at(site, "/good", 1), feed_at(site, "/odd", 2)
    reports: list[SourceReport] = []

    def observe(report: SourceReport) -> None:
        if report.source == "odd":
            raise RuntimeError("an observer fell over")
        reports.append(report)

    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(schedule(desk, odd, good, observe=observe).run())
        await until(lambda: len(reports) == 1)
        desk.later(minutes=3)
        await until(lambda: len(reports) == 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [report.source for report in reports] == ["good", "good"]
    assert {entry["event"] for entry in logs} >= {"read of a source failed"}


class StoreThatComesAndGoes:
    """The store, away as long as `away`."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.away = False
        self.asked = 0

    async def source_states(self) -> dict[str, SourceState]:
        self.asked += 1
        if self.away:
            raise StoreUnavailable
        states: dict[str, SourceState] = await self._store.source_states()
        return states


async def test_a_source_whose_reads_can_not_be_saved_is_not_asked_again_and_again(desk: Desk, site: Site) -> None:
    source = feed_at(site, "/feed", 1)
    looks = 0

    class StoreOnAFullDisk(StoreThatComesAndGoes):
        async def source_states(self) -> dict[str, SourceState]:
            nonlocal looks
            looks += 1
            return await super().source_states()

        async def save_source_state(self, state: SourceState) -> None:
            raise StoreUnavailable

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

    store = StoreOnAFullDisk(desk.store)
    pipeline = Pipeline(
        desk.downloader, store, some_topics(), timezone=DHAKA, clock=lambda: desk.now, jitter=lambda: 0.5
    )
    wishes: dict[str, Any] = {"clock": lambda: desk.now, "look_every": timedelta(milliseconds=10)}
    task = asyncio.create_task(IngestSchedule(pipeline, store, [source], **wishes).run())
    await until(lambda: site.asked["/feed"] == 1)
    seen = looks
    await until(lambda: looks > seen + 20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert site.asked == {"/feed": 1}


async def test_while_the_store_is_away_nothing_is_read_and_it_is_told_once(desk: Desk, site: Site) -> None:
    source = feed_at(site, "/feed", 1)
    store = StoreThatComesAndGoes(desk.store)
    store.away = True
    reports: list[SourceReport] = []
    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(
            schedule(desk, source, store=store, observe=reports.append, jitter=lambda: 0.0).run()
        )
        await until(lambda: store.asked == 2)
        assert site.requests == []
        store.away = False
        await until(lambda: len(reports) == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [entry["event"] for entry in logs if "stor" in entry["event"]] == [
        "sources wait for the storage",
        "storage is back, sources are read again",
    ]


async def test_cancelling_ends_what_is_being_read_and_leaves_it_due(desk: Desk, site: Site) -> None:
    asked = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    source = feed_at(site, "/feed", 1)
    site.put_handler("/feed", hang)
    task = asyncio.create_task(schedule(desk, source).run())
    await asyncio.wait_for(asked.wait(), 10)
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert await desk.store.source_states() == {}
    assert [each.get_name() for each in asyncio.all_tasks() if each.get_name().startswith("read ")] == []


async def test_reading_once_reports_each_source_in_the_order_asked_for(desk: Desk, site: Site) -> None:
    first, second = feed_at(site, "/first", 1), feed_at(site, "/second", 2)
    site.fail("/second", 404)
    reports = await schedule(desk, first, second).read_once(["second", "first"])
    assert [(report.source, report.error) for report in reports] == [
        ("second", f"the server answered 404 for {site.url}/second"),
        ("first", ""),
    ]
    assert reports[1].items == {ItemOutcome.NEW: 1}
    assert [report.source for report in await schedule(desk, first, second).read_once()] == ["first", "second"]


async def test_an_unknown_source_is_named_with_those_that_are_configured(desk: Desk, site: Site) -> None:
    with pytest.raises(ConfigurationError, match=r"^no source 'x' in newsroom\.toml; configured: feed$"):
        await schedule(desk, feed_at(site, "/feed", 1)).read_once(["x"])


async def test_reading_once_without_the_store_says_so(desk: Desk, site: Site) -> None:
    store = StoreThatComesAndGoes(desk.store)
    store.away = True
    with pytest.raises(StoreUnavailable):
        await schedule(desk, feed_at(site, "/feed", 1), store=store).read_once()
