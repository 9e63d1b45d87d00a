"""The desk's side of the conversation: put before the readers' dialogue, which gets everything that is not for it.

Who works on the desk is a reader too. Theirs are the commands below, the buttons that begin with `b:`, and what they
write while a draft waits for its message; readers' commands work meanwhile, and the draft goes on waiting. What they
may do is asked at everything they do, and they are shown no button that they may not press.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, assert_never

import structlog

from newsbot.conversation.answering import Answers
from newsbot.conversation.intents import Help, Start
from newsbot.conversation.turn import Replies, Turn, begin_turn, text
from newsbot.conversation.understanding import understand
from newsbot.desk.actions import RIGHT_OF, Press, Verb, decode, within_rights
from newsbot.desk.approval_answers import press_approval
from newsbot.desk.broadcasting import press_draft
from newsbot.desk.controlling import show_alert, turn_alert
from newsbot.desk.correcting import correct, leave, recall, recall_now
from newsbot.desk.drafting import begin, rest_of_a_long_text, take_message
from newsbot.desk.entering import enter
from newsbot.desk.giving_roles import obey_roles, press_people, somebody_named
from newsbot.desk.inviting import accept, is_invited, offer
from newsbot.desk.listing import list_broadcasts
from newsbot.desk.menu import COMMANDS, commands_of
from newsbot.desk.people_words import why_not_allowed
from newsbot.desk.retry_answers import ask_to_retry, retry_now
from newsbot.desk.roles import Right, Role, rights_of
from newsbot.desk.stats import show_stats
from newsbot.desk.turn import Desk
from newsbot.domain.attempt import Attempt
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreError

__all__ = ["EditorDialogue"]

#: how long a draft waits for its message: what is written later is said to the readers' bot
WAITS: Final = timedelta(hours=1)

_COMMAND: Final = re.compile(rf"/({'|'.join(COMMANDS)})(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)

log = structlog.get_logger()


class EditorDialogue:
    """Implements `Answers`. To who has no role nothing of it exists. `began` is told of people who press Start."""

    def __init__(self, desk: Desk, readers: Answers, *, began: Callable[[Address], None] = lambda editor: None) -> None:
        self._desk = desk
        self._readers = readers
        self._began = began

    async def answer(self, incoming: IncomingMessage) -> Replies:
        if is_invited(incoming) or _accepts(incoming):
            return await self._invited(incoming)
        person = await self._desk.staff.in_chat(incoming)
        if person is None or person.role is None:
            return await self._readers.answer(incoming)
        rights = rights_of(person.role)
        press = decode(incoming.action) if incoming.kind is Kind.BUTTON else None
        command = _COMMAND.fullmatch(incoming.text.strip()) if incoming.kind is Kind.TEXT else None
        writes = Right.DRAFT in rights and _may_be_a_message(incoming)
        names = Right.ROLES in rights and somebody_named(incoming) is not None
        if press is None and command is None and not (writes or names):
            return await self._as_a_reader(incoming, person.role)
        turn = await begin_turn(self._desk.house, incoming)
        asked = RIGHT_OF[press.verb] if press else COMMANDS[command[1].lower()][1] if command else Right.DRAFT
        if asked is not None and asked not in rights:
            return (text(why_not_allowed(person.role, asked, turn.translate)),)
        try:
            await self._desk.staff.note_name(person, incoming.sender_name)
            written: Replies | None
            if press is not None:
                written = await self._press(turn, press)
            elif command is not None:
                written = await self._obey(turn, command[1].lower(), (command[2] or "").strip())
            else:
                written = await self._written(turn)
        except StoreError as error:
            log.warning("editor not served", cause=str(error), action=incoming.action)
            return (_apology(turn),)
        if written is None:
            return await self._as_a_reader(incoming, person.role)
        return tuple(within_rights(reply, rights) for reply in written)

    async def answered(self, incoming: IncomingMessage, attempts: Sequence[Attempt]) -> None:
        await self._readers.answered(incoming, attempts)

    async def _invited(self, incoming: IncomingMessage) -> Replies:
        """Whoever they are."""
        turn = await begin_turn(self._desk.house, incoming)
        press = decode(incoming.action) if incoming.kind is Kind.BUTTON else None
        try:
            return await (accept(self._desk, turn, press) if press is not None else offer(self._desk, turn))
        except StoreError as error:
            log.warning("an invited person not served", cause=str(error))
            return (_apology(turn),)

    async def _as_a_reader(self, incoming: IncomingMessage, role: Role) -> Replies:
        replies = await self._readers.answer(incoming)
        intent = understand(incoming, self._desk.house.vocabulary)
        if isinstance(intent, Start):
            self._began(incoming.address)
        if not (isinstance(intent, Help) or intent == Start()):
            return replies
        turn = await begin_turn(self._desk.house, incoming)
        lines = (f"\n/{command} – {turn.translate(words)}" for command, words in commands_of(role))
        return *replies, text((Span(turn.translate("For editors"), "bold"), Span("".join(lines))))

    async def _obey(self, turn: Turn, command: str, arguments: str) -> Replies:
        match command:
            case "broadcast":
                return await begin(self._desk, turn, arguments)
            case "broadcasts":
                return await list_broadcasts(self._desk, turn)
            case "desk":
                return await enter(self._desk, turn)
            case "roles":
                return await obey_roles(self._desk, turn, arguments)
            case _:
                return await show_stats(self._desk, turn, arguments)

    async def _written(self, turn: Turn) -> Replies | None:
        """None if no draft waits for it."""
        desk, editor = self._desk, turn.incoming.address
        if waiting := await desk.drafts.waiting(editor, since=turn.now - WAITS):
            return await take_message(desk, turn, waiting)
        latest = await desk.drafts.latest(editor)
        rest = await rest_of_a_long_text(desk, turn, latest) if latest else None
        if rest is None and somebody_named(turn.incoming) and await desk.staff.may(editor, Right.ROLES):
            return await obey_roles(desk, turn, "")
        return rest

    async def _press(self, turn: Turn, press: Press) -> Replies:
        desk = self._desk
        match press.verb:
            case (
                Verb.AUDIENCE
                | Verb.EVERYONE
                | Verb.TOPIC
                | Verb.LANGUAGE
                | Verb.BREAKING
                | Verb.SILENT
                | Verb.AT_A_TIME
                | Verb.AT_ONCE
                | Verb.PREVIEW
                | Verb.TO_ME
                | Verb.ASK
                | Verb.CONFIRM
                | Verb.SUBMIT
                | Verb.REWRITE
                | Verb.DROP
                | Verb.CALL_OFF
                | Verb.FOLLOW_UP
            ):
                return await press_draft(desk, turn, press)
            case Verb.PAUSE | Verb.RESUME | Verb.STOP:
                return await turn_alert(desk, turn, press)
            case Verb.SHOW:
                return await show_alert(desk, turn, press)
            case Verb.CORRECT:
                return await correct(desk, turn, press)
            case Verb.RECALL:
                return await recall(desk, turn, press)
            case Verb.RECALL_NOW:
                return await recall_now(desk, turn, press)
            case Verb.LEAVE:
                return await leave(desk, turn, press)
            case Verb.RETRY:
                return await ask_to_retry(desk, turn, press)
            case Verb.RETRY_NOW:
                return await retry_now(desk, turn, press)
            case Verb.LIST:
                return await list_broadcasts(desk, turn)
            case Verb.PEOPLE | Verb.PERSON | Verb.ROLE | Verb.ROLE_NOW | Verb.INVITE | Verb.UNINVITE:
                return await press_people(desk, turn, press)
            case Verb.APPROVE | Verb.REFUSE:
                return await press_approval(desk, turn, press)
            case Verb.ACCEPT:
                return await accept(desk, turn, press)
            case unreachable:
                assert_never(unreachable)


def _accepts(incoming: IncomingMessage) -> bool:
    press = decode(incoming.action) if incoming.kind is Kind.BUTTON else None
    return press is not None and press.verb is Verb.ACCEPT and incoming.chat_kind is ChatKind.PRIVATE


def _may_be_a_message(incoming: IncomingMessage) -> bool:
    """A reader's command is none, whatever waits."""
    if incoming.kind is Kind.MEDIA:
        return True
    return incoming.kind is Kind.TEXT and not incoming.text.lstrip().startswith("/")


def _apology(turn: Turn) -> TextReply:
    _ = turn.translate
    return text(
        _("That can't be done just now: the database doesn't answer."),
        _("Please try again in a little while. However often you confirm, nothing is sent twice."),
    )
