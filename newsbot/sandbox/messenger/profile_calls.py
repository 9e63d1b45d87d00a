"""`GET`, `POST` and `DELETE` of `/<PAGE|me>/messenger_profile`, ten changes in ten minutes."""

from __future__ import annotations

from typing import Any

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.messenger.profile import FIELDS

__all__ = ["get_profile", "remove_from_profile", "set_profile"]


async def get_profile(api: Api, call: Call) -> dict[str, Any]:
    api.state.profile_calls.admit(api.state.clock())
    fields = call.arguments.names("fields")
    if not fields:
        raise bad_parameter("The parameter fields is required")
    return api.state.profile.json(fields)


async def set_profile(api: Api, call: Call) -> dict[str, Any]:
    api.state.profile_calls.admit(api.state.clock())
    given = {}
    for name in FIELDS:
        if name in call.arguments:
            given[name] = call.arguments.object(name) if name == "get_started" else call.arguments.array(name)
    api.state.profile.set(given)
    return {"result": "success"}


async def remove_from_profile(api: Api, call: Call) -> dict[str, Any]:
    api.state.profile_calls.admit(api.state.clock())
    api.state.profile.delete(call.arguments.names("fields") or call.arguments.names("params"))
    return {"result": "success"}
