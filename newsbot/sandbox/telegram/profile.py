"""What the bot says about itself: name, descriptions, commands per scope and language, menu button."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from newsbot.sandbox.telegram.arguments import read_json
from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.telegram.model import BotAccount

__all__ = ["BotProfile", "language_code", "read_commands"]

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
MAX_COMMANDS: Final = 100
MAX_DESCRIPTION: Final = 256
LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}
DEFAULT_MENU: Final = {"type": "commands"}


class BotProfile:
    """Texts by language ('' is everyone's), commands by scope and language; calls `changed` after each change."""

    def __init__(self, bot: BotAccount, changed: Callable[[], None]) -> None:
        self.bot = bot
        self._changed = changed
        self.texts: dict[str, dict[str, str]] = {kind: {} for kind in LIMITS}
        self.commands: dict[str, list[dict[str, str]]] = {}  # "scope|language"
        self.menus: dict[str, dict[str, Any]] = {}  # chat id, or "" for all

    def user_json(self) -> dict[str, Any]:
        """The bot as the Bot API's `User`."""
        name = self.texts["name"].get("", "") or "Newsbot"
        return {"id": self.bot.id, "is_bot": True, "first_name": name, "username": self.bot.username}

    def set_text(self, kind: str, value: str, language: str) -> None:
        if len(value) > LIMITS[kind]:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        if value:
            self.texts[kind][language] = value
        else:
            self.texts[kind].pop(language, None)
        self._changed()

    def text(self, kind: str, language: str) -> str:
        texts = self.texts[kind]
        fallback = "Newsbot" if kind == "name" else ""
        return texts.get(language) or texts.get("") or fallback

    def set_commands(self, commands: list[dict[str, str]], scope: str, language: str) -> None:
        key = f"{scope}|{language}"
        if commands:
            self.commands[key] = commands
        else:
            self.commands.pop(key, None)
        self._changed()

    def get_commands(self, scope: str, language: str) -> list[dict[str, str]]:
        """Exactly what was set for this scope and language; no falling back, as in the Bot API."""
        return self.commands.get(f"{scope}|{language}", [])

    def menu_for(
        self, chat: dict[str, Any], user_id: int, language: str, *, admin: bool = False
    ) -> list[dict[str, str]]:
        """What a person's app lists: the narrowest scope that has commands, in their language before everyone's."""
        chat_id = chat["id"]
        if chat["type"] == "private":
            scopes = [f"chat:{chat_id}", "all_private_chats", "default"]
        else:
            scopes = [f"chat_member:{chat_id}:{user_id}"]
            scopes += [f"chat_administrators:{chat_id}"] if admin else []
            scopes += [f"chat:{chat_id}"]
            scopes += ["all_chat_administrators"] if admin else []
            scopes += ["all_group_chats", "default"]
        for scope in scopes:
            for wanted in (language, ""):
                if found := self.commands.get(f"{scope}|{wanted}"):
                    return found
        return []

    def set_menu(self, chat_id: str, button: dict[str, Any]) -> None:
        self.menus[chat_id] = button
        self._changed()

    def menu(self, chat_id: str) -> dict[str, Any]:
        return self.menus.get(chat_id) or self.menus.get("") or dict(DEFAULT_MENU)

    def to_json(self) -> dict[str, Any]:
        return {"texts": self.texts, "commands": self.commands, "menus": self.menus}

    def restore(self, saved: dict[str, Any]) -> None:
        self.texts |= saved["texts"]
        self.commands = saved["commands"]
        self.menus = saved["menus"]


def language_code(given: str) -> str:
    """A two-letter language or ''. Raises ApiError."""
    if given and not _LANGUAGE.fullmatch(given):
        raise bad_request("invalid language code specified")
    return given


def read_commands(raw: str) -> list[dict[str, str]]:
    """The argument `commands` of setMyCommands. Raises ApiError."""
    if not raw:
        raise bad_request('parameter "commands" is required')
    given = read_json(raw, "can't parse commands JSON object")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands: list[dict[str, str]] = []
    for item in given:
        if not isinstance(item, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        for key in ("command", "description"):
            if not isinstance(item.get(key), str):
                raise bad_request(f"can't parse BotCommand: Can't find field \"{key}\"")
        command = item["command"].strip().removeprefix("/").lower()
        description = item["description"].strip()
        if not _COMMAND.fullmatch(command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": command, "description": description})
    return commands
