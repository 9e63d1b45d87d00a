"""Telegram's state on disk: what its records are, and how they come back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsbot.sandbox.sandbox_file import SandboxFile
from newsbot.sandbox.saving import Saver
from newsbot.sandbox.telegram.formatting import FormattedText
from newsbot.sandbox.telegram.keyboards import Markup
from newsbot.sandbox.telegram.model import BOT, DELETABLE, Chat, Content, LedgerEntry, StoredMessage, User, VirtualUsers
from newsbot.sandbox.telegram.persistence import message_from_json, message_to_json
from newsbot.sandbox.telegram.update_queue import Update
from newsbot.sandbox.telegram.webhook_settings import WebhookSettings

if TYPE_CHECKING:
    from newsbot.sandbox.telegram.state import SandboxState

__all__ = ["TelegramSaver"]


class TelegramSaver(Saver[LedgerEntry]):
    """user, chat, message, update, meta."""

    def __init__(self, state: SandboxState, file: SandboxFile[LedgerEntry] | None) -> None:
        super().__init__(file)
        self._state = state

    def ledger(self) -> list[LedgerEntry]:
        return self._state.ledger

    def mark_message(self, chat_id: int, message_id: int) -> None:
        """Messages to people of made-up ranges are not kept on disk."""
        if self._file is not None and not self._state.people.is_virtual(chat_id):
            self._marked[("message", f"{chat_id}/{message_id}")] = None

    def record(self, kind: str, key: str) -> Any:
        state = self._state
        body: Any
        match kind:
            case "user":
                user = state.people.users.get(int(key))
                body = asdict(user) if user is not None else None
            case "chat":
                chat = state.people.chats.get(int(key))
                body = asdict(chat) if chat is not None else None
            case "message":
                chat_id, message_id = map(int, key.split("/"))
                message = state.messages.stored(chat_id, message_id)
                body = message_to_json(message) if message is not None else None
            case "update":
                update = state.updates.get(int(key))
                body = {**asdict(update), "at": update.at.isoformat()} if update is not None else None
            case _:
                body = self._meta(key)
        return body

    def _meta(self, key: str) -> Any:
        state = self._state
        match key:
            case "profile":
                return state.bot.to_json()
            case "webhook":
                return {**asdict(state.webhook), "allowed": state.updates.allowed}
            case "ranges":
                return [asdict(group) for group in state.people.ranges]
            case _:
                return {"last_message_id": state.messages.last_id, "next_update_id": state.updates.next_id}

    def load(self) -> None:
        """Put into the state what an earlier run left."""
        if self._file is None:
            return
        state = self._state
        updates = []
        for kind, key, body in self._file.records():
            match kind:
                case "user":
                    state.people.users[int(key)] = User(**body)
                case "chat":
                    state.people.chats[int(key)] = Chat(**body)
                case "message":
                    state.messages.restore(message_from_json(body))
                case "update":
                    updates.append(Update(**{**body, "at": datetime.fromisoformat(body["at"])}))
                case _:
                    self._restore_meta(key, body)
        state.ledger = self._file.ledger()
        self._ledger_written = len(state.ledger)
        self._recall_sends()
        state.messages.sort()
        state.updates.restore(updates)

    def _recall_sends(self) -> None:
        """What people of made-up ranges were sent lately is known from the ledger: enough to change or delete it."""
        state = self._state
        contents: dict[tuple[str, str], Content] = {}  # the copies of a broadcast share one
        since = state.clock().timestamp() - DELETABLE.total_seconds()
        for row in state.ledger:
            if row.at < since or not state.people.is_simulated(row.chat_id):
                continue
            message = state.messages.stored(row.chat_id, row.message_id)
            if message is None:
                kind = "photo" if row.method == "sendPhoto" else "text"
                content = contents.setdefault((kind, row.text), Content(FormattedText(row.text), kind))
                message = StoredMessage(row.chat_id, row.message_id, int(row.at), BOT, content, Markup())
                state.messages.restore(message)
            state.audience.sent(message, row.at)

    def _restore_meta(self, key: str, body: Any) -> None:
        state = self._state
        match key:
            case "profile":
                state.bot.restore(body)
            case "webhook":
                state.updates.allowed = tuple(body.pop("allowed"))
                state.webhook = WebhookSettings(**body)
            case "ranges":
                state.people.ranges = [
                    VirtualUsers(**{**group, "language_codes": tuple(group["language_codes"])}) for group in body
                ]
            case _:
                state.messages.last_id = body["last_message_id"]
                state.updates.next_id = max(state.updates.next_id, body["next_update_id"])
