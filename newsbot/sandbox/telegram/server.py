"""The HTTP side: `/bot<token>/<method>` and `/file/bot<token>/<path>`, envelope and background tasks.

Errors carry their code twice (status and `error_code`), floods also say `Retry-After`. Method names are
case-insensitive, GET and POST are the same, bodies may be urlencoded, multipart or JSON.
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

from newsbot.sandbox.misbehaving import misbehave
from newsbot.sandbox.saving import keep_writing
from newsbot.sandbox.telegram.api import Api, Described, Method
from newsbot.sandbox.telegram.arguments import MAX_FILE_BYTES, Arguments, read_arguments
from newsbot.sandbox.telegram.control import add_control_routes
from newsbot.sandbox.telegram.describing import DESCRIBING
from newsbot.sandbox.telegram.editing import EDITING
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.polling import Poller
from newsbot.sandbox.telegram.receiving import RECEIVING
from newsbot.sandbox.telegram.sending import SENDING
from newsbot.sandbox.telegram.state import SandboxState
from newsbot.sandbox.telegram.webhook_sender import RetryPolicy, WebhookSender

__all__ = ["METHODS", "ServerOptions", "add_telegram_routes", "create_telegram_app"]

log = structlog.get_logger()

METHODS: Final[dict[str, Method]] = {
    name.lower(): method for group in (SENDING, EDITING, DESCRIBING, RECEIVING) for name, method in group.items()
}
_TOKEN: Final = re.compile(r"[1-9][0-9]{0,19}:[A-Za-z0-9_-]{1,80}")
RESTART: Final = ApiError(500, "Internal Server Error: restart")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server behaves; the defaults are the real one's."""

    webhook_retry: RetryPolicy = field(default_factory=RetryPolicy)
    control: bool = True  #: serve /sandbox/telegram/… too


def create_telegram_app(state: SandboxState, options: ServerOptions | None = None) -> web.Application:
    """An application with nothing but the Bot API, its files and the control routes."""
    app = web.Application(client_max_size=MAX_FILE_BYTES)
    add_telegram_routes(app, state, options)
    return app


def add_telegram_routes(app: web.Application, state: SandboxState, options: ServerOptions | None = None) -> None:
    """Add the server to an application of one's own, whose `client_max_size` limits uploads then."""
    options = options or ServerOptions()
    server = _Server(state, options)
    app.cleanup_ctx.append(server.run)
    app.on_shutdown.append(server.end_polls)
    app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", server.call)
    app.router.add_route("*", "/bot{rest:.*}", _no_such_path)
    app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", server.file)
    if options.control:
        add_control_routes(app, state)


async def _no_such_path(request: web.Request) -> web.Response:
    return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})


class _Server:
    def __init__(self, state: SandboxState, options: ServerOptions) -> None:
        self.state = state
        self.options = options
        self._api: Api | None = None

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """While the application runs: the webhook's sender, and writing to disk."""
        stop = asyncio.Event()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            self._api = Api(self.state, session, Poller())
            sender = WebhookSender(self.state, session, self._execute_quietly, self.options.webhook_retry)
            sending = asyncio.create_task(sender.run())
            writing = asyncio.create_task(keep_writing(self.state.saver, stop))
            yield
            stop.set()
            sending.cancel()
            await asyncio.gather(sending, writing, return_exceptions=True)
            self.state.flush()

    async def end_polls(self, app: web.Application) -> None:
        """Let nobody wait for the rest of a long poll when the application stops."""
        if self._api is not None:
            self._api.poller.interrupt(RESTART)

    # -- calls --------------------------------------------------------------------------------------------------------

    async def call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            self._check_token(request.match_info["token"])
            arguments = await read_arguments(request)
        except ApiError as error:
            return _refusal(error)
        except web.HTTPRequestEntityTooLarge:
            return _answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
        fault = self.state.faults.choose(name, lambda: _chat_of(arguments))
        if fault is None:
            return await self._respond(name, arguments)
        log.info("fault struck", action=fault.action, method=name)
        try:
            return await misbehave(fault, request, lambda: self._respond(name, arguments))
        except ApiError as error:
            return self._refuse(error, arguments)

    def _check_token(self, token: str) -> None:
        if _TOKEN.fullmatch(token) is None:
            raise ApiError(401, "Unauthorized: invalid token specified")
        if token != self.state.account.token:
            raise ApiError(401, "Unauthorized")

    async def _respond(self, name: str, arguments: Arguments) -> web.Response:
        chat_id = _chat_of(arguments)
        try:
            result = await self._execute(name, arguments)
        except ApiError as error:
            return self._refuse(error, arguments)
        finally:
            # Carried out at once, answered late: the flood meter counts a request when it comes.
            if chat_id is not None and (seconds := self.state.people.lateness(chat_id)):
                await asyncio.sleep(seconds)
        if isinstance(result, Described):
            return _answer(200, {"ok": True, "result": result.result, "description": result.description})
        return _answer(200, {"ok": True, "result": result})

    def _refuse(self, error: ApiError, arguments: Arguments) -> web.Response:
        self.state.audience.refused(_chat_of(arguments), error.code)
        return _refusal(error)

    async def _execute(self, name: str, arguments: Arguments) -> Any:
        method = METHODS.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        if self._api is None:
            raise RESTART
        return await method(self._api, arguments)

    async def _execute_quietly(self, name: str, arguments: Arguments) -> None:
        try:
            await self._execute(name, arguments)
        except ApiError as error:
            log.info("webhook reply refused", method=name, reason=error.description)
        except Exception:
            log.exception("webhook reply failed", method=name)  # the chat's next updates must still be delivered

    # -- files --------------------------------------------------------------------------------------------------------

    async def file(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request.match_info["token"])
        except ApiError as error:
            return _refusal(error)
        name = request.match_info["path"].rpartition("/")[2].partition(".")[0]
        found = self.state.file(name)
        if found is None:
            return await _no_such_path(request)
        file, data = found
        return web.Response(body=data, content_type=file.content_type)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        content_type="application/json",
        headers=headers,
    )


def _refusal(error: ApiError) -> web.Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return _answer(error.code, error.json(), headers)


def _chat_of(arguments: Arguments) -> int | None:
    try:
        return int(arguments.text("chat_id"))
    except ValueError:
        return None
