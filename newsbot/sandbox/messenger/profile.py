"""`/me/messenger_profile`: Get Started, greeting, menu, ice breakers, commands; checked, kept, and read by phones.

What an app shows depends on its locale; `default` is for all that have none of their own. Ice breakers take the
place of the Get Started button, and commands that of the menu.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from newsbot.sandbox.messenger.errors import GraphError, bad_parameter
from newsbot.sandbox.messenger.shapes import check_length, check_web_address, items, object_of, text_of

__all__ = ["FIELDS", "MessengerProfile"]


class MessengerProfile:
    """The Page's profile by field, as it was set."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.fields: dict[str, Any] = {}

    def set(self, given: Mapping[str, Any]) -> None:
        """Check and keep the fields that are given; the others stay. Raises GraphError, and nothing is changed then."""
        unknown = [name for name in given if name not in _CHECKS]
        if unknown or not given:
            raise bad_parameter(f"param must be non-empty and of {{{', '.join(_CHECKS)}}}; not {', '.join(unknown)}.")
        after = {**self.fields, **given}
        for name, value in given.items():
            if name in _CHECKS:
                _CHECKS[name](value)
        self._check_whole(after)
        self.fields = after
        self._changed()

    def delete(self, names: list[str]) -> None:
        """Raises GraphError for Get Started while there is a menu that needs it."""
        if not names or any(name not in _CHECKS for name in names):
            raise bad_parameter(f"param fields must be a non-empty array of {{{', '.join(_CHECKS)}}}.")
        after = {name: value for name, value in self.fields.items() if name not in names}
        self._check_whole(after)
        self.fields = after
        self._changed()

    def json(self, names: list[str]) -> dict[str, Any]:
        """The answer to a question for these fields."""
        known = {name: self.fields[name] for name in names if name in self.fields}
        return {"data": [{**known, "subject_to_new_eu_privacy_rules": False}] if known else []}

    # -- what phones show ---------------------------------------------------------------------------------------------

    @property
    def get_started(self) -> str | None:
        """What the Get Started button sends; None: there is no such button."""
        button = self.fields.get("get_started")
        return button["payload"] if button and not self.fields.get("ice_breakers") else None

    def greeting(self, locale: str) -> str:
        found = self._of_locale("greeting", locale)
        return str(found["text"]) if found else ""

    def menu(self, locale: str) -> list[dict[str, Any]]:
        """The menu's items; none while commands are set, which take its place."""
        found = self._of_locale("persistent_menu", locale)
        return list(found.get("call_to_actions", ())) if found and not self.commands(locale) else []

    def ice_breakers(self, locale: str) -> list[dict[str, Any]]:
        """Questions for the empty thread: {"question", "payload"}."""
        found = self._of_locale("ice_breakers", locale)
        return list(found["call_to_actions"]) if found else []

    def commands(self, locale: str) -> list[dict[str, Any]]:
        """What a slash offers: {"name", "description"}."""
        found = self._of_locale("commands", locale)
        return list(found["commands"]) if found else []

    def composer_disabled(self, locale: str) -> bool:
        found = self._of_locale("persistent_menu", locale)
        return bool(found and found.get("composer_input_disabled"))

    def _of_locale(self, name: str, locale: str) -> Mapping[str, Any] | None:
        by_locale = {entry.get("locale") or "default": entry for entry in self.fields.get(name, ())}
        return by_locale.get(locale) or by_locale.get("default")

    def _check_whole(self, after: Mapping[str, Any]) -> None:
        if after.get("persistent_menu") and not after.get("get_started"):
            raise GraphError(
                100, "(#100) You must set a Get Started button if you also wish to use persistent menu", 2018145
            )


def _check_get_started(value: Any) -> None:
    payload = text_of(object_of(value, "get_started"), "payload", "get_started[payload]")
    if not payload:
        raise bad_parameter("param get_started[payload] must be a non-empty string.")
    check_length(payload, "payload", "get_started[payload]")


def _check_greeting(value: Any) -> None:
    for where, entry in _by_locale(value, "greeting"):
        text = text_of(entry, "text", f"{where}[text]")
        if not text:
            raise bad_parameter(f"param {where}[text] must be a non-empty string.")
        check_length(text, "greeting", f"{where}[text]")


def _check_menu(value: Any) -> None:
    for where, entry in _by_locale(value, "persistent_menu"):
        where = f"{where}[call_to_actions]"
        actions = items(entry.get("call_to_actions", []), "menu items", where)
        if not actions and not entry.get("composer_input_disabled"):
            raise bad_parameter(f"param {where} must be a non-empty array.")
        for action in actions:
            match object_of(action, where).get("type"):
                case "web_url":
                    check_web_address(action.get("url"), f"{where}[url]")
                case "postback":
                    _check_payload(action, where)
                case _:
                    raise bad_parameter("Invalid button type")
            title = text_of(action, "title", f"{where}[title]")
            if not title:
                raise bad_parameter(f"param {where}[title] must be a non-empty string.")
            check_length(title, "menu title", f"{where}[title]")


def _check_ice_breakers(value: Any) -> None:
    for where, entry in _by_locale(value, "ice_breakers"):
        questions = items(entry.get("call_to_actions"), "ice breakers", f"{where}[call_to_actions]")
        if not questions:
            raise bad_parameter(f"param {where}[call_to_actions] must be a non-empty array.")
        for question in questions:
            if not text_of(object_of(question, where), "question", f"{where}[question]"):
                raise bad_parameter(f"param {where}[question] must be a non-empty string.")
            _check_payload(question, where)


def _check_commands(value: Any) -> None:
    for where, entry in _by_locale(value, "commands"):
        commands = items(entry.get("commands"), "commands", f"{where}[commands]")
        if not commands:
            raise bad_parameter(f"param {where}[commands] must be a non-empty array.")
        for command in commands:
            name = text_of(object_of(command, where), "name", f"{where}[name]")
            description = text_of(command, "description", f"{where}[description]")
            if not name or name.startswith("/") or not description:
                raise bad_parameter(f"param {where} needs a name without a slash, and a description.")
            check_length(name, "command name", f"{where}[name]")
            check_length(description, "command description", f"{where}[description]")


def _check_domains(value: Any) -> None:
    for domain in items(value, "domains", "whitelisted_domains"):
        check_web_address(domain, "whitelisted_domains")


def _check_payload(owner: Mapping[str, Any], where: str) -> None:
    payload = text_of(owner, "payload", f"{where}[payload]")
    if not payload:
        raise bad_parameter(f"param {where}[payload] must be a non-empty string.")
    check_length(payload, "payload", f"{where}[payload]")


def _by_locale(value: Any, name: str) -> list[tuple[str, dict[str, Any]]]:
    """The entries, each with its place. Raises GraphError if none is for all locales, or two are for one."""
    if not isinstance(value, list) or not value:
        raise bad_parameter(f"param {name} must be a non-empty array.")
    entries = [(f"{name}[{number}]", object_of(entry, name)) for number, entry in enumerate(value)]
    locales = [text_of(entry, "locale", f"{where}[locale]") or "default" for where, entry in entries]
    if "default" not in locales or len(set(locales)) < len(locales):
        raise bad_parameter(f"param {name} must have one entry for each locale, and one for `default`.")
    return entries


_CHECKS: Final[dict[str, Callable[[Any], None]]] = {
    "get_started": _check_get_started,
    "greeting": _check_greeting,
    "persistent_menu": _check_menu,
    "ice_breakers": _check_ice_breakers,
    "commands": _check_commands,
    "whitelisted_domains": _check_domains,
}

FIELDS: Final = tuple(_CHECKS)
