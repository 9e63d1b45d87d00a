"""Whatever readers do, in whatever order and whichever store is away: an answer, and nothing raised."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.channels.entrances import Entrance, Entrances
from newsbot.channels.telegram.renderer import render
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.turn import Replies
from newsbot.conversation.words import PHRASES
from newsbot.domain.message import ChatKind, ChoiceReply, HeadlinesReply, IncomingMessage, Kind, Toast
from newsbot.domain.subscriber import Address, Preferences
from newsbot.errors import ChannelUnavailable
from newsbot.i18n import Catalog
from tests.builders import (
    NOW,
    a_draft,
    a_new_alert,
    a_newsroom,
    a_press,
    an_address,
    an_incoming,
    some_topics,
    the_administrator,
)
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore

CATALOG = Catalog.load()
SILENT = (Kind.BLOCKED, Kind.UNBLOCKED, Kind.MOVED)

#: on another channel, by whom the first code is made
ELSEWHERE = an_address("7001", channel="messenger")
A_CODE = "CDE22223"
BOTH = Entrances(
    ("telegram", "messenger"),
    (
        Entrance("telegram", "https://t.me/ProbhatBot?start="),
        Entrance("messenger", "https://m.me/42?ref=", windows=True),
    ),
)

commands = st.sampled_from([f"/{phrase}" for phrases in PHRASES.values() for phrase in phrases])
arguments = st.sampled_from(
    [
        "",
        " খেলা",
        f" {A_CODE}",
        " sports ১০",
        " all",
        " সেতু",
        " ক্রিড়া",
        " topic-sports",
        " article-3",
        " yes",
        " en",
        " fr",
    ]
)
typed = st.one_of(
    st.builds(str.__add__, commands, arguments), st.text(max_size=60), st.sampled_from(["৩", "খেলা", "সেতু", "1"])
)
said = st.builds(an_incoming, typed, language_hint=st.sampled_from(["", "bn", "en-GB", "xx", "\x00"]))
others = st.builds(
    an_incoming,
    kind=st.sampled_from([Kind.MEDIA, Kind.START, *SILENT]),
    media=st.text(max_size=9),
    action=st.text(max_size=40) | st.just(f"link_{A_CODE}"),
)
pressed = st.integers(0, 200)  #: that button of the last answer, counted around
crooked = st.builds(
    a_press,
    st.text(max_size=64)
    | st.sampled_from(
        [
            "1:sub:gone:t",
            "1:open:zzzz",
            "1:page:sports:5:a1.1",
            "1:off:sports:1",
            "1:off:gone",
            "1:why:1",
            "1:why:2",
            "1:why",
            "1:linked",
            "1:unlink:yes",
        ]
    ),
)
outages = st.sampled_from(["articles", "subscribers", "memory", "alerts", "codes", "channel", "none"])
steps = st.lists(st.one_of(said, pressed, said, pressed, others, crooked, outages), max_size=12)
preferences = st.builds(
    Preferences,
    language=st.sampled_from(["bn", "en", "xx"]),
    timezone=st.sampled_from(["Asia/Dhaka", "Nowhere/Town", ""]),
    topics=st.frozensets(st.sampled_from(["sports", "politics", "a_topic_that_is_gone"])),
    paused=st.booleans(),
    stopped=st.booleans(),
    onboarded=st.booleans(),
)


#: chat, and who writes there
places = st.sampled_from(
    [(ChatKind.GROUP, "1001"), (ChatKind.GROUP, "7"), (ChatKind.GROUP, "-2002"), (ChatKind.BROADCAST, "-2002")]
)


class Away(Protocol):
    away: bool


@dataclass
class Administrators:
    away: bool = False

    async def include(self, incoming: IncomingMessage) -> bool:
        if self.away:
            raise ChannelUnavailable
        return await the_administrator(incoming)


def actions(replies: Replies) -> list[str]:
    found = [button.action for reply in replies for row in reply.buttons for button in row if button.action]
    found += [option.action for reply in replies if isinstance(reply, ChoiceReply) for option in reply.options]
    return found + [line.action for reply in replies if isinstance(reply, HeadlinesReply) for line in reply.headlines]


@settings(max_examples=150, deadline=None)
@given(steps, st.none() | preferences)
def test_every_reader_is_answered_and_telegram_can_show_it(
    steps: list[IncomingMessage | int | str], known: Preferences | None
) -> None:
    asyncio.run(_live_through(steps, known))


@settings(max_examples=100, deadline=None)
@given(steps, st.none() | preferences, places)
def test_in_a_shared_chat_only_its_administrators_change_anything(
    steps: list[IncomingMessage | int | str], known: Preferences | None, place: tuple[ChatKind, str]
) -> None:
    asyncio.run(_live_through(steps, known, place))


async def _live_through(
    steps: list[IncomingMessage | int | str],
    known: Preferences | None,
    place: tuple[ChatKind, str] = (ChatKind.PRIVATE, "1001"),
) -> None:
    articles, subscribers, memory = MemoryArticleStore(), MemorySubscriberStore(), MemoryListMemory()
    codes = MemoryLinkCodes()
    alerts, administrators = MemoryAlertStore(articles), Administrators()
    stores: dict[str, Away] = {"articles": articles, "subscribers": subscribers, "memory": memory, "alerts": alerts}
    stores |= {"channel": administrators, "codes": codes}
    private = place[0] is ChatKind.PRIVATE
    chat = an_address("1001" if private else "-2002")
    for number in range(1, 13):
        topics = ("sports",) if number % 2 else ("a_topic_that_is_gone",)
        await articles.put(a_draft(number, topics=topics), now=NOW, announce=True)
    await articles.withdraw(a_draft(4).url, now=NOW)
    if known is not None:
        await subscribers.change(chat, "imported", lambda _: known, now=NOW)
    await alerts.create(a_new_alert(1), now=NOW)
    assert await codes.make(ELSEWHERE) == A_CODE
    dialogue = Dialogue(
        articles=articles,
        subscribers=subscribers,
        memory=memory,
        alerts=alerts,
        codes=codes,
        entrances=BOTH,
        administers=administrators.include,
        topics=some_topics(),
        newsroom=a_newsroom(),
        catalog=CATALOG,
        clock=lambda: NOW,
    )
    last: Replies = ()
    for step in steps:
        if isinstance(step, str):
            for name, store in stores.items():
                store.away = name == step
            continue
        incoming = _press_of(last, step) if isinstance(step, int) else step
        incoming = replace(incoming, address=chat, chat_kind=place[0], sender_id=place[1])
        if incoming.kind in SILENT:
            subscribers.away = False  # what nobody waits for is raised, and tried again by the inbox
        chosen = await _chosen(subscribers, chat)
        last = await dialogue.answer(incoming)
        if private:
            assert bool(last) == (incoming.kind not in SILENT)
        elif place[1] == "7" and incoming.kind is not Kind.MOVED:
            assert await _chosen(subscribers, chat) == chosen
        if place[0] is ChatKind.BROADCAST:
            assert actions(last) == []
        assert sum(isinstance(reply, Toast) for reply in last) <= 1
        for reply in last:
            assert render(reply).request is not None or isinstance(reply, Toast)


async def _chosen(subscribers: MemorySubscriberStore, chat: Address) -> Preferences | None:
    """What was chosen there; that they can't be reached nobody chooses."""
    away, subscribers.away = subscribers.away, False
    known = await subscribers.get(chat)
    subscribers.away = away
    return replace(known.preferences, unreachable=False) if known else None


def _press_of(last: Replies, number: int) -> IncomingMessage:
    known = actions(last) or ["1:latest"]
    return a_press(known[number % len(known)])
