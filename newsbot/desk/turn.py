"""What the desk works with, and small pieces that several of its verbs use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from newsbot.articles.store import ArticleStore
from newsbot.channels.channel import Limits
from newsbot.channels.pictures import PictureShelf
from newsbot.conversation.turn import House, Turn
from newsbot.delivery.alert_json import audience_to_json, text_to_json
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.composer import Composer
from newsbot.delivery.ending import totals_of as totals_over
from newsbot.delivery.notices import NoticeStore
from newsbot.delivery.outbox import Outbox
from newsbot.desk.approvals import ApprovalStore, Policy
from newsbot.desk.audit import Act, Actor, AuditLog, Entry, Place, alert_subject
from newsbot.desk.bulletins import BulletinStore
from newsbot.desk.drafts import Draft, DraftStore
from newsbot.desk.invitations import InvitationStore
from newsbot.desk.outlets import Outlet
from newsbot.desk.records import Records
from newsbot.desk.sessions import Sessions
from newsbot.desk.staff import Staff, called
from newsbot.domain.alert import Alert, NewAlert, Totals
from newsbot.i18n import Translator
from newsbot.text.clipping import Unit, clip
from newsbot.text.dates import clock_time
from newsbot.text.normalise import clean

__all__ = [
    "LONGEST_SUBJECT",
    "Desk",
    "Speaking",
    "Speech",
    "actor_of",
    "deeds_in_words",
    "estimate",
    "expiry",
    "last_deed",
    "own_subjects",
    "subject_of",
    "subject_of_draft",
    "subjects_of",
    "told_of",
    "totals_now",
    "totals_of",
]

LONGEST_SUBJECT: Final = 80  #: graphemes of an alert's words that name it in a list

DeadLinks = Callable[[tuple[str, ...]], Awaitable[tuple[str, ...]]]


class Speaking(Protocol):
    """In whose language something is said, when and by which clock: a chat's `Turn`, or a `Speech`."""

    @property
    def translate(self) -> Translator: ...

    @property
    def now(self) -> datetime: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Implements `Speaking` where nobody chats: on a page, in the terminal."""

    translate: Translator
    now: datetime
    zone: ZoneInfo

    @property
    def language(self) -> str:
        return self.translate.language


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that editors' verbs draw on, beside the readers' house."""

    house: House
    staff: Staff
    audit: AuditLog
    invitations: InvitationStore
    drafts: DraftStore
    bulletins: BulletinStore
    notices: NoticeStore
    alerts: AlertStore
    outbox: Outbox  #: through which an article becomes an alert
    records: Records  #: what was counted by the day
    outlets: Mapping[str, Outlet]  #: by channel
    composer: Composer
    dead_links: DeadLinks
    pictures: PictureShelf | None = None  #: where uploaded ones lie; None: a picture must have a web address
    sessions: Sessions  #: of the web desk
    web_address: Callable[[], str]  #: how browsers reach the web desk, without `/desk`
    public_channel: bool = False  #: the newsroom has one, which gets breaking news first
    audit_kept: timedelta | None = None  #: how long what was done is kept; None: for ever
    approvals: ApprovalStore
    approval: Policy = Policy.NONE  #: what a second person must approve
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
    return (await subjects_of(desk, [alert]))[0]


async def subjects_of(desk: Desk, alerts: Sequence[Alert]) -> list[str]:
    """The same of several, in their order."""
    known = {alert.id: alert for alert in alerts}
    about = []
    for alert in alerts:
        if alert.of and not alert.text:
            if alert.of not in known and (parent := await desk.alerts.get(alert.of)):
                known[alert.of] = parent
            alert = known.get(alert.of, alert)
        about.append(alert)
    return await own_subjects(desk.house.articles, about)


async def subject_of_draft(desk: Desk, draft: Draft) -> str:
    """The same of a draft; '' where nothing is written yet."""
    return (await own_subjects(desk.house.articles, [draft]))[0]


async def own_subjects(articles: ArticleStore, several: Sequence[Alert | Draft]) -> list[str]:
    """Of what changes no other's copies, in their order. An article's alert may have a text, too: it has changed."""
    found = await articles.headlines({one.article_id for one in several if one.article_id})
    words = [
        found.get(one.article_id, "") if one.article_id else (one.text.plain if one.text else "") for one in several
    ]
    return [clip(clean(one), LONGEST_SUBJECT, unit=Unit.GRAPHEME) for one in words]


def actor_of(turn: Turn) -> Actor:
    return Actor(address=turn.incoming.address, name=called(turn.incoming.sender_name), place=Place.CHAT)


def told_of(new: NewAlert, reach: Mapping[str, int]) -> dict[str, Any]:
    """What goes out, for the audit log. `reach`: readers by channel, as it was known then."""
    text = {"text": text_to_json(new.text)} if new.text is not None else {}
    article = {"article": new.article_id} if new.article_id else {}
    of = {"of": new.of} if new.of else {}
    return {
        "class": new.cls.value,
        "silent": new.silent,
        "audience": audience_to_json(new.audience),
        "readers": dict(reach),
        **text,
        **article,
        **of,
    }


async def last_deed(desk: Desk, turn: Speaking, alert: Alert) -> str:
    """'রহিমা থামিয়েছেন, বিকেল ৫:৪৫'; '' if nobody did anything."""
    return next(iter(deeds_in_words(await desk.audit.of(alert_subject(alert.id)), turn)[::-1]), "")


def deeds_in_words(entries: Sequence[Entry], turn: Speaking) -> list[str]:
    """What was done to an alert, in the order of `entries`, a sentence each."""
    return [words for entry in entries if (words := _described(entry, turn))]


def _described(entry: Entry, turn: Speaking) -> str:
    _ = turn.translate
    who = entry.actor.name or _("An editor")
    when = clock_time(entry.at, turn.language, turn.zone)
    match entry.act:
        case Act.APPROVED:
            return _("{who} approved it, {when}.", who=who, when=when)
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
        case Act.RETRIED:
            return _("{who} had it tried again, {when}.", who=who, when=when)
        case Act.LEFT:
            return _("{who} left the copies as they are, {when}.", who=who, when=when)
        case _:
            return ""


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
