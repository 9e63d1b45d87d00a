"""`newsbot stats`: readers, topics, articles and sources now, what chat's /stats tells of the last days, and the
desk's tables day by day.
"""

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
from newsbot.desk.stats import A_WEEK, alerts_of_the_day, who_came_and_went
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
    topics, sources = parts.newsroom.topics, parts.newsroom.sources
    subscribers = await parts.subscribers()
    counts = await subscribers.counts()
    articles = await (await parts.articles()).count()
    states = await (await parts.articles()).source_states()
    typer.echo(f"readers    {counts.subscribers:,} ({counts.reachable:,} can be alerted)")
    channels = [channel for channel in parts.accounts if channel != "console"]
    for channel in channels if len(channels) > 1 else ():
        own = await subscribers.counts(channel)
        typer.echo(f"  {channel:16}{own.subscribers:>10,} ({own.reachable:,} can be alerted)")
    for topic in topics:
        typer.echo(f"  {topic.id:16}{counts.by_topic.get(topic.id, 0):>10,}")
    typer.echo(f"articles   {articles:,}")
    for source in sources:
        state = states.get(source.id)
        words = (
            "not read yet"
            if state is None or state.fetched_at is None
            else f"read {state.fetched_at:%Y-%m-%d %H:%M} UTC"
        )
        typer.echo(f"  {source.id:16}{words}{f', failing: {state.error}' if state and state.error else ''}")
    records, ledgers = await parts.records(), await parts.ledgers()
    for section in (
        await who_came_and_went(records, last_days(A_WEEK, speech), speech),
        await alerts_of_the_day(records, ledgers, speech),
    ):
        typer.echo("\n".join((section.heading, *(f"  {line}" for line in section.lines))))
