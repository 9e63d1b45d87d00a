"""Who may do what on the desk, and from when on."""

from __future__ import annotations

from itertools import pairwise

import pytest

from newsbot.desk.actions import RIGHT_OF, Press, Verb, encode
from newsbot.desk.audit import Filter
from newsbot.desk.roles import RIGHTS, Right, Role, rights_of
from newsbot.desk.staff import KNOWN_FOR, Staff
from newsbot.domain.alert import AlertState
from newsbot.domain.message import ChatKind
from newsbot.domain.subscriber import Address, Preferences
from tests.builders import NOW
from tests.memory_desk import MemoryPeopleStore
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, Phone, buttons

PERSON = Address("telegram", "9003")
READ_ENGLISH = Preferences(language="en", stopped=True)


async def a_desk_with(role: Role) -> tuple[Newsdesk, Phone]:
    """Five readers, and one person with this role beside the owner."""
    desk = Newsdesk(EDITOR)
    await desk.readers(5)
    await desk.staff.give(PERSON, role, by=TERMINAL, now=NOW)
    return desk, desk.phone(PERSON, sender_name="Salma")


def test_each_role_may_what_the_one_below_may() -> None:
    ladder = [rights_of(role) for role in reversed(Role)]
    assert all(lower < higher for lower, higher in pairwise(ladder))
    assert rights_of(Role.OWNER) == frozenset(Right)
    assert rights_of(None) == frozenset()
    assert RIGHTS.keys() == set(Role)


def test_every_button_asks_for_a_right() -> None:
    assert RIGHT_OF.keys() == set(Verb)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", [verb for verb in Verb if RIGHT_OF[verb] is not None])
async def test_a_button_is_refused_to_whose_role_does_not_allow_it(role: Role, verb: Verb) -> None:
    desk, phone = await a_desk_with(role)
    owner = desk.phone(EDITOR)
    await owner.broadcast()
    await desk.plan()
    await owner.draft("আরেকটি")
    before = await desk.alerts.recent(limit=10), await desk.drafts.get(2)
    said = await phone.do(encode(Press(verb, 2 if verb in (Verb.CONFIRM, Verb.DROP) else 1, 4)))
    if RIGHT_OF[verb] in rights_of(role):
        assert "Your role" not in said
    else:
        assert f"Your role ({role}) does not let you" in said
        assert (await desk.alerts.recent(limit=10), await desk.drafts.get(2)) == before


async def test_a_writer_drafts_and_previews_and_has_no_button_that_sends() -> None:
    desk, writer = await a_desk_with(Role.WRITER)
    await writer.draft()
    labels = [button.label for reply in writer.last for button in buttons(reply)]
    assert "Send to me first" in labels
    assert "Send…" not in labels
    sent = await writer.do("b:go:1:3")
    assert "does not let you send to readers" in sent
    assert await desk.alerts.recent(limit=10) == ()


async def test_a_viewer_watches_and_has_no_button_that_changes_anything() -> None:
    desk, viewer = await a_desk_with(Role.VIEWER)
    await desk.phone(EDITOR).broadcast()
    await desk.plan()
    assert "Broadcast 1" in await viewer.say("/broadcasts")
    assert "is going out" in await viewer.press("1")
    assert [button.label for reply in viewer.last for button in buttons(reply)] == []
    assert "subscribers: 5" in await viewer.say("/stats")
    assert "Your role (viewer) does not let you write broadcasts." in await viewer.say("/broadcast")
    assert (await desk.alert()).state is AlertState.RUNNING


async def test_a_viewers_words_are_a_readers() -> None:
    desk, viewer = await a_desk_with(Role.VIEWER)
    await viewer.say("ডেঙ্গু")
    assert await desk.drafts.latest(PERSON) is None


async def test_help_names_the_commands_of_the_role() -> None:
    _, viewer = await a_desk_with(Role.VIEWER)
    said = await viewer.say("/help")
    assert "/broadcasts" in said
    assert "/broadcast –" not in said


async def test_in_a_group_nobody_has_a_role() -> None:
    _, owner = await a_desk_with(Role.OWNER)
    assert "Write or forward" not in await owner.say("/broadcast", chat_kind=ChatKind.GROUP)


async def test_what_pauses_itself_is_told_to_those_who_can_do_something() -> None:
    desk, _ = await a_desk_with(Role.VIEWER)
    await desk.staff.give(ANOTHER, Role.EDITOR, by=TERMINAL, now=NOW)
    for person in (EDITOR, ANOTHER, PERSON):
        await desk.subscribers.change(person, "stopped", lambda _: READ_ENGLISH, now=NOW)
    await desk.phone(EDITOR).broadcast()
    await desk.plan()
    await desk.alerts.pause(1, "telegram", "message_refused", now=NOW)
    await desk.look()
    assert any("paused itself" in said for said in desk.channel.chat(ANOTHER))
    assert desk.channel.chat(PERSON) == []


async def test_who_loses_the_role_while_it_goes_out_is_shown_no_more() -> None:
    desk, editor = await a_desk_with(Role.EDITOR)
    await editor.broadcast()
    await desk.plan()
    await desk.look()
    assert len(desk.channel.chat(PERSON)) == 1
    before = desk.channel.writes
    await desk.staff.take(PERSON, by=TERMINAL, now=NOW)
    await desk.deliver()
    await desk.finish()
    await desk.look()
    assert desk.channel.writes == before
    assert "I don't know /broadcasts" in await editor.say("/broadcasts")


async def test_a_role_counts_in_every_process_within_a_second() -> None:
    store, passed = MemoryPeopleStore(), [0.0]
    here, elsewhere = (Staff(store, {EDITOR}, timer=lambda: passed[0]) for _ in range(2))
    assert not await elsewhere.may(PERSON, Right.BROADCAST)
    await here.give(PERSON, Role.EDITOR, by=TERMINAL, now=NOW)
    assert await here.may(PERSON, Right.BROADCAST)
    passed[0] += KNOWN_FOR
    assert await elsewhere.may(PERSON, Right.BROADCAST)
    await elsewhere.take(PERSON, by=TERMINAL, now=NOW)
    passed[0] += KNOWN_FOR
    assert not await here.may(PERSON, Right.BROADCAST)


async def test_the_settings_owners_may_everything_also_while_the_database_is_away() -> None:
    store = MemoryPeopleStore(away=True)
    staff = Staff(store, {EDITOR})
    assert await staff.may(EDITOR, Right.ROLES)
    assert not await staff.may(PERSON, Right.FIGURES)


async def test_while_the_database_is_away_the_last_known_roles_count() -> None:
    store, passed = MemoryPeopleStore(), [0.0]
    staff = Staff(store, {EDITOR}, timer=lambda: passed[0])
    await staff.give(PERSON, Role.VIEWER, by=TERMINAL, now=NOW)
    assert await staff.may(PERSON, Right.FIGURES)
    store.away = True
    passed[0] += KNOWN_FOR
    assert await staff.may(PERSON, Right.FIGURES)


async def test_who_is_taken_out_of_the_settings_is_no_owner_at_the_next_start() -> None:
    desk = Newsdesk(EDITOR, ANOTHER)
    await desk.phone(EDITOR).say("/stats")
    desk.start(ANOTHER)
    assert "I don't know /stats" in await desk.phone(EDITOR).say("/stats")


async def test_people_are_known_by_the_name_that_their_app_gives() -> None:
    desk, viewer = await a_desk_with(Role.VIEWER)
    await viewer.say("/stats")
    await desk.phone(EDITOR, sender_name="Rahima").say("/stats")
    assert [(person.name, person.role) for person in await desk.staff.everybody()] == [
        ("Rahima", Role.OWNER),
        ("Salma", Role.VIEWER),
    ]


async def test_what_goes_out_is_written_down_with_whom_it_was_for() -> None:
    desk, editor = await a_desk_with(Role.EDITOR)
    await editor.broadcast("জরুরি খবর", "🔴 Breaking")
    [entry] = await desk.audit.entries(Filter(act="alert"), limit=10)
    assert (entry.actor.address, entry.actor.name, entry.act, entry.subject) == (
        PERSON,
        "Salma",
        "alert.sent",
        "alert:1",
    )
    assert entry.after["class"] == "breaking"
    assert entry.after["readers"] == {"telegram": 5}
    assert entry.after["text"]["spans"][0][0] == "জরুরি খবর"
