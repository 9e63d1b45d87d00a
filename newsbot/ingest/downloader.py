"""Fetches from other people's servers, trusting none of them.

Whatever a feed, a page or a redirect says, one fetch stays within its Bounds, follows only so many redirects, talks
only http and https, sends and keeps no cookies, and connects only to addresses that `address_guard` allows. The guard
stands where the socket is made, after names are resolved, so neither odd spellings of an address nor a name that
changes its mind get past it.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from newsbot import __version__
from newsbot.ingest.address_guard import port_refusal, refusal
from newsbot.ingest.fetching import (
    AddressRefused,
    BadStatus,
    Bounds,
    Fetch,
    Fetched,
    FetchError,
    Purpose,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    UnusableContent,
    shown,
)
from newsbot.ingest.host_turns import HostTurns
from newsbot.ingest.http_headers import parse_max_age, parse_retry_after
from newsbot.ingest.inflating import ACCEPT_ENCODING, GZIP_MAGIC, Inflater

__all__ = ["Downloader", "user_agent"]

MAX_REDIRECTS = 5
PAUSE = timedelta(seconds=1)  #: between two requests to one host
LONGEST_PAUSE = timedelta(seconds=30)  #: as much of a crawl-delay as we honour
_LONGEST_HEADER = 32 * 1024
_LONGEST_VALIDATOR = 500
_PIECE = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = frozenset({429, 503})
_ACCEPT: Final = {
    Purpose.FEED: "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    Purpose.PAGE: "text/html, application/xhtml+xml, */*;q=0.5",
    Purpose.ROBOTS: "text/plain, */*;q=0.5",
    Purpose.MODEL: "application/json",
}
_UNREADABLE: Final = re.compile(
    r"(?:image|audio|video|font)/|application/(?:pdf|zip|msword|vnd\.|java-archive|wasm)", re.IGNORECASE
)


class _RefusedAddressError(OSError):
    """Raised where a socket would be made; aiohttp carries it out to us."""


class Downloader:
    """The Fetcher over aiohttp: `async with Downloader(user_agent("https://paper.example")) as downloader`.

    `resolver` replaces the system's name resolution. `pause` is between two requests to one public host; hosts of
    sources that allow private addresses are the newsroom's own and are not paused for. `bounds` replaces those of a
    Purpose.
    """

    def __init__(
        self,
        agent: str,
        *,
        pause: timedelta = PAUSE,
        resolver: AbstractResolver | None = None,
        bounds: Mapping[Purpose, Bounds] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._agent = agent
        self._pause = pause
        self._resolver = resolver
        self._bounds = dict(bounds or {})
        self._clock = clock
        self._turns = HostTurns()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Downloader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def get(self, fetch: Fetch) -> Fetched:
        """Fetch, following redirects. Raises a FetchError, never anything of aiohttp's."""
        bounds = self._bounds.get(fetch.purpose, fetch.purpose.value)
        time_left = bounds.time.total_seconds()
        url, seen = fetch.url, set[URL]()
        for _ in range(MAX_REDIRECTS + 1):
            target = _checked(url, fetch)
            if target in seen:
                raise TooManyRedirects(f"{shown(fetch.url)} redirects in a circle")
            seen.add(target)
            async with self._turns.turn(_host(target), self._pause_for(fetch)):
                began = asyncio.get_running_loop().time()
                answer = await self._ask(target, fetch, bounds, time_left)
                time_left -= asyncio.get_running_loop().time() - began  # waiting for a turn doesn't count
            if isinstance(answer, Fetched):
                return answer
            url = urljoin(url, answer)
        raise TooManyRedirects(f"{shown(fetch.url)} redirects more than {MAX_REDIRECTS} times")

    def _pause_for(self, fetch: Fetch) -> timedelta:
        if fetch.allow_private:
            return timedelta(0)
        return max(self._pause, min(fetch.pause or timedelta(0), LONGEST_PAUSE))

    async def _ask(self, target: URL, fetch: Fetch, bounds: Bounds, time_left: float) -> Fetched | str:
        """One request: what came back, or where it sends us."""
        try:
            async with asyncio.timeout(time_left):
                return await self._request(target, fetch, bounds)
        except TimeoutError as error:
            raise TooSlow(f"{shown(fetch.url)} took longer than {bounds.time.total_seconds():g} s") from error
        except BadStatus as error:
            if error.status in _BUSY and error.retry_after:
                self._turns.close(_host(target), error.retry_after)
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error, target) from error

    async def _request(self, target: URL, fetch: Fetch, bounds: Bounds) -> Fetched | str:
        headers = {"Accept": _ACCEPT[fetch.purpose], "Accept-Encoding": ACCEPT_ENCODING}
        if fetch.etag:
            headers["If-None-Match"] = fetch.etag
        if fetch.last_modified:
            headers["If-Modified-Since"] = fetch.last_modified
        if fetch.json is not None:
            headers["Content-Type"] = "application/json"
        if fetch.bearer:
            headers["Authorization"] = f"Bearer {fetch.bearer}"
        method = "GET" if fetch.json is None else "POST"
        session = self._session(private=fetch.allow_private)
        async with session.request(method, target, data=fetch.json, headers=headers, allow_redirects=False) as response:
            status = response.status
            # What we post, and the secret with it, goes to the address that was configured and to no other.
            if status in _REDIRECTS and fetch.json is None and not fetch.bearer:
                location = response.headers.get("Location", "")
                if not location:
                    raise BadStatus(status, str(target))
                return location
            if status == 304:
                return _described(response, body=b"", not_modified=True)
            if status != 200:
                retry_after = parse_retry_after(response.headers.get("Retry-After", ""), self._clock())
                raise BadStatus(status, str(target), retry_after=retry_after)
            _refuse_unreadable(response, fetch.purpose)
            return _described(response, body=await _body(response, fetch.purpose, bounds))

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        # Two pools: a connection that was allowed to a private address must never serve a source that isn't.
        if private not in self._sessions:
            self._sessions[private] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver,
                    use_dns_cache=False,
                    limit=64,
                    limit_per_host=2,
                    socket_factory=_guarded_socket(allow_private=private),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent},
                timeout=aiohttp.ClientTimeout(total=None),  # ours covers redirects and turns down to the last byte
                auto_decompress=False,
                trust_env=False,
                max_line_size=_LONGEST_HEADER,
                max_field_size=_LONGEST_HEADER,
            )
        return self._sessions[private]


def user_agent(site: str) -> str:
    """How we introduce ourselves: our name, version, and where to complain."""
    return f"Newsbot/{__version__} (+{site})"


def _checked(url: str, fetch: Fetch) -> URL:
    """The address to ask next. Raises AddressRefused for anything but http(s) to a host that may be asked."""
    try:
        parts = urlsplit(url)
        # A redirect must not make us offer a password; only what the newsroom configured may carry one.
        netloc = parts.netloc if url == fetch.url else parts.netloc.rpartition("@")[2]
        target = URL(urlunsplit((parts.scheme, netloc, parts.path, parts.query, "")))
        port = target.port
    except ValueError as error:
        raise AddressRefused(f"{shown(url)} is not a web address") from error
    if target.scheme not in ("http", "https") or not target.host or port is None:
        raise AddressRefused(f"{shown(url)} is not an http or https address")
    reason = port_refusal(port, allow_private=fetch.allow_private)
    if reason:
        raise AddressRefused(f"{shown(url)} is refused: {reason}")
    return target


def _guarded_socket(*, allow_private: bool) -> Callable[[tuple[Any, ...]], socket.socket]:
    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        reason = refusal(str(address[0]), allow_private=allow_private)
        if reason:
            raise _RefusedAddressError(f"it leads to {address[0]}, {reason}")
        return socket.socket(family=family, type=kind, proto=protocol)

    return make


def _refuse_unreadable(response: aiohttp.ClientResponse, purpose: Purpose) -> None:
    kind = response.headers.get("Content-Type", "")
    if _UNREADABLE.match(kind.strip()):
        raise UnusableContent(f"{shown(str(response.url))} is {kind.partition(';')[0].strip()[:60]}, not text")
    if purpose is Purpose.PAGE and response.headers.get("Content-Disposition", "").lower().startswith("attachment"):
        raise UnusableContent(f"{shown(str(response.url))} is a file to download, not a page")


async def _body(response: aiohttp.ClientResponse, purpose: Purpose, bounds: Bounds) -> bytes:
    cut = purpose is Purpose.ROBOTS
    if not cut and (response.content_length or 0) > bounds.size:
        raise TooLarge(f"{shown(str(response.url))} says it is {response.content_length:,} bytes long")
    inflater = Inflater(response.headers.get("Content-Encoding", ""), bounds.size, cut=cut)
    async for piece in response.content.iter_chunked(_PIECE):
        inflater.feed(piece)
        if inflater.full:
            break
    body = inflater.finish()
    if purpose is Purpose.FEED and body.startswith(GZIP_MAGIC):  # `sitemap.xml.gz` is a file, not an encoding
        unpacked = Inflater("gzip", bounds.size)
        unpacked.feed(body)
        return unpacked.finish()
    return body


def _host(target: URL) -> str:
    return f"{target.host}:{target.port}"


def _described(response: aiohttp.ClientResponse, *, body: bytes, not_modified: bool = False) -> Fetched:
    headers = response.headers
    return Fetched(
        url=str(response.url.with_user(None)),
        body=body,
        content_type=headers.get("Content-Type", ""),
        etag=_bounded(headers.get("ETag", "")),
        last_modified=_bounded(headers.get("Last-Modified", "")),
        fresh_for=parse_max_age(headers.get("Cache-Control", "")),
        not_modified=not_modified,
    )


def _bounded(validator: str) -> str:
    return validator if len(validator) <= _LONGEST_VALIDATOR else ""  # half an ETag is none


def _translated(error: Exception, target: URL) -> FetchError:
    """Our error for one of aiohttp's or the system's, in words an operator can act on."""
    place = shown(str(target))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _RefusedAddressError):
            return AddressRefused(f"{place} is refused: {cause}")
        cause = cause.__cause__
    match error:
        case aiohttp.InvalidURL():
            return AddressRefused(f"{place} is not a web address")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"the name {target.host} is not known")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Unreachable(f"{target.host} has no valid certificate")
        case aiohttp.ClientConnectorError():
            return Unreachable(f"{target.host} does not accept connections on port {target.port}")
        case aiohttp.ClientPayloadError():
            return Unreachable(f"the answer of {place} broke off")
        case aiohttp.ClientResponseError():
            return UnusableContent(f"{place} does not answer in HTTP")
        case _:
            return Unreachable(f"{target.host} closed the connection without an answer")
