"""Connecting two chats, as their reader goes through it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from newsbot.channels.entrances import Entrance, Entrances
from newsbot.conversation.intents import Intent, Link, Search
from newsbot.conversation.menu import command_menu
from newsbot.conversation.turn import Replies
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.domain.message import ChatKind, FileReply, Kind, TextReply
from newsbot.domain.subscriber import Address, Preferences
from newsbot.domain.window import Opener
from newsbot.subscribers.link_codes import MOST_WRONG
from tests.builders import NOW, a_group_message, a_newsroom, an_address, an_incoming, some_topics
from tests.talk import CATALOG, READER, Talk, buttons, only, words

THERE = an_address("7001", channel="messenger")
THIRD = an_address("7002", channel="messenger")
ORDER = ("telegram", "messenger")
ENTRANCES = Entrances(
    ORDER,
    (
        Entrance("messenger", "https://m.me/42?ref="),
        Entrance("telegram", "https://t.me/ProbhatBot?start="),
    ),
)


@pytest.fixture
async def talk() -> Talk:
    talk = Talk()
    talk.subscribers.order = ORDER
    talk.begin(entrances=ENTRANCES)
    await talk.a_reader("sports", language="en")
    return talk


async def a_code(talk: Talk, address: Address = READER) -> str:
    shown = only(await talk.say("/link", address=address), TextReply)
    (code,) = (span.text for paragraph in shown.paragraphs for span in paragraph if span.style == "code")
    return code.removeprefix("/link ")


async def preferences(talk: Talk, address: Address) -> Preferences:
    known = await talk.subscribers.get(address)
    assert known is not None
    return known.preferences


async def connect(talk: Talk, address: Address = THERE) -> Replies:
    await talk.say(f"/link {await a_code(talk)}", address=address, language_hint="en")
    return await talk.press("Yes", address=address)


async def test_a_code_is_shown_with_a_link_that_brings_it_to_the_other_chat(talk: Talk) -> None:
    shown = only(await talk.say("/link"), TextReply)
    code = await a_code(talk)
    assert "15 minutes" in shown.plain
    (open_it,) = (button for button in buttons(only(talk.last, TextReply)))
    assert (open_it.label, open_it.url) == ("Open Messenger", f"https://m.me/42?ref=link_{code}")
    there = only(await talk.say("/link", address=THERE, language_hint="en"), TextReply)
    assert [(one.label, one.url.partition("link_")[0]) for one in buttons(there)] == [
        ("Open Telegram", "https://t.me/ProbhatBot?start=")
    ]


async def test_a_code_that_is_brought_is_asked_about_and_yes_makes_two_chats_one(talk: Talk) -> None:
    await talk.subscribers.change(
        THERE, "started", lambda _: Preferences(language="en", topics=frozenset({"economy"})), now=NOW
    )
    asked = await talk.say(f"/link {await a_code(talk)}", address=THERE)
    assert "Connect this chat with your Telegram chat?" in words(asked)
    assert "Topics in both: Sports, Economy." in words(asked)
    assert (await preferences(talk, THERE)).linked_with is None
    done = await talk.press("Yes", address=THERE)
    assert "this chat and your Telegram chat are one now" in words(done)
    assert "Alerts come on Telegram" in words(done)
    assert (await preferences(talk, READER)).topics == {"sports", "economy"}
    assert (await preferences(talk, READER)).linked_with == THERE
    assert (await preferences(talk, THERE)).elsewhere


async def test_the_link_with_the_code_asks_the_same_and_registers_nobody_before_the_yes(talk: Talk) -> None:
    code = await a_code(talk)
    opened = an_incoming(kind=Kind.START, action=f"link_{code}", address=THERE, language_hint="en")
    assert "Connect this chat with your Telegram chat?" in words(await talk.hear(opened))
    assert await talk.subscribers.get(THERE) is None
    await talk.press("No", address=THERE)
    assert await talk.subscribers.get(THERE) is None
    await talk.hear(opened)
    await talk.press("Yes", address=THERE, opens=Opener.BUTTON.name)
    known = await talk.subscribers.get(THERE)
    assert known is not None
    assert known.preferences.topics == {"sports"}
    assert known.active_at is not None  # the contact that made them a reader counts
    window = await talk.subscribers.window(THERE)
    assert window is not None
    assert window.expires_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize("said", ["link {}", "Link {}", "লিংক {}", "{}", "/link {}", "connect {}"])
async def test_a_code_is_understood_however_it_is_brought(talk: Talk, said: str) -> None:
    asked = await talk.say(said.format(await a_code(talk)), address=THERE, language_hint="en")
    assert "Connect this chat" in words(asked)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("link between two bridges", Search("link between two bridges")),
        ("ENGLAND2", Search("ENGLAND2")),
        ("kx7p2mqd", Search("kx7p2mqd")),
        ("link kx7p 2mqd", Link("KX7P2MQD")),
    ],
)
def test_what_only_looks_like_a_code_is_searched_for(text: str, intent: Intent) -> None:
    assert understand(an_incoming(text), Vocabulary(some_topics())) == intent


async def test_yes_twice_does_no_harm_and_an_old_question_says_so(talk: Talk) -> None:
    await connect(talk)
    before = await preferences(talk, READER), await preferences(talk, THERE)
    again = await talk.do("1:linked", address=THERE)
    assert "too old" in words(again)
    assert (await preferences(talk, READER), await preferences(talk, THERE)) == before


async def test_a_wrong_code_says_so_and_too_many_are_not_looked_at(talk: Talk) -> None:
    code = await a_code(talk)
    for wrong in ("WRNG2345", "পদ্মা", *["WRNG2345"] * (MOST_WRONG - 2)):
        assert "wrong or no longer holds" in words(await talk.say(f"/link {wrong}", address=THERE, language_hint="en"))
    assert "Too many codes" in words(await talk.say(f"/link {code}", address=THERE, language_hint="en"))
    assert await talk.subscribers.get(THERE) is None


async def test_a_code_that_was_used_is_wrong_for_another(talk: Talk) -> None:
    code = await a_code(talk)
    await talk.say(f"/link {code}", address=THERE, language_hint="en")
    assert "wrong or no longer holds" in words(await talk.say(f"/link {code}", address=THIRD, language_hint="en"))


async def test_chats_that_cannot_be_connected_are_told_why(talk: Talk) -> None:
    code = await a_code(talk)
    assert "own code" in words(await talk.say(f"/link {code}"))
    same = await talk.say(f"/link {code}", address=an_address("1002"), language_hint="en")
    assert "Two Telegram chats can't be connected" in words(same)
    await connect(talk)
    theirs = await a_code(talk, THIRD)
    taken = await talk.say(f"/link {theirs}", address=READER)
    assert "This chat is connected with a Messenger chat. To connect it with another, write /unlink first." in words(
        taken
    )
    await talk.subscribers.unlink(READER, now=NOW)
    mine = await a_code(talk)
    await talk.subscribers.link(READER, THIRD, now=NOW)
    others = await talk.say(f"/link {mine}", address=THERE)
    assert "That Telegram chat is connected with another." in words(others)
    own = await talk.say(f"/link {mine}", address=THIRD)
    assert "connected with your Telegram chat already" in words(own)


async def test_who_was_linked_between_question_and_yes_is_told_and_stays_so(talk: Talk) -> None:
    await talk.say(f"/link {await a_code(talk)}", address=THERE, language_hint="en")
    await talk.subscribers.link(THIRD, READER, now=NOW)
    refused = await talk.press("Yes", address=THERE, language_hint="en")
    assert "That Telegram chat is connected with another." in words(refused)
    assert (await preferences(talk, READER)).linked_with == THIRD
    assert await talk.subscribers.get(THERE) is None


async def test_settings_connect_and_disconnect(talk: Talk) -> None:
    assert "Connect chats" in [button.label for reply in await talk.say("/settings") for button in buttons(reply)]
    await connect(talk)
    settings = await talk.say("/settings")
    assert "Connected with: Messenger" in words(settings)
    asked = await talk.press("Disconnect chats")
    assert "Disconnect this chat from your Messenger chat?" in words(asked)
    assert (await preferences(talk, READER)).linked_with == THERE
    assert "are two again" in words(await talk.press("Yes"))
    assert (await preferences(talk, READER)).linked_with is None
    assert (await preferences(talk, THERE)).wants_alerts
    assert "not connected" in words(await talk.say("/unlink"))


async def test_what_is_switched_for_both_chats_says_so(talk: Talk) -> None:
    await connect(talk)
    for command in ("/pause", "/resume", "/stop"):
        assert "The same holds for your Messenger chat." in words(await talk.say(command))
    assert (await preferences(talk, THERE)).stopped


async def test_who_is_forgotten_is_told_that_the_other_chat_is_not(talk: Talk) -> None:
    await connect(talk)
    await talk.say("/forgetme")
    gone = await talk.press("Yes, delete everything")
    assert "Your other chat stands alone now" in words(gone)
    assert await talk.subscribers.get(READER) is None
    assert (await preferences(talk, THERE)).linked_with is None


async def test_a_forgotten_readers_code_no_longer_holds(talk: Talk) -> None:
    code = await a_code(talk)
    await talk.say("/forgetme yes")
    assert "wrong or no longer holds" in words(await talk.say(f"/link {code}", address=THERE, language_hint="en"))


async def test_my_data_tells_the_link(talk: Talk) -> None:
    await connect(talk)
    file = only(await talk.say("/mydata"), FileReply)
    assert json.loads(file.content)["connected_with"] == "messenger:7001"


async def test_groups_cannot_be_connected(talk: Talk) -> None:
    code = await a_code(talk)
    for said in ("/link", f"/link {code}", "/unlink"):
        assert "কেবল পাঠকের নিজের চ্যাট যুক্ত করা যায়" in words(await talk.hear(a_group_message(said)))
    post = an_incoming(f"/link {code}", address=an_address("-3003"), chat_kind=ChatKind.BROADCAST)
    assert await talk.hear(post) == ()
    started = await talk.hear(a_group_message("", kind=Kind.START, action=f"link_{code}"))
    assert "Connect" not in words(started)


async def test_where_there_is_one_channel_nothing_is_offered(talk: Talk) -> None:
    talk.begin(entrances=Entrances(ORDER, (Entrance("telegram", "https://t.me/ProbhatBot?start="),)))
    assert "no other chat of ours" in words(await talk.say("/link"))
    assert "no other chat of ours" in words(await talk.say("/link WRNG2345"))
    assert "/link" not in words(await talk.say("/help"))
    assert "Connect chats" not in [button.label for reply in await talk.say("/settings") for button in buttons(reply)]
    assert "link" not in [command for command, _ in command_menu(CATALOG, a_newsroom()).commands["en"]]


async def test_where_there_are_several_help_and_menu_tell_of_it(talk: Talk) -> None:
    assert "/link, /unlink" in words(await talk.say("/help"))
    menu = command_menu(CATALOG, a_newsroom(), linking=True)
    assert "link" in [command for command, _ in menu.commands["bn"]]


async def test_while_the_store_is_away_nothing_is_promised(talk: Talk) -> None:
    await talk.say(f"/link {await a_code(talk)}", address=THERE, language_hint="en")
    talk.subscribers.away = True
    said = await talk.do("1:linked", address=THERE, language_hint="en")
    talk.subscribers.away = False
    assert "could not be saved" in words(said)
    assert (await preferences(talk, READER)).linked_with is None
    await talk.do("1:linked", address=THERE)
    assert (await preferences(talk, READER)).linked_with == THERE
