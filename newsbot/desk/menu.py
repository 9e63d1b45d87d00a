"""The command menu of editors' own chats: the readers' commands, and theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from newsbot.domain.message import CommandMenu
from newsbot.domain.subscriber import Address
from newsbot.i18n import N_, Catalog

__all__ = ["COMMANDS", "EditorsMenus", "editors_menu", "taken_away"]

COMMANDS: Final[dict[str, str]] = {
    "broadcast": N_("send a message or an article to readers"),
    "broadcasts": N_("what was sent: watch, stop, correct, recall"),
    "stats": N_("readers and alerts in figures"),
}


class EditorsMenus:
    """Shows their menu to editors who press Start: to a chat that nobody has begun Telegram gives none, so what was
    done for them when the bot started may have been refused. `publish` does it for one.
    """

    def __init__(self, publish: Callable[[Address], Awaitable[None]]) -> None:
        self._publish = publish
        self._began: asyncio.Queue[Address] = asyncio.Queue()

    def began(self, editor: Address) -> None:
        """Theirs is due. Nobody's answer waits for it."""
        self._began.put_nowait(editor)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._publish(await self._began.get())


def editors_menu(readers: CommandMenu, catalog: Catalog, editors: Collection[Address], channel: str) -> CommandMenu:
    """`readers`: what everybody is shown on this channel."""
    own = {
        code: tuple((command, catalog.gettext(code, words)) for command, words in COMMANDS.items())
        for code in readers.commands
    }
    return CommandMenu(
        commands={code: (*own[code], *commands) for code, commands in readers.commands.items()},
        only_in=_of_channel(editors, channel),
    )


def taken_away(readers: CommandMenu, former: Collection[Address], channel: str) -> CommandMenu:
    """For those who were editors once: the menu that everybody sees."""
    return CommandMenu(commands=dict.fromkeys(readers.commands, ()), only_in=_of_channel(former, channel))


def _of_channel(editors: Collection[Address], channel: str) -> tuple[str, ...]:
    return tuple(sorted(editor.user_id for editor in editors if editor.channel == channel))
