"""The control API: what `ReaderSide` and `PageSide` do, over HTTP, for pages and for tests in other languages.

Bodies and answers are JSON; the body's keys are the keyword arguments of the method. An impossible request is answered
400 `{"error": {"code": "refused", "message": …}}`. For what the platform itself does see `platform_control`.

    GET    /sandbox/messenger/people                    everyone who was added or did something, with their windows
    POST   /sandbox/messenger/people                    add_person
    POST   /sandbox/messenger/virtual-people            add_virtual_people
    GET    /sandbox/messenger/people/{id}               one of them
    POST   /sandbox/messenger/people/{id}/{act}         act: text sticker file location link edit take-back quick-reply
                                                        button menu ice-breaker get-started open-link click-ad react
                                                        unreact read block unblock delete-account delete-conversation
                                                        close-window stop resume (file: {"base64": …, "kind": "image"});
                                                        by other hands: inbox (PageSide.write) hand-back
    GET    /sandbox/messenger/people/{id}/messages      view; ?limit=
    GET    /sandbox/messenger/people/{id}/welcome       what the empty thread shows
    GET    /sandbox/messenger/profile                   the Messenger profile, as it was set; {"menu", …} with ?locale=
    GET    /sandbox/messenger/clock                     {"now", "ahead"}: seconds
    POST   /sandbox/messenger/clock                     {"seconds": …} moves it ahead
    GET    /sandbox/messenger/ledger                    accepted sends; ?person= &after= (index) &limit=
    GET    /sandbox/messenger/counters                  accepted, refused (for their rate), worst_second, ledger,
                                                        pending_events, people
    POST   /sandbox/messenger/reset                     forget everything
    GET    /sandbox/messenger/files/{name}              an attachment's bytes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.control_routes import Handler, add_routes, decoded, json_answer, json_body, pick
from newsbot.sandbox.messenger.api import Api
from newsbot.sandbox.messenger.attachments import ATTACHMENTS_PATH
from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.messenger.platform_control import platform_routes
from newsbot.sandbox.messenger.reader_side import ReaderSide
from newsbot.sandbox.messenger.state import GraphState

__all__ = ["add_control_routes"]

PREFIX: Final = "/sandbox/messenger"


def add_control_routes(app: web.Application, state: GraphState, api: Callable[[], Api]) -> None:
    """Add the routes of the table above; `api` is there once the application runs."""
    control = _Control(state)
    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/people"): control.people,
        ("POST", "/people"): control.add_person,
        ("POST", "/virtual-people"): control.add_virtual_people,
        ("GET", "/people/{id}"): control.person,
        ("POST", "/people/{id}/{act}"): control.act,
        ("GET", "/people/{id}/messages"): control.messages,
        ("GET", "/people/{id}/welcome"): control.welcome,
        ("GET", "/profile"): control.profile,
        ("GET", "/clock"): control.clock,
        ("POST", "/clock"): control.move_clock,
        ("GET", "/ledger"): control.ledger,
        ("GET", "/counters"): control.counters,
        ("POST", "/reset"): control.reset,
    }
    add_routes(app, PREFIX, {**routes, **platform_routes(state, api)})
    app.router.add_get(ATTACHMENTS_PATH + "{name}", control.file)


class _Control:
    def __init__(self, state: GraphState) -> None:
        self.state = state
        self.readers = ReaderSide(state)
        self.page = PageSide(state)

    # -- people -------------------------------------------------------------------------------------------------------

    async def people(self, request: web.Request) -> web.Response:
        return json_answer([self.state.person_json(person) for person in self.readers.persons()])

    async def add_person(self, request: web.Request) -> web.Response:
        return json_answer(self.state.person_json(self.readers.add_person(**await json_body(request))))

    async def add_virtual_people(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        if "locales" in given:
            given["locales"] = tuple(given["locales"])
        return json_answer(self.readers.add_virtual_people(**given))

    async def person(self, request: web.Request) -> web.Response:
        return json_answer(self.state.person_json(self.readers.person(request.match_info["id"])))

    async def act(self, request: web.Request) -> web.Response:
        readers = self.readers
        acts: dict[str, Callable[..., Any]] = {
            "text": readers.send_text,
            "sticker": readers.send_sticker,
            "file": self._file,
            "location": readers.send_location,
            "link": readers.send_link,
            "edit": readers.edit_text,
            "take-back": readers.take_back,
            "quick-reply": readers.tap_quick_reply,
            "button": readers.tap_button,
            "menu": readers.tap_menu,
            "ice-breaker": readers.tap_ice_breaker,
            "get-started": readers.get_started,
            "open-link": readers.open_link,
            "click-ad": readers.click_ad,
            "react": readers.react,
            "unreact": readers.unreact,
            "read": readers.read,
            "block": readers.block,
            "unblock": readers.unblock,
            "delete-account": readers.delete_account,
            "delete-conversation": readers.delete_conversation,
            "close-window": readers.close_window,
            "stop": readers.stop,
            "resume": readers.resume,
            "inbox": self.page.write,
            "hand-back": self.page.hand_back,
        }
        return json_answer(pick(acts, request)(request.match_info["id"], **await json_body(request)))

    def _file(self, person_id: str, *, base64: str = "", **given: Any) -> dict[str, Any]:
        return self.readers.send_file(person_id, data=decoded(base64), **given)

    async def messages(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", 50))
        return json_answer(self.readers.view(request.match_info["id"], limit=limit))

    async def welcome(self, request: web.Request) -> web.Response:
        return json_answer(self.readers.welcome(request.match_info["id"]))

    async def profile(self, request: web.Request) -> web.Response:
        profile = self.state.profile
        if "locale" not in request.query:
            return json_answer(profile.fields)
        locale = request.query["locale"]
        shown = {"menu": profile.menu(locale), "commands": profile.commands(locale)}
        return json_answer({**shown, "composer_disabled": profile.composer_disabled(locale)})

    # -- time, figures ------------------------------------------------------------------------------------------------

    async def clock(self, request: web.Request) -> web.Response:
        return json_answer({"now": self.state.clock(), "ahead": self.state.clock.ahead})

    async def move_clock(self, request: web.Request) -> web.Response:
        self.state.advance(float((await json_body(request)).get("seconds", 0)))
        return await self.clock(request)

    async def ledger(self, request: web.Request) -> web.Response:
        query = request.query
        rows = self.state.ledger[int(query.get("after", 0)) :]
        if "person" in query:
            rows = [row for row in rows if row.person_id == query["person"]]
        limit = int(query.get("limit", len(rows)))
        return json_answer({"total": len(self.state.ledger), "entries": [row.json() for row in rows[:limit]]})

    async def counters(self, request: web.Request) -> web.Response:
        return json_answer(self.state.counters())

    async def reset(self, request: web.Request) -> web.Response:
        self.state.reset()
        return json_answer(None)

    async def file(self, request: web.Request) -> web.Response:
        found = self.state.attachments.data(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        content_type, data = found
        # What is no picture is never shown as a page of this server: it may be HTML.
        headers = None if content_type.startswith("image/") else {"Content-Disposition": "attachment"}
        return web.Response(body=data, content_type=content_type, headers=headers)
