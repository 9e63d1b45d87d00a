"""What every channel account has: its inbox, its pace, its ledger, who answers its readers and who alerts them.

A Telegram bot and a Messenger Page differ in how events come in, what goes out and how we introduce ourselves: they
are built upon this (`telegram_account`, `messenger_account`). What serves all of them together is `accounts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from newsbot.bootstrap import Parts
from newsbot.channels.channel import USUAL, Channel, Pusher, Traits
from newsbot.channels.look import Look
from newsbot.channels.pictures import PictureShelf
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.answering import Answering, Answers
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.windows import keep_asking
from newsbot.delivery.closing import ClosingWindows
from newsbot.delivery.keeping_open import KeepingOpen
from newsbot.delivery.notices import NoticeStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.worker import DeliveryWorker
from newsbot.desk.outlets import Outlet
from newsbot.domain.message import AnyReply, IncomingMessage
from newsbot.domain.subscriber import Address, Slot
from newsbot.process_roles import Work
from newsbot.subscribers.redis_store import RedisSubscriberStore

#: readers who may be on their way at once, where the settings don't say: what a second sends, within these bounds
FEWEST_IN_FLIGHT: Final = 8
MOST_IN_FLIGHT: Final = 500


class ChannelAccount:
    """One of the newsroom's accounts. `name`: the channel's; `label`: the account's, as people know it."""

    label: str = ""
    updates: str = "webhook"  #: how events come in
    public_channel: Slot | None = None  #: where the newsroom's own is, which gets breaking news first

    def __init__(
        self,
        parts: Parts,
        *,
        subscribers: RedisSubscriberStore,
        notices: NoticeStore,
        ledger: RedisLedger,
        inbox: RedisInbox,
        pacing: RedisPacing,
        channel: Channel,
        pusher: Pusher,
        readers: Dialogue,
        rate: int,
        traits: Traits = USUAL,
        closing: ClosingWindows | None = None,
        paid: bool = False,
    ) -> None:
        self._parts = parts
        self.name = channel.name
        parts.metrics.pace_allowed.labels(self.name).set(rate)
        self.subscribers = subscribers
        self.notices = notices
        self.inbox = inbox
        self.channel = channel
        self.readers = readers
        self.outlet = Outlet(
            channel=channel,
            ledger=ledger,
            pusher=pusher,
            pacing=pacing,
            rate=rate,
            edits=traits.edits,
            paid=paid,
            look=self.look,
        )
        self.worker = DeliveryWorker(
            ledger=ledger,
            alerts=readers.house.alerts,
            pacing=pacing,
            pusher=pusher,
            composer=alert_composer(parts, readers, edits=traits.edits),
            subscribers=subscribers,
            metrics=parts.metrics,
            clock=parts.clock,
            in_flight=in_flight(parts.settings.delivery.in_flight, rate),
            traits=traits,
            notices=notices,
            barred=self.barred,
            stopping=parts.stopping,
        )
        parts.holding[f"alerts on {self.name}"] = lambda: self.worker.holding
        self._keeping: KeepingOpen | None = None
        if closing is not None:
            self._keeping = KeepingOpen(
                closing,
                pusher,
                pacing,
                subscribers,
                partial(keep_asking, readers.house.catalog),
                barred=self.barred,
                clock=parts.clock,
            )
        self._answering: Answering | None = None

    def serve(self, answers: Answers) -> None:
        """Whom the inbox's events are handed to: before `tasks`."""
        self._answering = Answering(
            answers, self.channel, self.subscribers, self._parts.metrics, clock=self._parts.clock
        )

    async def handle(self, incoming: IncomingMessage) -> None:
        """One event of the inbox."""
        assert self._answering is not None
        await self._answering.handle(incoming)

    def look(self, reply: AnyReply) -> Look:
        """How an alert is shown here, and what of it can't be shown as meant. Pure."""
        raise NotImplementedError

    async def barred(self) -> str:
        """Why nothing may be sent here now, whatever the platform answers; '': it may."""
        return ""

    def webhooks(self) -> Mapping[tuple[str, str], Any]:
        """What our web server must serve for the platform, by method and path."""
        return {}

    async def introduce(self) -> None:
        """Tell the platform where events go and what the menus show. Our web server must answer already."""

    @property
    def pictures(self) -> PictureShelf | None:
        """Where pictures that an editor uploads lie, if they can lie here."""
        return None

    def editor_began(self, editor: Address) -> None:
        """An editor has opened the chat."""

    def tasks(self) -> dict[str, Work]:
        """By name; to be run side by side, by processes of the roles that `process_roles` says."""
        tasks: dict[str, Work] = {"answers": partial(self.inbox.work, self.handle), "delivery": self.worker.run}
        if self._keeping is not None:
            tasks["keeping"] = self._keeping.run
        return tasks


def alert_composer(parts: Parts, readers: Dialogue, *, edits: bool = True) -> AlertComposer:
    """What words alerts by, on a channel and for the editors' previews."""
    house = readers.house
    return AlertComposer(
        house.articles,
        house.topics,
        house.newsroom,
        house.catalog,
        clock=parts.clock,
        timezone=parts.timezone,
        edits=edits,
    )


def in_flight(setting: int | None, rate: int) -> int:
    return setting if setting is not None else min(max(rate, FEWEST_IN_FLIGHT), MOST_IN_FLIGHT)
