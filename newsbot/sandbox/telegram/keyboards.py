"""reply_markup: what is a keyboard, what is wrong with it, and in which words Telegram says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from newsbot.sandbox.telegram.arguments import read_json
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.links import BadLink, check_link, mentioned_user

__all__ = ["Markup", "read_markup"]

MAX_CALLBACK_BYTES: Final = 64
MAX_BUTTONS: Final = 100
MAX_COPY_TEXT: Final = 256
_KINDS: Final = ("url", "callback_data", "web_app", "login_url", "copy_text", "pay", "callback_game")
_SWITCHES: Final = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")


@dataclass(frozen=True, slots=True)
class Markup:
    """A keyboard as stored: `inline` stays with its message, `reply` replaces what is below the reader's text box.

    `problem` is a refusal of the message server, which speaks up only after everything else was checked.
    """

    inline: dict[str, Any] | None = None
    reply: dict[str, Any] | None = None
    problem: str | None = None

    def check(self) -> Markup:
        if self.problem is not None:
            raise bad_request(self.problem)
        return self


NO_MARKUP: Final = Markup()


@lru_cache(maxsize=256)
def read_markup(raw: str) -> Markup:
    """The keyboard in the argument `reply_markup`; an empty one if there is none. Raises ApiError."""
    if not raw:
        return NO_MARKUP
    given = read_json(raw, "can't parse reply keyboard markup JSON object")
    if given is None:
        return NO_MARKUP
    if not isinstance(given, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in given:
        return _inline(_rows(given, "inline_keyboard"))
    if "keyboard" in given:
        return _reply_keyboard(given)
    if given.get("remove_keyboard") is True:
        return Markup(reply={"remove_keyboard": True, "selective": bool(given.get("selective"))})
    if given.get("force_reply") is True:
        reply = {"force_reply": True, "selective": bool(given.get("selective"))}
        if isinstance(given.get("input_field_placeholder"), str):
            reply["input_field_placeholder"] = given["input_field_placeholder"]
        return Markup(reply=reply)
    return NO_MARKUP


def _rows(given: dict[str, Any], key: str) -> list[list[Any]]:
    rows = given[key]
    if not isinstance(rows, list):
        raise bad_request(f'field "{key}" of the {_NAMES[key]} must be an Array of Arrays')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f'field "{key}" of the {_NAMES[key]} must be an Array of Arrays')
    return rows


_NAMES: Final = {"inline_keyboard": "InlineKeyboardMarkup", "keyboard": "ReplyKeyboardMarkup"}


def _inline(rows: list[list[Any]]) -> Markup:
    problem: str | None = None
    keyboard: list[list[dict[str, Any]]] = []
    for row in rows:
        buttons = []
        for button in row:
            problem = _server_problem(button) or problem if isinstance(button, dict) else problem
            buttons.append(_inline_button(button))
        if buttons:
            keyboard.append(buttons)
    if sum(map(len, keyboard)) > MAX_BUTTONS:
        problem = "reply markup is too long"
    return Markup(inline={"inline_keyboard": keyboard} if keyboard else None, problem=problem)


def _refuse_button(why: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {why}")


def _inline_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _refuse_button("InlineKeyboardButton must be an Object")
    for key, kind, name in (
        ("text", str, "String"),
        ("url", str, "String"),
        ("callback_data", str, "String"),
        ("copy_text", dict, "Object"),
        ("web_app", dict, "Object"),
        ("login_url", dict, "Object"),
    ):
        if button.get(key) is not None and not isinstance(button[key], kind):
            raise _refuse_button(f'Field "{key}" must be of type {name}')
    if button.get("text") is None:
        raise _refuse_button('Can\'t find field "text"')
    text: str = button["text"]
    kept = {key: button[key] for key in ("style", "icon_custom_emoji_id") if isinstance(button.get(key), str)}
    if button.get("url") is not None:
        return {"text": text, **kept, "url": _button_url(button["url"])}
    if button.get("callback_data") is not None:
        return {"text": text, **kept, "callback_data": button["callback_data"]}
    if button.get("copy_text") is not None:
        return {"text": text, **kept, "copy_text": {"text": str(button["copy_text"].get("text", ""))}}
    for key in (*_KINDS, *_SWITCHES):
        if button.get(key) is not None:
            return {"text": text, **kept, key: button[key]}
    raise _refuse_button("Text buttons are unallowed in the inline keyboard")


def _button_url(url: str) -> str:
    if mentioned_user(url) is not None:
        return url
    try:
        return check_link(url)
    except BadLink as why:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {why}") from None


def _server_problem(button: dict[str, Any]) -> str | None:
    """What the message server, not the Bot API server, refuses about a button."""
    if button.get("text") == "":
        return "BUTTON_TEXT_INVALID"
    data = button.get("callback_data")
    if isinstance(data, str) and button.get("url") is None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        return "BUTTON_DATA_INVALID"
    copied = button.get("copy_text")
    if isinstance(copied, dict) and not 1 <= len(str(copied.get("text", ""))) <= MAX_COPY_TEXT:
        return "BUTTON_COPY_TEXT_INVALID"
    return None


def _reply_keyboard(given: dict[str, Any]) -> Markup:
    rows = _rows(given, "keyboard")
    keyboard: list[list[dict[str, Any]]] = []
    for row in rows:
        buttons = []
        for button in row:
            if isinstance(button, str):
                buttons.append({"text": button})
            elif isinstance(button, dict) and isinstance(button.get("text"), str):
                buttons.append(button)
            elif isinstance(button, dict):
                raise bad_request("can't parse keyboard button: Can't find field \"text\"")
            else:
                raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
        if buttons:
            keyboard.append(buttons)
    if sum(map(len, keyboard)) > MAX_BUTTONS * 3:
        return Markup(problem="reply markup is too long")
    reply: dict[str, Any] = {"keyboard": keyboard}
    for key in ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective"):
        reply[key] = bool(given.get(key))
    if isinstance(given.get("input_field_placeholder"), str):
        reply["input_field_placeholder"] = given["input_field_placeholder"]
    return Markup(reply=reply) if keyboard else NO_MARKUP
