"""`newsbot search`: what readers would find, as people and as programs read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from newsbot.cli import app

#: the command is run in this process, and sets up the log
pytestmark = pytest.mark.usefixtures("kept_logging")

ARTICLES = (
    {"id": "a", "headline": "পদ্মা সেতুর টোল", "body": "গাড়ি পার হচ্ছে।", "date": "2025-11-18T10:00:00+06:00"},
    {"id": "b", "title": "নির্বাচন কমিশনের বৈঠক", "article": "পদ্মা নিয়েও কথা হয়।", "date": "2025-11-17"},
    {"url": "https://news.example/3", "body": "রাজনীতির মাঠে উত্তাপ, নির্বাচনে জয়।", "topics": ["politics"]},
    {"text": "শুধু একটি লেখা, পদ্মা নামে।"},
)


@pytest.fixture
def settings(tmp_path: Path) -> list[str]:
    file = tmp_path / "bot.env"
    file.write_text(f"NEWSBOT_DATA_DIR={tmp_path}/data\nNEWSBOT_NEWSROOM={tmp_path}/newsroom.toml\n", "utf-8")
    return ["--env-file", str(file)]


@pytest.fixture
def archive(tmp_path: Path) -> list[str]:
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(json.dumps(article) for article in ARTICLES), "utf-8")
    return ["--articles", str(file)]


def run(*arguments: str, given: str = "", status: int = 0) -> Result:
    result = CliRunner().invoke(app, arguments, input=given)
    assert result.exit_code == status, result.output
    return result


def answers(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]


def test_each_query_of_the_input_is_answered_by_a_line(settings, archive) -> None:
    given = 'পদ্মা\n{"id": 7, "query": "rajniti"}\n'
    lines = [json.dumps("পদ্মা"), json.dumps({"id": 7, "query": "rajniti"})]
    found = answers(run(*settings, "search", "--json", *archive, given="\n".join(lines)))
    assert [(one.get("id"), one["query"], one["meant"]) for one in found] == [
        (None, "পদ্মা", {}),
        (7, "rajniti", {"rajniti": "রাজনীতির"}),
    ]
    assert [hit["id"] for hit in found[0]["found"]] == [4, "a", "b"]  # without a date: of today
    assert [hit["url"] for hit in found[1]["found"]] == ["https://news.example/3"]
    plain = answers(run(*settings, "search", "--json", *archive, given=given))
    assert [one["query"] for one in plain] == given.splitlines()


def test_all_or_any_of_the_words_and_how_many_articles(settings, archive) -> None:
    def ids(*options: str) -> list[object]:
        (answer,) = answers(run(*settings, "search", "--json", *archive, *options, "পদ্মা", "কমিশন"))
        return [hit["id"] for hit in answer["found"]]

    assert ids("--match", "all") == ["b"]
    assert set(ids("--match", "any")) == {"a", "b", 4}
    assert ids("--match", "any", "--limit", "1") == ["b"]


def test_of_a_topic(settings, archive) -> None:
    (answer,) = answers(run(*settings, "search", "--json", *archive, "--topic", "politics", "নির্বাচন"))
    assert [hit["url"] for hit in answer["found"]] == ["https://news.example/3"]


def test_people_read_lines(settings, archive) -> None:
    assert "2025-11-18  পদ্মা সেতুর টোল  line:1" in run(*settings, "search", *archive, "টোল").stdout
    assert run(*settings, "search", *archive, "ইলিশ").stdout == "Nothing was found.\n"
    assert "did you mean রাজনীতির?" in run(*settings, "search", *archive, "rajneeti").stdout


def test_a_line_that_is_no_json_is_told(settings, archive, tmp_path) -> None:
    lines = answers(run(*settings, "search", "--json", *archive, given='{"query": "পদ্মা"}\n{"query\n', status=1))
    assert lines[1] == {"line": 2, "error": "not JSON (JSONDecodeError)"}
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "এক"}\n{"text"\n', "utf-8")
    run(*settings, "search", "--articles", str(broken), "এক", status=2)


def test_the_newsrooms_own_articles_need_its_file(settings, tmp_path) -> None:
    run(*settings, "search", "এক", status=2)
    example = (Path(__file__).parents[2] / "newsroom.example.toml").read_text("utf-8")
    (tmp_path / "newsroom.toml").write_text(example, "utf-8")
    assert answers(run(*settings, "search", "--json", "এক")) == [{"query": "এক", "meant": {}, "found": []}]
    run(*settings, "search", "--topic", "no-such-topic", "এক", status=2)


def test_whatever_stands_in_queries_and_articles_is_answered(settings, tmp_path) -> None:
    hostile = [
        "\ud800 \udfff",
        "\x00\x1b[31m",
        "\u202eשלום عربي \ue000",
        "ক" + "\u0981" * 1000,
        "।?!…",
        "",
        "শব্দ " * 100_000,
    ]
    file = tmp_path / "hostile.jsonl"
    articles = [{"url": text[:9], "headline": text, "body": f"ইলিশ {text}", "topics": [text[:9]]} for text in hostile]
    file.write_text("\n".join(map(json.dumps, [*articles, {"id": 5, "headline": [], "body": {}}])), "utf-8")
    queries = [{"id": number, "query": f"ইলিশ {text}"} for number, text in enumerate(hostile)]
    given = "\n".join(map(json.dumps, queries))
    found = answers(run(*settings, "search", "--json", "--articles", str(file), given=given))
    assert [one["id"] for one in found] == list(range(len(hostile)))
    assert all(one["found"] for one in found)
    assert "line:" in run(*settings, "search", "--articles", str(file), "ইলিশ").stdout
