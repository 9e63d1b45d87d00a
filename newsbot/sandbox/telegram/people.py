"""Everyone the sandbox knows: people, made-up ranges of people, groups; and whether the bot may write to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from newsbot.sandbox.telegram.errors import ApiError, bad_request, forbidden
from newsbot.sandbox.telegram.model import BotAccount, Chat, User, VirtualUsers, chat_word

__all__ = ["People"]

FIRST_USER_ID: Final = 5_000_000_001  #: above 2^32, as new accounts are, so that a narrow integer shows
FIRST_GROUP_ID: Final = -4_000_000_001
FIRST_SUPERGROUP_ID: Final = -1_002_000_000_001


class People:
    """Users and chats by id. `changed(kind, id)` is told what must be written down again."""

    def __init__(self, bot: BotAccount, changed: Callable[[str, int], None]) -> None:
        self.bot = bot
        self._changed = changed
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.ranges: list[VirtualUsers] = []

    def user(self, user_id: int) -> User | None:
        """The person, or None. People of a made-up range are new objects each time: use `actor` to change one."""
        known = self.users.get(user_id)
        if known is not None:
            return known
        return next((user for group in self.ranges if (user := group.find(user_id)) is not None), None)

    def actor(self, user_id: int) -> User | None:
        """The person as someone who is about to do something, and therefore remembered from now on."""
        user = self.user(user_id)
        if user is not None:
            self.save(user)
        return user

    def is_virtual(self, chat_id: int) -> bool:
        return chat_id > 0 and chat_id not in self.users

    def is_simulated(self, chat_id: int) -> bool:
        """Of a made-up range, whether or not they have done something since."""
        return any(chat_id in group for group in self.ranges)

    def lateness(self, chat_id: int) -> float:
        """Seconds by which the server's answer about this chat is late."""
        return next((group.lateness(chat_id) for group in self.ranges if chat_id in group), 0.0)

    def save(self, user: User) -> None:
        self.users[user.id] = user
        self._changed("user", user.id)

    def save_chat(self, chat: Chat) -> None:
        self.chats[chat.id] = chat
        self._changed("chat", chat.id)

    def new_user_id(self) -> int:
        return max((user_id + 1 for user_id in self.users if user_id >= FIRST_USER_ID), default=FIRST_USER_ID)

    def new_chat_id(self, kind: str) -> int:
        first = FIRST_GROUP_ID if kind == "group" else FIRST_SUPERGROUP_ID
        floor = -10_000_000_000 if kind == "group" else -10_000_000_000_000
        return min((chat_id - 1 for chat_id in self.chats if floor < chat_id <= first), default=first)

    def groups_of(self, user_id: int) -> Iterator[Chat]:
        return (chat for chat in self.chats.values() if user_id in chat.members)

    def find(self, reference: str) -> User | Chat:
        """The chat that a `chat_id` argument names: a number, or @username of a group or channel. Raises ApiError."""
        if not reference:
            raise bad_request("chat_id is empty")
        if reference.startswith("@"):
            name = reference[1:].lower()
            for chat in self.chats.values():
                if chat.username and chat.username.lower() == name:
                    return chat
            raise bad_request("chat not found")
        try:
            chat_id = int(reference)
        except ValueError:
            raise bad_request("chat not found") from None
        found: User | Chat | None = self.chats.get(chat_id) if chat_id < 0 else self.user(chat_id)
        if found is None:
            if chat_id == self.bot.id:
                raise forbidden("the bot can't send messages to the bot")
            raise bad_request("chat not found")
        return found

    def chat_json(self, chat_id: int) -> dict[str, Any]:
        """The Bot API's `Chat` for any id that was valid once."""
        if chat_id < 0:
            return self.chats[chat_id].json()
        user = self.user(chat_id)
        return user.chat_json() if user is not None else {"id": chat_id, "type": "private", "first_name": ""}

    def user_json(self, user_id: int) -> dict[str, Any]:
        user = self.user(user_id)
        return user.json() if user is not None else {"id": user_id, "is_bot": False, "first_name": ""}


def refusal_to_reach(chat: User | Chat) -> ApiError | None:
    """Why the Bot API server itself won't deal with this chat at all."""
    if isinstance(chat, User):
        return forbidden("user is deactivated") if chat.deactivated else None
    word = chat_word(chat.type)
    if chat.migrated_to is not None:
        return ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to,
        )
    if chat.deleted:
        return forbidden(f"the {word} was deleted")
    if chat.bot_status == "kicked":
        return forbidden(f"bot was kicked from the {word}")
    if chat.bot_status == "left":
        return forbidden(f"bot is not a member of the {word}")
    return None


def refusal_to_write(chat: User | Chat, what: str = "text messages") -> ApiError | None:
    """Why a chat that can be reached takes no message from the bot; known to the message server only."""
    if isinstance(chat, User):
        if not chat.started:
            return forbidden("bot can't initiate conversation with a user")
        return forbidden("bot was blocked by the user") if chat.blocked else None
    if chat.type == "channel" and chat.bot_status != "administrator":
        return bad_request("need administrator rights in the channel chat")
    if chat.muted:
        return bad_request(f"not enough rights to send {what} to the chat")
    return None
