"""From what a bot sends to what is stored: markup read, characters cleaned, ends trimmed, lengths checked.

Order and units are Telegram's: 32,768 bytes before parsing, 4,096 (caption 1,024) after it. The documentation says
characters; the server counts code points at first and UTF-16 units in the end, so both must fit: the sandbox refuses
what either would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import regex

from newsbot.sandbox.telegram.arguments import read_json
from newsbot.sandbox.telegram.entities import Entity, normalise_entities, sort_entities, utf16_length
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.html_markup import MarkupError, parse_html
from newsbot.sandbox.telegram.links import BadLink, check_link

__all__ = ["FormattedText", "clean", "detect", "read_caption", "read_text", "readers_text"]

MAX_RAW_BYTES: Final = 32_768
MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024

_REMOVED: Final = frozenset("\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u0333\u033f\u030a")
_BLANKED: Final = frozenset(chr(code) for code in range(32) if code not in {10, 13})

_DOMAIN: Final = r"(?:[\p{L}\p{M}\d_\-]+\.)+(?:com|org|net|info|news|io|me|tv|co|in|bd|uk|us|dev|app|bangla|বাংলা|ভারত)"
_PATTERNS: Final = (
    ("email", regex.compile(r"(?<![\w.@])[A-Za-z0-9_.+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}(?!\w)")),
    (
        "url",
        regex.compile(
            rf"(?<![\w@/.\-])(?:(?:https?|ftp)://(?:[\p{{L}}\p{{M}}\d_\-]+\.)+[\p{{L}}\p{{M}}\d\-]+|{_DOMAIN})(?![\w@])"
            r"(?::\d{1,5})?(?:[/?#][^\s<>«»\"“”]*)?"
        ),
    ),
    ("mention", regex.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("hashtag", regex.compile(r"(?<![\p{L}\d_])#[\p{L}\d_]*\p{L}[\p{L}\d_]*(?!#)")),
    ("bot_command", regex.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
)
_ENTITY_TYPES: Final = frozenset(
    [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text as stored, with its entities. `problem` is what the server says once it has found the chat, or None."""

    text: str = ""
    entities: tuple[Entity, ...] = ()
    problem: str | None = None

    def check(self) -> FormattedText:
        """Raise what is wrong with the text itself; Telegram looks at the chat first."""
        if self.problem is not None:
            raise bad_request(self.problem)
        return self


def read_text(raw: str, parse_mode: str, entities: str) -> FormattedText:
    """The text of a message. Raises ApiError for what is refused before the chat is looked at."""
    if not raw:
        raise bad_request("message text is empty")
    return _read(raw, parse_mode, entities, MAX_TEXT)


def read_caption(raw: str, parse_mode: str, entities: str) -> FormattedText:
    """The caption of a picture; may be empty."""
    return _read(raw, parse_mode, entities, MAX_CAPTION) if raw else FormattedText()


@lru_cache(maxsize=256)  # a broadcast is one text to many chats
def _read(raw: str, parse_mode: str, entities: str, limit: int) -> FormattedText:
    try:
        size = len(raw.encode())
    except UnicodeEncodeError:
        raise bad_request("text must be encoded in UTF-8") from None
    if size > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    match parse_mode.lower():
        case "html":
            try:
                text, ranges = parse_html(raw)
            except MarkupError as error:
                raise bad_request(f"can't parse entities: {error}") from None
        case "" | "none":
            text, ranges = raw, _read_entities(entities, raw)
        case "markdown" | "markdownv2":
            raise bad_request(f"the sandbox reads HTML and entities, not {parse_mode}; send parse_mode=HTML")
        case _:
            raise bad_request("unsupported parse_mode")
    text, kept = clean(text, ranges)
    if not text and limit == MAX_TEXT:
        return FormattedText(problem="text must be non-empty")
    if max(len(text), utf16_length(text)) > limit:
        return FormattedText(problem="message is too long" if limit == MAX_TEXT else "message caption is too long")
    return FormattedText(text, detect(text, kept))


def readers_text(text: str, entities: str = "") -> FormattedText:
    """What a person typed, with the formatting of their app (JSON); commands, links and mentions are found.

    Raises ApiError for entities that are none.
    """
    cleaned, kept = clean(text, _read_entities(entities, text))
    return FormattedText(cleaned, detect(cleaned, kept))


def clean(text: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """Blank control characters, drop those that turn text around, trim; entities keep covering what they covered."""
    entities = normalise_entities(entities)  # before anything moves: a range may shrink into its neighbour
    if not _REMOVED.isdisjoint(text) or not _BLANKED.isdisjoint(text):
        text, entities = _without_controls(text, entities)
    text = text.rstrip(" \n")
    end = utf16_length(text)
    first = min((entity.offset for entity in entities), default=end)
    blanks = min(len(text) - len(text.lstrip(" \n")), first)
    moved = [
        replace(entity, offset=entity.offset - blanks, length=min(entity.end, end) - entity.offset)
        for entity in entities
        if entity.offset < end
    ]
    return text[blanks:], normalise_entities([entity for entity in moved if entity.length > 0])


def _without_controls(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    positions: list[int] = []  # by UTF-16 offset of the old text, the offset in the new one
    kept: list[str] = []
    offset = 0
    for character in text:
        units = 2 if ord(character) > 0xFFFF else 1
        positions += [offset] * units
        if character in _REMOVED:
            continue
        kept.append(" " if character in _BLANKED else character)
        offset += units
    positions.append(offset)
    moved = (
        replace(entity, offset=positions[entity.offset], length=positions[entity.end] - positions[entity.offset])
        for entity in entities
    )
    return "".join(kept), [entity for entity in moved if entity.length > 0]


def detect(text: str, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Add the links, mentions, hashtags and commands that the server finds by itself (links by simpler rules)."""
    if not any(mark in text for mark in "/@#."):
        return tuple(entities)
    taken = [
        entity for entity in entities if entity.type in {"code", "pre", "text_link", "text_mention", "custom_emoji"}
    ]
    found: list[Entity] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            what = match.group().rstrip(".,:;!?…।'\"") if kind == "url" else match.group()
            if kind == "url" and what.endswith(")") and what.count("(") < what.count(")"):
                what = what[:-1]
            entity = Entity(kind, utf16_length(text[: match.start()]), utf16_length(what))
            if not any(entity.offset < other.end and other.offset < entity.end for other in (*taken, *found)):
                found.append(entity)
    return normalise_entities([*entities, *found]) if found else tuple(entities)


def _read_entities(given: str, text: str) -> list[Entity]:
    """The argument `entities`: types that a bot cannot set are ignored, ranges out of the text are refused."""
    if not given:
        return []
    items = read_json(given, "can't parse entities JSON object")
    if not isinstance(items, list):
        raise bad_request("expected an Array of MessageEntity")
    end = utf16_length(text)
    result: list[Entity] = []
    for item in items:
        if not isinstance(item, dict):
            raise bad_request("can't parse MessageEntity: expected an Object")
        for key, kind in (("offset", int), ("length", int), ("type", str)):
            if key not in item:
                raise bad_request(f"can't parse MessageEntity: Can't find field \"{key}\"")
            if not isinstance(item[key], kind):
                raise bad_request(f'can\'t parse MessageEntity: Field "{key}" must be of type {_type_name(kind)}')
        entity = _entity(item)
        if entity is None:
            continue
        if entity.length < 0 or entity.offset < 0 or entity.end > end:
            raise bad_request(f"entity begins at invalid offset {entity.offset} or has invalid length {entity.length}")
        if entity.length:
            result.append(entity)
    return sort_entities(result)


def _type_name(kind: type) -> str:
    return "Number" if kind is int else "String"


def _entity(item: dict[str, Any]) -> Entity | None:
    kind = item["type"]
    if kind not in _ENTITY_TYPES:
        return None
    plain = Entity(kind, item["offset"], item["length"])
    match kind:
        case "text_link":
            try:
                return replace(plain, url=check_link(str(item.get("url", ""))))
            except BadLink:
                return None
        case "text_mention":
            user = item.get("user")
            return (
                replace(plain, user_id=user["id"])
                if isinstance(user, dict) and isinstance(user.get("id"), int)
                else None
            )
        case "pre":
            return replace(plain, language=item.get("language") or None)
        case "custom_emoji":
            return replace(plain, custom_emoji_id=str(item.get("custom_emoji_id", "")))
        case "date_time":
            return replace(plain, unix_time=item.get("unix_time"), date_time_format=item.get("date_time_format"))
        case _:
            return plain
