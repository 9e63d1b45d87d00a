"""What people do in their Telegram apps: join, press, block. Each act queues the updates that a bot would get."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from newsbot.sandbox.telegram.group_side import SandboxError
from newsbot.sandbox.telegram.model import User, VirtualUsers
from newsbot.sandbox.telegram.writing_side import WritingSide

__all__ = ["ReaderSide", "SandboxError"]

#: Callback queries reach a webhook in their own order, beside the messages of the same person.
CALLBACK_LANE: Final = 3 << 33


class ReaderSide(WritingSide):
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
        slow: float = 0.0,
        slow_seconds: float = 0.0,
    ) -> VirtualUsers:
        """A range of ids that are all people who have started the bot, but for the given fractions. Costs nothing."""
        if first_id <= 0 or count <= 0 or blocked + deactivated + never_started > 1 or not language_codes:
            raise SandboxError(
                "A range needs a positive first id and count, a language, and fractions of at most 1 in all"
            )
        group = VirtualUsers(
            first_id, count, blocked, deactivated, never_started, language_codes, seed, slow, slow_seconds
        )
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

    # -- buttons ------------------------------------------------------------------------------------------------------

    def start(self, user_id: int, payload: str = "") -> dict[str, Any]:
        """The Start button, or a deep link with its payload; who had blocked the bot unblocks it by that."""
        if self.user(user_id).blocked:
            self.unblock(user_id)
        return self.send_text(user_id, f"/start {payload}".strip())

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
