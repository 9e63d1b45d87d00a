"""Reads each source when it is due. The table is the schedule: a restart loses and hurries nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from newsbot.articles.store import ArticleStore, SourceState
from newsbot.domain.source import Source
from newsbot.errors import ConfigurationError, StoreUnavailable
from newsbot.ingest.backoff import backoff
from newsbot.ingest.pipeline import Pipeline, SourceReport

__all__ = ["IngestSchedule", "due_sources"]

SOURCES_AT_ONCE = 8
LOOK_EVERY = timedelta(seconds=5)  #: at least so often; sooner when a source falls due sooner
_SHORTEST_SLEEP = timedelta(milliseconds=50)  #: when one falls due at any moment
FIRST_STORE_RETRY = timedelta(seconds=1)
LONGEST_STORE_RETRY = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(days=1)  #: `Retry-After` is honoured up to this

log = structlog.get_logger()


def due_sources(
    sources: Iterable[Source], states: Mapping[str, SourceState], now: datetime
) -> tuple[tuple[Source, SourceState], ...]:
    """Those to read now with what is known of them, the longest due first; one never read is due.

    A due time further ahead than any wait we set (a day and the source's interval) is one that a wrong clock wrote: the
    source is due.
    """
    found = []
    for source in sources:
        state = states.get(source.id) or SourceState(source.id)
        if state.due_at is None or state.due_at <= now or state.due_at > now + _LONGEST_WAIT + source.every:
            found.append((source, state))
    return tuple(sorted(found, key=lambda pair: pair[1].due_at.timestamp() if pair[1].due_at else 0.0))


async def _count_nothing(source: str) -> None:
    """Nobody asks how often sources fail."""


class IngestSchedule:
    """Reads the configured sources as they fall due, some at once, until cancelled.

    `observe` is told every report, `failed` which source could not be read. `jitter` gives 0 to 1.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: ArticleStore,
        sources: Sequence[Source],
        *,
        clock: Callable[[], datetime],
        observe: Callable[[SourceReport], None] = lambda report: None,
        failed: Callable[[str], Awaitable[None]] = _count_nothing,
        jitter: Callable[[], float] = random.random,
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._sources = tuple(sources)
        self._clock = clock
        self._observe = observe
        self._failed = failed
        self._jitter = jitter
        self._look_every = look_every
        self._turns = asyncio.Semaphore(SOURCES_AT_ONCE)
        self._resting: dict[str, tuple[int, float]] = {}  # failures in a row, loop time until which it rests
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Never returns; cancel it. Reads that are under way are cancelled with it, and begin anew next time.

        Survives whatever happens in a read, and the absence of the store, which it asks less and less often.
        """
        store_failures = 0
        next_due = None
        try:
            while True:
                try:
                    next_due = await self._start_due()
                except StoreUnavailable as error:
                    store_failures += 1
                    if store_failures == 1:
                        log.warning("sources wait for the storage", reason=str(error))
                else:
                    if store_failures:
                        log.info("storage is back, sources are read again", failures=store_failures)
                    store_failures = 0
                await asyncio.sleep(self._next_look(store_failures, next_due).total_seconds())
        finally:
            await _cancel(self._reading.values())

    async def read_once(self, source_ids: Sequence[str] | None = None) -> list[SourceReport]:
        """Read the named sources, or all, now, whether due or not; reports in the order asked for.

        Raises ConfigurationError if an id is not configured, StoreUnavailable if the store is away.
        """
        sources = self._named(source_ids) if source_ids is not None else self._sources
        states = await self._store.source_states()
        tasks = [asyncio.create_task(self._read(source, states.get(source.id))) for source in sources]
        try:
            return await asyncio.gather(*tasks)
        finally:
            await _cancel(tasks)

    def _named(self, source_ids: Sequence[str]) -> list[Source]:
        by_id = {source.id: source for source in self._sources}
        unknown = [source_id for source_id in source_ids if source_id not in by_id]
        if unknown:
            known = ", ".join(by_id) or "none"
            raise ConfigurationError([f"no source {one!r} in newsroom.toml; configured: {known}" for one in unknown])
        return [by_id[source_id] for source_id in dict.fromkeys(source_ids)]

    async def _start_due(self) -> datetime | None:
        """Start to read what is due; when the next of the others will be."""
        # Asked for before the states: a read that ends meanwhile has saved a state that this look does not see yet.
        busy = set(self._reading)
        states = await self._store.source_states()
        now = self._clock()
        for source, state in due_sources(self._sources, states, now):
            if source.id not in busy and not self._rests(source):
                task = asyncio.create_task(self._read_quietly(source, state), name=f"read {source.id}")
                self._reading[source.id] = task
                task.add_done_callback(partial(self._finished, source.id))
        ahead = [states[source.id].due_at for source in self._sources if source.id in states]
        return min((due_at for due_at in ahead if due_at and due_at > now), default=None)

    def _finished(self, source_id: str, _: asyncio.Task[None]) -> None:
        self._reading.pop(source_id, None)

    async def _read_quietly(self, source: Source, state: SourceState) -> None:
        try:
            await self._read(source, state)
        except StoreUnavailable as error:
            log.debug("read given up, the storage is away", source=source.id, reason=str(error))
        except Exception:
            log.exception("read of a source failed", source=source.id)
        else:
            self._resting.pop(source.id, None)
            return
        # Nothing could be saved, so the table calls it due: without a rest its site would be asked every few seconds.
        failures = self._resting.get(source.id, (0, 0.0))[0] + 1
        wait = backoff(failures, source.every, jitter=self._jitter())
        self._resting[source.id] = (failures, asyncio.get_running_loop().time() + wait.total_seconds())

    def _rests(self, source: Source) -> bool:
        _, until = self._resting.get(source.id, (0, 0.0))
        return asyncio.get_running_loop().time() < until

    async def _read(self, source: Source, state: SourceState | None) -> SourceReport:
        async with self._turns:
            report = await self._pipeline.read_source(source, state)
        self._observe(report)
        if report.error:
            await self._failed(report.source)
        return report

    def _next_look(self, store_failures: int, next_due: datetime | None) -> timedelta:
        if not store_failures:
            until_due = next_due - self._clock() if next_due else self._look_every
            return min(max(until_due, _SHORTEST_SLEEP), self._look_every)
        return backoff(store_failures, FIRST_STORE_RETRY, jitter=self._jitter(), longest=LONGEST_STORE_RETRY)


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel those that still run, and see them end."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
