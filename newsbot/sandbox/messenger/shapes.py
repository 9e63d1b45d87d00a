"""The shape of a message to be sent, checked as the Send API checks it. Pure: nothing comes out, or a GraphError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.messenger.limits import LIMITS

__all__ = ["MEDIA", "check_length", "check_message", "check_web_address", "items", "object_of", "text_of"]

MEDIA: Final = ("image", "audio", "video", "file")
BUTTON_TYPES: Final = ("web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play")
_WEBVIEWS: Final = ("compact", "tall", "full")


def check_message(message: Mapping[str, Any]) -> None:
    """Raises GraphError 100 for whatever is wrong first."""
    parts = [part for part in ("text", "attachment", "attachments") if message.get(part) is not None]
    if len(parts) != 1:
        raise bad_parameter("Must provide exactly one of message[text], message[attachment] and message[attachments].")
    if "text" in parts:
        text = text_of(message, "text", "message[text]")
        if not text.strip():
            raise bad_parameter("Message cannot be empty, must provide valid attachment or text.")
        check_length(text, "text", "message[text]")
    if "attachment" in parts:
        _check_attachment(object_of(message["attachment"], "message[attachment]"))
    if "attachments" in parts:
        _check_images(items(message["attachments"], "images", "message[attachments]"))
    if message.get("metadata") is not None:
        check_length(text_of(message, "metadata", "message[metadata]"), "metadata", "message[metadata]")
    if message.get("quick_replies") is not None:
        replies = items(message["quick_replies"], "quick replies", "message[quick_replies]")
        for number, reply in enumerate(replies):
            _check_quick_reply(object_of(reply, "message[quick_replies]"), f"message[quick_replies][{number}]")


def _check_quick_reply(reply: Mapping[str, Any], where: str) -> None:
    match reply.get("content_type"):
        case "text":
            title, payload = (text_of(reply, part, f"{where}[{part}]") for part in ("title", "payload"))
            if not title:
                raise bad_parameter(f"param {where}[title] must be a non-empty string.")
            if not payload and not reply.get("image_url"):
                raise bad_parameter(f"param {where}[payload] must be a non-empty string.")
            check_length(title, "quick reply title", f"{where}[title]")
            check_length(payload, "payload", f"{where}[payload]")
        case "user_phone_number" | "user_email":
            pass
        case _:
            raise bad_parameter(f"param {where}[content_type] must be one of {{text, user_phone_number, user_email}}.")
    if reply.get("image_url"):
        check_web_address(reply["image_url"], f"{where}[image_url]")


def _check_attachment(attachment: Mapping[str, Any]) -> None:
    kind = attachment.get("type")
    if kind == "template":
        _check_template(object_of(attachment.get("payload"), "message[attachment][payload]"))
    elif kind not in MEDIA:
        raise bad_parameter("param message[attachment][type] must be one of {image, audio, video, file, template}.")


def _check_images(attachments: list[Any]) -> None:
    for attachment in attachments:
        if object_of(attachment, "message[attachments]").get("type") != "image":
            raise bad_parameter("param message[attachments] takes images only.")


def _check_template(template: Mapping[str, Any]) -> None:
    where = "message[attachment][payload]"
    match template.get("template_type"):
        case "button":
            text = text_of(template, "text", f"{where}[text]")
            if not text.strip():
                raise bad_parameter(f"param {where}[text] must be a non-empty string.")
            check_length(text, "button text", f"{where}[text]")
            buttons = template.get("buttons")
            if not buttons:
                raise bad_parameter(f"param {where}[buttons] must be a non-empty array.")
            _check_buttons(buttons, f"{where}[buttons]")
        case "generic":
            elements = items(template.get("elements"), "elements", f"{where}[elements]")
            if not elements:
                raise bad_parameter(f"param {where}[elements] must be a non-empty array.")
            for number, element in enumerate(elements):
                _check_element(object_of(element, f"{where}[elements]"), f"{where}[elements][{number}]")
        case "media":
            elements = items(template.get("elements"), "elements", f"{where}[elements]")
            if len(elements) != 1 or object_of(elements[0], where).get("media_type") not in ("image", "video"):
                raise bad_parameter(f"param {where}[elements] must hold one image or video.")
            _check_buttons(elements[0].get("buttons") or [], f"{where}[elements][0][buttons]")
        case "one_time_notif_req" | "notification_messages":
            raise bad_parameter("This feature is not available for this Page.", 2018144)
        case _:
            raise bad_parameter(f"param {where}[template_type] must be one of {{generic, button, media}}.")


def _check_element(element: Mapping[str, Any], where: str) -> None:
    title, subtitle = (text_of(element, part, f"{where}[{part}]") for part in ("title", "subtitle"))
    if not title.strip():
        raise bad_parameter(f"param {where}[title] must be a non-empty string.")
    check_length(title, "title", f"{where}[title]")
    check_length(subtitle, "subtitle", f"{where}[subtitle]")
    if not any(element.get(part) for part in ("subtitle", "image_url", "buttons", "default_action")):
        raise bad_parameter(f"param {where} needs a property besides its title.")
    if element.get("image_url"):
        check_web_address(element["image_url"], f"{where}[image_url]")
    if element.get("default_action"):
        action = object_of(element["default_action"], f"{where}[default_action]")
        if action.get("type") != "web_url" or "title" in action:
            raise bad_parameter(f"param {where}[default_action] must be a web_url button without a title.")
        check_web_address(action.get("url"), f"{where}[default_action][url]")
    _check_buttons(element.get("buttons") or [], f"{where}[buttons]")


def _check_buttons(buttons: Any, where: str) -> None:
    for number, button in enumerate(items(buttons, "buttons", where)):
        _check_button(object_of(button, where), f"{where}[{number}]")


def _check_button(button: Mapping[str, Any], where: str) -> None:
    kind = button.get("type")
    if kind not in BUTTON_TYPES:
        raise bad_parameter(f"param {where}[type] must be one of {{{', '.join(BUTTON_TYPES)}}}.")
    if kind not in ("account_link", "account_unlink"):
        title = text_of(button, "title", f"{where}[title]")
        if not title.strip():
            raise bad_parameter(f"param {where}[title] must be a non-empty string.")
        check_length(title, "button title", f"{where}[title]")
    if kind == "web_url":
        check_web_address(button.get("url"), f"{where}[url]")
        if button.get("webview_height_ratio") not in (None, *_WEBVIEWS):
            raise bad_parameter(f"param {where}[webview_height_ratio] must be one of {{compact, tall, full}}.")
    elif kind in ("postback", "phone_number"):
        payload = text_of(button, "payload", f"{where}[payload]")
        if not payload:
            raise bad_parameter(f"param {where}[payload] must be a non-empty string.")
        check_length(payload, "payload", f"{where}[payload]")


# -- what the checks are made of ------------------------------------------------------------------------------------


def text_of(owner: Mapping[str, Any], name: str, where: str) -> str:
    """The text of a field, empty if there is none. Raises GraphError for anything else."""
    value = owner.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_parameter(f"param {where} must be a string.")
    return value


def check_length(text: str, what: str, where: str) -> None:
    if len(text) > LIMITS[what]:
        raise bad_parameter(f"Length of param {where} must be less than or equal to {LIMITS[what]}")


def items(value: Any, what: str, where: str) -> list[Any]:
    """The array, if it isn't too long. Raises GraphError."""
    if not isinstance(value, list):
        raise bad_parameter(f"param {where} must be an array.")
    if len(value) > LIMITS[what]:
        raise bad_parameter(f"param {where} has too many elements: at most {LIMITS[what]}.")
    return value


def check_web_address(url: Any, where: str) -> None:
    """http or https, with a host. Raises GraphError."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        good = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise bad_parameter(f"param {where} should represent a valid URL")


def object_of(value: Any, where: str) -> dict[str, Any]:
    """The object. Raises GraphError for anything else."""
    if not isinstance(value, dict):
        raise bad_parameter(f"param {where} must be a JSON object.")
    return value
