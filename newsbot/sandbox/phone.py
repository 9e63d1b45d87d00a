"""Phones in the browser: what a Telegram user would see, and can do, for any simulated user.

    GET  /phone                    the first reader's phone (made when there is none); `?start=payload`: a deep link
    POST /phone                    {"first_name", "language_code"}: a new reader, with a phone
    GET  /phone/<user>             the phone; `?chat=<id>` shows a group, `?start=<payload>` offers the START button,
                                   `?embedded=1` leaves out the frame
    GET  /phone/<user>/events      what happens in the chat, as server-sent events; the first is the whole view
    POST /phone/<user>/start       {"payload"}              /send    {"text", "entities", "reply_to"}
                        /press     {"message_id", "row", "column"}: waits for the bot's answer and returns it
                        /sticker   {"emoji"}                /forward {"id"}: one of the ready messages
                        /photo     a form with `photo` (several: an album), `caption`, `entities`
                        /location · /contact · /block · /unblock     {}
                        /delete    {"message_id"}           /language {"language_code"}

An event is JSON: `view` (everything), `message` and `edited` (the list item as HTML), `deleted`, `action`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox import DEMO_BOT_NAME, DEMO_CHANNEL, DEMO_EDITOR_ID, DEMO_EDITOR_NAME
from newsbot.sandbox.changes import Change
from newsbot.sandbox.forwards import forwards
from newsbot.sandbox.messenger import DEMO_PAGE
from newsbot.sandbox.phone_actions import ACTIONS, STICKERS, Act, language_of
from newsbot.sandbox.phone_http import Event, EventStreams, Handler, fields_of, refusing
from newsbot.sandbox.phone_view import Describe, notification, render_bubbles
from newsbot.sandbox.phone_words import LANGUAGES, words
from newsbot.sandbox.telegram.members import status_of
from newsbot.sandbox.telegram.model import Chat, User
from newsbot.sandbox.telegram.reader_side import ReaderSide
from newsbot.sandbox.telegram.state import SandboxState
from newsbot.sandbox.templating import render

SHOWN: Final = 100  #: messages of a conversation, the newest
FIRST_READER: Final = "আনিকা"


class Phones:
    """The readers' side of the sandbox, for pages. `describe` knows the pages that messages may link to."""

    def __init__(self, state: SandboxState, describe: Describe) -> None:
        self.state = state
        self.readers = ReaderSide(state)
        self.describe = describe
        self.streams = EventStreams()

    def readers_or_first(self) -> list[User]:
        """Everyone who was added by name, without the editor; the first reader is added when there is nobody."""
        people = self.state.people
        named = [
            user for user in self.readers.users() if user.id != DEMO_EDITOR_ID and not people.is_simulated(user.id)
        ]
        return named or [self.readers.add_user(FIRST_READER, language_code="bn")]

    def editor(self) -> User:
        """Who may broadcast; added when they aren't there (yet, or after a reset)."""
        known = self.state.people.user(DEMO_EDITOR_ID)
        return known or self.readers.add_user(
            DEMO_EDITOR_NAME, user_id=DEMO_EDITOR_ID, language_code="bn", started=True
        )

    def channel(self) -> Chat:
        """The newsroom's public channel, whose administrator the bot is."""
        for chat in self.state.people.chats.values():
            if chat.username == DEMO_CHANNEL:
                return chat
        members = [self.editor().id]
        return self.readers.add_group(
            DEMO_BOT_NAME, kind="channel", members=members, bot_status="administrator", username=DEMO_CHANNEL
        )

    def view(self, user: User, chat_id: int) -> Event:
        """The whole conversation as the user's app shows it, and what they can do in it."""
        bubbles = self.readers.view(chat_id, user.id, limit=SHOWN)
        language = user.language_code
        keyboards = [bubble["reply_keyboard"] for bubble in bubbles if bubble["reply_keyboard"]]
        return {
            "kind": "view",
            "html": render_bubbles(bubbles, user.id, language, self.describe),
            "name": self.state.bot.text("name", language),
            "about": self.state.bot.text("description", language),
            "composer": self._composer(user, chat_id),
            "reply_keyboard": keyboards[-1] if keyboards else None,
            "commands": self.state.commands_for(chat_id, user.id),
        }

    def _composer(self, user: User, chat_id: int) -> str:
        """What stands below the conversation: `start`, `blocked`, `write`, or `read` where nobody may answer."""
        chat = self.state.people.chats.get(chat_id)
        if chat is not None:
            mute = chat.type == "channel" and status_of(chat, user.id, self.state.account.id) in ("member", "left")
            return "read" if mute else "write"
        if user.blocked:
            return "blocked"
        return "write" if user.started else "start"

    def events(self, user: User, chat_id: int, change: Change) -> Iterator[Event]:
        """What a page must be told of a change."""
        match change.kind:
            case "message" | "edited":
                bubble = {**change.data, "outgoing": (change.data.get("from") or {}).get("id") == user.id}
                event: Event = {
                    "kind": change.kind,
                    "id": bubble["message_id"],
                    "html": render_bubbles([bubble], user.id, user.language_code, self.describe),
                }
                if change.kind == "message":
                    event["notification"] = notification(bubble, user.language_code)
                    event["reply_keyboard"] = bubble["reply_keyboard"]
                yield event
            case "deleted" | "action":
                yield {"kind": change.kind, **change.data}
            case "chat" | "commands" | "overflow":
                yield self.view(user, chat_id)


PHONES: Final = web.AppKey("phones", Phones)


def add_phone_routes(app: web.Application, phones: Phones) -> None:
    app[PHONES] = phones
    user = "/phone/{user:[0-9]{1,16}}"
    app.add_routes(
        [
            web.get("/phone", first_phone),
            web.post("/phone", new_phone),
            web.get(user, phone_page),
            web.get(f"{user}/events", events),
            *(web.post(f"{user}/{name}", _action(do)) for name, do in ACTIONS.items()),
        ]
    )
    app.on_shutdown.append(phones.streams.end)


# --- pages -----------------------------------------------------------------------------------------------------------


async def first_phone(request: web.Request) -> web.Response:
    user = request.app[PHONES].readers_or_first()[0]
    phone = request.rel_url.with_path(f"/phone/{user.id}", keep_query=True)
    return web.Response(status=302, headers={"Location": str(phone)})


async def new_phone(request: web.Request) -> web.Response:
    fields = await fields_of(request)
    name = " ".join(str(fields.get("first_name", "")).split())[:64] or FIRST_READER
    user = request.app[PHONES].readers.add_user(name, language_code=language_of(fields))
    if request.content_type == "application/json":
        return web.json_response({"id": user.id, "first_name": user.first_name}, status=201)
    return web.Response(status=303, headers={"Location": f"/phone/{user.id}"})


async def phone_page(request: web.Request) -> web.Response:
    phones = request.app[PHONES]
    user = phones.state.people.user(int(request.match_info["user"]))
    if user is None:
        page = render("phone_missing.html", w=words("bn"))
        return web.Response(text=page, content_type="text/html", charset="utf-8", status=404)
    chat_id = _chat_id(request, user)
    language = user.language_code
    chat = phones.state.people.chats.get(chat_id)
    page = render(
        "phone.html",
        user=user,
        chat_id=chat_id,
        chats=[entry["chat"] for entry in phones.readers.chats_of(user.id)],
        title=chat.title if chat else phones.state.bot.text("name", language),
        standing="bot" if chat is None else "channel" if chat.type == "channel" else "group",
        bot=phones.state.bot.user_json(),
        page_id=DEMO_PAGE.id,
        payload=request.query.get("start", ""),
        starting="start" in request.query,
        embedded=bool(request.query.get("embedded")),
        languages=sorted({*LANGUAGES, language}),
        stickers=STICKERS,
        forwards=forwards().values(),
        lang="bn" if language == "bn" else "en",
        w=words(language),
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")


# --- what happens ----------------------------------------------------------------------------------------------------


async def events(request: web.Request) -> web.StreamResponse:
    phones, user = _phone(request)
    chat_id = _chat_id(request, user)

    def told(change: Change) -> Iterable[Event] | None:
        # Looked up each time: the sandbox may have been reset, and then this reader is gone.
        reader = phones.state.people.user(user.id)
        return None if reader is None else phones.events(reader, chat_id, change)

    following = phones.state.changes.subscribe(chat_id=chat_id)
    return await phones.streams.serve(request, following, lambda: phones.view(user, chat_id), told)


# --- what the reader does --------------------------------------------------------------------------------------------


def _action(do: Act) -> Handler:
    async def act(request: web.Request) -> Any:
        phones, user = _phone(request)
        return await do(phones.readers, user, _chat_id(request, user), await fields_of(request))

    return refusing(act)


def _phone(request: web.Request) -> tuple[Phones, User]:
    phones = request.app[PHONES]
    user = phones.state.people.actor(int(request.match_info["user"]))
    if user is None:
        raise web.HTTPNotFound(text="There is no such reader.")
    return phones, user


def _chat_id(request: web.Request, user: User) -> int:
    given = request.query.get("chat", "")
    return int(given) if given.removeprefix("-").isdecimal() else user.id
