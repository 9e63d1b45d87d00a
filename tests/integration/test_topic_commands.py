"""`newsbot topics` as its user runs it: learning from the stored articles, and telling topics with what was learnt."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.sandbox.demo import create_sandbox_app
from tests.newsroom_folder import Newsroom
from tests.telegram_sandbox import running_app
from tests.unit.test_ingest_topic_training import examples

SECTIONS = {"river": "খেলা", "hill": "অর্থনীতি", "city": "বিনোদন"}


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        yield Newsroom(tmp_path, address)


def articles(folder: Path, count: int) -> str:
    file = folder / "articles.jsonl"
    lines = [
        {
            "url": f"https://p.example/{n}",
            "section": SECTIONS[one.topics[0]],
            "headline": one.headline,
            "body": one.text,
        }
        for n, one in enumerate(examples(count))
    ]
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return str(file)


async def test_topics_are_learnt_from_a_file_and_told_by_what_was_learnt(newsroom: Newsroom) -> None:
    status, out, err = await newsroom.run("topics", "train", articles(newsroom.folder, 300))
    assert (status, err) == (0, "")
    assert "Learnt from 300 articles. Of the newest 60, held out: accuracy 1.000, macro-F1 1.000." in out
    article = newsroom.folder / "one.json"
    article.write_text(json.dumps({"headline": "ঘাটে নৌকার ভিড়", "body": "জেলেরা মাছ ধরছেন"}), "utf-8")
    status, out, _ = await newsroom.run("text", "topics", str(article))
    told = json.loads(out)
    assert (status, told["topics"], told["by"]) == (0, ["sports"], "model")
    status, out, _ = await newsroom.run("topics", "evaluate", "--json", articles(newsroom.folder, 90))
    lists, trained = map(json.loads, out.splitlines())
    assert (lists["by"], trained["by"], trained["count"], trained["accuracy"]) == ("lists", "trained", 90, 1.0)


async def test_a_young_archive_is_told_that_it_is_too_small(newsroom: Newsroom) -> None:
    await newsroom.run("ingest", "--once", "portal-feed")
    status, out, err = await newsroom.run("topics", "train")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].endswith("at least 200 of two topics are needed.")
    status, out, err = await newsroom.run("topics", "evaluate")
    assert status == 0
    assert out.startswith("lists     60 articles: accuracy ")
    assert err.splitlines()[-1] == "There is no trained model yet: newsbot topics train"


async def test_a_file_that_is_not_there_is_a_wrong_usage(newsroom: Newsroom) -> None:
    status, _, err = await newsroom.run("topics", "train", "nowhere.jsonl")
    assert (status, err) == (2, "newsbot: nowhere.jsonl can't be read (No such file or directory).\n")
