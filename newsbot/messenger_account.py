"""The newsroom's Facebook Page: what is built around its token, over the parts that `bootstrap` opens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

import structlog

from newsbot.bootstrap import Parts
from newsbot.channel_account import ChannelAccount
from newsbot.channels.entrances import Entrance
from newsbot.channels.look import Look
from newsbot.channels.messenger.attachments import Attachments
from newsbot.channels.messenger.enforcement import Enforcement, measure_of
from newsbot.channels.messenger.governor import Governor
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.inspection import inspect_token
from newsbot.channels.messenger.look import look_of
from newsbot.channels.messenger.pusher import MessengerPusher
from newsbot.channels.messenger.receiver import CHANNEL, PageIdentity
from newsbot.channels.messenger.sender import MessengerChannel
from newsbot.channels.messenger.watchdog import Subscribed, SubscriptionMemory, Watchdog
from newsbot.channels.messenger.webhook import MessengerWebhook
from newsbot.channels.redis_chat_marks import RedisChatMarks
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.conversation.answering import Answers
from newsbot.conversation.manners import Manners
from newsbot.conversation.understanding import ends_alerts
from newsbot.delivery.echoes import settle_echo
from newsbot.delivery.notices import Event
from newsbot.delivery.redis_closing import RedisClosingWindows
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Reason
from newsbot.domain.message import AnyReply, IncomingMessage, Kind
from newsbot.errors import ChannelUnavailable, ConfigurationError, StartError
from newsbot.messenger_page import MessengerPage
from newsbot.process_roles import Work

if TYPE_CHECKING:
    from newsbot.telegram_account import TelegramAccount

BLOCKED: Final = "the platform has blocked the page"

log = structlog.get_logger(channel=CHANNEL)


class MessengerAccount(ChannelAccount):
    """Opened by `open`; its parts are closed by `Parts`."""

    def __init__(
        self,
        parts: Parts,
        page: MessengerPage,
        api: GraphApi,
        *,
        app_id: str,
        enforcement: Enforcement,
        marks: RedisChatMarks,
        memory: SubscriptionMemory,
        **common: Any,
    ) -> None:
        self._enforcement = enforcement  # before the worker, which asks whether we are barred
        super().__init__(parts, **common)
        self._page = page
        self._api = api
        self._app_id = app_id
        self._marks = marks
        self._memory = memory
        self.label = f"page {page.id}"

    @classmethod
    async def open(cls, parts: Parts, *, beside: TelegramAccount | None, ask: bool = True) -> Self:
        """`beside`: the bot on which readers are alerted whatever happens; its pictures can be sent here too.

        Raises ConfigurationError (wrong token) or StartError (the platform or a server can't be reached). Beside
        another channel neither ends the program: this one halts, and goes on when it is mended. Not `ask`: the platform
        is asked nothing, for a command that works beside a running newsbot.
        """
        settings, page = parts.settings.messenger, MessengerPage(parts)
        redis, notices = await parts.redis(), await parts.notices()
        subscribers = await parts.subscribers_in_step()
        pacing = RedisPacing(redis, page.account, settings.rate, metrics=parts.metrics)
        governor = Governor(pacing, used=parts.metrics.quota_used.labels(CHANNEL).set)
        api = await page.api(watch=governor.watch)
        app_id = ""
        try:
            if ask:
                await api.check_token()
                app_id = (await inspect_token(api, page.token, parts.clock()))[1]
        except ConfigurationError as error:
            if beside is None:
                raise
            log.error("messenger halts, the other channels go on", reason=str(error))  # noqa: TRY400 - one line
            await notices.halted(CHANNEL, Reason.BAD_TOKEN, now=parts.clock())
        except (StartError, ChannelUnavailable) as error:
            if beside is None and isinstance(error, StartError):
                raise
            log.warning("the platform can't be asked about our page", reason=str(error))
        parts.entrances.add(Entrance(CHANNEL, f"https://m.me/{page.id}?ref=", windows=True))
        enforcement = await page.enforcement()
        attachments = Attachments(redis, api) if beside is None else Attachments(redis, api, fetch=beside.fetch_picture)
        channel = MessengerChannel(
            api, attachments=attachments, pacing=pacing, window=subscribers.window, clock=parts.clock
        )
        return cls(
            parts,
            page,
            api,
            app_id=app_id,
            enforcement=enforcement,
            marks=RedisChatMarks(redis, page.account),
            memory=await page.subscription_memory(),
            subscribers=subscribers,
            notices=notices,
            ledger=await parts.ledger(CHANNEL),
            inbox=RedisInbox(
                redis, page.account, kept=parts.metrics.events.labels(CHANNEL).inc, stopping=parts.stopping
            ),
            pacing=pacing,
            channel=channel,
            pusher=MessengerPusher(api, attachments=attachments, blocked=enforcement.blocked),
            readers=await parts.dialogue(subscribers, frozenset(), channel),
            rate=settings.rate,
            traits=parts.traits(CHANNEL),
            closing=RedisClosingWindows(redis, CHANNEL, page.id),
        )

    def serve(self, answers: Answers) -> None:
        super().serve(Manners(answers, self.readers.house, self._marks))

    async def handle(self, incoming: IncomingMessage) -> None:
        match incoming.kind:
            case Kind.ECHO:
                message_id = incoming.message.message_id if incoming.message else ""
                if await settle_echo(self.outlet.ledger, incoming.action, message_id):
                    self._parts.metrics.echoes.labels(CHANNEL).inc()
            case Kind.ENFORCED:
                await self._obey(incoming)
            case _:
                await super().handle(incoming)

    def look(self, reply: AnyReply) -> Look:
        return look_of(reply)

    async def barred(self) -> str:
        return BLOCKED if await self._enforcement.blocked() is not None else ""

    def webhooks(self) -> Mapping[tuple[str, str], Any]:
        settings = self._parts.settings.messenger
        secrets = [one.get_secret_value() for one in (settings.app_secret, settings.app_secret_old) if one is not None]
        assert settings.verify_token is not None
        webhook = MessengerWebhook(
            self.inbox,
            PageIdentity(self._page.id, self._app_id),
            app_secrets=secrets,
            verify_token=settings.verify_token.get_secret_value(),
            metrics=self._parts.metrics,
            clock=self._parts.clock,
            opts_out=partial(ends_alerts, vocabulary=self.readers.house.vocabulary),
        )
        return webhook.handlers()

    def tasks(self) -> dict[str, Work]:
        watchdog = Watchdog(self._api, self._memory, tell=self._tell_of, seen=self._see, app_id=self._app_id)
        return super().tasks() | {"watchdog": watchdog.run}

    async def _obey(self, incoming: IncomingMessage) -> None:
        """The platform warns us, blocks us, or lets us write again: the worker looks at that before each batch."""
        now = self._parts.clock()
        measure = measure_of(incoming, now)
        if not await self._enforcement.note(measure):
            log.info("outdated news of what the platform does to our page", action=measure.action)
            return
        log.error("the platform acts on our page", action=measure.action, reason=measure.reason)
        event = Event(measure.action.value)
        await self.notices.note(CHANNEL, event, measure.reason, origin=f"{CHANNEL}:{incoming.event_id}", now=now)

    def _see(self, found: Subscribed) -> None:
        metrics = self._parts.metrics
        metrics.webhook_subscribed.labels(CHANNEL).set(found.well)
        if found.missing and found.well:
            metrics.webhook_resubscriptions.labels(CHANNEL).inc()

    async def _tell_of(self, found: Subscribed) -> None:
        """Once a day of a refusal that stands, whoever finds it."""
        now = self._parts.clock()
        if found.refusal is not None:
            event, reason = Event.UNSUBSCRIBED, str(found.refusal)
            which = f"{found.refusal.code}/{found.refusal.subcode}:{now:%Y-%m-%d}"
        else:
            event, reason = Event.RESUBSCRIBED, "" if found.deaf else ", ".join(found.missing)
            which = now.isoformat()
        await self.notices.note(CHANNEL, event, reason, origin=f"{CHANNEL}:{event.value}:{which}", now=now)
