"""`newsbot stats`: what chat's /stats tells, articles and their sources beside it, and the desk's tables day by day."""

from __future__ import annotations

import json
import sys

import typer

from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.desk.figure_tables import as_csv, as_lines
from newsbot.desk.figure_tables import as_json as json_of
from newsbot.desk.learning import USUAL_SPAN, last_days, tables
from newsbot.desk.learning import table as one_table
from newsbot.desk.stats import A_WEEK, Section, alerts_of_the_day, readers_now, who_came_and_went
from newsbot.desk.turn import Speech
from newsbot.errors import ConfigurationError


async def stats(settings: Settings, days: int | None, *, table: str | None, as_json: bool) -> None:
    """Print what is true now, who came and went in a week, and the day's alerts; with `days`, `table` (its name) or
    `as_json` the figures of the last days instead.

    Figures by the day are counted first, as far as they are not: so it works beside a newsbot that doesn't run.
    """
    if table is not None and as_json:
        raise ConfigurationError("--csv and --json: choose one of them")
    async with Parts(settings) as parts:
        _ = parts.newsroom  # its mistakes are told before anything is opened
        await (await parts.rollup_keeper()).count()
        speech = Speech(translate=parts.catalog.translator("en"), now=parts.clock(), zone=parts.timezone)
        if days is None and table is None and not as_json:
            await _now(parts, speech)
            return
        records, span = await parts.records(), last_days(days or USUAL_SPAN, speech)
        if table is not None:
            chosen = await one_table(records, table, span, speech)
            if chosen is None:
                known = ", ".join(one.name for one in await tables(records, span, speech))
                raise ConfigurationError(f"--csv {table}: there is no such table; there are {known}")
            sys.stdout.write(as_csv(chosen))
            return
        found = await tables(records, span, speech)
    if as_json:
        typer.echo(json.dumps(json_of(found), ensure_ascii=False))
    else:
        for number, one in enumerate(found):
            typer.echo("\n".join([*([""] if number else []), *as_lines(one, speech)]))


async def _now(parts: Parts, speech: Speech) -> None:
    """What chat's /stats tells, and beside it what only an operator looks after: articles and where they come from."""
    records, ledgers = await parts.records(), await parts.ledgers()
    channels = [channel for channel in parts.accounts if channel != "console"]
    for section in (
        *await readers_now(await parts.subscribers(), channels, parts.newsroom.topics, speech),
        await _articles(parts),
        await who_came_and_went(records, last_days(A_WEEK, speech), speech),
        await alerts_of_the_day(records, ledgers, speech),
    ):
        typer.echo("\n".join((section.heading, *(f"  {line}" for line in section.lines))))


async def _articles(parts: Parts) -> Section:
    articles = await parts.articles()
    states = await articles.source_states()
    lines = [f"stored: {await articles.count():,}"]
    for source in parts.newsroom.sources:
        state = states.get(source.id)
        read = "not read yet"
        if state is not None and state.fetched_at is not None:
            read = f"read {state.fetched_at.astimezone(parts.timezone):%Y-%m-%d %H:%M}"
        lines.append(f"{source.id}: {read}{f', failing: {state.error}' if state and state.error else ''}")
    return Section("Articles", tuple(lines))
