"""Every command of the program as its user runs it: the real process against the sandbox's Telegram and portal."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from newsbot.sandbox import DEMO_TOKEN
from newsbot.sandbox.demo import create_sandbox_app
from tests.newsroom_folder import Newsroom
from tests.programs import free_port, program, ready
from tests.telegram_sandbox import running_app


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        yield Newsroom(tmp_path, address)


async def test_ingest_once_says_what_each_source_brought(newsroom: Newsroom) -> None:
    status, out, _ = await newsroom.run("ingest", "--once", "portal-feed")
    assert status == 0
    assert re.fullmatch(r"portal-feed: 60 new\n", out)
    status, out, _ = await newsroom.run("ingest", "--once")
    assert status == 0
    assert out.splitlines()[0] == "portal-feed: nothing new since the last time"
    assert out.splitlines()[1].startswith("portal-sitemap: ")


async def test_ingest_says_which_source_failed_and_of_which_it_never_heard(newsroom: Newsroom) -> None:
    toml = newsroom.folder / "newsroom.toml"
    toml.write_text(toml.read_text("utf-8").replace("/rss.xml", "/robots.txt"), "utf-8")
    status, out, _ = await newsroom.run("ingest", "--once")
    assert status == 1
    assert out.startswith("portal-feed: FAILED: ")
    assert "portal-sitemap: " in out
    status, _, err = await newsroom.run("ingest", "--once", "radio")
    assert status == 2
    assert err == "newsbot: no source 'radio' in newsroom.toml; configured: portal-feed, portal-sitemap\n"


async def test_a_conversation_in_the_terminal_is_remembered_and_counted(newsroom: Newsroom) -> None:
    await newsroom.run("ingest", "--once", "portal-feed")
    said = await newsroom.chat("/start", "/subscribe খেলা", "/latest খেলা ২", "1")
    assert "খেলা" in said
    assert "পুরোটা পড়ুন: http://127.0.0.1" in said.replace("\u09dc", "\u09a1\u09bc")
    assert "খেলা" in await newsroom.chat("/mytopics")
    status, figures, _ = await newsroom.run("stats")
    assert status == 0
    assert figures.startswith("Readers\n  subscribers: 1\n  can be alerted: 1\nBy topic\n  ⚽ Sports: 1\n")
    assert "Articles\n  stored: 60\n  portal-feed: read 2" in figures
    assert "  portal-sitemap: not read yet\n" in figures
    assert figures.endswith("Readers of the last 7 days\n  new: 1\nAlerts of the last 24 hours\n  none\n")


async def test_figures_are_told_day_by_day_as_text_as_a_file_and_as_json(newsroom: Newsroom) -> None:
    await newsroom.chat("/start", "/subscribe খেলা")
    status, out, _ = await newsroom.run("stats", "--days", "2")
    assert status == 0
    assert out.startswith("Readers by the day\n")
    assert "Searches that found nothing\n" in out
    status, out, _ = await newsroom.run("stats", "--csv", "readers", "--days", "2")
    assert out.startswith("\ufeffday,subscribers,can be alerted,new,")
    assert [line.split(",")[1:4] for line in out.splitlines()[1:]] == [["0", "0", "0"], ["1", "1", "1"]]
    status, out, _ = await newsroom.run("stats", "--json", "--days", "1")
    assert json.loads(out)["topics"][0]["sports"] == 1
    status, _, err = await newsroom.run("stats", "--csv", "radio")
    assert (status, err.startswith("newsbot: --csv radio: there is no such table; there are readers, ")) == (2, True)


async def test_readers_go_out_and_come_in(newsroom: Newsroom, tmp_path: Path) -> None:
    for user, topic in (("rahima", "খেলা"), ("karim", "রাজনীতি")):
        await newsroom.chat("/start", f"/subscribe {topic}", user=user)
    status, _, err = await newsroom.run("subscribers", "export", "readers.jsonl")
    file = newsroom.folder / "readers.jsonl"
    assert (status, err) == (0, "2 readers exported.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    readers = [json.loads(line) for line in file.read_text("utf-8").splitlines()[1:]]
    assert {one["address"]: one["preferences"]["topics"] for one in readers} == {
        "console:rahima": ["sports"],
        "console:karim": ["politics"],
    }
    file.write_text(file.read_text("utf-8") + "not a reader\n", "utf-8")
    (newsroom.folder / "data").rename(newsroom.folder / "elsewhere")

    status, out, err = await newsroom.run("subscribers", "import", "readers.jsonl", "--dry-run")
    assert (status, out) == (1, "2 would be added, 0 would be updated, 0 unchanged, 1 refused.\n")
    assert err == "line 4: it is not JSON\n"
    _, out, _ = await newsroom.run("subscribers", "import", "readers.jsonl")
    assert out == "2 added, 0 updated, 0 unchanged, 1 refused.\n"
    _, out, _ = await newsroom.run("subscribers", "import", "readers.jsonl")
    assert out == "0 added, 0 updated, 2 unchanged, 1 refused.\n"
    status, out, _ = await newsroom.run("subscribers", "rebuild")
    assert (status, out) == (0, "2 readers rebuilt from the journal.\n")
    assert "রাজনীতি" in await newsroom.chat("/mytopics", user="karim")


async def test_the_first_start_after_an_import_finds_the_working_copy_whole(newsroom: Newsroom) -> None:
    await newsroom.chat("/start", "/subscribe খেলা", user="rahima")
    await newsroom.run("subscribers", "export", "readers.jsonl")
    (newsroom.folder / "data").rename(newsroom.folder / "elsewhere")
    _, out, _ = await newsroom.run("subscribers", "import", "readers.jsonl")
    assert out == "1 added, 0 updated, 0 unchanged, 0 refused.\n"
    async with program("--env-file", newsroom.env_file, "run", folder=newsroom.folder) as running:
        await ready(newsroom.port, running)
        assert await running.stop() == 0
    assert "rebuilt" not in running.err
    assert "খেলা" in await newsroom.chat("/mytopics", user="rahima")


async def test_an_export_to_a_folder_that_is_not_there_fails_and_leaves_nothing(newsroom: Newsroom) -> None:
    status, _, err = await newsroom.run("subscribers", "export", "nowhere/readers.jsonl")
    assert (status, err.count("newsbot: nowhere/readers.jsonl can't be written")) == (1, 1)


async def test_migrate_says_where_the_database_stands(newsroom: Newsroom) -> None:
    status, out, _ = await newsroom.run("migrate")
    assert status == 0
    assert re.fullmatch(r"The database \S+newsbot\.sqlite3 is at version \d{4}_\w+\.\n", out)


async def test_the_doctor_finds_all_well(newsroom: Newsroom) -> None:
    status, out, err = await newsroom.run("doctor")
    assert (status, err) == (0, "")
    lines = [re.sub(r":.*", "", line) for line in out.splitlines()[:-1]]
    assert lines == [
        f"ok     {part}"
        for part in (
            "settings",
            "newsroom",
            "database",
            "redis",
            "telegram",
            "public channel",
            "web",
            "source portal-feed",
            "source portal-sitemap",
        )
    ]
    assert out.splitlines()[-1] == "All is well: newsbot run"


async def test_the_doctor_says_all_that_is_wrong_at_once_and_no_secret(newsroom: Newsroom) -> None:
    wrong = "10000001:another-token_0123456789_0123456"
    text = newsroom.env_file.read_text("utf-8").replace(DEMO_TOKEN, wrong)
    dead = free_port()
    newsroom.env_file.write_text(text + f"NEWSBOT_REDIS_URL=redis://:hunter2@127.0.0.1:{dead}\n", "utf-8")
    toml = newsroom.folder / "newsroom.toml"
    toml.write_text(toml.read_text("utf-8").replace("/rss.xml", "/portal"), "utf-8")
    status, out, _ = await newsroom.run("doctor")
    assert status == 1
    found = dict(re.findall(r"^(?:WRONG|ok) +([^:]+): (.*)$", out, re.M))
    assert f"127.0.0.1:{dead}" in found["redis"]
    assert "doesn't know this token" in found["telegram"]
    assert "HTML" in found["source portal-feed"]
    assert [line.split()[0] for line in out.splitlines()].count("WRONG") == 3
    assert wrong not in out
    assert "hunter2" not in out


async def test_the_doctor_says_whether_the_bot_may_post_in_the_newsrooms_channel(newsroom: Newsroom) -> None:
    text = newsroom.env_file.read_text("utf-8")
    newsroom.env_file.write_text(text + "NEWSBOT_TELEGRAM__CHANNEL=@probhat\n", "utf-8")
    status, out, _ = await newsroom.run("doctor")
    assert status == 1
    assert "WRONG  public channel: NEWSBOT_TELEGRAM__CHANNEL: Telegram shows this bot no @probhat; " in out
    channel = {"title": "দৈনিক প্রভাত", "kind": "channel", "username": "probhat", "bot_status": "administrator"}
    groups = f"{newsroom.sandbox}/sandbox/telegram/groups"
    async with aiohttp.ClientSession() as session, session.post(groups, json=channel) as answer:
        assert answer.status == 200
    status, out, _ = await newsroom.run("doctor")
    assert status == 0
    assert "ok     public channel: breaking news goes to “দৈনিক প্রভাত” first; the bot may post there" in out


async def test_the_doctor_changes_nothing_and_can_be_asked_while_the_bot_runs(newsroom: Newsroom) -> None:
    async with program("--env-file", newsroom.env_file, "run", folder=newsroom.folder) as running:
        await ready(newsroom.port, running)
        status, out, _ = await newsroom.run("doctor")
        assert status == 0
        assert f"note   web: a newsbot is running at 127.0.0.1:{newsroom.port}" in out
        assert (await newsroom.run("health"))[:2] == (0, "ready\n")
        assert await running.stop() == 0
    status, out, err = await newsroom.run("health")
    assert (status, out) == (1, "")
    assert err.startswith(f"newsbot: no newsbot answers at http://127.0.0.1:{newsroom.port}/readyz")


async def test_the_doctor_tells_wrong_settings_first(newsroom: Newsroom) -> None:
    newsroom.env_file.write_text("NEWSBOT_WEB__PORT=x\nNEWSBOT_LANGUAGE=Bangla\n", "utf-8")
    status, out, _ = await newsroom.run("doctor")
    assert status == 1
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["WRONG", "settings:", "NEWSBOT_LANGUAGE:"],
        ["WRONG", "settings:", "NEWSBOT_WEB__PORT:"],
    ]
