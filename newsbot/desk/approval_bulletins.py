"""What waits for a second person: everybody who may be one is asked, and who asked for it is told what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from newsbot.conversation.turn import text
from newsbot.desk.approval_answers import outcome_of, request_of, waits_answer
from newsbot.desk.approving import expire_approvals, still_waits
from newsbot.desk.bulletin_writer import BulletinWriter, stands_in
from newsbot.desk.bulletins import Bulletin, BulletinKind
from newsbot.desk.people import Person
from newsbot.desk.roles import Right
from newsbot.desk.turn import Desk
from newsbot.domain.subscriber import Address

__all__ = ["ApprovalBulletins"]


class ApprovalBulletins:
    """The reporter's, for approvals."""

    def __init__(self, desk: Desk, writer: BulletinWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._opened: set[tuple[int, Address]] = set()  # of which this process knows; the rows say the same

    async def look(self, people: Iterable[Person], now: datetime) -> None:
        """Open what is missing."""
        await expire_approvals(self._desk, now)
        may = {person.address for person in people if person.may(Right.APPROVE)}
        for approval in await self._desk.approvals.waiting(now=now):
            for person in sorted(may | {approval.asked_by.address}):
                if (approval.id, person) not in self._opened:
                    if person.channel in self._desk.outlets:
                        await self._desk.bulletins.open(approval.id, person, BulletinKind.APPROVAL, now=now)
                    self._opened.add((approval.id, person))

    async def tell(self, bulletin: Bulletin, now: datetime) -> None:
        """Write what is due."""
        desk, editor = self._desk, bulletin.editor
        approval = await desk.approvals.get(bulletin.alert_id)
        draft = await desk.drafts.get(approval.draft_id) if approval is not None else None
        if approval is None or draft is None:
            await desk.bulletins.close(bulletin)
            return
        asked = editor == approval.asked_by.address
        if not still_waits(approval, draft, now):
            if not asked and not (bulletin.message_id and desk.outlets[editor.channel].edits):
                await desk.bulletins.close(bulletin)  # they have nothing to do any more
                return
            turn = await self._writer.turn(editor, now)
            said = outcome_of(approval, turn, draft=draft)
            await self._writer.write(bulletin, text(said, replaces=stands_in(bulletin)), turn)
        elif bulletin.message_id:  # it says so already
            return
        elif asked:
            turn = await self._writer.turn(editor, now)
            await self._writer.write(bulletin, await waits_answer(desk, turn, approval), turn, closed=False)
        elif await desk.staff.may(editor, Right.APPROVE):  # still, though they might when it was asked for
            turn = await self._writer.turn(editor, now)
            seen, request = await request_of(desk, turn, approval, draft)
            await self._writer.write(bulletin, request, turn, closed=False, before=seen)
