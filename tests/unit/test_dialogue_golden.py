"""Whole conversations as a reader sees them, in Bengali and English, beside what is expected.

A file is a script and its transcript at once: lines that begin with `> ` are typed, the rest is what the bot answers.
After a change that is meant, run with NEWSBOT_WRITE_GOLDEN=1 and read the difference as a reader would.
"""

from __future__ import annotations

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from newsbot.channels.console import ConsoleChannel
from newsbot.conversation.dialogue import Dialogue
from newsbot.domain.message import IncomingMessage
from newsbot.i18n import Catalog
from tests.builders import NOW, a_draft, a_newsroom, some_topics
from tests.fakes import MemoryArticleStore, MemoryListMemory, MemorySubscriberStore

FOLDER = Path(__file__).parent.parent / "golden" / "conversation"
SCRIPTS = sorted(FOLDER.glob("*.txt"))
PROMPT = "> "

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


async def transcript(script: list[str], language: str) -> str:
    out = StringIO()
    channel = ConsoleChannel("golden", source=StringIO("\n".join(script)), out=out, language=language)
    dialogue = Dialogue(
        articles=await _a_paper(),
        subscribers=MemorySubscriberStore(),
        memory=MemoryListMemory(),
        topics=some_topics(),
        newsroom=a_newsroom(),
        catalog=Catalog.load(),
        clock=lambda: NOW,
    )
    typed = iter(script)

    async def handle(incoming: IncomingMessage) -> None:
        out.write(f"{PROMPT}{next(typed)}\n")
        await channel.reply(incoming, await dialogue.answer(incoming))

    await channel.run(handle)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines()) + "\n"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
async def test_a_conversation_reads_as_it_should(file: Path) -> None:
    expected = file.read_text("utf-8")
    script = [line.removeprefix(PROMPT) for line in expected.splitlines() if line.startswith(PROMPT)]
    seen = await transcript(script, language=file.stem.rpartition("-")[2])
    if os.environ.get("NEWSBOT_WRITE_GOLDEN"):
        file.write_text(seen, "utf-8")
    assert seen == expected


def test_there_are_conversations_in_both_languages() -> None:
    assert {file.stem.rpartition("-")[2] for file in SCRIPTS} == {"bn", "en"}
