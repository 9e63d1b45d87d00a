"""The portal over HTTP: pages, feeds, pictures, and the newsroom's publishing.

    GET    /portal · /<section> · /<section>/<id>        pages
    GET    /rss.xml · /rss/<section>.xml · /atom.xml · /feed.json · /news-sitemap.xml · /robots.txt
    GET    /images/<section>-<id>.png                    lead pictures
    GET    /newsroom/articles                            what is published and what waits, as JSON
    POST   /newsroom/publish                             {"section"}: the next sample (without it: of any section);
                                                         {"section", "headline", "kicker", "body", "byline"}: one's own;
                                                         "breaking": "true": brought to the bot at once, as such
    POST   /newsroom/articles/<id>                       {"headline", "kicker", "body"}: edits what is given
    POST   /newsroom/articles/<id>/withdraw              or DELETE /newsroom/articles/<id>

The newsroom takes forms and JSON. A form's answer leads back to the demo page; JSON is answered with the article.
What has not changed is answered 304, to ETag and to If-Modified-Since.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from json import JSONDecodeError
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox import portal_feeds as feeds
from newsbot.sandbox import portal_pages as pages
from newsbot.sandbox.cms_push import CMS_PUSH
from newsbot.sandbox.portal_articles import PortalArticle, PortalArticles, PortalError
from newsbot.sandbox.portal_images import lead_picture
from newsbot.sandbox.portal_samples import sections

PORTAL_ARTICLES: Final = web.AppKey("portal_articles", PortalArticles)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_portal_routes(app: web.Application, articles: PortalArticles) -> None:
    """Serve the portal from `app`, which then owns `articles` and closes them when it stops."""
    app[PORTAL_ARTICLES] = articles
    section = f"{{section:{'|'.join(sections())}}}"
    app.add_routes(
        [
            web.get("/portal", home),
            web.get(f"/{section}", section_page),
            web.get(f"/{section}/{{id:[0-9]{{1,9}}}}", article_page),
            web.get("/rss.xml", rss),
            web.get(f"/rss/{section}.xml", rss),
            web.get("/atom.xml", atom),
            web.get("/feed.json", json_feed),
            web.get("/news-sitemap.xml", news_sitemap),
            web.get("/robots.txt", robots),
            web.get(f"/images/{section}-{{id:[0-9]{{1,9}}}}.png", picture),
            web.get("/newsroom/articles", newsroom_articles),
            web.post("/newsroom/publish", publish),
            web.post("/newsroom/articles/{id:[0-9]{1,9}}", edit),
            web.post("/newsroom/articles/{id:[0-9]{1,9}}/withdraw", withdraw),
            web.delete("/newsroom/articles/{id:[0-9]{1,9}}", withdraw),
        ]
    )

    async def close(_: web.Application) -> None:
        articles.close()

    app.on_cleanup.append(close)


def origin_of(request: web.Request) -> str:
    """The portal's address as this client knows it: 'http://127.0.0.1:8090'."""
    return f"{request.scheme}://{request.host}"


# --- pages and feeds ------------------------------------------------------------------------------------------------


async def home(request: web.Request) -> web.Response:
    articles = request.app[PORTAL_ARTICLES]
    return _page(request, pages.listing(articles.latest()))


async def section_page(request: web.Request) -> web.Response:
    section = sections()[request.match_info["section"]]
    return _page(request, pages.listing(request.app[PORTAL_ARTICLES].latest(section.id), section))


async def article_page(request: web.Request) -> web.Response:
    articles = request.app[PORTAL_ARTICLES]
    article = articles.get(int(request.match_info["id"]))
    if article is None or article.section != request.match_info["section"]:
        return _html(pages.missing_page(withdrawn=False), status=404)
    if article.withdrawn:
        return _html(pages.missing_page(withdrawn=True), status=410)
    others = [one for one in articles.latest(limit=pages.LATEST + 1) if one.id != article.id]
    return _page(request, pages.article_page(article, others, origin_of(request)))


async def rss(request: web.Request) -> web.Response:
    section = sections().get(request.match_info.get("section", ""))
    newest = request.app[PORTAL_ARTICLES].latest(section.id if section else None, feeds.FEED_LENGTH)
    return _answer(request, feeds.rss(newest, origin_of(request), section), "application/rss+xml")


async def atom(request: web.Request) -> web.Response:
    articles = request.app[PORTAL_ARTICLES]
    newest = articles.latest(limit=feeds.FEED_LENGTH)
    return _answer(request, feeds.atom(newest, origin_of(request), articles.changed_at), "application/atom+xml")


async def json_feed(request: web.Request) -> web.Response:
    newest = request.app[PORTAL_ARTICLES].latest(limit=feeds.FEED_LENGTH)
    return _answer(request, feeds.json_feed(newest, origin_of(request)), "application/feed+json")


async def news_sitemap(request: web.Request) -> web.Response:
    newest = request.app[PORTAL_ARTICLES].latest()
    since = newest[0].published_at - feeds.SITEMAP_AGE if newest else None
    recent = [article for article in newest if since and article.published_at >= since]
    return _answer(request, feeds.news_sitemap(recent, origin_of(request)), "application/xml")


async def robots(request: web.Request) -> web.Response:
    return _answer(request, feeds.robots(origin_of(request)), "text/plain")


async def picture(request: web.Request) -> web.Response:
    data = await asyncio.to_thread(lead_picture, request.match_info["section"], int(request.match_info["id"]))
    return web.Response(body=data, content_type="image/png", headers={"Cache-Control": "max-age=86400"})


def _page(request: web.Request, html: str) -> web.Response:
    return _answer(request, html, "text/html")


def _html(html: str, *, status: int) -> web.Response:
    return web.Response(text=html, content_type="text/html", charset="utf-8", status=status)


def _answer(request: web.Request, text: str, content_type: str) -> web.Response:
    """The text, or 304 when the client has it."""
    body = text.encode()
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    changed_at = request.app[PORTAL_ARTICLES].changed_at
    unchanged = _has_it(request, etag, changed_at)
    answer = web.Response(status=304) if unchanged else web.Response(body=body, content_type=content_type)
    if not unchanged:
        answer.charset = "utf-8"
    answer.etag = etag
    answer.last_modified = changed_at
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _has_it(request: web.Request, etag: str, changed_at: datetime) -> bool:
    """RFC 9110, 13.2.2: a client that names tags is not asked for its date."""
    if request.if_none_match is not None:
        return any(tag.value in (etag, "*") for tag in request.if_none_match)
    return request.if_modified_since is not None and changed_at <= request.if_modified_since


# --- the newsroom ---------------------------------------------------------------------------------------------------


async def newsroom_articles(request: web.Request) -> web.Response:
    articles = request.app[PORTAL_ARTICLES]
    return web.json_response(
        {
            "articles": [_as_json(article, request) for article in articles.latest()],
            "waiting": {section: len(articles.waiting(section)) for section in sections()},
        }
    )


async def publish(request: web.Request) -> web.StreamResponse:
    breaking: list[PortalArticle] = []

    def do(articles: PortalArticles, fields: dict[str, str], _: int) -> PortalArticle:
        if fields.get("breaking") and CMS_PUSH not in request.app:
            raise PortalError("No bot is connected that breaking news could be brought to.")
        if "headline" in fields:
            own = {name: fields[name] for name in ("headline", "kicker", "body", "byline") if name in fields}
            article = articles.publish(section=fields.get("section", ""), **own)
        else:
            article = articles.publish_sample(fields.get("section") or None)
        if fields.get("breaking"):
            breaking.append(article)
        return article

    answer = await _newsroom(request, do, status=201)
    if breaking and not await request.app[CMS_PUSH].break_news(breaking[0]):
        return _problem("bot_unreachable", "It is published, but the bot did not take it as breaking news.", 502)
    return answer


async def edit(request: web.Request) -> web.StreamResponse:
    def do(articles: PortalArticles, fields: dict[str, str], article_id: int) -> PortalArticle:
        changed = {name: fields[name] for name in ("headline", "kicker", "body") if name in fields}
        return articles.edit(article_id, **changed)

    return await _newsroom(request, do)


async def withdraw(request: web.Request) -> web.StreamResponse:
    def do(articles: PortalArticles, _: dict[str, str], article_id: int) -> PortalArticle:
        return articles.withdraw(article_id)

    answer = await _newsroom(request, do)
    article = request.app[PORTAL_ARTICLES].get(int(request.match_info["id"]))
    if answer.status < 400 and article is not None and CMS_PUSH in request.app:
        await request.app[CMS_PUSH].withdraw(article)
    return answer


async def _newsroom(
    request: web.Request, do: Callable[[PortalArticles, dict[str, str], int], PortalArticle], status: int = 200
) -> web.StreamResponse:
    try:
        fields = await _fields(request)
        article = do(request.app[PORTAL_ARTICLES], fields, int(request.match_info.get("id", 0)))
    except PortalError as error:
        return _problem("refused", str(error), 400)
    if request.content_type == "application/json" or "application/json" in request.headers.get("Accept", ""):
        return web.json_response(_as_json(article, request), status=status)
    return web.Response(status=303, headers={"Location": "/"})


def _problem(code: str, message: str, status: int) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def _fields(request: web.Request) -> dict[str, str]:
    """What a form or a JSON object says, text only."""
    data: Any
    if request.content_type == "application/json":
        try:
            data = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            raise PortalError("The request is not valid JSON.") from None
        if not isinstance(data, dict):
            raise PortalError('The request is not a JSON object like {"section": "sports"}.')
    else:
        data = await request.post()
    for name, value in data.items():
        if not isinstance(value, str):
            raise PortalError(f"{name} is not text.")
    return dict(data)


def _as_json(article: PortalArticle, request: web.Request) -> dict[str, object]:
    return {
        "id": article.id,
        "section": article.section,
        "kicker": article.kicker,
        "headline": article.headline,
        "body": article.body,
        "byline": article.byline,
        "published_at": article.published_at.isoformat(),
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "withdrawn": article.withdrawn,
        "url": origin_of(request) + article.path,
    }
