"""The sandbox's state: everything there is, changed by the bot's methods on one side and by readers on the other."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from newsbot.sandbox.telegram.changes import Change, ChangeFeed
from newsbot.sandbox.telegram.documents import Document, DocumentStore
from newsbot.sandbox.telegram.faults import FaultPlan
from newsbot.sandbox.telegram.keyboards import Markup
from newsbot.sandbox.telegram.limits import FloodLimits, FloodMeter
from newsbot.sandbox.telegram.messages import MessageBook
from newsbot.sandbox.telegram.model import (
    TOKEN,
    USERNAME,
    BotAccount,
    CallbackQuery,
    Chat,
    Content,
    LedgerEntry,
    StoredMessage,
    User,
    VirtualUsers,
)
from newsbot.sandbox.telegram.people import People
from newsbot.sandbox.telegram.persistence import SandboxFile, message_from_json, message_to_json
from newsbot.sandbox.telegram.pictures import Picture, PictureStore
from newsbot.sandbox.telegram.profile import BotProfile
from newsbot.sandbox.telegram.update_queue import Update, UpdateQueue
from newsbot.sandbox.telegram.webhook_settings import WebhookSettings

__all__ = ["SandboxState"]

MOST_CALLBACKS: Final = 10_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SandboxState:
    """All of it. Belongs to one event loop; `open` reads what an earlier run left in the folder."""

    def __init__(
        self,
        bot: BotAccount,
        *,
        folder: Path | None = None,
        limits: FloodLimits | None = None,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account = bot
        self.clock = clock
        self.changes = ChangeFeed()
        self.faults = FaultPlan()
        self.meter = FloodMeter(limits or FloodLimits(), monotonic)
        self.ledger: list[LedgerEntry] = []
        self.callbacks: dict[str, CallbackQuery] = {}
        self._folder = folder
        self._file = SandboxFile(folder) if folder is not None else None
        self._unwritten: dict[tuple[str, str], None] = {}
        self._ledger_written = 0
        self._empty()
        if self._file is not None:
            self._load(self._file)

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        token: str = TOKEN,
        username: str = USERNAME,
        limits: FloodLimits | None = None,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> SandboxState:
        """The state kept in `folder`, or an empty one that is forgotten at the end."""
        return cls(BotAccount(token, username), folder=folder, limits=limits, clock=clock, monotonic=monotonic)

    def _empty(self) -> None:
        self.people = People(self.account, self._touch)
        self.bot = BotProfile(self.account, self._profile_changed)
        self.messages = MessageBook(self.people, self.bot.user_json, self._message_changed)
        self.updates = UpdateQueue(self.clock, lambda update_id: self._touch("update", update_id))
        self.webhook = WebhookSettings()
        self.pictures = PictureStore(self._folder)
        self.documents = DocumentStore(self._folder)

    # -- time ---------------------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Seconds since 1970, as in message dates."""
        return int(self.clock().timestamp())

    # -- messages -----------------------------------------------------------------------------------------------------

    def post(
        self,
        chat_id: int,
        sender_id: int,
        content: Content,
        *,
        markup: Markup | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        silent: bool = False,
        protected: bool = False,
        forward_origin: dict[str, Any] | None = None,
    ) -> StoredMessage:
        """A new message at the end of a chat; tells the change feed, no update for the bot."""
        message = StoredMessage(
            chat_id=chat_id,
            message_id=self.messages.next_id(chat_id),
            date=self.now(),
            sender_id=sender_id,
            content=content,
            markup=markup or Markup(),
            reply_to=reply_to,
            thread_id=thread_id,
            silent=silent,
            protected=protected,
            forward_origin=forward_origin,
        )
        self.messages.put(message)
        self._tell_message("message", message)
        return message

    def record_send(self, method: str, message: StoredMessage) -> None:
        """Write an accepted send into the ledger."""
        self.ledger.append(
            LedgerEntry(
                self.clock().timestamp(), message.chat_id, method, message.message_id, message.content.text.text
            )
        )

    def edit(self, message: StoredMessage, content: Content, markup: Markup) -> None:
        """Replace what a message says, keeping what it said."""
        message.history = (*message.history, (self.now(), message.content, message.markup))
        message.content = content
        message.markup = markup
        message.edit_date = self.now()
        self.messages.put(message)
        self._tell_message("edited", message)

    def delete(self, message: StoredMessage) -> None:
        message.deleted = True
        self.messages.put(message)
        self.tell("deleted", message.chat_id, {"message_ids": [message.message_id]})

    def _tell_message(self, kind: str, message: StoredMessage) -> None:
        if self.changes.followed:
            self.tell(kind, message.chat_id, self.messages.bubble(message, message.chat_id))

    def tell(self, kind: str, chat_id: int, data: dict[str, Any] | None = None) -> None:
        self.changes.tell(Change(kind, chat_id, data or {}))

    def tell_chat(self, chat_id: int) -> None:
        """Say that a chat's own state changed."""
        chat = self.people.chats.get(chat_id)
        user = self.people.user(chat_id) if chat is None else None
        if chat is not None:
            status = "deleted" if chat.deleted else chat.bot_status
        else:
            status = "kicked" if user is not None and user.blocked else "member"
        self.tell("chat", chat_id, {**self.people.chat_json(chat_id), "bot_status": status})

    # -- updates ------------------------------------------------------------------------------------------------------

    def push(self, kind: str, payload: dict[str, Any], lane: int) -> Update | None:
        """Queue an update for the bot; None if it doesn't want this kind."""
        return self.updates.add(kind, payload, lane)

    def chat_instance(self, chat_id: int) -> str:
        """The opaque number that a callback query names its chat with."""
        digest = hashlib.blake2b(f"{self.account.id}:{chat_id}".encode(), digest_size=8).digest()
        return str(int.from_bytes(digest, signed=True))

    def new_callback(self, user_id: int, chat_id: int, message_id: int, data: str) -> CallbackQuery:
        if len(self.callbacks) > MOST_CALLBACKS:  # the oldest are long past being answered
            del self.callbacks[next(iter(self.callbacks))]
        query = CallbackQuery(str(secrets.randbits(62) + (1 << 61)), user_id, chat_id, message_id, data, self.clock())
        self.callbacks[query.id] = query
        return query

    # -- files --------------------------------------------------------------------------------------------------------

    def file(self, any_id: str) -> tuple[Picture | Document, bytes] | None:
        """A picture or document by its file_id or file_unique_id, with its bytes."""
        if (picture := self.pictures.get(any_id)) is not None:
            return picture, self.pictures.data(picture)
        if (document := self.documents.get(any_id)) is not None:
            return document, self.documents.data(document)
        return None

    # -- what pages ask -----------------------------------------------------------------------------------------------

    def commands_for(self, chat_id: int, user_id: int) -> list[dict[str, str]]:
        """The commands in the menu of this user's app in this chat."""
        user = self.people.user(user_id)
        language = user.language_code if user is not None else ""
        return self.bot.menu_for(self.people.chat_json(chat_id), user_id, language)

    def counters(self) -> dict[str, int]:
        """What rehearsals read: flood control, ledger size, waiting updates, people."""
        return {
            **self.meter.counters(),
            "ledger": len(self.ledger),
            "pending_updates": len(self.updates),
            "users": len(self.people.users) + sum(group.count for group in self.people.ranges),
        }

    # -- disk ---------------------------------------------------------------------------------------------------------

    def _touch(self, kind: str, key: int | str) -> None:
        if self._file is not None:
            self._unwritten[(kind, str(key))] = None

    def _message_changed(self, chat_id: int, message_id: int) -> None:
        if self._file is not None and not self.people.is_virtual(chat_id):
            self._unwritten[("message", f"{chat_id}/{message_id}")] = None

    def _profile_changed(self) -> None:
        self._touch("meta", "profile")
        self.tell("commands", 0)

    def settings_changed(self) -> None:
        """The webhook's settings or the wanted kinds of update changed."""
        self._touch("meta", "webhook")

    def add_range(self, group: VirtualUsers) -> None:
        self.people.ranges.append(group)
        self._touch("meta", "ranges")

    @property
    def has_unwritten(self) -> bool:
        return bool(self._unwritten) or self._ledger_written < len(self.ledger)

    def collect(self) -> Callable[[], None]:
        """Take what is unwritten, as it is now; the returned function writes it and may run in a thread."""
        file = self._file
        if file is None:
            return lambda: None
        if self._unwritten:
            self._unwritten[("meta", "counters")] = None
        records = {key: self._record(*key) for key in self._unwritten}
        rows = self.ledger[self._ledger_written :]
        self._unwritten = {}
        self._ledger_written = len(self.ledger)
        return lambda: file.write(records, rows)

    def flush(self) -> None:
        self.collect()()

    def close(self) -> None:
        """Write what is left; safe to call twice."""
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None

    def _record(self, kind: str, key: str) -> str | None:
        body: Any
        match kind:
            case "user":
                body = asdict(self.people.users[int(key)]) if int(key) in self.people.users else None
            case "chat":
                body = asdict(self.people.chats[int(key)])
            case "message":
                chat_id, message_id = map(int, key.split("/"))
                message = self.messages.stored(chat_id, message_id)
                body = message_to_json(message) if message is not None else None
            case "update":
                update = self.updates.get(int(key))
                body = None
                if update is not None:
                    body = {**asdict(update), "at": update.at.isoformat()}
            case _:
                body = self._meta(key)
        return json.dumps(body, ensure_ascii=False) if body is not None else None

    def _meta(self, key: str) -> Any:
        match key:
            case "profile":
                return self.bot.to_json()
            case "webhook":
                return {**asdict(self.webhook), "allowed": self.updates.allowed}
            case "ranges":
                return [asdict(group) for group in self.people.ranges]
            case _:
                return {"last_message_id": self.messages.last_id, "next_update_id": self.updates.next_id}

    def _load(self, file: SandboxFile) -> None:
        updates = []
        for kind, key, body in file.records():
            match kind:
                case "user":
                    self.people.users[int(key)] = User(**body)
                case "chat":
                    self.people.chats[int(key)] = Chat(**body)
                case "message":
                    self.messages.restore(message_from_json(body))
                case "update":
                    updates.append(Update(**{**body, "at": datetime.fromisoformat(body["at"])}))
                case _:
                    self._restore_meta(key, body)
        self.messages.sort()
        self.updates.restore(updates)
        self.ledger = file.ledger()
        self._ledger_written = len(self.ledger)

    def _restore_meta(self, key: str, body: Any) -> None:
        match key:
            case "profile":
                self.bot.restore(body)
            case "webhook":
                self.updates.allowed = tuple(body.pop("allowed"))
                self.webhook = WebhookSettings(**body)
            case "ranges":
                self.people.ranges = [
                    VirtualUsers(**{**group, "language_codes": tuple(group["language_codes"])}) for group in body
                ]
            case _:
                self.messages.last_id = body["last_message_id"]
                self.updates.next_id = body["next_update_id"]

    def reset(self) -> None:
        """Forget everything but the bot's token; the folder too."""
        if self._file is not None:
            self._file.clear()
        self._unwritten = {}
        self.ledger = []
        self._ledger_written = 0
        self.callbacks.clear()
        self.faults.clear()
        self.meter.reset()
        waiting = self.updates
        self._empty()
        waiting.wake()
        self.tell("reset", 0)
