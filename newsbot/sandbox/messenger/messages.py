"""The threads: every message by its mid, and bubbles as the person's app shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from newsbot.sandbox.messenger.model import StoredMessage

__all__ = ["MessageBook"]


class MessageBook:
    """Messages by mid and by thread. `changed(mid)` is told what must be written down again."""

    def __init__(self, changed: Callable[[StoredMessage], None]) -> None:
        self._changed = changed
        self._by_mid: dict[str, StoredMessage] = {}
        self._threads: dict[str, list[StoredMessage]] = {}
        self._last_number = 0

    def next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def put(self, message: StoredMessage) -> None:
        """Store a new or changed message."""
        self.restore(message)
        self._changed(message)

    def restore(self, message: StoredMessage) -> None:
        if message.mid not in self._by_mid:
            self._threads.setdefault(message.person_id, []).append(message)
            self._last_number = max(self._last_number, message.number)
        self._by_mid[message.mid] = message

    def get(self, mid: str) -> StoredMessage | None:
        return self._by_mid.get(mid)

    def thread(self, person_id: str) -> list[StoredMessage]:
        """Oldest first."""
        return self._threads.get(person_id, [])

    def last(self, person_id: str) -> StoredMessage | None:
        thread = self._threads.get(person_id)
        return thread[-1] if thread else None

    def forget(self, person_id: str) -> None:
        """The person deleted the conversation: their app shows it no more. Mids stay known to the Page."""
        self._threads.pop(person_id, None)

    def bubble(self, message: StoredMessage) -> dict[str, Any]:
        """See the package's docstring. Quick replies are shown under the last message only."""
        content = message.content
        last = self.last(message.person_id)
        shown = message is last and not message.deleted
        attachments = content.get("attachments") or ([content["attachment"]] if "attachment" in content else [])
        answered = self._by_mid.get(message.reply_to) if message.reply_to else None
        return {
            "mid": message.mid,
            "at": message.at,
            "outgoing": not message.app_id,
            "app_id": message.app_id,
            "kind": message.kind,
            "text": "" if message.deleted else content.get("text", ""),
            "attachments": [] if message.deleted else attachments,
            "quick_replies": list(content.get("quick_replies", ())) if shown else [],
            "reply_to": {"mid": answered.mid, "text": answered.content.get("text", "")} if answered else None,
            "reactions": dict(message.reactions),
            "silent": message.notification != "REGULAR",
            "read": message.read,
            "deleted": message.deleted,
            "edited": message.edited,
        }
