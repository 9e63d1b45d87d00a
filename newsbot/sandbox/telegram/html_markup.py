"""parse_mode=HTML exactly as the Bot API reads it: few tags, four named references, byte offsets in the error texts.

The grammar is not HTML's: `<br>` and `<p>` are errors, an unknown reference is plain text, `</>` closes whatever is
open, a bad link loses its link and keeps its text. Tests compare every branch with Telegram's own parser (TDLib's
`parseTextEntities`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from newsbot.sandbox.telegram.entities import Entity, sort_entities
from newsbot.sandbox.telegram.links import BadLink, check_link, mentioned_user

__all__ = ["MarkupError", "parse_html"]

_SIMPLE: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS: Final = frozenset({*_SIMPLE, "a", "tg-emoji", "tg-time", "pre", "code", "blockquote"})
_NAMED: Final = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_SPACE: Final = frozenset(b" \t\r\n\0\v")  # a zero byte counts as white space, and is what stands at the end
_NAME_TOKEN: Final = re.compile(rb"[A-Za-z0-9.-]*")
_REFERENCE: Final = re.compile(rb"&(?:#(?:x(?P<hex>[0-9a-fA-F]*)|(?P<dec>[0-9]*))|(?P<name>[A-Za-z]*))")
_LONGEST_REFERENCE: Final = 10  #: bytes from '&' to before ';'; a numeric one as long as this stays text
_GT, _LT, _AMP, _SLASH, _EQUALS, _QUOTES = 0x3E, 0x3C, 0x26, 0x2F, 0x3D, b"\"'"


class MarkupError(ValueError):
    """The markup cannot be read; the message is Telegram's, without `can't parse entities: `."""


@dataclass(slots=True)
class _OpenTag:
    name: str
    at: int  #: byte offset in the result
    offset: int  #: UTF-16 offset in the result
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """The text and its entities, sorted and not yet normalised. Raises MarkupError."""
    return _Parser(markup.encode()).run()


class _Parser:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.at = 0
        self.result = bytearray()
        self.offset = 0
        self.open: list[_OpenTag] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            match self.source[self.at]:
                case 0x26:
                    self._emit(self._reference() or self._take())
                case 0x3C if self._peek(1) == _SLASH:
                    self._end_tag()
                case 0x3C:
                    self._start_tag()
                case _:
                    self._plain()
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        try:
            text = self.result.decode()
        except UnicodeDecodeError:
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ) from None
        return text, sort_entities(self._without_lone_language(entity) for entity in self.entities)

    @staticmethod
    def _without_lone_language(entity: Entity) -> Entity:
        return Entity("code", entity.offset, entity.length) if entity.type == "code" else entity

    def _peek(self, ahead: int = 0) -> int:
        place = self.at + ahead
        return self.source[place] if place < len(self.source) else 0

    def _take(self) -> str:
        self.at += 1
        return chr(self.source[self.at - 1])

    def _emit(self, character: str) -> None:
        self.result += character.encode("utf-8", "surrogatepass")
        self.offset += 2 if ord(character) > 0xFFFF else 1

    def _plain(self) -> None:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in (_AMP, _LT):
            self.at += 1
        chunk = self.source[start : self.at]
        self.result += chunk
        self.offset += len(chunk.decode().encode("utf-16-le")) // 2

    def _reference(self) -> str | None:
        """The character that a reference at this place stands for, having moved past it; None if it is plain text."""
        match = _REFERENCE.match(self.source, self.at)
        if match is None:
            return None
        if (name := match["name"]) is not None:
            character = _NAMED.get(name)
        else:
            digits = match["hex"] if match["hex"] is not None else match["dec"]
            value = int(digits or b"0", 16 if match["hex"] is not None else 10)
            usable = 0 < value < 0x10FFFF and match.end() - match.start() < _LONGEST_REFERENCE
            character = chr(value) if usable else None
        if character is not None:
            self.at = match.end()
            if self._peek() == 0x3B:
                self.at += 1
        return character

    def _skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in _SPACE and self.source[self.at] != 0:
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        while self._peek() not in _SPACE and self._peek() != _GT:
            self.at += 1
        if self._peek() == 0:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        name = _lower(self.source[begin + 1 : self.at])
        if name not in _TAGS:
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {begin}')
        tag = _OpenTag(name, len(self.result), self.offset)
        while self._peek() != _GT:
            self._skip_space()
            if self._peek() == _GT:
                break
            self._attribute(tag, begin)
        if name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open.append(tag)

    def _attribute(self, tag: _OpenTag, begin: int) -> None:
        start = self.at
        while self._peek() not in _SPACE and self._peek() != _EQUALS and self._peek() not in b">/\"'":
            self.at += 1
        name = _lower(self.source[start : self.at])
        if not name:
            raise MarkupError(f'Empty attribute name in the tag "{tag.name}" at byte offset {begin}')
        self._skip_space()
        if self._peek() != _EQUALS:
            if self._peek() == 0:
                raise MarkupError(f'Unclosed start tag "{tag.name}" at byte offset {begin}')
            tag.attributes[name] = ""
            return
        self.at += 1
        self._skip_space()
        if self._peek() == 0:
            raise MarkupError(f'Unclosed start tag "{tag.name}" at byte offset {begin}')
        tag.attributes[name] = self._quoted() if self._peek() in _QUOTES else self._name_token()
        if self._peek() == 0:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")

    def _name_token(self) -> str:
        start = self.at
        match = _NAME_TOKEN.match(self.source, start)
        self.at = match.end() if match is not None else start
        if self._peek() not in _SPACE and self._peek() != _GT:
            raise MarkupError(f"Unexpected end of name token at byte offset {start}")
        return _lower(self.source[start : self.at])

    def _quoted(self) -> str:
        quote = self._peek()
        self.at += 1
        value = bytearray()
        while self._peek() not in (quote, 0):
            character = self._reference() if self._peek() == _AMP else None
            if character is not None:
                value += character.encode("utf-8", "surrogatepass")
            else:
                value.append(self._peek())
                self.at += 1
        if self._peek() == quote:
            self.at += 1
        return value.decode("utf-8", "surrogatepass")

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        while self._peek() not in _SPACE and self._peek() != _GT:
            self.at += 1
        name = _lower(self.source[begin + 2 : self.at])
        self._skip_space()
        if self._peek() != _GT:
            raise MarkupError(f"Unclosed end tag at byte offset {begin}")
        tag = self.open.pop()
        if name and name != tag.name:
            raise MarkupError(f'Unmatched end tag at byte offset {begin}, expected "</{tag.name}>", found "</{name}>"')
        self.at += 1
        if self.offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        offset, length = tag.offset, self.offset - tag.offset
        attributes = tag.attributes
        match tag.name:
            case "a":
                self._link(tag, offset, length)
            case "pre":
                last = self.entities[-1] if self.entities else None
                if (
                    last is not None
                    and last.type == "code"
                    and last.language
                    and (last.offset, last.length) == (offset, length)
                ):
                    self.entities[-1] = Entity("pre", offset, length, language=last.language)
                else:
                    self.entities.append(Entity("pre", offset, length))
            case "code":
                language = _after(attributes.get("class", ""), "language-")
                last = self.entities[-1] if self.entities else None
                if (
                    language
                    and last is not None
                    and last.type == "pre"
                    and (last.offset, last.length) == (offset, length)
                ):
                    self.entities[-1] = Entity("pre", offset, length, language=language)
                else:
                    self.entities.append(Entity("code", offset, length, language=language))
            case "blockquote":
                kind = "expandable_blockquote" if "expandable" in attributes else "blockquote"
                self.entities.append(Entity(kind, offset, length))
            case "tg-emoji":
                emoji = _int64(attributes.get("emoji-id", ""))
                if not emoji:
                    raise MarkupError("Invalid custom emoji identifier specified")
                self.entities.append(Entity("custom_emoji", offset, length, custom_emoji_id=str(emoji)))
            case "tg-time":
                self._date(attributes, offset, length)
            case name:
                self.entities.append(Entity(_SIMPLE[name], offset, length))

    def _link(self, tag: _OpenTag, offset: int, length: int) -> None:
        url = tag.attributes.get("href") or self.result[tag.at :].decode("utf-8", "surrogatepass")
        if (user_id := mentioned_user(url)) is not None:
            self.entities.append(Entity("text_mention", offset, length, user_id=user_id))
            return
        try:
            self.entities.append(Entity("text_link", offset, length, url=check_link(url)))
        except BadLink:
            return  # the text stays, without a link and without an error

    def _date(self, attributes: dict[str, str], offset: int, length: int) -> None:
        style = attributes.get("format", "")
        moment = _int32(attributes.get("unix", ""))
        if moment <= 0:
            return
        if not _valid_date_format(style):
            raise MarkupError("Invalid date format used")
        self.entities.append(Entity("date_time", offset, length, unix_time=moment, date_time_format=style or None))


def _lower(name: bytes) -> str:
    return name.lower().decode("utf-8", "replace")  # ASCII letters only, as bytes.lower() does


def _after(value: str, prefix: str) -> str | None:
    return value[len(prefix) :] or None if value.startswith(prefix) else None


def _valid_date_format(style: str) -> bool:
    return style == "r" or all(letter in "tTdDwW" for letter in style)


def _int64(digits: str) -> int:
    match = re.fullmatch(r"-?[0-9]+", digits)
    value = int(digits) if match is not None else 0
    return value if -(1 << 63) <= value < 1 << 63 else 0


def _int32(digits: str) -> int:
    """The leading integer, wrapped to 32 bits as the real parser does."""
    match = re.match(r"-?[0-9]+", digits)
    value = int(match.group()) & 0xFFFFFFFF if match is not None else 0
    return value - (1 << 32) if value >= 1 << 31 else value
