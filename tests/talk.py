"""A reader and the bot: what is said and pressed, and what comes back, over stores in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from newsbot.channels.channel import USUAL, Traits
from newsbot.channels.entrances import Entrances
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.turn import Replies
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    HeadlinesReply,
    IncomingMessage,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address, Preferences
from newsbot.i18n import Catalog
from tests.builders import NOW, a_draft, a_newsroom, a_press, an_address, an_incoming, some_topics, the_administrator
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_ledger import MemoryLedger

CATALOG = Catalog.load()
READER = an_address()
Only = TypeVar("Only", bound=AnyReply)


@dataclass
class Talk:
    """A reader and the bot."""

    articles: MemoryArticleStore = field(default_factory=MemoryArticleStore)
    subscribers: MemorySubscriberStore = field(default_factory=MemorySubscriberStore)
    memory: MemoryListMemory = field(default_factory=MemoryListMemory)
    alerts: MemoryAlertStore = field(default_factory=MemoryAlertStore)
    codes: MemoryLinkCodes = field(default_factory=MemoryLinkCodes)
    now: datetime = NOW
    traits: Traits = USUAL
    held: MemoryLedger | None = None
    last: Replies = ()

    def __post_init__(self) -> None:
        self.begin()

    def begin(self, public_channel: Address | None = None, entrances: Entrances | None = None) -> None:
        """As after a start, with this channel in the settings, and readers on these channels."""
        self.dialogue = Dialogue(
            articles=self.articles,
            subscribers=self.subscribers,
            memory=self.memory,
            alerts=self.alerts,
            codes=self.codes,
            administers=the_administrator,
            topics=some_topics(),
            newsroom=a_newsroom(),
            catalog=CATALOG,
            clock=lambda: self.now,
            names=frozenset({"ProbhatBot"}),
            entrances=entrances,
            public_channel=public_channel,
            traits=self.traits,
            held=self.held,
        )

    async def say(self, text: str, **changes: object) -> Replies:
        return await self.hear(an_incoming(text, **changes))

    async def press(self, label: str, **changes: object) -> Replies:
        """A button of the last answer, by its label or a part of it."""
        found = [button for reply in self.last for button in buttons(reply) if label in button.label and button.action]
        assert found, f"no button {label!r} in {[button.label for reply in self.last for button in buttons(reply)]}"
        return await self.do(found[0].action, **changes)

    async def do(self, action: str, **changes: object) -> Replies:
        return await self.hear(a_press(action, **changes))

    async def hear(self, incoming: IncomingMessage) -> Replies:
        self.last = await self.dialogue.answer(incoming)
        return self.last

    async def publish(self, count: int, **changes: object) -> None:
        for number in range(1, count + 1):
            await self.articles.put(a_draft(number, **changes), now=NOW, announce=True)

    async def chosen(self) -> Preferences:
        known = await self.subscribers.get(READER)
        assert known is not None
        return known.preferences

    async def a_reader(self, *topics: str, **preferences: object) -> None:
        chosen = Preferences(**{"topics": frozenset(topics), "onboarded": True} | preferences)  # type: ignore[arg-type]
        await self.subscribers.change(READER, "started", lambda known: known, now=NOW, initial=chosen)


def buttons(reply: AnyReply) -> list[Button]:
    options = [Button(o.label, o.action) for o in reply.options] if isinstance(reply, ChoiceReply) else []
    numbers = [Button(h.number, h.action) for h in reply.headlines] if isinstance(reply, HeadlinesReply) else []
    return [*options, *numbers, *(button for row in reply.buttons for button in row)]


def words(replies: Sequence[AnyReply]) -> str:
    """All that a reader would read."""
    said = []
    for reply in replies:
        match reply:
            case TextReply():
                said.append(reply.plain)
            case HeadlinesReply():
                said += [reply.title, *(f"{h.number} {h.kicker} {h.headline} {h.when}" for h in reply.headlines)]
                said.append(reply.footer)
            case CardReply():
                said += [*reply.labels, reply.kicker, reply.headline, reply.summary, reply.source, reply.when]
            case ChoiceReply():
                said.append(reply.question)
            case FileReply():
                said.append(reply.caption)
            case Toast():
                said.append(reply.text)
    return "\n".join(said)


def only(replies: Replies, kind: type[Only]) -> Only:
    (found,) = (reply for reply in replies if isinstance(reply, kind))
    return found
