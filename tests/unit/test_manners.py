"""Saying that this is a bot, and leaving a reader to a person who answers them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.manners import Manners, is_for_the_bot, saying_first
from newsbot.conversation.turn import text
from newsbot.domain.attempt import Sent
from newsbot.domain.message import CardReply, ChoiceReply, IncomingMessage, Kind, Toast
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreUnavailable
from newsbot.i18n import Catalog
from tests.builders import NOW, a_newsroom, some_topics, the_administrator
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore

READER = Address("messenger", "6000000000000001")
BOT = "বট: এখানে মানুষ নয়"


@dataclass
class Marks:
    taken: set[str] = field(default_factory=set)
    know_us: set[str] = field(default_factory=set)
    away: bool = False

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable

    async def taken_over(self, user_id: str) -> None:
        self._reach()
        self.taken.add(user_id)
        self.know_us.discard(user_id)

    async def handed_back(self, user_id: str) -> None:
        self._reach()
        self.taken.discard(user_id)

    async def is_taken(self, user_id: str) -> bool:
        self._reach()
        return user_id in self.taken

    async def has_met(self, user_id: str) -> bool:
        self._reach()
        return user_id in self.know_us

    async def met(self, user_id: str) -> None:
        self._reach()
        self.know_us.add(user_id)


class Chat:
    def __init__(self) -> None:
        articles = MemoryArticleStore()
        self.marks = Marks()
        self.subscribers = MemorySubscriberStore()
        dialogue = Dialogue(
            articles=articles,
            subscribers=self.subscribers,
            memory=MemoryListMemory(),
            alerts=MemoryAlertStore(articles),
            codes=MemoryLinkCodes(),
            topics=some_topics(),
            newsroom=a_newsroom(),
            catalog=Catalog.load(),
            clock=lambda: NOW,
            administers=the_administrator,
        )
        self.manners = Manners(dialogue, dialogue.house, self.marks)
        self.vocabulary = dialogue.house.vocabulary
        self.events = 0

    async def do(self, kind: Kind = Kind.TEXT, **what: str) -> str:
        self.events += 1
        incoming = IncomingMessage(event_id=str(self.events), address=READER, kind=kind, **what)  # type: ignore[arg-type]
        replies = await self.manners.answer(incoming)
        await self.manners.answered(incoming, (Sent("m"),) * len(replies))
        return " | ".join(map(repr, replies))


@pytest.fixture
def chat() -> Chat:
    return Chat()


async def test_the_first_answer_says_that_this_is_a_bot_and_the_next_do_not(chat: Chat) -> None:
    assert BOT in await chat.do(text="/help")
    assert BOT not in await chat.do(text="/help")
    chat.marks.know_us.clear()  # as after a long pause
    assert BOT in await chat.do(text="/help")


async def test_while_a_person_answers_what_is_only_said_is_left_to_them(chat: Chat) -> None:
    await chat.do(text="/help")
    assert await chat.do(Kind.TAKEN_OVER) == ""
    for kind, what in ((Kind.TEXT, {"text": "আজকের খবর"}), (Kind.MEDIA, {"media": "sticker"})):
        assert await chat.do(kind, **what) == ""
    assert BOT in await chat.do(text="/help")
    assert await chat.do(text="আজকের খবর") == ""
    await chat.do(Kind.HANDED_BACK)
    assert await chat.do(text="আজকের খবর") != ""


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        (Kind.TEXT, {"text": "/latest"}, True),
        (Kind.TEXT, {"text": "বন্ধ"}, True),
        (Kind.TEXT, {"text": "STOP"}, True),
        (Kind.BUTTON, {"action": "1:latest"}, True),
        (Kind.START, {}, True),
        (Kind.OPTED_OUT, {}, True),
        (Kind.TEXT, {"text": "আপনারা কোথায়?"}, False),
        (Kind.TEXT, {"text": "খেলা"}, False),
        (Kind.MEDIA, {"media": "photo"}, False),
        (Kind.REACTION, {"text": "❤️"}, False),
    ],
)
def test_buttons_commands_and_the_wish_to_be_left_alone_are_always_the_bots(
    chat: Chat, kind: Kind, what: dict[str, str], expected: bool
) -> None:
    incoming = IncomingMessage(event_id="1", address=READER, kind=kind, **what)  # type: ignore[arg-type]
    assert is_for_the_bot(incoming, chat.vocabulary) is expected


async def test_readers_are_answered_while_the_marks_are_away_and_a_take_over_is_tried_again(chat: Chat) -> None:
    chat.marks.away = True
    assert await chat.do(text="আজকের খবর") != ""
    with pytest.raises(StoreUnavailable):
        await chat.do(Kind.TAKEN_OVER)


async def test_a_reader_is_told_in_their_own_language(chat: Chat) -> None:
    await chat.do(Kind.START)
    chat.marks.know_us.clear()
    await chat.subscribers.change(READER, "language", lambda known: type(known)(language="en", onboarded=True), now=NOW)
    assert "a program answers here, not a person" in await chat.do(text="/help")


def test_it_is_said_in_the_first_message_that_has_words_of_ours() -> None:
    toast, question = Toast(text="ঠিক আছে"), ChoiceReply(question="কোন ভাষা?", options=())
    assert saying_first("বট", (toast, question)) == (toast, ChoiceReply(question="বট\n\nকোন ভাষা?", options=()))
    assert saying_first("বট", (text("এক"), text("দুই"))) == (text("বট", "এক"), text("দুই"))
    card = CardReply(headline="সেতু", url="https://news.example/1")
    assert saying_first("বট", (card,)) == (text("বট"), card)
    assert saying_first("বট", (toast,)) == (toast, text("বট"))
