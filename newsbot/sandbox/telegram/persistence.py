"""A message as a record on disk, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from newsbot.sandbox.telegram.entities import Entity
from newsbot.sandbox.telegram.formatting import FormattedText
from newsbot.sandbox.telegram.keyboards import Markup
from newsbot.sandbox.telegram.model import Content, StoredMessage

__all__ = ["message_from_json", "message_to_json"]


def message_to_json(message: StoredMessage) -> dict[str, Any]:
    return {
        **{
            key: getattr(message, key)
            for key in [
                "chat_id",
                "message_id",
                "date",
                "sender_id",
                "reply_to",
                "thread_id",
                "silent",
                "protected",
                "edit_date",
                "deleted",
                "forward_origin",
                "media_group_id",
                "anonymous",
            ]
        },
        "content": _content_to_json(message.content),
        "markup": asdict(message.markup),
        "history": [[when, _content_to_json(content), asdict(markup)] for when, content, markup in message.history],
    }


def message_from_json(saved: dict[str, Any]) -> StoredMessage:
    history = tuple(
        (when, _content_from_json(content), Markup(**markup)) for when, content, markup in saved.pop("history")
    )
    content = _content_from_json(saved.pop("content"))
    return StoredMessage(**{**saved, "content": content, "markup": Markup(**saved["markup"]), "history": history})


def _content_to_json(content: Content) -> dict[str, Any]:
    return {
        "text": content.text.text,
        "entities": [asdict(entity) for entity in content.text.entities],
        "kind": content.kind,
        "media": content.media,
        "link_preview": content.link_preview,
        "above": content.above,
        "spoiler": content.spoiler,
    }


def _content_from_json(saved: dict[str, Any]) -> Content:
    entities = tuple(Entity(**entity) for entity in saved.pop("entities"))
    return Content(**{**saved, "text": FormattedText(saved["text"], entities)})
