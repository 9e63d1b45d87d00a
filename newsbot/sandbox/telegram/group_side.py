"""What people do with groups: make them, bring the bot in, throw it out, move them. Each act queues updates."""

from __future__ import annotations

from typing import Any

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.telegram.members import member_update, status_of
from newsbot.sandbox.telegram.model import Chat, Content, User
from newsbot.sandbox.telegram.state import SandboxState

__all__ = ["GroupSide", "SandboxError"]


class GroupSide:
    """Groups as their members see them; the part of `ReaderSide` that is about groups."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    def user(self, user_id: int) -> User:
        """The person; raises SandboxError for an unknown id."""
        user = self.state.people.user(user_id)
        if user is None:
            raise SandboxError(f"There is no user {user_id}")
        return user

    def add_group(
        self,
        title: str,
        *,
        kind: str = "group",
        chat_id: int | None = None,
        members: tuple[int, ...] | list[int] = (),
        bot_status: str = "member",
        username: str | None = None,
        forum: bool = False,
    ) -> Chat:
        """A group, supergroup or channel that already has the bot (or not: bot_status "left"); no update is queued."""
        if kind not in {"group", "supergroup", "channel"}:
            raise SandboxError(f"{kind!r} is not a kind of group: group, supergroup or channel")
        people = self.state.people
        new_id = chat_id if chat_id is not None else people.new_chat_id(kind)
        if new_id >= 0 or new_id in people.chats:
            raise SandboxError(f"A group needs a negative id that is free; {new_id} is not")
        for member in members:
            self.user(member)
        chat = Chat(new_id, kind, title, username, forum, list(members), bot_status)
        people.save_chat(chat)
        self.state.tell_chat(new_id)
        return chat

    def _chat(self, chat_id: int) -> Chat:
        chat = self.state.people.chats.get(chat_id)
        if chat is None:
            raise SandboxError(f"There is no group {chat_id}")
        return chat

    def add_bot(self, chat_id: int, by: int) -> None:
        """Add the bot to a group."""
        self._set_status(chat_id, by, "member")
        bot = self.state.bot.user_json()
        self._service(chat_id, by, {"new_chat_members": [bot], "new_chat_member": bot, "new_chat_participant": bot})

    def remove_bot(self, chat_id: int, by: int) -> None:
        """Remove (ban) the bot from a group."""
        self._set_status(chat_id, by, "kicked")

    def promote_bot(self, chat_id: int, by: int) -> None:
        """Make the bot an administrator."""
        self._set_status(chat_id, by, "administrator")

    def _set_status(self, chat_id: int, by: int, status: str) -> None:
        chat = self._chat(chat_id)
        old, chat.bot_status = chat.bot_status, status
        self.state.people.save_chat(chat)
        self._tell_standing(chat_id, self.user(by).json(), old=old, new=status)

    def promote_member(self, chat_id: int, user_id: int, *, by: int | None = None, promoted: bool = True) -> None:
        """Make a member an administrator, or no longer one; a bot that is one itself and asked for it is told."""
        chat = self._chat(chat_id)
        bot_id = self.state.account.id
        old = status_of(chat, user_id, bot_id)
        if old not in ("member", "administrator"):
            raise SandboxError(f"User {user_id} is {old} in {chat.title}")
        chat.admins = [admin for admin in chat.admins if admin != user_id] + ([user_id] if promoted else [])
        self.state.people.save_chat(chat)
        new = status_of(chat, user_id, bot_id)
        if chat.bot_status == "administrator" and new != old:
            actor = self.user(by if by is not None else chat.members[0]).json()
            whom = self.user(user_id).json()
            update = member_update(chat.json(), actor, whom, self.state.now(), old=old, new=new)
            self.state.push("chat_member", update, chat_id)

    def leave_bot(self, chat_id: int) -> None:
        """The bot is no member any more without having been banned."""
        chat = self._chat(chat_id)
        chat.bot_status = "left"
        self.state.people.save_chat(chat)
        self.state.tell_chat(chat_id)

    def mute_bot(self, chat_id: int, muted: bool = True) -> None:
        """Take from the bot the right to write in a group, or give it back."""
        chat = self._chat(chat_id)
        chat.muted = muted
        self.state.people.save_chat(chat)

    def add_topic(self, chat_id: int, thread_id: int) -> None:
        """A topic of a forum; messages to other threads are refused."""
        chat = self._chat(chat_id)
        chat.threads.append(thread_id)
        self.state.people.save_chat(chat)

    def migrate(self, chat_id: int) -> Chat:
        """Turn a group into a supergroup with a new id; the old one refuses and says where to go."""
        old = self._chat(chat_id)
        if old.type != "group" or old.migrated_to is not None:
            raise SandboxError(f"{old.title} is no basic group (any more)")
        new = self.add_group(old.title, kind="supergroup", members=old.members, bot_status=old.bot_status)
        new.admins = list(old.admins)
        self.state.people.save_chat(new)
        by = old.members[0] if old.members else self.state.account.id
        self._service(chat_id, by, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self.state.people.save_chat(old)
        self._service(new.id, by, {"migrate_from_chat_id": chat_id})
        self.state.tell_chat(chat_id)
        return new

    def delete_group(self, chat_id: int) -> None:
        chat = self._chat(chat_id)
        chat.deleted = True
        self.state.people.save_chat(chat)
        self.state.tell_chat(chat_id)

    def _service(self, chat_id: int, by: int, event: dict[str, Any]) -> None:
        message = self.state.post(chat_id, by, Content(kind="service", media=event))
        self.state.push("message", self.state.messages.json(message), chat_id)

    def _tell_standing(self, chat_id: int, actor: dict[str, Any], *, old: str, new: str) -> None:
        state = self.state
        chat = state.people.chat_json(chat_id)
        update = member_update(chat, actor, state.bot.user_json(), state.now(), old=old, new=new)
        state.push("my_chat_member", update, chat_id)
        state.tell_chat(chat_id)
