"""The sandbox's state: everything there is, changed by the bot's methods on one side and by readers on the other."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from newsbot.sandbox.changes import Change, ChangeFeed
from newsbot.sandbox.faults import FaultPlan
from newsbot.sandbox.sandbox_file import SandboxFile
from newsbot.sandbox.telegram.audience import Audience
from newsbot.sandbox.telegram.documents import Document, DocumentStore
from newsbot.sandbox.telegram.faults import Fault
from newsbot.sandbox.telegram.keyboards import Markup
from newsbot.sandbox.telegram.limits import FloodLimits, FloodMeter
from newsbot.sandbox.telegram.messages import MessageBook
from newsbot.sandbox.telegram.model import (
    TOKEN,
    USERNAME,
    BotAccount,
    CallbackQuery,
    Content,
    LedgerEntry,
    StoredMessage,
    VirtualUsers,
)
from newsbot.sandbox.telegram.people import People
from newsbot.sandbox.telegram.pictures import Picture, PictureStore
from newsbot.sandbox.telegram.profile import BotProfile
from newsbot.sandbox.telegram.saving import TelegramSaver
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
        self.faults: FaultPlan[Fault] = FaultPlan()
        self.meter = FloodMeter(limits or FloodLimits(), monotonic)
        self.ledger: list[LedgerEntry] = []
        self.callbacks: dict[str, CallbackQuery] = {}
        file = SandboxFile(folder / "telegram.sqlite3", LedgerEntry) if folder is not None else None
        self.saver = TelegramSaver(self, file)
        self.updates = UpdateQueue(clock, lambda update_id: self.saver.mark("update", update_id))
        self.webhook = WebhookSettings()
        self.pictures = PictureStore(folder)
        self.documents = DocumentStore(folder)
        self._empty()
        self.audience = Audience(lambda chat_id: self.people.is_simulated(chat_id), lambda: clock().timestamp())
        self.saver.load()

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
        self.people = People(self.account, self.saver.mark)
        self.bot = BotProfile(self.account, self._profile_changed)
        self.messages = MessageBook(self.people, self.bot.user_json, self.saver.mark_message)

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
        media_group_id: str | None = None,
        anonymous: bool = False,
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
            media_group_id=media_group_id,
            anonymous=anonymous,
        )
        self.messages.put(message)
        self._tell_message("message", message)
        return message

    def record_send(self, method: str, message: StoredMessage) -> None:
        """Write an accepted send into the ledger."""
        self.audience.sent(message)
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
        self.audience.edited(message)
        self._tell_message("edited", message)

    def delete(self, message: StoredMessage) -> None:
        message.deleted = True
        self.messages.put(message)
        self.audience.deleted(message)
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

    def _profile_changed(self) -> None:
        self.saver.mark("meta", "profile")
        self.tell("commands", 0)

    def settings_changed(self) -> None:
        """The webhook's settings or the wanted kinds of update changed."""
        self.saver.mark("meta", "webhook")

    def add_range(self, group: VirtualUsers) -> None:
        self.people.ranges.append(group)
        self.saver.mark("meta", "ranges")

    def flush(self) -> None:
        """Write what is unwritten."""
        self.saver.write(self.saver.collect())

    def close(self) -> None:
        """Write what is left and let go of the folder; safe to call twice."""
        self.saver.close()

    def reset(self) -> None:
        """Forget people, chats, messages, the ledger, faults and settings, on disk too; pictures and documents stay.

        Message and update ids go on: a bot that has seen update 7 would take a new update 7 for the old one.
        """
        self.saver.clear()
        last_id = self.messages.last_id
        self.updates.drop_all()
        self.updates.allowed = ()
        self.webhook = WebhookSettings()
        self._empty()
        self.messages.last_id = last_id
        self.ledger = []
        self.callbacks.clear()
        self.faults.clear()
        self.meter.reset()
        self.audience.reset()
        self.updates.wake()
        self.tell("reset", 0)
