"""What lies between the profile that a Page has and the one it should have, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from newsbot.channels.messenger.profile import Entries, Entry, Profile

__all__ = ["Difference", "differences"]

_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Difference:
    """`field`: as the platform calls it. `removes`: what stands there should go altogether."""

    field: str
    words: str
    removes: bool = False


def differences(known: Profile, wanted: Profile) -> tuple[Difference, ...]:
    """One a field and locale, in the order of the fields. None: nothing need be written."""
    return tuple(_differences(known, wanted))


def _differences(known: Profile, wanted: Profile) -> Iterator[Difference]:
    if known.get_started != wanted.get_started:
        words = f"Get Started button: {known.get_started or _NONE} → {wanted.get_started or _NONE}"
        yield Difference("get_started", words, removes=not wanted.get_started)
    for locale in _locales(known.greeting, wanted.greeting):
        now, then = known.greeting.get(locale, ""), wanted.greeting.get(locale, "")
        if now != then:
            words = f"greeting ({locale}): {_quoted(now)} → {_quoted(then)}"
            yield Difference("greeting", words, removes=not wanted.greeting)
    for locale in _locales(known.menu, wanted.menu):
        changes = [*_changes(known.menu.get(locale), wanted.menu.get(locale))]
        if locale in known.silent - wanted.silent:
            changes.append("lets readers type")
        if locale in wanted.silent - known.silent:
            changes.append("lets readers type no more")
        if changes:
            words = f"menu ({locale}): {'; '.join(changes)}"
            yield Difference("persistent_menu", words, removes=not wanted.menu)
    for locale in _locales(known.questions, wanted.questions):
        changes = [*_changes(known.questions.get(locale), wanted.questions.get(locale))]
        if changes:
            words = f"first questions ({locale}): {'; '.join(changes)}"
            yield Difference("ice_breakers", words, removes=not wanted.questions)
    for locale, names in known.commands.items():
        listed = ", ".join(f"/{name}" for name in names)
        words = f"commands ({locale}): {listed} hide the menu, and go"
        yield Difference("commands", words, removes=True)


def _locales(*by_locale: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys(locale for one in by_locale for locale in one))


def _changes(known: Entries | None, wanted: Entries | None) -> Iterator[str]:
    """What is done to one locale's list of entries."""
    if known is None:
        yield f"new, with {_titles(wanted or ())}"
        return
    if wanted is None:
        yield f"goes, with {_titles(known)}"
        return
    now, then = [_alike(one) for one in known], [_alike(one) for one in wanted]
    if now == then:
        return
    old, new = {one.title: one for one in now}, {one.title: one for one in then}
    added = tuple(one for one in then if one.title not in old)
    gone = tuple(one for one in now if one.title not in new)
    changed = tuple(one for one in then if one.title in old and old[one.title] != one)
    if added:
        yield f"adds {_titles(added)}"
    if gone:
        yield f"takes away {_titles(gone)}"
    if changed:
        yield f"{_titles(changed)} does something else"
    if not (added or gone or changed):
        yield f"another order: {_titles(wanted)}"


def _alike(entry: Entry) -> Entry:
    """An address with and without the slash of an empty path is one."""
    return replace(entry, url=entry.url.rstrip("/"))


def _titles(entries: Entries) -> str:
    return ", ".join(_quoted(entry.title) for entry in entries) or _NONE


def _quoted(text: str) -> str:
    return f"“{text}”" if text else _NONE
