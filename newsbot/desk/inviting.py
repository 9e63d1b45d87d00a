"""Who comes to the desk by a link: what they are offered, and that they take it. They have no role yet, or another."""

from __future__ import annotations

from datetime import datetime

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.appointing import what_they_can_do
from newsbot.desk.audit import Act, Actor, Entry, Place
from newsbot.desk.invitations import PAYLOAD, Invitation, new_code
from newsbot.desk.people import Person, RoleRefused
from newsbot.desk.people_words import ROLES_EXPLAINED, role_name, why_refused
from newsbot.desk.roles import Right, Role
from newsbot.desk.turn import Desk, actor_of
from newsbot.domain.message import ChatKind, IncomingMessage, Kind

__all__ = ["accept", "invite", "is_invited", "offer", "withdraw"]


def is_invited(incoming: IncomingMessage) -> bool:
    """Whether somebody opened the chat by an invitation's link, for themselves."""
    by_link = incoming.kind is Kind.START and incoming.action.startswith(PAYLOAD)
    return by_link and incoming.chat_kind is ChatKind.PRIVATE


async def invite(desk: Desk, by: Actor, role: Role, *, now: datetime) -> tuple[Invitation, tuple[tuple[str, str], ...]]:
    """A new invitation, and its links: channel and address. Its code is told nobody but who asked."""
    code = new_code()
    async with desk.audit.together():
        made = await desk.invitations.make(code, role, by.address, now=now)
        after = {"role": role.value, "until": made.expires_at.isoformat()}
        entry = Entry(by, Act.INVITED, f"invitation:{made.id}", after=after, at=now)
        await desk.audit.write(entry)
    links = tuple((one.channel, f"{one.link}{PAYLOAD}{code}") for one in desk.house.entrances)
    return made, links


async def withdraw(desk: Desk, invitation_id: int, *, by: Actor, now: datetime) -> Invitation | None:
    """It holds no longer. None if it did not any more."""
    async with desk.audit.together():
        gone = await desk.invitations.withdraw(invitation_id, now=now)
        if gone is not None:
            before, subject = {"role": gone.role.value}, f"invitation:{gone.id}"
            entry = Entry(by, Act.UNINVITED, subject, before=before, at=now)
            await desk.audit.write(entry)
    return gone


async def offer(desk: Desk, turn: Turn) -> Replies:
    """The link was opened. To open it uses nothing up: they are asked."""
    _ = turn.translate
    code = turn.incoming.action.removeprefix(PAYLOAD)
    invitation = await _holding(desk, turn, code)
    if invitation is None:
        return (text(_over(turn)),)
    role = role_name(invitation.role, _)
    said = _("You are invited to the desk of {newsroom}, as {role}.", newsroom=_newsroom(desk, turn), role=role)
    known = await desk.staff.person(turn.incoming.address)
    if known is not None and known.role is not None:
        if known.role is invitation.role or known.settled:
            said = _("You are {role} already. Pass the link on to whom it is for.", role=role_name(known.role, _))
            return (text(said),)
        was = _("You are {role} now; that would end.", role=role_name(known.role, _))
    else:
        was = ""
    yes = press_button(_("Yes, become {role}", role=role), Verb.ACCEPT, value=code)
    return (text(said, _(ROLES_EXPLAINED[invitation.role]), was, buttons=rows(yes)),)


async def accept(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Works for one, once; the same press again is told that it worked."""
    _ = turn.translate
    me = turn.incoming.address
    invitation = await _holding(desk, turn, press.value)
    if invitation is None:
        known = await desk.staff.person(me)
        if known is not None and known.role is not None:
            return (text(_("You are {role}.", role=role_name(known.role, _)), replaces=turn.pressed),)
        return (text(_over(turn), replaces=turn.pressed),)
    place = Place.TERMINAL if _in_the_terminal(invitation) else Place.CHAT
    giver = Actor(address=invitation.by, name=await _name_of(desk, invitation), place=place)
    try:
        person = await _take(desk, turn, press.value, invitation, giver)
    except RoleRefused as refusal:
        return (text(why_refused(refusal, _), replaces=turn.pressed),)
    if person is None or person.role is None:  # somebody else was quicker
        return (text(_over(turn), replaces=turn.pressed),)
    said = _("Welcome! You are {role} now.", role=role_name(person.role, _))
    return (text(said, what_they_can_do(person.role, _), replaces=turn.pressed),)


async def _take(desk: Desk, turn: Turn, code: str, invitation: Invitation, giver: Actor) -> Person | None:
    async with desk.audit.together():
        if await desk.invitations.take(code, now=turn.now) is None:
            return None
        actor = actor_of(turn)
        entry = Entry(
            actor,
            Act.INVITATION_ACCEPTED,
            f"invitation:{invitation.id}",
            after={"role": invitation.role.value},
            at=turn.now,
        )
        await desk.audit.write(entry)
        return await desk.staff.give(actor.address, invitation.role, name=actor.name, by=giver, now=turn.now)


async def _holding(desk: Desk, turn: Turn, code: str) -> Invitation | None:
    """None also where who made it may not give roles any more."""
    invitation = await desk.invitations.look(code, now=turn.now) if code else None
    if invitation is None or _in_the_terminal(invitation) or await desk.staff.may(invitation.by, Right.ROLES):
        return invitation
    return None


def _in_the_terminal(invitation: Invitation) -> bool:
    """There nobody has a role: who runs the machine may."""
    return invitation.by.channel == "console"


async def _name_of(desk: Desk, invitation: Invitation) -> str:
    by = await desk.staff.person(invitation.by)
    return by.name if by is not None else ""


def _over(turn: Turn) -> str:
    return turn.translate("This invitation no longer holds. Ask for a new one.")


def _newsroom(desk: Desk, turn: Turn) -> str:
    return desk.house.newsroom.name(turn.language)
