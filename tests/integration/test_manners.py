"""When a reader is told that this is a bot, and who answers while a person does, by what Redis remembers of a chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from newsbot.channels.redis_chat_marks import RedisChatMarks
from newsbot.conversation.manners import Manners
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown
from newsbot.domain.message import Kind
from tests.builders import an_incoming
from tests.talk import Talk, words

WHO_SPEAKS = "একটি প্রোগ্রাম উত্তর দেয়"
LATER = TryLater(timedelta(minutes=2), Reason.FLOOD)


@dataclass
class Chat:
    manners: Manners

    async def say(self, text: str = "/help", *, then: Attempt = Sent("m"), **changes: Any) -> str:  # noqa: B008
        """What is answered, and then this becomes of it."""
        incoming = an_incoming(text, **changes)
        replies = await self.manners.answer(incoming)
        await self.manners.answered(incoming, (then,) * len(replies))
        return words(replies)


@pytest.fixture
async def chat(redis: Redis) -> Chat:
    talk = Talk()
    return Chat(Manners(talk.dialogue, talk.dialogue.house, RedisChatMarks(redis, "messenger:1")))


async def test_the_first_answer_says_that_this_is_a_bot_and_no_other_does(chat: Chat) -> None:
    assert WHO_SPEAKS in await chat.say()
    assert WHO_SPEAKS not in await chat.say()


@pytest.mark.parametrize("lost", [LATER, Refused(Reason.OUTSIDE_WINDOW)], ids=["postponed", "outside the window"])
async def test_who_was_not_reached_is_told_with_the_next_answer(chat: Chat, lost: Attempt) -> None:
    assert WHO_SPEAKS in await chat.say(then=lost)
    assert WHO_SPEAKS in await chat.say(then=Unknown(Reason.NO_ANSWER))
    assert WHO_SPEAKS not in await chat.say()


async def test_while_a_person_answers_only_commands_buttons_and_stop_are_for_the_bot(chat: Chat) -> None:
    await chat.say()
    assert await chat.say(kind=Kind.TAKEN_OVER) == ""
    assert await chat.say("আজ সন্ধ্যায় খেলা কখন?") == ""
    assert await chat.say("", kind=Kind.MEDIA, media="sticker") == ""
    assert await chat.say("বন্ধ") != ""
    assert await chat.say("/help") != ""


async def test_when_the_person_hands_back_the_bot_answers_and_says_again_who_it_is(chat: Chat) -> None:
    await chat.say()
    await chat.say(kind=Kind.TAKEN_OVER)
    await chat.say("ধন্যবাদ")
    await chat.say(kind=Kind.HANDED_BACK)
    assert WHO_SPEAKS in await chat.say("হ্যালো")
