"""The command menu of the desk's people in their own chats: the readers' commands, and those that their role allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

from newsbot.desk.roles import Right, Role, rights_of
from newsbot.desk.staff import Staff
from newsbot.domain.message import CommandMenu
from newsbot.domain.subscriber import Address
from newsbot.i18n import N_, Catalog

__all__ = ["COMMANDS", "StaffMenus", "commands_of", "menu_of", "taken_away"]

#: command → what it does, and the right that it asks for
COMMANDS: Final[dict[str, tuple[str, Right]]] = {
    "broadcast": (N_("send a message or an article to readers"), Right.DRAFT),
    "broadcasts": (N_("what was sent: watch, stop, correct, recall"), Right.WATCH),
    "stats": (N_("readers and alerts in figures"), Right.FIGURES),
    "desk": (N_("the desk in a browser"), Right.WATCH),
    "roles": (N_("who is of the desk; give roles and take them"), Right.ROLES),
}

LOOK_EVERY: Final = timedelta(seconds=2)  #: for roles that were given or taken, here or by another process


def commands_of(role: Role | None) -> Iterator[tuple[str, str]]:
    """Command and what it does (a message of the catalogue), as far as the role allows."""
    rights = rights_of(role)
    return ((command, words) for command, (words, right) in COMMANDS.items() if right in rights)


class StaffMenus:
    """Keeps each person's menu to their role. `publish` shows the menu of a role (None: the readers') to some people.

    To a chat that nobody has begun Telegram gives no menu, so it is shown again to who presses Start.
    """

    def __init__(
        self, staff: Staff, channel: str, publish: Callable[[Role | None, Collection[Address]], Awaitable[None]]
    ) -> None:
        self._staff = staff
        self._channel = channel
        self._publish = publish
        self._shown: dict[Address, Role | None] = {}
        self._began: asyncio.Queue[Address] = asyncio.Queue()

    def began(self, person: Address) -> None:
        """Theirs is due. Nobody's answer waits for it."""
        self._began.put_nowait(person)

    async def bring_up_to_date(self) -> None:
        """Show their menu to all whose role is not the one that it was made for."""
        now: dict[Address, Role | None] = dict.fromkeys(await self._staff.former())
        now |= {person.address: person.role for person in await self._staff.everybody()}
        now |= dict.fromkeys(self._shown.keys() - now.keys())
        for role in (*Role, None):
            due = {
                one
                for one, due_role in now.items()
                if due_role is role and one.channel == self._channel and self._shown.get(one, "") != role
            }
            if due:
                await self._publish(role, due)
                self._shown |= dict.fromkeys(due, role)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    self._shown.pop(await self._began.get(), None)
            await self.bring_up_to_date()


def menu_of(role: Role, people: Collection[Address], readers: CommandMenu, catalog: Catalog) -> CommandMenu:
    """`readers`: what everybody is shown on this channel, which must be that of `people`."""
    own = {
        code: tuple((command, catalog.gettext(code, words)) for command, words in commands_of(role))
        for code in readers.commands
    }
    return CommandMenu(
        commands={code: (*own[code], *commands) for code, commands in readers.commands.items()},
        only_in=_chats(people),
    )


def taken_away(people: Collection[Address], readers: CommandMenu) -> CommandMenu:
    """For those who had a role once: the menu that everybody sees."""
    return CommandMenu(commands=dict.fromkeys(readers.commands, ()), only_in=_chats(people))


def _chats(people: Collection[Address]) -> tuple[str, ...]:
    return tuple(sorted(person.user_id for person in people))
