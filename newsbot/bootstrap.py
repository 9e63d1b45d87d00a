"""Settings in, running parts out. The only place that names concrete classes; it opens and closes everything.

`Parts` opens what a command asks for on first use and closes it in reverse order; the functions below are the commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Self, TypeVar, cast
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp.web import Application
from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.channels.channel import USUAL, Channel, Traits
from newsbot.channels.entrances import Entrances
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.config import Settings
from newsbot.conversation.dialogue import Dialogue
from newsbot.database import Database, open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.sql_curves import SqlCurveStore
from newsbot.delivery.sql_notices import SqlNoticeStore
from newsbot.desk import link_check
from newsbot.desk.records import Records
from newsbot.desk.redis_sessions import RedisSessions
from newsbot.desk.sessions import Keys
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.sql_people import SqlPeopleStore
from newsbot.desk.staff import Staff
from newsbot.desk.turn import Desk
from newsbot.desk.watching import Watching
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis, connect_or_start
from newsbot.errors import NewsbotError, StartError, StoreError
from newsbot.i18n import Catalog
from newsbot.ingest.cms_push import CmsPush
from newsbot.ingest.downloader import Downloader, user_agent
from newsbot.ingest.language_model import LanguageModel
from newsbot.ingest.model_summaries import ModelSummaries
from newsbot.ingest.pipeline import Pipeline, SourceReport
from newsbot.ingest.schedule import IngestSchedule
from newsbot.ingest.source_reader import SourceReader
from newsbot.ingest.topic_model_file import TrainedTopics
from newsbot.newsroom_file import NewsroomFile, load_newsroom
from newsbot.observability import Metrics
from newsbot.redis_client import AWAY, close, connect, meaning, refuse_unwritable
from newsbot.redis_replicas import Replicas
from newsbot.rollups.days import day_of
from newsbot.rollups.keeper import DayCounter, RollupKeeper
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_other_days import AlertDays, SourceDays
from newsbot.rollups.sql_rollups import SqlRollups
from newsbot.stopping import Stopping
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_link_codes import RedisLinkCodes
from newsbot.subscribers.redis_list_memory import RedisListMemory
from newsbot.subscribers.redis_store import LOST, RedisSubscriberStore
from newsbot.webserver import WebParts, WebServer, address_here, create_web_app

T = TypeVar("T")

#: channels on which a reader who is on several is sent alerts: the first that can carry them. One that lets us write
#: only for a while after the reader wrote comes behind those that always do.
CARRYING = ("telegram", "messenger")
#: channels that are unlike the others
TRAITS = {"messenger": Traits(windows=True, edits=False, echoes=True, stop_word=True)}
ANSWERS_WITHIN = 2.0  #: seconds until a server counts as away: who asks for our health waits no longer than 5


def utc_now() -> datetime:
    return datetime.now(UTC)


class Parts:
    """What a command works with: opened on first use, closed in reverse order at the end of `async with`.

    `owns_redis`: this process is the one that keeps the embedded server; others use the running one's. `stopping`: by
    when what is opened must have ended once the process stops.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        owns_redis: bool = False,
        stopping: Stopping | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings
        self.stopping = stopping or Stopping()
        self.clock = clock
        self.metrics = Metrics()
        self.embedded: EmbeddedRedis | None = None
        self.entrances = Entrances(CARRYING)  #: an account adds its own when it is opened
        #: the same: why no alerts go out on its channel, '' if they do
        self.holding: dict[str, Callable[[], str]] = {}
        self._web: WebServer | None = None
        self._owns_redis = owns_redis
        self._stack = AsyncExitStack()
        self._opened: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @cached_property
    def newsroom(self) -> NewsroomFile:
        return load_newsroom(self.settings.newsroom)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.load()

    @cached_property
    def trained_topics(self) -> TrainedTopics:
        return TrainedTopics(self.settings.data_dir)

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    async def database(self) -> Database:
        return await self._once("database", self._open_database)

    async def _open_database(self) -> Database:
        database = await open_database(self.settings.database_url, self.settings.data_dir)
        database.tell(self.metrics)
        self._stack.push_async_callback(database.close)
        return database

    async def articles(self) -> SqlArticleStore:
        return SqlArticleStore(await self.database())

    async def alerts(self) -> SqlAlertStore:
        return SqlAlertStore(await self.database())

    async def notices(self) -> SqlNoticeStore:
        return SqlNoticeStore(await self.database())

    async def audit(self) -> SqlAuditLog:
        return SqlAuditLog(await self.database())

    async def staff(self) -> Staff:
        """One for all who ask in this process."""

        async def open_staff() -> Staff:
            return Staff(SqlPeopleStore(await self.database(), await self.audit()), self.settings.admins)

        return await self._once("staff", open_staff)

    async def curves(self) -> SqlCurveStore:
        return SqlCurveStore(await self.database())

    async def rollups(self) -> SqlRollups:
        return SqlRollups(await self.database())

    async def records(self) -> Records:
        """What the desk's figures are drawn from."""
        return Records(
            rollups=await self.rollups(),
            curves=await self.curves(),
            alerts=await self.alerts(),
            articles=await self.articles(),
            topics=self.newsroom.topics,
            sources=self.newsroom.sources,
            accounts=self.accounts,
        )

    async def rollup_keeper(self) -> RollupKeeper:
        """What counts everything that is counted by the day."""
        database, zone = await self.database(), self.timezone
        counters: list[DayCounter] = [
            JournalDays(database, zone),
            AlertDays(database, zone),
            SourceDays(database, zone),
        ]
        return RollupKeeper(counters, (await self.rollups()).forget_searches, zone=zone, clock=self.clock)

    async def ledger(self, channel: str) -> RedisLedger:
        """Of our account on this channel, which must be configured; one for all who work with it here."""

        async def open_ledger() -> RedisLedger:
            account, windows = self.accounts[channel], self.traits(channel).windows
            redis, replicas = await self.redis(), await self.replicas()
            return RedisLedger(redis, channel, account, windows=windows, metrics=self.metrics, replicas=replicas)

        return await self._once(f"ledger {channel}", open_ledger)

    @staticmethod
    def traits(channel: str) -> Traits:
        return TRAITS.get(channel, USUAL)

    async def ledgers(self) -> tuple[RedisLedger, ...]:
        """Of every channel that readers are alerted on."""
        return tuple([await self.ledger(channel) for channel in self.accounts if channel != "console"])

    async def redis(self) -> Redis:
        return await self._once("redis", self._open_redis)

    async def _open_redis(self) -> Redis:
        url = self.settings.redis_url
        if url is None and self._owns_redis:
            restarted = self.metrics.redis_restarts.inc
            server = EmbeddedRedis(self.settings.data_dir, on_restart=restarted, stopping=self.stopping)
            self.embedded = await self._stack.enter_async_context(server)
            url = self.embedded.url
        elif url is None:
            url = await self._stack.enter_async_context(connect_or_start(self.settings.data_dir))
        redis = await connect(url, asked=self.metrics.redis_round_trips.inc)
        self._stack.push_async_callback(close, redis)
        return redis

    async def replicas(self) -> Replicas:
        """Of the Redis server; one for all who write here. Our own server has none."""

        async def open_replicas() -> Replicas:
            wanted = 0 if self.settings.redis_url is None else self.settings.redis_replicas
            return Replicas(await self.redis(), wanted=wanted, metrics=self.metrics)

        return await self._once("replicas", open_replicas)

    async def subscribers(self) -> RedisSubscriberStore:
        return RedisSubscriberStore(await self.journal(), await self.redis(), clock=self.clock)

    async def subscribers_in_step(self) -> RedisSubscriberStore:
        """The one that a running newsbot works with, once what reached the journal and not Redis is put right."""
        return await self._once("subscribers", self._put_in_step)

    async def _put_in_step(self) -> RedisSubscriberStore:
        subscribers = await self.subscribers()
        if await subscribers.lost():
            raise StartError(LOST)
        await subscribers.replay_recent()
        return subscribers

    async def journal(self) -> SqlJournal:
        return SqlJournal(await self.database(), self.accounts, CARRYING, zone=self.timezone)

    @property
    def accounts(self) -> dict[str, str]:
        """Channel → our account there. A Telegram bot's id is the part of its token before the colon."""
        accounts = {"console": "console"}
        if self.settings.telegram.token is not None:
            accounts["telegram"] = self.settings.telegram.token.get_secret_value().partition(":")[0]
        if self.settings.messenger.page_id is not None:
            accounts["messenger"] = self.settings.messenger.page_id
        return accounts

    async def session(self) -> aiohttp.ClientSession:
        return await self._once("session", self._open_session)

    async def _open_session(self) -> aiohttp.ClientSession:
        # Costs 0.4 s: only commands that speak to Telegram pay it.
        from newsbot.channels.http_exchange import open_session

        return await self._stack.enter_async_context(open_session())

    async def downloader(self) -> Downloader:
        return await self._once("downloader", self._open_downloader)

    async def _open_downloader(self) -> Downloader:
        agent = user_agent(self.newsroom.newsroom.site)
        return await self._stack.enter_async_context(Downloader(agent, clock=self.clock))

    async def link_downloader(self) -> Downloader:
        """For links that an editor sends: an editor waits, so it asks at once and reads little."""
        return await self._once("link_downloader", self._open_link_downloader)

    async def _open_link_downloader(self) -> Downloader:
        agent = user_agent(self.newsroom.newsroom.site)
        links = Downloader(agent, clock=self.clock, pause=timedelta(0), bounds=link_check.BOUNDS)
        return await self._stack.enter_async_context(links)

    async def source_reader(self) -> SourceReader:
        return SourceReader(await self.downloader(), timezone=self.timezone, clock=self.clock)

    async def schedule(self, *, wake: Callable[[], None] = lambda: None) -> IngestSchedule:
        """`wake` is called when there is something new to alert readers of."""
        downloader, articles = await self.downloader(), await self.articles()
        topics = self.newsroom.topics
        return IngestSchedule(
            Pipeline(
                downloader,
                articles,
                topics,
                timezone=self.timezone,
                clock=self.clock,
                wake=wake,
                topic_model=self.trained_topics.current,
            ),
            articles,
            self.newsroom.sources,
            clock=self.clock,
            observe=self._count_report,
            failed=self._count_failure,
        )

    async def model_summaries(self) -> ModelSummaries | None:
        """None unless a language model is set up."""
        model = await self.language_model()
        return ModelSummaries(await self.articles(), model, clock=self.clock) if model is not None else None

    async def language_model(self) -> LanguageModel | None:
        settings = self.settings.summary
        if settings.url is None or settings.model is None:
            return None
        key = settings.key.get_secret_value() if settings.key else ""
        return LanguageModel(await self.downloader(), url=settings.url, model=settings.model, key=key)

    def _count_report(self, report: SourceReport) -> None:
        for outcome, count in report.items.items():
            self.metrics.articles.labels(report.source, outcome.value).inc(count)
        if report.error:
            self.metrics.source_failures.labels(report.source).inc()

    async def _count_failure(self, source: str) -> None:
        await (await self.rollups()).failed(source, day_of(self.clock(), self.timezone))

    async def dialogue(
        self,
        subscribers: RedisSubscriberStore,
        names: frozenset[str],
        channel: Channel,
        *,
        public_channel: Address | None = None,
    ) -> Dialogue:
        traits = self.traits(channel.name)
        return Dialogue(
            articles=await self.articles(),
            subscribers=subscribers,
            memory=RedisListMemory(await self.redis()),
            alerts=await self.alerts(),
            vain_searches=await self.rollups(),
            codes=RedisLinkCodes(await self.redis()),
            entrances=self.entrances,
            administers=channel.is_administrator,
            topics=self.newsroom.topics,
            newsroom=self.newsroom.newsroom,
            catalog=self.catalog,
            clock=self.clock,
            language=self.settings.language,
            timezone=self.settings.timezone,
            names=names,
            public_channel=public_channel,
            traits=traits,
            held=await self.ledger(channel.name) if traits.windows else None,
        )

    async def web(
        self,
        webhooks: Mapping[tuple[str, str], Any],
        *,
        wake: Callable[[], None] = lambda: None,
        desk: Application | None = None,
        only_health: bool = False,
    ) -> WebServer:
        """`wake`: as of `schedule`, for what the CMS pushes or withdraws. `only_health`: no more than health."""
        token = self.settings.ingest.token
        articles = await self.articles()
        parts = WebParts(
            articles=articles,
            topics=self.newsroom.topics,
            cms=CmsPush(
                articles,
                self.newsroom.topics,
                timezone=self.timezone,
                language=self.settings.language,
                clock=self.clock,
                wake=wake,
                topic_model=self.trained_topics.current,
            ),
            cms_token=token.get_secret_value() if token else None,
            metrics=self.metrics,
            problems=self.problems,
            works_partly=self.works_partly,
            warnings=self.warnings,
            webhooks=webhooks,
            clock=self.clock,
            zone=self.timezone,
            desk=desk,
            only_health=only_health,
        )
        self._web = WebServer(create_web_app(parts), self.settings.web.host, self.settings.web.port)
        return self._web

    def web_address(self) -> str:
        """How browsers reach our web server: as the settings say, else on this machine."""
        settings = self.settings.web
        if settings.public_url is not None:
            return settings.public_url.rstrip("/")
        return address_here(settings.host, self._web.port if self._web is not None else settings.port)

    async def sessions(self) -> RedisSessions:
        """Of the web desk."""
        return RedisSessions(await self.redis())

    async def dashboard(self, desk: Desk, inboxes: Mapping[str, RedisInbox]) -> Application:
        """The web desk over what the chat desk works with; `inboxes`: by channel."""
        # Costs 0.05 s: only processes that serve it pay that.
        from newsbot.desk.dashboard.application import create_dashboard_app
        from newsbot.desk.dashboard.desk_parts import Dashboard

        secret = self.settings.web.session_secret
        key = secret.get_secret_value().encode() if secret is not None else await desk.sessions.key()
        secure = self.web_address().startswith("https://")
        curves = await self.curves()
        parts = Dashboard(
            desk=desk,
            keys=Keys(key),
            watching=Watching(desk, curves),
            curves=curves,
            sources=self.newsroom.sources,
            inboxes=inboxes,
            secure=secure,
        )
        return create_dashboard_app(parts)

    async def problems(self) -> dict[str, str]:
        """Each opened server that does not do its work in time, with its reason; where all do, each channel that
        alerts are not sent on, with its.
        """
        checks = {"database": self._database_problem, "redis": self._redis_problem}
        opened = [name for name in checks if name in self._opened]
        reasons = await asyncio.gather(*(checks[name]() for name in opened))
        found = {name: reason for name, reason in zip(opened, reasons, strict=True) if reason}
        return found or {name: reason for name, ask in self.holding.items() if (reason := ask())}

    def warnings(self) -> dict[str, str]:
        """What works, at a risk that wasn't there before, with its reason."""
        words = self._opened["replicas"].warning if "replicas" in self._opened else ""
        return {"redis": words} if words else {}

    def works_partly(self, problems: Mapping[str, str]) -> bool:
        """Whether what is left works: alerts are held up on some channels and not on others."""
        return problems.keys() < self.holding.keys()

    async def _database_problem(self) -> str:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self._opened["database"].ping()
        except NewsbotError as error:
            return str(error)
        except TimeoutError:
            return self._opened["database"].unwritable or f"no answer in {ANSWERS_WITHIN:.0f} s"
        return ""

    async def _redis_problem(self) -> str:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await refuse_unwritable(self._opened["redis"])
                if "subscribers" in self._opened and await self._opened["subscribers"].lost():
                    return LOST
        except StoreError as error:
            return str(error)
        except TimeoutError:
            return f"no answer in {ANSWERS_WITHIN:.0f} s"
        except AWAY as error:
            return f"it {meaning(error) or f'is away ({type(error).__name__})'}"
        return ""

    async def _once(self, name: str, open_it: Callable[[], Awaitable[T]]) -> T:
        if name not in self._opened:
            self._opened[name] = await open_it()
        return cast(T, self._opened[name])
