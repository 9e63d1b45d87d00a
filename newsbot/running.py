"""`newsbot run`: everything a newsroom needs in one process, until it is told to stop.

What runs side by side, each a named task; when one fails the whole stops with its error:

    intake      long polling, unless Telegram calls our webhook
    answers     works off the inbox
    sources     reads feeds, sitemaps and listings as they fall due
    repair      puts right what reached the journal and not Redis
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

from newsbot.bootstrap import Parts
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.polling import Poller
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.channels.telegram.webhook import PATH, register_webhook, webhook_handler
from newsbot.config import Settings
from newsbot.conversation.answering import Answering
from newsbot.conversation.menu import command_menu
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import ConfigurationError, NewsbotError, StoreError

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
    token = settings.telegram.token
    if token is None:
        raise ConfigurationError(
            "NEWSBOT_TELEGRAM__TOKEN: it is missing; get one from @BotFather in Telegram (README, five minutes), "
            "or see everything without one: newsbot demo"
        )
    async with Parts(settings, owns_redis=True) as parts:
        file = parts.newsroom  # its mistakes are told before anything is opened
        articles = await parts.articles()
        redis = await parts.redis()
        api = TelegramApi(await parts.session(), token.get_secret_value(), api_url=settings.telegram.api_url)
        bot = await api.check_token()
        subscribers = await parts.subscribers()
        await subscribers.replay_recent()
        inbox = RedisInbox(redis, f"telegram:{bot.id}", kept=parts.metrics.events.labels("telegram").inc)

        async def moved(old: Address, new: Address) -> None:
            await subscribers.move(old, new, now=parts.clock())

        pacing = RedisPacing(redis, f"telegram:{bot.id}", settings.telegram.rate)
        channel = TelegramChannel(api, pacing=pacing, moved=moved)
        dialogue = await parts.dialogue(subscribers, frozenset({bot.username}), channel)
        answering = Answering(dialogue, channel, subscribers, parts.metrics, clock=parts.clock)
        webhook = settings.telegram.mode == "webhook"
        secret = settings.telegram.webhook_secret
        webhooks = {}
        if webhook and secret is not None:
            webhooks[PATH] = webhook_handler(inbox, bot, secret.get_secret_value(), clock=parts.clock)
        async with await parts.web(webhooks) as web:
            if webhook and secret is not None and settings.web.public_url is not None:
                await register_webhook(api, settings.web.public_url, secret.get_secret_value())
            await channel.publish_menu(command_menu(parts.catalog, file.newsroom))
            log.info(
                "newsbot runs",
                bot=f"@{bot.username}",
                updates="webhook" if webhook else "polling",
                sources=len(file.sources),
                articles=await articles.count(),
                web=f"http://{settings.web.host}:{web.port}",
            )
            tasks: dict[str, Coroutine[Any, Any, None]] = {
                "answers": inbox.work(answering.handle),
                "sources": (await parts.schedule()).run(),
                "repair": subscribers.keep_in_step(),
                "retention": _retain(parts),
                "figures": _figures(inbox, parts),
            }
            if not webhook:
                tasks["intake"] = Poller(api, inbox, bot, clock=parts.clock).run()
            if parts.embedded is not None:
                tasks["redis"] = _watch(parts.embedded)
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


async def _figures(inbox: RedisInbox, parts: Parts) -> None:
    while True:
        with suppress(StoreError):  # /readyz tells it
            parts.metrics.inbox_waiting.labels("telegram").set(await inbox.waiting())
        await asyncio.sleep(FIGURES_EVERY.total_seconds())


async def _watch(embedded: EmbeddedRedis) -> None:
    raise await embedded.failed
