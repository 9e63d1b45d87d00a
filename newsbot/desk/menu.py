"""The command menu of editors' own chats: the readers' commands, and theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from newsbot.domain.message import CommandMenu
from newsbot.domain.subscriber import Address
from newsbot.i18n import N_, Catalog

__all__ = ["COMMANDS", "editors_menu", "taken_away"]

COMMANDS: Final[dict[str, str]] = {
    "broadcast": N_("send a message or an article to readers"),
    "broadcasts": N_("what was sent: watch, stop, correct, recall"),
    "stats": N_("readers and alerts in figures"),
}


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
