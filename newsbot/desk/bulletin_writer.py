"""Writes one bulletin into its editor's chat, and leaves alone for a while what can't be written now."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

import structlog

from newsbot.conversation.turn import Turn
from newsbot.desk.actions import within_rights
from newsbot.desk.bulletins import Bulletin
from newsbot.desk.roles import rights_of
from newsbot.desk.turn import Desk
from newsbot.domain.attempt import Reason, Refused, Sent, Unreachable
from newsbot.domain.message import AnyReply, IncomingMessage, Kind, MessageRef, TextReply
from newsbot.domain.subscriber import Address

__all__ = ["EDIT_EVERY", "BulletinWriter", "fingerprint", "stands_in", "turn_for"]

EDIT_EVERY: Final = timedelta(seconds=5)  #: of one alert's progress, over all who watch it

log = structlog.get_logger()


class BulletinWriter:
    """Of one process. A bulletin is claimed before it is written, so that of several processes one writes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting_for: set[Address] = set()  # editors whom the channel doesn't let us write to now
        self._rests_until: dict[object, datetime] = {}  # an alert's progress, what could not be written, and to whom

    def rests(self, key: object, now: datetime) -> bool:
        """Not for long, even if the clock was set back."""
        left = self._rests_until.get(key, now) - now
        return timedelta(0) < left <= EDIT_EVERY

    def rest(self, key: object, now: datetime) -> None:
        self._rests_until[key] = now + EDIT_EVERY

    async def turn(self, editor: Address, now: datetime) -> Turn:
        return await turn_for(self._desk, editor, now)

    async def write(
        self,
        bulletin: Bulletin,
        reply: TextReply,
        turn: Turn,
        *,
        closed: bool = True,
        before: tuple[AnyReply, ...] = (),
    ) -> None:
        """`closed`: nothing more will be said in this message. `before`: messages that are sent above it."""
        desk, editor = self._desk, bulletin.editor
        person = await desk.staff.person(editor)
        reply = within_rights(reply, rights_of(person.role if person is not None else None))
        key = (bulletin.alert_id, editor, bulletin.kind)
        if self.rests(key, turn.now) or not await desk.bulletins.claim(bulletin, now=turn.now):
            return
        attempt = (await desk.outlets[editor.channel].channel.reply(turn.incoming, (*before, reply)))[-1]
        match attempt:
            case Sent(message_id=message_id):
                self._waiting_for.discard(editor)
                where = message_id or bulletin.message_id
                await desk.bulletins.written(bulletin, message_id=where, shown=fingerprint(reply), closed=closed)
            case Refused(reason=Reason.OUTSIDE_WINDOW):
                if editor not in self._waiting_for:
                    log.warning("an editor is informed when they are next heard of", editor=str(editor))
                self._waiting_for.add(editor)
                self.rest(editor, turn.now)
            case Unreachable() | Refused():
                log.warning("an editor can't be informed", editor=str(editor), attempt=attempt)
                await desk.bulletins.close(bulletin)
            case _:
                log.info("an editor is informed later", editor=str(editor), attempt=attempt)
                self.rest(key, turn.now)


async def turn_for(desk: Desk, editor: Address, now: datetime) -> Turn:
    """In the editor's language and by their clock, as if they had written."""
    house = desk.house
    incoming = IncomingMessage(event_id=f"desk:{editor}:{now.timestamp()}", address=editor, kind=Kind.TEXT)
    turn = Turn(incoming=incoming, now=now, translate=house.catalog.translator(house.language), zone=house.zone)
    known = await house.subscribers.get(editor)
    return turn.of(known, house.catalog) if known else turn


def stands_in(bulletin: Bulletin) -> MessageRef | None:
    """The message that it is in, if it was sent."""
    return MessageRef(bulletin.editor.user_id, bulletin.message_id) if bulletin.message_id else None


def fingerprint(reply: TextReply) -> str:
    """The same for what reads the same."""
    return hashlib.blake2s(repr((reply.paragraphs, reply.buttons)).encode(), digest_size=8).hexdigest()
