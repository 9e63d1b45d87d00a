"""The newsroom's Telegram bot: everything that is built around one token, over the parts that `bootstrap` opens."""

from __future__ import annotations

from collections.abc import Collection, Coroutine
from datetime import timedelta
from typing import Any, Final, Self

import structlog

from newsbot.bootstrap import Parts
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.polling import Poller
from newsbot.channels.telegram.public_channel import find_public_channel
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.receiver import CHANNEL, BotIdentity
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.channels.telegram.webhook import PATH, register_webhook, webhook_handler
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.answering import Answering
from newsbot.conversation.menu import command_menu
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.worker import DeliveryWorker
from newsbot.desk.dialogue import EditorDialogue
from newsbot.desk.link_check import LinkCheck
from newsbot.desk.menu import EditorsMenus, editors_menu, taken_away
from newsbot.desk.reporter import Reporter
from newsbot.desk.roles import Roles
from newsbot.desk.sql_bulletins import SqlBulletinStore
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.desk.turn import Desk
from newsbot.domain.message import CommandMenu
from newsbot.domain.subscriber import Address, Slot
from newsbot.errors import ConfigurationError
from newsbot.subscribers.public_channel import public_channel_slot
from newsbot.subscribers.redis_store import RedisSubscriberStore

#: readers who may be on their way at once, where the settings don't say: what a second sends, within these bounds
FEWEST_IN_FLIGHT: Final = 8
MOST_IN_FLIGHT: Final = 500

log = structlog.get_logger()


class TelegramAccount:
    """Opened by `open`; its parts are closed by `Parts`. `tasks` are to be run side by side."""

    def __init__(self, parts: Parts, api: TelegramApi, bot: BotIdentity, subscribers: RedisSubscriberStore) -> None:
        self._parts = parts
        self._api = api
        self.bot = bot
        self._subscribers = subscribers
        self._public_channel: Slot | None = None

    @classmethod
    async def open(cls, parts: Parts, token: str) -> Self:
        """Raises ConfigurationError (wrong token) or StartError (Telegram or a server can't be reached)."""
        api = TelegramApi(await parts.session(), token, api_url=parts.settings.telegram.api_url)
        bot = await api.check_token()
        subscribers = await parts.subscribers()
        await subscribers.replay_recent()
        account = cls(parts, api, bot, subscribers)
        await account._build()
        return account

    async def _build(self) -> None:
        parts, settings = self._parts, self._parts.settings
        redis, name = await parts.redis(), f"{CHANNEL}:{self.bot.id}"
        articles, alerts, ledger = await parts.articles(), await parts.alerts(), await parts.ledger()
        expire = timedelta(minutes=settings.delivery.expire_minutes)
        public_channel = await self._find_public_channel()
        self.inbox = RedisInbox(redis, name, kept=parts.metrics.events.labels(CHANNEL).inc)
        pacing = RedisPacing(redis, name, settings.telegram.rate)
        self.channel = TelegramChannel(self._api, pacing=pacing, moved=self._moved)
        pusher = TelegramPusher(self._api, paid=settings.telegram.paid_broadcast)
        composer = AlertComposer(
            articles,
            parts.newsroom.topics,
            parts.newsroom.newsroom,
            parts.catalog,
            clock=parts.clock,
            timezone=parts.timezone,
        )
        readers = await parts.dialogue(
            self._subscribers, frozenset({self.bot.username}), self.channel, public_channel=public_channel
        )
        links = LinkCheck(
            await parts.link_downloader(), allow_private=any(one.allow_private for one in parts.newsroom.sources)
        )
        self.desk = Desk(
            house=readers.house,
            roles=Roles(frozenset(settings.admins)),
            drafts=SqlDraftStore(await parts.database()),
            bulletins=SqlBulletinStore(await parts.database()),
            alerts=alerts,
            ledger=ledger,
            composer=composer,
            pusher=pusher,
            pacing=pacing,
            limits=self.channel.limits,
            dead_links=links.dead,
            rate=settings.telegram.rate,
            public_channel=self._public_channel is not None,
            expire=expire,
        )
        self._menus = EditorsMenus(lambda editor: self._show_menu({editor}))
        self._answering = Answering(
            EditorDialogue(self.desk, readers, began=self._menus.began),
            self.channel,
            self._subscribers,
            parts.metrics,
            clock=parts.clock,
        )
        self._worker = DeliveryWorker(
            ledger=ledger,
            alerts=alerts,
            pacing=pacing,
            pusher=pusher,
            composer=composer,
            subscribers=self._subscribers,
            metrics=parts.metrics,
            clock=parts.clock,
            in_flight=in_flight(settings.delivery.in_flight, settings.telegram.rate),
        )
        self._planner = Planner(
            articles,
            alerts,
            [ledger],
            parts.newsroom.topics,
            limits=Limits(expire=expire, per_source=settings.delivery.alerts_per_source),
            keep=timedelta(days=settings.keep_articles_days),
            clock=parts.clock,
            first=self._first,
            started=self._worker.look,
        )

    def wake(self) -> None:
        """There is something new to alert readers of, or no longer."""
        self._planner.wake()

    def webhooks(self) -> dict[tuple[str, str], Any]:
        """What our web server must serve for Telegram, by method and path."""
        settings = self._parts.settings.telegram
        if settings.mode != "webhook" or settings.webhook_secret is None:
            return {}
        secret = settings.webhook_secret.get_secret_value()
        return {("POST", PATH): webhook_handler(self.inbox, self.bot, secret, clock=self._parts.clock)}

    async def introduce(self) -> None:
        """Tell Telegram where updates go and what the menus show. Our web server must answer already."""
        settings = self._parts.settings
        secret, url = settings.telegram.webhook_secret, settings.web.public_url
        if settings.telegram.mode == "webhook" and secret is not None and url is not None:
            await register_webhook(self._api, url, secret.get_secret_value())
        await self.channel.publish_menu(self._readers_menu)
        # A menu for nobody in particular would be everybody's.
        editors = {editor for editor in settings.admins if editor.channel == CHANNEL}
        if editors:
            await self._show_menu(editors)
        drafted = await self.desk.drafts.editors()
        if former := {editor for editor in drafted if editor.channel == CHANNEL} - editors:
            await self.channel.publish_menu(taken_away(self._readers_menu, former, CHANNEL))

    @property
    def _readers_menu(self) -> CommandMenu:
        return command_menu(self._parts.catalog, self._parts.newsroom.newsroom)

    async def _show_menu(self, editors: Collection[Address]) -> None:
        await self.channel.publish_menu(editors_menu(self._readers_menu, self._parts.catalog, editors, CHANNEL))

    def tasks(self) -> dict[str, Coroutine[Any, Any, None]]:
        tasks: dict[str, Coroutine[Any, Any, None]] = {
            "answers": self.inbox.work(self._answering.handle),
            "menus": self._menus.run(),
            "repair": self._subscribers.keep_in_step(),
            "planner": self._planner.run(),
            "delivery": self._worker.run(),
            "desk": Reporter(self.desk, self.channel).run(),
        }
        if self._parts.settings.telegram.mode == "polling":
            tasks["intake"] = Poller(self._api, self.inbox, self.bot, clock=self._parts.clock).run()
        return tasks

    async def _moved(self, old: Address, new: Address) -> None:
        await self._subscribers.move(old, new, now=self._parts.clock())

    async def _find_public_channel(self) -> Address | None:
        settings = self._parts.settings
        if settings.telegram.channel is None:
            return None
        found = await find_public_channel(self._api, settings.telegram.channel, self.bot)
        if found.problem:
            log.warning("the public channel can't be written to", channel=settings.telegram.channel, why=found.problem)
        self._public_channel = await public_channel_slot(
            self._subscribers,
            found.address,
            now=self._parts.clock(),
            language=settings.language,
            timezone=settings.timezone,
        )
        return found.address

    async def _first(self) -> Slot | None:
        return self._public_channel


def in_flight(setting: int | None, rate: int) -> int:
    return setting if setting is not None else min(max(rate, FEWEST_IN_FLIGHT), MOST_IN_FLIGHT)


def token_of(parts: Parts) -> str:
    """Raises ConfigurationError when there is none."""
    token = parts.settings.telegram.token
    if token is None:
        raise ConfigurationError(
            "NEWSBOT_TELEGRAM__TOKEN: it is missing; get one from @BotFather in Telegram (README, five minutes), "
            "or see everything without one: newsbot demo"
        )
    return token.get_secret_value()
