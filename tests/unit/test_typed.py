"""What readers type, each with what it should be taken for: `tests/golden/typed.txt`, with the example's topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsbot.conversation.intent_record import as_record
from newsbot.conversation.intents import Intent
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.newsroom_file import load_newsroom
from newsbot.text.periods import find_period
from tests.builders import NOW, an_incoming

FILE = Path(__file__).parent.parent / "golden" / "typed.txt"
VOCABULARY = Vocabulary(load_newsroom(Path(__file__).parents[2] / "newsroom.example.toml").topics)
DHAKA = ZoneInfo("Asia/Dhaka")
TODAY = NOW.astimezone(DHAKA).date()


def labelled() -> Iterator[tuple[str, str]]:
    expected = ""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("== "):
            expected = line.removeprefix("== ")
        elif expected and line:
            yield line, expected


def described(text: str, intent: Intent) -> str:
    record = as_record(intent)
    parts = [record.pop("intent")]
    if misspelt := record.pop("unrecognised", None):
        record["near"] = ",".join(word.get("suggestion", "") for word in misspelt)
    if wish := record.pop("wish", None):
        assert record.get("words", text) in text
        record = wish
        parts.append(record.pop("intent"))
    elif record.get("words") == text:
        del record["words"]
    if when := record.get("when"):
        record["when"] = _days(when)
    for name, value in record.items():
        listed = ",".join(value) if isinstance(value, list) else str(value).lower() if value is True else value
        parts.append(f"{name}={listed}")
    return " ".join(parts)


def _days(when: str) -> str:
    period = find_period(when, NOW, DHAKA, past_days=True)
    assert period is not None
    first, last = period.since.date(), (period.until - timedelta(microseconds=1)).date()
    if first != last:
        return f"{first}..{last}"
    return {TODAY: "today", TODAY - timedelta(days=1): "yesterday"}.get(last, str(last))


@pytest.mark.parametrize(("text", "expected"), tuple(labelled()))
def test_what_is_typed_is_taken_for_what_it_means(text: str, expected: str) -> None:
    assert described(text, understand(an_incoming(text), VOCABULARY)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("খে\u200bলা", "latest topic=sports"),
        ("\u202eখেলা\u202c", "latest topic=sports"),
        ("খেলা\x00\x07", "latest topic=sports"),
        ("\ud800খেলা\udfff", "latest topic=sports"),
        ("বিষ\u09df", "show_topics"),
        ("বিষ\u09af\u09bc", "show_topics"),
        ("  বন্ধ \n\n করুন\t", "ask stop"),
        ("ব\u200cন্ধ", "ask stop"),
        ("/st\u200bop", "stop"),
        ("\u200b/stop", "stop"),
        ("/বন্\u200cধ", "ask stop"),
        ("/stop।", "ask stop"),
        ("\uff0fstop", "ask stop"),
        ("/ stop", "ask stop"),
        ("//stop", "ask stop"),
        ("stop\u0000all", "search words=stopall"),
        ("ক" + "\u09be" * 1000, "search"),
        ("খেলা " * 12, "latest topic=sports"),
        ("খেলা " * 13, "search words=" + "খেলা " * 12 + "খেলা"),
        ("⚽⚽⚽", "unsupported media=text"),
        ("\u202e\ue000", "unsupported media=text"),
        ("שלום عربي", "search"),
        ("3️⃣", "open_number number=3"),
        ("𝟛", "search"),
        ("٣", "search"),
        ("9" * 400, "search words=" + "9" * 199),
    ],
)
def test_what_is_typed_with_signs_that_nobody_sees_or_means(text: str, expected: str) -> None:
    assert described(text, understand(an_incoming(text), VOCABULARY)) == expected


def test_no_message_is_labelled_twice_and_there_are_enough() -> None:
    messages = [text for text, _ in labelled()]
    assert len(messages) == len(set(messages)) >= 250
