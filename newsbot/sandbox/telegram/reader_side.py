"""What people do in their Telegram apps: write, press, block. Each act queues the updates that a bot would get."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from newsbot.sandbox.telegram.entities import utf16_length
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.formatting import FormattedText, readers_text
from newsbot.sandbox.telegram.group_side import GroupSide, SandboxError
from newsbot.sandbox.telegram.model import BOT, Content, StoredMessage, User, VirtualUsers

__all__ = ["ReaderSide", "SandboxError"]

#: Callback queries reach a webhook in their own order, beside the messages of the same person.
CALLBACK_LANE: Final = 3 << 33


class ReaderSide(GroupSide):
    """The other end of every chat. Plain methods; see the package's docstring for the shapes."""

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
