"""What a Page shows beside the chat: Get Started, greeting, menu, questions to begin with. Pure.

`wanted_profile` turns a `StandingMenu` into what the platform can show, `known_profile` reads what stands there, `wire`
is what is written for it. What lies between the two: `profile_differences`.

The platform lets typed commands hide the menu, and a command only fills the composer where an entry of the menu sends
at once. So there should be none, and those that stand there are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from newsbot.channels.channel import Loss
from newsbot.channels.messenger.receiver import GET_STARTED
from newsbot.domain.message import Button, StandingMenu
from newsbot.text.clipping import Unit, clip

__all__ = ["FIELDS", "Entries", "Entry", "Profile", "known_profile", "wanted_profile", "wire"]

MENU_LIMIT: Final = 20  #: entries, which may not be nested
MENU_TITLE_LIMIT: Final = 30  #: code points
QUESTIONS_LIMIT: Final = 4
QUESTION_LIMIT: Final = 80  #: code points; not documented: what a template's title may have
GREETING_LIMIT: Final = 160  #: code points

FIELDS: Final = ("get_started", "greeting", "persistent_menu", "ice_breakers", "commands")
DEFAULT: Final = "default"  #: the platform's "every other locale"
#: our languages in the platform's locales; a reader whose app speaks another sees the default
LOCALES: Final[Mapping[str, tuple[str, ...]]] = {"bn": ("bn_IN",), "en": ("en_US", "en_GB")}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """`payload`: what comes back when pressed; or `url`: a page to open."""

    title: str
    payload: str = ""
    url: str = ""


Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """By locale, but for the first."""

    get_started: str = ""  #: the payload; '': no such button
    greeting: Mapping[str, str] = field(default_factory=dict)
    menu: Mapping[str, Entries] = field(default_factory=dict)
    questions: Mapping[str, Entries] = field(default_factory=dict)
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()  #: locales in whose chats nothing can be typed


def wanted_profile(menu: StandingMenu, *, default: str) -> tuple[Profile, tuple[Loss, ...]]:
    """The profile, and what of it could not be shown as meant. `default`: the language of whoever speaks none of ours.

    The default says everything to its own speakers too, so only the other languages have locales of their own.
    """
    losses: dict[Loss, None] = {}
    profile = Profile(
        get_started=GET_STARTED,
        greeting=_by_locale(
            {code: _clipped(about, GREETING_LIMIT, "greeting", losses) for code, about in menu.about.items()}, default
        ),
        menu=_by_locale({code: _menu(buttons, losses) for code, buttons in menu.entries.items()}, default),
        questions=_by_locale({code: _questions(menu, code, losses) for code in menu.questions}, default),
    )
    for code in menu.entries:
        if code != default and code not in LOCALES:
            losses[Loss(f"the menu in the language {code}", "left out: the platform's name for it is not known")] = None
    return profile, tuple(losses)


def _by_locale(by_language: Mapping[str, T], default: str) -> dict[str, T]:
    first = default if default in by_language else next(iter(by_language), "")
    found = {DEFAULT: by_language[first]} if first else {}
    for code, value in by_language.items():
        if code != first:
            found |= dict.fromkeys(LOCALES.get(code, ()), value)
    return found


def _menu(buttons: tuple[Button, ...], losses: dict[Loss, None]) -> Entries:
    for left_out in buttons[MENU_LIMIT:]:
        losses[Loss(f"menu entry “{left_out.label}”", f"left out: a menu holds {MENU_LIMIT}")] = None
    return tuple(
        Entry(_clipped(one.label, MENU_TITLE_LIMIT, "menu entry", losses), one.action, one.url)
        for one in buttons[:MENU_LIMIT]
    )


def _questions(menu: StandingMenu, code: str, losses: dict[Loss, None]) -> Entries:
    """Where there are questions the platform shows no Get Started, so the first of them is just that."""
    begin = (Entry(menu.begin[code], GET_STARTED),) if code in menu.begin else ()
    all_of_them = (*begin, *(Entry(one.label, one.action) for one in menu.questions[code] if one.action))
    for left_out in all_of_them[QUESTIONS_LIMIT:]:
        losses[Loss(f"question “{left_out.title}”", f"left out: there may be {QUESTIONS_LIMIT}")] = None
    return tuple(
        Entry(_clipped(one.title, QUESTION_LIMIT, "question", losses), one.payload)
        for one in all_of_them[:QUESTIONS_LIMIT]
    )


def _clipped(text: str, limit: int, what: str, losses: dict[Loss, None]) -> str:
    shown = clip(text, limit, unit=Unit.CODEPOINT)
    if shown != text:
        losses[Loss(f"{what} “{text}”", f"clipped to {limit} characters")] = None
    return shown


# --- the platform's form ----------------------------------------------------------------------------------------------


def wire(profile: Profile, fields: Iterable[str]) -> dict[str, Any]:
    """What is written to have `fields` stand as in `profile`; commands never are."""
    named = set(fields)
    forms: dict[str, Any] = {
        "get_started": {"payload": profile.get_started},
        "greeting": [{"locale": locale, "text": text} for locale, text in profile.greeting.items()],
        "persistent_menu": [
            {
                "locale": locale,
                "composer_input_disabled": locale in profile.silent,
                "call_to_actions": [_action(entry) for entry in entries],
            }
            for locale, entries in profile.menu.items()
        ],
        "ice_breakers": [
            {
                "locale": locale,
                "call_to_actions": [{"question": entry.title, "payload": entry.payload} for entry in entries],
            }
            for locale, entries in profile.questions.items()
        ],
    }
    return {name: form for name, form in forms.items() if name in named}


def _action(entry: Entry) -> dict[str, str]:
    if entry.url:
        return {"type": "web_url", "title": entry.title, "url": entry.url, "webview_height_ratio": "full"}
    return {"type": "postback", "title": entry.title, "payload": entry.payload}


def known_profile(answer: Mapping[str, Any]) -> Profile:
    """What the platform says stands there. Reads whatever comes: what can't be read counts as not there."""
    data = answer.get("data")
    known = _object(data[0]) if isinstance(data, list) and data else {}
    menus, questions = _objects(known.get("persistent_menu")), _objects(known.get("ice_breakers"))
    if questions and all("question" in one for one in questions):  # the form of before locales
        questions = [{"locale": DEFAULT, "call_to_actions": questions}]
    return Profile(
        get_started=_string(_object(known.get("get_started")).get("payload")),
        greeting={_locale(one): _string(one.get("text")) for one in _objects(known.get("greeting"))},
        menu={_locale(one): _entries(one, "title") for one in menus},
        questions={_locale(one): _entries(one, "question") for one in questions},
        commands={
            _locale(one): tuple(_string(command.get("name")) for command in _objects(one.get("commands")))
            for one in _objects(known.get("commands"))
        },
        silent=frozenset(_locale(one) for one in menus if one.get("composer_input_disabled") is True),
    )


def _entries(one: Mapping[str, Any], title: str) -> Entries:
    return tuple(
        Entry(_string(action.get(title)), _string(action.get("payload")), _string(action.get("url")))
        for action in _objects(one.get("call_to_actions"))
    )


def _locale(one: Mapping[str, Any]) -> str:
    return _string(one.get("locale")) or DEFAULT


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
