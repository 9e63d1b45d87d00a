"""The control API: what `ReaderSide` does, over HTTP, for tests in other processes and languages.

Bodies and answers are JSON; the body's keys are the keyword arguments of the `ReaderSide` method. An impossible
request is answered 400 `{"error": {"code": "refused", "message": …}}`.

    GET    /sandbox/messenger/people                   everyone, with their windows
    POST   /sandbox/messenger/people                   add_person
    GET    /sandbox/messenger/people/{id}              one of them
    POST   /sandbox/messenger/people/{id}/{act}        act: get-started text sticker quick-reply button block unblock
                                                       close-window
    GET    /sandbox/messenger/people/{id}/messages     view; ?limit=
    GET    /sandbox/messenger/clock                    {"now", "ahead"}: seconds
    POST   /sandbox/messenger/clock                    {"seconds": …} moves it ahead
    GET    /sandbox/messenger/webhook                  where events go, what is subscribed, how it goes
    PUT    /sandbox/messenger/webhook                  {"url", "verify_token", "fields"}: verifies and subscribes, as
                                                       one does by hand in the app's dashboard
    POST   /sandbox/messenger/deliver                  {"body": {…}, "signature": optional}: any body, signed and sent
                                                       now; answers {"status": the webhook's, null without one}
    GET    /sandbox/messenger/deliveries               requests to the webhook, the newest 1000, oldest first
    GET    /sandbox/messenger/ledger                   accepted sends; ?person= &after= (index) &limit=
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.api import Api
from newsbot.sandbox.messenger.envelopes import encode
from newsbot.sandbox.messenger.errors import GraphError
from newsbot.sandbox.messenger.events import FIELDS
from newsbot.sandbox.messenger.reader_side import ReaderSide
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.subscriptions import set_callback, wanted_fields

__all__ = ["add_control_routes"]

PREFIX: Final = "/sandbox/messenger"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_control_routes(app: web.Application, state: GraphState, api: Callable[[], Api]) -> None:
    """Add the routes of the table above; `api` is there once the application runs."""
    control = _Control(state, api)
    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/people"): control.people,
        ("POST", "/people"): control.add_person,
        ("GET", "/people/{id}"): control.person,
        ("POST", "/people/{id}/{act}"): control.act,
        ("GET", "/people/{id}/messages"): control.messages,
        ("GET", "/clock"): control.clock,
        ("POST", "/clock"): control.move_clock,
        ("GET", "/webhook"): control.webhook,
        ("PUT", "/webhook"): control.set_webhook,
        ("POST", "/deliver"): control.deliver,
        ("GET", "/deliveries"): control.deliveries,
        ("GET", "/ledger"): control.ledger,
    }
    for (verb, path), handler in routes.items():
        app.router.add_route(verb, PREFIX + path, _guarded(handler))


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (SandboxError, GraphError, TypeError, ValueError) as error:
            body = {"error": {"code": "refused", "message": str(error)}}
            return web.json_response(body, status=400)

    return guarded


async def _body(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    given = await request.json()
    if not isinstance(given, dict):
        raise SandboxError("The body must be a JSON object")
    return given


def _json(value: Any) -> web.Response:
    return web.json_response({} if value is None else value)


class _Control:
    def __init__(self, state: GraphState, api: Callable[[], Api]) -> None:
        self.state = state
        self.readers = ReaderSide(state)
        self._api = api

    # -- people -------------------------------------------------------------------------------------------------------

    async def people(self, request: web.Request) -> web.Response:
        return _json([self.state.person_json(person) for person in self.readers.persons()])

    async def add_person(self, request: web.Request) -> web.Response:
        return _json(self.state.person_json(self.readers.add_person(**await _body(request))))

    async def person(self, request: web.Request) -> web.Response:
        return _json(self.state.person_json(self.readers.person(request.match_info["id"])))

    async def act(self, request: web.Request) -> web.Response:
        readers = self.readers
        acts: dict[str, Callable[..., Any]] = {
            "get-started": readers.get_started,
            "text": readers.send_text,
            "sticker": readers.send_sticker,
            "quick-reply": readers.tap_quick_reply,
            "button": readers.tap_button,
            "block": readers.block,
            "unblock": readers.unblock,
            "close-window": readers.close_window,
        }
        act = request.match_info["act"]
        if act not in acts:
            raise SandboxError(f"There is no act {act!r}; there are {', '.join(acts)}")
        return _json(acts[act](request.match_info["id"], **await _body(request)))

    async def messages(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", 50))
        return _json(self.readers.view(request.match_info["id"], limit=limit))

    # -- time ---------------------------------------------------------------------------------------------------------

    async def clock(self, request: web.Request) -> web.Response:
        return _json({"now": self.state.clock(), "ahead": self.state.clock.ahead})

    async def move_clock(self, request: web.Request) -> web.Response:
        self.state.advance(float((await _body(request)).get("seconds", 0)))
        return await self.clock(request)

    # -- webhook ------------------------------------------------------------------------------------------------------

    async def webhook(self, request: web.Request) -> web.Response:
        return _json({**self.state.webhook.json(), "unfinished": self.state.events.unfinished})

    async def set_webhook(self, request: web.Request) -> web.Response:
        given = await _body(request)
        verify_token = given.get("verify_token") or self.state.account.verify_token
        await set_callback(self._api(), given.get("url", ""), verify_token)
        self.state.webhook.fields = wanted_fields(given.get("fields") or list(FIELDS))
        return await self.webhook(request)

    async def deliver(self, request: web.Request) -> web.Response:
        given = await _body(request)
        if not self.state.webhook.url:
            raise SandboxError("There is no webhook to deliver to")
        body = encode(given["body"]) if "body" in given else given.get("raw", "").encode()
        return _json({"status": await self._api().webhook.post(body, signature=given.get("signature"))})

    async def deliveries(self, request: web.Request) -> web.Response:
        return _json([delivery.json() for delivery in self.state.deliveries])

    # -- figures ------------------------------------------------------------------------------------------------------

    async def ledger(self, request: web.Request) -> web.Response:
        query = request.query
        rows = self.state.ledger[int(query.get("after", 0)) :]
        if "person" in query:
            rows = [row for row in rows if row.person_id == query["person"]]
        limit = int(query.get("limit", len(rows)))
        return _json({"total": len(self.state.ledger), "entries": [row.json() for row in rows[:limit]]})
