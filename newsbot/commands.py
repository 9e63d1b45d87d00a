"""The commands that do one thing and end, over the parts that `bootstrap` opens."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import aiohttp
import typer

from newsbot.articles import migrations
from newsbot.bootstrap import Parts
from newsbot.channels.console import ConsoleChannel
from newsbot.config import Settings
from newsbot.conversation.answering import Answering
from newsbot.errors import ConfigurationError, NewsbotError
from newsbot.ingest.pipeline import SourceReport
from newsbot.progress import progress
from newsbot.running import until_stopped
from newsbot.subscribers import transfer
from newsbot.webserver import address_here


async def ingest(settings: Settings, source: str | None, *, once: bool) -> bool:
    """Read now and print what came (`once`), or on schedule until stopped. False when a source failed."""
    async with Parts(settings) as parts:
        if not parts.newsroom.sources:
            typer.echo(f"No sources: write [[sources]] into {settings.newsroom}.")
            return True
        schedule = await parts.schedule()
        if not once:
            await until_stopped(schedule.run(), parts.stopping)
            return True
        reports = await schedule.read_once([source] if source else None)
    for report in reports:
        typer.echo(f"{report.source}: {_described(report)}")
    return not any(report.error for report in reports)


def _described(report: SourceReport) -> str:
    if report.error:
        return f"FAILED: {report.error}"
    if report.not_modified:
        return "nothing new since the last time"
    counts = [f"{count} {outcome.value}" for outcome, count in report.items.items() if count]
    return ", ".join(counts) or "no articles"


async def chat(settings: Settings, user: str) -> None:
    """The conversation in this terminal, with the articles and readers of these settings."""
    if not re.fullmatch(r"\S{1,64}", user):
        raise ConfigurationError("--user: a name without spaces, up to 64 letters; example: --user me")
    async with Parts(settings) as parts:
        _ = parts.newsroom  # its mistakes are told before anything is opened
        subscribers = await parts.subscribers()
        if await subscribers.is_new():
            await subscribers.mark_whole()  # the bot that is started next finds nothing missing
        channel = ConsoleChannel(user, language=settings.language)
        dialogue = await parts.dialogue(subscribers, frozenset(), channel)
        answering = Answering(dialogue, channel, subscribers, parts.metrics, clock=parts.clock)
        await channel.run(answering.handle)


async def migrate(settings: Settings) -> str:
    """Bring the database to this version; says from where to where."""
    async with Parts(settings) as parts:
        database = await parts.database()
        _, now = await migrations.upgrade(database)
        return f"{database.name[:1].upper()}{database.name[1:]} is at version {now}."


async def health(settings: Settings) -> tuple[bool, dict[str, str]]:
    """Whether the running newsbot is ready, and what it says is wrong or at a risk."""
    url = f"{address_here(settings.web.host, settings.web.port)}/readyz"
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            ready, told = answer.status == 200, await answer.json()
            problems = told["problems"] | told.get("warnings", {})
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise NewsbotError(f"no newsbot answers at {url} ({type(error).__name__})") from None
    return ready, {str(part): str(reason) for part, reason in problems.items()}


async def export_subscribers(settings: Settings, file: Path) -> int:
    """Write every reader to `file` ('-': standard output), readable by its owner only. Says how many.

    A file appears whole or not at all.
    """
    async with Parts(settings) as parts:
        readers = (await parts.journal()).all()
        with _new_file(file) as out, progress("readers exported") as show:
            count = -1  # the first line is no reader
            async for line in transfer.export_lines(readers, show):
                out.write(line + "\n")
                count += 1
    return count


@contextmanager
def _new_file(file: Path) -> Iterator[TextIO]:
    if str(file) == "-":
        yield sys.stdout
        return
    part = file.with_name(f"{file.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:
            yield out
        part.replace(file)
    except OSError as error:
        raise NewsbotError(f"{file} can't be written ({error.strerror}): choose another file.") from None
    finally:
        part.unlink(missing_ok=True)


async def import_subscribers(settings: Settings, file: Path, *, dry_run: bool) -> bool:
    """Take over the readers of `file` and print what became of them. False when a line was refused."""
    async with Parts(settings) as parts:
        store = await parts.subscribers()
        # A bot that runs has noted how far it is: then it goes on noting that.
        new = await store.is_new()
        if new and not dry_run:
            await store.mark_whole()  # if we are killed in the middle, the rest is replayed
        with file.open(encoding="utf-8", errors="replace") as lines, progress("readers imported") as show:
            report = await transfer.import_lines(lines, store, now=parts.clock(), dry_run=dry_run, progress=show)
        if new and not dry_run:
            await store.mark_whole()
    for refused in report.refused:
        typer.echo(f"line {refused.line}: {refused.reason}", err=True)
    would = "would be " if dry_run else ""
    typer.echo(
        f"{report.added} {would}added, {report.updated} {would}updated, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused."
    )
    return not report.refused


async def rebuild_subscribers(settings: Settings) -> int:
    """Write the working copy in Redis anew from the journal. Says how many readers there are."""
    async with Parts(settings) as parts:
        store = await parts.subscribers()
        with progress("segments rebuilt") as show:
            return await store.rebuild(lambda done, _: show(done))
