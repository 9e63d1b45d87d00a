"""The web server over real HTTP: the CMS's push, the articles for others, health and figures."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import aiohttp.web
import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore
from newsbot.database import Database
from newsbot.errors import StartError
from newsbot.ingest.cms_push import CmsPush
from newsbot.observability import Metrics
from newsbot.webserver import MAX_BODY, WebParts, WebServer, address_here, create_web_app
from tests.builders import some_topics
from tests.fakes import MemoryArticleStore

NOW = datetime(2026, 1, 18, 12, 0, tzinfo=UTC)
TOKEN = "what-only-the-cms-knows"
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}


class Site:
    """The served application and a client of it."""

    def __init__(self, session: aiohttp.ClientSession, base: str, articles: ArticleStore) -> None:
        self.session, self.base, self.articles = session, base, articles

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any, Mapping[str, str]]:
        async with self.session.request(method, self.base + path, **options) as answer:
            body = await (answer.json() if answer.content_type == "application/json" else answer.text())
            return answer.status, body, answer.headers


@asynccontextmanager
async def serving(
    articles: ArticleStore,
    *,
    token: str | None = TOKEN,
    problems: Mapping[str, str] | None = None,
    warnings: Mapping[str, str] | None = None,
) -> AsyncIterator[Site]:

    async def asked() -> Mapping[str, str]:
        return {} if problems is None else problems

    topics = some_topics()
    cms = CmsPush(articles, topics, timezone=ZoneInfo("Asia/Dhaka"), language="bn", clock=lambda: NOW)
    parts = WebParts(
        articles=articles,
        topics=topics,
        cms=cms,
        cms_token=token,
        metrics=Metrics(),
        problems=asked,
        warnings=lambda: warnings or {},
        clock=lambda: NOW,
    )
    async with WebServer(create_web_app(parts), "127.0.0.1", 0) as server, aiohttp.ClientSession() as session:
        yield Site(session, f"http://127.0.0.1:{server.port}", articles)


@pytest.fixture
def articles(database: Database) -> ArticleStore:
    return SqlArticleStore(database)


@pytest.fixture
async def site(articles: ArticleStore) -> AsyncIterator[Site]:
    async with serving(articles) as served:
        yield served


def news(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "url": f"https://paper.example/sports/{number}",
        "headline": f"খবর নম্বর {number}",
        "articleBody": f"প্রথম বাক্য {number}। দ্বিতীয় বাক্য {number}।",
        "datePublished": f"2026-01-18T{6 + number // 60:02}:{number % 60:02}:00Z",
    } | changes


async def test_a_pushed_article_is_stored_once_and_updated_by_its_address(site: Site) -> None:
    status, first, _ = await site.ask("POST", "/api/articles", json=news(1), headers=ALLOWED)
    assert (status, [item["status"] for item in first["items"]]) == (200, ["created"])
    _, again, _ = await site.ask("POST", "/api/articles", json=[news(1)], headers=ALLOWED)
    _, changed, _ = await site.ask("POST", "/api/articles", json=news(1, headline="নতুন শিরোনাম"), headers=ALLOWED)
    assert [answer["items"][0]["status"] for answer in (again, changed)] == ["unchanged", "updated"]
    assert {answer["items"][0]["id"] for answer in (first, again, changed)} == {first["items"][0]["id"]}
    stored = await site.articles.by_url("https://paper.example/sports/1")
    assert stored is not None
    assert stored.headline == "নতুন শিরোনাম"


async def test_each_item_is_answered_for_itself(site: Site) -> None:
    batch = [news(1), {"url": "https://paper.example/2"}, news(3)]
    status, body, _ = await site.ask("POST", "/api/articles", json=batch, headers=ALLOWED)
    assert status == 200
    assert [item["status"] for item in body["items"]] == ["created", "refused", "created"]
    assert "headline" in body["items"][1]["error"]["message"]
    assert await site.articles.count() == 2


async def test_a_push_of_which_nothing_was_taken_is_422(site: Site) -> None:
    status, body, _ = await site.ask("POST", "/api/articles", json={"headline": "x"}, headers=ALLOWED)
    assert (status, body["items"][0]["status"]) == (422, "refused")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
async def test_nobody_else_may_push_or_withdraw(site: Site, method: str, headers: dict[str, str]) -> None:
    status, body, answered = await site.ask(method, "/api/articles", json=news(1), headers=headers)
    assert (status, body["error"]["code"], answered["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    assert TOKEN not in str(body)
    assert await site.articles.count() == 0


async def test_without_a_token_in_the_settings_the_address_is_closed(articles: ArticleStore) -> None:
    async with serving(articles, token=None) as site:
        status, body, _ = await site.ask(
            "POST", "/api/articles", json=news(1), headers={"Authorization": "Bearer None"}
        )
    assert (status, body["error"]["code"]) == (403, "closed")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_not_json_is_told_so(site: Site, body: bytes) -> None:
    status, answer, _ = await site.ask("POST", "/api/articles", data=body, headers=ALLOWED)
    assert (status, answer["error"]["code"]) == (400, "bad_json")


async def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    status, answer, _ = await site.ask("POST", "/api/articles", data=io.BytesIO(b" " * (MAX_BODY + 1)), headers=ALLOWED)
    assert (status, answer["error"]["code"]) == (413, "too_large")


async def test_a_token_of_strange_bytes_is_a_wrong_token(site: Site) -> None:
    strange = {"Authorization": "Bearer \udcff"}  # one byte that is no UTF-8
    status, body, _ = await site.ask("POST", "/api/articles", json=news(1), headers=strange)
    assert (status, body["error"]["code"]) == (401, "unauthorized")


async def test_half_characters_in_one_item_do_not_cost_the_answer_to_the_others(site: Site) -> None:
    half = news(2, url="\ud800")
    status, body, _ = await site.ask("POST", "/api/articles", json=[news(1), half], headers=ALLOWED)
    assert (status, [item["status"] for item in body["items"]]) == (200, ["created", "refused"])


async def test_a_withdrawn_article_is_no_longer_listed(site: Site) -> None:
    await site.ask("POST", "/api/articles", json=[news(1), news(2)], headers=ALLOWED)
    urls = {"url": news(1)["url"]}
    _, body, _ = await site.ask("DELETE", "/api/articles", json=urls, headers=ALLOWED)
    assert [item["status"] for item in body["items"]] == ["withdrawn"]
    _, listed, _ = await site.ask("GET", "/api/articles")
    assert [one["url"] for one in listed["articles"]] == [news(2)["url"]]


async def test_the_list_is_newest_first_and_can_be_paged_to_its_end(site: Site) -> None:
    await site.ask("POST", "/api/articles", json=[news(n) for n in range(25)], headers=ALLOWED)
    seen, before = [], ""
    for _ in range(3):
        _, body, _ = await site.ask("GET", "/api/articles", params={"limit": "10", "before": before})
        seen += [one["headline"] for one in body["articles"]]
        before = body["next"] or ""
    assert seen == [f"খবর নম্বর {n}" for n in reversed(range(25))]
    assert before == ""


async def test_a_search_can_be_paged(site: Site) -> None:
    await site.ask("POST", "/api/articles", json=[news(n) for n in range(15)], headers=ALLOWED)
    found, before = set(), ""
    while True:
        _, body, _ = await site.ask("GET", "/api/articles", params={"q": "খবর", "limit": "6", "before": before})
        found |= {one["url"] for one in body["articles"]}
        before = body["next"]
        if not before:
            break
    assert found == {news(n)["url"] for n in range(15)}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("topic=chess", "unknown_topic"),
        ("limit=0", "bad_limit"),
        ("limit=%E0%A7%AB", "bad_limit"),
        ("before=yesterday", "bad_cursor"),
        ("before=99999999999999999999-1", "bad_cursor"),
        ("before=1-9223372036854775808", "bad_cursor"),
        ("q=x&before=-5", "bad_cursor"),
    ],
)
async def test_a_wrong_question_is_told_what_is_wrong(site: Site, query: str, code: str) -> None:
    status, body, _ = await site.ask("GET", f"/api/articles?{query}")
    assert (status, body["error"]["code"]) == (400, code)


async def test_an_unknown_address_or_method_is_answered_in_the_same_form(site: Site) -> None:
    status, body, _ = await site.ask("GET", "/nowhere")
    assert (status, body["error"]["code"]) == (404, "not_found")
    status, body, headers = await site.ask("PUT", "/api/articles")
    assert (status, body["error"]["code"], headers["Allow"]) == (405, "method_not_allowed", "DELETE,GET,HEAD,POST")


async def test_ready_says_what_is_not(articles: ArticleStore) -> None:
    async with serving(articles) as site:
        assert (await site.ask("GET", "/readyz"))[:2] == (200, {"status": "ok", "problems": {}})
    async with serving(articles, problems={"redis": "does not answer"}) as site:
        status, body, _ = await site.ask("GET", "/readyz")
        assert (status, body["problems"]) == (503, {"redis": "does not answer"})
        assert (await site.ask("GET", "/healthz"))[0] == 200
    async with serving(articles, warnings={"redis": "its replica is gone"}) as site:
        status, body, _ = await site.ask("GET", "/readyz")
        assert (status, body["status"], body["warnings"]) == (200, "ok", {"redis": "its replica is gone"})


async def test_while_the_storage_is_away_a_cms_is_asked_to_come_again() -> None:
    articles = MemoryArticleStore()
    articles.away = True
    async with serving(articles) as site:
        status, body, headers = await site.ask("POST", "/api/articles", json=news(1), headers=ALLOWED)
    assert (status, body["error"]["code"], headers["Retry-After"]) == (503, "unavailable", "5")


async def test_figures_are_in_prometheus_form(site: Site) -> None:
    status, body, _ = await site.ask("GET", "/metrics")
    assert status == 200
    assert "# TYPE newsbot_replies_total counter" in body
    assert "newsbot_ready 1.0" in body.splitlines()


async def test_figures_say_what_is_not_ready_as_long_as_it_is_not(articles: ArticleStore) -> None:
    problems = {"redis": "does not answer"}
    async with serving(articles, problems=problems) as site:
        _, body, _ = await site.ask("GET", "/metrics")
        assert {"newsbot_ready 0.0", 'newsbot_problems{part="redis"} 1.0'} <= set(body.splitlines())
        problems.clear()
        _, body, _ = await site.ask("GET", "/metrics")
        assert "newsbot_ready 1.0" in body.splitlines()
        assert "newsbot_problems{" not in body


async def test_a_port_in_use_is_told_in_one_line(articles: ArticleStore) -> None:
    async with serving(articles) as site:
        port = int(site.base.rpartition(":")[2])
        with pytest.raises(StartError, match=f"port {port} on 127.0.0.1 is in use by another program"):
            await WebServer(aiohttp.web.Application(), "127.0.0.1", port).__aenter__()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("::1", "http://[::1]:8080"),
        ("localhost", "http://localhost:8080"),
    ],
)
def test_a_server_is_reached_from_its_own_machine_wherever_it_listens(host: str, address: str) -> None:
    assert address_here(host, 8080) == address
