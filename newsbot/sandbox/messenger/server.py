"""The HTTP side: `/[v26.0/]<node>[/<edge>]`, errors in the platform's form, background tasks.

An unknown version is refused before anybody asks who calls; a call without a version gets the oldest one that lives,
as do calls to those that have expired.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web

from newsbot.sandbox.messenger.api import Api, Call, Method
from newsbot.sandbox.messenger.arguments import MAX_FILE_BYTES, Arguments, read_arguments
from newsbot.sandbox.messenger.control import add_control_routes
from newsbot.sandbox.messenger.describing import describe_page, describe_person
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter, no_such_object
from newsbot.sandbox.messenger.profile_calls import get_profile, remove_from_profile, set_profile
from newsbot.sandbox.messenger.sending import send
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.subscriptions import subscribed_apps, subscriptions
from newsbot.sandbox.messenger.webhook_sender import RetryPolicy, WebhookSender

__all__ = ["ServerOptions", "add_messenger_routes", "create_messenger_app"]

log = structlog.get_logger()

NEWEST: Final = 27
OLDEST: Final = 21  #: v20.0 and what was before has expired
_VERSION: Final = re.compile(r"v([0-9]{1,3})\.([0-9]{1,2})")
_NODE: Final = r"me|[0-9]{5,20}"

#: (verb, edge): what of the Page can be called
PAGE_EDGES: Final[dict[tuple[str, str], Method]] = {
    ("GET", ""): describe_page,
    ("POST", "messages"): send,
    ("GET", "messenger_profile"): get_profile,
    ("POST", "messenger_profile"): set_profile,
    ("DELETE", "messenger_profile"): remove_from_profile,
    ("GET", "subscribed_apps"): subscribed_apps,
    ("POST", "subscribed_apps"): subscribed_apps,
    ("DELETE", "subscribed_apps"): subscribed_apps,
}


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server behaves; the defaults are the real one's."""

    webhook_retry: RetryPolicy = field(default_factory=RetryPolicy)
    control: bool = True  #: serve /sandbox/messenger/… too


def create_messenger_app(state: GraphState, options: ServerOptions | None = None) -> web.Application:
    """An application with nothing but the Graph API and the control routes."""
    app = web.Application(client_max_size=MAX_FILE_BYTES + (1 << 20))
    add_messenger_routes(app, state, options)
    return app


def add_messenger_routes(app: web.Application, state: GraphState, options: ServerOptions | None = None) -> None:
    """Add the server to an application of one's own, whose `client_max_size` limits uploads then."""
    options = options or ServerOptions()
    server = _Server(state, options)
    app.cleanup_ctx.append(server.run)
    for prefix in ("", r"/{version:v[0-9.]+}"):
        app.router.add_route("*", prefix + f"/{{node:{_NODE}}}", server.call)
        app.router.add_route("*", prefix + f"/{{node:{_NODE}}}/{{edge:[a-z_]+}}", server.call)
    app.router.add_route("*", r"/{version:v[0-9.]+}{rest:(/.*)?}", server.call)
    if options.control:
        add_control_routes(app, state, lambda: server.api)


class _Server:
    def __init__(self, state: GraphState, options: ServerOptions) -> None:
        self.state = state
        self.options = options
        self._api: Api | None = None

    @property
    def api(self) -> Api:
        assert self._api is not None, "the application has not started"
        return self._api

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """While the application runs: the webhook's sender."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            sender = WebhookSender(self.state, session, self.options.webhook_retry)
            self._api = Api(self.state, session, sender)
            sending = asyncio.create_task(sender.run())
            yield
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def call(self, request: web.Request) -> web.StreamResponse:
        try:
            version = _served_version(request)
            arguments = await read_arguments(request)
            answer = await self._execute(request, arguments)
            status = 200
        except GraphError as error:
            log.info("graph call refused", path=request.path, code=error.code, subcode=error.subcode)
            answer, status, version = error.json(), error.status, ""
        except web.HTTPRequestEntityTooLarge:
            too_large = bad_parameter("The attachment is too large", 2018109)
            answer, status, version = too_large.json(), too_large.status, ""
        return _answer(status, answer, {"facebook-api-version": version} if version else None)

    async def _execute(self, request: web.Request, arguments: Arguments) -> dict[str, Any]:
        by_app = self.state.access.check(_token(request, arguments), arguments.text("appsecret_proof"))
        node, edge = request.match_info.get("node", ""), request.match_info.get("edge", "")
        account = self.state.account
        call = Call(request.method, account.id if node == "me" else node, edge, arguments, by_app)
        return await self._method(call)(self.api, call)

    def _method(self, call: Call) -> Method:
        account = self.state.account
        if call.node == account.app_id and call.edge == "subscriptions":
            return subscriptions
        if call.node == account.id:
            method = PAGE_EDGES.get((call.verb, call.edge))
            if method is not None:
                return method
        elif call.verb == "GET" and not call.edge and self.state.people.get(call.node) is not None:
            return describe_person
        raise no_such_object(call.verb, call.node)


def _token(request: web.Request, arguments: Arguments) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "oauth") and token:
        return token.strip()
    return arguments.text("access_token")


def _served_version(request: web.Request) -> str:
    """The version that answers. Raises GraphError for one that there isn't."""
    asked = request.match_info.get("version")
    if asked is None:
        return f"v{OLDEST}.0"
    match = _VERSION.fullmatch(asked)
    number = int(match[1]) if match is not None else 0
    if match is None or not 1 <= number <= NEWEST or (number > 3 and match[2] != "0"):
        raise GraphError(2500, f"Unknown path components: {request.path}")
    return f"v{max(number, OLDEST)}.0"


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body, separators=(",", ":")).encode(),
        content_type="application/json",
        headers=headers,
    )
