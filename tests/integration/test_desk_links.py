"""Whether the links in an editor's message lead anywhere, asked of servers that do and don't answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from newsbot.desk.link_check import BOUNDS, LinkCheck, links_of
from newsbot.domain.alert import AlertText
from newsbot.domain.message import Span
from newsbot.ingest.downloader import Downloader
from tests.integration.local_sites import Site, a_site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as site:
        yield site


@pytest.fixture
async def downloader() -> AsyncIterator[Downloader]:
    async with Downloader("Newsbot", pause=timedelta(0), bounds=BOUNDS) as downloader:
        yield downloader


async def test_only_what_leads_nowhere_is_dead(site: Site, downloader: Downloader) -> None:
    site.put("/here", "<h1>খবর</h1>")
    site.put("/picture", b"\x89PNG", content_type="image/png")
    site.fail("/gone", 404)
    site.fail("/broken", 500)
    site.fail("/for-people-only", 403)
    site.redirect("/moved", "/here")
    site.redirect("/moved-away", "/gone")
    paths = ("/here", "/picture", "/gone", "/for-people-only", "/moved")
    check = LinkCheck(downloader, allow_private=True)
    assert await check.dead(site.url + path for path in paths) == (f"{site.url}/gone",)
    assert await check.dead([f"{site.url}/broken", f"{site.url}/moved-away"]) == (
        f"{site.url}/broken",
        f"{site.url}/moved-away",
    )


async def test_a_server_that_says_nothing_does_not_keep_the_editor_waiting(site: Site, downloader: Downloader) -> None:
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    site.put_handler("/hangs", hang)
    check = LinkCheck(downloader, allow_private=True)
    assert await check.dead([f"{site.url}/hangs"]) == (f"{site.url}/hangs",)
    never.set()


async def test_what_readers_could_not_reach_is_dead(site: Site, downloader: Downloader, unused_tcp_port: int) -> None:
    site.put("/here", "<h1>খবর</h1>")
    assert await LinkCheck(downloader).dead([f"{site.url}/here"]) == (f"{site.url}/here",)
    nobody = f"http://127.0.0.1:{unused_tcp_port}/"
    assert await LinkCheck(downloader, allow_private=True).dead([nobody]) == (nobody,)


def test_links_are_those_of_the_styles_and_those_that_stand_in_the_text() -> None:
    text = AlertText(
        (
            Span("দেখুন https://news.example/1, "),
            Span("এখানে", "bold", "https://news.example/2"),
            Span(" (https://news.example/3)। https://news.example/1"),
        )
    )
    assert links_of(text) == ("https://news.example/2", "https://news.example/1", "https://news.example/3")
