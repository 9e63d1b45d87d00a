"""The newsroom's channel accounts, and the one planner, desk and repair loop over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

from newsbot.bootstrap import Parts
from newsbot.channel_account import ChannelAccount, alert_composer
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.delivery.curve_keeper import CurveKeeper
from newsbot.delivery.outbox import Outbox
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.desk.dialogue import EditorDialogue
from newsbot.desk.link_check import LinkCheck
from newsbot.desk.reporter import Reporter
from newsbot.desk.scheduling import Schedule
from newsbot.desk.sql_approvals import SqlApprovalStore
from newsbot.desk.sql_bulletins import SqlBulletinStore
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.desk.sql_invitations import SqlInvitationStore
from newsbot.desk.turn import Desk
from newsbot.domain.subscriber import Slot
from newsbot.errors import ConfigurationError
from newsbot.process_roles import Work

NO_CHANNEL = (
    "NEWSBOT_TELEGRAM__TOKEN: it is missing; get one from @BotFather in Telegram (README, five minutes), "
    "or connect a Facebook Page (docs/messenger.md), or see everything without either: newsbot demo"
)


class Accounts:
    """Opened by `open`; what they are made of is closed by `Parts`. `tasks` are to be run side by side."""

    def __init__(
        self, parts: Parts, accounts: Sequence[ChannelAccount], desk: Desk, planner: Planner, curves: CurveKeeper
    ) -> None:
        self._parts = parts
        self._planner = planner
        self._curves = curves
        self.all = tuple(accounts)
        self.desk = desk
        self._reporter = Reporter(desk)

    @classmethod
    async def open(cls, parts: Parts, *, ask: bool = True) -> Self:
        """Raises ConfigurationError (no channel, a wrong token) or StartError (a platform or server is away).

        Not `ask`: no platform is asked anything, for a command that only hands over what a running newsbot does.
        """
        refuse_no_channel(parts)
        accounts: list[ChannelAccount] = []
        # Each takes 0.1 to 0.25 s to import: only who has the channel waits for it.
        if parts.settings.telegram.token is not None:
            from newsbot.telegram_account import TelegramAccount

            telegram = await TelegramAccount.open(parts, parts.settings.telegram.token.get_secret_value(), ask=ask)
            accounts.append(telegram)
        else:
            telegram = None
        if parts.settings.messenger.page_id is not None:
            from newsbot.messenger_account import MessengerAccount

            accounts.append(await MessengerAccount.open(parts, beside=telegram, ask=ask))
        found = any(account.public_channel is not None for account in accounts)
        named = parts.settings.telegram.channel is not None
        desk = await _desk(parts, accounts, public_channel=found if ask else named)
        for account in accounts:
            account.serve(EditorDialogue(desk, account.readers, began=account.editor_began))
        ledgers = [account.outlet.ledger for account in accounts]
        curves = CurveKeeper(await parts.alerts(), ledgers, await parts.curves(), clock=parts.clock)
        return cls(parts, accounts, desk, await _planner(parts, accounts), curves)

    @property
    def inboxes(self) -> dict[str, RedisInbox]:
        """By channel."""
        return {account.name: account.inbox for account in self.all}

    def wake(self) -> None:
        """There is something new to alert readers of, or no longer."""
        self._planner.wake()

    def webhooks(self) -> dict[tuple[str, str], Any]:
        """What our web server must serve for the platforms, by method and path."""
        return {route: handler for account in self.all for route, handler in account.webhooks().items()}

    async def introduce(self) -> None:
        """See `ChannelAccount.introduce`."""
        for account in self.all:
            await account.introduce()

    def tasks(self) -> dict[str, Work]:
        tasks: dict[str, Work] = {
            f"{name} {account.name}": task for account in self.all for name, task in account.tasks().items()
        }
        return tasks | {
            "repair": self.all[0].subscribers.keep_in_step,
            "planner": self._planner.run,
            "curves": self._curves.run,
            "desk": self._reporter.run,
            "schedule": Schedule(self.desk, wake=self.wake).run,
        }


def refuse_no_channel(parts: Parts) -> None:
    """Raises ConfigurationError where no channel is configured."""
    if parts.settings.telegram.token is None and parts.settings.messenger.page_id is None:
        raise ConfigurationError(NO_CHANNEL)


async def _desk(parts: Parts, accounts: Sequence[ChannelAccount], *, public_channel: bool) -> Desk:
    settings = parts.settings
    readers = accounts[0].readers
    links = LinkCheck(
        await parts.link_downloader(), allow_private=any(one.allow_private for one in parts.newsroom.sources)
    )
    return Desk(
        house=readers.house,
        staff=await parts.staff(),
        audit=await parts.audit(),
        invitations=SqlInvitationStore(await parts.database()),
        approvals=SqlApprovalStore(await parts.database()),
        approval=settings.desk.approval,
        audit_kept=timedelta(days=settings.desk.audit_days) if settings.desk.audit_days is not None else None,
        drafts=SqlDraftStore(await parts.database()),
        bulletins=SqlBulletinStore(await parts.database()),
        notices=await parts.notices(),
        alerts=readers.house.alerts,
        outbox=Outbox(
            await parts.articles(),
            readers.house.alerts,
            parts.newsroom.topics,
            limits=_limits(parts),
            clock=parts.clock,
        ),
        records=await parts.records(),
        outlets={account.name: account.outlet for account in accounts},
        composer=alert_composer(parts, readers),
        dead_links=links.dead,
        pictures=next((account.pictures for account in accounts if account.pictures is not None), None),
        sessions=await parts.sessions(),
        web_address=parts.web_address,
        public_channel=public_channel,
        expire=timedelta(minutes=settings.delivery.expire_minutes),
    )


def _limits(parts: Parts) -> Limits:
    settings = parts.settings.delivery
    return Limits(expire=timedelta(minutes=settings.expire_minutes), per_source=settings.alerts_per_source)


async def _planner(parts: Parts, accounts: Sequence[ChannelAccount]) -> Planner:
    settings = parts.settings

    async def first() -> Slot | None:
        return next((account.public_channel for account in accounts if account.public_channel is not None), None)

    def started() -> None:
        for account in accounts:
            account.worker.look()

    return Planner(
        await parts.articles(),
        await parts.alerts(),
        [account.outlet.ledger for account in accounts],
        parts.newsroom.topics,
        limits=_limits(parts),
        keep=timedelta(days=settings.keep_articles_days),
        unchanging=[account.name for account in accounts if not account.outlet.edits],
        clock=parts.clock,
        first=first,
        started=started,
        lost=accounts[0].subscribers.lost,
        metrics=parts.metrics,
    )
