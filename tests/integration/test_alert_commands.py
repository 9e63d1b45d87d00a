"""`newsbot alerts`, as its user runs it: beside a running newsbot, and alone."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsbot.bootstrap import Parts
from newsbot.config import load_settings
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.domain.subscriber import Preferences
from newsbot.sandbox.demo import create_sandbox_app
from tests.builders import a_draft, an_address
from tests.delivering import deliver
from tests.newsroom_folder import Newsroom
from tests.programs import program, ready
from tests.telegram_sandbox import running_app

NOW = datetime.now(UTC)
FOLLOWS, PAUSED, ELSEWHERE = (an_address(user_id) for user_id in ("1001", "1002", "1003"))


async def alert_of_an_article(newsroom: Newsroom) -> int:
    """Two readers follow sports, one of them has paused; an article of it is sent, another alerts nobody."""
    async with Parts(load_settings(newsroom.env_file)) as parts:
        subscribers, articles, alerts = await parts.subscribers(), await parts.articles(), await parts.alerts()
        await subscribers.mark_whole()
        ledger = await parts.ledger("telegram")
        for address, wanted in (
            (FOLLOWS, Preferences(topics=frozenset({"sports"}))),
            (PAUSED, Preferences(topics=frozenset({"sports"}), paused=True)),
            (ELSEWHERE, Preferences(topics=frozenset({"economy"}))),
        ):
            await subscribers.change(address, "started", lambda it: it, now=NOW, initial=wanted)
        draft = a_draft(1, published_at=NOW - timedelta(minutes=1))
        article = (await articles.put(draft, now=NOW, announce=True)).article
        other = a_draft(2, published_at=NOW - timedelta(minutes=2), topics=())
        await articles.put(other, now=NOW, announce=True)
        planner = Planner(
            articles,
            alerts,
            [ledger],
            parts.newsroom.topics,
            limits=Limits(),
            keep=timedelta(days=1),
            clock=parts.clock,
        )
        await planner.round()
        assert await deliver(alerts, ledger) == [FOLLOWS.user_id]
        await planner.round()
        return article.id


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        yield Newsroom(tmp_path, address)


async def test_it_is_said_why_an_article_was_sent_while_the_bot_runs_and_when_it_does_not(newsroom: Newsroom) -> None:
    article_id = await alert_of_an_article(newsroom)
    async with program("--env-file", newsroom.env_file, "run", folder=newsroom.folder) as running:
        await ready(newsroom.port, running)
        beside = await newsroom.run("alerts", "why", str(article_id))
        assert await running.stop() == 0
    assert await newsroom.run("alerts", "why", a_draft(1).url) == beside
    status, out, err = beside
    assert (status, err) == (0, "")
    assert re.fullmatch(
        rf"Article {article_id}: সেতু খুলে দেওয়া হলো, পর্ব 1\n"
        r"https://news.example/article/1, from portal, published [-0-9]+ [:0-9]+, found [-0-9]+ [:0-9]+\.\n"
        r"On [-0-9]+ [:0-9]+ it was decided to alert readers\.\n"
        r"Alert 1: topic alert, for readers who follow sports, made [-0-9]+ [:0-9]+\. It was done [-0-9]+ [:0-9]+\. "
        r"Of 1 reader: 1 sent\.\n",
        out,
    )


async def test_a_reader_is_looked_up(newsroom: Newsroom) -> None:
    article_id = await alert_of_an_article(newsroom)
    for address, expected in (
        (FOLLOWS, r"telegram:1001, alert 1: it was for them: sent\."),
        (PAUSED, r"telegram:1002, alert 1: not for them: they had paused their alerts, on [-0-9]+ [:0-9]+\."),
        (ELSEWHERE, r"telegram:1003, alert 1: not for them: they followed economy since [-0-9]+ [:0-9]+\."),
        (an_address("9", "messenger"), r"messenger:9 is nobody that we know: .*"),
    ):
        status, out, err = await newsroom.run("alerts", "why", str(article_id), str(address))
        assert (status, err) == (0, "")
        assert re.fullmatch(expected, out.splitlines()[-1])


async def test_the_newest_alerts_are_listed(newsroom: Newsroom) -> None:
    assert await newsroom.run("alerts", "list") == (0, "No alerts yet.\n", "")
    await alert_of_an_article(newsroom)
    status, out, _ = await newsroom.run("alerts", "list")
    assert status == 0
    assert re.fullmatch(
        r" +1  \d{4}-\d\d-\d\d \d\d:\d\d  topic alert +done +1 of 1 sent  সেতু খুলে দেওয়া হলো, পর্ব 1\n", out
    )


async def test_an_article_that_alerted_nobody_says_why(newsroom: Newsroom) -> None:
    await alert_of_an_article(newsroom)
    _, out, _ = await newsroom.run("alerts", "why", a_draft(2).url, str(FOLLOWS))
    assert "decided to alert nobody: it is not breaking, and none of its topics can be followed.\n" in out
    assert out.splitlines()[-1] == "telegram:1001: no alert was made, so none could be sent."


async def test_what_is_not_there_or_not_understood_is_said(newsroom: Newsroom) -> None:
    for arguments, status, message in (
        (("77",), 1, "No article 77 is stored"),
        (("not an address",), 2, "ARTICLE is an article's id or its address"),
        (("1", "somebody"), 2, "'somebody' is not an address"),
    ):
        answer = await newsroom.run("alerts", "why", *arguments)
        assert answer[:2] == (status, "")
        assert answer[2].startswith(f"newsbot: {message}")


async def test_an_alert_accounts_for_everyone_it_was_for(newsroom: Newsroom) -> None:
    await alert_of_an_article(newsroom)
    status, out, err = await newsroom.run("alerts", "show", "1", "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    figures = {
        "audience": 1,
        "sent": 1,
        "held": 0,
        "elsewhere": 0,
        "withdrawn": 0,
        "expired": 0,
        "stopped": 0,
        "unknown": 0,
        "refused": {},
        "waiting": 0,
        "in_flight": 0,
        "untouched": 0,
        "skipped": 0,
    }
    assert {name: told[name] for name in figures} == figures
    assert told["channels"] == {"telegram": figures}
    assert (told["state"], told["class"], told["title"]) == ("done", "topic", "সেতু খুলে দেওয়া হলো, পর্ব 1")
    assert all(datetime.fromisoformat(told[at]) >= NOW for at in ("created_at", "started_at", "ended_at"))
    _, out, _ = await newsroom.run("alerts", "show", "1")
    table = dict(reversed(line.split(maxsplit=1)) for line in out.splitlines()[4:])
    assert (table["audience"], table["sent"], table["skipped: nothing is known of them"]) == ("1", "1", "0")
    assert await newsroom.run("alerts", "show", "2") == (
        1,
        "",
        "newsbot: There is no alert 2: newsbot alerts list shows the newest.\n",
    )


async def test_a_reader_is_told_what_became_of_the_last_alerts(newsroom: Newsroom) -> None:
    await alert_of_an_article(newsroom)
    for address, expected in (
        (FOLLOWS, r"it was for them: sent\."),
        (PAUSED, r"not for them: they had paused their alerts, on [-0-9]+ [:0-9]+\."),
        (ELSEWHERE, r"not for them: they followed economy since [-0-9]+ [:0-9]+\."),
    ):
        status, out, err = await newsroom.run("alerts", "of", str(address))
        assert (status, err) == (0, "")
        head, fate = out.splitlines()
        assert re.fullmatch(r" +1  [-0-9]+ [:0-9]+  topic alert +সেতু খুলে দেওয়া হলো, পর্ব 1", head)
        assert re.fullmatch(rf" +{expected}", fate)
    _, out, _ = await newsroom.run("alerts", "of", "telegram:9")
    assert out.startswith("telegram:9 is nobody that we know:")
    assert (await newsroom.run("alerts", "of", "somebody"))[0] == 2
