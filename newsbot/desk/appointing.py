"""Giving and taking a role, from wherever: chat, page, terminal; and telling who it is about, in their own chat.

Telling fails nothing: the role is given first, and who gives it hears whether the person could be told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

import structlog

from newsbot.conversation.turn import Turn, text
from newsbot.desk.audit import Actor, Place
from newsbot.desk.bulletin_writer import turn_for
from newsbot.desk.menu import commands_of
from newsbot.desk.people import Person
from newsbot.desk.people_words import ROLES_EXPLAINED, role_name
from newsbot.desk.roles import Role
from newsbot.desk.turn import Desk
from newsbot.domain.attempt import Reason, Refused, Sent, Unreachable
from newsbot.domain.message import Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.errors import NewsbotError
from newsbot.i18n import Translator

__all__ = ["Appointed", "Told", "appoint", "told_in_words", "what_they_can_do"]

PATIENCE: Final = timedelta(seconds=10)  #: how long who gives a role waits for the other to be told

log = structlog.get_logger()


class Told(Enum):
    """Whether the person whose role changed has been told."""

    YES = auto()
    NOBODY_NEW = auto()  #: nothing changed, or it is their own: there is nothing to tell
    UNREACHABLE = auto()  #: they haven't begun the chat, have blocked us, or their window is closed
    NOT_NOW = auto()  #: the platform doesn't answer


@dataclass(frozen=True, slots=True)
class Appointed:
    """The person as they are now."""

    person: Person
    told: Told


async def appoint(
    desk: Desk, address: Address, role: Role | None, *, name: str = "", by: Actor, now: datetime
) -> Appointed:
    """Give a role, or with None take it. Raises RoleRefused. Whether `by` may is the caller's to ask."""
    before = await desk.staff.known(address)
    if role is None:
        person = await desk.staff.take(address, by=by, now=now)
    else:
        person = await desk.staff.give(address, role, name=name, by=by, now=now)
    if person.role is (before.role if before is not None else None) or address == by.address:
        return Appointed(person, Told.NOBODY_NEW)
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return Appointed(person, await _tell(desk, person, by, now))
    except (NewsbotError, TimeoutError) as error:
        log.warning("who was given a role, or had it taken, is not told", person=str(address), cause=str(error))
        return Appointed(person, Told.NOT_NOW)


async def _tell(desk: Desk, person: Person, by: Actor, now: datetime) -> Told:
    outlet = desk.outlets.get(person.address.channel)
    if outlet is None:
        return Told.UNREACHABLE
    turn = await turn_for(desk, person.address, now)
    (attempt,) = await outlet.channel.reply(turn.incoming, (_letter(desk, turn, person, by),))
    match attempt:
        case Sent():
            return Told.YES
        case Unreachable() | Refused(reason=Reason.OUTSIDE_WINDOW | Reason.CHAT_NOT_FOUND | Reason.NEVER_STARTED):
            return Told.UNREACHABLE
        case _:
            log.warning("who was given a role, or had it taken, is not told", person=str(person.address), why=attempt)
            return Told.NOT_NOW


def _letter(desk: Desk, turn: Turn, person: Person, by: Actor) -> TextReply:
    _ = turn.translate
    newsroom = desk.house.newsroom.name(turn.language)
    if person.role is None:
        return text(_("Your role at the desk of {newsroom} was taken. You go on reading as before.", newsroom=newsroom))
    role = role_name(person.role, _)
    said = _("You are {role} at the desk of {newsroom} now.", role=role, newsroom=newsroom)
    # The name of who uses a machine says nothing to who reads it in a chat.
    giver = _("{who} gave you this role.", who=by.name) if by.name and by.place is not Place.TERMINAL else ""
    return text(said, giver, _(ROLES_EXPLAINED[person.role]), what_they_can_do(person.role, _))


def what_they_can_do(role: Role, translate: Translator) -> tuple[Span, ...]:
    """Their commands in chat, `/desk` among them."""
    lines = (Span(f"\n/{command} – {translate(words)}") for command, words in commands_of(role))
    return (Span(translate("What you can do here:"), "bold"), *lines)


def told_in_words(told: Told, translate: Translator) -> str:
    """For who gave the role; '' where there is nothing to say."""
    _ = translate
    match told:
        case Told.YES:
            return _("They were told in their chat.")
        case Told.NOBODY_NEW:
            return ""
        case Told.UNREACHABLE:
            return _("They could not be told: they have to write to the bot first. Let them know yourself.")
        case Told.NOT_NOW:
            return _("They could not be told just now: let them know yourself.")
