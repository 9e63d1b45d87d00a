"""What people write in their Telegram apps: texts, pictures, albums, what they pass on; and what a bot hears of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from newsbot.sandbox.telegram.entities import utf16_length
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.formatting import MAX_CAPTION, MAX_TEXT, FormattedText, readers_text
from newsbot.sandbox.telegram.group_side import GroupSide, SandboxError
from newsbot.sandbox.telegram.members import status_of
from newsbot.sandbox.telegram.model import BOT, Chat, Content, StoredMessage

__all__ = ["WritingSide"]

MOST_IN_ALBUM: Final = 10
FIRST_FOREIGN_CHANNEL: Final = -1_009_000_000_001  #: channels that messages are passed on from; the bot isn't in them

Entities = Sequence[Mapping[str, Any]]  #: of the Bot API: bold, italic, text_link… as one's app sets them


class WritingSide(GroupSide):
    """The part of `ReaderSide` that writes; see the package's docstring for the shapes."""

    def send_text(
        self,
        user_id: int,
        text: str,
        *,
        entities: Entities = (),
        chat_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        anonymous: bool = False,
    ) -> dict[str, Any]:
        """Type something; commands, links and mentions in it are recognised. `anonymous`: in the group's name."""
        formatted = _typed(text, entities, MAX_TEXT)
        if not formatted.text:
            raise SandboxError("An empty message cannot be sent")
        content = Content(formatted)
        return self._say(user_id, content, chat_id, reply_to=reply_to, thread_id=thread_id, anonymous=anonymous)

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

    def send_photo(
        self, user_id: int, data: bytes, *, caption: str = "", entities: Entities = (), chat_id: int | None = None
    ) -> dict[str, Any]:
        return self._say(user_id, self._photo(data, _typed(caption, entities, MAX_CAPTION)), chat_id)

    def send_album(
        self,
        user_id: int,
        pictures: Sequence[bytes],
        *,
        caption: str = "",
        entities: Entities = (),
        chat_id: int | None = None,
    ) -> list[dict[str, Any]]:
        """Several pictures at once: a message each, of one `media_group_id`, the caption under the first."""
        if not 2 <= len(pictures) <= MOST_IN_ALBUM:
            raise SandboxError(f"An album has 2 to {MOST_IN_ALBUM} pictures")
        contents = [self._photo(data, FormattedText()) for data in pictures[1:]]
        contents.insert(0, self._photo(pictures[0], _typed(caption, entities, MAX_CAPTION)))
        album = str(secrets.randbits(53))
        return [self._say(user_id, content, chat_id, album=album) for content in contents]

    def forward(
        self,
        user_id: int,
        text: str,
        *,
        entities: Entities = (),
        photo: bytes | None = None,
        channel: str = "",
        person: str = "",
        chat_id: int | None = None,
    ) -> dict[str, Any]:
        """Pass on what a channel (its title) or a person (their name, who hides their account) wrote elsewhere."""
        origin: dict[str, Any] = {"type": "hidden_user", "date": self.state.now(), "sender_user_name": person}
        if channel:
            source = {"id": FIRST_FOREIGN_CHANNEL, "title": channel, "type": "channel"}
            origin = {"type": "channel", "date": self.state.now(), "chat": source, "message_id": 1}
        elif not person:
            raise SandboxError("Say from which channel or person it is passed on")
        formatted = _typed(text, entities, MAX_CAPTION if photo else MAX_TEXT)
        content = self._photo(photo, formatted) if photo else Content(formatted)
        if not formatted.text and photo is None:
            raise SandboxError("An empty message cannot be sent")
        return self._say(user_id, content, chat_id, origin=origin)

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

    def edit_text(
        self, user_id: int, message_id: int, text: str, *, entities: Entities = (), chat_id: int | None = None
    ) -> dict[str, Any]:
        """Change one's own message."""
        message = self._message(user_id, message_id, chat_id)
        if message.sender_id != user_id:
            raise SandboxError("People can edit their own messages only")
        self.state.edit(message, Content(_typed(text, entities, MAX_TEXT)), message.markup)
        self._tell_bot("edited_", message)
        return self.state.messages.bubble(message, user_id)

    def delete_for_me(self, user_id: int, message_id: int, *, chat_id: int | None = None) -> None:
        """Remove a message from the chat; bots are not told."""
        self.state.delete(self._message(user_id, message_id, chat_id))

    def _message(self, user_id: int, message_id: int, chat_id: int | None) -> StoredMessage:
        message = self.state.messages.get(chat_id if chat_id is not None else user_id, message_id)
        if message is None:
            raise SandboxError(f"There is no message {message_id} in that chat")
        return message

    def _photo(self, data: bytes, caption: FormattedText) -> Content:
        try:
            picture = self.state.pictures.add(data)
        except ApiError as error:
            raise SandboxError(f"That picture cannot be sent: {error.description}") from None
        return Content(caption, "photo", {"photo": [picture.json()]})

    def _say(
        self,
        user_id: int,
        content: Content,
        chat_id: int | None,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
        anonymous: bool = False,
        album: str | None = None,
        origin: dict[str, Any] | None = None,
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
            self._check_standing(user_id, self._chat(place), anonymous=anonymous)
        message = self.state.post(
            place,
            user_id,
            content,
            reply_to=reply_to,
            thread_id=thread_id,
            forward_origin=origin,
            media_group_id=album,
            anonymous=anonymous,
        )
        self._tell_bot("", message)
        return self.state.messages.bubble(message, user_id)

    def _check_standing(self, user_id: int, chat: Chat, *, anonymous: bool) -> None:
        if user_id not in chat.members:
            raise SandboxError(f"User {user_id} is not a member of {chat.title}")
        administers = status_of(chat, user_id, self.state.account.id) != "member"
        if (chat.type == "channel" or anonymous) and not administers:
            raise SandboxError(f"User {user_id} is no administrator of {chat.title}")

    def _tell_bot(self, prefix: str, message: StoredMessage) -> None:
        if self._bot_sees(message):
            chat = self.state.people.chats.get(message.chat_id)
            kind = "channel_post" if chat is not None and chat.type == "channel" else "message"
            self.state.push(prefix + kind, self.state.messages.json(message), message.chat_id)

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


def _typed(text: str, entities: Entities, limit: int) -> FormattedText:
    """What a person typed and formatted. Raises SandboxError when it is longer than their app allows."""
    try:
        formatted = readers_text(text, json.dumps(list(entities)) if entities else "")
    except ApiError as error:
        raise SandboxError(f"That formatting is none: {error.description}") from None
    if utf16_length(formatted.text) > limit:
        what = "caption" if limit == MAX_CAPTION else "message"
        raise SandboxError(f"A {what} has at most {limit} characters")
    return formatted
