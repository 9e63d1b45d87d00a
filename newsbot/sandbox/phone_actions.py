"""What a reader can do on a phone, each a few words to the sandbox's readers' side. Fields are as the page sent them.

An act raises KeyError for a missing field, ValueError for one that is no number, SandboxError for what no app can do.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from newsbot.sandbox.forwards import forwards
from newsbot.sandbox.telegram.model import User
from newsbot.sandbox.telegram.reader_side import ReaderSide, SandboxError

STICKERS: Final = ("👍", "❤️", "😂", "🎉", "😢", "🔥")
ANSWER_WITHIN: Final = 30.0  #: seconds that a pressed button spins

Act = Callable[[ReaderSide, User, int, Mapping[str, Any]], Awaitable[Any]]  #: readers, who, in which chat, fields


def language_of(fields: Mapping[str, Any]) -> str:
    """The two-letter language that was chosen, Bengali for anything else."""
    code = str(fields.get("language_code", "bn"))
    return code if code.isascii() and code.isalpha() and len(code) == 2 else "bn"


async def _start(readers: ReaderSide, user: User, _: int, fields: Mapping[str, Any]) -> None:
    readers.start(user.id, str(fields.get("payload", "")))


async def _send(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> None:
    reply_to = fields.get("reply_to")
    readers.send_text(
        user.id,
        str(fields["text"]),
        entities=_entities(fields),
        chat_id=chat_id,
        reply_to=int(reply_to) if reply_to else None,
    )


async def _press(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> Any:
    query_id = readers.press(
        user.id, int(fields["message_id"]), chat_id=chat_id, row=int(fields["row"]), column=int(fields["column"])
    )
    answer = await readers.callback_answer(query_id, timeout=ANSWER_WITHIN)
    return answer or {"late": True}


async def _sticker(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> None:
    readers.send_sticker(user.id, str(fields.get("emoji") or STICKERS[0]), chat_id=chat_id)


async def _photo(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> None:
    photos = fields.getall("photo") if isinstance(fields, MultiMapping) else [fields["photo"]]
    pictures = [photo.file.read() for photo in photos if isinstance(photo, web.FileField)]
    if len(pictures) != len(photos):
        raise SandboxError("photo is not a file")
    caption, entities = str(fields.get("caption", "")), _entities(fields)
    if len(pictures) == 1:
        readers.send_photo(user.id, pictures[0], caption=caption, entities=entities, chat_id=chat_id)
    else:
        readers.send_album(user.id, pictures, caption=caption, entities=entities, chat_id=chat_id)


async def _forward(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> None:
    ready = forwards().get(str(fields["id"]))
    if ready is None:
        raise SandboxError(f"There is no message {fields['id']!r} to pass on")
    readers.forward(
        user.id,
        ready.content.text,
        entities=ready.entities,
        photo=ready.photo,
        channel=ready.channel,
        person=ready.person,
        chat_id=chat_id,
    )


def _entities(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The formatting, as JSON in a form."""
    given = fields.get("entities") or []
    entities = json.loads(given) if isinstance(given, str) else given
    if not isinstance(entities, list):
        raise SandboxError("entities is no list")
    return entities


async def _location(readers: ReaderSide, user: User, chat_id: int, _: Mapping[str, Any]) -> None:
    readers.send_location(user.id, 23.8103, 90.4125, chat_id=chat_id)  # Dhaka


async def _contact(readers: ReaderSide, user: User, chat_id: int, _: Mapping[str, Any]) -> None:
    readers.send_contact(user.id, "+8801000000000", user.first_name, chat_id=chat_id)


async def _delete(readers: ReaderSide, user: User, chat_id: int, fields: Mapping[str, Any]) -> None:
    readers.delete_for_me(user.id, int(fields["message_id"]), chat_id=chat_id)


async def _block(readers: ReaderSide, user: User, _: int, __: Mapping[str, Any]) -> None:
    readers.block(user.id)


async def _unblock(readers: ReaderSide, user: User, _: int, __: Mapping[str, Any]) -> None:
    readers.unblock(user.id)


async def _set_language(readers: ReaderSide, user: User, _: int, fields: Mapping[str, Any]) -> None:
    user.language_code = language_of(fields)
    readers.state.people.save(user)


ACTIONS: Final[dict[str, Act]] = {
    "start": _start,
    "send": _send,
    "press": _press,
    "sticker": _sticker,
    "photo": _photo,
    "forward": _forward,
    "location": _location,
    "contact": _contact,
    "delete": _delete,
    "block": _block,
    "unblock": _unblock,
    "language": _set_language,
}
