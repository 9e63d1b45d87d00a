"""The newsroom's buttons, over HTTP: simulated readers, trouble at Telegram, breaking news, the audience's figures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError, web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from newsbot.database import Database
from newsbot.newsroom_file import load_newsroom
from newsbot.sandbox import DEMO_EDITOR_ID, DEMO_TOKEN, READERS_FILE
from newsbot.sandbox.bot_settings import write_bot_settings
from newsbot.sandbox.cms_push import CmsPush
from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.simulated_readers import FIRST_ID, FIRST_JOINED_ID, TOPICS
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.transfer import ImportReport, import_lines
from tests.builders import NOW

WITHIN = 20.0  #: seconds for anything to happen


class Sandbox:
    def __init__(self, client: TestClient) -> None:  # type: ignore[type-arg]
        self.client = client

    async def bot(self, method: str, **fields: Any) -> Any:
        return await (await self.client.post(f"/bot{DEMO_TOKEN}/{method}", json=fields)).json()

    async def act(self, path: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        answer = await self.client.post(f"/newsroom/{path}", json=fields)
        return answer.status, await answer.json()

    async def figures(self, until: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            while True:
                found: dict[str, Any] = await (await self.client.get("/newsroom/audience")).json()
                if until(found):
                    return found
                await asyncio.sleep(0.05)


@asynccontextmanager
async def sandbox(folder: Path | None = None, **options: Any) -> AsyncIterator[Sandbox]:
    async with TestClient(TestServer(create_sandbox_app(folder, **options))) as client:
        yield Sandbox(client)


def _ids(folder: Path) -> list[str]:
    lines = (folder / READERS_FILE).read_text("utf-8").splitlines()
    return [json.loads(line)["address"] for line in lines[1:]]


# -- simulated readers ------------------------------------------------------------------------------------------------


async def test_the_bot_takes_over_every_simulated_reader_with_topics_of_this_newsroom(
    tmp_path: Path, database: Database, redis: Redis
) -> None:
    async with sandbox(tmp_path, readers=600) as running:
        assert (await running.figures())["readers"] == 600
    store = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)
    lines = (tmp_path / READERS_FILE).read_text("utf-8").splitlines()
    assert await import_lines(lines, store, now=NOW) == ImportReport(added=600)
    write_bot_settings(tmp_path, "http://127.0.0.1:1", "x" * 16)
    newsroom = load_newsroom(tmp_path / "newsroom.toml")
    assert set(TOPICS) == {topic.id for topic in newsroom.topics}
    everyone = [one async for one in store.all()]
    assert set().union(*(one.preferences.topics for one in everyone)) == set(TOPICS)
    assert all(one.preferences.topics and one.preferences.onboarded for one in everyone)
    speaking = [one.preferences.language for one in everyone]
    assert 30 < speaking.count("en") < 100
    assert speaking.count("bn") == 600 - speaking.count("en")


async def test_each_simulated_reader_is_handed_over_once(tmp_path: Path) -> None:
    async with sandbox(tmp_path, readers=3):
        pass
    assert _ids(tmp_path) == [f"telegram:{FIRST_ID + number}" for number in range(3)]
    async with sandbox(tmp_path, readers=5):  # nobody has taken over the first three
        pass
    assert _ids(tmp_path) == [f"telegram:{FIRST_ID + number}" for number in range(5)]
    (tmp_path / READERS_FILE).unlink()  # they are taken over
    async with sandbox(tmp_path, readers=4) as running:
        assert (await running.figures())["readers"] == 5
    assert not (tmp_path / READERS_FILE).exists()
    async with sandbox(tmp_path, readers=7):
        pass
    assert _ids(tmp_path) == [f"telegram:{FIRST_ID + number}" for number in (5, 6)]


async def test_who_is_called_presses_start_under_a_link_to_a_topic() -> None:
    async with sandbox() as running:
        status, figures = await running.act("readers", count=4)
        assert (status, figures["readers"] + figures["joining"]) == (200, 4)
        assert (await running.figures(lambda found: not found["joining"]))["readers"] == 4
        updates = (await running.bot("getUpdates"))["result"]
        assert [update["message"]["from"]["id"] for update in updates] == [FIRST_JOINED_ID + n for n in range(4)]
        payloads = [update["message"]["text"].removeprefix("/start topic-") for update in updates]
        assert set(payloads) <= set(TOPICS)
        sent = await running.bot("sendMessage", chat_id=FIRST_JOINED_ID, text="স্বাগতম")
        assert sent["ok"]
        await running.act("readers", count=1)
        assert (await running.figures(lambda found: not found["joining"]))["readers"] == 5
        page = await (await running.client.get("/")).text()
    assert f'data-reader="{FIRST_JOINED_ID}"' not in page  # the page lists phones, not thousands of them


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("readers", {"count": 0}, "Between 1 and 1000 readers can be added at once, 200000 in all"),
        ("readers", {"count": 100_000}, "Between 1 and 1000 readers can be added at once, 200000 in all"),
        ("readers", {}, "count is missing"),
        ("troubles", {"kind": "rain"}, "There is no trouble 'rain', only flood, errors, lost, slow, outage"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(path: str, fields: Any, message: str) -> None:
    async with sandbox() as running:
        status, answer = await running.act(path, **fields)
    assert (status, answer["error"]["message"]) == (400, message)


async def test_fifty_thousand_readers_do_not_make_the_page_longer() -> None:
    async with sandbox() as few, sandbox(readers=50_000) as many:
        one = await (await few.client.get("/")).text()
        other = await (await many.client.get("/")).text()
        assert (await many.figures())["readers"] == 50_000
    assert len(one) == len(other)


# -- trouble ----------------------------------------------------------------------------------------------------------


async def test_trouble_begins_strikes_is_counted_and_ends() -> None:
    async with sandbox(readers=400) as running:
        for kind in ("flood", "errors"):
            await running.act("troubles", kind=kind, on=True)

        async def send(number: int) -> int:
            fields = {"chat_id": FIRST_ID + number, "text": "খবর"}
            return (await running.client.post(f"/bot{DEMO_TOKEN}/sendMessage", json=fields)).status

        codes = await asyncio.gather(*map(send, range(60)))
        figures = await running.figures()
        struck = figures["troubles"]
        assert struck["flood"] > 0
        assert struck["errors"] == codes.count(502) > 0
        assert figures["floods"] == codes.count(429)
        _, figures = await running.act("troubles", kind="flood", on=False)
        assert set(figures["troubles"]) == {"errors"}
        _, figures = await running.act("troubles", kind="")
        assert figures["troubles"] == {}


async def test_an_outage_drops_every_connection_of_the_bot_and_none_of_the_page() -> None:
    async with sandbox() as running:
        await running.act("troubles", kind="outage")
        for method in ("getMe", "getUpdates", "sendMessage"):
            with pytest.raises(ServerDisconnectedError):
                await running.bot(method)
        assert (await running.figures())["troubles"] == {"outage": 3}
        await running.act("troubles", kind="")
        assert (await running.bot("getMe"))["ok"]


# -- breaking news ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening_bot(status: int = 200) -> AsyncIterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A bot's web server that notes what a CMS tells it."""
    heard: list[tuple[str, dict[str, Any]]] = []

    async def articles(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        heard.append((request.method, await request.json()))
        return web.json_response({"items": []}, status=status)

    app = web.Application()
    app.router.add_route("*", "/api/articles", articles)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), heard


async def test_breaking_news_is_brought_to_the_bot_and_ordinary_news_is_left_to_the_feed() -> None:
    async with listening_bot() as (bot, heard):
        push = CmsPush(bot, "secret")
        push.portal = "http://127.0.0.1:1"
        async with sandbox(push=push) as running:
            await running.act("publish", section="sports")
            assert heard == []
            status, article = await running.act(
                "publish", section="national", headline="সেতু খুলল", body="আজ সকালে।", breaking="true"
            )
    assert status == 201
    [(method, told)] = heard
    assert method == "POST"
    assert told["url"] == f"http://127.0.0.1:1/national/{article['id']}"
    assert (told["headline"], told["articleSection"], told["breaking"]) == ("সেতু খুলল", "জাতীয়", True)


async def test_breaking_news_that_the_bot_did_not_take_is_told_and_stands_on_the_portal() -> None:
    async with listening_bot(status=503) as (bot, _), sandbox(push=CmsPush(bot, "secret")) as running:
        status, answer = await running.act("publish", section="sports", breaking="true")
        found = await (await running.client.get("/newsroom/articles")).json()
    assert (status, answer["error"]["code"]) == (502, "bot_unreachable")
    assert "সাঁতরে" in found["articles"][0]["headline"]


async def test_without_a_bot_nothing_can_be_breaking() -> None:
    async with sandbox() as running:
        status, answer = await running.act("publish", section="sports", breaking="true")
        page = await (await running.client.get("/")).text()
        left = (await (await running.client.get("/newsroom/articles")).json())["waiting"]["sports"]
    assert (status, answer["error"]["message"]) == (400, "No bot is connected that breaking news could be brought to.")
    assert 'name="breaking" value="true" disabled' in page
    assert left == 1


# -- the editor -------------------------------------------------------------------------------------------------------


async def test_the_editor_of_the_phone_is_the_editor_of_the_settings(tmp_path: Path) -> None:
    write_bot_settings(tmp_path, "http://127.0.0.1:1", "x" * 16)
    assert f"NEWSBOT_ADMINS=telegram:{DEMO_EDITOR_ID}\n" in (tmp_path / "bot.env").read_text("utf-8")
    async with sandbox() as running:
        page = await (await running.client.get("/?lang=en")).text()
    assert f'data-place="{DEMO_EDITOR_ID}"' in page
    assert "The editor&#39;s phone" in page
