"""From a raw update of Telegram's to what a reader did. Pure, and it takes any JSON without failing.

In a private chat everything that a person writes counts. In a group only what is meant for the bot: a command (not one
for another bot), a mention, an answer to one of its messages; in a channel only commands. What nobody said to the bot
(edits, service messages, a channel's other posts) is None. Who writes in the name of a chat (an anonymous
administrator, a channel) has that chat's id for `sender_id`: Telegram's stand-in for the person is nobody. The
library's objects aren't built here: a webhook handles twice as many without them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from newsbot.channels.telegram.markup import clean
from newsbot.channels.telegram.written import largest_picture, spans_of
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, MessageRef
from newsbot.domain.subscriber import Address

CHANNEL: Final = "telegram"
ALLOWED_UPDATES: Final = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
)  #: all that `receive` understands

Json = dict[str, Any]

#: What a message can hold instead of text, the telling one first: a venue has a location, an animation a document.
MEDIA: Final = (
    "animation", "sticker", "photo", "live_photo", "video", "video_note", "voice", "audio", "document", "paid_media",
    "story", "contact", "dice", "game", "poll", "venue", "location", "checklist", "invoice", "giveaway",
    "rich_message",
)  # fmt: skip

_CHAT_KINDS: Final = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.BROADCAST,
}
_COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?=\s|$)")
_START_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEMBER: Final = frozenset({"creator", "administrator", "member"})


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who the token belongs to."""

    id: int
    username: str
    name: str = ""


def receive(update: object, bot: BotIdentity, now: datetime) -> IncomingMessage | None:
    """What a reader did, or None where there is nothing to answer. `now`: aware UTC, where the update says no time."""
    if not isinstance(update, dict):
        return None
    update_id = update.get("update_id")
    if not _is_id(update_id):
        return None
    event_id = str(update_id)
    for name in ("message", "channel_post"):
        if isinstance(message := update.get(name), dict):
            return _message(message, event_id, bot, now)
    if isinstance(query := update.get("callback_query"), dict):
        return _callback(query, event_id, now)
    if isinstance(change := update.get("my_chat_member"), dict):
        return _membership(change, event_id, now)
    return None


def _message(message: Json, event_id: str, bot: BotIdentity, now: datetime) -> IncomingMessage | None:
    chat = _object(message, "chat")
    address = _address(chat.get("id"))
    if address is None:
        return None
    when = _time(message.get("date"), now)
    if _is_id(new_id := message.get("migrate_to_chat_id")):
        return _moved(event_id, address, str(new_id), when)
    if (old := _address(message.get("migrate_from_chat_id"))) is not None:
        return _moved(event_id, old, address.user_id, when)
    sender = _object(message, "from")
    chat_kind = _CHAT_KINDS.get(_text(chat, "type"))
    if chat_kind is None or (sender.get("is_bot") is True and "sender_chat" not in message):
        return None
    if message.get("is_automatic_forward") is True:
        return None  # a channel's post as its discussion group shows it: said to the channel, if to anybody
    media = next((name for name in MEDIA if message.get(name)), "")
    where = "text" if _text(message, "text") else "caption"
    text = _text(message, where).strip()
    if not text and not media:
        return None  # a service message, or something newer than this program
    kind, action = (Kind.TEXT, "") if text else (Kind.MEDIA, "")
    if command := _COMMAND.match(text):
        name, meant_for = command.groups()
        if meant_for and meant_for.casefold() != bot.username.casefold():
            return None
        text = f"/{name}{text[command.end() :]}"
        if name.casefold() == "start":
            payload = text[len("/start") :].strip()
            kind, action = Kind.START, payload if _START_PAYLOAD.fullmatch(payload) else ""
    elif chat_kind is ChatKind.BROADCAST:
        return None
    elif chat_kind is ChatKind.GROUP:
        spoken_to = _spoken_to(message, text, bot)
        if spoken_to is None:
            return None
        text = spoken_to
    return _by(
        _object(message, "sender_chat") or sender,
        IncomingMessage(
            event_id=event_id,
            address=address,
            kind=kind,
            text=text,
            action=action,
            media=media,
            chat_kind=chat_kind,
            message=_reference(address, message),
            thread_id=_thread(message),
            received_at=when,
            # Who writes for all to read, an editor, does it in private.
            spans=spans_of(message, where) if chat_kind is ChatKind.PRIVATE and not command else (),
            picture=largest_picture(message.get("photo")),
            album=_text(message, "media_group_id"),
            **(_about(message, where) if chat_kind is ChatKind.PRIVATE else {}),
        ),
    )


def _about(message: Json, where: str) -> Json:
    """`about` and `about_name`: who wrote what is forwarded (unless they hide that), whose contact it is, or who is
    mentioned without having a username.
    """
    entities = message.get("entities" if where == "text" else "caption_entities")
    mentioned = [
        _object(entity, "user")
        for entity in (entities if isinstance(entities, list) else ())
        if isinstance(entity, dict) and entity.get("type") == "text_mention"
    ]
    contact = _object(message, "contact")
    for person in (_object(_object(message, "forward_origin"), "sender_user"), contact, *mentioned):
        number = person.get("user_id") if person is contact else person.get("id")
        if _is_id(number) and person.get("is_bot") is not True:
            names = (_text(person, "first_name"), _text(person, "last_name"))
            return {"about": Address(CHANNEL, str(number)), "about_name": " ".join(filter(None, names))}
    return {}


def _callback(query: Json, event_id: str, now: datetime) -> IncomingMessage | None:
    """A pressed button. Its message may be too old for Telegram to say more of it than its chat and number.

    Under a post in a channel, or a message sent inline, it is answered to the person and not to everybody.
    """
    sender = _object(query, "from")
    message = _object(query, "message")
    chat = _object(message, "chat")
    address, chat_kind = _address(chat.get("id")), _CHAT_KINDS.get(_text(chat, "type"), ChatKind.PRIVATE)
    if address is None or chat_kind is ChatKind.BROADCAST:
        address, chat_kind, message = _address(sender.get("id")), ChatKind.PRIVATE, {}
    data = _text(query, "data")
    if address is None or not data:
        return None
    return _by(
        sender,
        IncomingMessage(
            event_id=event_id,
            address=address,
            kind=Kind.BUTTON,
            action=data,
            chat_kind=chat_kind,
            message=_reference(address, message),
            callback_id=_text(query, "id"),
            thread_id=_thread(message),
            received_at=now,
        ),
    )


def _membership(change: Json, event_id: str, now: datetime) -> IncomingMessage | None:
    """The bot was blocked, unblocked, removed from a group or added to one. Other changes of rights are None."""
    chat = _object(change, "chat")
    address = _address(chat.get("id"))
    chat_kind = _CHAT_KINDS.get(_text(chat, "type"))
    before, after = _belongs(_object(change, "old_chat_member")), _belongs(_object(change, "new_chat_member"))
    if address is None or chat_kind is None or before == after:
        return None
    return _by(
        _object(change, "from"),
        IncomingMessage(
            event_id=event_id,
            address=address,
            kind=Kind.UNBLOCKED if after else Kind.BLOCKED,
            chat_kind=chat_kind,
            received_at=_time(change.get("date"), now),
        ),
    )


def _belongs(member: Json) -> bool:
    status = _text(member, "status")
    return status in _MEMBER or (status == "restricted" and member.get("is_member") is True)


def _moved(event_id: str, old: Address, new_id: str, when: datetime) -> IncomingMessage:
    return IncomingMessage(
        event_id=event_id, address=old, kind=Kind.MOVED, action=new_id, chat_kind=ChatKind.GROUP, received_at=when
    )


def _spoken_to(message: Json, text: str, bot: BotIdentity) -> str | None:
    """In a group: the text without our name if the bot was spoken to, else None."""
    mention = re.compile(rf"@{re.escape(bot.username)}\b", re.IGNORECASE)
    if bot.username and mention.search(text):
        return " ".join(mention.sub(" ", text).split())
    answered = _object(_object(message, "reply_to_message"), "from")
    return text if answered.get("id") == bot.id else None


def _by(sender: Json, incoming: IncomingMessage) -> IncomingMessage:
    sender_id = sender.get("id")
    names = (_text(sender, "first_name"), _text(sender, "last_name"), _text(sender, "title"))
    return replace(
        incoming,
        sender_id=str(sender_id) if _is_id(sender_id) else "",
        sender_name=" ".join(filter(None, names)),
        language_hint=_text(sender, "language_code"),
    )


def _reference(address: Address, message: Json) -> MessageRef | None:
    message_id = message.get("message_id")
    return MessageRef(address.user_id, str(message_id)) if _is_id(message_id) else None


def _thread(message: Json) -> str:
    """The forum topic. Elsewhere Telegram numbers threads of answers alike, which can't be written to."""
    thread_id = message.get("message_thread_id")
    return str(thread_id) if message.get("is_topic_message") is True and _is_id(thread_id) else ""


def _address(chat_id: object) -> Address | None:
    return Address(CHANNEL, str(chat_id)) if _is_id(chat_id) else None


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _object(parent: Json, name: str) -> Json:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _text(parent: Json, name: str) -> str:
    value = parent.get(name)
    return clean(value) if isinstance(value, str) else ""


def _time(value: object, now: datetime) -> datetime:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**40:
        return datetime.fromtimestamp(value, UTC) if value < 253_402_300_800 else now
    return now
