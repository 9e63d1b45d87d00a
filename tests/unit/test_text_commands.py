"""`newsbot text …`: texts or JSON lines in, JSON lines out, whatever comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsbot.cli import app

OUR_DATA = {"NEWSBOT_SHARED_DATA": None}  # may be set for the tests, and is no setting of the program


def run(*arguments: str, given: str | bytes = "", status: int = 0) -> list[dict]:
    result = CliRunner().invoke(app, ["text", *arguments], input=given)
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]


def test_a_text_is_one_text() -> None:
    assert run("sentences", given="মো. রহিম এলেন।\nতিনি কি যাবেন? হ্যাঁ।") == [
        {"sentences": ["মো. রহিম এলেন।", "তিনি কি যাবেন?", "হ্যাঁ।"]}
    ]


def test_each_line_is_a_text_when_asked() -> None:
    assert [answer["keys"] for answer in run("tokens", "--lines", given="ঢাকার খবর\n\nখেলা\n")] == [["ঢাকা", "খবর"], ["খেলা"]]


def test_json_lines_are_answered_under_their_names() -> None:
    lines = [{"id": 7, "text": "খেলা"}, {"url": "https://news.example/1", "headline": "এক", "article": "দুই।"}, "তিন"]
    given = "\n".join(json.dumps(line) for line in lines)
    assert run("tokens", given=given) == [
        {"id": 7, "tokens": ["খেলা"], "keys": ["খেলা"]},
        {"url": "https://news.example/1", "tokens": ["এক", "দুই"], "keys": ["এক", "দুই"]},
        {"tokens": ["তিন"], "keys": ["তিন"]},
    ]


def test_a_line_that_is_no_json_is_told_and_does_not_stop_the_others() -> None:
    given = '{"text": "এক"}\n{"text": \n[1]\n{"text": "দুই"}\n'
    assert run("tokens", given=given, status=1) == [
        {"tokens": ["এক"], "keys": ["এক"]},
        {"line": 2, "error": "not JSON (JSONDecodeError)"},
        {"line": 3, "error": "neither a text nor an object"},
        {"tokens": ["দুই"], "keys": ["দুই"]},
    ]


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("বিজ\u09df ৷", "utf-8")
    assert run("normalise", str(file)) == [{"normalised": "বিজ\u09af\u09bc ।", "shown": "বিজ\u09df ৷"}]
    run("normalise", str(tmp_path / "missing.txt"), status=2)


def test_a_summary_says_how_it_was_made() -> None:
    article = {"headline": "সেতু খুলল", "body": "নতুন সেতুতে যান চলাচল শুরু হয়েছে। মানুষ খুশি।"}
    assert run("summary", given=json.dumps(article)) == [
        {"summary": "নতুন সেতুতে যান চলাচল শুরু হয়েছে। মানুষ খুশি।", "method": "extractive"}
    ]


@pytest.fixture
def settings(tmp_path: Path) -> list[str]:
    file = tmp_path / "bot.env"
    example = Path(__file__).parents[2] / "newsroom.example.toml"
    file.write_text(f"NEWSBOT_NEWSROOM={example}\nNEWSBOT_DATA_DIR={tmp_path}\n", "utf-8")
    return ["--env-file", str(file)]


def test_topics_are_the_newsrooms(settings: list[str]) -> None:
    articles = [{"section": "খেলা"}, {"url": "https://www.example.com/nothing/1", "categories": ["খেলা"]}, {"text": "এক"}]
    given = "\n".join(json.dumps(article) for article in articles)
    result = CliRunner(env=OUR_DATA).invoke(app, [*settings, "text", "topics"], input=given)
    answers = [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]
    assert [answer["topics"] for answer in answers] == [["sports"], ["sports"], []]


def test_intents_are_what_a_reader_would_be_taken_for(settings: list[str]) -> None:
    given = "আজকের খেলার খবর\nখেলা বন্ধ\nফলো ক্রীরা\n/stop\n"
    result = CliRunner(env=OUR_DATA).invoke(app, [*settings, "text", "intents", "--lines"], input=given)
    assert [json.loads(line) for line in result.stdout_bytes.decode().splitlines()] == [
        {"text": "আজকের খেলার খবর", "intent": "latest", "topic": "sports", "when": "আজকের"},
        {
            "text": "খেলা বন্ধ",
            "intent": "ask",
            "wish": {"intent": "unsubscribe", "topics": ["sports"]},
            "words": "খেলা বন্ধ",
        },
        {"text": "ফলো ক্রীরা", "intent": "subscribe", "unrecognised": [{"word": "ক্রীরা", "suggestion": "sports"}]},
        {"text": "/stop", "intent": "stop"},
    ]


@pytest.mark.parametrize("verb", ["normalise", "tokens", "sentences", "summary", "topics", "intents"])
@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\n\n",
        "।?!…".encode(),
        b"\xff\xfe broken",
        b'"\\ud800 lone"',
        b'{"text": "\\u0000\\udfff", "id": "\\ud800"}',
        b'{"text": 5, "body": ["x"]}',
        b'{"headline": "\\udc00", "body": "\\ud83d", "section": "\\ud800", "categories": ["\\ud800", 5]}',
        b'{"url": "\\udfff", "text": "\\ud800"}',
        b'{"description": "\\ud800 lone", "text": "\\ud800", "section": {}, "categories": {"a": 1}, "url": []}',
        ("ক" + "\u09be" * 1000).encode(),
        "\u202eשלום عربي \ue000\x07".encode(),
        ("খবর। " * 70_000).encode(),  # a megabyte
        ("\u09cdক" * 170_000).encode(),
        (b"[" * 100_000),
        (b'{"a":' * 5_000),
    ],
    ids=range(16),
)
def test_every_input_is_answered(verb: str, given: bytes, settings: list[str]) -> None:
    result = CliRunner(env=OUR_DATA).invoke(app, [*settings, "text", verb], input=given)
    assert result.exit_code in {0, 1}
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert all(isinstance(json.loads(line), dict) for line in result.stdout_bytes.decode().splitlines())
