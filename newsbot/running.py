"""`newsbot run`: everything a newsroom needs, in one process or shared by many, until it is told to stop.

What runs side by side, each a named task; when one fails the whole stops with its error:

    intake      long polling, unless Telegram calls our webhook; one for each channel account, as the next two
    answers     works off the inbox
    delivery    sends alerts to readers
    sources     reads feeds, sitemaps and listings as they fall due
    summaries   has a language model summarise long articles, if one is set up
    repair      puts right what reached the journal and not Redis
    keeping     asks readers whether to go on before they can't be written to any more, on channels where that is so
    planner     makes alerts of new articles, fixes their audiences, ends them
    desk        keeps editors informed
    schedule    hands over what was confirmed for a time when that has come
    curves      notes how far running alerts have come
    rollups     keeps the figures of each day
    retention   deletes articles that are older than the newsroom keeps them
    figures     gauges that must be looked up
    redis       watches the embedded server
    web         the web server, for all who have one

A process with a role of its own (`process_roles`) does its share. What only one process may do (receiving by polling,
sources, planning, informing editors) it does while it leads (`leading`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

import structlog

from newsbot.accounts import Accounts, refuse_no_channel
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import NewsbotError, StoreError
from newsbot.garbage_collection import settle_down
from newsbot.gauges import Gauges, Watched
from newsbot.leading import lead
from newsbot.process_roles import Role, Work, refuse_without_servers, share_of
from newsbot.shared_database import refuse_another_machines_file
from newsbot.stopping import By, Stopping
from newsbot.webserver import WebServer

RETAIN_EVERY = timedelta(hours=6)
LAST_WORDS = 0.5  #: seconds that the line gets which says what was left: who reads our log may hang too

log = structlog.get_logger()


async def run(settings: Settings, role: Role = Role.ALL) -> None:
    """Start what the role asks for, work until SIGINT or SIGTERM.

    Raises ConfigurationError or StartError before anything is changed.
    """
    refuse_without_servers(role, settings.redis_url)
    stopping = Stopping()
    await until_stopped(_run(settings, role, stopping), stopping)
    log.info("newsbot stopped")


async def _run(settings: Settings, role: Role, stopping: Stopping) -> None:
    async with Parts(settings, owns_redis=role is Role.ALL, stopping=stopping) as parts:
        refuse_no_channel(parts)
        file = parts.newsroom  # its mistakes are told before anything is opened
        articles = await parts.articles()
        if settings.redis_url is not None and settings.database_url is None:
            await refuse_another_machines_file(await parts.redis())
        accounts = await Accounts.open(parts)
        serves = role in (Role.ALL, Role.WEB)
        desk = await parts.dashboard(accounts.desk, accounts.inboxes) if serves else None
        async with await parts.web(accounts.webhooks(), wake=accounts.wake, desk=desk, only_health=not serves) as web:
            if role in (Role.ALL, Role.BOT):
                await accounts.introduce()
            log.info(
                "newsbot runs",
                role=role.value,
                accounts=[account.label for account in accounts.all],
                updates=",".join(account.updates for account in accounts.all),
                sources=len(file.sources),
                articles=await articles.count(),
                web=f"http://{settings.web.host}:{web.port}",
            )
            settle_down()
            await _side_by_side(await _share(role, parts, accounts) | {"web": partial(_serve, web)}, stopping)


async def _share(role: Role, parts: Parts, accounts: Accounts) -> dict[str, Work]:
    """What this process does of all there is to do."""
    watched = [Watched(account.name, account.inbox, account.outlet.ledger) for account in accounts.all]
    work: dict[str, Work] = {
        **accounts.tasks(),
        "retention": partial(_retain, parts),
        "rollups": (await parts.rollup_keeper()).run,
        "figures": Gauges(watched, await parts.alerts(), await parts.redis(), parts.metrics).run,
    }
    if role in (Role.ALL, Role.INGEST):
        work["sources"] = (await parts.schedule(wake=accounts.wake)).run
        if (summaries := await parts.model_summaries()) is not None:
            work["summaries"] = summaries.run
    own, led = share_of(role, work)
    for of, those in led.items():
        leads = parts.metrics.leads.labels(of.value).set
        own[f"leading {of}"] = partial(lead, await parts.redis(), of.value, those, leads=leads, stopping=parts.stopping)
    if (embedded := parts.embedded) is not None:
        own["redis"] = partial(_watch, embedded)
    return own


async def until_stopped(work: Coroutine[Any, Any, None], stopping: Stopping) -> None:
    """Run `work` to its end, or until SIGINT or SIGTERM: then it is cancelled, at its start too, and closes what it
    opened. From then on, and from when `work` begins to stop by itself, the process has until `By.ENDED`: what hasn't
    ended is told in one line and left. A second signal ends the process at once, as one of the shell's own would: with
    128 and its number.
    """
    task = asyncio.create_task(work, name="opening or closing")
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        log.info("newsbot stops")
        stopping.begin()
        task.cancel()
        for number in signals:
            loop.add_signal_handler(number, os._exit, 128 + number)

    for number in signals:
        loop.add_signal_handler(number, stop)
    told = asyncio.create_task(stopping.told.wait(), name="told to stop")
    await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if stopping.told.is_set():
        left = stopping.left(By.ENDED) or 0.0
        # A thread: a loop that something holds up, or a thread that the loop waits for, must not hold up this.
        threading.Thread(target=_end_after, args=(left, stopping), name="deadline", daemon=True).start()
        await stopping.ended({task}, By.CLOSED)
        # The loop would wait for these without end: what libraries began, and threads.
        await stopping.end(asyncio.all_tasks() - {asyncio.current_task(), task}, By.CLOSED)
        threads = asyncio.create_task(loop.shutdown_default_executor(), name="threads")
        await stopping.ended({threads}, By.CLOSED)
        if stopping.unfinished:
            _end_now(stopping, stopping.unfinished)
    if not task.cancelled():
        task.result()


def _end_after(seconds: float, stopping: Stopping) -> None:
    time.sleep(seconds)
    threads = [f"thread {one.name}" for one in threading.enumerate() if not one.daemon]
    _end_now(stopping, stopping.unfinished or threads)


def _end_now(stopping: Stopping, unfinished: list[str]) -> NoReturn:
    """The process's end, however much still runs. It is safe to leave (`stopping`), so that a stop that was asked
    for is no failure.
    """
    words = threading.Thread(target=_say_what_is_left, args=(stopping, unfinished), daemon=True)
    words.start()
    words.join(LAST_WORDS)
    os._exit(0 if stopping.error is None else 1)


def _say_what_is_left(stopping: Stopping, unfinished: list[str]) -> None:
    reason = {} if stopping.error is None else {"reason": str(stopping.error)}
    log.warning(
        "newsbot stopped before everything had ended; what is left is taken over",
        unfinished=unfinished,
        **reason,
    )
    sys.stdout.flush()


async def _side_by_side(work: Mapping[str, Work], stopping: Stopping) -> None:
    """Run the named tasks until cancelled; then cancel them and wait for their end.

    A task that raises, or ends by itself, stops the others, and its error is raised.
    """
    tasks = {asyncio.create_task(begin(), name=name) for name, begin in work.items()}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            error = task.exception() or NewsbotError(f"the task {task.get_name()!r} ended by itself")
            stopping.begin(error)
            raise error
    finally:
        await stopping.end(tasks, By.WORK)


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


async def _serve(web: WebServer) -> None:
    """It works by itself; like everything else it ends when we are told to stop."""
    try:
        await asyncio.Event().wait()
    finally:
        await web.close()


async def _watch(embedded: EmbeddedRedis) -> None:
    raise await embedded.failed
