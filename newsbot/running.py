"""`newsbot run`: everything a newsroom needs in one process, until it is told to stop.

What runs side by side, each a named task; when one fails the whole stops with its error:

    intake      long polling, unless Telegram calls our webhook; one for each channel account, as the next two
    answers     works off the inbox
    delivery    sends alerts to readers
    sources     reads feeds, sitemaps and listings as they fall due
    summaries   has a language model summarise long articles, if one is set up
    repair      puts right what reached the journal and not Redis
    planner     makes alerts of new articles, fixes their audiences, ends them
    desk        keeps editors informed
    retention   deletes articles that are older than the newsroom keeps them
    figures     gauges that must be looked up
    redis       watches the embedded server
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from newsbot.accounts import Accounts, refuse_no_channel
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import NewsbotError, StoreError
from newsbot.garbage_collection import settle_down

RETAIN_EVERY = timedelta(hours=6)
FIGURES_EVERY = timedelta(seconds=5)

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Start everything, work until SIGINT or SIGTERM.

    Raises ConfigurationError or StartError before anything is changed.
    """
    await until_stopped(_run(settings))
    log.info("newsbot stopped")


async def _run(settings: Settings) -> None:
    async with Parts(settings, owns_redis=True) as parts:
        refuse_no_channel(parts)
        file = parts.newsroom  # its mistakes are told before anything is opened
        articles = await parts.articles()
        accounts = await Accounts.open(parts)
        async with await parts.web(accounts.webhooks(), wake=accounts.wake) as web:
            await accounts.introduce()
            log.info(
                "newsbot runs",
                accounts=[account.label for account in accounts.all],
                sources=len(file.sources),
                articles=await articles.count(),
                web=f"http://{settings.web.host}:{web.port}",
            )
            tasks: dict[str, Coroutine[Any, Any, None]] = {
                **accounts.tasks(),
                "sources": (await parts.schedule(wake=accounts.wake)).run(),
                "retention": _retain(parts),
                "figures": _figures(accounts, parts),
            }
            summaries = await parts.model_summaries()
            if summaries is not None:
                tasks["summaries"] = summaries.run()
            if parts.embedded is not None:
                tasks["redis"] = _watch(parts.embedded)
            settle_down()
            await _side_by_side(tasks)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end, or until SIGINT or SIGTERM: then it is cancelled, at its start too, and closes what it
    opened. A second signal ends the process as usual.
    """
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        log.info("newsbot stops")
        task.cancel()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, stop)
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


async def _side_by_side(work: Mapping[str, Coroutine[Any, Any, None]]) -> None:
    """Run the named tasks until cancelled; then cancel them and wait for their end.

    A task that raises, or ends by itself, stops the others, and its error is raised.
    """
    tasks = {asyncio.create_task(coroutine, name=name) for name, coroutine in work.items()}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        error = task.exception()
        raise error if error else NewsbotError(f"the task {task.get_name()!r} ended by itself")


async def _retain(parts: Parts) -> None:
    articles = await parts.articles()
    while True:
        try:
            deleted = await articles.retain(
                keep_since=parts.clock() - timedelta(days=parts.settings.keep_articles_days)
            )
            if deleted:
                log.info("old articles deleted", count=deleted, days=parts.settings.keep_articles_days)
        except StoreError as error:
            log.warning("old articles could not be deleted", reason=str(error))
        await asyncio.sleep(RETAIN_EVERY.total_seconds())


async def _figures(accounts: Accounts, parts: Parts) -> None:
    while True:
        for account in accounts.all:
            with suppress(StoreError):  # /readyz tells it
                parts.metrics.inbox_waiting.labels(account.name).set(await account.inbox.waiting())
        await asyncio.sleep(FIGURES_EVERY.total_seconds())


async def _watch(embedded: EmbeddedRedis) -> None:
    raise await embedded.failed
