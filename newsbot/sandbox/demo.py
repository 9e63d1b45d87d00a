"""The sandbox in one application: the demo page, the portal, the phones and the Telegram server share one address.

GET /                   a reader's phone beside a small newsroom; `?lang=en`, `?phones=<user>,<user>`
GET /newsroom/panel     the newsroom's list, as the page shows it anew after each act
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from newsbot.errors import StartError
from newsbot.sandbox import DEMO_BOT_ENGLISH_NAME, DEMO_BOT_NAME, DEMO_BOT_USERNAME, DEMO_TOKEN
from newsbot.sandbox.cms_push import CMS_PUSH, CmsPush
from newsbot.sandbox.phone import PHONES, Phones, add_phone_routes
from newsbot.sandbox.phone_view import LinkPreview
from newsbot.sandbox.phone_words import words
from newsbot.sandbox.portal import PORTAL_ARTICLES, add_portal_routes
from newsbot.sandbox.portal_articles import PortalArticles
from newsbot.sandbox.portal_pages import date_line
from newsbot.sandbox.portal_samples import sections
from newsbot.sandbox.telegram import SandboxState, add_telegram_routes
from newsbot.sandbox.templating import render
from newsbot.text.digits import format_number

STATIC: Final = Path(__file__).with_name("static")
LARGEST_REQUEST: Final = 64 * 1024 * 1024  #: Telegram takes files of 50 MB
PANEL_LENGTH: Final = 20  #: articles listed in the panel

_ARTICLE_PATH: Final = re.compile(rf"https?://[^/]+/(?:{'|'.join(sections())})/(\d{{1,9}})/?(?:[?#].*)?")

_PICTURE_PATH: Final = re.compile(r"https?://[^/]+(/images/[a-z]+-\d{1,9}\.png)")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_sandbox_app(folder: Path | None = None, push: CmsPush | None = None) -> web.Application:
    """Everything, kept in `folder` (None: in memory); `push` tells a bot of withdrawals.

    Raises StartError when the folder can't be used.
    """
    state = _open_state(folder / "telegram" if folder else None)
    articles = PortalArticles.open(folder / "portal" if folder else None)
    for language, name in (("", DEMO_BOT_NAME), ("en", DEMO_BOT_ENGLISH_NAME)):  # what one tells @BotFather elsewhere
        state.bot.set_text("name", state.bot.texts["name"].get(language) or name, language)
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[_refuse_strangers])
    app.add_routes([web.get("/", demo_page), web.get("/newsroom/panel", panel)])
    app.router.add_static("/static", STATIC)
    if push is not None:
        app[CMS_PUSH] = push
    add_portal_routes(app, articles)
    add_phone_routes(app, Phones(state, lambda url: describe_link(url, articles)))
    add_telegram_routes(app, state)

    async def let_go(_: web.Application) -> None:
        state.close()  # it stays open after its server stops, for who wants to look at it: nobody here

    app.on_cleanup.append(let_go)
    return app


def _open_state(folder: Path | None) -> SandboxState:
    try:
        return SandboxState.open(folder, token=DEMO_TOKEN, username=DEMO_BOT_USERNAME)
    except (sqlite3.DatabaseError, OSError) as error:
        raise StartError(f"{folder}: can't be read ({error}); move the folder away to begin anew.") from None


def describe_link(url: str, articles: PortalArticles) -> LinkPreview | None:
    """The preview of a portal article, or of its picture; nothing is fetched, so nothing is known of other pages."""
    if picture := _PICTURE_PATH.fullmatch(url):
        return LinkPreview("", image=picture[1])
    match = _ARTICLE_PATH.fullmatch(url)
    article = articles.get(int(match[1])) if match else None
    if article is None or article.withdrawn:
        return None
    return LinkPreview(article.headline, article.lead, article.image_path, DEMO_BOT_NAME)


async def demo_page(request: web.Request) -> web.Response:
    phones = request.app[PHONES]
    readers = phones.readers_or_first()
    known = {str(reader.id): reader for reader in readers}
    wanted = [known[part] for part in request.query.get("phones", "").split(",") if part in known]
    language = _language(request)
    page = render(
        "demo.html",
        readers=readers,
        shown=wanted or readers[:1],
        panel=_panel(request.app[PORTAL_ARTICLES], language),
        sections=sections(),
        lang=language,
        w=words(language),
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")


async def panel(request: web.Request) -> web.Response:
    page = _panel(request.app[PORTAL_ARTICLES], _language(request))
    return web.Response(text=page, content_type="text/html", charset="utf-8")


def _panel(articles: PortalArticles, language: str) -> str:
    return render(
        "demo_panel.html",
        articles=articles.latest(limit=PANEL_LENGTH),
        waiting={section: len(articles.waiting(section)) for section in sections()},
        sections=sections(),
        date_line=date_line,
        number=lambda count: format_number(count, language),
        lang=language,
        w=words(language),
    )


def _language(request: web.Request) -> str:
    return "en" if request.query.get("lang") == "en" else "bn"


@web.middleware
async def _refuse_strangers(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Another site that is open in the same browser must not publish or write here."""
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise web.HTTPForbidden(text="Only the sandbox's own pages may do this.")
    return await handler(request)
