"""`POST /` with `batch`: up to fifty calls in one request, carried out and answered in order."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from newsbot.sandbox.messenger.arguments import Arguments, from_form
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter
from newsbot.sandbox.messenger.limits import LIMITS

__all__ = ["run_batch"]

Execute = Callable[[str, str, Arguments], Awaitable[tuple[int, dict[str, Any], dict[str, str]]]]


async def run_batch(arguments: Arguments, execute: Execute) -> list[dict[str, Any]]:
    """Each answer as {"code", "headers", "body"}, the body as text. `execute(verb, path, arguments)` runs one call.

    Raises GraphError if the batch itself is none.
    """
    calls = arguments.array("batch")
    if not calls:
        raise bad_parameter("param batch must be a non-empty array.")
    if len(calls) > LIMITS["batch"]:
        raise GraphError(1, f"Too many requests in batch message. Maximum batch size is {LIMITS['batch']}")
    shared = {name: arguments.text(name) for name in ("access_token", "appsecret_proof") if name in arguments}
    with_headers = arguments.text("include_headers").lower() != "false"
    answers = []
    for call in calls:
        status, answer, headers = await _run(call, shared, execute)
        told: dict[str, Any] = {"code": status, "body": json.dumps(answer, ensure_ascii=False)}
        if with_headers:
            told["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
        answers.append(told)
    return answers


async def _run(call: Any, shared: Mapping[str, str], execute: Execute) -> tuple[int, dict[str, Any], dict[str, str]]:
    given = call if isinstance(call, dict) else {}
    relative_url, body = given.get("relative_url"), given.get("body") or ""
    if not isinstance(relative_url, str) or not isinstance(body, str | dict):
        error = bad_parameter("Each call of a batch needs a method and a relative_url, and a body that is a text.")
        return error.status, error.json(), {}
    parts = urlsplit("/" + relative_url.lstrip("/"))
    values = {**shared, **from_form(parts.query), **(from_form(body) if isinstance(body, str) else body)}
    return await execute(str(given.get("method", "GET")).upper(), parts.path, Arguments(values))
