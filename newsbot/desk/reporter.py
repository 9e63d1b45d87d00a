"""Keeps editors informed: progress that updates itself, the report at the end, and what they must be told at once.

It is one loop over rows in SQL, so a restart goes on where it was. A row is claimed before it is written, so that of
several processes one writes; whoever dies in between leaves a row that is written again. Progress is edited through
the lane of replies, and so seldom that it costs the budget nothing worth counting.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from zoneinfo import ZoneInfo

import structlog

from newsbot.conversation.turn import Turn, text, zone_of
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.delivery.notices import Notice
from newsbot.desk.actions import within_rights
from newsbot.desk.approval_answers import outcome_of, request_of, waits_answer
from newsbot.desk.approving import expire_approvals, still_waits
from newsbot.desk.bulletin_words import paused_in_words, withdrawn_in_words
from newsbot.desk.bulletins import Bulletin, BulletinKind
from newsbot.desk.draft_answers import missed_in_words
from newsbot.desk.notice_words import notice_in_words
from newsbot.desk.people import Person
from newsbot.desk.roles import Right, rights_of
from newsbot.desk.standing import article_shown, progress_of, recall_of, standing_of
from newsbot.desk.turn import Desk, totals_now
from newsbot.domain.alert import Alert, AlertState
from newsbot.domain.attempt import Reason, Refused, Sent, Unreachable
from newsbot.domain.message import AnyReply, IncomingMessage, Kind, MessageRef, TextReply
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreError

__all__ = ["Reporter"]

LOOK_EVERY: Final = timedelta(seconds=1)
EDIT_EVERY: Final = timedelta(seconds=5)  #: of one alert's progress, over all who watch it
WITHDRAWN_EVERY: Final = timedelta(seconds=5)  #: articles are withdrawn by hand: nobody waits for this
ACCOUNTED_WITHIN: Final = timedelta(minutes=10)  #: after its end an alert is reported with what is known by then
TOLD_WITHIN: Final = timedelta(days=1)  #: what happened to an account longer ago is no news
TIDY_EVERY: Final = timedelta(hours=6)
KEPT: Final = timedelta(days=90)  #: drafts and bulletins
#: what everybody with this right is told
TOLD: Final[dict[BulletinKind, Right]] = {
    BulletinKind.PAUSED: Right.BROADCAST,
    BulletinKind.WITHDRAWN: Right.CORRECT,
    BulletinKind.NOTICE: Right.BROADCAST,
}

log = structlog.get_logger()


class Reporter:
    """Writes to editors on the channels of the desk; their addresses elsewhere are another process's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._people: dict[Address, Person] = {}  # of the desk, as of this round
        #: alerts of which this process knows that they are looked after; the rows say the same
        self._watched: set[int] = set()
        self._told_of_pause: set[int] = set()
        self._told_of_pauses: dict[int, datetime] = {}  # the latest pause of each alert
        self._told_notices: dict[int, Notice] = {}
        self._told_approvals: set[tuple[int, Address]] = set()
        self._told_of_withdrawal: set[int] = set()
        self._resumed: set[int] = set()
        self._waiting_for: set[Address] = set()  # editors whom the channel doesn't let us write to now
        self._rests_until: dict[object, datetime] = {}  # an alert's progress, what could not be written, and to whom
        self._looked_at_withdrawn: datetime | None = None
        self._tidied_at: datetime | None = None

    async def run(self) -> None:
        """Until cancelled. A store that is away is waited for."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("editors are not informed for now", cause=str(error))
                await asyncio.sleep(EDIT_EVERY.total_seconds())
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        """One round: open what is missing, then write what is due."""
        now = self._desk.house.clock()
        self._people = {person.address: person for person in await self._desk.staff.everybody()}
        standing = [one.alert for one in await self._desk.alerts.standing()]
        await self._watch(standing, now)
        await self._look_at_pauses(standing, now)
        await self._look_at_notices(now)
        await self._look_at_withdrawn(now)
        await self._look_at_approvals(now)
        for bulletin in await self._desk.bulletins.standing():
            if self._is_ours(bulletin.editor) and not self._rests(bulletin.editor, now):
                await self._attend(bulletin, now)
        await self._tidy(now)

    def _is_ours(self, editor: Address) -> bool:
        return editor.channel in self._desk.outlets and editor in self._people

    # --- what is missing ---------------------------------------------------------------------------------------------

    async def _watch(self, standing: list[Alert], now: datetime) -> None:
        """Whoever confirmed an alert sees its progress, also when we died before that was noted."""
        if not self._watched:
            standing = [*standing, *await self._desk.alerts.recent(limit=20, by_editors=True)]
        for alert in standing:
            if alert.id not in self._watched:
                if alert.by is not None and self._is_ours(alert.by):
                    await self._desk.bulletins.open(alert.id, alert.by, BulletinKind.PROGRESS, now=now)
                self._watched.add(alert.id)

    async def _look_at_pauses(self, standing: list[Alert], now: datetime) -> None:
        """An alert that paused itself is every editor's business; the next pause, or one elsewhere, is told again."""
        for alert in standing:
            if alert.state is AlertState.RUNNING and alert.pauses:
                self._resumed.discard(alert.id)
                await self._look_at_pause(alert, max(pause.at for pause in alert.pauses.values()), now)
            elif alert.state is AlertState.PAUSED and alert.reason:
                self._resumed.discard(alert.id)
                if alert.id not in self._told_of_pause:
                    await self._tell_all(alert.id, BulletinKind.PAUSED, now)
                    self._told_of_pause.add(alert.id)
            elif alert.id not in self._resumed:
                if await self._desk.bulletins.of_alert(alert.id, BulletinKind.PAUSED):
                    await self._desk.bulletins.forget(alert.id, BulletinKind.PAUSED)
                self._resumed.add(alert.id)
                self._told_of_pause.discard(alert.id)

    async def _look_at_pause(self, alert: Alert, latest: datetime, now: datetime) -> None:
        if self._told_of_pauses.get(alert.id) == latest:
            return
        told = await self._desk.bulletins.of_alert(alert.id, BulletinKind.PAUSED)
        if told and max(one.touched_at for one in told) < latest:
            await self._desk.bulletins.forget(alert.id, BulletinKind.PAUSED)
        await self._tell_all(alert.id, BulletinKind.PAUSED, now)
        self._told_of_pauses[alert.id] = latest

    async def _look_at_notices(self, now: datetime) -> None:
        """What happened to our accounts on the channels."""
        for notice in await self._desk.notices.since(now - TOLD_WITHIN):
            if notice.id not in self._told_notices:
                await self._tell_all(-notice.id, BulletinKind.NOTICE, now)
                self._told_notices[notice.id] = notice

    async def _look_at_approvals(self, now: datetime) -> None:
        """What waits for a second person is told to everybody who may be one, and to who asked."""
        await expire_approvals(self._desk, now)
        for approval in await self._desk.approvals.waiting(now=now):
            may = {one for one, person in self._people.items() if person.may(Right.APPROVE)}
            for person in sorted(may | {approval.asked_by.address}):
                if (approval.id, person) not in self._told_approvals:
                    if person.channel in self._desk.outlets:
                        await self._desk.bulletins.open(approval.id, person, BulletinKind.APPROVAL, now=now)
                    self._told_approvals.add((approval.id, person))

    async def _look_at_withdrawn(self, now: datetime) -> None:
        """The copies of an article that was withdrawn since: once it is known how many there are."""
        if self._looked_at_withdrawn and now - self._looked_at_withdrawn < WITHDRAWN_EVERY:
            return
        self._looked_at_withdrawn = now
        for alert in await self._desk.alerts.withdrawn(since=now - COPIES_KEPT):
            if alert.id in self._told_of_withdrawal or not alert.state.final or alert.totals is None:
                continue
            shown = await article_shown(self._desk, alert) == alert.article_id
            if shown and alert.totals.sent and await recall_of(self._desk, alert) is None:
                await self._tell_all(alert.id, BulletinKind.WITHDRAWN, now)
            self._told_of_withdrawal.add(alert.id)

    async def _tell_all(self, subject: int, kind: BulletinKind, now: datetime) -> None:
        """Everybody who can do something about it."""
        for person in sorted(self._people):
            if self._people[person].may(TOLD[kind]):
                await self._desk.bulletins.open(subject, person, kind, now=now)

    # --- what is due -------------------------------------------------------------------------------------------------

    async def _attend(self, bulletin: Bulletin, now: datetime) -> None:
        if bulletin.kind is BulletinKind.NOTICE:
            await self._tell_notice(bulletin, now)
            return
        if bulletin.kind is BulletinKind.MISSED:
            await self._tell_missed(bulletin, now)
            return
        if bulletin.kind is BulletinKind.APPROVAL:
            await self._tell_approval(bulletin, now)
            return
        alert = await self._desk.alerts.get(bulletin.alert_id)
        if alert is None:
            await self._desk.bulletins.close(bulletin)
            return
        turn = await self._turn(bulletin.editor, now)
        match bulletin.kind:
            case BulletinKind.PROGRESS:
                await self._progress(bulletin, alert, turn)
            case BulletinKind.REPORT:
                await self._write(
                    bulletin, await standing_of(self._desk, turn, await _settled(self._desk, alert)), turn
                )
            case BulletinKind.PAUSED:
                await self._write(bulletin, await paused_in_words(self._desk, turn, alert), turn)
            case BulletinKind.WITHDRAWN:
                await self._write(bulletin, await withdrawn_in_words(self._desk, turn, alert), turn)
            case unreachable:
                assert_never(unreachable)

    async def _tell_notice(self, bulletin: Bulletin, now: datetime) -> None:
        notice = self._told_notices.get(-bulletin.alert_id)
        if notice is None:  # older than what is told
            await self._desk.bulletins.close(bulletin)
            return
        turn = await self._turn(bulletin.editor, now)
        await self._write(bulletin, text(*notice_in_words(notice, turn.translate)), turn)

    async def _tell_approval(self, bulletin: Bulletin, now: datetime) -> None:
        desk = self._desk
        approval = await desk.approvals.get(bulletin.alert_id)
        draft = await desk.drafts.get(approval.draft_id) if approval is not None else None
        if approval is None or draft is None:
            await desk.bulletins.close(bulletin)
            return
        turn = await self._turn(bulletin.editor, now)
        asked = bulletin.editor == approval.asked_by.address
        if still_waits(approval, draft, now):
            if bulletin.message_id:  # it says so already
                return
            if asked:
                await self._write(bulletin, await waits_answer(desk, turn, approval), turn, closed=False)
            else:
                seen, request = await request_of(desk, turn, approval, draft)
                await self._write(bulletin, request, turn, closed=False, before=seen)
            return
        changes = desk.outlets[bulletin.editor.channel].edits
        if not asked and not (bulletin.message_id and changes):  # they have nothing to do any more
            await desk.bulletins.close(bulletin)
            return
        replaces = MessageRef(bulletin.editor.user_id, bulletin.message_id) if bulletin.message_id else None
        await self._write(bulletin, text(outcome_of(approval, turn, draft=draft), replaces=replaces), turn)

    async def _tell_missed(self, bulletin: Bulletin, now: datetime) -> None:
        draft = await self._desk.drafts.get(bulletin.alert_id)
        if draft is None:
            await self._desk.bulletins.close(bulletin)
            return
        turn = await self._turn(bulletin.editor, now)
        await self._write(bulletin, await missed_in_words(self._desk, turn, draft), turn)

    async def _progress(self, bulletin: Bulletin, alert: Alert, turn: Turn) -> None:
        # Where nothing can be changed each step would be a message of its own: they are shown the beginning when they
        # confirm, and the report.
        changes = self._desk.outlets[bulletin.editor.channel].edits
        over = alert.state.final and (alert.totals is not None or _long_over(alert, turn.now))
        if over:
            # A message of its own, which the phone announces; the progress says its last word when its turn comes.
            await self._desk.bulletins.open(alert.id, bulletin.editor, BulletinKind.REPORT, now=turn.now)
            if not bulletin.message_id or not changes:
                await self._desk.bulletins.close(bulletin)
                return
        if not changes:
            return
        if bulletin.message_id and self._rests(alert.id, turn.now):
            return
        replaces = MessageRef(bulletin.editor.user_id, bulletin.message_id) if bulletin.message_id else None
        reply = await progress_of(self._desk, turn, alert, replaces=replaces, last=over)
        if fingerprint(reply) != bulletin.shown:
            self._rests_until[alert.id] = turn.now + EDIT_EVERY
            await self._write(bulletin, reply, turn, closed=over)
        elif over:
            await self._desk.bulletins.close(bulletin)

    async def _write(
        self,
        bulletin: Bulletin,
        reply: TextReply,
        turn: Turn,
        *,
        closed: bool = True,
        before: tuple[AnyReply, ...] = (),
    ) -> None:
        """`closed`: nothing more will be said in this message. `before`: messages that are sent above it."""
        desk = self._desk
        reply = within_rights(reply, rights_of(self._people[bulletin.editor].role))
        key = (bulletin.alert_id, bulletin.editor, bulletin.kind)
        if self._rests(key, turn.now) or not await desk.bulletins.claim(bulletin, now=turn.now):
            return
        attempt = (await desk.outlets[bulletin.editor.channel].channel.reply(turn.incoming, (*before, reply)))[-1]
        match attempt:
            case Sent(message_id=message_id):
                self._waiting_for.discard(bulletin.editor)
                where = message_id or bulletin.message_id
                await desk.bulletins.written(bulletin, message_id=where, shown=fingerprint(reply), closed=closed)
            case Refused(reason=Reason.OUTSIDE_WINDOW):
                if bulletin.editor not in self._waiting_for:
                    log.warning("an editor is informed when they are next heard of", editor=str(bulletin.editor))
                self._waiting_for.add(bulletin.editor)
                self._rests_until[bulletin.editor] = turn.now + EDIT_EVERY
            case Unreachable() | Refused():
                log.warning("an editor can't be informed", editor=str(bulletin.editor), attempt=attempt)
                await desk.bulletins.close(bulletin)
            case _:
                log.info("an editor is informed later", editor=str(bulletin.editor), attempt=attempt)
                self._rests_until[key] = turn.now + EDIT_EVERY

    def _rests(self, key: object, now: datetime) -> bool:
        """Not for long, even if the clock was set back."""
        left = self._rests_until.get(key, now) - now
        return timedelta(0) < left <= EDIT_EVERY

    async def _turn(self, editor: Address, now: datetime) -> Turn:
        turn = self._stranger(editor, now)
        known = await self._desk.house.subscribers.get(editor)
        return turn.of(known, self._desk.house.catalog) if known else turn

    def _stranger(self, editor: Address, now: datetime) -> Turn:
        house = self._desk.house
        incoming = IncomingMessage(event_id=f"desk:{editor}:{now.timestamp()}", address=editor, kind=Kind.TEXT)
        return Turn(
            incoming=incoming,
            now=now,
            translate=house.catalog.translator(house.language),
            zone=zone_of(house.timezone) or ZoneInfo("UTC"),
        )

    async def _tidy(self, now: datetime) -> None:
        if self._tidied_at and now - self._tidied_at < TIDY_EVERY:
            return
        self._tidied_at = now
        if self._desk.audit_kept is not None:
            await self._desk.audit.trim(keep_since=now - self._desk.audit_kept, now=now)
        await self._desk.drafts.retain(keep_since=now - KEPT)
        await self._desk.bulletins.retain(keep_since=now - KEPT)
        await self._desk.notices.retain(keep_since=now - KEPT)


def fingerprint(reply: TextReply) -> str:
    """The same for what reads the same."""
    return hashlib.blake2s(repr((reply.paragraphs, reply.buttons)).encode(), digest_size=8).hexdigest()


def _long_over(alert: Alert, now: datetime) -> bool:
    return alert.ended_at is not None and now - alert.ended_at >= ACCOUNTED_WITHIN


async def _settled(desk: Desk, alert: Alert) -> Alert:
    """With figures, also where nobody accounted for it in time."""
    return alert if alert.totals is not None else replace(alert, totals=await totals_now(desk, alert.id))
