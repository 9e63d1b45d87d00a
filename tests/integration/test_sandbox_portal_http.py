"""The portal and the newsroom over HTTP, in the sandbox's own application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.portal import PORTAL_ARTICLES

Client = TestClient  # type: ignore[type-arg]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with TestClient(TestServer(create_sandbox_app(tmp_path))) as client:
        yield client


ADDRESSES = {
    "/": "text/html",
    "/portal": "text/html",
    "/sports": "text/html",
    "/sports/100059": "text/html",
    "/rss.xml": "application/rss+xml",
    "/rss/opinion.xml": "application/rss+xml",
    "/atom.xml": "application/atom+xml",
    "/feed.json": "application/feed+json",
    "/news-sitemap.xml": "application/xml",
    "/robots.txt": "text/plain",
    "/images/sports-100059.png": "image/png",
    "/static/phone.css": "text/css",
    "/newsroom/panel": "text/html",
}


@pytest.mark.parametrize("path", ADDRESSES)
async def test_every_address_answers_in_its_form(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status, answer.content_type) == (200, ADDRESSES[path])
    assert await answer.read()


@pytest.mark.parametrize("path", ["/weather", "/sports/1", "/world/100059", "/sports/x", "/rss/weather.xml"])
async def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_links_carry_the_address_the_client_asked(client: Client) -> None:
    text = await (await client.get("/rss.xml", headers={"Host": "127.0.0.2:999"})).text()
    assert "<link>http://127.0.0.2:999/sports/100059</link>" in text


@pytest.mark.parametrize("path", ["/rss.xml", "/news-sitemap.xml", "/sports/100059"])
async def test_what_has_not_changed_is_not_sent_again(client: Client, path: str) -> None:
    first = await client.get(path)
    by_tag = {"If-None-Match": first.headers["ETag"]}
    by_time = {"If-Modified-Since": first.headers["Last-Modified"]}
    for known in (by_tag, by_time):
        again = await client.get(path, headers=known)
        assert (again.status, await again.read()) == (304, b"")

    await client.post("/newsroom/publish", json={"section": "sports"})
    fresh = await client.get(path, headers=by_tag)
    assert fresh.status == 200
    assert fresh.headers["ETag"] != first.headers["ETag"]
    assert (await client.get(path, headers=by_time)).status == 200
    assert (await client.get(path, headers={**by_time, "If-None-Match": '"another"'})).status == 200


async def test_a_published_article_stands_first_everywhere(client: Client) -> None:
    own = {"section": "world", "headline": "<b>নতুন</b> খবর", "kicker": "ঢাকা", "body": "এক\n\nদুই", "byline": "আরএন"}
    answer = await client.post("/newsroom/publish", json=own)
    assert answer.status == 201
    article = await answer.json()
    assert {name: article[name] for name in own} == {**own, "body": "এক\nদুই"}
    for path in ("/rss.xml", "/rss/world.xml", "/atom.xml", "/news-sitemap.xml"):
        text = await (await client.get(path)).text()
        assert text.index(article["url"]) < text.index("/sports/100059" if "world" not in path else "/world/100057")
    page = await (await client.get(article["url"].removeprefix(str(client.make_url("")).rstrip("/")))).text()
    assert "<h1>&lt;b&gt;নতুন&lt;/b&gt; খবর</h1>" in page


async def test_a_form_leads_back_to_the_demo_page(client: Client) -> None:
    answer = await client.post("/newsroom/publish", data={"section": "health"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    listed = await (await client.get("/newsroom/articles")).json()
    assert listed["articles"][0]["section"] == "health"
    assert listed["waiting"]["health"] == 0


async def test_an_edit_and_a_withdrawal_show_on_the_page(client: Client) -> None:
    answer = await client.post("/newsroom/articles/100059", json={"headline": "বদলানো শিরোনাম"})
    assert (await answer.json())["updated_at"] is not None
    page = await (await client.get("/sports/100059")).text()
    assert "<h1>বদলানো শিরোনাম</h1>" in page
    assert "হালনাগাদ:" in page

    await client.delete("/newsroom/articles/100059")
    assert (await client.get("/sports/100059")).status == 410
    assert "/sports/100059" not in await (await client.get("/rss.xml")).text()


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/newsroom/publish", b'{"section": "sports", "headline": ""}', "The headline is missing."),
        ("/newsroom/publish", b'{"section": "weather"}', "There is no section 'weather'"),
        ("/newsroom/publish", b'{"section": 5}', "section is not text."),
        ("/newsroom/publish", b"[1]", "is not a JSON object"),
        ("/newsroom/publish", b"{", "is not valid JSON"),
        ("/newsroom/publish", b"\xff", "is not valid JSON"),
        ("/newsroom/articles/7", b'{"headline": "x"}', "There is no article 7"),
        ("/newsroom/articles/7/withdraw", b"{}", "There is no article 7"),
    ],
)
async def test_a_bad_request_is_told_its_reason_and_changes_nothing(
    client: Client, path: str, body: bytes, why: str
) -> None:
    before = client.app[PORTAL_ARTICLES].latest()  # type: ignore[index]
    answer = await client.post(path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert why in (await answer.json())["error"]["message"]
    assert client.app[PORTAL_ARTICLES].latest() == before  # type: ignore[index]


async def test_another_site_in_the_same_browser_cannot_publish(client: Client) -> None:
    answer = await client.post(
        "/newsroom/publish", data={"section": "sports"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403
    assert (await client.get("/portal", headers={"Sec-Fetch-Site": "cross-site"})).status == 200


async def test_the_demo_page_speaks_both_languages(client: Client) -> None:
    bengali = await (await client.get("/")).text()
    english = await (await client.get("/?lang=en")).text()
    assert '<html lang="bn">' in bengali
    assert "বার্তাকক্ষ" in bengali
    assert '<html lang="en">' in english
    assert "Newsroom" in english
    assert "বার্তাকক্ষ" not in english.partition("<body")[2].partition(">")[2]
