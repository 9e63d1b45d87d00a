"""A Messenger message as a phone shows it. Pure: a bubble (see `newsbot.sandbox.messenger`) in, HTML out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from newsbot.sandbox.messenger.attachments import ATTACHMENTS_PATH
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from newsbot.sandbox.messenger_phone_words import messenger_words
from newsbot.sandbox.phone_view import Describe, LinkPreview
from newsbot.sandbox.portal_articles import DHAKA
from newsbot.sandbox.templating import render
from newsbot.text.clipping import graphemes
from newsbot.text.dates import format_date, format_datetime
from newsbot.text.digits import format_number, to_bengali_digits

Bubble = Mapping[str, Any]

#: what the phone's stickers look like, by the platform's number; the thumb has three sizes
STICKERS: Final = {
    369239263222822: "👍",
    369239343222814: "👍",
    369239383222810: "👍",
    529233847205359: "😺",
    529233954205348: "🎉",
    529234074205336: "💔",
}
REACTIONS: Final = ("❤️", "😆", "😮", "😢", "😠", "👍", "👎")

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]।]")
_FILES: Final = {"audio": "🎙", "video": "🎬", "file": "📄"}


def render_bubbles(bubbles: Iterable[Bubble], page_name: str, language: str, describe: Describe) -> str:
    """The list items of the thread, oldest first, in the language of the viewer's app."""
    views = [bubble_view(bubble, language, describe) for bubble in bubbles]
    return render(
        "messenger_bubbles.html",
        bubbles=views,
        initial=initial_of(page_name),
        reactions=REACTIONS,
        number=lambda count: format_number(count, language),
        w=messenger_words(language),
    )


def initial_of(page_name: str) -> str:
    """What stands in the Page's round picture: the first letter with its vowel sign."""
    return next(graphemes(page_name), "")


def bubble_view(bubble: Bubble, language: str, describe: Describe) -> dict[str, Any]:
    w = messenger_words(language)
    sent_at = datetime.fromtimestamp(bubble["at"] / 1000, UTC)
    clock = f"{sent_at.astimezone(DHAKA):%H:%M}"
    parts = [_part(attachment, w) for attachment in bubble["attachments"]]
    templates = [attachment["payload"] for attachment in bubble["attachments"] if attachment["type"] == "template"]
    template: Mapping[str, Any] = templates[0] if templates else {}
    text = bubble["text"] or template.get("text", "")
    answered = bubble["reply_to"]
    return {
        "id": bubble["mid"],
        "outgoing": bubble["outgoing"],
        "tap": bubble["kind"] == "postback",
        "by_person": bubble["app_id"] == INBOX_APP_ID,
        "silent": bubble["silent"],
        "edited": bubble["edited"],
        "deleted": bubble["deleted"],
        "read": bubble["read"],
        "sent_at": sent_at.isoformat(),
        "time": to_bengali_digits(clock) if language == "bn" else clock,
        "day": format_date(sent_at, language, DHAKA),
        "html": with_links(text),
        "parts": [part for part in parts if part],
        "buttons": [_button(button) for button in template.get("buttons") or ()],
        "cards": [_card(element) for element in template.get("elements") or ()],
        "preview": _preview(text, describe) if not template else None,
        "reply": {"id": answered["mid"], "text": " ".join(answered["text"].split())[:120] or "…"} if answered else None,
        "reactions": list(bubble["reactions"].values()),
        "own_reaction": bubble["reactions"].get("person", ""),
        "plain": plain_text(bubble, language),
    }


def plain_text(bubble: Bubble, language: str) -> str:
    """One line about the message, for notifications and quotations."""
    w = messenger_words(language)
    if bubble["deleted"]:
        return w["taken_back"]
    if bubble["text"]:
        return " ".join(bubble["text"].split())
    for attachment in bubble["attachments"]:
        payload = attachment.get("payload") or {}
        if payload.get("sticker_id"):
            return f"{STICKERS.get(payload['sticker_id'], '')} {w['sticker']}".strip()
        if attachment["type"] == "template":
            titles = [element.get("title", "") for element in payload.get("elements") or ()]
            return " ".join((payload.get("text") or " · ".join(titles)).split()) or "…"
        return f"{_FILES.get(attachment['type'], '🖼')} {w['photo'] if attachment['type'] == 'image' else ''}".strip()
    return "…"


def notification(bubble: Bubble, page_name: str, language: str) -> dict[str, Any] | None:
    """What the phone shows when a message arrives; None for one's own."""
    if bubble["outgoing"]:
        return None
    w = messenger_words(language)
    return {
        "title": page_name,
        "text": plain_text(bubble, language)[:160],
        "silent": bubble["silent"],
        "how": w["silent"] if bubble["silent"] else w["aloud"],
    }


def window_line(person: Mapping[str, Any], now: float, language: str) -> dict[str, Any]:
    """Until when the Page may write to the person, and why: {"open": bool, "text": str}. `person`: its JSON."""
    w = messenger_words(language)
    until = person["window_until"]
    if not until:
        return {"open": False, "text": w["window_never"]}
    if until <= now:
        return {"open": False, "text": w["window_closed"]}
    ends, today = (datetime.fromtimestamp(moment, UTC) for moment in (until, now))
    cause = w.get(f"opened_{person['opened_by'].lower()}", person["opened_by"])
    text = w["window_open"].format(until=format_datetime(ends, language, DHAKA, today), cause=cause)
    return {"open": True, "text": text}


def with_links(text: str) -> Markup:
    """Escaped, with web addresses to press; Messenger has no other formatting."""
    out, end = Markup(""), 0
    for found in _ADDRESS.finditer(text):
        link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(found[0])
        out += escape(text[end : found.start()]) + link
        end = found.end()
    return out + escape(text[end:])


def _preview(text: str, describe: Describe) -> dict[str, Any] | None:
    """Of the first address that something is known of; nothing is fetched."""
    for found in _ADDRESS.finditer(text):
        page: LinkPreview | None = describe(found[0])
        if page is not None and page.title:
            site = page.site or urlsplit(found[0]).hostname
            return {"url": found[0], "site": site, "title": page.title, "image": page.image}
    return None


def _part(attachment: Mapping[str, Any], w: Mapping[str, str]) -> dict[str, Any] | None:
    """A picture, sticker, place or file of the message; None for a template, which is shown by its own parts."""
    kind, payload = attachment["type"], attachment.get("payload") or {}
    url = _web_address(payload.get("url"))
    if payload.get("sticker_id"):
        return {"kind": "sticker", "text": STICKERS.get(payload["sticker_id"], "🖼"), "label": w["sticker"]}
    if kind == "template":
        return None
    if kind == "image" and url:
        return {"kind": "image", "url": url, "label": w["photo"]}
    if kind == "location":
        place = payload.get("coordinates") or {}
        return {
            "kind": "place",
            "text": f"📍 {place.get('lat', 0):.5f}, {place.get('long', 0):.5f}",
            "label": w["location"],
        }
    if kind == "audio" and url:
        return {"kind": "voice", "url": url, "label": w["voice"]}
    label = w["voice"] if kind == "audio" else w.get(kind, w["file"])
    return {"kind": "file", "text": _FILES.get(kind, "📎"), "label": label, "url": url}


def _card(element: Mapping[str, Any]) -> dict[str, Any]:
    link = _web_address((element.get("default_action") or {}).get("url"))
    return {
        "title": element.get("title", ""),
        "subtitle": element.get("subtitle") or "",
        "image": _web_address(element.get("image_url")),
        "url": link,
        "buttons": [_button(button) for button in element.get("buttons") or ()],
    }


def _button(button: Mapping[str, Any]) -> dict[str, str]:
    kind = str(button.get("type"))
    value = _web_address(button.get("url")) if kind == "web_url" else str(button.get("payload", ""))
    known = kind if kind in ("web_url", "postback") and value else "other"
    return {"kind": known, "title": str(button.get("title", "")), "value": value}


def _web_address(url: Any) -> str:
    """The address if a page may lead there or show it (a file of the sandbox's: its path here), or ''."""
    if not isinstance(url, str) or not url.startswith(("http://", "https://", ATTACHMENTS_PATH)):
        return ""
    path = urlsplit(url).path
    return path if path.startswith(ATTACHMENTS_PATH) else url


def quick_replies(bubbles: Sequence[Bubble]) -> list[dict[str, str]]:
    """What can be tapped above the composer now: those of the last message."""
    replies = bubbles[-1]["quick_replies"] if bubbles else []
    return [
        {
            "title": str(reply.get("title", "")),
            "payload": str(reply.get("payload", "")),
            "image": _web_address(reply.get("image_url")),
        }
        for reply in replies
        if reply.get("content_type") == "text"
    ]
