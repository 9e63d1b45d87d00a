"""The command menu of editors' own chats."""

from __future__ import annotations

from newsbot.conversation.menu import command_menu
from newsbot.desk.dialogue import EditorDialogue
from newsbot.desk.menu import editors_menu, taken_away
from newsbot.domain.subscriber import Address
from newsbot.i18n import Catalog
from tests.builders import a_newsroom
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk

CATALOG = Catalog.load()
READERS = command_menu(CATALOG, a_newsroom())


def test_editors_see_their_commands_before_the_readers_in_every_language() -> None:
    menu = editors_menu(READERS, CATALOG, {EDITOR, ANOTHER, Address("console", "me")}, "telegram")
    assert menu.only_in == ("9001", "9002")
    assert menu.commands["en"][:3] == (
        ("broadcast", "send a message or an article to readers"),
        ("broadcasts", "what was sent: watch, stop, correct, recall"),
        ("stats", "readers and alerts in figures"),
    )
    assert menu.commands["bn"][0] == ("broadcast", "পাঠকদের বার্তা বা খবর পাঠান")
    assert menu.commands["bn"][3:] == READERS.commands["bn"]
    assert menu.about == {}


def test_what_was_an_editors_is_a_readers_menu_again() -> None:
    menu = taken_away(READERS, {ANOTHER}, "telegram")
    assert (menu.only_in, set(menu.commands), set(menu.commands.values())) == (("9002",), {"bn", "en"}, {()})


async def test_every_command_of_the_menu_is_obeyed() -> None:
    desk = Newsdesk()
    assert isinstance(desk.dialogue, EditorDialogue)
    for command, _ in editors_menu(READERS, CATALOG, {EDITOR}, "telegram").commands["en"]:
        assert "I don't know" not in await desk.phone(EDITOR).say(f"/{command}")
