"""Whole conversations as a reader sees them, in Bengali and English, beside what is expected.

A file is a script and its transcript at once: lines that begin with `> ` are typed, the rest is what the bot answers.
The file's first word says where: `group-…` and `channel-…` are typed by an administrator there, `member: …` by somebody
who is none. In parentheses stands what nobody types: `(added)` to the group, `(alert)` and `(broadcast)` arrive.
After a change that is meant, run with NEWSBOT_WRITE_GOLDEN=1 and read the difference as a reader would.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsbot.channels.console import ConsoleChannel
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.turn import Replies
from newsbot.delivery.composer import Variant
from newsbot.domain.alert import Audience, NewAlert
from newsbot.domain.message import ChatKind, IncomingMessage, Kind
from newsbot.i18n import Catalog
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
from tests.fakes import MemoryArticleStore, MemoryLinkCodes, MemoryListMemory, MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore

FOLDER = Path(__file__).parent.parent / "golden" / "conversation"
SCRIPTS = sorted(FOLDER.glob("*.txt"))
PROMPT = "> "
MEMBER = "member: "
PLACES = {"group": ChatKind.GROUP, "channel": ChatKind.BROADCAST}

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


def _said_in(kind: ChatKind, incoming: IncomingMessage) -> IncomingMessage:
    if kind is ChatKind.PRIVATE:
        return incoming
    who = "1001"
    if incoming.text == "(added)":
        incoming = replace(incoming, kind=Kind.UNBLOCKED)
    if incoming.text.startswith(MEMBER):
        who, incoming = "1002", replace(incoming, text=incoming.text.removeprefix(MEMBER))
    return replace(incoming, address=an_address("-2002"), chat_kind=kind, sender_id=who)


async def transcript(script: list[str], language: str, kind: ChatKind) -> str:
    out = StringIO()
    channel = ConsoleChannel("golden", source=StringIO("\n".join(script)), out=out, language=language)
    articles, topics, newsroom, catalog = await _a_paper(), some_topics(), a_newsroom(), Catalog.load()
    alerts = MemoryAlertStore(articles)
    composer = AlertComposer(articles, topics, newsroom, catalog, clock=lambda: NOW, timezone=ZoneInfo("Asia/Dhaka"))
    dialogue = Dialogue(
        articles=articles,
        subscribers=MemorySubscriberStore(),
        memory=MemoryListMemory(),
        alerts=alerts,
        codes=MemoryLinkCodes(),
        administers=the_administrator,
        topics=topics,
        newsroom=newsroom,
        catalog=catalog,
        clock=lambda: NOW,
        names=frozenset({"ProbhatBot"}),
        language=language if kind is not ChatKind.PRIVATE else "bn",
    )
    typed = iter(script)

    async def pushed(new: NewAlert) -> Replies:
        alert = await alerts.create(new, now=NOW)
        topic = next(iter(alert.audience.topics), "")
        composed = await composer.compose(alert, Variant(language, topic, shared=kind is not ChatKind.PRIVATE))
        assert composed is not None
        assert composed.reply is not None
        return (composed.reply,)

    async def handle(incoming: IncomingMessage) -> None:
        line = next(typed)
        out.write(f"{PROMPT}{line}\n")
        match line:
            case "(alert)":
                replies = await pushed(a_new_alert(1))
            case "(broadcast)":
                replies = await pushed(a_broadcast(audience=Audience()))
            case _:
                replies = await dialogue.answer(_said_in(kind, incoming))
        await channel.reply(incoming, replies)

    await channel.run(handle)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines()) + "\n"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
async def test_a_conversation_reads_as_it_should(file: Path) -> None:
    expected = file.read_text("utf-8")
    script = [line.removeprefix(PROMPT) for line in expected.splitlines() if line.startswith(PROMPT)]
    kind = PLACES.get(file.stem.partition("-")[0], ChatKind.PRIVATE)
    seen = await transcript(script, file.stem.rpartition("-")[2], kind)
    if os.environ.get("NEWSBOT_WRITE_GOLDEN"):
        file.write_text(seen, "utf-8")
    assert seen == expected


def test_there_are_conversations_in_both_languages() -> None:
    assert {file.stem.rpartition("-")[2] for file in SCRIPTS} == {"bn", "en"}
