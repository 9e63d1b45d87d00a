"""Messages of all chats, and how they look: to the bot (the Bot API's `Message`) and in a reader's app (a bubble)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from newsbot.sandbox.telegram.formatting import FormattedText
from newsbot.sandbox.telegram.model import BOT, StoredMessage
from newsbot.sandbox.telegram.people import People

__all__ = ["FILES_PATH", "MessageBook"]

FILES_PATH: Final = "/sandbox/telegram/files/"
#: Whom Telegram names as the sender where an administrator writes in the group's name.
ANONYMOUS: Final = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class MessageBook:
    """Messages by chat and id. `changed(chat_id, message_id)` is told what must be written down again."""

    def __init__(
        self, people: People, bot_json: Callable[[], dict[str, Any]], changed: Callable[[int, int], None]
    ) -> None:
        self._people = people
        self._bot_json = bot_json
        self._changed = changed
        self._chats: dict[int, dict[int, StoredMessage]] = {}
        self.last_id = 0  #: private chats and basic groups count together

    def next_id(self, chat_id: int) -> int:
        chat = self._people.chats.get(chat_id)
        if chat is not None and chat.type != "group":
            chat.last_message_id += 1
            self._people.save_chat(chat)
            return chat.last_message_id
        self.last_id += 1
        return self.last_id

    def put(self, message: StoredMessage) -> StoredMessage:
        """Keep a new or changed message."""
        chat = self._chats.get(message.chat_id)
        if chat is None:
            chat = self._chats[message.chat_id] = {}
        chat[message.message_id] = message
        self._changed(message.chat_id, message.message_id)
        return message

    def restore(self, message: StoredMessage) -> None:
        self._chats.setdefault(message.chat_id, {})[message.message_id] = message

    def sort(self) -> None:
        """Put restored messages into the order of their ids."""
        for chat_id, messages in self._chats.items():
            self._chats[chat_id] = dict(sorted(messages.items()))

    def get(self, chat_id: int, message_id: int) -> StoredMessage | None:
        """The message, unless it was deleted or never was."""
        message = self._chats.get(chat_id, {}).get(message_id)
        return None if message is None or message.deleted else message

    def stored(self, chat_id: int, message_id: int) -> StoredMessage | None:
        """The message even if it was deleted."""
        return self._chats.get(chat_id, {}).get(message_id)

    def of_chat(self, chat_id: int) -> list[StoredMessage]:
        """All messages that are still there, oldest first."""
        return [message for message in self._chats.get(chat_id, {}).values() if not message.deleted]

    def json(self, message: StoredMessage, *, nested: bool = False) -> dict[str, Any]:
        """The Bot API's `Message`; a message that is replied to is shown without its own reply."""
        people = self._people
        out: dict[str, Any] = {"message_id": message.message_id}
        chat = people.chats.get(message.chat_id)
        if message.thread_id is not None:
            out["message_thread_id"] = message.thread_id
            out["is_topic_message"] = True
        if chat is not None and chat.type == "channel":
            out["sender_chat"] = chat.json()
        elif message.anonymous:
            out |= {"from": ANONYMOUS, "sender_chat": people.chat_json(message.chat_id)}
        else:
            out["from"] = self._bot_json() if message.sender_id == BOT else people.user_json(message.sender_id)
        out["chat"] = people.chat_json(message.chat_id)
        out["date"] = message.date
        if message.edit_date is not None:
            out["edit_date"] = message.edit_date
        if message.forward_origin is not None:
            out["forward_origin"] = dict(message.forward_origin)
        if message.media_group_id is not None:
            out["media_group_id"] = message.media_group_id
        if message.reply_to is not None and not nested:
            target = self.get(message.chat_id, message.reply_to)
            if target is not None:
                out["reply_to_message"] = self.json(target, nested=True)
        if message.protected:
            out["has_protected_content"] = True
        content = message.content
        if content.kind == "text":
            self._add_text(out, "text", "entities", content.text)
        else:
            out |= content.media or {}
            self._add_text(out, "caption", "caption_entities", content.text)
            if content.above:
                out["show_caption_above_media"] = True
            if content.spoiler:
                out["has_media_spoiler"] = True
        if content.link_preview:
            out["link_preview_options"] = json.loads(content.link_preview)
        if message.markup.inline is not None:
            out["reply_markup"] = message.markup.inline
        return out

    def _add_text(self, out: dict[str, Any], text_key: str, entities_key: str, text: FormattedText) -> None:
        if not text.text:
            return
        out[text_key] = text.text
        if text.entities:
            out[entities_key] = [
                entity.json(self._people.user_json(entity.user_id) if entity.user_id is not None else None)
                for entity in text.entities
            ]

    def bubble(self, message: StoredMessage, viewer_id: int) -> dict[str, Any]:
        """The message as one user's app shows it; the shape is told in the package's docstring."""
        photo = (message.content.media or {}).get("photo")
        return {
            **self.json(message),
            "outgoing": message.sender_id == viewer_id,
            "silent": message.silent,
            "deleted": message.deleted,
            "photo_url": f"{FILES_PATH}{photo[-1]['file_unique_id']}" if photo else None,
            "preview": _preview(message),
            "reply_keyboard": message.markup.reply,
        }


def _preview(message: StoredMessage) -> dict[str, Any] | None:
    """The link whose preview is shown: the one asked for, else the first in the text."""
    if message.content.kind != "text":
        return None
    options = json.loads(message.content.link_preview) if message.content.link_preview else {}
    if options.get("is_disabled"):
        return None
    url = options.get("url")
    if not url:
        text = message.content.text
        units = text.text.encode("utf-16-le")
        for entity in text.entities:
            if entity.type == "text_link":
                url = entity.url
            elif entity.type == "url":
                url = units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")
                url = url if "://" in url else f"http://{url}"
            if url:
                break
    if not url:
        return None
    return {
        "url": url,
        "above": bool(options.get("show_above_text")),
        "large": bool(options.get("prefer_large_media")) and not options.get("prefer_small_media"),
    }
