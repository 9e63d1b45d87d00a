"""Keeps editors informed: progress that updates itself, the report at the end, and what they must be told at once.

It is one loop over rows in SQL, so a restart goes on where it was. A row is claimed before it is written, so that of
several processes one writes; whoever dies in between leaves a row that is written again. Progress is edited through
the lane of replies, and so seldom that it costs the budget nothing worth counting.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog

from newsbot.conversation.turn import Turn, text
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.delivery.notices import Notice
from newsbot.desk.approval_bulletins import ApprovalBulletins
from newsbot.desk.bulletin_words import paused_in_words, withdrawn_in_words
from newsbot.desk.bulletin_writer import EDIT_EVERY, BulletinWriter, fingerprint, stands_in
from newsbot.desk.bulletins import Bulletin, BulletinKind
from newsbot.desk.draft_answers import missed_in_words
from newsbot.desk.notice_words import notice_in_words
from newsbot.desk.people import Person
from newsbot.desk.roles import Right
from newsbot.desk.standing import progress_of, standing_of
from newsbot.desk.touched import has_copies_of_its_own
from newsbot.desk.turn import Desk, totals_now
from newsbot.domain.alert import Alert, AlertState
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreError

__all__ = ["Reporter"]

LOOK_EVERY: Final = timedelta(seconds=1)
WITHDRAWN_EVERY: Final = timedelta(seconds=5)  #: articles are withdrawn by hand: nobody waits for this
ACCOUNTED_WITHIN: Final = timedelta(minutes=10)  #: after its end an alert is reported with what is known by then
TOLD_WITHIN: Final = timedelta(days=1)  #: what happened to an account longer ago is no news
TIDY_EVERY: Final = timedelta(hours=6)
KEPT: Final = timedelta(days=90)  #: drafts, approvals and bulletins
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
        self._writer = BulletinWriter(desk)
        self._approvals = ApprovalBulletins(desk, self._writer)
        self._people: dict[Address, Person] = {}  # of the desk, as of this round
        #: alerts of which this process knows that they are looked after; the rows say the same
        self._watched: set[int] = set()
        self._told_of_pause: set[int] = set()
        self._told_of_pauses: dict[int, datetime] = {}  # the latest pause of each alert
        self._told_notices: dict[int, Notice] = {}
        self._told_of_withdrawal: set[int] = set()
        self._resumed: set[int] = set()
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
        await self._approvals.look(self._people.values(), now)
        for bulletin in await self._desk.bulletins.standing():
            if self._is_ours(bulletin.editor) and not self._writer.rests(bulletin.editor, now):
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
                    await self._desk.bulletins.forget(alert.id, BulletinKind.PAUSED, before=now)
                self._resumed.add(alert.id)
                self._told_of_pause.discard(alert.id)

    async def _look_at_pause(self, alert: Alert, latest: datetime, now: datetime) -> None:
        if self._told_of_pauses.get(alert.id) == latest:
            return
        told = await self._desk.bulletins.of_alert(alert.id, BulletinKind.PAUSED)
        if told and max(one.touched_at for one in told) < latest:
            await self._desk.bulletins.forget(alert.id, BulletinKind.PAUSED, before=latest)
        await self._tell_all(alert.id, BulletinKind.PAUSED, now)
        self._told_of_pauses[alert.id] = latest

    async def _look_at_notices(self, now: datetime) -> None:
        """What happened to our accounts on the channels."""
        for notice in await self._desk.notices.since(now - TOLD_WITHIN):
            if notice.id not in self._told_notices:
                await self._tell_all(-notice.id, BulletinKind.NOTICE, now)
                self._told_notices[notice.id] = notice

    async def _look_at_withdrawn(self, now: datetime) -> None:
        """The copies of an article that was withdrawn since: once it is known how many there are."""
        if self._looked_at_withdrawn and now - self._looked_at_withdrawn < WITHDRAWN_EVERY:
            return
        self._looked_at_withdrawn = now
        for alert in await self._desk.alerts.withdrawn(since=now - COPIES_KEPT):
            if alert.id in self._told_of_withdrawal or not alert.state.final or alert.totals is None:
                continue
            if await has_copies_of_its_own(self._desk, alert):
                await self._tell_all(alert.id, BulletinKind.WITHDRAWN, now)
            self._told_of_withdrawal.add(alert.id)

    async def _tell_all(self, subject: int, kind: BulletinKind, now: datetime) -> None:
        """Everybody who can do something about it."""
        for person in sorted(self._people):
            if self._people[person].may(TOLD[kind]):
                await self._desk.bulletins.open(subject, person, kind, now=now)

    # --- what is due -------------------------------------------------------------------------------------------------

    async def _attend(self, bulletin: Bulletin, now: datetime) -> None:
        match bulletin.kind:
            case BulletinKind.NOTICE:
                await self._tell_notice(bulletin, now)
            case BulletinKind.MISSED:
                await self._tell_missed(bulletin, now)
            case BulletinKind.APPROVAL:
                await self._approvals.tell(bulletin, now)
            case BulletinKind.PROGRESS | BulletinKind.REPORT | BulletinKind.PAUSED | BulletinKind.WITHDRAWN:
                await self._tell_of_alert(bulletin, now)
            case unreachable:
                assert_never(unreachable)

    async def _tell_of_alert(self, bulletin: Bulletin, now: datetime) -> None:
        desk = self._desk
        alert = await desk.alerts.get(bulletin.alert_id)
        if alert is None:
            await desk.bulletins.close(bulletin)
            return
        turn = await self._writer.turn(bulletin.editor, now)
        match bulletin.kind:
            case BulletinKind.PROGRESS:
                await self._progress(bulletin, alert, turn)
                return
            case BulletinKind.PAUSED:
                reply = await paused_in_words(desk, turn, alert)
            case BulletinKind.WITHDRAWN:
                reply = await withdrawn_in_words(desk, turn, alert)
            case _:
                reply = await standing_of(desk, turn, await _settled(desk, alert))
        await self._writer.write(bulletin, reply, turn)

    async def _tell_notice(self, bulletin: Bulletin, now: datetime) -> None:
        notice = self._told_notices.get(-bulletin.alert_id)
        if notice is None:  # older than what is told
            await self._desk.bulletins.close(bulletin)
            return
        turn = await self._writer.turn(bulletin.editor, now)
        await self._writer.write(bulletin, text(*notice_in_words(notice, turn.translate)), turn)

    async def _tell_missed(self, bulletin: Bulletin, now: datetime) -> None:
        draft = await self._desk.drafts.get(bulletin.alert_id)
        if draft is None:
            await self._desk.bulletins.close(bulletin)
            return
        turn = await self._writer.turn(bulletin.editor, now)
        await self._writer.write(bulletin, await missed_in_words(self._desk, turn, draft), turn)

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
        if bulletin.message_id and self._writer.rests(alert.id, turn.now):
            return
        reply = await progress_of(self._desk, turn, alert, replaces=stands_in(bulletin), last=over)
        if fingerprint(reply) != bulletin.shown:
            self._writer.rest(alert.id, turn.now)
            await self._writer.write(bulletin, reply, turn, closed=over)
        elif over:
            await self._desk.bulletins.close(bulletin)

    async def _tidy(self, now: datetime) -> None:
        if self._tidied_at and now - self._tidied_at < TIDY_EVERY:
            return
        self._tidied_at = now
        if self._desk.audit_kept is not None:
            await self._desk.audit.trim(keep_since=now - self._desk.audit_kept, now=now)
        await self._desk.drafts.retain(keep_since=now - KEPT)
        waiting = [draft.id for draft in await self._desk.drafts.scheduled()]  # their approvals are asked at their time
        await self._desk.approvals.retain(keep_since=now - KEPT, but_of=waiting)
        await self._desk.bulletins.retain(keep_since=now - KEPT)
        await self._desk.notices.retain(keep_since=now - KEPT)


def _long_over(alert: Alert, now: datetime) -> bool:
    return alert.ended_at is not None and now - alert.ended_at >= ACCOUNTED_WITHIN


async def _settled(desk: Desk, alert: Alert) -> Alert:
    """With figures, also where nobody accounted for it in time."""
    return alert if alert.totals is not None else replace(alert, totals=await totals_now(desk, alert.id))
