"""Who and what there is: the bot, people, groups, messages. Plain records; the rules live elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from newsbot.sandbox.telegram.formatting import FormattedText
from newsbot.sandbox.telegram.keyboards import Markup

__all__ = [
    "BOT",
    "DELETABLE",
    "BotAccount",
    "CallbackQuery",
    "Chat",
    "Content",
    "LedgerEntry",
    "StoredMessage",
    "User",
    "VirtualUsers",
    "chat_word",
]

BOT: Final = 0  #: sender of what the bot wrote
DELETABLE: Final = timedelta(hours=48)  #: how long a bot may delete what it sent
TOKEN: Final = "10000:sandbox-token-of-no-value-elsewhere"  # noqa: S105  (opens nothing but this sandbox)
USERNAME: Final = "newsbot_sandbox_bot"


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot that the server serves; its id is the number in front of the token's colon."""

    token: str = TOKEN
    username: str = USERNAME

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])


@dataclass(slots=True)
class User:
    """A person. `started` is whether they ever wrote to the bot; nobody can be written to before that."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "bn"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def json(self) -> dict[str, Any]:
        """The Bot API's `User`."""
        if self.deactivated:
            return {"id": self.id, "is_bot": False, "first_name": ""}
        out: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            out["last_name"] = self.last_name
        if self.username:
            out["username"] = self.username
        out["language_code"] = self.language_code
        return out

    def chat_json(self) -> dict[str, Any]:
        """The Bot API's `Chat` of the private chat with this person."""
        out = {key: value for key, value in self.json().items() if key not in {"is_bot", "language_code"}}
        return {**out, "type": "private"}


@dataclass(frozen=True, slots=True)
class VirtualUsers:
    """A range of ids that are all people, made up on the spot: they cost nothing until one does something."""

    first_id: int
    count: int
    blocked: float = 0.0  #: fraction, as are the next two; which of them is fixed by the seed
    deactivated: float = 0.0
    never_started: float = 0.0
    language_codes: tuple[str, ...] = ("bn",)
    seed: int = 0
    slow: float = 0.0  #: fraction to whom the server takes `slow_seconds` to answer, as behind a hidden flood wait
    slow_seconds: float = 0.0

    def __contains__(self, user_id: object) -> bool:
        return isinstance(user_id, int) and self.first_id <= user_id < self.first_id + self.count

    def lateness(self, user_id: int) -> float:
        """Seconds by which the server's answer about one of them is late."""
        return self.slow_seconds if self._draw(user_id)[6] < self.slow * 256 else 0.0

    def find(self, user_id: int) -> User | None:
        if user_id not in self:
            return None
        draw = self._draw(user_id)
        share = int.from_bytes(draw[:6]) / (1 << 48)
        blocked = share < self.blocked
        deactivated = self.blocked <= share < self.blocked + self.deactivated
        strangers = self.blocked + self.deactivated
        return User(
            id=user_id,
            first_name=f"Reader {user_id}",
            language_code=self.language_codes[draw[7] % len(self.language_codes)],
            started=not strangers <= share < strangers + self.never_started,
            blocked=blocked,
            deactivated=deactivated,
        )

    def _draw(self, user_id: int) -> bytes:
        return hashlib.blake2b(f"{self.seed}:{user_id}".encode(), digest_size=8).digest()


@dataclass(slots=True)
class Chat:
    """A group, supergroup or channel. Private chats are their user."""

    id: int
    type: str
    title: str
    username: str | None = None
    forum: bool = False
    members: list[int] = field(default_factory=list)  #: the first is its creator
    bot_status: str = "member"  #: member, administrator, left or kicked
    muted: bool = False  #: the bot may not send here
    deleted: bool = False
    migrated_to: int | None = None
    threads: list[int] = field(default_factory=list)
    admins: list[int] = field(default_factory=list)  #: members who were made administrators
    last_message_id: int = 0  #: supergroups and channels count for themselves

    def json(self) -> dict[str, Any]:
        """The Bot API's `Chat`."""
        out: dict[str, Any] = {"id": self.id, "title": self.title, "type": self.type}
        if self.username:
            out["username"] = self.username
        if self.forum:
            out["is_forum"] = True
        return out


def chat_word(chat_type: str) -> str:
    """What error texts call it."""
    return f"{chat_type} chat"


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. Frozen, because the copies of a broadcast share one."""

    text: FormattedText = field(default_factory=FormattedText)  #: the text, or the caption of `media`
    kind: str = "text"  #: text, photo, document, sticker, location, contact or service
    media: Mapping[str, Any] | None = None  #: the Bot API's fields for it: {"photo": [...]}, {"location": {...}}
    link_preview: str = ""  #: link_preview_options as JSON, empty if none were given
    above: bool = False  #: show_caption_above_media
    spoiler: bool = False


@dataclass(slots=True)
class StoredMessage:
    """A message with everything that happened to it."""

    chat_id: int
    message_id: int
    date: int
    sender_id: int  #: BOT or a user
    content: Content
    markup: Markup
    reply_to: int | None = None
    thread_id: int | None = None
    silent: bool = False
    protected: bool = False
    edit_date: int | None = None
    deleted: bool = False
    forward_origin: Mapping[str, Any] | None = None
    media_group_id: str | None = None  #: the same for all pictures of an album
    anonymous: bool = False  #: by an administrator of a group in the group's name
    history: tuple[tuple[int, Content, Markup], ...] = ()  #: (until when, what it said before), oldest first


@dataclass(slots=True)
class CallbackQuery:
    """A pressed button, waiting for its answer."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answer: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One accepted send, written down by the server: what a rehearsal compares the bot's own figures with."""

    at: float  #: seconds since 1970
    chat_id: int
    method: str
    message_id: int
    text: str

    def json(self) -> dict[str, Any]:
        return asdict(self)
