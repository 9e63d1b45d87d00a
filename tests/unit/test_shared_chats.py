"""Groups and channels, through the whole of the dialogue."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest

from newsbot.conversation.turn import Replies
from newsbot.domain.message import CardReply, ChatKind, ChoiceReply, FileReply, HeadlinesReply, Kind, TextReply, Toast
from newsbot.domain.subscriber import Address, Preferences
from newsbot.errors import ChannelUnavailable
from newsbot.subscribers.public_channel import public_channel_slot
from tests.builders import NOW, a_group_message, a_press, an_address, an_incoming
from tests.talk import Talk, buttons, only, words

GROUP = an_address("-2002")
MEMBER = "1002"
NOT_ALLOWED = "Only the administrators of this group can do that."
MANAGING = (
    *("/subscribe sports", "/unsubscribe sports", "/unsubscribe all", "/mytopics", "/settings", "/language bn"),
    *("/pause", "/resume", "/stop", "/mydata", "/forgetme", "/forgetme yes"),
    *("@ProbhatBot stop", "@ProbhatBot খেলা বন্ধ করুন", "@ProbhatBot follow politics", "@ProbhatBot English"),
)


@dataclass
class GroupTalk(Talk):
    """In a group that reads English: reader 1001 is its administrator, 1002 is not."""

    async def in_group(self, text: str, who: str = "1001", **changes: object) -> Replies:
        return await self.hear(a_group_message(text, **{"sender_id": who} | changes))

    async def press_in_group(self, action: str, who: str = "1001", **changes: object) -> Replies:
        group = a_group_message("", sender_id=who)
        where = {"address": group.address, "chat_kind": group.chat_kind, "sender_id": who}
        return await self.hear(a_press(action, **where | changes))

    async def in_channel(self, text: str) -> Replies:
        return await self.hear(an_incoming(text, address=GROUP, chat_kind=ChatKind.BROADCAST, sender_id=GROUP.user_id))

    async def group(self, address: Address = GROUP) -> Preferences | None:
        known = await self.subscribers.get(address)
        return known.preferences if known else None

    async def subscribed(self, *topics: str, **preferences: object) -> None:
        chosen = Preferences(**{"topics": frozenset(topics), "language": "en"} | preferences)  # type: ignore[arg-type]
        await self.subscribers.change(GROUP, "topics", lambda known: known, now=NOW, initial=chosen)


@pytest.fixture
def talk() -> GroupTalk:
    return GroupTalk()


# --- being added -----------------------------------------------------------------------------------------------------


async def test_a_group_that_the_bot_is_added_to_is_greeted_and_told_how_to_subscribe(talk: GroupTalk) -> None:
    greeting = only(await talk.in_group("", kind=Kind.UNBLOCKED), TextReply)
    assert greeting.plain.startswith("শুভেচ্ছা! এখানে দৈনিক প্রভাত-এর খবর পাবেন।")
    assert "/subscribe খেলা" in greeting.plain
    assert await talk.group() is None


async def test_a_group_that_the_bot_comes_back_to_is_revived_and_reminded(talk: GroupTalk) -> None:
    await talk.subscribed("sports", unreachable=True)
    assert "News sent here: Sports." in words(await talk.in_group("", kind=Kind.UNBLOCKED))
    chosen = await talk.group()
    assert chosen is not None
    assert not chosen.unreachable


async def test_a_group_that_knows_the_bot_is_not_greeted_again(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    assert await talk.in_group("", kind=Kind.UNBLOCKED) == ()


@pytest.mark.parametrize("kind", [ChatKind.PRIVATE, ChatKind.BROADCAST])
async def test_a_reader_who_comes_back_and_a_channel_have_said_nothing(talk: GroupTalk, kind: ChatKind) -> None:
    assert await talk.in_group("", kind=Kind.UNBLOCKED, chat_kind=kind) == ()


async def test_a_topics_link_that_brings_the_bot_into_a_group_subscribes_it(talk: GroupTalk) -> None:
    await talk.in_group("", kind=Kind.START, action="topic-sports")
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.topics == {"sports"}


async def test_the_same_link_in_the_hands_of_a_member_only_greets(talk: GroupTalk) -> None:
    assert "/subscribe" in words(await talk.in_group("", MEMBER, kind=Kind.START, action="topic-sports"))
    assert await talk.group() is None


async def test_a_group_is_put_out_and_its_topics_wait(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    assert await talk.in_group("", kind=Kind.BLOCKED) == ()
    chosen = await talk.group()
    assert chosen is not None
    assert (chosen.unreachable, chosen.topics) == (True, {"sports"})


async def test_a_group_that_becomes_a_supergroup_keeps_its_topics(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    assert await talk.in_group("", kind=Kind.MOVED, action="-100999") == ()
    moved = await talk.group(Address("telegram", "-100999"))
    assert moved is not None
    assert moved.topics == {"sports"}
    assert await talk.group() is None


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", MANAGING)
async def test_a_member_is_told_that_administrators_decide_and_nothing_changes(talk: GroupTalk, said: str) -> None:
    await talk.subscribed("sports", "politics", paused=True)
    before = await talk.group()
    assert words(await talk.in_group(said, MEMBER)) == NOT_ALLOWED
    assert await talk.group() == before


@pytest.mark.parametrize(
    "action", ["1:sub:politics:t", "1:unsub:*", "1:pause:s", "1:forget:yes", "1:lang:bn", "1:keep"]
)
async def test_a_members_press_is_answered_on_the_button(talk: GroupTalk, action: str) -> None:
    await talk.subscribed("sports")
    before = await talk.group()
    assert await talk.press_in_group(action, MEMBER) == (Toast(text=NOT_ALLOWED),)
    assert await talk.group() == before


async def test_who_writes_in_the_groups_own_name_is_an_administrator(talk: GroupTalk) -> None:
    await talk.in_group("/subscribe খেলা", GROUP.user_id)
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.topics == {"sports"}


async def test_while_telegram_does_not_say_who_administers_nothing_is_done(talk: GroupTalk) -> None:
    await talk.subscribed("sports")

    async def nobody_knows(incoming: object) -> bool:
        raise ChannelUnavailable

    talk.dialogue.house = replace(talk.dialogue.house, administers=nobody_knows)
    before = await talk.group()
    for said in ("/unsubscribe sports", "/topics"):
        assert "try again in a little while" in words(await talk.in_group(said))
    assert await talk.group() == before


async def test_a_private_chat_asks_nobody(talk: GroupTalk) -> None:
    async def nobody(incoming: object) -> bool:
        return False

    talk.dialogue.house = replace(talk.dialogue.house, administers=nobody)
    await talk.say("/subscribe খেলা")
    assert (await talk.chosen()).topics == {"sports"}


async def test_anyone_in_a_group_reads(talk: GroupTalk) -> None:
    await talk.publish(1)
    listing = only(await talk.in_group("/latest@ProbhatBot", MEMBER), HeadlinesReply)
    assert len(listing.headlines) == 1
    assert await talk.in_group("সেতু", MEMBER) == ()
    card = only(await talk.press_in_group("1:open:1", MEMBER), CardReply)
    assert [button.label for button in buttons(card)] == ["পুরোটা পড়ুন"]
    topics = only(await talk.in_group("/topics", MEMBER), ChoiceReply)
    assert topics.options[0].action == "1:latest:sports"
    old = only(await talk.press_in_group("0:gone", MEMBER), TextReply)
    assert [button.action for button in buttons(old)] == ["1:latest"]
    assert await talk.group() is None


# --- what administrators do ------------------------------------------------------------------------------------------


async def test_a_group_follows_leaves_pauses_stops_and_comes_back(talk: GroupTalk) -> None:
    await talk.subscribed()
    for said, answer in [
        ("/subscribe sports world", "From now on, news on Sports, World is sent here."),
        ("/subscribe sports", "News on Sports is already sent here."),
        ("/unsubscribe world", "News on World is no longer sent here."),
        ("/unsubscribe world", "News on World is not sent here."),
        ("/mytopics", "News sent here:\n\n⚽ Sports · since 18 November"),
        ("/pause", "Nothing is sent here for now. The topics are kept; /resume turns it on again."),
        ("/resume", "News is sent here again."),
        ("/unsubscribe all", "No topic's news is sent here any more."),
        ("/language bn", "এখন থেকে এখানে বাংলায় লেখা হবে।"),
        ("/language en", "From now on I write here in English."),
    ]:
        assert words(await talk.in_group(said)) == answer
    await talk.in_group("/subscribe sports")
    await talk.in_group("/stop")
    stopped = await talk.group()
    assert stopped is not None
    assert (stopped.stopped, stopped.topics) == (True, {"sports"})
    assert words(await talk.in_group("/subscribe sports")) == "News is sent here again: Sports."
    again = await talk.group()
    assert again is not None
    assert not again.stopped


async def test_topics_are_toggles_that_show_themselves_anew(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    choice = only(await talk.in_group("/topics"), ChoiceReply)
    assert [option.label for option in choice.options if option.chosen] == ["⚽ Sports"]
    toast, anew = await talk.press_in_group(choice.options[1].action)
    assert toast == Toast(text="From now on, news on Politics is sent here.")
    assert isinstance(anew, ChoiceReply)
    assert anew.replaces is not None
    assert [option.label for option in anew.options if option.chosen] == ["⚽ Sports", "🏛️ Politics"]


async def test_a_group_that_follows_nothing_is_told_how_it_begins(talk: GroupTalk) -> None:
    for said in ("/mytopics", "/pause", "/unsubscribe sports"):
        assert "/subscribe খেলা" in words(await talk.in_group(said))
    assert await talk.group() is None


async def test_a_groups_language_is_the_houses_and_not_that_of_somebodys_app(talk: GroupTalk) -> None:
    await talk.in_group("/subscribe খেলা", language_hint="en")
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.language == "bn"


async def test_a_groups_data_can_be_seen_and_deleted(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    file = only(await talk.in_group("/mydata"), FileReply)
    assert file.caption == "Everything that is kept about this chat."
    assert json.loads(file.content)["preferences"]["topics"] == ["sports"]
    question = only(await talk.in_group("/forgetme"), TextReply)
    yes = buttons(question)[0].action
    assert "deleted" in words(await talk.press_in_group(yes))
    assert await talk.group() is None


async def test_settings_of_a_group_offer_nothing_personal(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    settings = only(await talk.in_group("/settings"), TextReply)
    assert [button.label for button in buttons(settings)] == ["Change language", "Pause alerts", "Topics"]


async def test_what_a_group_follows_goes_to_the_forum_topic_in_which_it_was_subscribed_last(talk: GroupTalk) -> None:
    await talk.in_group("/subscribe খেলা", thread_id="5")
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.note("thread") == "5"
    await talk.press_in_group("1:sub:politics:t", thread_id="7")
    await talk.in_group("/unsubscribe খেলা", thread_id="9")
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.note("thread") == "7"
    await talk.in_group("/subscribe খেলা")  # in the general topic, which has no number
    chosen = await talk.group()
    assert chosen is not None
    assert chosen.extra == ()


# --- channels --------------------------------------------------------------------------------------------------------


async def test_a_channel_is_subscribed_in_itself_and_answers_have_no_buttons(talk: GroupTalk) -> None:
    await talk.subscribed()
    for said in ("/subscribe sports", "/topics", "/mytopics", "/settings", "/language", "/help", "/start", "/pause"):
        replies = await talk.in_channel(said)
        assert len(replies) == 1
        assert isinstance(replies[0], TextReply)
        assert buttons(replies[0]) == []
    chosen = await talk.group()
    assert chosen is not None
    assert (chosen.topics, chosen.paused) == ({"sports"}, True)


@pytest.mark.parametrize(
    "said", ["/latest", "/search সেতু", "/5", "/খেলা", "/unknown", "খেলা", "/pause@someotherbot", "ধন্যবাদ"]
)
async def test_what_a_channel_publishes_is_not_answered(talk: GroupTalk, said: str) -> None:
    await talk.publish(1)
    assert await talk.in_channel(said) == ()


async def test_a_channel_is_forgotten_by_its_words_alone(talk: GroupTalk) -> None:
    await talk.subscribed("sports")
    assert "/forgetme yes" in words(await talk.in_channel("/forgetme"))
    assert await talk.group() is not None
    await talk.in_channel("/forgetme yes")
    assert await talk.group() is None


async def test_the_newsrooms_own_channel_follows_nothing_but_speaks_the_language_that_is_chosen_there(
    talk: GroupTalk,
) -> None:
    slot = await public_channel_slot(talk.subscribers, GROUP, now=NOW, language="en", timezone="Asia/Dhaka")
    talk.begin(public_channel=GROUP)
    before = await talk.group()
    for said in ("/subscribe sports", "/unsubscribe all", "/topics", "/pause", "/resume", "/stop", "/forgetme yes"):
        assert "breaking news is sent here without subscribing" in words(await talk.in_channel(said))
    assert await talk.group() == before
    await talk.in_channel("/language bn")
    assert await public_channel_slot(talk.subscribers, GROUP, now=NOW, language="en", timezone="x") == slot
    chosen = await talk.group()
    assert chosen is not None
    assert (chosen.language, chosen.stopped) == ("bn", True)


async def test_a_channel_that_was_the_newsrooms_own_is_one_like_others_when_the_settings_name_another(
    talk: GroupTalk,
) -> None:
    await public_channel_slot(talk.subscribers, GROUP, now=NOW, language="en", timezone="Asia/Dhaka")
    talk.begin(public_channel=an_address("-3003"))
    assert "Sports" in words(await talk.in_channel("/subscribe sports"))
    chosen = await talk.group()
    assert chosen is not None
    assert (chosen.topics, chosen.stopped) == (frozenset({"sports"}), False)
