"""robots.txt (RFC 9309): what a site asks robots to leave alone.

Asked for article pages only: a feed is published to be fetched, and the newsroom configured it. A file that is not
there (4xx) forbids nothing; one that the server fails to give (5xx, no answer) forbids everything until it can be
asked again, unless an older copy is still known. The most specific rule wins, the allowing one on a tie.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from newsbot.ingest.canonical_url import percent_encoded
from newsbot.ingest.fetching import (
    AddressRefused,
    BadStatus,
    Fetch,
    Fetcher,
    FetchError,
    Purpose,
    RobotsRefused,
    TooManyRedirects,
    UnusableContent,
)

__all__ = ["RobotRules", "Robots", "parse_robots"]

KEPT_FOR = timedelta(hours=24)  #: RFC 9309, 2.4
ASKED_AGAIN_AFTER = timedelta(minutes=15)  #: when the server failed to give it
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_REMEMBERED = 1_000  #: sites
_MOST_RULES = 5_000
_AGENT: Final = "newsbot"
_LINE: Final = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#]*)")


@dataclass(frozen=True, slots=True)
class RobotRules:
    """What one site's robots.txt says to us: (allowed?, path pattern) in any order, and the pause it asks for."""

    rules: tuple[tuple[bool, str], ...] = ()
    crawl_delay: timedelta | None = None

    def allows(self, url: str) -> bool:
        """Whether the page may be fetched. The longest pattern that matches its path and query decides."""
        parts = urlsplit(url)
        target = percent_encoded(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        matching = [(len(pattern), allowed) for allowed, pattern in self.rules if _matches(pattern, target)]
        return max(matching)[1] if matching else True


NOTHING_FORBIDDEN: Final = RobotRules()
EVERYTHING_FORBIDDEN: Final = RobotRules(rules=((False, "/"),))


def parse_robots(text: str, agent: str = _AGENT) -> RobotRules:
    """The rules of the groups that name `agent`, else of those for `*`. Anything that can't be read is passed over."""
    named: list[tuple[str, str]] = []
    general: list[tuple[str, str]] = []
    addressed: set[str] = set()
    in_rules = False
    named_at_all = False
    for line in text.removeprefix("\ufeff").splitlines():
        found = _LINE.match(line)
        if not found:
            continue
        key, value = found[1].lower(), found[2].strip()
        if key == "user-agent":
            if in_rules:
                addressed, in_rules = set(), False
            addressed.add(value.partition("/")[0].strip().lower())
            named_at_all = named_at_all or agent in addressed
        elif key in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            if agent in addressed:
                named.append((key, value))
            if "*" in addressed:
                general.append((key, value))
    return _rules(named if named_at_all else general)


class Robots:
    """The robots.txt of every site that is read, each asked for once a day. Forgets on restart."""

    def __init__(self, fetcher: Fetcher, *, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._sites: dict[tuple[str, bool], _Site] = {}

    async def permit(self, url: str, *, allow_private: bool = False) -> timedelta | None:
        """The pause that the site asks for (None: it asks for none).

        Raises RobotsRefused if it asks us not to fetch `url`, or, as a temporary refusal, if nobody could say.
        """
        site = await self._site(url, allow_private=allow_private)
        if not site.rules.allows(url):
            refused = RobotsRefused(site.failure or None)
            refused.temporary = bool(site.failure)
            raise refused
        return site.rules.crawl_delay

    async def _site(self, url: str, *, allow_private: bool) -> _Site:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        site = self._sites.setdefault((origin, allow_private), _Site())
        async with site.lock:  # so that many pages of one site ask once
            if self._clock() >= site.ask_again_at:
                await self._ask(origin, site, allow_private=allow_private)
        self._forget_some()
        return site

    async def _ask(self, origin: str, site: _Site, *, allow_private: bool) -> None:
        now = self._clock()
        fetch = Fetch(url=f"{origin}/robots.txt", purpose=Purpose.ROBOTS, allow_private=allow_private)
        try:
            answer = await self._fetcher.get(fetch)
            site.rules = parse_robots(answer.body.decode("utf-8", errors="replace"))
        except (TooManyRedirects, UnusableContent, AddressRefused):
            site.rules = NOTHING_FORBIDDEN  # there is none; an address that is refused is refused again for the page
        except FetchError as error:
            if not isinstance(error, BadStatus) or error.temporary:
                site.ask_again_at = now + max(error.retry_after or ASKED_AGAIN_AFTER, ASKED_AGAIN_AFTER)
                if not site.answered:
                    site.rules, site.failure = EVERYTHING_FORBIDDEN, f"robots.txt could not be read: {error}"
                return
            site.rules = NOTHING_FORBIDDEN
        site.ask_again_at, site.answered, site.failure = now + KEPT_FOR, True, ""

    def _forget_some(self) -> None:
        while len(self._sites) > _REMEMBERED:
            key, site = next(iter(self._sites.items()))
            if site.lock.locked():
                return
            del self._sites[key]


@dataclass(slots=True)
class _Site:
    rules: RobotRules = NOTHING_FORBIDDEN
    ask_again_at: datetime = _LONG_AGO
    answered: bool = False  #: the rules are the site's own, not our guess
    failure: str = ""  #: why they are our guess
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


def _rules(lines: list[tuple[str, str]]) -> RobotRules:
    rules: list[tuple[bool, str]] = []
    delay: timedelta | None = None
    for key, value in lines[:_MOST_RULES]:
        if key == "crawl-delay":
            delay = _delay(value) or delay
        elif value.startswith(("/", "*")):  # `Disallow:` without a path forbids nothing
            rules.append((key == "allow", percent_encoded(value)))
    return RobotRules(tuple(rules), delay)


def _delay(value: str) -> timedelta | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return timedelta(seconds=min(seconds, 3600)) if seconds > 0 else None  # NaN is not > 0


def _matches(pattern: str, target: str) -> bool:
    """`*` is any run of characters, `$` at the end pins the end. By walking: a hostile pattern can't make it slow."""
    pinned = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    if pinned and not others:
        return at == len(target)
    for index, piece in enumerate(others):
        if pinned and index == len(others) - 1:
            return target.endswith(piece) and len(target) - len(piece) >= at
        at = target.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
