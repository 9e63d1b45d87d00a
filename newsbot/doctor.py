"""`newsbot doctor`: checks what a start would need, one line each, in words. Changes nothing of the newsroom's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import aiohttp
import aiohttp.web
import typer

from newsbot.articles.store import SourceState
from newsbot.bootstrap import Parts
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.public_channel import find_public_channel
from newsbot.channels.telegram.receiver import BotIdentity
from newsbot.config import load_settings
from newsbot.database import connect_database, refuse_unwritable
from newsbot.doctor_messenger import examine_page
from newsbot.domain.finding import Finding, State
from newsbot.domain.source import Source
from newsbot.errors import ConfigurationError, NewsbotError, StartError
from newsbot.ingest.language_model import UnusableAnswer
from newsbot.observability import Redactor, configure_logging
from newsbot.redis_client import AWAY, meaning
from newsbot.redis_client import refuse_unwritable as refuse_unwritable_redis
from newsbot.redis_replicas import online
from newsbot.webserver import WebServer, address_here

WELL, WRONG, NOTE = State.WELL, State.WRONG, State.NOTE

#: what the language model is asked to summarise
HEADLINE: Final = "পদ্মার পাড়ে নতুন সেতু"
BODY: Final = (
    "পদ্মার পাড়ে নতুন একটি সেতু চালু হয়েছে। দুই পাড়ের মানুষ এখন দশ মিনিটে নদী পার হতে পারছেন, আগে লাগত দুই ঘণ্টা। "
    "সেতুটি তৈরি করতে তিন বছর লেগেছে। স্থানীয় কৃষকেরা বলছেন, সবজি এখন সকালেই শহরের বাজারে পৌঁছাবে।"
)


async def examine(env_file: Path) -> bool:
    """Print a line a finding. True when a start would succeed as far as can be seen from outside."""
    try:
        settings = load_settings(env_file)
    except ConfigurationError as error:
        _print([Finding(WRONG, "settings", mistake) for mistake in error.mistakes])
        return False
    configure_logging(settings.log.format, "error", secrets=settings.secrets())
    redact = Redactor(settings.secrets())
    where = str(env_file) if env_file.is_file() else f"no {env_file}: defaults and the environment"
    well = _print([Finding(WELL, "settings", where)])
    async with Parts(settings) as parts:
        for check in (_newsroom, _database, _redis, _telegram, _messenger, _web, _sources, _language_model):
            try:
                findings = await check(parts)
            except NewsbotError as error:
                findings = [Finding(WRONG, check.__name__.lstrip("_"), line) for line in str(error).splitlines()]
            well &= _print([Finding(one.state, one.what, redact(one.words)) for one in findings])
    typer.echo("All is well: newsbot run" if well else "Mend what is WRONG, then ask again.")
    return well


def _print(findings: list[Finding]) -> bool:
    colours = {WELL: typer.colors.GREEN, WRONG: typer.colors.RED, NOTE: typer.colors.YELLOW}
    for one in findings:
        typer.echo(f"{typer.style(f'{one.state:5}', fg=colours[one.state])}  {one.what}: {one.words}")
    return all(one.state != WRONG for one in findings)


async def _newsroom(parts: Parts) -> list[Finding]:
    file = parts.newsroom
    words = f"{file.newsroom.name(parts.settings.language)}, {len(file.topics)} topics, {len(file.sources)} sources"
    findings = [Finding(WELL, "newsroom", words)]
    if not file.sources and parts.settings.ingest.token is None:
        findings.append(
            Finding(NOTE, "newsroom", "there are no [[sources]] and no NEWSBOT_INGEST__TOKEN: no article can arrive")
        )
    return findings


async def _database(parts: Parts) -> list[Finding]:
    settings = parts.settings
    database = connect_database(settings.database_url, settings.data_dir)
    try:
        if database.file is not None:
            refuse_unwritable(database.file)
        if database.file is not None and not database.file.exists():
            return [Finding(WELL, "database", f"{database.file} will be made at the first start")]
        await database.check()
        return [Finding(WELL, "database", database.name)]
    finally:
        await database.close()


async def _redis(parts: Parts) -> list[Finding]:
    redis = await parts.redis()
    version = (await redis.info("server")).get("redis_version", "?")
    if parts.settings.redis_url is None:
        return [Finding(WELL, "redis", f"embedded server in {parts.settings.data_dir}, every write on disk at once")]
    findings = [Finding(WELL, "redis", f"answers, version {version}")]
    try:
        await refuse_unwritable_redis(redis)
    except AWAY as error:
        findings.append(Finding(WRONG, "redis", f"it {meaning(error) or f'takes no writes ({error})'}"))
    findings += _replicas(online(await redis.info("replication")), parts.settings.redis_replicas)
    try:
        config = await redis.config_get("appendonly", "appendfsync", "maxmemory-policy")
    except Exception:
        return [
            *findings,
            Finding(NOTE, "redis", "its CONFIG can't be read: see to appendonly and noeviction yourself"),
        ]
    text = {_text(key): _text(value) for key, value in config.items()}
    if text.get("maxmemory-policy", "noeviction") != "noeviction":
        words = f"maxmemory-policy is {text['maxmemory-policy']}: full memory would forget readers; set noeviction"
        findings.append(Finding(WRONG, "redis", words))
    if text.get("appendonly") != "yes":
        words = (
            "appendonly is off: after a power cut events that wait in the inbox are lost, and who got which alert "
            "(subscribers are not)"
        )
        findings.append(Finding(NOTE, "redis", words))
    elif text.get("appendfsync") != "always":
        words = (
            f"appendfsync is {text.get('appendfsync')}: a power cut may lose the last two seconds of the inbox, and of "
            "who got which alert: they may get it twice"
        )
        findings.append(Finding(NOTE, "redis", words))
    return findings


def _replicas(there: int, wanted: int | None) -> list[Finding]:
    """`wanted`: as the setting says."""
    follow = f"{there} {'replica follows' if there == 1 else 'replicas follow'}"
    if wanted is not None and wanted > there:
        words = f"{follow}, and NEWSBOT_REDIS_REPLICAS is {wanted}: no alert is sent until as many do"
        return [Finding(WRONG, "redis", words)]
    if not there:
        return []
    if wanted == 0:
        words = f"{follow}, and NEWSBOT_REDIS_REPLICAS is 0: promoting one that lags would alert readers twice"
        return [Finding(NOTE, "redis", words)]
    if there > (wanted or 1):
        words = (
            f"{follow}, and {wanted or 1} must know of each delivery: promote the one with most data (Sentinel does if "
            f"all have the same replica-priority), or set NEWSBOT_REDIS_REPLICAS={there}"
        )
        return [Finding(NOTE, "redis", words)]
    return [Finding(WELL, "redis", f"{follow}, and is asked before anybody is written to" if there == 1 else follow)]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def _telegram(parts: Parts) -> list[Finding]:
    telegram = parts.settings.telegram
    if telegram.token is None and parts.settings.messenger.page_id is not None:
        return []
    if telegram.token is None:
        words = (
            "NEWSBOT_TELEGRAM__TOKEN is missing: get one from @BotFather (README, five minutes); or connect a Facebook "
            "Page (docs/messenger.md)"
        )
        return [Finding(WRONG, "telegram", words)]
    api = TelegramApi(await parts.session(), telegram.token.get_secret_value(), api_url=telegram.api_url)
    bot = await api.check_token()
    findings = [Finding(WELL, "telegram", f"the token is @{bot.username}'s ({bot.name}); {telegram.mode}")]
    hook = await api.patiently("getWebhookInfo", api.bot.get_webhook_info)
    if telegram.mode == "webhook" and hook.last_error_message:
        findings.append(Finding(NOTE, "telegram", f"Telegram's last call failed: {hook.last_error_message}"))
    if telegram.channel is not None:
        findings.append(await _public_channel(api, telegram.channel, bot))
    return findings


async def _public_channel(api: TelegramApi, reference: str, bot: BotIdentity) -> Finding:
    try:
        channel = await find_public_channel(api, reference, bot)
    except NewsbotError as error:
        return Finding(WRONG, "public channel", str(error))
    if channel.problem:
        return Finding(WRONG, "public channel", channel.problem)
    return Finding(WELL, "public channel", f"breaking news goes to “{channel.title}” first; the bot may post there")


async def _messenger(parts: Parts) -> list[Finding]:
    return [] if parts.settings.messenger.page_id is None else await examine_page(parts)


async def _web(parts: Parts) -> list[Finding]:
    host, port = parts.settings.web.host, parts.settings.web.port
    try:
        async with WebServer(aiohttp.web.Application(), host, port):
            return [Finding(WELL, "web", f"{host}:{port} is free")]
    except StartError as error:
        if await _is_newsbot(await parts.session(), host, port):
            return [Finding(NOTE, "web", f"a newsbot is running at {host}:{port}")]
        return [Finding(WRONG, "web", str(error))]


async def _is_newsbot(session: aiohttp.ClientSession, host: str, port: int) -> bool:
    try:
        async with session.get(f"{address_here(host, port)}/healthz", timeout=aiohttp.ClientTimeout(total=3)) as answer:
            return answer.status == 200 and (await answer.json()).get("status") == "ok"
    except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
        return False


async def _sources(parts: Parts) -> list[Finding]:
    reader = await parts.source_reader()

    async def check(source: Source) -> Finding:
        try:
            reading = await reader.items(source, SourceState(source.id))
        except NewsbotError as error:
            return Finding(WRONG, f"source {source.id}", str(error))
        if not reading.items:
            return Finding(NOTE, f"source {source.id}", "it was read, but lists no article now")
        return Finding(
            WELL, f"source {source.id}", f"{len(reading.items)} articles, like “{reading.items[0].headline}”"
        )

    return list(await asyncio.gather(*(check(source) for source in parts.newsroom.sources)))


async def _language_model(parts: Parts) -> list[Finding]:
    model = await parts.language_model()
    if model is None:
        return []
    what, name = "language model", parts.settings.summary.model
    try:
        summary = await model.summary(HEADLINE, BODY)
        return [Finding(WELL, what, f"{name} answers, like “{summary}”")]
    except UnusableAnswer as error:
        return [Finding(NOTE, what, f"{name} answers, but not with a summary: {error}")]
    except NewsbotError as error:
        words = f"{error}; without it articles keep the summaries that are made of their own sentences"
        return [Finding(WRONG, what, words)]
