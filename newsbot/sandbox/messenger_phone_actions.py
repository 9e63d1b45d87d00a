"""What somebody can do on a Messenger phone, each a few words to the Graph sandbox's readers' side.

    POST …/start       {}: Get Started                        /send      {"text", "reply_to"}
           /ask        {"payload"}: an ice breaker             /reply     {"payload", "title"}: a quick reply
           /tap        {"mid", "payload", "title"}: a button   /menu      {"payload"}
           /sticker    {"sticker_id"}                          /react     {"mid", "emoji"}; an empty one takes it away
           /photo      a form with `photo`                     /voice · /location · /ad · /block · /unblock   {}
           /open       {"ref"}: an m.me link                   /forget · /stop · /resume   {}
           /language   {"language_code"}

An act raises KeyError for a missing field, ValueError for one that is no number, SandboxError for what no app can do.
"""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger import Person, ReaderSide
from newsbot.sandbox.phone_actions import language_of

Act = Callable[[ReaderSide, Person, Mapping[str, Any]], Awaitable[Any]]

AD_ID: Final = "6045246247433"

_COUNTRIES: Final = {"bn": "IN", "en": "US"}  #: the platform's Bengali is India's


def locale_of(fields: Mapping[str, Any]) -> str:
    """The app's locale by the language that was chosen, `bn_IN` for anything unknown."""
    language = language_of(fields)
    return f"{language}_{_COUNTRIES[language]}" if language in _COUNTRIES else "bn_IN"


async def _start(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.get_started(person.id)


async def _ask(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.tap_ice_breaker(person.id, str(fields["payload"]))


async def _send(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    reply_to = fields.get("reply_to")
    readers.send_text(person.id, str(fields["text"]).strip(), reply_to=str(reply_to) if reply_to else None)


async def _reply(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.tap_quick_reply(person.id, str(fields["payload"]))


async def _tap(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.tap_button(person.id, str(fields["mid"]), str(fields["payload"]))


async def _menu(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.tap_menu(person.id, str(fields["payload"]))


async def _sticker(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.send_sticker(person.id, int(fields["sticker_id"]))


async def _photo(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    photo = fields["photo"]
    if not isinstance(photo, web.FileField):
        raise SandboxError("photo is not a file")
    readers.send_file(
        person.id, "image", data=photo.file.read(), content_type=photo.content_type, filename=photo.filename
    )


async def _voice(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.send_file(person.id, "audio", data=_a_tone(), content_type="audio/wav", filename="voice.wav")


def _a_tone() -> bytes:
    """A second of a recording, quiet and low, since a page of a demo asks for no microphone."""
    rate = 8000
    samples = bytes(128 + round(24 * math.sin(2 * math.pi * 220 * at / rate)) for at in range(rate))
    recording = io.BytesIO()
    with wave.open(recording, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        out.writeframes(samples)
    return recording.getvalue()


async def _location(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.send_location(person.id, 23.8103, 90.4125)  # Dhaka


async def _react(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    if emoji := str(fields["emoji"]):
        readers.react(person.id, str(fields["mid"]), emoji)
    else:
        readers.unreact(person.id, str(fields["mid"]))


async def _open(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    readers.open_link(person.id, str(fields["ref"]) or None)


async def _ad(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.click_ad(person.id, AD_ID)


async def _block(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.block(person.id)


async def _unblock(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.unblock(person.id)


async def _forget(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.delete_conversation(person.id)


async def _stop(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.stop(person.id)


async def _resume(readers: ReaderSide, person: Person, _: Mapping[str, Any]) -> None:
    readers.resume(person.id)


async def _set_language(readers: ReaderSide, person: Person, fields: Mapping[str, Any]) -> None:
    person.locale = locale_of(fields)
    readers.state.people.save(person)


ACTIONS: Final[dict[str, Act]] = {
    "start": _start,
    "ask": _ask,
    "send": _send,
    "reply": _reply,
    "tap": _tap,
    "menu": _menu,
    "sticker": _sticker,
    "photo": _photo,
    "voice": _voice,
    "location": _location,
    "react": _react,
    "open": _open,
    "ad": _ad,
    "block": _block,
    "unblock": _unblock,
    "forget": _forget,
    "stop": _stop,
    "resume": _resume,
    "language": _set_language,
}
