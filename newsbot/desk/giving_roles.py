"""/roles: who is of the desk, and giving and taking roles; each asked once more before it is done.

Somebody new is named by their number (`/roles 123456 editor`), by a message of theirs that is forwarded, by their
contact, by a mention of who has no username (of others a platform tells no number), or by an invitation's link.
"""

from __future__ import annotations

from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.appointing import appoint, told_in_words
from newsbot.desk.inviting import invite, withdraw
from newsbot.desk.outlets import channel_name
from newsbot.desk.people import Person, RoleRefused
from newsbot.desk.people_words import ROLES_EXPLAINED, find_role, person_in_words, role_name, why_refused
from newsbot.desk.roles import Role
from newsbot.desk.turn import Desk, actor_of
from newsbot.domain.message import Button, IncomingMessage, MessageRef, Span, TextReply, Toast
from newsbot.domain.subscriber import Address
from newsbot.text.dates import format_datetime
from newsbot.text.digits import to_ascii_digits

__all__ = ["obey_roles", "press_people", "read_address", "somebody_named"]

IN_A_ROW: Final = 5
NOBODY: Final = "none"  #: in a button, for the role of who has none


async def obey_roles(desk: Desk, turn: Turn, arguments: str) -> Replies:
    """`/roles`, `/roles 123456`, `/roles 123456 editor`, `/roles editor @mention`."""
    _ = turn.translate
    address, role, rest = _read(desk, turn, arguments)
    if rest:
        said = _("I don't understand “{words}”. Write a number and a role, like this: /roles 123456 editor", words=rest)
        return (text(said), *await list_people(desk, turn))
    if address is None and role is None:
        return await list_people(desk, turn)
    if address is None:
        return await press_people(desk, turn, Press(Verb.INVITE, value=role.value if role else ""))
    if turn.incoming.about == address and turn.incoming.about_name:
        await desk.staff.note_name(await _known(desk, address), turn.incoming.about_name)
    if role is None:
        return (await _one(desk, turn, address),)
    return (await _ask(desk, turn, address, role),)


def somebody_named(incoming: IncomingMessage) -> Address | None:
    """Whom a forwarded message, a contact or a mention is about; not the one who sends it."""
    return incoming.about if incoming.about not in (None, incoming.address) else None


async def press_people(desk: Desk, turn: Turn, press: Press) -> Replies:
    _ = turn.translate
    match press.verb:
        case Verb.PEOPLE:
            return await list_people(desk, turn, replaces=True)
        case Verb.INVITE:
            return await _invite(desk, turn, press.value)
        case Verb.UNINVITE:
            return await _uninvite(desk, turn, press.id)
    role, channel = _unpacked(press.value)
    if not channel:
        return await list_people(desk, turn, replaces=True)
    address = Address(channel, str(press.id))
    match press.verb:
        case Verb.PERSON:
            return (await _one(desk, turn, address, replaces=True),)
        case Verb.ROLE:
            return (await _ask(desk, turn, address, role, replaces=True),)
        case _:
            return await _set(desk, turn, address, role)


async def list_people(desk: Desk, turn: Turn, *, replaces: bool = False) -> Replies:
    _ = turn.translate
    people = await desk.staff.everybody()
    lines = [Span(_("The desk:"), "bold")]
    buttons: list[Button] = []
    for number, person in enumerate(people, start=1):
        shown = _.number(number)
        you = " " + _("(you)") if person.address == turn.incoming.address else ""
        lines.append(Span(f"\n{shown}. {person_in_words(person, _)}{you}"))
        # A person who came by a channel whose ids are no numbers can be changed on the web desk and in the terminal.
        if _fits_a_button(person.address):
            buttons.append(_person_button(shown, Verb.PERSON, person.address, person.role))
    invitations = await desk.invitations.open(now=turn.now)
    withdraw: list[Button] = []
    for invitation in invitations:
        until = format_datetime(invitation.expires_at, turn.language, turn.zone, turn.now)
        role = role_name(invitation.role, _)
        lines.append(Span("\n" + _("Invited by link, until {when}: {role}", when=until, role=role)))
        withdraw.append(press_button(_("Withdraw: {role}", role=role), Verb.UNINVITE, invitation.id))
    how = _(
        "To add somebody, invite them by a link, forward a message of theirs to me, or write their number and role: "
        "/roles 123456 editor"
    )
    links = [press_button(_("Invite: {role}", role=role_name(role, _)), Verb.INVITE, value=role.value) for role in Role]
    pressed = turn.pressed if replaces else None
    return (
        text(
            tuple(lines),
            how,
            buttons=(*rows(*buttons, columns=IN_A_ROW), *rows(*links), *rows(*withdraw)),
            replaces=pressed,
        ),
    )


async def _one(desk: Desk, turn: Turn, address: Address, *, replaces: bool = False) -> TextReply:
    """One person, with what can be made of them."""
    _ = turn.translate
    person = await _known(desk, address)
    given = ""
    if person.since is not None and person.role is not None:
        when = format_datetime(person.since, turn.language, turn.zone, turn.now)
        by = await _known(desk, person.by) if person.by is not None else None
        given = _("Since {when}; given by {who}.", when=when, who=(by.name or str(by.address)) if by else "–")
    if person.settled:
        given = _("The settings make them an owner (NEWSBOT_ADMINS), so only the settings can change that.")
        return text(person_in_words(person, _), given, buttons=rows(_back(turn)), replaces=_place(turn, replaces))
    others = [
        _person_button(_("Make {role}", role=role_name(role, _)), Verb.ROLE, address, role)
        for role in Role
        if role is not person.role
    ]
    take = _person_button(_("Take the role"), Verb.ROLE, address, None) if person.role is not None else None
    explained = tuple(Span(f"{role_name(role, _)}: {_(words)}\n") for role, words in ROLES_EXPLAINED.items())
    shown = (person_in_words(person, _), given, explained)
    return text(*shown, buttons=rows(*others, take, _back(turn)), replaces=_place(turn, replaces))


async def _ask(desk: Desk, turn: Turn, address: Address, role: Role | None, *, replaces: bool = False) -> TextReply:
    _ = turn.translate
    person = await _known(desk, address)
    who = person.name or str(address)
    if role is None:
        said, label = _("Take the role {role} from {who}?", role=_role_now(person, turn), who=who), _("Yes, take it")
    else:
        said = _("Make {who} {role}?", who=who, role=role_name(role, _))
        label = _("Yes, make them {role}", role=role_name(role, _))
    explained = _(ROLES_EXPLAINED[role]) if role is not None else _("They are a reader then, like everybody.")
    yes = _person_button(label, Verb.ROLE_NOW, address, role)
    no = _person_button(_("Back"), Verb.PERSON, address, person.role)
    return text(said, explained, buttons=rows(yes, no), replaces=_place(turn, replaces))


async def _set(desk: Desk, turn: Turn, address: Address, role: Role | None) -> Replies:
    _ = turn.translate
    try:
        done = await appoint(desk, address, role, by=actor_of(turn), now=turn.now)
    except RoleRefused as refusal:
        return (text(why_refused(refusal, _), buttons=rows(_back(turn)), replaces=turn.pressed),)
    person, who = done.person, done.person.name or str(address)
    if person.role is None:
        said = _("{who} has no role any more.", who=who)
    else:
        said = _("{who} is {role} now.", who=who, role=role_name(person.role, _))
    return (text(said, told_in_words(done.told, _), buttons=rows(_back(turn)), replaces=turn.pressed),)


async def _invite(desk: Desk, turn: Turn, value: str) -> Replies:
    _ = turn.translate
    role = _role(value)
    if role is None:
        return await list_people(desk, turn)
    made, links = await invite(desk, actor_of(turn), role, now=turn.now)
    until = format_datetime(made.expires_at, turn.language, turn.zone, turn.now)
    said = _(
        "Send this link to one person. Whoever opens it first can become {role}, until {when}:",
        role=role_name(role, _),
        when=until,
    )
    several = len(links) > 1
    shown = tuple(
        Span(f"{channel_name(channel, _)}: {link}\n" if several else link, url=link) for channel, link in links
    )
    withdraw = press_button(_("Withdraw: {role}", role=role_name(role, _)), Verb.UNINVITE, made.id)
    return (text(said, shown, buttons=rows(withdraw)),)


async def _uninvite(desk: Desk, turn: Turn, invitation_id: int) -> Replies:
    _ = turn.translate
    gone = await withdraw(desk, invitation_id, by=actor_of(turn), now=turn.now)
    said = _("The invitation is withdrawn.") if gone is not None else _("This invitation no longer holds.")
    return Toast(text=said), *await list_people(desk, turn, replaces=True)


# --- small pieces ----------------------------------------------------------------------------------------------------


async def _known(desk: Desk, address: Address) -> Person:
    """With the name of who has no role, too."""
    return await desk.staff.known(address) or Person(address=address, role=None)


def _read(desk: Desk, turn: Turn, arguments: str) -> tuple[Address | None, Role | None, str]:
    """Whom and what the words name, and the words that name neither."""
    address, role, rest = somebody_named(turn.incoming), None, []
    for word in arguments.split():
        if (found := find_role(word, desk.house.catalog)) is not None:
            role = found
        elif (named := read_address(desk, word, turn.incoming.address.channel)) and _fits_a_button(named):
            address = named
        elif address is None or turn.incoming.about is None:  # else it is a part of the mentioned name
            rest.append(word)
    return address, role, " ".join(rest)


def read_address(desk: Desk, word: str, channel: str) -> Address | None:
    """Whom a word names: an address, or a number on this channel, in any of our digits. Only where the newsroom is:
    elsewhere nobody could come from.
    """
    plain = to_ascii_digits(word)
    try:
        if plain.isascii() and plain.isdecimal() and 0 < len(plain) <= 18:
            address = Address(channel, str(int(plain)))
        else:
            address = Address.parse(plain)
    except ValueError:
        return None
    return address if address.channel in desk.outlets else None


def _fits_a_button(address: Address) -> bool:
    plain = address.user_id
    return plain.isascii() and plain.isdecimal() and len(plain) <= 18


def _person_button(label: str, verb: Verb, address: Address, role: Role | None) -> Button:
    value = f"{role.value if role is not None else NOBODY}-{address.channel}"
    return press_button(label, verb, int(address.user_id), value=value)


def _unpacked(value: str) -> tuple[Role | None, str]:
    role, _, channel = value.partition("-")
    return _role(role), channel


def _role(value: str) -> Role | None:
    return Role(value) if value in {role.value for role in Role} else None


def _role_now(person: Person, turn: Turn) -> str:
    return role_name(person.role, turn.translate) if person.role is not None else "–"


def _back(turn: Turn) -> Button:
    return press_button(turn.translate("Everybody"), Verb.PEOPLE)


def _place(turn: Turn, replaces: bool) -> MessageRef | None:
    return turn.pressed if replaces else None
