"""The HTTP side: `/[v26.0/]<node>[/<edge>]`, errors in the platform's form, background tasks.

An unknown version is refused before anybody asks who calls; a call without a version gets the oldest one that lives,
as do calls to those that have expired.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web

from newsbot.sandbox.messenger.api import Api, Call, Method
from newsbot.sandbox.messenger.arguments import MAX_FILE_BYTES, Arguments, read_arguments
from newsbot.sandbox.messenger.batch import run_batch
from newsbot.sandbox.messenger.control import add_control_routes
from newsbot.sandbox.messenger.describing import debug_token, describe_page, describe_person
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter, no_such_object
from newsbot.sandbox.messenger.profile_calls import get_profile, remove_from_profile, set_profile
from newsbot.sandbox.messenger.routing import pass_thread, release_thread, take_thread, thread_owner
from newsbot.sandbox.messenger.sending import send
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.subscriptions import connect, subscribed_apps, subscriptions
from newsbot.sandbox.messenger.uploading import upload_attachment
from newsbot.sandbox.messenger.webhook_sender import RetryPolicy, WebhookSender
from newsbot.sandbox.misbehaving import misbehave
from newsbot.sandbox.saving import keep_writing

__all__ = ["ServerOptions", "add_messenger_routes", "create_messenger_app"]

log = structlog.get_logger()

NEWEST: Final = 27
OLDEST: Final = 21  #: v20.0 and what was before has expired
_VERSION: Final = re.compile(r"/v(?:([0-9]{1,9})\.([0-9]{1,9})|[0-9.]+)(?=/|$)")
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode
_NODE: Final = r"me|[0-9]{5,20}"

#: (verb, edge): what of the Page can be called
PAGE_EDGES: Final[dict[tuple[str, str], Method]] = {
    ("GET", ""): describe_page,
    ("POST", "messages"): send,
    ("POST", "message_attachments"): upload_attachment,
    ("POST", "pass_thread_control"): pass_thread,
    ("POST", "take_thread_control"): take_thread,
    ("POST", "release_thread_control"): release_thread,
    ("GET", "thread_owner"): thread_owner,
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
    callback: str = ""  #: the webhook's address: verified as soon as it answers, and subscribed to everything


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
    app.router.add_post("/", server.call)
    app.router.add_route("*", "/debug_token", server.call)
    app.router.add_route("*", rf"/{{node:{_NODE}}}", server.call)
    app.router.add_route("*", rf"/{{node:{_NODE}}}/{{edge:[a-z_]+}}", server.call)
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
        """While the application runs: the webhook's sender, and writing to disk."""
        stop = asyncio.Event()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            sender = WebhookSender(self.state, session, self.options.webhook_retry)
            self._api = Api(self.state, session, sender)
            sending = asyncio.create_task(sender.run())
            writing = asyncio.create_task(keep_writing(self.state.saver, stop))
            connecting = asyncio.create_task(connect(self._api, self.options.callback))
            yield
            stop.set()
            sending.cancel()
            connecting.cancel()
            await asyncio.gather(sending, writing, connecting, return_exceptions=True)
            self.state.flush()

    async def call(self, request: web.Request) -> web.StreamResponse:
        try:
            version, path = _served_version(request.path)
            arguments = await read_arguments(request)
        except GraphError as error:
            return _answer(error.status, error.json(), {})
        except web.HTTPRequestEntityTooLarge:
            return _answer(400, bad_parameter("The attachment is too large", 2018109).json(), {})
        arguments = with_token(arguments, request.headers.get("Authorization", ""))

        async def respond() -> web.Response:
            if path == "/" and request.method == "POST":
                return await self._batch(arguments, version)
            return _answer(*await self._execute(request.method, path, arguments, version))

        fault = self.state.faults.choose(path.rpartition("/")[2] or "batch", lambda: _person_of(arguments))
        if fault is None:
            return await respond()
        log.info("fault struck", action=fault.action, path=path)
        try:
            return await misbehave(fault, request, respond)
        except GraphError as error:
            headers = self.state.meter.headers(self.state.account.id, error.regain_minutes)
            return _answer(error.status, error.json(), headers)

    async def _batch(self, arguments: Arguments, version: str) -> web.Response:
        async def execute(verb: str, path: str, given: Arguments) -> tuple[int, Any, dict[str, str]]:
            try:
                own_version, path = _served_version(path, version)
            except GraphError as error:
                return error.status, error.json(), {}
            return await self._execute(verb, path, given, own_version)

        try:
            return _answer(200, await run_batch(arguments, execute), {"facebook-api-version": version})
        except GraphError as error:
            return _answer(error.status, error.json(), {})

    async def _execute(
        self, verb: str, path: str, arguments: Arguments, version: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """One call, alone or out of a batch: status, body and headers of its answer."""
        state = self.state
        node, _, edge = path.strip("/").partition("/")
        regain = 0
        try:
            by_app = state.access.check(arguments.text("access_token"), arguments.text("appsecret_proof"))
            if not by_app:
                state.meter.admit_call()
            call = Call(verb, state.account.id if node == "me" else node, edge, arguments, by_app)
            status, answer = 200, await self._method(call)(self.api, call)
        except GraphError as error:
            status, answer, regain = error.status, error.json(), error.regain_minutes
        if state.people.ranges and (seconds := state.people.lateness(_person_of(arguments) or "")):
            # Carried out at once, answered late: the meter counts a call when it comes.
            await asyncio.sleep(seconds)
        headers = state.meter.headers(state.account.id, regain)
        return status, answer, {**headers, "facebook-api-version": version}

    def _method(self, call: Call) -> Method:
        account = self.state.account
        if call.node == "debug_token" and call.verb == "GET":
            return debug_token
        if call.node == account.app_id and call.edge == "subscriptions":
            return subscriptions
        if call.node == account.id:
            method = PAGE_EDGES.get((call.verb, call.edge))
            if method is not None and not call.by_app:
                return method
        elif call.verb == "GET" and not call.edge and self.state.people.get(call.node) is not None:
            return describe_person
        raise no_such_object(call.verb, call.node)


def with_token(arguments: Arguments, authorization: str) -> Arguments:
    """The arguments with the header's token among them, which goes before one that was there."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() in ("bearer", "oauth") and token:
        return replace(arguments, values={**arguments.values, "access_token": token.strip()})
    return arguments


def _person_of(arguments: Arguments) -> str | None:
    """Whom a call is about, if it says so."""
    try:
        recipient = arguments.object("recipient")
    except GraphError:
        return None
    return str(recipient["id"]) if recipient and recipient.get("id") is not None else None


def _served_version(path: str, without: str = f"v{OLDEST}.0") -> tuple[str, str]:
    """The version that answers, `without` one if the path has none; and the path without its version.

    Raises GraphError for a version that there isn't.
    """
    match = _VERSION.match(path)
    if match is None:
        return without, path
    number = int(match[1] or 0)
    if not 1 <= number <= NEWEST or (number > 3 and match[2] != "0"):
        raise GraphError(2500, f"Unknown path components: {path}")
    return f"v{max(number, OLDEST)}.0", path[match.end() :] or "/"


def _answer(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    return web.Response(
        status=status,
        body=_encode(body).encode(),
        content_type="application/json",
        headers=headers,
    )
