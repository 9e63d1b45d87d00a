"""Giving and taking roles in chat, and invitations by link."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from newsbot.desk.audit import Filter, Place
from newsbot.desk.invitations import LIFE
from newsbot.desk.inviting import invite
from newsbot.desk.roles import Role
from newsbot.domain.attempt import Attempt, Reason, Refused, TryLater, Unknown, Unreachable
from newsbot.domain.message import ChatKind, IncomingMessage, Kind
from newsbot.domain.subscriber import Address, Preferences
from tests.builders import NOW, an_incoming
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, Phone

SALMA = Address("telegram", "9003")


@pytest.fixture
def desk() -> Newsdesk:
    return Newsdesk(EDITOR)


@pytest.fixture
def owner(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


async def role_of(desk: Newsdesk, address: Address = SALMA) -> Role | None:
    person = await desk.staff.person(address)
    return person.role if person is not None else None


async def acts(desk: Newsdesk) -> list[str]:
    return [str(entry.act) for entry in reversed(await desk.audit.entries(Filter(), limit=100))]


def opening(link: str, by: Address, **changes: object) -> IncomingMessage:
    payload = link.partition("?start=")[2]
    return an_incoming("/start", address=by, kind=Kind.START, action=payload, language_hint="en", **changes)


async def invited(owner: Phone, label: str = "Invite: writer") -> str:
    await owner.say("/roles")
    said = await owner.press(label)
    found = re.search(r"https://t\.me/\S+", said)
    assert found
    return found[0]


async def test_everybody_is_listed_with_their_role(desk: Newsdesk, owner: Phone) -> None:
    await desk.staff.give(SALMA, Role.WRITER, name="Salma", by=TERMINAL, now=NOW)
    said = await owner.say("/roles")
    assert "1. Rahima (telegram:9001) – owner (you)" in said
    assert "2. Salma (telegram:9003) – writer" in said


@pytest.mark.parametrize(
    "words", ["/roles 9003 editor", "/roles editor 9003", "/roles telegram:9003 সম্পাদক", "/roles ৯০০৩ Editor"]
)
async def test_a_role_is_given_by_number_after_a_question(desk: Newsdesk, owner: Phone, words: str) -> None:
    said = await owner.say(words)
    assert "Make telegram:9003 editor?" in said
    assert await role_of(desk) is None
    assert "telegram:9003 is editor now." in await owner.press("Yes, make them editor")
    assert await role_of(desk) is Role.EDITOR
    assert await acts(desk) == ["role.given"]


async def test_who_is_given_a_role_is_told_in_their_language_what_they_may_do(desk: Newsdesk, owner: Phone) -> None:
    await desk.subscribers.change(SALMA, "started", lambda _: Preferences(language="en", onboarded=True), now=NOW)
    await owner.say("/roles 9003 writer")
    said = await owner.press("Yes, make them writer")
    assert said == "telegram:9003 is writer now.\n\nThey were told in their chat."
    (letter,) = desk.channel.chat(SALMA)
    assert letter.startswith("You are writer at the desk of The Daily Probhat now.\n\nRahima gave you this role.")
    assert "writes and previews; somebody else sends it" in letter
    assert "/desk – the desk in a browser" in letter
    assert "/roles" not in letter


async def test_the_newsrooms_language_is_spoken_to_whom_we_do_not_know(desk: Newsdesk, owner: Phone) -> None:
    await owner.do("b:rolenow:9003:0:viewer-telegram")
    (letter,) = desk.channel.chat(SALMA)
    assert "ডেস্কের" in letter


async def test_who_has_the_role_already_and_who_changes_their_own_is_told_nothing(desk: Newsdesk, owner: Phone) -> None:
    for _press in range(2):
        said = await owner.do("b:rolenow:9003:0:owner-telegram")
    assert said == "telegram:9003 is owner now."
    assert len(desk.channel.chat(SALMA)) == 1
    salma = desk.phone(SALMA)
    assert await salma.do("b:rolenow:9003:0:editor-telegram") == "Rahima is editor now."
    assert len(desk.channel.chat(SALMA)) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Unreachable(Reason.NEVER_STARTED), "They could not be told: they have to write to the bot first."),
        (Unreachable(Reason.BLOCKED), "They could not be told: they have to write to the bot first."),
        (Refused(Reason.OUTSIDE_WINDOW), "They could not be told: they have to write to the bot first."),
        (Unknown(Reason.NO_ANSWER), "They could not be told just now: let them know yourself."),
        (TryLater(timedelta(hours=1), Reason.FLOOD), "They could not be told just now: let them know yourself."),
    ],
)
async def test_who_can_not_be_told_has_the_role_all_the_same(
    desk: Newsdesk, owner: Phone, answer: Attempt, told: str
) -> None:
    desk.channel.answer = answer
    said = await owner.do("b:rolenow:9003:0:writer-telegram")
    assert said.startswith(f"telegram:9003 is writer now.\n\n{told}")
    assert await role_of(desk) is Role.WRITER
    assert await acts(desk) == ["role.given"]


async def test_of_whom_nothing_can_be_learned_now_the_role_is_given_all_the_same(desk: Newsdesk, owner: Phone) -> None:
    desk.subscribers.away = True
    assert "They could not be told just now" in await owner.do("b:rolenow:9003:0:writer-telegram")
    assert await role_of(desk) is Role.WRITER


async def test_whose_role_is_taken_is_told(desk: Newsdesk, owner: Phone) -> None:
    await desk.staff.give(SALMA, Role.EDITOR, name="Salma", by=TERMINAL, now=NOW)
    said = await owner.do("b:rolenow:9003:0:none-telegram")
    assert said == "Salma has no role any more.\n\nThey were told in their chat."
    assert "ভূমিকা ফেরত নেওয়া হয়েছে" in desk.channel.chat(SALMA)[0]


async def test_an_invitation_from_the_terminal_holds_for_one(desk: Newsdesk) -> None:
    _made, ((_channel, link),) = await invite(desk.desk, TERMINAL, Role.EDITOR, now=NOW)
    salma, karim = desk.phone(SALMA, sender_name="Salma"), desk.phone(ANOTHER)
    assert "as editor" in await salma.hear(opening(link, SALMA))
    yes = salma.button("Yes, become editor")
    assert "You are editor now." in await salma.do(yes)
    assert "no longer holds" in await karim.do(yes)
    assert await role_of(desk) is Role.EDITOR
    (given,) = await desk.audit.of(f"person:{SALMA}")
    assert (given.actor.address, given.actor.place) == (TERMINAL.address, Place.TERMINAL)


async def test_a_number_alone_offers_every_role(desk: Newsdesk, owner: Phone) -> None:
    assert "no role" in await owner.say("/roles 9003")
    await owner.press("Make viewer")
    await owner.press("Yes, make them viewer")
    assert await role_of(desk) is Role.VIEWER


async def test_whose_message_is_forwarded_is_offered_a_role_under_their_name(desk: Newsdesk, owner: Phone) -> None:
    await owner.say("/stats")
    said = await owner.say("যেকোনো কথা", about=SALMA, about_name="Salma")
    assert "Salma (telegram:9003) – no role" in said
    await owner.press("Make writer")
    assert "Salma is writer now." in await owner.press("Yes, make them writer")


async def test_a_contact_is_somebody_named(desk: Newsdesk, owner: Phone) -> None:
    said = await owner.say("", kind=Kind.MEDIA, media="contact", about=SALMA, about_name="Salma")
    assert "Salma (telegram:9003) – no role" in said


async def test_a_forwarded_message_is_a_drafts_while_one_waits(desk: Newsdesk, owner: Phone) -> None:
    await owner.say("/broadcast")
    assert "Who should get it" in await owner.say("ফরোয়ার্ড করা খবর", about=SALMA, about_name="Salma")


async def test_only_owners_name_people_by_forwarding(desk: Newsdesk) -> None:
    await desk.staff.give(ANOTHER, Role.EDITOR, by=TERMINAL, now=NOW)
    assert "no role" not in await desk.phone(ANOTHER).say("ঢাকা", about=SALMA, about_name="Salma")


async def test_a_role_is_taken_after_a_question(desk: Newsdesk, owner: Phone) -> None:
    await desk.staff.give(SALMA, Role.EDITOR, name="Salma", by=TERMINAL, now=NOW)
    await owner.say("/roles")
    await owner.press("2")
    assert "Take the role editor from Salma?" in await owner.press("Take the role")
    assert await role_of(desk) is Role.EDITOR
    assert "Salma has no role any more." in await owner.press("Yes, take it")
    assert await role_of(desk) is None
    assert await acts(desk) == ["role.given", "role.taken"]


async def test_an_owner_by_the_settings_has_no_button_that_takes_it(desk: Newsdesk, owner: Phone) -> None:
    await owner.say("/roles")
    assert "NEWSBOT_ADMINS" in await owner.press("1")
    assert "NEWSBOT_ADMINS" in await owner.do("b:rolenow:9001:0:none-telegram")
    assert await role_of(desk, EDITOR) is Role.OWNER


async def test_who_is_no_owner_gives_no_role(desk: Newsdesk) -> None:
    await desk.staff.give(ANOTHER, Role.EDITOR, by=TERMINAL, now=NOW)
    editor = desk.phone(ANOTHER)
    assert "does not let you give or take roles" in await editor.say("/roles")
    assert "does not let you give or take roles" in await editor.do("b:rolenow:9003:0:editor-telegram")
    assert await role_of(desk) is None


async def test_words_that_name_nobody_are_told(owner: Phone) -> None:
    assert "I don't understand “@karim”" in await owner.say("/roles @karim editor")


# --- by link ---------------------------------------------------------------------------------------------------------


async def test_who_opens_the_link_is_asked_and_then_has_the_role(desk: Newsdesk, owner: Phone) -> None:
    link = await invited(owner)
    salma = desk.phone(SALMA, sender_name="Salma")
    assert "as writer" in await salma.hear(opening(link, SALMA))
    assert await role_of(desk) is None
    assert "Welcome! You are writer now." in await salma.press("Yes, become writer")
    assert await role_of(desk) is Role.WRITER
    assert await acts(desk) == ["role.offered", "role.accepted", "role.given"]
    given = (await desk.audit.of("person:telegram:9003"))[0]
    assert (given.actor.address, given.after) == (EDITOR, {"role": "writer", "name": "Salma"})


async def test_the_link_makes_one_person_something_however_many_come(desk: Newsdesk, owner: Phone) -> None:
    link = await invited(owner)
    phones = [desk.phone(Address("telegram", str(9100 + n))) for n in range(5)]
    for phone in phones:
        await phone.hear(opening(link, phone.address))
    said = await asyncio.gather(*(phone.press("Yes, become writer") for phone in phones))
    assert sum("Welcome!" in words for words in said) == 1
    assert sum("no longer holds" in words for words in said) == 4
    assert len(await desk.staff.everybody()) == 2


async def test_a_press_that_comes_twice_is_told_that_it_worked(desk: Newsdesk, owner: Phone) -> None:
    link = await invited(owner)
    salma = desk.phone(SALMA)
    await salma.hear(opening(link, SALMA))
    action = salma.button("Yes, become writer")
    await salma.do(action)
    assert "You are writer." in await salma.do(action)
    assert await acts(desk) == ["role.offered", "role.accepted", "role.given"]


async def test_a_link_that_is_too_old_or_withdrawn_offers_nothing(desk: Newsdesk, owner: Phone) -> None:
    old = await invited(owner)
    salma = desk.phone(SALMA)
    desk.later(seconds=LIFE.total_seconds())
    assert "no longer holds" in await salma.hear(opening(old, SALMA))
    new = await invited(owner)
    await salma.hear(opening(new, SALMA))
    await owner.press("Withdraw: writer")
    assert "no longer holds" in await salma.press("Yes, become writer")
    assert await role_of(desk) is None
    assert (await acts(desk))[-1] == "role.offer_withdrawn"


async def test_a_link_of_who_is_no_owner_any_more_offers_nothing(desk: Newsdesk) -> None:
    await desk.staff.give(ANOTHER, Role.OWNER, by=TERMINAL, now=NOW)
    link = await invited(desk.phone(ANOTHER))
    await desk.staff.give(ANOTHER, Role.EDITOR, by=TERMINAL, now=NOW)
    assert "no longer holds" in await desk.phone(SALMA).hear(opening(link, SALMA))


async def test_who_has_the_role_already_leaves_the_link_to_others(desk: Newsdesk, owner: Phone) -> None:
    link = await invited(owner)
    assert "Pass the link on" in await owner.hear(opening(link, EDITOR))
    assert "as writer" in await desk.phone(SALMA).hear(opening(link, SALMA))


async def test_a_group_is_invited_to_nothing(desk: Newsdesk, owner: Phone) -> None:
    link = await invited(owner)
    assert "as writer" not in await desk.phone(SALMA).hear(opening(link, SALMA, chat_kind=ChatKind.GROUP))


@pytest.mark.parametrize("who", ["telegram:abc", "telegram:1234567890123456789012", "telegram:-5"])
async def test_an_id_that_no_button_can_carry_is_not_understood_rather_than_a_failure(owner: Phone, who: str) -> None:
    for words in (f"/roles {who}", f"/roles {who} editor"):
        assert "I don't understand" in await owner.say(words)


@pytest.mark.parametrize("who", ["telegrm:9003", "console:9003", "messenger:9003"])
async def test_somebody_where_the_newsroom_is_not_is_given_no_role(desk: Newsdesk, owner: Phone, who: str) -> None:
    assert f"I don't understand “{who}”" in await owner.say(f"/roles {who} owner")
    assert [person.address for person in await desk.staff.everybody()] == [EDITOR]
