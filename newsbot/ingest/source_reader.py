"""Reads one source: asks for what changed, and makes items of the answer, whatever kind it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from newsbot.articles.store import SourceState
from newsbot.domain.source import Source, SourceKind
from newsbot.errors import IngestError
from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.fetching import Fetch, Fetched, Fetcher, Purpose, TooSlow, UnusableContent
from newsbot.ingest.listing import parse_listing
from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.robots import Robots
from newsbot.ingest.sitemap import parse_sitemap
from newsbot.ingest.values import ExtractedPage, FeedItem, ParsedSitemap

__all__ = ["Reading", "SourceReader"]

SITEMAPS_FOLLOWED = 3  #: of an index, the newest
PARSING_AT_ONCE = 2  #: threads: parsing must not hold up the readers' conversations, nor take every core
PARSING_TIME = timedelta(seconds=30)  #: the slowest hostile feed within the size limit took 5 s

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a source says now. With `not_modified` it says nothing new and there are no items."""

    items: tuple[FeedItem, ...] = ()
    skipped: int = 0  #: items without a usable address
    problems: tuple[str, ...] = ()  #: parts of it that could not be read, in words
    of_parts: bool = False  #: an index of sitemaps: that it is unchanged would not mean that its parts are
    not_modified: bool = False
    etag: str = ""
    last_modified: str = ""
    fresh_for: timedelta = timedelta(0)


class SourceReader:
    """Fetches and parses; raises FetchError or Unreadable, both IngestErrors with a reason for people."""

    def __init__(self, fetcher: Fetcher, *, timezone: tzinfo, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._timezone = timezone
        self._clock = clock
        self._robots = Robots(fetcher, clock=clock)
        self._parsing = asyncio.Semaphore(PARSING_AT_ONCE)

    async def items(self, source: Source, state: SourceState) -> Reading:
        """The source's items now, unless it has not changed since `state`.

        A feed is asked for whatever robots.txt says: it is published to be fetched, and the newsroom configured it.
        """
        purpose = Purpose.PAGE if source.kind is SourceKind.LISTING else Purpose.FEED
        answer = await self._fetcher.get(
            Fetch(
                url=source.url,
                purpose=purpose,
                etag=state.etag,
                last_modified=state.last_modified,
                allow_private=source.allow_private,
            )
        )
        if answer.not_modified:
            return Reading(
                not_modified=True,
                etag=answer.etag or state.etag,
                last_modified=answer.last_modified or state.last_modified,
                fresh_for=answer.fresh_for,
            )
        reading = await self._parsed(source, answer)
        if reading.of_parts:
            return reading
        return replace(reading, etag=answer.etag, last_modified=answer.last_modified, fresh_for=answer.fresh_for)

    async def page(self, url: str, source: Source) -> ExtractedPage:
        """The article page at `url`, if robots.txt allows it."""
        pause = None
        if source.obey_robots:
            pause = await self._robots.permit(url, allow_private=source.allow_private)
        answer = await self._fetcher.get(
            Fetch(url=url, purpose=Purpose.PAGE, allow_private=source.allow_private, pause=pause)
        )
        if _leads_home(answer.url, url):
            raise UnusableContent("it leads to the front page: the article is gone")
        return await self._in_thread(extract_page, answer)

    async def _parsed(self, source: Source, answer: Fetched) -> Reading:
        match source.kind:
            case SourceKind.FEED:
                feed = await self._in_thread(parse_feed, answer)
                return Reading(items=feed.items, skipped=feed.skipped)
            case SourceKind.LISTING:
                return Reading(items=await self._in_thread(parse_listing, answer))
            case SourceKind.SITEMAP:
                sitemap = await self._in_thread(parse_sitemap, answer)
                if sitemap.sitemaps:
                    return await self._read_parts(sitemap, source)
                return Reading(items=sitemap.items, skipped=sitemap.skipped)

    async def _read_parts(self, index: ParsedSitemap, source: Source) -> Reading:
        """The items of the newest sitemaps that an index names, as far as these can be read; no index within it counts.

        Raises what was wrong with the first if none can be read.
        """
        parts: list[ParsedSitemap] = []
        errors: list[IngestError] = []
        for link in index.sitemaps[:SITEMAPS_FOLLOWED]:
            try:
                fetch = Fetch(url=link.url, purpose=Purpose.FEED, allow_private=source.allow_private)
                parts.append(await self._in_thread(parse_sitemap, await self._fetcher.get(fetch)))
            except IngestError as error:
                errors.append(error)
        if not parts:
            raise errors[0]
        return Reading(
            items=tuple(item for part in parts for item in part.items),
            skipped=sum(part.skipped for part in parts),
            problems=tuple(map(str, errors)),
            of_parts=True,
        )

    async def _in_thread(self, parse: Callable[..., T], answer: Fetched) -> T:
        """Parse apart from the event loop. A parser that takes too long is given up; its thread ends by itself."""
        work = partial(
            parse,
            answer.body,
            content_type=answer.content_type,
            base_url=answer.url,
            tz=self._timezone,
            now=self._clock(),
        )
        async with self._parsing:
            try:
                async with asyncio.timeout(PARSING_TIME.total_seconds()):
                    return await asyncio.to_thread(work)
            except TimeoutError as error:
                raise TooSlow(f"reading it took longer than {PARSING_TIME.total_seconds():.0f} s") from error


def _leads_home(answered: str, asked: str) -> bool:
    return urlsplit(answered).path in ("", "/") and urlsplit(asked).path not in ("", "/")
