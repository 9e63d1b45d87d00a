"""An article's way from source to store: fetch, decide, put.

The deciding is `article_decider`'s, the items are `item_intake`'s; here a source is read and falls due again. Each
failure is counted in the report and logged once, until it changes or is over. What failed for now is tried again: a
source by its `due_at` in the store, an item when its source is next read, for which the source's ETag is not kept
while an item waits.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

import structlog

from newsbot.articles.store import ArticleStore, SourceState
from newsbot.domain.source import Source
from newsbot.domain.topic import Topics
from newsbot.errors import IngestError
from newsbot.ingest.backoff import backoff, spread
from newsbot.ingest.fetching import Fetcher, FetchError, shown
from newsbot.ingest.item_intake import ItemIntake
from newsbot.ingest.item_memory import ItemOutcome
from newsbot.ingest.source_reader import Reading, SourceReader
from newsbot.ingest.topic_model import TopicModel
from newsbot.ingest.values import FeedItem

__all__ = ["Pipeline", "SourceReport"]

ITEMS_PER_READ = 100  #: the newest; a portal publishes 5 to 30 an hour
#: as much of a `max-age` as we honour: caches are set for pages, and news that waits half an hour is none
LONGEST_FRESHNESS = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one read of a source brought."""

    source: str
    items: Mapping[ItemOutcome, int] = field(default_factory=dict)
    not_modified: bool = False
    error: str = ""  #: why the source could not be read; '' if it could
    due_at: datetime | None = None  #: when it is read next

    def count(self, outcome: ItemOutcome) -> int:
        return self.items.get(outcome, 0)


class Pipeline:
    """Reads sources into the store. One source is read by one caller at a time.

    `jitter` gives 0 to 1. `wake` is called when there is something new that readers may be alerted of. `topic_model` is
    the trained one, if there is any. Raises StoreUnavailable when the store is away, and nothing for whatever a source
    does.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        store: ArticleStore,
        topics: Topics,
        *,
        timezone: tzinfo,
        clock: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
        items_per_read: int = ITEMS_PER_READ,
        topic_model: Callable[[], TopicModel | None] = lambda: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._items_per_read = items_per_read
        self._reader = SourceReader(fetcher, timezone=timezone, clock=clock)
        self._problems: dict[str, tuple[str, ...]] = {}
        self._intake = ItemIntake(
            self._reader,
            store,
            topics,
            topic_model=topic_model,
            timezone=timezone,
            clock=clock,
            jitter=jitter,
            wake=wake,
        )

    async def read_source(self, source: Source, state: SourceState | None = None) -> SourceReport:
        """Read the source once, whether it is due or not, and save when it is due next.

        `state` is what the store has of it, if the caller knows. A read that is cancelled or loses the store leaves
        the state as it was: the next one begins anew, and finds what was stored unchanged.
        """
        state = state or (await self._store.source_states()).get(source.id) or SourceState(source.id)
        try:
            reading = await self._reader.items(source, state)
        except IngestError as error:
            return await self._failed(source, state, str(error), error)
        except Exception as error:
            # A document that nobody foresaw must not end the reading of the other sources.
            log.exception("source could not be read", source=source.id, url=shown(source.url))
            return await self._failed(source, state, f"unforeseen {type(error).__name__}", error)
        return await self._succeeded(source, state, reading)

    async def _succeeded(self, source: Source, state: SourceState, reading: Reading) -> SourceReport:
        # The first time readers wait for the newest; later, alerts keep the order of publication.
        self._tell_problems(source, reading)
        newest = newest_items(reading.items, self._items_per_read)
        items = newest if not state.known else newest[::-1]
        intake = await self._intake.take(source, items, first_read=not state.known)
        now = self._clock()
        wait = max(source.every, min(reading.fresh_for, LONGEST_FRESHNESS))
        saved = SourceState(
            source.id,
            etag="" if intake.unfinished else reading.etag,
            last_modified="" if intake.unfinished else reading.last_modified,
            fetched_at=now,
            due_at=now + spread(wait, 0.1, jitter=self._jitter()),
            known=True,
        )
        await self._store.save_source_state(saved)
        counts = intake.counts + Counter({ItemOutcome.REFUSED: reading.skipped})
        report = SourceReport(
            source=source.id, items=dict(counts), not_modified=reading.not_modified, due_at=saved.due_at
        )
        if state.error:
            log.info("source recovered", source=source.id, failures=state.failures)
        if report.count(ItemOutcome.NEW) or report.count(ItemOutcome.UPDATED):
            log.info("source read", source=source.id, **{outcome.name.lower(): n for outcome, n in counts.items()})
        return report

    def _tell_problems(self, source: Source, reading: Reading) -> None:
        """Say which parts of a source can't be read: once, until that changes."""
        if reading.not_modified or self._problems.get(source.id, ()) == reading.problems:
            return
        self._problems[source.id] = reading.problems
        for problem in reading.problems:
            log.warning("part of a source in trouble", source=source.id, reason=problem)

    async def _failed(self, source: Source, state: SourceState, reason: str, error: Exception) -> SourceReport:
        failures = state.failures + 1
        wait = backoff(failures, source.every, jitter=self._jitter())
        if isinstance(error, FetchError) and error.retry_after:
            wait = max(wait, error.retry_after)
        due_at = self._clock() + wait
        await self._store.save_source_state(replace(state, failures=failures, error=reason, due_at=due_at))
        if reason != state.error:
            log.warning(
                "source in trouble", source=source.id, url=shown(source.url), reason=reason, next_try=str(due_at)
            )
        return SourceReport(source=source.id, error=reason, due_at=due_at)


def newest_items(items: Sequence[FeedItem], limit: int) -> tuple[FeedItem, ...]:
    """The newest `limit`, newest first. Where an item has no date the document's own order stands for time."""
    dated = [(date, item) for item in items if (date := item.published_at or item.updated_at)]
    if len(dated) == len(items):
        items = [item for _, item in sorted(dated, key=lambda pair: pair[0], reverse=True)]
    return tuple(items[:limit])
