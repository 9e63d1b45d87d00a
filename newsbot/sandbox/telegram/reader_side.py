"""What people do in their Telegram apps: write, press, block, add the bot to groups. Each act queues the updates a
bot would get.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from newsbot.errors import NewsbotError
from newsbot.sandbox.telegram.entities import utf16_length
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.formatting import FormattedText, readers_text
from newsbot.sandbox.telegram.members import bot_member_update
from newsbot.sandbox.telegram.model import BOT, Chat, Content, StoredMessage, User, VirtualUsers
from newsbot.sandbox.telegram.state import SandboxState

__all__ = ["ReaderSide", "SandboxError"]

#: Callback queries reach a webhook in their own order, beside the messages of the same person.
CALLBACK_LANE: Final = 3 << 33


class SandboxError(NewsbotError):
    """A simulated reader was asked for something that no app could do."""


class ReaderSide:
    """The other end of every chat. Plain methods; see the package's docstring for the shapes."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    # -- people -------------------------------------------------------------------------------------------------------

    def add_user(
        self,
        first_name: str,
        *,
        user_id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "bn",
        started: bool = False,
    ) -> User:
        """A new person, who has not written to the bot yet unless `started`."""
        people = self.state.people
        user_id = user_id if user_id is not None else people.new_user_id()
        if user_id <= 0 or people.user(user_id) is not None:
            raise SandboxError(f"There already is a user {user_id}; choose another id or leave it out")
        user = User(user_id, first_name, last_name, username, language_code, started=started)
        people.save(user)
        self.state.tell_chat(user_id)
        return user

    def add_virtual_users(
        self,
        first_id: int,
        count: int,
        *,
        blocked: float = 0.0,
        deactivated: float = 0.0,
        never_started: float = 0.0,
        language_codes: tuple[str, ...] = ("bn",),
        seed: int = 0,
    ) -> VirtualUsers:
        """A range of ids that are all people who have started the bot, but for the given fractions. Costs nothing."""
        if first_id <= 0 or count <= 0 or blocked + deactivated + never_started > 1 or not language_codes:
            raise SandboxError(
                "A range needs a positive first id and count, a language, and fractions of at most 1 in all"
            )
        group = VirtualUsers(first_id, count, blocked, deactivated, never_started, language_codes, seed)
        self.state.add_range(group)
        return group

    def user(self, user_id: int) -> User:
        """The person; raises SandboxError for an unknown id."""
        user = self.state.people.user(user_id)
        if user is None:
            raise SandboxError(f"There is no user {user_id}")
        return user

    def users(self) -> list[User]:
        """Everyone who was added one by one or has done something; not the rest of made-up ranges."""
        return sorted(self.state.people.users.values(), key=lambda user: user.id)

    def chats_of(self, user_id: int) -> list[dict[str, Any]]:
        """The person's chat list: {"chat", "bot_status", "last"} with the last bubble or None, the bot's chat first."""
        user = self.user(user_id)
        chats: list[tuple[int, dict[str, Any], str]] = [
            (user.id, user.chat_json(), "kicked" if user.blocked else "member")
        ]
        chats += [(chat.id, chat.json(), chat.bot_status) for chat in self.state.people.groups_of(user_id)]
        result = []
        for chat_id, chat_json, status in chats:
            last = self.view(chat_id, user_id, limit=1)
            result.append({"chat": chat_json, "bot_status": status, "last": last[-1] if last else None})
        return result

    def view(self, chat_id: int, viewer_id: int, *, limit: int = 50, before: int | None = None) -> list[dict[str, Any]]:
        """The last `limit` bubbles of a chat (older than message `before`), oldest first."""
        messages = [
            message for message in self.state.messages.of_chat(chat_id) if before is None or message.message_id < before
        ]
        return [self.state.messages.bubble(message, viewer_id) for message in messages[-limit:]]

    # -- writing ------------------------------------------------------------------------------------------------------

    def start(self, user_id: int, payload: str = "") -> dict[str, Any]:
        """The Start button, or a deep link with its payload; who had blocked the bot unblocks it by that."""
        if self.user(user_id).blocked:
            self.unblock(user_id)
        return self.send_text(user_id, f"/start {payload}".strip())

    def send_text(
        self,
        user_id: int,
        text: str,
        *,
        chat_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> dict[str, Any]:
        """Type something; commands, links and mentions in it are recognised."""
        formatted = readers_text(text)
        if not formatted.text:
            raise SandboxError("An empty message cannot be sent")
        if utf16_length(formatted.text) > 4096:
            raise SandboxError("A message has at most 4096 characters")
        return self._say(user_id, Content(formatted), chat_id, reply_to=reply_to, thread_id=thread_id)

    def send_sticker(self, user_id: int, emoji: str = "👍", *, chat_id: int | None = None) -> dict[str, Any]:
        sticker = {
            "file_id": "CAACAgIAAxkBAAIsandbox",
            "file_unique_id": "AgADsandbox",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
            "file_size": 20480,
        }
        return self._say(user_id, Content(kind="sticker", media={"sticker": sticker}), chat_id)

    def send_photo(self, user_id: int, data: bytes, *, caption: str = "", chat_id: int | None = None) -> dict[str, Any]:
        try:
            picture = self.state.pictures.add(data)
        except ApiError as error:
            raise SandboxError(f"That picture cannot be sent: {error.description}") from None
        text = readers_text(caption) if caption else FormattedText()
        return self._say(user_id, Content(text, "photo", {"photo": [picture.json()]}), chat_id)

    def send_location(
        self, user_id: int, latitude: float, longitude: float, *, chat_id: int | None = None
    ) -> dict[str, Any]:
        media = {"location": {"latitude": latitude, "longitude": longitude}}
        return self._say(user_id, Content(kind="location", media=media), chat_id)

    def send_contact(
        self, user_id: int, phone_number: str, first_name: str, *, chat_id: int | None = None
    ) -> dict[str, Any]:
        contact = {"phone_number": phone_number, "first_name": first_name, "user_id": user_id}
        return self._say(user_id, Content(kind="contact", media={"contact": contact}), chat_id)

    def edit_text(self, user_id: int, message_id: int, text: str, *, chat_id: int | None = None) -> dict[str, Any]:
        """Change one's own message."""
        message = self._message(user_id, message_id, chat_id)
        if message.sender_id != user_id:
            raise SandboxError("People can edit their own messages only")
        self.state.edit(message, Content(readers_text(text)), message.markup)
        payload = self.state.messages.json(message)
        if self._bot_sees(message):
            self.state.push("edited_message", payload, message.chat_id)
        return self.state.messages.bubble(message, user_id)

    def delete_for_me(self, user_id: int, message_id: int, *, chat_id: int | None = None) -> None:
        """Remove a message from the chat; bots are not told."""
        self.state.delete(self._message(user_id, message_id, chat_id))

    def _message(self, user_id: int, message_id: int, chat_id: int | None) -> StoredMessage:
        message = self.state.messages.get(chat_id if chat_id is not None else user_id, message_id)
        if message is None:
            raise SandboxError(f"There is no message {message_id} in that chat")
        return message

    def _say(
        self,
        user_id: int,
        content: Content,
        chat_id: int | None,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> dict[str, Any]:
        user = self.state.people.actor(self.user(user_id).id)
        if user is None or user.deactivated:
            raise SandboxError(f"User {user_id} has deleted their account")
        place = user_id if chat_id is None else chat_id
        if place == user_id:
            if user.blocked:
                raise SandboxError(f"User {user_id} has blocked the bot; unblock it or press Start first")
            if not user.started:
                user.started = True
                self.state.people.save(user)
        else:
            chat = self._chat(place)
            if user_id not in chat.members:
                raise SandboxError(f"User {user_id} is not a member of {chat.title}")
        message = self.state.post(place, user_id, content, reply_to=reply_to, thread_id=thread_id)
        if self._bot_sees(message):
            channel = place < 0 and self._chat(place).type == "channel"
            self.state.push("channel_post" if channel else "message", self.state.messages.json(message), place)
        return self.state.messages.bubble(message, user_id)

    def _bot_sees(self, message: StoredMessage) -> bool:
        """Privacy mode: in groups a bot that is no administrator sees commands, mentions and replies to it."""
        chat = self.state.people.chats.get(message.chat_id)
        if chat is None:
            return True
        if chat.bot_status == "administrator":
            return True
        if chat.bot_status != "member" or chat.type == "channel":
            return False
        text = message.content.text.text
        if text.startswith("/") or f"@{self.state.account.username}".lower() in text.lower():
            return True
        target = self.state.messages.get(chat.id, message.reply_to) if message.reply_to is not None else None
        return target is not None and target.sender_id == BOT

    # -- buttons ------------------------------------------------------------------------------------------------------

    def press(
        self,
        user_id: int,
        message_id: int,
        *,
        chat_id: int | None = None,
        data: str | None = None,
        row: int | None = None,
        column: int | None = None,
    ) -> str:
        """Press a callback button, named by its data or its place; returns the callback query's id."""
        message = self._message(user_id, message_id, chat_id)
        rows = (message.markup.inline or {}).get("inline_keyboard", [])
        if data is None:
            try:
                button = rows[row or 0][column or 0]
            except IndexError:
                raise SandboxError(f"Message {message_id} has no button at row {row}, column {column}") from None
        else:
            found = [button for line in rows for button in line if button.get("callback_data") == data]
            if not found:
                raise SandboxError(f"Message {message_id} has no button with the data {data!r}")
            button = found[0]
        if "callback_data" not in button:
            raise SandboxError(f"The button {button['text']!r} does something in the app; the bot is not told")
        query = self.state.new_callback(user_id, message.chat_id, message_id, button["callback_data"])
        payload = {
            "id": query.id,
            "from": self.user(user_id).json(),
            "message": self.state.messages.json(message),
            "chat_instance": self.state.chat_instance(message.chat_id),
            "data": query.data,
        }
        self.state.push("callback_query", payload, user_id + CALLBACK_LANE)
        return query.id

    async def callback_answer(self, callback_query_id: str, timeout: float = 10) -> dict[str, Any] | None:
        """What the bot answered: {"text", "show_alert", "url"}; None if it did not within `timeout` seconds."""
        with self.state.changes.subscribe() as changes:
            query = self.state.callbacks.get(callback_query_id)
            if query is None:
                raise SandboxError(f"There is no callback query {callback_query_id}")
            try:
                async with asyncio.timeout(timeout):
                    while query.answer is None:
                        await changes.next()
            except TimeoutError:
                return None
            return query.answer

    # -- standing -----------------------------------------------------------------------------------------------------

    def block(self, user_id: int) -> None:
        """Stop and block the bot."""
        self._set_blocked(user_id, blocked=True)

    def unblock(self, user_id: int) -> None:
        self._set_blocked(user_id, blocked=False)

    def _set_blocked(self, user_id: int, *, blocked: bool) -> None:
        self.user(user_id)
        user = self.state.people.actor(user_id)
        if user is None or user.blocked == blocked:
            return
        user.blocked = blocked
        self.state.people.save(user)
        self._tell_standing(
            user.id, user.json(), old="member" if blocked else "kicked", new="kicked" if blocked else "member"
        )

    def delete_account(self, user_id: int) -> None:
        """Delete the person's account; bots are told nothing."""
        self.user(user_id)
        user = self.state.people.actor(user_id)
        if user is not None:
            user.deactivated = True
            self.state.people.save(user)
            self.state.tell_chat(user_id)

    def _tell_standing(self, chat_id: int, actor: dict[str, Any], *, old: str, new: str) -> None:
        state = self.state
        chat = state.people.chat_json(chat_id)
        update = bot_member_update(chat, actor, state.bot.user_json(), state.now(), old=old, new=new)
        state.push("my_chat_member", update, chat_id)
        state.tell_chat(chat_id)

    # -- groups -------------------------------------------------------------------------------------------------------

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
