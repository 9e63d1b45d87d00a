"""A Telegram message as a phone shows it. Pure: a bubble (see `newsbot.sandbox.telegram`) in, HTML out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup

from newsbot.sandbox.phone_entities import to_html
from newsbot.sandbox.phone_words import words
from newsbot.sandbox.portal_articles import DHAKA
from newsbot.sandbox.telegram.messages import FILES_PATH
from newsbot.sandbox.templating import render
from newsbot.text.dates import format_date
from newsbot.text.digits import to_bengali_digits

Bubble = Mapping[str, Any]

_KEY_KINDS: Final = (("callback_data", "callback"), ("url", "url"), ("copy_text", "copy"))
_FILES: Final = ("document", "audio", "video", "voice", "video_note", "animation")


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """What a linked page says of itself. Without a title it is nothing but a picture."""

    title: str
    description: str = ""
    image: str = ""
    site: str = ""


Describe = Callable[[str], LinkPreview | None]  #: what is known of the page at an address; None: nothing


def render_bubbles(bubbles: Iterable[Bubble], viewer_id: int, language: str, describe: Describe) -> str:
    """The list items of the conversation, oldest first, in the language of the viewer's app."""
    views = [bubble_view(bubble, viewer_id, language, describe) for bubble in bubbles]
    return render("phone_bubbles.html", bubbles=views, w=words(language))


def bubble_view(bubble: Bubble, viewer_id: int, language: str, describe: Describe) -> dict[str, Any]:
    w = words(language)
    sent_at = datetime.fromtimestamp(bubble["date"], UTC)
    text, entities = _text(bubble)
    sender = bubble.get("from") or {}
    in_group = bubble["chat"]["type"] in ("group", "supergroup")
    photo = (bubble.get("photo") or [{}])[-1]
    view: dict[str, Any] = {
        "id": bubble["message_id"],
        "outgoing": bubble["outgoing"],
        "silent": bubble["silent"],
        "edited": bool(bubble.get("edit_date")),
        "sent_at": sent_at.isoformat(),
        "time": _clock(sent_at, language),
        "day": format_date(sent_at, language, DHAKA),
        "sender": sender.get("first_name", "") if in_group and not bubble["outgoing"] else "",
        "html": to_html(text, entities),
        "photo": bubble.get("photo_url"),
        "photo_width": photo.get("width"),
        "photo_height": photo.get("height"),
        "photo_below": bool(bubble.get("show_caption_above_media")),
        "photo_hidden": bool(bubble.get("has_media_spoiler")),
        "sticker": (bubble.get("sticker") or {}).get("emoji", ""),
        "file": _file(bubble),
        "reply": _reply(bubble, viewer_id, w),
        "forwarded": _forwarded(bubble.get("forward_origin") or {}),
        "preview": _preview(bubble.get("preview"), describe),
        "keyboard": _keyboard(bubble.get("reply_markup") or {}),
        "service": "",
    }
    if not any(view[part] for part in ("html", "photo", "sticker", "file")):
        view["html"], view["service"] = _other(bubble, w)
    view["plain"] = plain_text(bubble, language)
    return view


def plain_text(bubble: Bubble, language: str) -> str:
    """One line about the message, for notifications and quotations."""
    w = words(language)
    text = " ".join(_text(bubble)[0].split())
    if bubble.get("photo"):
        return f"🖼 {text or w['photo']}"
    if sticker := bubble.get("sticker"):
        return f"{sticker.get('emoji', '')} {w['sticker']}".strip()
    return text or "…"


def notification(bubble: Bubble, language: str) -> dict[str, Any] | None:
    """What the phone shows when a message arrives; None for one's own."""
    if bubble["outgoing"]:
        return None
    w = words(language)
    title = (bubble.get("from") or bubble["chat"]).get("first_name") or bubble["chat"].get("title", "")
    return {
        "title": title,
        "text": plain_text(bubble, language)[:160],
        "silent": bubble["silent"],
        "how": w["silent"] if bubble["silent"] else w["aloud"],
    }


def _text(bubble: Bubble) -> tuple[str, Sequence[Mapping[str, Any]]]:
    if bubble.get("text"):
        return bubble["text"], bubble.get("entities") or ()
    return bubble.get("caption") or "", bubble.get("caption_entities") or ()


def _clock(moment: datetime, language: str) -> str:
    clock = f"{moment.astimezone(DHAKA):%H:%M}"
    return to_bengali_digits(clock) if language == "bn" else clock


def _file(bubble: Bubble) -> dict[str, str] | None:
    for kind in _FILES:
        if file := bubble.get(kind):
            size = file.get("file_size")
            return {
                "name": file.get("file_name") or kind,
                "size": f"{size / 1024:.1f} KB" if size else "",
                "url": f"{FILES_PATH}{file['file_unique_id']}" if "file_unique_id" in file else "",
            }
    return None


def _reply(bubble: Bubble, viewer_id: int, w: Mapping[str, str]) -> dict[str, Any] | None:
    original = bubble.get("reply_to_message")
    if not original:
        return None
    sender = original.get("from") or {}
    return {
        "id": original["message_id"],
        "name": w["you"] if sender.get("id") == viewer_id else sender.get("first_name", ""),
        "text": " ".join(_text(original)[0].split())[:120] or "…",
    }


def _forwarded(origin: Mapping[str, Any]) -> str:
    """Whose message it was; '' where it is the sender's own."""
    sender = origin.get("sender_user") or {}
    return str(
        (origin.get("chat") or {}).get("title") or sender.get("first_name") or origin.get("sender_user_name", "")
    )


def _preview(preview: Mapping[str, Any] | None, describe: Describe) -> dict[str, Any] | None:
    """Like Telegram, nothing is shown of a page that nothing is known of."""
    page = describe(preview["url"]) if preview else None
    if preview is None or page is None:
        return None
    return {
        "url": preview["url"],
        "above": preview["above"],
        "large": preview["large"],
        "site": page.site or urlsplit(preview["url"]).hostname,
        "title": page.title,
        "description": page.description,
        "image": page.image,
    }


def _keyboard(markup: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    return [
        [_key(button, row, column) for column, button in enumerate(buttons)]
        for row, buttons in enumerate(markup.get("inline_keyboard") or ())
    ]


def _key(button: Mapping[str, Any], row: int, column: int) -> dict[str, Any]:
    found: tuple[str, Any] = ("other", "")
    kind, value = next(((kind, button[field]) for field, kind in _KEY_KINDS if field in button), found)
    if kind == "copy":
        value = value["text"]
    return {"text": button["text"], "kind": kind, "value": value, "row": row, "column": column}


def _other(bubble: Bubble, w: Mapping[str, str]) -> tuple[Markup | str, str]:
    """What is neither text, picture nor file: (html, '') for contents, ('', line) for what happened to the chat."""
    if place := bubble.get("location"):
        return to_html(f"📍 {place['latitude']:.5f}, {place['longitude']:.5f}"), ""
    if contact := bubble.get("contact"):
        return to_html(f"👤 {contact['first_name']}\n{contact['phone_number']}"), ""
    if "pinned_message" in bubble:
        return "", w["pinned"]
    service = ("new_chat_members", "left_chat_member", "group_chat_created", "migrate_to_chat_id", "new_chat_title")
    if any(name in bubble for name in (*service, "migrate_from_chat_id", "supergroup_chat_created")):
        return "", w["service"]
    return to_html(w["unsupported"]), ""
