"""Messenger phones in the browser: what somebody sees, and can do, in their thread with the Page.

    GET  /messenger/phone                 the first person's phone (made when there is none); `?ref=…`: an m.me link
    POST /messenger/phone                 {"first_name", "language_code"}: somebody new, with a phone
    GET  /messenger/phone/<psid>          the phone; `?ref=…`: by a link; `?embedded=1` leaves out the frame
    GET  /messenger/phone/<psid>/events   what happens in the thread, as server-sent events; the first is the whole view
    POST /messenger/phone/<psid>/<act>    see `newsbot.sandbox.messenger_phone_actions`

An event is JSON: `view` (everything), `message` and `changed` (the list item as HTML), `typing`, and `standing`: what
stands around the messages (composer, menu, window), which a view has too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox import DEMO_BOT_USERNAME
from newsbot.sandbox.changes import Change
from newsbot.sandbox.messenger import GraphState, Person, ReaderSide
from newsbot.sandbox.messenger_phone_actions import ACTIONS, Act, locale_of
from newsbot.sandbox.messenger_phone_view import (
    STICKERS,
    initial_of,
    notification,
    quick_replies,
    render_bubbles,
    window_line,
)
from newsbot.sandbox.messenger_phone_words import messenger_words
from newsbot.sandbox.phone_http import Event, EventStreams, Handler, fields_of, refusing
from newsbot.sandbox.phone_view import Describe
from newsbot.sandbox.templating import render

SHOWN: Final = 100  #: messages of a thread, the newest
FIRST_PERSON: Final = "আনিকা"


class MessengerPhones:
    """The people's side of the Graph sandbox, for pages. `describe` knows the pages that messages may link to."""

    def __init__(self, state: GraphState, describe: Describe) -> None:
        self.state = state
        self.readers = ReaderSide(state)
        self.describe = describe
        self.streams = EventStreams()

    def people_or_first(self) -> list[Person]:
        """Everyone who was added by name; the first person is added when there is nobody."""
        named = [person for person in self.readers.persons() if not self._is_made_up(person.id)]
        return named or [self.readers.add_person(FIRST_PERSON)]

    def _is_made_up(self, person_id: str) -> bool:
        """One of a range of simulated readers, who stands in its list since they did something."""
        return any(person_id in group for group in self.state.people.ranges)

    def view(self, person: Person) -> Event:
        """The whole thread as the person's app shows it, and what they can do in it."""
        bubbles = self.readers.view(person.id, limit=SHOWN)
        html = render_bubbles(bubbles, self.state.account.name, language_of(person), self.describe)
        return {**self.standing(person), "kind": "view", "html": html, "quick_replies": quick_replies(bubbles)}

    def standing(self, person: Person) -> Event:
        """What stands around the messages."""
        profile, locale = self.state.profile, person.locale
        empty = not self.state.messages.thread(person.id)
        breakers = profile.ice_breakers(locale) if empty else []
        return {
            "kind": "standing",
            "greeting": profile.greeting(locale) if empty else "",
            "ice_breakers": breakers,
            "composer": self._composer(person, empty=empty),
            "menu": profile.menu(locale),
            "opted_out": person.opted_out,
            "window": window_line(self.state.person_json(person), self.state.clock(), language_of(person)),
        }

    def _composer(self, person: Person, *, empty: bool) -> str:
        """What stands below the thread: `get_started`, `blocked`, `write`, or `menu` if the Page wants no writing."""
        if person.blocked:
            return "blocked"
        if empty and self.state.profile.get_started is not None:
            return "get_started"
        return "menu" if self.state.profile.composer_disabled(person.locale) else "write"

    def events(self, person: Person, change: Change) -> Iterator[Event]:
        """What a page must be told of a change."""
        match change.kind:
            case "message" | "changed":
                language = language_of(person)
                page = self.state.account.name
                event: Event = {
                    "kind": change.kind,
                    "id": change.data["mid"],
                    "html": render_bubbles([change.data], page, language, self.describe),
                }
                if change.kind == "message":
                    event["notification"] = notification(change.data, page, language)
                    event["quick_replies"] = quick_replies([change.data])
                yield event
                if change.kind == "message":
                    yield self.standing(person)
            case "action":
                yield {"kind": "typing", "on": change.data["action"] == "typing_on"}
            case "cleared" | "overflow" | "reset":
                yield self.view(person)
            case "person" | "clock" | "profile" | "ping":
                yield self.standing(person)


MESSENGER_PHONES: Final = web.AppKey("messenger_phones", MessengerPhones)


def language_of(person: Person) -> str:
    return person.locale.partition("_")[0]


def add_messenger_phone_routes(app: web.Application, phones: MessengerPhones) -> None:
    app[MESSENGER_PHONES] = phones
    person = "/messenger/phone/{person:[0-9]{1,20}}"
    app.add_routes(
        [
            web.get("/messenger/phone", first_phone),
            web.post("/messenger/phone", new_phone),
            web.get(person, phone_page),
            web.get(f"{person}/events", events),
            *(web.post(f"{person}/{name}", _action(do)) for name, do in ACTIONS.items()),
        ]
    )
    app.on_shutdown.append(phones.streams.end)


# --- pages -----------------------------------------------------------------------------------------------------------


async def first_phone(request: web.Request) -> web.Response:
    person = request.app[MESSENGER_PHONES].people_or_first()[0]
    phone = request.rel_url.with_path(f"/messenger/phone/{person.id}", keep_query=True)
    return web.Response(status=302, headers={"Location": str(phone)})


async def new_phone(request: web.Request) -> web.Response:
    fields = await fields_of(request)
    name = " ".join(str(fields.get("first_name", "")).split())[:64] or FIRST_PERSON
    person = request.app[MESSENGER_PHONES].readers.add_person(name, locale=locale_of(fields))
    return web.json_response({"id": person.id, "first_name": person.first_name}, status=201)


async def phone_page(request: web.Request) -> web.Response:
    phones = request.app[MESSENGER_PHONES]
    person = phones.state.people.get(request.match_info["person"])
    if person is None:
        words = messenger_words("bn")
        page = render("phone_missing.html", w={**words, "no_such_phone": words["no_such_person"]})
        return web.Response(text=page, content_type="text/html", charset="utf-8", status=404)
    language = language_of(person)
    page = render(
        "messenger_phone.html",
        person=person,
        page=phones.state.account,
        telegram_bot=DEMO_BOT_USERNAME,
        ref=request.query.get("ref"),
        embedded=bool(request.query.get("embedded")),
        initial=initial_of(phones.state.account.name),
        language=language,
        stickers=STICKERS,
        lang="bn" if language == "bn" else "en",
        w=messenger_words(language),
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")


async def events(request: web.Request) -> web.StreamResponse:
    phones, person = _phone(request)

    def told(change: Change) -> Iterable[Event] | None:
        # Looked up each time: the sandbox may have been reset, and then this person is gone.
        found = phones.state.people.get(person.id)
        return None if found is None else phones.events(found, change)

    following = phones.state.changes.subscribe(chat_id=person.id)
    return await phones.streams.serve(request, following, lambda: phones.view(person), told)


def _action(do: Act) -> Handler:
    async def act(request: web.Request) -> Any:
        phones, person = _phone(request)
        return await do(phones.readers, person, await fields_of(request))

    return refusing(act)


def _phone(request: web.Request) -> tuple[MessengerPhones, Person]:
    phones = request.app[MESSENGER_PHONES]
    person = phones.state.people.get(request.match_info["person"])
    if person is None:
        raise web.HTTPNotFound(text="There is nobody with this number on Messenger.")
    return phones, person
