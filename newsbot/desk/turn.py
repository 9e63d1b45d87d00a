"""What the desk works with, and small pieces that several of its verbs use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsbot.channels.channel import Limits
from newsbot.conversation.turn import House, Turn
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.composer import Composer
from newsbot.delivery.ending import totals_of as totals_over
from newsbot.delivery.notices import NoticeStore
from newsbot.desk.bulletins import Act, BulletinStore, Deed
from newsbot.desk.drafts import DraftStore
from newsbot.desk.outlets import Outlet
from newsbot.desk.roles import Roles
from newsbot.domain.alert import Alert, Totals
from newsbot.i18n import Translator
from newsbot.text.clipping import Unit, clip
from newsbot.text.dates import clock_time
from newsbot.text.normalise import clean

__all__ = ["Desk", "estimate", "expiry", "last_deed", "note", "subject_of", "totals_now", "totals_of"]

LONGEST_SUBJECT: Final = 80  #: graphemes of an alert's words that name it in a list

DeadLinks = Callable[[tuple[str, ...]], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that editors' verbs draw on, beside the readers' house."""

    house: House
    roles: Roles
    drafts: DraftStore
    bulletins: BulletinStore
    notices: NoticeStore
    alerts: AlertStore
    outlets: Mapping[str, Outlet]  #: by channel
    composer: Composer
    dead_links: DeadLinks
    public_channel: bool = False  #: the newsroom has one, which gets breaking news first
    expire: timedelta  #: how long an alert may be sent, once its turn has come for everybody

    @property
    def limits(self) -> Mapping[str, Limits]:
        return {name: outlet.limits for name, outlet in self.outlets.items()}


async def totals_of(desk: Desk, alert: Alert) -> Totals:
    return alert.totals or await totals_now(desk, alert.id)


async def totals_now(desk: Desk, alert_id: int) -> Totals:
    """As the ledgers have it."""
    return await totals_over([outlet.ledger for outlet in desk.outlets.values()], alert_id)


async def subject_of(desk: Desk, alert: Alert) -> str:
    """What it is about, in one short line."""
    if alert.of and not alert.text and (parent := await desk.alerts.get(alert.of)):
        alert = parent
    if alert.article_id:
        article = await desk.house.articles.get(alert.article_id)
        words = article.headline if article else ""
    else:
        words = alert.text.plain if alert.text else ""
    return clip(clean(words), LONGEST_SUBJECT, unit=Unit.GRAPHEME)


async def note(desk: Desk, turn: Turn, alert: Alert, act: Act) -> None:
    name = clip(clean(turn.incoming.sender_name), 40, unit=Unit.GRAPHEME)
    await desk.bulletins.note(Deed(alert_id=alert.id, editor=turn.incoming.address, name=name, act=act, at=turn.now))


async def last_deed(desk: Desk, turn: Turn, alert: Alert) -> str:
    """'রহিমা থামিয়েছেন, বিকেল ৫:৪৫'; '' if nobody did anything."""
    deeds = await desk.bulletins.deeds(alert.id)
    return _described(deeds[-1], turn) if deeds else ""


def _described(deed: Deed, turn: Turn) -> str:
    _ = turn.translate
    who = deed.name or _("An editor")
    when = clock_time(deed.at, turn.language, turn.zone)
    match deed.act:
        case Act.SENT:
            return _("{who} sent it, {when}.", who=who, when=when)
        case Act.PAUSED:
            return _("{who} paused it, {when}.", who=who, when=when)
        case Act.RESUMED:
            return _("{who} let it go on, {when}.", who=who, when=when)
        case Act.STOPPED:
            return _("{who} stopped it, {when}.", who=who, when=when)
        case Act.CORRECTED:
            return _("{who} corrected it, {when}.", who=who, when=when)
        case Act.RECALLED:
            return _("{who} recalled it, {when}.", who=who, when=when)
        case Act.LEFT:
            return _("{who} left the copies as they are, {when}.", who=who, when=when)


def expiry(now: datetime, seconds: float, *, expire: timedelta) -> datetime:
    """The time to be sent in begins when everybody's turn has come, after so many seconds: at 30 a second a million
    readers take nine hours, and with a pause or a slow hour, longer.
    """
    return now + expire + 2 * timedelta(seconds=seconds)


def estimate(seconds: float, translate: Translator) -> str:
    """So long in words: 'less than a minute', 'about 7 minutes'."""
    _ = translate
    if seconds < 60:
        return _("less than a minute")
    minutes = -int(-seconds // 60)
    if minutes < 100:
        return _.plural("about {n} minute", "about {n} minutes", minutes)
    return _.plural("about {n} hour", "about {n} hours", round(minutes / 60))
