"""Changing and removing what was sent, and answering pressed buttons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from newsbot.sandbox.telegram.api import Api, Method, find_chat, find_message
from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.formatting import read_caption
from newsbot.sandbox.telegram.keyboards import Markup, read_markup
from newsbot.sandbox.telegram.model import BOT, DELETABLE, Chat, Content, StoredMessage
from newsbot.sandbox.telegram.sending import caption_of, photo_of, text_of

__all__ = ["EDITING"]

CALLBACK_LIFETIME: Final = timedelta(seconds=60)  #: the server says "at once"; a query is dead after about a minute
MAX_CALLBACK_TEXT: Final = 200
MAX_DELETE: Final = 100
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def edit_message_text(api: Api, arguments: Arguments) -> Any:
    content = text_of(arguments)
    markup = read_markup(arguments.text("reply_markup"))
    message = _editable(api, arguments)
    if message.content.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _apply(api, message, content, markup)


async def edit_message_caption(api: Api, arguments: Arguments) -> Any:
    caption = caption_of(arguments)
    markup = read_markup(arguments.text("reply_markup"))
    message = _editable(api, arguments)
    if message.content.kind == "text":
        raise bad_request("there is no caption in the message to edit")
    above = arguments.boolean("show_caption_above_media")
    return _apply(api, message, replace(message.content, text=caption, above=above), markup)


async def edit_message_reply_markup(api: Api, arguments: Arguments) -> Any:
    markup = read_markup(arguments.text("reply_markup"))
    message = _editable(api, arguments)
    return _apply(api, message, message.content, markup)


async def edit_message_media(api: Api, arguments: Arguments) -> Any:
    media = arguments.json("media", "can't parse input media JSON object")
    if not isinstance(media, dict):
        raise bad_request("expected an Object as InputMedia")
    if media.get("type") != "photo":
        raise bad_request("the sandbox edits a message's media to a photo only")
    if not isinstance(media.get("media"), str) or not media["media"]:
        raise bad_request("can't parse InputMedia: media not found")
    entities = media.get("caption_entities")
    caption = read_caption(
        str(media.get("caption") or ""), str(media.get("parse_mode") or ""), json.dumps(entities) if entities else ""
    )
    markup = read_markup(arguments.text("reply_markup"))
    message = _editable(api, arguments)
    picture = await photo_of(api, arguments, media["media"])
    content = Content(
        caption,
        "photo",
        {"photo": [picture.json()]},
        above=bool(media.get("show_caption_above_media")),
        spoiler=bool(media.get("has_spoiler")),
    )
    return _apply(api, message, content, markup)


async def delete_message(api: Api, arguments: Arguments) -> bool:
    message = find_message(api, arguments, "delete")
    _check_deletable(api, message)
    api.state.delete(message)
    return True


async def delete_messages(api: Api, arguments: Arguments) -> bool:
    ids = arguments.json("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(ids, list) or not all(isinstance(item, int) for item in ids):
        raise bad_request("expected an Array of message identifiers")
    chat = find_chat(api, arguments)
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > MAX_DELETE:
        raise bad_request("too many message identifiers specified")
    found = [message for item in ids if (message := api.state.messages.get(chat.id, item)) is not None]
    for message in found:
        _check_deletable(api, message)
    for message in found:
        api.state.delete(message)
    return True


async def answer_callback_query(api: Api, arguments: Arguments) -> bool:
    state = api.state
    text = arguments.text("text")
    if len(text) > MAX_CALLBACK_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = state.callbacks.get(arguments.text("callback_query_id"))
    if query is None or query.answer is not None or state.clock() - query.at > CALLBACK_LIFETIME:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    url = arguments.text("url") or None
    query.answer = {"text": text or None, "show_alert": arguments.boolean("show_alert"), "url": url}
    state.tell(
        "callback_answer",
        query.chat_id,
        {"callback_query_id": query.id, "user_id": query.user_id, **query.answer},
    )
    return True


def _editable(api: Api, arguments: Arguments) -> StoredMessage:
    if arguments.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    message = find_message(api, arguments, "edit")
    if message.sender_id != BOT or message.forward_origin is not None or message.content.kind == "service":
        raise bad_request("message can't be edited")
    return message


def _apply(api: Api, message: StoredMessage, content: Content, markup: Markup) -> dict[str, Any]:
    if markup.reply is not None:
        raise bad_request("inline keyboard expected")
    content.text.check()
    markup.check()
    # The keyboard under the text box is not part of a message and outlives an edit of it.
    markup = replace(markup, reply=message.markup.reply)
    if content == message.content and markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    api.state.edit(message, content, markup)
    return api.state.messages.json(message)


def _check_deletable(api: Api, message: StoredMessage) -> None:
    chat = api.state.people.chats.get(message.chat_id)
    foreign = message.sender_id != BOT and isinstance(chat, Chat) and chat.bot_status != "administrator"
    if foreign:
        raise bad_request("message can't be deleted")
    if api.state.now() - message.date > DELETABLE.total_seconds():
        raise bad_request("message can't be deleted for everyone")


EDITING: Final[dict[str, Method]] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "editMessageMedia": edit_message_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
}
