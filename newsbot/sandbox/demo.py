"""The sandbox in one application: demo page, portal, phones and both platforms' servers share one address.

GET /                   readers' and an editor's phone beside a small newsroom; `?lang=en`, `?phones=<key>,<key>`
GET /newsroom/panel     the newsroom's list, as the page shows it anew after each act
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from newsbot.errors import StartError
from newsbot.sandbox import DEMO_BOT_ENGLISH_NAME, DEMO_BOT_NAME, DEMO_BOT_USERNAME, DEMO_TOKEN, READERS_FILE
from newsbot.sandbox.cms_push import CMS_PUSH, CmsPush
from newsbot.sandbox.demo_phones import DemoPhones
from newsbot.sandbox.messenger import DEMO_PAGE, GraphState, add_messenger_routes
from newsbot.sandbox.messenger import ServerOptions as MessengerOptions
from newsbot.sandbox.messenger_phone import MESSENGER_PHONES, MessengerPhones, add_messenger_phone_routes
from newsbot.sandbox.messenger_phone_words import messenger_words
from newsbot.sandbox.messenger_readers import MessengerReaders
from newsbot.sandbox.messenger_rehearsal import MessengerRehearsal
from newsbot.sandbox.phone import PHONES, Phones, add_phone_routes
from newsbot.sandbox.phone_view import LinkPreview
from newsbot.sandbox.phone_words import steps
from newsbot.sandbox.portal import PORTAL_ARTICLES, add_portal_routes
from newsbot.sandbox.portal_articles import PortalArticles
from newsbot.sandbox.portal_pages import date_line
from newsbot.sandbox.portal_samples import sections
from newsbot.sandbox.rehearsal import Rehearsal
from newsbot.sandbox.simulated_readers import SimulatedReaders
from newsbot.sandbox.telegram import SandboxState, add_telegram_routes
from newsbot.sandbox.templating import render
from newsbot.sandbox.troubles import KINDS
from newsbot.text.digits import format_number

STATIC: Final = Path(__file__).with_name("static")
LARGEST_REQUEST: Final = 64 * 1024 * 1024  #: Telegram takes files of 50 MB
PANEL_LENGTH: Final = 20  #: articles listed in the panel

_ARTICLE_PATH: Final = re.compile(rf"https?://[^/]+/(?:{'|'.join(sections())})/(\d{{1,9}})/?(?:[?#].*)?")

_PICTURE_PATH: Final = re.compile(r"https?://[^/]+(/images/[a-z]+-\d{1,9}\.png)")

PAGE: Final = web.AppKey("page", GraphState)  #: the Facebook Page's side, of an application that serves it

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_sandbox_app(
    folder: Path | None = None, push: CmsPush | None = None, readers: int = 0, *, messenger_webhook: str = ""
) -> web.Application:
    """Everything, kept in `folder` (None: in memory); `push` tells a bot of withdrawals; so many simulated `readers`.

    `messenger_webhook`: where the Page's events go, as soon as something answers there.
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
    phones = Phones(state, lambda url: describe_link(url, articles))
    phones.editor()  # there from the beginning: the bot tells its editors what they can do when it starts
    phones.channel()
    add_phone_routes(app, phones)
    simulated = SimulatedReaders(phones.readers)
    simulated.begin_with(readers, folder / READERS_FILE if folder else None)
    app.cleanup_ctx.append(simulated.let_them_come)
    Rehearsal(state, simulated).add_routes(app)
    add_telegram_routes(app, state)
    page = _open_page(folder / "messenger" if folder else None)
    app[PAGE] = page
    messenger_phones = MessengerPhones(page, phones.describe)
    add_messenger_phone_routes(app, messenger_phones)
    messenger_readers = MessengerReaders(messenger_phones.readers)
    app.cleanup_ctx.append(messenger_readers.let_them_come)
    MessengerRehearsal(page, messenger_readers).add_routes(app)
    add_messenger_routes(app, page, MessengerOptions(callback=messenger_webhook))

    async def let_go(_: web.Application) -> None:
        state.close()  # they stay open after their servers stop, for who wants to look at them: nobody here
        page.close()

    app.on_cleanup.append(let_go)
    return app


def _open_state(folder: Path | None) -> SandboxState:
    try:
        return SandboxState.open(folder, token=DEMO_TOKEN, username=DEMO_BOT_USERNAME)
    except (sqlite3.DatabaseError, OSError) as error:
        raise StartError(f"{folder}: can't be read ({error}); move the folder away to begin anew.") from None


def _open_page(folder: Path | None) -> GraphState:
    try:
        return GraphState.open(DEMO_PAGE, folder=folder)
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
    language = _language(request)
    phones = DemoPhones(request.app[PHONES], request.app[MESSENGER_PHONES], messenger_words(language))
    shown = phones.shown(request.query.get("phones", ""))
    page = render(
        "demo.html",
        phones=phones.all(shown),
        shown=shown,
        prepared=_prepared(request.app, language),
        published=_published(request.app, language),
        steps=steps(language),
        kinds=KINDS,
        **_what_all_show(request.app, language),
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")


async def panel(request: web.Request) -> web.Response:
    language = _language(request)
    page = _prepared(request.app, language) + _published(request.app, language)
    return web.Response(text=page, content_type="text/html", charset="utf-8")


def _prepared(app: web.Application, language: str) -> str:
    waiting = {section: len(app[PORTAL_ARTICLES].waiting(section)) for section in sections()}
    return render(
        "demo_prepared.html",
        waiting=waiting,
        number=lambda count: format_number(count, language),
        **_what_all_show(app, language),
    )


def _published(app: web.Application, language: str) -> str:
    articles = app[PORTAL_ARTICLES].latest(limit=PANEL_LENGTH)
    return render("demo_published.html", articles=articles, date_line=date_line, **_what_all_show(app, language))


def _what_all_show(app: web.Application, language: str) -> dict[str, Any]:
    return {"connected": CMS_PUSH in app, "sections": sections(), "lang": language, "w": messenger_words(language)}


def _language(request: web.Request) -> str:
    return "en" if request.query.get("lang") == "en" else "bn"


@web.middleware
async def _refuse_strangers(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Another site that is open in the same browser must not publish or write here."""
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise web.HTTPForbidden(text="Only the sandbox's own pages may do this.")
    return await handler(request)
