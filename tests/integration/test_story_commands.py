"""`newsbot stories`, as its user runs it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsbot.bootstrap import Parts
from newsbot.config import load_settings
from newsbot.sandbox.demo import create_sandbox_app
from tests.builders import a_draft
from tests.newsroom_folder import Newsroom
from tests.telegram_sandbox import running_app

NOW = datetime.now(UTC)
FIRE = ("টঙ্গীতে পোশাক কারখানায় আগুন", "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।")
FIRE_OUT = ("টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে", "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে।")
OTHER_FIRE = ("পাবনায় পোশাক কারখানায় আগুন", "পাবনায় একটি পোশাক কারখানায় আগুন লেগেছে।")


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        newsroom = Newsroom(tmp_path, address)
        async with Parts(load_settings(newsroom.env_file)) as parts:
            articles = await parts.articles()
            for number, (headline, body) in enumerate((FIRE, FIRE_OUT, OTHER_FIRE), start=1):
                at = NOW - timedelta(minutes=10 - number)
                draft = a_draft(number, headline=headline, body=body, summary=body, published_at=at)
                await articles.put(draft, now=NOW, announce=False)
        yield newsroom


async def test_it_is_said_what_made_two_articles_one_story(newsroom: Newsroom) -> None:
    status, out, err = await newsroom.run("stories", "why", "1", a_draft(2).url)
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"Article 1: টঙ্গীতে পোশাক কারখানায় আগুন\n"
        r"https://news.example/article/1, from portal, published [-0-9]+ [:0-9]+\.\n"
        r"Article 2: টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে\n"
        r"https://news.example/article/2, from portal, published [-0-9]+ [:0-9]+\.\n"
        r"They are one story, number 1\.\n"
        r"Likeness 0\.[0-9]+, enough is 0\.50: headlines 0\.[0-9]+, with first sentences 0\.[0-9]+, "
        r"[01]\.[0-9]+ of the headline of 1 is told by 2, [01]\.[0-9]+ the other way round\.\n"
        r"Both have: (.+ \([0-9.]+\), )+.+ \([0-9.]+\)\.\n"
        r"In the headline of 1 and not in the other article: nothing\.\n"
        r"In the headline of 2 and not in the other article: নিয়ন্ত্রন \([0-9.]+\)\.\n"
        r"Nothing else speaks against it\.\n",
        out,
    )


async def test_it_is_said_what_kept_them_apart(newsroom: Newsroom) -> None:
    status, out, _ = await newsroom.run("stories", "why", "1", "3")
    assert status == 0
    assert "They are two stories, numbers 1 and 3.\n" in out
    assert "Against it: each names a place that the other doesn't; each headline names something that" in out


async def test_an_article_that_is_not_there_is_told(newsroom: Newsroom) -> None:
    assert (await newsroom.run("stories", "why", "1", "99"))[::2] == (
        1,
        "newsbot: No article 99 is stored: it never came, or is older than articles are kept.\n",
    )
    assert (await newsroom.run("stories", "why", "1", "ftp://x"))[0] == 2
