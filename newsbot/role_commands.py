"""Roles from the terminal: the way in where nobody is an owner yet. A running newsbot obeys within seconds."""

from __future__ import annotations

import typer

from newsbot.accounts import Accounts
from newsbot.bootstrap import Parts
from newsbot.broadcast_commands import terminal_actor
from newsbot.config import Settings
from newsbot.desk.appointing import Appointed, Told, appoint, told_in_words
from newsbot.desk.inviting import invite
from newsbot.desk.people_words import person_in_words
from newsbot.desk.roles import Role
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError


async def list_roles(settings: Settings) -> None:
    """Print everybody of the desk."""
    async with Parts(settings) as parts:
        staff, zone = await parts.staff(), parts.timezone
        people = await staff.everybody()
        for person in people:
            if person.settled:
                since = "by the settings (NEWSBOT_ADMINS)"
            else:
                since = f"since {person.since.astimezone(zone):%Y-%m-%d %H:%M}" if person.since else ""
                since += f", given by {person.by}" if person.by else ""
            typer.echo(f"{person.role or '':8}{person.address!s:28}{person.name:24}{since}".rstrip())
    if not people:
        typer.echo("Nobody has a role: newsbot roles give ADDRESS owner, or NEWSBOT_ADMINS.")


async def give_role(settings: Settings, who: str, role: Role, name: str) -> None:
    address = _address(who)
    async with Parts(settings) as parts:
        if address.channel not in parts.accounts or address.channel == "console":
            known = ", ".join(channel for channel in parts.accounts if channel != "console") or "none"
            raise ConfigurationError(f"{who}: this channel is not configured; configured: {known}")
        desk = (await Accounts.open(parts, ask=False)).desk
        _say(await appoint(desk, address, role, name=name, by=terminal_actor(), now=parts.clock()), parts)


async def take_role(settings: Settings, who: str) -> None:
    address = _address(who)
    async with Parts(settings) as parts:
        if address.channel in parts.accounts and address.channel != "console":
            desk = (await Accounts.open(parts, ask=False)).desk
            done = await appoint(desk, address, None, by=terminal_actor(), now=parts.clock())
        else:  # a channel that the newsroom has given up
            person = await (await parts.staff()).take(address, by=terminal_actor(), now=parts.clock())
            done = Appointed(person, Told.UNREACHABLE)
        _say(done, parts)


async def invite_somebody(settings: Settings, role: Role) -> None:
    """Print the links by which one person can take the role, and until when."""
    async with Parts(settings) as parts:
        desk = (await Accounts.open(parts)).desk
        made, links = await invite(desk, terminal_actor(), role, now=parts.clock())
        until = made.expires_at.astimezone(parts.timezone)
    typer.echo(f"Send this to one person. Whoever opens it first can become {role}, until {until:%Y-%m-%d %H:%M}:")
    for _channel, link in links:
        typer.echo(link)


def _say(done: Appointed, parts: Parts) -> None:
    translate = parts.catalog.translator("en")
    typer.echo(person_in_words(done.person, translate))
    if said := told_in_words(done.told, translate):
        typer.echo(said)


def _address(who: str) -> Address:
    try:
        return Address.parse(who)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
