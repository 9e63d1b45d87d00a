"""Summaries by a language model, over HTTP to a server on this machine that answers as they do, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from newsbot.domain.article import EXTRACTIVE, MODEL, MODEL_REFUSED, Article
from newsbot.ingest.downloader import Downloader, user_agent
from newsbot.ingest.fetching import BadStatus, Bounds, FetchError, Purpose, TooLarge, TooSlow
from newsbot.ingest.language_model import LanguageModel, UnusableAnswer
from newsbot.ingest.model_summaries import ModelSummaries, Round
from newsbot.text.tokens import content_fingerprint
from tests.builders import NOW, a_draft
from tests.integration.ingest_desk import Desk, a_desk
from tests.integration.local_sites import Site, a_site

HEADLINE = "পদ্মা সেতুতে ট্রেন চলাচল বন্ধ"
BODY = (
    "পদ্মা সেতুতে ১৮ নভেম্বর থেকে তিন দিন ট্রেন চলাচল বন্ধ থাকবে বলে জানিয়েছেন রেলমন্ত্রী নূরুল ইসলাম। "
    "মেরামতে ব্যয় হবে ৫ কোটি টাকা। ৪৫০ জন যাত্রী আটকা পড়েছেন।\n" + "ঢাকায় মঙ্গলবার সাংবাদিকদের এ কথা বলেন মন্ত্রী। " * 12
)
OURS = "পদ্মা সেতুতে ট্রেন তিন দিন বন্ধ।"
GOOD = "রেলমন্ত্রী নূরুল ইসলাম জানিয়েছেন, ৫ কোটি টাকার মেরামতে তিন দিন ট্রেন বন্ধ, আটকা ৪৫০ যাত্রী।"
WRONG = "রেলমন্ত্রী নূরুল ইসলাম জানিয়েছেন, ৭ কোটি টাকার মেরামতে তিন দিন ট্রেন বন্ধ, আটকা ৪৫০ যাত্রী।"


@dataclass
class Server:
    """Says `text` to whoever asks for a completion; what was asked is in `asked`."""

    site: Site
    text: Any = GOOD
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.site.url}/v1"

    async def complete(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": self.text}}]})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with a_site() as site:
        server = Server(site)
        site.put_handler("/v1/chat/completions", server.complete)
        yield server


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(sqlite_url, tmp_path) as desk:
        yield desk


async def published(desk: Desk, number: int = 1, **changes: Any) -> Article:
    values = {"headline": HEADLINE, "body": f"{BODY}{number}", "summary": OURS, "summary_method": EXTRACTIVE} | changes
    values["content_hash"] = content_fingerprint(values["headline"], values["body"])
    return (await desk.store.put(a_draft(number, **values), now=NOW, announce=True)).article


def summaries(desk: Desk, server: Server, **changes: Any) -> ModelSummaries:
    model = LanguageModel(desk.downloader, url=server.url, model="a-model", key="a-secret")
    return ModelSummaries(desk.store, model, clock=lambda: desk.now, **changes)


async def stored(desk: Desk, article: Article) -> tuple[str, str]:
    now = await desk.store.get(article.id)
    assert now is not None
    assert now.version == article.version
    return now.summary, now.summary_method


async def test_a_good_answer_becomes_the_summary_and_nobody_is_asked_again(desk: Desk, server: Server) -> None:
    article = await published(desk)
    assert await summaries(desk, server).round() == [Round.WRITTEN]
    assert await stored(desk, article) == (GOOD, MODEL)
    assert await summaries(desk, server).round() == []
    (asked,) = server.asked
    assert (asked["model"], asked["temperature"], server.keys) == ("a-model", 0, ["Bearer a-secret"])
    assert HEADLINE in asked["messages"][1]["content"]


async def test_an_answer_that_says_something_else_is_refused_once_and_for_all(desk: Desk, server: Server) -> None:
    article = await published(desk)
    server.text = WRONG
    assert await summaries(desk, server).round() == [Round.REFUSED]
    assert await stored(desk, article) == (OURS, MODEL_REFUSED)
    assert await summaries(desk, server).round() == []
    assert len(server.asked) == 1


async def test_the_same_text_brought_again_keeps_the_models_summary(desk: Desk, server: Server) -> None:
    article = await published(desk)
    await summaries(desk, server).round()
    again = await published(desk)
    assert (again.summary, again.summary_method, again.version) == (GOOD, MODEL, article.version)


async def test_a_new_text_is_summarised_anew(desk: Desk, server: Server) -> None:
    await published(desk)
    await summaries(desk, server).round()
    article = await published(desk, body=f"{BODY} মেরামত শেষ।")
    assert (article.summary_method, article.version) == (EXTRACTIVE, 2)
    assert await summaries(desk, server).round() == [Round.WRITTEN]
    assert len(server.asked) == 2


async def test_an_article_that_changes_while_the_model_thinks_is_not_given_the_old_ones_summary(
    desk: Desk, server: Server
) -> None:
    await published(desk)

    async def think(request: web.Request) -> web.Response:
        if not server.asked:
            await published(desk, body=f"{BODY} মেরামত শেষ।")
        return await server.complete(request)

    server.site.put_handler("/v1/chat/completions", think)
    assert await summaries(desk, server).round() == [Round.OVERTAKEN, Round.WRITTEN]
    assert "মেরামত শেষ" in server.asked[1]["messages"][1]["content"]


async def test_what_is_short_old_or_written_by_somebody_is_not_asked_for(desk: Desk, server: Server) -> None:
    await published(desk, 1, body="পদ্মা সেতুতে ট্রেন বন্ধ।")
    await published(desk, 2, published_at=NOW - timedelta(hours=7))
    await published(desk, 3, summary_method="description")
    await published(desk, 4, summary_method="cms")
    assert await summaries(desk, server).round() == []
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        f"  {GOOD}\n",
        f"“{GOOD}”",
        f"সারসংক্ষেপ: {GOOD}",
        f"**Summary:** {GOOD}",
        f"<think>এখন ভাবি। ৯৯ জন?</think>\n\n{GOOD}",
        f"ভাবছি…</think>{GOOD}",
    ],
)
async def test_what_models_put_around_a_summary_is_taken_off(desk: Desk, server: Server, answer: str) -> None:
    server.text = answer
    assert await LanguageModel(desk.downloader, url=server.url, model="m").summary(HEADLINE, BODY) == GOOD


@pytest.mark.parametrize("text", [None, "", 5, ["a"], "ক" * 2_000, "\ud800", "<think>"])
async def test_what_is_no_summary_is_no_answer(desk: Desk, server: Server, text: object) -> None:
    server.text = text
    article = await published(desk)
    assert await summaries(desk, server).round() == [Round.REFUSED]
    assert await stored(desk, article) == (OURS, MODEL_REFUSED)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"choices": []}', b'{"choices": 3}', b"[" * 50_000, b"\xff", b"null"]
)
async def test_what_is_no_completion_is_no_answer(desk: Desk, server: Server, body: bytes) -> None:
    server.site.put("/v1/chat/completions", body, content_type="application/json")
    with pytest.raises(UnusableAnswer):
        await LanguageModel(desk.downloader, url=server.url, model="m").summary(HEADLINE, BODY)


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_request_that_the_server_refuses_is_not_made_again(desk: Desk, server: Server, status: int) -> None:
    server.site.fail("/v1/chat/completions", status)
    article = await published(desk)
    assert await summaries(desk, server).round() == [Round.REFUSED]
    assert await stored(desk, article) == (OURS, MODEL_REFUSED)


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500, 503])
async def test_an_article_waits_while_the_server_is_in_trouble(desk: Desk, server: Server, status: int) -> None:
    server.site.fail("/v1/chat/completions", status, Location="/elsewhere")
    article = await published(desk)
    with pytest.raises(FetchError):
        await summaries(desk, server).round()
    assert await stored(desk, article) == (OURS, EXTRACTIVE)
    assert server.site.asked == {"/v1/chat/completions": 1}


async def test_the_key_is_not_carried_to_where_a_redirect_leads(desk: Desk, server: Server) -> None:
    async with a_site() as elsewhere:
        server.site.redirect("/v1/chat/completions", f"{elsewhere.url}/steal", status=307)
        with pytest.raises(BadStatus):
            await LanguageModel(desk.downloader, url=server.url, model="m", key="k").summary(HEADLINE, BODY)
        assert elsewhere.requests == []


async def test_a_slow_or_endless_answer_is_given_up(server: Server) -> None:
    async def dawdle(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError

    server.site.put_handler("/v1/chat/completions", dawdle)
    bounds = {Purpose.MODEL: Bounds(10_000, timedelta(seconds=0.2))}
    async with Downloader(user_agent("https://paper.example"), bounds=bounds) as downloader:
        model = LanguageModel(downloader, url=server.url, model="m")
        with pytest.raises(TooSlow):
            await model.summary(HEADLINE, BODY)
        server.site.put("/v1/chat/completions", json.dumps({"choices": "x" * 20_000}), content_type="application/json")
        with pytest.raises(TooLarge):
            await model.summary(HEADLINE, BODY)


async def test_the_base_address_and_the_whole_one_are_the_same(desk: Desk, server: Server) -> None:
    for url in (server.url, f"{server.url}/", f"{server.url}/chat/completions"):
        assert await LanguageModel(desk.downloader, url=url, model="m").summary(HEADLINE, BODY) == GOOD


async def test_it_goes_on_when_the_server_is_back(desk: Desk, server: Server) -> None:
    failures = 2

    async def recovering(request: web.Request) -> web.Response:
        nonlocal failures
        if failures:
            failures -= 1
            return web.Response(status=503)
        return await server.complete(request)

    server.site.put_handler("/v1/chat/completions", recovering)
    article = await published(desk)
    soon = timedelta(milliseconds=10)
    work = asyncio.create_task(summaries(desk, server, looks_every=soon, first_retry=soon).run())
    try:
        async with asyncio.timeout(20):
            while (await stored(desk, article))[1] != MODEL:
                await asyncio.sleep(0.02)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert await stored(desk, article) == (GOOD, MODEL)
