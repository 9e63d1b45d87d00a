"""sendMessage, sendPhoto, copyMessage, forwardMessage and their kin.

Checks come in the order in which the real servers make them: the text itself, the keyboard, the chat, the reply's
target; then the message server's own: lengths, buttons, flood, blocks.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from newsbot.sandbox.telegram.api import Api, Method, find_chat
from newsbot.sandbox.telegram.arguments import Arguments
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.formatting import FormattedText, read_caption, read_text
from newsbot.sandbox.telegram.keyboards import Markup, read_markup
from newsbot.sandbox.telegram.links import BadLink, check_link
from newsbot.sandbox.telegram.model import BOT, Chat, Content, StoredMessage, User
from newsbot.sandbox.telegram.people import refusal_to_write
from newsbot.sandbox.telegram.pictures import WRONG_FILE, Picture, fetch_picture

__all__ = ["SENDING", "caption_of", "photo_of", "preview_of", "text_of"]

ACTIONS: Final = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_PREVIEW_KEYS: Final = {
    "is_disabled": bool,
    "url": str,
    "prefer_small_media": bool,
    "prefer_large_media": bool,
    "show_above_text": bool,
}


async def send_message(api: Api, arguments: Arguments) -> Any:
    content = text_of(arguments)
    return _send(api, arguments, "sendMessage", content)


async def send_photo(api: Api, arguments: Arguments) -> Any:
    caption = caption_of(arguments)
    reference = _photo_reference(api, arguments)
    markup = read_markup(arguments.text("reply_markup"))
    chat = find_chat(api, arguments)
    del markup, chat  # refused before anything is fetched
    picture = reference if isinstance(reference, Picture) else await _fetch(api, reference)
    content = Content(
        caption,
        "photo",
        {"photo": [picture.json()]},
        above=arguments.boolean("show_caption_above_media"),
        spoiler=arguments.boolean("has_spoiler"),
    )
    return _send(api, arguments, "sendPhoto", content)


async def send_document(api: Api, arguments: Arguments) -> Any:
    """Uploads and file_ids; the sandbox fetches no documents from the web."""
    caption = caption_of(arguments)
    given = arguments.text("document").strip()
    upload = arguments.files.get(given.removeprefix("attach://") if given.startswith("attach://") else "document")
    if upload is None and not given:
        raise bad_request("there is no document in the request")
    document = api.state.documents.add(upload) if upload is not None else api.state.documents.get(given)
    if document is None:
        raise bad_request(WRONG_FILE)
    return _send(api, arguments, "sendDocument", Content(caption, "document", {"document": document.json()}))


async def copy_message(api: Api, arguments: Arguments) -> Any:
    original = _original(api, arguments, "copy")
    if original.content.kind == "service":
        raise bad_request("message can't be copied")
    content = original.content
    if "caption" in arguments and content.kind != "text":
        content = replace(content, text=caption_of(arguments))
    markup = None if "reply_markup" in arguments else original.markup
    sent = _send(api, arguments, "copyMessage", content, markup=markup)
    return {"message_id": sent["message_id"]}


async def forward_message(api: Api, arguments: Arguments) -> Any:
    original = _original(api, arguments, "forward")
    if original.content.kind == "service":
        raise bad_request("message can't be forwarded")
    if original.protected:
        raise bad_request("message has protected content and can't be forwarded")
    people = api.state.people
    origin: dict[str, Any]
    source = people.chats.get(original.chat_id)
    if source is not None and source.type == "channel":
        origin = {"type": "channel", "date": original.date, "chat": source.json(), "message_id": original.message_id}
    else:
        sender = api.state.bot.user_json() if original.sender_id == BOT else people.user_json(original.sender_id)
        origin = {"type": "user", "date": original.date, "sender_user": sender}
    return _send(api, arguments, "forwardMessage", original.content, markup=Markup(), origin=origin)


async def send_chat_action(api: Api, arguments: Arguments) -> bool:
    action = arguments.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = find_chat(api, arguments)
    if (refusal := refusal_to_write(chat)) is not None:
        raise refusal
    api.state.tell("action", chat.id, {"action": action})
    return True


def text_of(arguments: Arguments) -> Content:
    """The content of a text message. Raises ApiError for what is refused before the chat is looked at."""
    text = read_text(arguments.text("text"), arguments.text("parse_mode"), arguments.text("entities"))
    return Content(text, link_preview=preview_of(arguments))


def caption_of(arguments: Arguments) -> FormattedText:
    return read_caption(arguments.text("caption"), arguments.text("parse_mode"), arguments.text("caption_entities"))


def preview_of(arguments: Arguments) -> str:
    """link_preview_options as the server keeps them: JSON of the known fields, or '' for none."""
    options = arguments.json("link_preview_options", "can't parse link preview options JSON object")
    if options is None:
        return '{"is_disabled": true}' if arguments.boolean("disable_web_page_preview") else ""
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    kept: dict[str, Any] = {}
    for key, kind in _PREVIEW_KEYS.items():
        value = options.get(key)
        if value is None or value is False:
            continue
        if not isinstance(value, kind):
            raise bad_request(f'can\'t parse link preview options: Field "{key}" must be of type {_type_name(kind)}')
        kept[key] = value
    if "url" in kept:
        try:
            kept["url"] = check_link(kept["url"])
        except BadLink:
            del kept["url"]
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _type_name(kind: type) -> str:
    return "Boolean" if kind is bool else "String"


def _photo_reference(api: Api, arguments: Arguments) -> Picture | str:
    """The picture itself (uploaded, or known by its file_id), or the URL it must be fetched from."""
    given = arguments.text("photo").strip()
    if given.startswith("attach://"):
        name = given.removeprefix("attach://")
    else:
        name = "photo"
    if name in arguments.files:
        return api.state.pictures.add(arguments.files[name].data)
    if not given:
        raise bad_request("there is no photo in the request")
    return _known_or_url(api, given)


def _known_or_url(api: Api, given: str) -> Picture | str:
    known = api.state.pictures.get(given)
    if known is not None:
        return known
    if "." not in given and "://" not in given:
        raise bad_request(WRONG_FILE)
    return given


async def _fetch(api: Api, url: str) -> Picture:
    return api.state.pictures.add(await fetch_picture(api.session, url))


async def photo_of(api: Api, arguments: Arguments, given: str) -> Picture:
    """The picture named by `media` of an InputMedia: attach://name, a file_id or a URL. Raises ApiError."""
    if given.startswith("attach://"):
        upload = arguments.files.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad_request("can't parse InputMedia: media not found")
        return api.state.pictures.add(upload.data)
    reference = _known_or_url(api, given)
    return reference if isinstance(reference, Picture) else await _fetch(api, reference)


def _original(api: Api, arguments: Arguments, verb: str) -> StoredMessage:
    source = find_chat(api, arguments, "from_chat_id")
    message = api.state.messages.get(source.id, arguments.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message


def _send(
    api: Api,
    arguments: Arguments,
    method: str,
    content: Content,
    *,
    markup: Markup | None = None,
    origin: dict[str, Any] | None = None,
) -> dict[str, Any]:
    state = api.state
    markup = markup if markup is not None else read_markup(arguments.text("reply_markup"))
    chat = find_chat(api, arguments)
    reply_to = _reply_target(api, arguments, chat)
    thread_id = _thread(arguments, chat)
    content.text.check()
    markup.check()
    state.meter.admit(chat.id, paid=arguments.boolean("allow_paid_broadcast"))
    what = "photos" if content.kind == "photo" else "documents" if content.kind == "document" else "text messages"
    if (refusal := refusal_to_write(chat, what)) is not None:
        raise refusal
    message = state.post(
        chat.id,
        BOT,
        content,
        markup=markup,
        reply_to=reply_to,
        thread_id=thread_id,
        silent=arguments.boolean("disable_notification"),
        protected=arguments.boolean("protect_content"),
        forward_origin=origin,
    )
    state.record_send(method, message)
    return state.messages.json(message)


def _reply_target(api: Api, arguments: Arguments, chat: User | Chat) -> int | None:
    """The message that is replied to; None if there is none, or it is gone and need not be there."""
    parameters: Any = arguments.json("reply_parameters", "can't parse reply parameters JSON object")
    target: Any
    if parameters is None:
        target = arguments.integer("reply_to_message_id")
        optional = arguments.boolean("allow_sending_without_reply")
    elif isinstance(parameters, dict):
        target = parameters.get("message_id") or 0
        optional = bool(parameters.get("allow_sending_without_reply"))
    else:
        raise bad_request("object expected as reply parameters")
    if not isinstance(target, int) or target <= 0:
        return None
    if api.state.messages.get(chat.id, target) is not None:
        return target
    if optional:
        return None
    raise bad_request("message to be replied not found")


def _thread(arguments: Arguments, chat: User | Chat) -> int | None:
    thread_id = arguments.integer("message_thread_id")
    if thread_id <= 0:
        return None
    if not isinstance(chat, Chat) or not chat.forum or thread_id not in chat.threads:
        raise bad_request("message thread not found")
    return thread_id


SENDING: Final[dict[str, Method]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "sendChatAction": send_chat_action,
}
