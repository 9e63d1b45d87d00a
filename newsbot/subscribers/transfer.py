"""Subscribers as a file, out and in: JSON Lines, one reader a line behind a line that says what it is.

    {"format": "newsbot-subscribers", "version": 1}
    {"address": "telegram:123456", "since": "2025-11-18T11:45:00+00:00", "preferences": {"language": "bn", …}}

Reading such a file twice changes nothing the second time. Numbers, versions and history stay behind: they belong to a
journal.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from newsbot.domain.subscriber import Address, Subscriber
from newsbot.errors import NewsbotError
from newsbot.subscribers.preferences_json import from_json, to_json
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.states import Imported

FORMAT: Final = "newsbot-subscribers"
VERSION: Final = 1
BATCH: Final = 500  #: readers of one transaction
LINE_LIMIT: Final = 100_000  #: characters; a longer line is no reader

Progress = Callable[[int], None]  #: how many readers were done so far


class NotAnExport(NewsbotError):
    """This file is not an export of Newsbot's subscribers."""


@dataclass(frozen=True, slots=True)
class Refused:
    line: int  #: the first is 1
    reason: str


@dataclass(slots=True)
class ImportReport:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


def _silent(done: int) -> None:
    pass


async def export_lines(subscribers: AsyncIterator[Subscriber], progress: Progress = _silent) -> AsyncIterator[str]:
    """The lines of the file, without line ends. `subscribers`: `SubscriberStore.all()`."""
    yield json.dumps({"format": FORMAT, "version": VERSION})
    done = 0
    async for one in subscribers:
        yield _written(
            {"address": str(one.address), "since": one.since.isoformat(), "preferences": to_json(one.preferences)}
        )
        done += 1
        progress(done)


async def import_lines(
    lines: Iterable[str],
    store: RedisSubscriberStore,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> ImportReport:
    """Take over each reader of an export: a known one gets the file's preferences, a stranger also its `since`.

    A link holds where both sides say so in the end; then what stands first in the file is true of both. A line that
    can't be used is reported and the others go on. `dry_run`: report all the same, write nothing. Raises
    NotAnExport at the first line, before anything is written; StoreUnavailable at any time: what came before is kept,
    and may come again.
    """
    numbered = enumerate(lines, start=1)
    _check_header(next(numbered, (1, ""))[1])
    report = ImportReport()
    batch: list[Imported] = []
    seen: dict[Address, int] = {}
    linked: dict[Address, None] = {}  # in the order of the file
    done = 0

    async def take_over() -> None:
        linked.update((one.address, None) for one in batch if one.preferences.linked_with is not None)
        linked.update(dict.fromkeys(await store.linked_with([one.address for one in batch])))
        for outcome in await store.take_over(batch, now=now, dry_run=dry_run):
            setattr(report, outcome, getattr(report, outcome) + 1)
        batch.clear()
        progress(done)

    for number, line in numbered:
        if not line.strip():
            continue
        done += 1
        try:
            imported = _reader(line, store.channels)
            if (first := seen.setdefault(imported.address, number)) != number:
                raise ValueError(f"{imported.address} stands in line {first} already")  # noqa: TRY301
        except ValueError as error:
            report.refused.append(Refused(number, str(error)))
            continue
        batch.append(imported)
        if len(batch) == BATCH:
            await take_over()
    if batch:
        await take_over()
    if not dry_run:
        # The other side of a link may stand anywhere in the file, or not at all.
        await store.settle_links(linked, now=now)
    return report


def _check_header(line: str) -> None:
    try:
        header = json.loads(line)
    except ValueError:
        raise NotAnExport from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise NotAnExport
    if header.get("version") != VERSION:
        raise NotAnExport(
            f"This export has version {header.get('version')!r} and this Newsbot reads version {VERSION}; "
            "use the Newsbot that wrote it, or a newer one."
        )


def _reader(line: str, channels: Iterable[str]) -> Imported:
    """Raises ValueError with the reason why the line is refused."""
    if len(line) > LINE_LIMIT:
        raise ValueError(f"it is longer than {LINE_LIMIT} characters")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("address", "since")):
        raise ValueError("it is not an object with address, since and preferences")
    preferences = found.get("preferences")
    if not isinstance(preferences, dict):
        raise ValueError("preferences is not an object")  # noqa: TRY004 - of data, not of a call
    address = Address.parse(found["address"])
    if address.channel not in channels:
        raise ValueError(f"no account of the channel {address.channel} is configured here")
    since = datetime.fromisoformat(found["since"])
    if since.tzinfo is None:
        raise ValueError("since has no time zone")
    try:
        return Imported(address, since.astimezone(UTC), from_json(preferences))
    except OverflowError:
        raise ValueError("since is out of range") from None


def _written(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is no UTF-8: such a line is written with escapes instead.
    return line if _encodes(line) else json.dumps(value, separators=(",", ":"))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
