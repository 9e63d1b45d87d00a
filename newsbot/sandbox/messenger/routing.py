"""Conversation routing: which app has a thread. Who hasn't, hears its messages in `standby`, and of each change."""

from __future__ import annotations

from typing import Any

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.messenger.model import INBOX_APP_ID, Person
from newsbot.sandbox.messenger.state import GraphState

__all__ = ["give_thread", "pass_thread", "release_thread", "take_thread", "thread_owner"]


async def pass_thread(api: Api, call: Call) -> dict[str, Any]:
    """Give the thread to another app; there is only the Page's inbox."""
    target = call.arguments.text("target_app_id")
    if target not in (INBOX_APP_ID, api.state.account.app_id):
        raise bad_parameter("param target_app_id is no app of this Page.")
    give_thread(api.state, _person(api, call), target, call.arguments.text("metadata"), told=False)
    return {"success": True}


async def take_thread(api: Api, call: Call) -> dict[str, Any]:
    """Take the thread; the default app may at any time."""
    state = api.state
    give_thread(state, _person(api, call), state.account.app_id, call.arguments.text("metadata"), told=False)
    return {"success": True}


async def release_thread(api: Api, call: Call) -> dict[str, Any]:
    """Back to the default application, which is this app."""
    return await take_thread(api, call)


async def thread_owner(api: Api, call: Call) -> dict[str, Any]:
    person = api.state.people.reachable(call.arguments.text("recipient"))
    return {"data": [{"thread_owner": {"app_id": person.thread_owner or api.state.account.app_id}}]}


def give_thread(state: GraphState, person: Person, app_id: str, metadata: str = "", *, told: bool = True) -> None:
    """Let an app have the thread. `told`: somebody else did it, so the webhook hears of it."""
    ours = state.account.app_id
    before = person.thread_owner or ours
    if before == app_id:
        return
    person.thread_owner = "" if app_id == ours else app_id
    state.people.save(person)
    state.tell_person(person)
    if told:
        kind = "pass_thread_control" if app_id == ours else "take_thread_control"
        said: dict[str, Any] = {"previous_owner_app_id": before, "new_owner_app_id": app_id}
        if metadata:
            said["metadata"] = metadata
        state.push("messaging_handovers", person.id, {kind: said})


def _person(api: Api, call: Call) -> Person:
    recipient = call.arguments.object("recipient") or {}
    return api.state.people.reachable(str(recipient.get("id", "")))
