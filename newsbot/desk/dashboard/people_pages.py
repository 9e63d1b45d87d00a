"""Who is of the desk: roles given and taken, and invitations by link. The same code as in chat and in the terminal.

| page | what |
|---|---|
| `GET /desk/people` | everybody, with their role, and the invitations that hold |
| `POST /desk/people/give` | a `role` to a `person` (an address, or a number on a `channel`) |
| `POST /desk/people/take` | the role of a `person` |
| `POST /desk/people/invite` | a link that offers a `role` to who opens it first |
| `POST /desk/people/invitations/3/withdraw` | it holds no longer |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from newsbot.desk.appointing import appoint, told_in_words
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.giving_roles import read_address
from newsbot.desk.inviting import invite, withdraw
from newsbot.desk.outlets import channel_name
from newsbot.desk.people import Person, RoleRefused
from newsbot.desk.people_words import ROLES_EXPLAINED, find_role, person_in_words, role_name, why_refused
from newsbot.desk.roles import Right, Role
from newsbot.domain.subscriber import Address

__all__ = ["ROUTES"]

PAGE: Final = "/desk/people"


async def _show(
    visit: Visit, *, mistake: str = "", status: int = 200, invited: str = "", links: Sequence[str] = ()
) -> web.Response:
    """`links`: that were just made, under `invited`: whom to send them to."""
    _, staff = visit.translate, visit.desk.staff
    people = await staff.everybody()
    return await visit.page(
        "people.html",
        status=status,
        path=PAGE,
        mistake=mistake,
        invited=invited,
        links=links,
        people=[
            {
                "person": person,
                "words": person_in_words(person, _),
                "you": person.address == visit.address,
                "role": role_name(person.role, _) if person.role is not None else "",
                "by": await visit.name_of(person.by) if person.by is not None else "",
            }
            for person in people
        ],
        roles=[(role.value, role_name(role, _), _(ROLES_EXPLAINED[role])) for role in Role],
        channels=[(name, channel_name(name, _)) for name in visit.desk.outlets],
        invitations=[
            (one, role_name(one.role, _), await visit.name_of(one.by))
            for one in await visit.desk.invitations.open(now=visit.now)
        ],
        written=visit.text("person") if mistake else "",
    )


async def _list(visit: Visit) -> web.Response:
    return await _show(visit)


async def _give(visit: Visit) -> web.Response:
    _ = visit.translate
    address, role = _address(visit), find_role(visit.text("role"), visit.desk.house.catalog)
    if address is None:
        mistake = _("Whom do you mean? Write their number, as it stands in the file that /mydata sends them.")
        return await _show(visit, mistake=mistake, status=422)
    if role is None:
        return await _show(visit, mistake=_("Choose a role."), status=422)
    try:
        name = visit.text("name")
        done = await appoint(visit.desk, address, role, name=name, by=visit.actor, now=visit.now)
    except RoleRefused as refusal:
        return await _show(visit, mistake=why_refused(refusal, _), status=422)
    said = _("{who} is {role} now.", who=_who(done.person), role=role_name(role, _))
    return await visit.back(PAGE, f"{said} {told_in_words(done.told, _)}".strip())


async def _take(visit: Visit) -> web.Response:
    _, address = visit.translate, _address(visit)
    if address is None:
        return await _show(visit, mistake=_("Whom do you mean?"), status=422)
    try:
        done = await appoint(visit.desk, address, None, by=visit.actor, now=visit.now)
    except RoleRefused as refusal:
        return await _show(visit, mistake=why_refused(refusal, _), status=422)
    said = _("{who} has no role any more.", who=_who(done.person))
    return await visit.back(PAGE, f"{said} {told_in_words(done.told, _)}".strip())


async def _invite(visit: Visit) -> web.Response:
    _, role = visit.translate, find_role(visit.text("role"), visit.desk.house.catalog)
    if role is None:
        return await _show(visit, mistake=_("Choose a role."), status=422)
    async with visit.once() as first:
        if not first:
            return await visit.back(PAGE, _("That was done already."))
        made, links = await invite(visit.desk, visit.actor, role, now=visit.now)
    said = _(
        "Send this link to one person. Whoever opens it first can become {role}, until {when}:",
        role=role_name(role, _),
        when=visit.when(made.expires_at),
    )
    # In the answer itself, and kept nowhere: who has a link can take the role.
    return await _show(visit, invited=said, links=[link for _channel, link in links])


async def _withdraw(visit: Visit) -> web.Response:
    _ = visit.translate
    gone = await withdraw(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
    said = _("The invitation is withdrawn.") if gone is not None else _("This invitation no longer holds.")
    return await visit.back(PAGE, said)


def _address(visit: Visit) -> Address | None:
    return read_address(visit.desk, visit.text("person").strip(), visit.text("channel") or visit.address.channel)


def _who(person: Person) -> str:
    return person.name or str(person.address)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", PAGE, Right.ROLES, _list),
    Route("POST", f"{PAGE}/give", Right.ROLES, _give),
    Route("POST", f"{PAGE}/take", Right.ROLES, _take),
    Route("POST", f"{PAGE}/invite", Right.ROLES, _invite),
    Route("POST", rf"{PAGE}/invitations/{{id:\d{{1,18}}}}/withdraw", Right.ROLES, _withdraw),
)
