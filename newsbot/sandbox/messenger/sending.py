"""`POST /<PAGE|me>/messages`: messages and sender actions, and what the platform's policy lets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from newsbot.sandbox.messenger.api import Api, Call
from newsbot.sandbox.messenger.arguments import Arguments
from newsbot.sandbox.messenger.errors import GraphError, bad_parameter, outside_window
from newsbot.sandbox.messenger.model import Person, StoredMessage
from newsbot.sandbox.messenger.people import HUMAN_WINDOW
from newsbot.sandbox.messenger.shapes import MEDIA, check_message
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.messenger.uploading import settle_attachments

__all__ = ["DEAD_TAGS", "send"]

MESSAGING_TYPES: Final = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
TAGS: Final = ("HUMAN_AGENT", "NON_PROMOTIONAL_SUBSCRIPTION")
DEAD_TAGS: Final = ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE")  #: since 2026-04-27
NOTIFICATIONS: Final = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
RECIPIENTS: Final = ("id", "user_ref", "post_id", "comment_id", "one_time_notif_token", "notification_messages_token")
ACTIONS: Final = ("mark_seen", "typing_on", "typing_off", "react", "unreact")


async def send(api: Api, call: Call) -> dict[str, Any]:
    """Accept a message or an action, or say why not."""
    arguments, state = call.arguments, api.state
    state.standing.check_sending()
    person_id = _recipient(arguments)
    action = arguments.text("sender_action")
    message = arguments.object("message")
    if (message is None) == (not action):
        raise bad_parameter("Must send message or sender_action, one of them.")
    if action:
        person = state.people.reachable(person_id)
        return _act(state, person, action.lower(), arguments)
    assert message is not None
    messaging_type = _messaging_type(arguments)
    tag = _tag(state, arguments, messaging_type)
    notification = arguments.text("notification_type") or "REGULAR"
    if notification not in NOTIFICATIONS:
        raise bad_parameter(f"param notification_type must be one of {{{', '.join(NOTIFICATIONS)}}}.")
    check_message(message)
    person = state.people.reachable(person_id)
    check_window(state, person, tag)
    reply_to = _reply_to(state, arguments, person)
    state.meter.admit_send(media=_is_media(message))
    message, attachment_id = await settle_attachments(api, message, arguments.upload)
    stored = state.post(person, message, app_id=state.account.app_id, reply_to=reply_to, notification=notification)
    state.record_send(stored, messaging_type)
    echo(state, stored)
    state.push("message_deliveries", person.id, {"delivery": {"mids": [stored.mid], "watermark": stored.at}})
    answer = {"recipient_id": person.id, "message_id": stored.mid}
    return answer if attachment_id is None else {**answer, "attachment_id": attachment_id}


def check_window(state: GraphState, person: Person, tag: str = "") -> None:
    """Whether the Page may write to this person now. Raises GraphError."""
    now = state.clock()
    if tag == "NON_PROMOTIONAL_SUBSCRIPTION" and not state.standing.news_page:
        raise GraphError(10, "(#10) This message is sent outside of allowed window: no news permission.", 2018065)
    by_hand = tag == "HUMAN_AGENT" and now - person.wrote_at < HUMAN_WINDOW
    if person.window_until <= now and not by_hand and tag != "NON_PROMOTIONAL_SUBSCRIPTION":
        raise outside_window()


def echo(state: GraphState, message: StoredMessage) -> None:
    """Tell the webhook what an app, ours or another, has written."""
    content = message.content
    told: dict[str, Any] = {"mid": message.mid, "is_echo": True, "app_id": int(message.app_id)}
    for part in ("metadata", "text", "attachments", "quick_replies"):
        if content.get(part):
            told[part] = content[part]
    if content.get("attachment"):
        told["attachments"] = [content["attachment"]]
    if message.reply_to:
        told["reply_to"] = {"mid": message.reply_to}
    state.push("message_echoes", message.person_id, {"message": told}, at=message.at, from_page=True)


def _recipient(arguments: Arguments) -> str:
    recipient = arguments.object("recipient")
    if recipient is None:
        raise bad_parameter("The parameter recipient is required")
    given = [name for name in RECIPIENTS if recipient.get(name) is not None]
    if len(given) != 1:
        raise bad_parameter(f"param recipient must have exactly one of {{{', '.join(RECIPIENTS)}}}.")
    if given[0] != "id":
        raise bad_parameter(f"Sending to a {given[0]} is not available for this Page.")
    return str(recipient["id"])


def _messaging_type(arguments: Arguments) -> str:
    messaging_type = arguments.text("messaging_type") or "RESPONSE"
    if messaging_type not in MESSAGING_TYPES:
        raise bad_parameter(f"param messaging_type must be one of {{{', '.join(MESSAGING_TYPES)}}}.")
    if messaging_type == "UTILITY":
        raise bad_parameter("This Page has no message template of that name and language.", 1893029)
    return messaging_type


def _is_media(message: Mapping[str, Any]) -> bool:
    attachment = message.get("attachment") or {}
    return "attachments" in message or attachment.get("type") in MEDIA


def _tag(state: GraphState, arguments: Arguments, messaging_type: str) -> str:
    """The tag in force; the dead ones are refused wherever they stand."""
    tag = arguments.text("tag")
    if tag in DEAD_TAGS:
        raise bad_parameter(f"The message tag {tag} is no longer supported.")
    if tag and tag not in TAGS:
        raise bad_parameter(f"param tag must be one of {{{', '.join(TAGS)}}}.")
    if tag == "HUMAN_AGENT" and not state.standing.human_agent:
        raise GraphError(10, "(#10) The Human Agent feature was not granted to this app.")
    if messaging_type == "MESSAGE_TAG" and not tag:
        raise bad_parameter("A message with messaging_type MESSAGE_TAG must have a tag.")
    if tag and messaging_type != "MESSAGE_TAG" and "messaging_type" in arguments:
        raise bad_parameter("A tag goes with messaging_type MESSAGE_TAG.")
    return tag


def _reply_to(state: GraphState, arguments: Arguments, person: Person) -> str | None:
    reply_to = arguments.object("reply_to")
    if reply_to is None:
        return None
    return _message_of(state, reply_to, "mid", person).mid


def _message_of(state: GraphState, owner: Mapping[str, Any], name: str, person: Person) -> StoredMessage:
    mid = owner.get(name)
    message = state.messages.get(mid) if isinstance(mid, str) else None
    if message is None or message.person_id != person.id:
        raise bad_parameter("The message does not exist in this conversation.")
    return message


def _act(state: GraphState, person: Person, action: str, arguments: Arguments) -> dict[str, Any]:
    """`typing_on` and its kin go alone; they need the window like a message."""
    if action not in ACTIONS:
        raise bad_parameter(f"param sender_action must be one of {{{', '.join(ACTIONS)}}}.")
    check_window(state, person)
    if action in ("react", "unreact"):
        payload = arguments.object("payload") or {}
        message = _message_of(state, payload, "message_id", person)
        if action == "react":
            emoji = payload.get("reaction")
            if not isinstance(emoji, str) or not emoji:
                raise bad_parameter("param payload[reaction] must be a non-empty string.")
            message.reactions["page"] = emoji
        else:
            message.reactions.pop("page", None)
        state.changed(message)
    elif action == "mark_seen":
        for message in reversed(state.messages.thread(person.id)):
            if not message.app_id:
                if message.read:
                    break
                message.read = True
                state.changed(message)
    else:
        state.tell("action", person.id, {"action": action})
    return {"recipient_id": person.id}
