"""Fetching from servers that behave, and from servers that don't."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from newsbot import __version__
from newsbot.ingest.downloader import Downloader, user_agent
from newsbot.ingest.fetching import (
    AddressRefused,
    BadStatus,
    Bounds,
    Fetch,
    Fetched,
    FetchError,
    HostBusy,
    Purpose,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    UnusableContent,
)
from tests.integration.local_sites import Names, Site, a_raw_server, a_site

AGENT = user_agent("https://paper.example")
QUICK = {purpose: Bounds(purpose.value.size, timedelta(seconds=0.5)) for purpose in Purpose}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as site:
        yield site


@pytest.fixture
async def downloader() -> AsyncIterator[Downloader]:
    async with Downloader(AGENT) as downloader:
        yield downloader


@pytest.fixture
async def quick() -> AsyncIterator[Downloader]:
    """With half a second for everything."""
    async with Downloader(AGENT, bounds=QUICK) as downloader:
        yield downloader


def page(url: str, **wishes: object) -> Fetch:
    """A request of a source that allows this machine, unless said otherwise."""
    return Fetch(**{"url": url, "purpose": Purpose.PAGE, "allow_private": True, **wishes})  # type: ignore[arg-type]


async def test_a_page_comes_with_what_is_needed_to_read_it_and_to_ask_again(site: Site, downloader: Downloader) -> None:
    site.put(
        "/news",
        "খবর",
        content_type="text/html; charset=utf-8",
        ETag='"v1"',
        Last_Modified="Tue, 18 Nov 2025 11:00:00 GMT",
        Cache_Control="public, max-age=120",
    )
    assert await downloader.get(page(f"{site.url}/news")) == Fetched(
        url=f"{site.url}/news",
        body="খবর".encode(),
        content_type="text/html; charset=utf-8",
        etag='"v1"',
        last_modified="Tue, 18 Nov 2025 11:00:00 GMT",
        fresh_for=timedelta(minutes=2),
    )


async def test_we_say_who_we_are_and_bring_no_cookies(site: Site, downloader: Downloader) -> None:
    site.put("/", "x", Set_Cookie="visitor=1; Path=/")
    for _ in range(2):
        await downloader.get(page(f"{site.url}/"))
    assert [request.headers["User-Agent"] for request in site.requests] == [
        f"Newsbot/{__version__} (+https://paper.example)"
    ] * 2
    assert [request.headers.get("Cookie") for request in site.requests] == [None, None]


async def test_a_feed_that_did_not_change_is_not_sent_again(site: Site, downloader: Downloader) -> None:
    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"v1"' and request.headers.get("If-Modified-Since") == "yesterday":
            return web.Response(status=304, headers={"ETag": '"v1"', "Cache-Control": "max-age=60"})
        return web.Response(text="<rss/>")

    site.put_handler("/feed", feed)
    wish = page(f"{site.url}/feed", purpose=Purpose.FEED, etag='"v1"', last_modified="yesterday")
    assert await downloader.get(wish) == Fetched(
        url=f"{site.url}/feed", etag='"v1"', fresh_for=timedelta(minutes=1), not_modified=True
    )


async def test_redirects_are_followed_and_the_last_address_is_told(site: Site, downloader: Downloader) -> None:
    site.redirect("/a", "/b", 301)
    site.redirect("/b", f"{site.url}/খবর?x=1#part", 307)
    site.put("/খবর", "here")
    answer = await downloader.get(page(f"{site.url}/a"))
    assert (answer.body, answer.url) == (b"here", f"{site.url}/%E0%A6%96%E0%A6%AC%E0%A6%B0?x=1")


async def test_a_redirect_in_a_circle_ends(site: Site, downloader: Downloader) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    with pytest.raises(TooManyRedirects, match="in a circle"):
        await downloader.get(page(f"{site.url}/a"))
    assert site.asked == {"/a": 1, "/b": 1}


async def test_an_endless_chain_of_redirects_ends(site: Site, downloader: Downloader) -> None:
    for number in range(20):
        site.redirect(f"/{number}", f"/{number + 1}")
    with pytest.raises(TooManyRedirects, match="more than 5 times"):
        await downloader.get(page(f"{site.url}/0"))
    assert sum(site.asked.values()) == 6


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"])
async def test_no_spelling_of_this_machine_is_reached_for_a_source_that_may_not(
    site: Site, downloader: Downloader, address: str
) -> None:
    port = urlsplit(site.url).port
    with pytest.raises(AddressRefused):
        await downloader.get(page(f"http://{address}:{port}/secret", allow_private=False))
    assert site.requests == []


async def test_a_name_that_resolves_to_a_private_address_is_refused_with_its_reason(site: Site) -> None:
    names = Names({"news.example": [["10.0.0.7", "127.0.0.1"]]})
    async with Downloader(AGENT, resolver=names) as downloader:
        with pytest.raises(AddressRefused, match=r"is refused: it leads to 127\.0\.0\.1, a loopback address"):
            await downloader.get(page(f"http://news.example:{urlsplit(site.url).port}/", allow_private=False))
    assert site.requests == []


async def test_a_name_that_changes_its_mind_between_two_requests_is_judged_by_where_it_leads_now(site: Site) -> None:
    async def close(_: web.Request) -> web.Response:
        return web.Response(text="x", headers={"Connection": "close"})

    site.put_handler("/", close)
    names = Names({"news.example": [["127.0.0.1"], ["169.254.169.254"]]})
    url = f"http://news.example:{urlsplit(site.url).port}/"
    async with Downloader(AGENT, resolver=names) as downloader:
        assert (await downloader.get(page(url))).body == b"x"
        with pytest.raises(AddressRefused, match="a link-local or metadata address"):
            await downloader.get(page(url))
    assert names.looked_up == ["news.example", "news.example"]


async def test_a_redirect_can_not_lead_where_the_source_may_not_go(site: Site) -> None:
    site.redirect("/start", "http://metadata.example/latest/meta-data/")
    names = Names({"metadata.example": [["169.254.169.254"]]})
    async with Downloader(AGENT, resolver=names) as downloader:
        with pytest.raises(AddressRefused, match="metadata"):
            await downloader.get(page(f"{site.url}/start"))


async def test_a_connection_allowed_to_one_source_does_not_serve_another(site: Site) -> None:
    site.put("/", "x")
    names = Names({"news.example": [["127.0.0.1"]]})
    url = f"http://news.example:{urlsplit(site.url).port}/"
    async with Downloader(AGENT, resolver=names) as downloader:
        await downloader.get(page(url))
        with pytest.raises(AddressRefused):
            await downloader.get(page(url, allow_private=False))
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://paper.example/x",
        "gopher://127.0.0.1:6379/x",
        "javascript:1",
        "//x",
        "",
        "http://",
        "http://[x",
    ],
)
async def test_only_http_is_spoken(downloader: Downloader, url: str) -> None:
    with pytest.raises(AddressRefused):
        await downloader.get(page(url))


async def test_a_redirect_to_a_file_is_refused(site: Site, downloader: Downloader) -> None:
    site.redirect("/start", "file:///etc/passwd")
    with pytest.raises(AddressRefused, match="not an http or https address"):
        await downloader.get(page(f"{site.url}/start"))


async def test_ports_of_other_services_are_refused_before_a_name_is_looked_up() -> None:
    names = Names({})
    async with Downloader(AGENT, resolver=names) as downloader:
        with pytest.raises(AddressRefused, match="port 25 is not a web server's"):
            await downloader.get(page("http://mail.example:25/", allow_private=False))
    assert names.looked_up == []


async def test_a_password_stays_with_the_address_it_was_given_for(site: Site, downloader: Downloader) -> None:
    site.redirect("/feed", "/moved")
    site.put("/moved", "x")
    answer = await downloader.get(page(site.url.replace("://", "://editor:s3cret@") + "/feed"))
    assert [request.headers.get("Authorization", "")[:6] for request in site.requests] == ["Basic ", ""]
    assert "s3cret" not in repr(answer)


async def test_no_error_tells_a_password(site: Site, downloader: Downloader) -> None:
    site.fail("/feed", 500)
    with pytest.raises(BadStatus) as caught:
        await downloader.get(page(site.url.replace("://", "://editor:s3cret@") + "/feed?key=k3y"))
    assert str(caught.value) == f"the server answered 500 for {site.url}/feed?key=***"


async def test_a_page_of_50_megabytes_is_refused_by_what_it_says_of_itself(site: Site, downloader: Downloader) -> None:
    site.put("/big", b"x" * 50 * 1024 * 1024)
    with pytest.raises(TooLarge, match="52,428,800 bytes"):
        await downloader.get(page(f"{site.url}/big"))


async def test_a_page_that_says_nothing_of_its_size_is_read_only_to_the_limit(
    site: Site, downloader: Downloader
) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 50 * 1024 * 1024:
            await response.write(b"x" * 65_536)
            sent += 65_536
        return response

    site.put_handler("/endless", endless)
    with pytest.raises(TooLarge, match="larger than the 5,120 KB allowed"):
        await downloader.get(page(f"{site.url}/endless"))
    assert sent < 20 * 1024 * 1024


async def test_a_decompression_bomb_costs_no_more_than_the_limit(site: Site, downloader: Downloader) -> None:
    site.put("/bomb", gzip.compress(b"\0" * 300 * 1024 * 1024), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await downloader.get(page(f"{site.url}/bomb"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


async def test_compressed_pages_and_compressed_files_are_read(site: Site, downloader: Downloader) -> None:
    site.put("/page", gzip.compress(b"<p>news"), Content_Encoding="gzip")
    site.put("/sitemap.xml.gz", gzip.compress(b"<urlset/>"), content_type="application/x-gzip")
    assert (await downloader.get(page(f"{site.url}/page"))).body == b"<p>news"
    sitemap = await downloader.get(page(f"{site.url}/sitemap.xml.gz", purpose=Purpose.FEED))
    assert sitemap.body == b"<urlset/>"


async def test_a_server_that_trickles_is_left_when_the_time_is_over(site: Site, quick: Downloader) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_000):
            await response.write(b".")
            await asyncio.sleep(0.02)
        return response

    site.put_handler("/slow", trickle)
    began = asyncio.get_running_loop().time()
    with pytest.raises(TooSlow, match=r"took longer than 0\.5 s"):
        await quick.get(page(f"{site.url}/slow"))
    assert asyncio.get_running_loop().time() - began < 3


async def test_the_time_is_for_all_redirects_together(site: Site, quick: Downloader) -> None:
    async def slow_redirect(request: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(status=302, headers={"Location": f"{request.path}x"})

    for length in range(6):
        site.put_handler(f"/{'x' * length}", slow_redirect)
    with pytest.raises(TooSlow):
        await quick.get(page(f"{site.url}/"))
    assert sum(site.asked.values()) == 3


async def test_a_server_that_never_answers_is_left(quick: Downloader) -> None:
    async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with a_raw_server(silence) as url:
        with pytest.raises(TooSlow):
            await quick.get(page(url))


async def test_what_servers_do_to_a_connection_is_told_in_words(quick: Downloader) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        await writer.drain()

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()

    async def long_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")
        await writer.drain()

    told: list[tuple[type[FetchError], str]] = []
    for talk in (reset, half, nonsense, long_header):
        async with a_raw_server(talk) as url:
            with pytest.raises(FetchError) as caught:
                await quick.get(page(f"{url}/a"))
            told.append((type(caught.value), str(caught.value).replace(url, "URL")))
    assert told == [
        (Unreachable, "127.0.0.1 closed the connection without an answer"),
        (Unreachable, "the answer of URL/a broke off"),
        (UnusableContent, "URL/a does not answer in HTTP"),
        (UnusableContent, "URL/a does not answer in HTTP"),
    ]


async def test_a_closed_port_and_an_unknown_name_are_told_in_words() -> None:
    async with a_raw_server(lambda reader, _: reader.read()) as url:  # type: ignore[arg-type, return-value]
        port = urlsplit(url).port
    async with Downloader(AGENT, resolver=Names({})) as downloader:
        with pytest.raises(Unreachable, match=rf"^127\.0\.0\.1 does not accept connections on port {port}$"):
            await downloader.get(page(url))
        with pytest.raises(Unreachable, match=r"^the name news\.example is not known$"):
            await downloader.get(page("http://news.example/"))


@pytest.mark.parametrize(
    ("status", "temporary"), [(404, False), (410, False), (403, False), (408, True), (500, True), (503, True)]
)
async def test_an_error_says_whether_trying_again_may_help(
    site: Site, downloader: Downloader, status: int, temporary: bool
) -> None:
    site.fail("/x", status)
    with pytest.raises(BadStatus) as caught:
        await downloader.get(page(f"{site.url}/x"))
    assert (caught.value.status, caught.value.temporary) == (status, temporary)


async def test_a_host_that_asks_for_silence_gets_it(site: Site, downloader: Downloader) -> None:
    site.fail("/feed", 429, Retry_After="60")
    site.put("/page", "x")
    with pytest.raises(BadStatus) as caught:
        await downloader.get(page(f"{site.url}/feed"))
    assert caught.value.retry_after == timedelta(minutes=1)
    with pytest.raises(HostBusy, match="asked for no requests for a while") as busy:
        await downloader.get(page(f"{site.url}/page"))
    assert busy.value.retry_after is not None
    assert timedelta(seconds=50) < busy.value.retry_after <= timedelta(minutes=1)
    assert site.asked == {"/feed": 1}


async def test_one_host_is_asked_one_thing_at_a_time(site: Site, downloader: Downloader) -> None:
    at_once = most = 0

    async def count(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return web.Response(text="x")

    for number in range(8):
        site.put_handler(f"/{number}", count)
    await asyncio.gather(*(downloader.get(page(f"{site.url}/{number}")) for number in range(8)))
    assert (most, len(site.requests)) == (1, 8)


async def test_what_is_no_text_is_not_read(site: Site, downloader: Downloader) -> None:
    site.put("/photo", b"\xff\xd8", content_type="image/jpeg")
    site.put("/paper.pdf", b"%PDF", content_type="Application/PDF")
    site.put("/file", b"x", Content_Disposition="attachment; filename=x")
    for path, reason in [
        ("/photo", "is image/jpeg, not text"),
        ("/paper.pdf", "not text"),
        ("/file", "a file to download"),
    ]:
        with pytest.raises(UnusableContent, match=reason):
            await downloader.get(page(f"{site.url}{path}"))


async def test_a_long_robots_file_is_read_as_far_as_the_limit(site: Site, downloader: Downloader) -> None:
    site.put("/robots.txt", b"#" * 3_000_000, content_type="text/plain")
    answer = await downloader.get(page(f"{site.url}/robots.txt", purpose=Purpose.ROBOTS))
    assert len(answer.body) == 512 * 1024
