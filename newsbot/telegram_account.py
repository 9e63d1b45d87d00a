"""The newsroom's Telegram bot: what is built around one token, over the parts that `bootstrap` opens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

import structlog

from newsbot.bootstrap import Parts
from newsbot.channel_account import ChannelAccount
from newsbot.channels.entrances import Entrance
from newsbot.channels.look import Look
from newsbot.channels.pictures import PictureFile, PictureShelf
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.look import look_of
from newsbot.channels.telegram.pictures import TelegramShelf, fetch_picture
from newsbot.channels.telegram.polling import Poller
from newsbot.channels.telegram.public_channel import find_public_channel
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.receiver import CHANNEL, BotIdentity
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.channels.telegram.webhook import PATH, register_webhook, webhook_handler
from newsbot.conversation.menu import command_menu
from newsbot.delivery.pacing import FREE_RATE
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.desk.menu import StaffMenus, menu_of, taken_away
from newsbot.desk.roles import Role
from newsbot.desk.staff import Staff
from newsbot.domain.message import AnyReply, CommandMenu
from newsbot.domain.subscriber import Address, Slot
from newsbot.process_roles import Work
from newsbot.subscribers.public_channel import public_channel_slot
from newsbot.subscribers.redis_store import RedisSubscriberStore

log = structlog.get_logger()


class TelegramAccount(ChannelAccount):
    """Opened by `open`; its parts are closed by `Parts`."""

    def __init__(
        self,
        parts: Parts,
        api: TelegramApi,
        bot: BotIdentity,
        staff: Staff,
        public_channel: Slot | None,
        *,
        shelf: TelegramShelf,
        **common: Any,
    ) -> None:
        super().__init__(parts, **common)
        self._api = api
        self._shelf = shelf
        self._bot = bot
        self.public_channel = public_channel
        self._menus = StaffMenus(staff, CHANNEL, self._show_menu)
        self.label = f"@{bot.username}"
        self.updates = parts.settings.telegram.mode

    @classmethod
    async def open(cls, parts: Parts, token: str, *, ask: bool = True) -> Self:
        """Raises ConfigurationError (wrong token) or StartError (Telegram or a server can't be reached).

        Not `ask`: Telegram is asked nothing, for a command that works beside a running newsbot.
        """
        settings = parts.settings.telegram
        api = TelegramApi(await parts.session(), token, api_url=settings.api_url)
        bot = await api.check_token() if ask else BotIdentity(int(token.partition(":")[0]), "")
        if bot.username:
            parts.entrances.add(Entrance(CHANNEL, f"https://t.me/{bot.username}?start="))
        subscribers = await parts.subscribers_in_step()
        redis, name = await parts.redis(), f"{CHANNEL}:{bot.id}"
        public_channel = await _find_public_channel(parts, api, bot) if ask else None
        # Only alerts are paid for. Replies have the free rate to themselves, and leave it to alerts otherwise.
        pays = settings.paid_broadcast and settings.rate > 2 * FREE_RATE
        replies = FREE_RATE if pays else 0
        pacing = RedisPacing(redis, name, settings.rate, replies=replies, metrics=parts.metrics)
        of_replies = RedisPacing(redis, f"{name}:replies", FREE_RATE, metrics=parts.metrics) if pays else pacing

        async def moved(old: Address, new: Address) -> None:
            await subscribers.move(old, new, now=parts.clock())

        channel = TelegramChannel(api, pacing=of_replies, moved=moved)
        slot = await _public_channel_slot(parts, subscribers, public_channel)
        return cls(
            parts,
            api,
            bot,
            await parts.staff(),
            slot,
            shelf=TelegramShelf(api, of_replies),
            subscribers=subscribers,
            notices=await parts.notices(),
            ledger=await parts.ledger(CHANNEL),
            inbox=RedisInbox(redis, name, kept=parts.metrics.events.labels(CHANNEL).inc, stopping=parts.stopping),
            pacing=pacing,
            channel=channel,
            pusher=TelegramPusher(api, paid=settings.paid_broadcast),
            readers=await parts.dialogue(
                subscribers, frozenset({bot.username}), channel, public_channel=public_channel
            ),
            rate=settings.rate,
            paid=settings.paid_broadcast and settings.rate > FREE_RATE,
        )

    def webhooks(self) -> dict[tuple[str, str], Any]:
        settings = self._parts.settings.telegram
        if settings.mode != "webhook" or settings.webhook_secret is None:
            return {}
        secret = settings.webhook_secret.get_secret_value()
        return {("POST", PATH): webhook_handler(self.inbox, self._bot, secret, clock=self._parts.clock)}

    async def introduce(self) -> None:
        settings = self._parts.settings
        secret, url = settings.telegram.webhook_secret, settings.web.public_url
        if settings.telegram.mode == "webhook" and secret is not None and url is not None:
            await register_webhook(self._api, url, secret.get_secret_value())
        await self.channel.publish_menu(self._readers_menu)
        await self._menus.bring_up_to_date()

    async def fetch_picture(self, reference: str) -> PictureFile:
        """See `FetchPicture`."""
        return await fetch_picture(self._api, reference)

    @property
    def pictures(self) -> PictureShelf:
        return self._shelf

    @property
    def link(self) -> str:
        """Opens the chat with the bot."""
        return f"https://t.me/{self._bot.username}"

    def look(self, reply: AnyReply) -> Look:
        return look_of(reply)

    def editor_began(self, editor: Address) -> None:
        self._menus.began(editor)

    def tasks(self) -> dict[str, Work]:
        tasks = super().tasks() | {"menus": self._menus.run}
        if self._parts.settings.telegram.mode == "polling":
            tasks["intake"] = Poller(self._api, self.inbox, self._bot, clock=self._parts.clock).run
        return tasks

    @property
    def _readers_menu(self) -> CommandMenu:
        parts = self._parts
        linking = bool(parts.entrances.others(CHANNEL))
        return command_menu(parts.catalog, parts.newsroom.newsroom, linking=linking)

    async def _show_menu(self, role: Role | None, people: Collection[Address]) -> None:
        readers = self._readers_menu
        menu = taken_away(people, readers) if role is None else menu_of(role, people, readers, self._parts.catalog)
        await self.channel.publish_menu(menu)


async def _find_public_channel(parts: Parts, api: TelegramApi, bot: BotIdentity) -> Address | None:
    reference = parts.settings.telegram.channel
    if reference is None:
        return None
    found = await find_public_channel(api, reference, bot)
    if found.problem:
        log.warning("the public channel can't be written to", channel=reference, why=found.problem)
    return found.address


async def _public_channel_slot(parts: Parts, subscribers: RedisSubscriberStore, address: Address | None) -> Slot | None:
    if address is None:
        return None
    settings = parts.settings
    return await public_channel_slot(
        subscribers, address, now=parts.clock(), language=settings.language, timezone=settings.timezone
    )
