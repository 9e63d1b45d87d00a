"""Whole conversations, written once and run on every channel: through receiver, inbox, dialogue and renderer.

`tests/transcripts/<name>.txt` tells what the reader does and what comes of it, the same on all channels:

    > /subscribe sports                         typed; the label of a button, or #2 for the second one: pressed
    subscribe {"topics": ["sports"]}            how it is understood
    = en; topics: sports                        what is kept of the reader, where that changed

A line in parentheses is what nobody types: `(added)` to the group, `(alert)` and `(broadcast)` arrive, `(code)` is made
by the reader in a chat on another channel. The name's
first word says where: `group-…` and `channel-…` are typed by an administrator there, `member: …` by somebody who is
none; its last is the language. `tests/golden/<channel>/<name>.txt` holds what the platform is asked to show for each
line, exactly.

After a change that is meant: `NEWSBOT_WRITE_GOLDEN=1 pytest tests/integration/test_transcripts.py`, and read the
difference as a reader would. A new transcript needs only its `> ` lines.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from newsbot.channels.channel import Traits
from newsbot.channels.entrances import Entrance, Entrances
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.intent_record import as_record
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.conversation.windows import TOLD
from newsbot.delivery.composer import Variant
from newsbot.domain.alert import Audience, NewAlert
from newsbot.domain.message import AnyReply, Button, ChatKind, ChoiceReply, IncomingMessage
from newsbot.domain.subscriber import ELSEWHERE, LINKED, Preferences, Subscriber
from newsbot.i18n import Catalog
from newsbot.text.normalise import same_text
from tests.builders import (
    NOW,
    a_broadcast,
    a_draft,
    a_new_alert,
    a_newsroom,
    an_address,
    some_topics,
    the_administrator,
)
from tests.conformance.kits import KITS
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
GOLDEN = Path(__file__).parents[1] / "golden"
SCRIPTS = sorted(TRANSCRIPTS.glob("*.txt"))
PROMPT = "> "
MEMBER = "member: "
PLACES = {"group": ChatKind.GROUP, "channel": ChatKind.BROADCAST}
ENTRANCES = Entrances(
    ("telegram", "messenger"),
    (
        Entrance("telegram", "https://t.me/ProbhatBot?start="),
        Entrance("messenger", "https://m.me/105550001112223?ref=", windows=True),
        Entrance("console", "https://news.example/console?"),
    ),
)
#: notes that say what one channel alone needs
OWN = (LINKED, ELSEWHERE, TOLD)
WRITING = bool(os.environ.get("NEWSBOT_WRITE_GOLDEN"))

PAPER = (  # kicker, headline, summary, topic, minutes ago
    ("আবুধাবি টি-টেন", "শেষ ওভারের নাটকে সাইফদের জয়", "শেষ বলে ছক্কা মেরে দলকে জিতিয়েছেন অধিনায়ক।", "sports", 3),
    ("", "পদ্মা সেতুতে এক দিনে সর্বোচ্চ টোল আদায়", "ছুটির আগের দিনে যানবাহনের চাপ বেড়েছে।", "economy", 25),
    ("সংসদ নির্বাচন", "ভোটের তারিখ নিয়ে দলগুলোর সঙ্গে বৈঠক", "আগামী সপ্তাহে তফসিল ঘোষণা হতে পারে।", "politics", 70),
    ("", "নতুন ছবির শুটিং শুরু হলো সিলেটে", "চা-বাগানে প্রথম দিনের দৃশ্য ধারণ হয়েছে।", "entertainment", 190),
    ("জলবায়ু সম্মেলন", "ক্ষতিপূরণ তহবিলে সম্মতি, অঙ্ক নিয়ে মতভেদ", "রাতভর আলোচনার পর খসড়া প্রকাশ করা হয়েছে।", "world", 1500),
    ("", "জেলা লিগে নতুন চ্যাম্পিয়ন মাগুরা", "টাইব্রেকারে জিতেছে স্বাগতিকেরা।", "sports", 20000),
)


async def _a_paper() -> MemoryArticleStore:
    articles = MemoryArticleStore()
    for number, (kicker, headline, summary, topic, age) in enumerate(PAPER, start=1):
        draft = a_draft(
            number,
            kicker=kicker,
            headline=headline,
            summary=summary,
            body=summary,
            topics=(topic,),
            published_at=NOW - timedelta(minutes=age),
        )
        await articles.put(draft, now=NOW, announce=True)
    return articles


class Stage:
    """A reader on one channel and the bot behind it. `written`: intents and states; `wire`: what was shown."""

    def __init__(
        self, kit: Any, inbox: RedisInbox, articles: MemoryArticleStore, place: ChatKind, language: str
    ) -> None:
        self._kit, self._inbox, self._place, self._language = kit, inbox, place, language
        self._subscribers = MemorySubscriberStore(order=("telegram", "messenger"))
        self._codes = MemoryLinkCodes()
        self._alerts = MemoryAlertStore(articles)
        topics, newsroom, catalog = some_topics(), a_newsroom(), Catalog.load()
        names = frozenset({"ProbhatBot"})
        hinted = place is ChatKind.PRIVATE and kit.tells_language
        self._composer = AlertComposer(
            articles, topics, newsroom, catalog, clock=lambda: NOW, timezone=ZoneInfo("Asia/Dhaka")
        )
        self._vocabulary = Vocabulary(topics, frozenset(name.casefold() for name in names))
        self._dialogue = Dialogue(
            articles=articles,
            subscribers=self._subscribers,
            memory=MemoryListMemory(),
            alerts=self._alerts,
            codes=self._codes,
            entrances=ENTRANCES,
            traits=Traits(windows=kit.windows),
            administers=the_administrator,
            topics=topics,
            newsroom=newsroom,
            catalog=catalog,
            clock=lambda: NOW,
            names=names,
            language="bn" if hinted else language,
        )
        self._shown: list[Button] = []
        self._state = "stranger"
        self._handled = asyncio.Queue[None]()
        self.written: list[str] = []
        self.wire: list[str] = []

    async def act(self, line: str) -> None:
        self.written.append(f"{PROMPT}{line}")
        self.wire.append(f"{PROMPT}{line}")
        match line:
            case "(alert)":
                await self._push(a_new_alert(1))
            case "(broadcast)":
                await self._push(a_broadcast(audience=Audience()))
            case "(code)":
                await self._make_code_elsewhere()
            case _:
                await self._do(line)
        await self._note_state()

    async def _do(self, line: str) -> None:
        heard = await self._kit.understand(self._kit.body(self._event(line)))
        await self._inbox.put_many(heard)
        for _ in heard:
            async with asyncio.timeout(30):
                await self._handled.get()
        if not heard:
            self.written.append("not_for_us")

    async def _make_code_elsewhere(self) -> None:
        other = an_address("5005", channel=next(name for name in KITS if name != self._kit.name))
        chosen = Preferences(language=self._language, topics=frozenset({"economy"}))
        await self._subscribers.change(other, "started", lambda _: chosen, now=NOW)
        self.written.append(f"code {await self._codes.make(other)}")

    def _event(self, line: str) -> Any:
        if line == "(added)":
            return self._kit.added()
        if (button := self._pressed(line)) is not None:
            with suppress(LookupError):  # of an older answer's, which vanished: then its words are typed
                return self._kit.pressed(button.action, button.label)
            line = button.label
        return self._kit.typed(line.removeprefix(MEMBER), "1002" if line.startswith(MEMBER) else "")

    def _pressed(self, line: str) -> Button | None:
        if line[:1] == "#" and line[1:].isdecimal():
            return self._shown[int(line[1:]) - 1]
        return next((button for button in self._shown if same_text(button.label, line)), None)

    async def handle(self, incoming: IncomingMessage) -> None:
        """What the inbox calls."""
        try:
            record = as_record(understand(incoming, self._vocabulary))
            fields = {name: value for name, value in record.items() if name != "intent"}
            said = json.dumps(fields, ensure_ascii=False, default=str)
            self.written.append(f"{record['intent']} {said}".removesuffix(" {}"))
            replies = await self._dialogue.answer(incoming)
            shown = await self._kit.answered(incoming, replies)
            self._remember(replies, shown)
        finally:
            self._handled.put_nowait(None)

    async def _push(self, new: NewAlert) -> None:
        alert = await self._alerts.create(new, now=NOW)
        topic = next(iter(alert.audience.topics), "")
        variant = Variant(self._language, topic, shared=self._place is not ChatKind.PRIVATE)
        composed = await self._composer.compose(alert, variant)
        assert composed is not None
        assert composed.reply is not None
        self.written.append(f"pushed {alert.kind.value}")
        self._remember((composed.reply,), await self._kit.pushed(composed.reply))

    def _remember(self, replies: tuple[AnyReply, ...], shown: Any) -> None:
        self.wire += [shown.wire, *(f"loss: {loss}" for loss in shown.losses)]
        offered = [button for reply in replies for button in _acting(reply)]
        if offered:
            self._shown = offered
        missing = {button.action for button in offered} - shown.deeds
        assert not missing, f"{self._kit.name} offers nothing that does {missing}"

    async def _note_state(self) -> None:
        state = _told(await self._subscribers.get(self._kit.address))
        if state != self._state:
            self.written.append(f"= {state}")
            self._state = state


def _acting(reply: AnyReply) -> list[Button]:
    options = [Button(o.label, o.action) for o in reply.options] if isinstance(reply, ChoiceReply) else []
    return [*options, *(button for row in reply.buttons for button in row if button.action)]


def _told(reader: Subscriber | None) -> str:
    if reader is None:
        return "stranger"
    they = reader.preferences
    flags = [name for name in ("paused", "stopped", "unreachable", "onboarded") if getattr(they, name)]
    linked = ["linked"] if they.linked_with else []
    notes = [f"{name}: {value}" for name, value in they.extra if name not in OWN]
    return "; ".join((they.language, f"topics: {', '.join(sorted(they.topics)) or '–'}", *flags, *linked, *notes))


async def perform(script: list[str], kit: Any, redis: Redis, place: ChatKind, language: str) -> Stage:
    inbox = RedisInbox(redis, f"{kit.name}:transcripts", retry_after=())
    stage = Stage(kit, inbox, await _a_paper(), place, language)
    working = asyncio.create_task(inbox.work(stage.handle))
    try:
        for line in script:
            await stage.act(line)
            assert await inbox.failures() == 0, f"{line!r} could not be handled"
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    return stage


def _place_of(file: Path) -> ChatKind:
    return PLACES.get(file.stem.partition("-")[0], ChatKind.PRIVATE)


RUNS = [(file, name) for file in SCRIPTS for name, kit in KITS.items() if _place_of(file) in kit.places]


@pytest.mark.parametrize(("file", "channel"), RUNS, ids=[f"{file.stem}-{name}" for file, name in RUNS])
async def test_a_conversation_is_the_same_on_every_channel_and_shown_as_it_should_be(
    file: Path, channel: str, redis: Redis
) -> None:
    place, language = _place_of(file), file.stem.rpartition("-")[2]
    expected = file.read_text("utf-8")
    script = [line.removeprefix(PROMPT) for line in expected.splitlines() if line.startswith(PROMPT)]
    stage = await perform(script, KITS[channel](place, language), redis, place, language)
    written, wire = "\n".join(stage.written) + "\n", _spaced(stage.wire)
    golden = GOLDEN / channel / f"{file.stem}.txt"
    if WRITING:
        file.write_text(written, "utf-8")
        golden.write_text(wire, "utf-8")
        return
    assert written == expected
    assert wire == golden.read_text("utf-8")


def _spaced(parts: list[str]) -> str:
    """A line between what was done and what is shown of the next."""
    return "\n".join(f"\n{part}" if part.startswith(PROMPT) else part for part in parts if part).lstrip("\n") + "\n"


def test_there_are_conversations_in_both_languages_and_no_golden_file_without_one() -> None:
    assert {file.stem.rpartition("-")[2] for file in SCRIPTS} == {"bn", "en"}
    for channel in KITS:
        expected = {f"{file.stem}.txt" for file, name in RUNS if name == channel}
        assert {file.name for file in (GOLDEN / channel).glob("*.txt")} == expected
