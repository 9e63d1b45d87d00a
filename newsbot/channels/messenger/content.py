"""What a message, a link or a button of Messenger's holds, in the words of all channels. Pure."""

from __future__ import annotations

import re
from typing import Final

from newsbot.channels.messenger.envelope import Json, identifier, inner, objects, string
from newsbot.channels.messenger.texts import is_web_address

PAYLOAD_LIMIT: Final = 1000  #: characters that Messenger carries in a button
REF_LIMIT: Final = 2083  #: characters of a link's ref

#: Messenger's names of what a message can hold, and ours; the telling one first
MEDIA: Final = {
    "sticker": "sticker", "image": "photo", "video": "video", "audio": "audio", "file": "document",
    "location": "location", "reel": "video", "ig_reel": "video", "post": "link", "ig_post": "link", "share": "link",
    "template": "link", "fallback": "link", "appointment_booking": "appointment",
}  # fmt: skip
UNSUPPORTED: Final = "unsupported"  #: something newer than this program, or nothing at all

_COMMAND: Final = re.compile(r"[A-Za-z0-9_]{1,32}")
#: NUL breaks a database, the others a line; a lone surrogate is no text
_BROKEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what breaks a database, a log or a line."""
    return _BROKEN.sub(" ", text) if _BROKEN.search(text) else text


def text_of(message: Json) -> str:
    """What was written. A command that was chosen from the list arrives without its slash: here it has one."""
    text = clean(string(message, "text")).strip()
    names = [string(one, "name").removeprefix("/") for one in objects(message, "commands")]
    name = next(filter(_COMMAND.fullmatch, names), "")
    if not name or text.startswith("/"):
        return text
    if (text.casefold() + " ").startswith(f"{name.casefold()} "):
        return f"/{text}"
    return text or f"/{name}"


def media_of(message: Json) -> str:
    """What the message holds, '' if nothing. A sticker used to come as a picture too."""
    attachments = objects(message, "attachments")
    if any(map(_is_sticker, attachments)):
        return "sticker"
    types = [string(one, "type") for one in attachments]
    known = next((ours for theirs, ours in MEDIA.items() if theirs in types), "")
    return known or (UNSUPPORTED if attachments else "")


def pictures_of(message: Json) -> list[str]:
    """The addresses of its pictures; the platform lets them expire."""
    pictures = [one for one in objects(message, "attachments") if string(one, "type") == "image"]
    urls = [string(inner(one, "payload"), "url") for one in pictures if not _is_sticker(one)]
    return [url for url in urls if is_web_address(url)]


def payload_of(parent: Json) -> str:
    """The action of a button."""
    return clean(string(parent, "payload")).strip()[:PAYLOAD_LIMIT]


def ref_of(referral: Json) -> str:
    """The payload of the link that was followed."""
    return clean(string(referral, "ref")).strip()[:REF_LIMIT]


def is_ad(referral: Json) -> bool:
    """Whether it was an advertisement that led into the chat. In the EU and in Japan no source is told."""
    return string(referral, "source").upper() == "ADS" or bool(identifier(referral.get("ad_id")))


def _is_sticker(attachment: Json) -> bool:
    return string(attachment, "type") == "sticker" or bool(identifier(inner(attachment, "payload").get("sticker_id")))
