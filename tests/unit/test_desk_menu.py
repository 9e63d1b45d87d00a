"""The command menu of the desk's people in their own chats."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from newsbot.conversation.menu import command_menu
from newsbot.desk.menu import StaffMenus, menu_of, taken_away
from newsbot.desk.roles import Role
from newsbot.desk.staff import Staff
from newsbot.domain.subscriber import Address
from newsbot.i18n import Catalog
from tests.builders import NOW, a_newsroom
from tests.memory_desk import MemoryPeopleStore
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk

CATALOG = Catalog.load()
READERS = command_menu(CATALOG, a_newsroom())


def test_people_see_their_commands_before_the_readers_in_every_language() -> None:
    menu = menu_of(Role.EDITOR, {EDITOR, ANOTHER}, READERS, CATALOG)
    assert menu.only_in == ("9001", "9002")
    assert menu.commands["en"][:4] == (
        ("broadcast", "send a message or an article to readers"),
        ("broadcasts", "what was sent: watch, stop, correct, recall"),
        ("stats", "readers and alerts in figures"),
        ("desk", "the desk in a browser"),
    )
    assert menu.commands["bn"][0] == ("broadcast", "পাঠকদের বার্তা বা খবর পাঠান")
    assert menu.commands["bn"][4:] == READERS.commands["bn"]
    assert menu.about == {}


def test_a_viewers_menu_has_no_command_that_they_may_not_give() -> None:
    menu = menu_of(Role.VIEWER, {EDITOR}, READERS, CATALOG)
    own = menu.commands["en"][: -len(READERS.commands["en"])]
    assert [command for command, _ in own] == ["broadcasts", "stats", "desk"]


def test_what_was_an_editors_is_a_readers_menu_again() -> None:
    menu = taken_away({ANOTHER}, READERS)
    assert (menu.only_in, set(menu.commands), set(menu.commands.values())) == (("9002",), {"bn", "en"}, {()})


@pytest.mark.parametrize("role", Role)
async def test_every_command_of_the_menu_is_obeyed(role: Role) -> None:
    desk = Newsdesk()
    person = Address("telegram", "9003")
    await desk.staff.give(person, role, by=TERMINAL, now=NOW)
    own = menu_of(role, {person}, READERS, CATALOG).commands["en"][: -len(READERS.commands["en"])]
    assert own
    for command, _ in own:
        said = await desk.phone(person).say(f"/{command}")
        assert "I don't know" not in said
        assert "Your role" not in said


async def test_menus_follow_roles_that_are_given_changed_and_taken() -> None:
    shown: list[tuple[Role | None, set[Address]]] = []

    async def publish(role: Role | None, people: Collection[Address]) -> None:
        shown.append((role, set(people)))

    store = MemoryPeopleStore()
    staff, elsewhere = Staff(store, {EDITOR}), Staff(store, {EDITOR})
    menus = StaffMenus(staff, "telegram", publish)
    await elsewhere.give(ANOTHER, Role.WRITER, by=TERMINAL, now=NOW)
    await elsewhere.give(Address("messenger", "1"), Role.WRITER, by=TERMINAL, now=NOW)
    await menus.bring_up_to_date()
    assert shown == [(Role.OWNER, {EDITOR}), (Role.WRITER, {ANOTHER})]
    shown.clear()
    await menus.bring_up_to_date()
    assert shown == []
    await staff.give(ANOTHER, Role.VIEWER, by=TERMINAL, now=NOW)
    await menus.bring_up_to_date()
    await staff.take(ANOTHER, by=TERMINAL, now=NOW)
    await menus.bring_up_to_date()
    assert shown == [(Role.VIEWER, {ANOTHER}), (None, {ANOTHER})]


async def test_who_lost_their_role_while_nothing_ran_gets_the_readers_menu_at_the_start() -> None:
    shown: list[tuple[Role | None, set[Address]]] = []

    async def publish(role: Role | None, people: Collection[Address]) -> None:
        shown.append((role, set(people)))

    store = MemoryPeopleStore()
    await Staff(store, {EDITOR}).give(ANOTHER, Role.EDITOR, by=TERMINAL, now=NOW)
    await Staff(store, {EDITOR}).take(ANOTHER, by=TERMINAL, now=NOW)
    await StaffMenus(Staff(store, {EDITOR}), "telegram", publish).bring_up_to_date()
    assert shown == [(Role.OWNER, {EDITOR}), (None, {ANOTHER})]
