"""What editors' buttons carry. They begin with `b:`, so that no reader's button (`1:`) is ever taken for one.

    b:go:12:3            draft 12 as it was at its third change; a later one is not confirmed by it
    b:topic:12:3:+sports wanted state, not a switch: pressed twice, or delivered twice, it does no harm
    b:stop:77            alert 77
    b:resume:77:0:messenger  alert 77, on that channel only

Like readers' buttons they stand in chats for long: none changes its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from newsbot.desk.roles import Right
from newsbot.domain.message import ACTION_LIMIT, AnyReply, Button, ChoiceReply

__all__ = ["PREFIX", "RIGHT_OF", "Press", "Verb", "decode", "encode", "press_button", "within_rights"]

R = TypeVar("R", bound=AnyReply)

PREFIX: Final = "b:"
_FORM: Final = re.compile(r"b:([a-z]{2,8}):(\d{1,18})(?::(\d{1,9}))?(?::([+-]?[a-z0-9_-]{1,24}))?", re.ASCII)


class Verb(StrEnum):
    # of a draft
    AUDIENCE = "who"  #: choose who gets it
    EVERYONE = "all"
    TOPIC = "topic"  #: `+sports`, `-sports`
    LANGUAGE = "lang"
    BREAKING = "cls"  #: `+breaking`, `-breaking`
    SILENT = "quiet"  #: `+quiet`, `-quiet`
    AT_A_TIME = "at"  #: asks for the time
    AT_ONCE = "now"  #: as soon as it is confirmed
    PREVIEW = "view"
    TO_ME = "me"
    ASK = "ask"
    CONFIRM = "go"
    SUBMIT = "submit"  #: by who may not send: somebody who may is asked to
    REWRITE = "write"
    DROP = "drop"
    CALL_OFF = "off"  #: of what is to go out at a time
    FOLLOW_UP = "follow"  #: `+messenger`, `-messenger`: a correction goes there as a message of its own
    # of an alert
    SHOW = "show"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CORRECT = "fix"
    RECALL = "recall"  #: asks
    RECALL_NOW = "unsend"
    LEAVE = "leave"
    RETRY = "retry"  #: asks
    RETRY_NOW = "again"  #: on the channel that `value` names, or wherever there is anything to retry
    # of an approval
    APPROVE = "approve"
    REFUSE = "refuse"  #: or, by who asked, take it back
    # of a person (`id`, on the channel that `value` names)
    PERSON = "person"
    ROLE = "role"  #: asks: `editor-telegram`, or `none-telegram` to take it
    ROLE_NOW = "rolenow"
    # of an invitation
    INVITE = "invite"  #: with a role
    UNINVITE = "uninvite"
    ACCEPT = "accept"  #: with its code: who presses has no role yet
    # of nothing
    LIST = "list"
    PEOPLE = "people"


_VERBS: Final = frozenset(verb.value for verb in Verb)

#: what a person must have a right to, to press the button and to be shown it; None: nothing
RIGHT_OF: Final[dict[Verb, Right | None]] = {
    Verb.AUDIENCE: Right.DRAFT,
    Verb.EVERYONE: Right.DRAFT,
    Verb.TOPIC: Right.DRAFT,
    Verb.LANGUAGE: Right.DRAFT,
    Verb.BREAKING: Right.DRAFT,
    Verb.SILENT: Right.DRAFT,
    Verb.AT_A_TIME: Right.DRAFT,
    Verb.AT_ONCE: Right.DRAFT,
    Verb.PREVIEW: Right.DRAFT,
    Verb.TO_ME: Right.DRAFT,
    Verb.ASK: Right.BROADCAST,
    Verb.CONFIRM: Right.BROADCAST,
    Verb.SUBMIT: Right.DRAFT,
    Verb.APPROVE: Right.APPROVE,
    Verb.REFUSE: Right.DRAFT,
    Verb.CALL_OFF: Right.BROADCAST,
    Verb.REWRITE: Right.DRAFT,
    Verb.DROP: Right.DRAFT,
    Verb.FOLLOW_UP: Right.CORRECT,
    Verb.SHOW: Right.WATCH,
    Verb.PAUSE: Right.BROADCAST,
    Verb.RESUME: Right.BROADCAST,
    Verb.STOP: Right.BROADCAST,
    Verb.CORRECT: Right.CORRECT,
    Verb.RECALL: Right.CORRECT,
    Verb.RECALL_NOW: Right.CORRECT,
    Verb.LEAVE: Right.CORRECT,
    Verb.RETRY: Right.BROADCAST,
    Verb.RETRY_NOW: Right.BROADCAST,
    Verb.LIST: Right.WATCH,
    Verb.PERSON: Right.ROLES,
    Verb.ROLE: Right.ROLES,
    Verb.ROLE_NOW: Right.ROLES,
    Verb.INVITE: Right.ROLES,
    Verb.UNINVITE: Right.ROLES,
    Verb.PEOPLE: Right.ROLES,
    Verb.ACCEPT: None,
}


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button. `id`: of the draft or the alert."""

    verb: Verb
    id: int = 0
    revision: int = 0
    value: str = ""

    @property
    def wanted(self) -> bool:
        """Whether what `value` names is to be so from now on."""
        return self.value.startswith("+")

    @property
    def name(self) -> str:
        return self.value[1:]


def encode(press: Press) -> str:
    """Raises ValueError for what no button can carry."""
    action = f"{PREFIX}{press.verb}:{press.id}"
    if press.revision or press.value:
        action += f":{press.revision}"
    if press.value:
        action += f":{press.value}"
    if len(action) > ACTION_LIMIT or decode(action) != press:
        raise ValueError(f"no button can carry {press!r}")
    return action


def decode(action: str) -> Press | None:
    """None for what we never made, or no longer know. Takes any str."""
    form = _FORM.fullmatch(action)
    if form is None or form[1] not in _VERBS:
        return None
    return Press(Verb(form[1]), int(form[2]), int(form[3] or 0), form[4] or "")


def press_button(label: str, verb: Verb, subject: int = 0, revision: int = 0, value: str = "") -> Button:
    return Button(label, encode(Press(verb, subject, revision, value)))


def within_rights(reply: R, rights: Collection[Right]) -> R:
    """The same without the buttons that who is shown it may not press. Readers' buttons stay."""

    def may(action: str) -> bool:
        press = decode(action)
        if press is not None and press.verb is Verb.SUBMIT and Right.BROADCAST in rights:
            return False  # they send it themselves
        right = RIGHT_OF[press.verb] if press is not None else None
        return right is None or right in rights

    rows = tuple(tuple(button for button in row if may(button.action)) for row in reply.buttons)
    if isinstance(reply, ChoiceReply):
        reply = replace(reply, options=tuple(option for option in reply.options if may(option.action)))
    return replace(reply, buttons=tuple(row for row in rows if row))
