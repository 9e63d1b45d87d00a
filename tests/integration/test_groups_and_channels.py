"""Groups and channels over Telegram's API: what people do there, what Telegram tells the bot of it, and the answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from newsbot.channels.telegram.administrators import MISSED_FOR, TRUSTED_FOR, Administrators
from newsbot.channels.telegram.public_channel import find_public_channel
from newsbot.channels.telegram.receiver import ALLOWED_UPDATES, receive
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.conversation.answering import Answering
from newsbot.conversation.dialogue import Dialogue
from newsbot.domain.message import ChatKind
from newsbot.domain.subscriber import Address, Preferences
from newsbot.errors import ChannelUnavailable, ConfigurationError
from newsbot.i18n import Catalog
from newsbot.observability import Metrics
from tests.builders import NOW, a_draft, a_group_message, a_newsroom, some_topics
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore
from tests.telegram_sandbox import TelegramSandbox, telegram_sandbox

OWNER, HELPER, MEMBER = 41, 42, 43
NOT_ALLOWED = "কেবল এই গ্রুপের অ্যাডমিনরা এটি করতে পারেন।"


@dataclass
class Bot:
    """The whole of the bot but for its inbox: works off whatever Telegram has for it."""

    sandbox: TelegramSandbox
    subscribers: MemorySubscriberStore = field(default_factory=MemorySubscriberStore)
    _offset: int = 0

    def __post_init__(self) -> None:
        async def moved(old: Address, new: Address) -> None:
            await self.subscribers.move(old, new, now=NOW)

        self.articles = MemoryArticleStore()
        self.channel = TelegramChannel(self.sandbox.api, moved=moved)
        dialogue = Dialogue(
            articles=self.articles,
            subscribers=self.subscribers,
            memory=MemoryListMemory(),
            alerts=MemoryAlertStore(self.articles),
            codes=MemoryLinkCodes(),
            administers=self.channel.is_administrator,
            topics=some_topics(),
            newsroom=a_newsroom(),
            catalog=Catalog.load(),
            clock=lambda: NOW,
            names=frozenset({self.sandbox.bot.username}),
        )
        self.answering = Answering(dialogue, self.channel, self.subscribers, Metrics(), clock=lambda: NOW)

    async def work(self) -> None:
        """Answer everything that has happened."""
        while updates := await self._updates():
            for update in updates:
                self._offset = update["update_id"] + 1
                if incoming := receive(update, self.sandbox.bot, datetime.now(UTC)):
                    await self.answering.handle(incoming)

    async def _updates(self) -> list[dict[str, Any]]:
        parameters = {"offset": self._offset, "timeout": 0, "allowed_updates": list(ALLOWED_UPDATES)}
        answer = await self.sandbox.api.raw("getUpdates", parameters)
        result: list[dict[str, Any]] = json.loads(answer.body)["result"]
        return result

    async def said(self, who: int, text: str, chat_id: int, **where: Any) -> str:
        """What the bot answers there to what somebody writes, '' for nothing."""
        written = self.sandbox.readers.send_text(who, text, chat_id=chat_id, **where)
        await self.work()
        since = (one for one in self.sandbox.readers.view(chat_id, who) if one["message_id"] > written["message_id"])
        return "\n\n".join(bubble["text"] for bubble in since)

    async def chosen(self, chat_id: int) -> Preferences | None:
        known = await self.subscribers.get(Address("telegram", str(chat_id)))
        return known.preferences if known else None

    async def topics(self, chat_id: int) -> frozenset[str]:
        chosen = await self.chosen(chat_id)
        return chosen.topics if chosen else frozenset()


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as sandbox:
        for user_id, name in ((OWNER, "মালিক"), (HELPER, "সহকারী"), (MEMBER, "সদস্য")):
            sandbox.readers.add_user(name, user_id=user_id)
        yield sandbox


@pytest.fixture
def bot(sandbox: TelegramSandbox) -> Bot:
    return Bot(sandbox)


@pytest.fixture
def group(sandbox: TelegramSandbox) -> int:
    """A supergroup without the bot: its owner, a helper and a member."""
    members = (OWNER, HELPER, MEMBER)
    return sandbox.readers.add_group("পাঠক", kind="supergroup", members=members, bot_status="left").id


# --- groups ----------------------------------------------------------------------------------------------------------


async def test_a_group_from_greeting_to_goodbye_and_back(bot: Bot, sandbox: TelegramSandbox, group: int) -> None:
    sandbox.readers.add_bot(group, OWNER)
    await bot.work()
    (greeting,) = sandbox.texts(group)
    assert "অ্যাডমিনরা এই গ্রুপে খবর পাঠানো চালু করতে পারেন" in greeting

    assert await bot.said(MEMBER, "/subscribe খেলা", group) == NOT_ALLOWED
    assert await bot.topics(group) == frozenset()
    assert await bot.said(OWNER, "/subscribe খেলা", group) == "এখন থেকে এখানে খবর পাঠানো হবে: খেলা।"
    assert await bot.topics(group) == {"sports"}
    assert await bot.said(MEMBER, "কে জিতল?", group) == ""

    sandbox.readers.remove_bot(group, OWNER)
    await bot.work()
    gone = await bot.chosen(group)
    assert gone is not None
    assert (gone.unreachable, gone.topics) == (True, {"sports"})
    sandbox.readers.add_bot(group, OWNER)
    await bot.work()
    back = await bot.chosen(group)
    assert back is not None
    assert not back.unreachable
    assert "এখানে খবর পাঠানো হয়: খেলা।" in sandbox.texts(group)[-1]


async def test_toggles_obey_administrators_and_tell_the_others_on_the_button(
    bot: Bot, sandbox: TelegramSandbox, group: int
) -> None:
    sandbox.readers.add_bot(group, OWNER)
    await bot.said(OWNER, "/topics", group)
    choice = sandbox.readers.view(group, OWNER)[-1]["message_id"]

    refused = sandbox.readers.press(MEMBER, choice, chat_id=group, data="1:sub:sports:t")
    await bot.work()
    answer = await sandbox.readers.callback_answer(refused)
    assert answer is not None
    assert answer["text"] == NOT_ALLOWED
    assert await bot.topics(group) == frozenset()

    sandbox.readers.press(OWNER, choice, chat_id=group, data="1:sub:sports:t")
    await bot.work()
    assert await bot.topics(group) == {"sports"}
    labels = [button["text"] for row in _keyboard(sandbox, group, choice) for button in row]
    assert labels[0].startswith("✅")


def _keyboard(sandbox: TelegramSandbox, chat_id: int, message_id: int) -> list[list[dict[str, Any]]]:
    bubble = next(one for one in sandbox.readers.view(chat_id, OWNER) if one["message_id"] == message_id)
    keyboard: list[list[dict[str, Any]]] = bubble["reply_markup"]["inline_keyboard"]
    return keyboard


async def test_an_anonymous_administrator_decides(bot: Bot, sandbox: TelegramSandbox, group: int) -> None:
    sandbox.readers.add_bot(group, OWNER)
    await bot.said(OWNER, "/subscribe খেলা", group, anonymous=True)
    assert await bot.topics(group) == {"sports"}


async def test_in_a_forum_what_is_sent_goes_where_it_was_asked_for(bot: Bot, sandbox: TelegramSandbox) -> None:
    forum = sandbox.readers.add_group("আড্ডা", kind="supergroup", members=(OWNER,), forum=True).id
    sandbox.readers.add_topic(forum, 5)
    await bot.said(OWNER, "/subscribe খেলা", forum, thread_id=5)
    chosen = await bot.chosen(forum)
    assert chosen is not None
    assert chosen.note("thread") == "5"
    assert sandbox.readers.view(forum, OWNER)[-1]["message_thread_id"] == 5


async def test_a_group_that_becomes_a_supergroup_takes_its_topics_along(bot: Bot, sandbox: TelegramSandbox) -> None:
    group = sandbox.readers.add_group("পাঠক", members=(OWNER,)).id
    await bot.said(OWNER, "/subscribe খেলা", group)
    moved = sandbox.readers.migrate(group).id
    await bot.work()
    assert await bot.topics(moved) == {"sports"}
    assert await bot.chosen(group) is None
    assert await bot.said(OWNER, "/mytopics", moved) != ""


async def test_a_group_in_which_the_bot_may_not_write_is_no_longer_counted_on(
    bot: Bot, sandbox: TelegramSandbox, group: int
) -> None:
    sandbox.readers.add_bot(group, OWNER)
    await bot.said(OWNER, "/subscribe খেলা", group)
    sandbox.readers.mute_bot(group)
    assert await bot.said(OWNER, "/mytopics", group) == ""
    chosen = await bot.chosen(group)
    assert chosen is not None
    assert chosen.unreachable


async def test_while_telegram_does_not_say_who_administers_the_group_is_asked_to_try_again(
    bot: Bot, sandbox: TelegramSandbox, group: int
) -> None:
    sandbox.readers.add_bot(group, OWNER)
    sandbox.misbehave("status", "getChatAdministrators", status=500, count=1)
    assert "একটু পরে আবার চেষ্টা করুন" in await bot.said(OWNER, "/subscribe খেলা", group)
    assert await bot.topics(group) == frozenset()
    await bot.said(OWNER, "/subscribe খেলা", group)
    assert await bot.topics(group) == {"sports"}


# --- channels --------------------------------------------------------------------------------------------------------


async def test_a_channels_administrators_subscribe_it_by_posting(bot: Bot, sandbox: TelegramSandbox) -> None:
    members, rights = (OWNER, MEMBER), "administrator"
    channel = sandbox.readers.add_group("খবর", kind="channel", members=members, bot_status=rights).id
    await bot.articles.put(a_draft(1), now=NOW, announce=True)
    assert await bot.said(OWNER, "শুভ সকাল", channel) == ""
    assert await bot.said(OWNER, "/latest", channel) == ""
    assert await bot.said(OWNER, "/subscribe খেলা", channel) == "এখন থেকে এখানে খবর পাঠানো হবে: খেলা।"
    assert await bot.topics(channel) == {"sports"}
    assert "reply_markup" not in sandbox.readers.view(channel, OWNER)[-1]


async def test_the_newsrooms_own_channel_is_found_by_name_or_number(sandbox: TelegramSandbox) -> None:
    channel = sandbox.readers.add_group(
        "দৈনিক প্রভাত", kind="channel", members=(OWNER,), bot_status="administrator", username="probhat"
    ).id
    for reference in ("@probhat", str(channel)):
        found = await find_public_channel(sandbox.api, reference, sandbox.bot)
        assert found.address == Address("telegram", str(channel))
        assert (found.title, found.problem) == ("দৈনিক প্রভাত", "")


async def test_a_channel_in_which_the_bot_may_not_post_is_told_with_what_to_do(sandbox: TelegramSandbox) -> None:
    sandbox.readers.add_group("খবর", kind="channel", members=(OWNER,), bot_status="member", username="probhat")
    found = await find_public_channel(sandbox.api, "@probhat", sandbox.bot)
    assert found.problem == (
        f"the bot may not post in @probhat: add @{sandbox.bot.username} to its administrators in Telegram, "
        "with the right to post messages"
    )


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (None, "", "Telegram shows this bot no @probhat"),
        ("channel", "kicked", "Telegram shows this bot no @probhat"),
        ("supergroup", "member", "@probhat is a supergroup, not a channel"),
    ],
)
async def test_what_is_no_channel_of_ours_is_a_mistake_in_the_settings(
    sandbox: TelegramSandbox, kind: str | None, status: str, words: str
) -> None:
    if kind is not None:
        sandbox.readers.add_group("খবর", kind=kind, members=(OWNER,), bot_status=status, username="probhat")
    with pytest.raises(ConfigurationError, match=f"NEWSBOT_TELEGRAM__CHANNEL: {words}"):
        await find_public_channel(sandbox.api, "@probhat", sandbox.bot)


# --- who administers -------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def test_administrators_are_asked_for_rarely_and_changes_are_noticed(
    sandbox: TelegramSandbox, group: int
) -> None:
    sandbox.readers.add_bot(group, OWNER)
    clock = Clock()
    administrators = Administrators(sandbox.api, clock=clock)

    async def decides(who: int) -> bool:
        incoming = a_group_message("/pause", address=Address("telegram", str(group)), sender_id=str(who))
        return await administrators.include(incoming)

    assert await decides(OWNER)
    assert not await decides(HELPER)
    sandbox.readers.promote_member(group, HELPER)
    assert not await decides(HELPER)
    clock.now += MISSED_FOR
    assert await decides(HELPER)
    sandbox.readers.promote_member(group, HELPER, promoted=False)
    assert await decides(HELPER)
    clock.now += TRUSTED_FOR
    assert not await decides(HELPER)


async def test_nobody_is_asked_about_who_speaks_for_themselves_or_for_another_channel(sandbox: TelegramSandbox) -> None:
    sandbox.misbehave("status", "getChatAdministrators", status=500)
    administrators = Administrators(sandbox.api)
    assert await administrators.include(a_group_message("/pause", chat_kind=ChatKind.PRIVATE))
    assert await administrators.include(a_group_message("/pause", sender_id="-2002"))
    assert not await administrators.include(a_group_message("/pause", sender_id="-1009"))
    assert not await administrators.include(a_group_message("/pause", sender_id=""))


async def test_in_a_group_that_the_bot_has_left_nobody_decides(sandbox: TelegramSandbox, group: int) -> None:
    administrators = Administrators(sandbox.api)
    incoming = a_group_message("/pause", address=Address("telegram", str(group)), sender_id=str(OWNER))
    assert not await administrators.include(incoming)


async def test_an_answer_that_is_lost_says_nothing_of_anyone(sandbox: TelegramSandbox, group: int) -> None:
    sandbox.readers.add_bot(group, OWNER)
    sandbox.misbehave("status", "getChatAdministrators", status=500, count=1)
    administrators = Administrators(sandbox.api)
    incoming = a_group_message("/pause", address=Address("telegram", str(group)), sender_id=str(OWNER))
    with pytest.raises(ChannelUnavailable):
        await administrators.include(incoming)
    assert await administrators.include(incoming)
