"""The running program with a language model set up, and with topics that it was taught."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from newsbot.sandbox.demo import create_sandbox_app
from tests.integration.local_sites import a_site
from tests.integration.test_ingest_language_model import BODY, GOOD, HEADLINE
from tests.integration.test_topic_commands import articles
from tests.newsroom_folder import Newsroom
from tests.programs import WITHIN, program, ready
from tests.telegram_sandbox import running_app

ARTICLE = {"@type": "NewsArticle", "url": "https://p.example/a/1", "headline": HEADLINE, "articleBody": BODY}


async def test_what_the_cms_pushes_is_summarised_by_the_model_and_told_apart_by_what_was_learnt(tmp_path: Path) -> None:
    async def complete(_: web.Request) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": GOOD}}]})

    async with running_app(create_sandbox_app(None)) as address, a_site() as site:
        site.put_handler("/v1/chat/completions", complete)
        newsroom = Newsroom(tmp_path, address)
        with newsroom.env_file.open("a", encoding="utf-8") as env:
            env.write(f"NEWSBOT_SUMMARY__URL={site.url}/v1\nNEWSBOT_SUMMARY__MODEL=m\nNEWSBOT_SUMMARY__KEY=k\n")
        async with program("--env-file", newsroom.env_file, "run", folder=newsroom.folder) as running:
            await ready(newsroom.port, running)
            await newsroom.run("topics", "train", articles(newsroom.folder, 300))
            learnt = {
                **ARTICLE,
                "url": "https://p.example/a/2",
                "headline": "ঘাটে নৌকার ভিড়",
                "articleBody": "জেলেরা মাছ ধরছেন।",
            }
            async with aiohttp.ClientSession(f"http://127.0.0.1:{newsroom.port}") as session:
                await push(session, ARTICLE, learnt)
                assert (await stored(session))["https://p.example/a/2"]["topics"] == ["sports"]
                async with asyncio.timeout(WITHIN):
                    while (await stored(session))["https://p.example/a/1"]["description"] != GOOD:
                        await asyncio.sleep(0.1)
    assert {request.headers["Authorization"] for request in site.requests} == {"Bearer k"}


async def test_the_doctor_asks_the_model_and_says_how_it_answers(tmp_path: Path) -> None:
    answers: list[web.StreamResponse] = [
        web.json_response({"choices": [{"message": {"content": GOOD}}]}),
        web.json_response({"error": "no such model"}),
        web.json_response({}, status=401),
    ]

    async def complete(_: web.Request) -> web.StreamResponse:
        return answers.pop(0)

    async with running_app(create_sandbox_app(None)) as address, a_site() as site:
        site.put_handler("/v1/chat/completions", complete)
        newsroom = Newsroom(tmp_path, address)
        with newsroom.env_file.open("a", encoding="utf-8") as env:
            env.write(f"NEWSBOT_SUMMARY__URL={site.url}/v1\nNEWSBOT_SUMMARY__MODEL=m\nNEWSBOT_SUMMARY__KEY=k3y\n")
        found = []
        for _ in range(3):
            status, out, _ = await newsroom.run("doctor")
            found.append((status, next(line for line in out.splitlines() if "language model" in line)))
            assert "k3y" not in out
    well, unusable, refused = found
    assert well == (0, f"ok     language model: m answers, like “{GOOD}”")
    assert unusable == (
        0,
        "note   language model: m answers, but not with a summary: its answer is no chat completion",
    )
    assert refused[0] == 1
    assert refused[1].startswith("WRONG  language model: ")
    assert "401" in refused[1]


async def push(session: aiohttp.ClientSession, *items: dict[str, str]) -> None:
    headers = {"Authorization": "Bearer a-token-for-tests"}
    async with session.post("/api/articles", json=list(items), headers=headers) as answer:
        assert [one["status"] for one in (await answer.json())["items"]] == ["created"] * len(items), answer.status


async def stored(session: aiohttp.ClientSession) -> dict[str, Any]:
    async with session.get("/api/articles", params={"limit": "50"}) as answer:
        return {one["url"]: one for one in json.loads(await answer.text())["articles"]}
