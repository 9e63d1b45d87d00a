"""The control API: what `ReaderSide` does, over HTTP, for tests in other processes and languages.

Bodies and answers are JSON; the body's keys are the keyword arguments of the `ReaderSide` method. An impossible
request is answered 400 `{"error": {"code": "refused", "message": …}}`.

    GET    /sandbox/telegram/users                         everyone who was added or did something
    POST   /sandbox/telegram/users                         add_user
    POST   /sandbox/telegram/virtual-users                 add_virtual_users
    GET    /sandbox/telegram/users/{id}/chats              chats_of
    POST   /sandbox/telegram/users/{id}/{act}              act: start text edit sticker location contact photo album
                                                           forward press block unblock delete-account delete-for-me
                                                           (photo: {"base64": …, "caption": …}, album: {"base64": […]})
    GET    /sandbox/telegram/chats/{id}/messages           view; ?viewer= (default: the chat's user) &limit= &before=
    GET    /sandbox/telegram/callbacks/{id}                callback_answer; ?timeout= seconds
    POST   /sandbox/telegram/groups                        add_group
    POST   /sandbox/telegram/groups/{id}/{act}             act: add-bot remove-bot promote-bot promote-member leave-bot
                                                           mute-bot add-topic migrate delete
    GET    /sandbox/telegram/ledger                        accepted sends; ?chat_id= &method= &after= (index) &limit=
    GET    /sandbox/telegram/counters                      accepted, refused (429s), worst_second, ledger,
                                                           pending_updates, users
    GET    /sandbox/telegram/updates                       updates that wait for the bot
    GET    /sandbox/telegram/faults                        the rules in force and how often they struck
    POST   /sandbox/telegram/faults                        add one: the fields of `Fault`
    DELETE /sandbox/telegram/faults                        remove all, or those named ?name=
    PUT    /sandbox/telegram/limits                        change fields of `FloodLimits`
    POST   /sandbox/telegram/reset                         forget everything
    GET    /sandbox/telegram/files/{file_unique_id}        a picture's or document's bytes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.control_routes import Handler, add_routes, decoded, fault_routes, json_answer, json_body, pick
from newsbot.sandbox.telegram.documents import Document
from newsbot.sandbox.telegram.faults import Fault
from newsbot.sandbox.telegram.messages import FILES_PATH
from newsbot.sandbox.telegram.reader_side import ReaderSide
from newsbot.sandbox.telegram.state import SandboxState

__all__ = ["add_control_routes"]

PREFIX: Final = "/sandbox/telegram"


def add_control_routes(app: web.Application, state: SandboxState) -> None:
    """Add the routes of the table above."""
    control = _Control(state)
    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/users"): control.users,
        ("POST", "/users"): control.add_user,
        ("POST", "/virtual-users"): control.add_virtual_users,
        ("GET", "/users/{id}/chats"): control.chats,
        ("POST", "/users/{id}/{act}"): control.act,
        ("GET", "/chats/{id}/messages"): control.messages,
        ("GET", "/callbacks/{id}"): control.callback,
        ("POST", "/groups"): control.add_group,
        ("POST", "/groups/{id}/{act}"): control.act_on_group,
        ("GET", "/ledger"): control.ledger,
        ("GET", "/counters"): control.counters,
        ("GET", "/updates"): control.updates,
        **fault_routes(state.faults, Fault),
        ("PUT", "/limits"): control.limits,
        ("POST", "/reset"): control.reset,
    }
    add_routes(app, PREFIX, routes)
    app.router.add_get(FILES_PATH + "{id}", control.file)


class _Control:
    def __init__(self, state: SandboxState) -> None:
        self.state = state
        self.readers = ReaderSide(state)

    async def users(self, request: web.Request) -> web.Response:
        return json_answer([asdict(user) for user in self.readers.users()])

    async def add_user(self, request: web.Request) -> web.Response:
        return json_answer(self.readers.add_user(**await json_body(request)))

    async def add_virtual_users(self, request: web.Request) -> web.Response:
        given = await json_body(request)
        if "language_codes" in given:
            given["language_codes"] = tuple(given["language_codes"])
        return json_answer(self.readers.add_virtual_users(**given))

    async def chats(self, request: web.Request) -> web.Response:
        return json_answer(self.readers.chats_of(_id(request)))

    async def act(self, request: web.Request) -> web.Response:
        readers = self.readers
        acts: dict[str, Callable[..., Any]] = {
            "start": readers.start,
            "text": readers.send_text,
            "edit": readers.edit_text,
            "sticker": readers.send_sticker,
            "location": readers.send_location,
            "contact": readers.send_contact,
            "photo": self._photo,
            "album": self._album,
            "forward": readers.forward,
            "press": lambda user_id, **given: {"callback_query_id": readers.press(user_id, **given)},
            "block": readers.block,
            "unblock": readers.unblock,
            "delete-account": readers.delete_account,
            "delete-for-me": readers.delete_for_me,
        }
        return json_answer(pick(acts, request)(_id(request), **await json_body(request)))

    def _photo(self, user_id: int, *, base64: str, **given: Any) -> dict[str, Any]:
        return self.readers.send_photo(user_id, decoded(base64), **given)

    def _album(self, user_id: int, *, base64: list[str], **given: Any) -> list[dict[str, Any]]:
        return self.readers.send_album(user_id, [decoded(one) for one in base64], **given)

    async def messages(self, request: web.Request) -> web.Response:
        chat_id = _id(request)
        viewer = int(request.query.get("viewer", chat_id))
        before = int(request.query["before"]) if "before" in request.query else None
        return json_answer(self.readers.view(chat_id, viewer, limit=int(request.query.get("limit", 50)), before=before))

    async def callback(self, request: web.Request) -> web.Response:
        timeout = float(request.query.get("timeout", 10))
        return json_answer({"answer": await self.readers.callback_answer(request.match_info["id"], timeout)})

    async def add_group(self, request: web.Request) -> web.Response:
        return json_answer(self.readers.add_group(**await json_body(request)))

    async def act_on_group(self, request: web.Request) -> web.Response:
        readers = self.readers
        acts: dict[str, Callable[..., Any]] = {
            "add-bot": readers.add_bot,
            "remove-bot": readers.remove_bot,
            "promote-bot": readers.promote_bot,
            "promote-member": readers.promote_member,
            "leave-bot": readers.leave_bot,
            "mute-bot": readers.mute_bot,
            "add-topic": readers.add_topic,
            "migrate": readers.migrate,
            "delete": readers.delete_group,
        }
        return json_answer(pick(acts, request)(_id(request), **await json_body(request)))

    async def ledger(self, request: web.Request) -> web.Response:
        query = request.query
        first = int(query.get("after", 0))
        rows = self.state.ledger[first:]
        if "chat_id" in query:
            rows = [row for row in rows if row.chat_id == int(query["chat_id"])]
        if "method" in query:
            rows = [row for row in rows if row.method.lower() == query["method"].lower()]
        limit = int(query.get("limit", len(rows)))
        return json_answer({"total": len(self.state.ledger), "entries": [row.json() for row in rows[:limit]]})

    async def counters(self, request: web.Request) -> web.Response:
        return json_answer(self.state.counters())

    async def updates(self, request: web.Request) -> web.Response:
        return json_answer([update.json() for update in self.state.updates.waiting()])

    async def limits(self, request: web.Request) -> web.Response:
        self.state.meter.limits = replace(self.state.meter.limits, **await json_body(request))
        return json_answer(self.state.meter.limits)

    async def reset(self, request: web.Request) -> web.Response:
        self.state.reset()
        return json_answer(None)

    async def file(self, request: web.Request) -> web.Response:
        found = self.state.file(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        file, data = found
        # A document is never shown as a page of this server: it may be HTML.
        headers = {"Content-Disposition": "attachment"} if isinstance(file, Document) else None
        return web.Response(body=data, content_type=file.content_type, headers=headers)


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
