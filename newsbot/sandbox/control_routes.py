"""What both servers' control APIs have in common: JSON in and out, and an impossible request as a 400 that says why."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from aiohttp import web

from newsbot.errors import NewsbotError
from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.faults import FaultPlan, Rule

__all__ = ["Handler", "add_routes", "decoded", "fault_routes", "json_answer", "json_body", "pick"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, prefix: str, routes: Mapping[tuple[str, str], Handler]) -> None:
    """`routes`: (verb, path) to handler."""
    for (verb, path), handler in routes.items():
        app.router.add_route(verb, prefix + path, _guarded(handler))


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (NewsbotError, TypeError, ValueError) as error:
            body = {"error": {"code": "refused", "message": str(error)}}
            return web.json_response(body, status=400)

    return guarded


def fault_routes(plan: FaultPlan[Rule], rule: Callable[..., Rule]) -> dict[tuple[str, str], Handler]:
    """The rules in force, one more of them, and none of them, or of those ?name=."""

    async def faults(_: web.Request) -> web.Response:
        return json_answer([fault.json() for fault in plan.faults])

    async def add(request: web.Request) -> web.Response:
        given = await json_body(request)
        if given.get("chats") is not None:
            given["chats"] = frozenset(given["chats"])
        return json_answer(plan.add(rule(**given)).json())

    async def clear(request: web.Request) -> web.Response:
        plan.clear(request.query.get("name"))
        return json_answer(None)

    return {("GET", "/faults"): faults, ("POST", "/faults"): add, ("DELETE", "/faults"): clear}


async def json_body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object, empty without a body. Raises SandboxError for anything else."""
    if not request.can_read_body:
        return {}
    given = await request.json()
    if not isinstance(given, dict):
        raise SandboxError("The body must be a JSON object")
    return given


def json_answer(value: Any) -> web.Response:
    """A record, list or object; `{}` for None."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return web.json_response({} if value is None else value)


def pick(acts: Mapping[str, Callable[..., Any]], request: web.Request) -> Callable[..., Any]:
    """The act that the path names. Raises SandboxError, saying which there are."""
    act = request.match_info["act"]
    if act not in acts:
        raise SandboxError(f"There is no act {act!r}; there are {', '.join(acts)}")
    return acts[act]


def decoded(text: str) -> bytes:
    """A file that came as base64. Raises SandboxError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SandboxError(f"The file is not base64: {error}") from None
