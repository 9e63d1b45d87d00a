"""What ingest asks of whoever fetches, and how a fetch can fail. `downloader` is the implementation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from newsbot.errors import IngestError

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one fetch may cost us."""

    size: int  #: bytes after decompression, and on the wire
    time: timedelta  #: for everything: name lookup, redirects, the last byte


class Purpose(Enum):
    """What is fetched; it decides the bounds and which content is worth reading."""

    FEED = Bounds(10 * MEGABYTE, timedelta(seconds=30))  #: feeds and sitemaps
    PAGE = Bounds(5 * MEGABYTE, timedelta(seconds=20))  #: article and listing pages
    MODEL = Bounds(MEGABYTE, timedelta(seconds=60))  #: what a language model answers; one on this machine is slow
    ROBOTS = Bounds(512 * 1024, timedelta(seconds=10))  #: read as far as the bound (RFC 9309, 2.5: at least 500 KiB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One request, as the caller wishes it."""

    url: str
    purpose: Purpose
    etag: str = ""
    last_modified: str = ""
    allow_private: bool = False
    pause: timedelta | None = None  #: what the host asked for between two requests (crawl-delay), when longer than ours
    json: bytes | None = None  #: to send, with POST; a redirect of it is not followed
    bearer: str = field(default="", repr=False)  #: a secret for the host


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came back. With `not_modified` there is no body."""

    url: str  #: after redirects
    body: bytes = b""
    content_type: str = ""  #: the header as sent, with its charset
    etag: str = ""
    last_modified: str = ""
    fresh_for: timedelta = timedelta(0)  #: `Cache-Control: max-age`
    not_modified: bool = False


class Fetcher(Protocol):
    async def get(self, fetch: Fetch) -> Fetched:
        """Fetch within the purpose's bounds; raises a FetchError that says what was wrong."""
        ...


class FetchError(IngestError):
    """A page or feed could not be fetched."""

    #: whether another try may help
    temporary = True

    def __init__(self, message: str | None = None, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  #: the server's own wish


class Unreachable(FetchError):
    """The server did not answer, or stopped in the middle."""


class TooSlow(FetchError):
    """The answer took too long."""


class HostBusy(FetchError):
    """The host asked us to stay away for a while."""


class BadStatus(FetchError):
    """The server answered with an error."""

    def __init__(self, status: int, url: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"the server answered {status} for {shown(url)}", retry_after=retry_after)
        self.status = status
        self.temporary = status >= 500 or status in (408, 425, 429)


class TooLarge(FetchError):
    """The answer is larger than allowed."""

    temporary = False


class TooManyRedirects(FetchError):
    """It redirects in a circle, or too often."""

    temporary = False


class AddressRefused(FetchError):
    """The address is one that requests may not go to."""

    temporary = False


class UnusableContent(FetchError):
    """The answer is nothing that can be read as news."""

    temporary = False


class RobotsRefused(FetchError):
    """The site's robots.txt asks not to fetch this."""

    temporary = False


_SECRET_PARAMETERS = ("token", "key", "secret", "password", "passwd", "auth", "sig", "signature")


def shown(url: str) -> str:
    """The address as it may stand in a log: no user name or password, secret parameters masked, at most 200 long."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return "(not an address)"
    host = parts.netloc.rpartition("@")[2]
    masked = parts.query
    if any(_is_secret(name) for name, _ in query):
        masked = urlencode([(name, "***" if _is_secret(name) else value) for name, value in query], safe="*")
    text = urlunsplit((parts.scheme, host, parts.path, masked, ""))
    return text if len(text) <= 200 else f"{text[:199]}…"


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in _SECRET_PARAMETERS)
