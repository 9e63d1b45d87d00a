"""What an editor wrote or forwarded, as the message of an alert, or why it can't be one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from newsbot.channels.channel import Limits
from newsbot.domain.alert import AlertText
from newsbot.domain.message import AnyReply, IncomingMessage, NoticeReply, Span
from newsbot.text.clipping import length
from newsbot.text.digits import to_ascii_digits
from newsbot.text.tokens import tokens

__all__ = ["Overlong", "Unusable", "article_named", "is_web_address", "overlong", "overlong_anywhere", "read_message"]

_NAMED: Final = re.compile(r"(?:article|news|খবর|প্রতিবেদন)[\s_:#-]*(\d{1,18})", re.IGNORECASE | re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)
_SHARED: Final = re.compile(r"https?://t\.me/\w+\?start=article-(\d{1,18})", re.IGNORECASE)
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)


class Unusable(Enum):
    """Why something can't be broadcast."""

    ALBUM = auto()
    FILE = auto()  #: a picture among them, if it was sent as a file
    OTHER_MEDIA = auto()  #: sticker, voice, video…
    NO_WORDS = auto()


@dataclass(frozen=True, slots=True)
class Overlong:
    """By how many of the channel's units; what fits is `limit`."""

    excess: int
    limit: int
    channel: str = ""  #: whose limit it is, where there are several channels


def read_message(incoming: IncomingMessage, limits: Mapping[str, Limits]) -> AlertText | Unusable | Overlong:
    if incoming.album:
        return Unusable.ALBUM
    if incoming.media == "document":
        return Unusable.FILE
    if incoming.media not in ("", "photo") or (incoming.media and not incoming.picture):
        return Unusable.OTHER_MEDIA
    if not tokens(incoming.text):
        return Unusable.NO_WORDS
    text = AlertText(incoming.spans or (Span(incoming.text),), incoming.picture)
    return overlong_anywhere(NoticeReply(spans=text.spans, picture=text.picture), limits) or text


def overlong_anywhere(reply: AnyReply, limits: Mapping[str, Limits]) -> Overlong | None:
    """By the channel (key of `limits`) that takes the least of it."""
    found = [
        replace(excess, channel=channel if len(limits) > 1 else "")
        for channel, own in limits.items()
        if not own.splits and (excess := overlong(reply, own))
    ]
    return min(found, key=lambda one: one.limit, default=None)


def overlong(reply: AnyReply, limits: Limits) -> Overlong | None:
    """Of an editor's words nothing is cut off by itself; a card is shortened by whoever shows it."""
    if not isinstance(reply, NoticeReply):
        return None
    limit = limits.caption if reply.picture else limits.text
    written = "".join((*(f"{label}\n" for label in reply.labels), *(span.text for span in reply.spans)))
    excess = length(written, limits.unit) - limit
    return Overlong(excess, limit) if excess > 0 else None


def is_web_address(text: str) -> bool:
    """Whether it is a whole address of a page or a picture, and nothing else."""
    try:
        return urlsplit(text).hostname is not None and _URL.fullmatch(text) is not None
    except ValueError:  # a port that is none, half an address in brackets
        return False


def article_named(text: str, *, bare_number: bool = False) -> int | str | None:
    """The number or the address of an article, if the text is nothing else. `bare_number`: a number is one, too."""
    text = text.strip()
    for form in (_SHARED, _NAMED, *((_NUMBER,) if bare_number else ())):
        if found := form.fullmatch(to_ascii_digits(text)):
            return int(found[found.re.groups])
    return text if _URL.fullmatch(text) else None
