"""A webhook's body taken apart into what happened. Pure, and it takes any JSON without failing.

The platform puts several entries into one body and several events into one entry, in four lists whose items look alike;
it writes ids as numbers, times in seconds, and adds keys and kinds as it likes. One event that can't be understood must
never cost its neighbours. Kinds that we don't act on are told too, so that they can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

Json = dict[str, Any]


class EventKind(StrEnum):
    """Also the name under which it is counted."""

    TEXT = "text"
    QUICK_REPLY = "quick_reply"
    MEDIA = "media"  #: whatever a message can hold instead of text
    ECHO = "echo"  #: a message from the Page, whoever sent it
    DELETED = "deleted"  #: the reader took a message back
    EDIT = "edit"
    POSTBACK = "postback"
    REFERRAL = "referral"
    OPT_IN = "opt_in"  #: an opt-out too: see its status
    REACTION = "reaction"
    DELIVERY = "delivery"
    READ = "read"
    ACCOUNT_LINKING = "account_linking"
    THREAD_PASSED = "thread_passed"
    THREAD_TAKEN = "thread_taken"
    THREAD_ASKED_FOR = "thread_asked_for"
    APP_ROLES = "app_roles"
    ENFORCEMENT = "enforcement"
    CHANGE = "change"  #: of the Page, not in a chat: the dashboard's Test button among them
    OWN = "own"  #: something else that the Page did
    OTHER_PAGE = "other_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: EventKind
    body: Json  #: what stands under the event's key
    reader: str = ""  #: whose chat it is, by page-scoped id; '' where it is nobody's
    at: datetime | None = None  #: when it happened (UTC), if that can be read
    timestamp: str = ""  #: the same as it was written: equal when the event is delivered again
    standby: bool = False  #: told to us while another app answers this reader


@dataclass(slots=True)
class Envelope:
    """`events` in the order in which they happened; `strange`: what each part was that could not be understood."""

    events: list[Event] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


_KINDS: Final = {
    "message": EventKind.TEXT,  # or what `_message_kind` says
    "message_edit": EventKind.EDIT,
    "postback": EventKind.POSTBACK,
    "referral": EventKind.REFERRAL,
    "optin": EventKind.OPT_IN,
    "reaction": EventKind.REACTION,
    "delivery": EventKind.DELIVERY,
    "read": EventKind.READ,
    "account_linking": EventKind.ACCOUNT_LINKING,
    "pass_thread_control": EventKind.THREAD_PASSED,
    "take_thread_control": EventKind.THREAD_TAKEN,
    "request_thread_control": EventKind.THREAD_ASKED_FOR,
    "app_roles": EventKind.APP_ROLES,
    "policy_enforcement": EventKind.ENFORCEMENT,
}
_LISTS: Final = ("messaging", "standby", "messaging_handovers")
_ROUTINE: Final = {"id", "time", "uid", "changes", *_LISTS}  #: of an entry
_ADDRESSING: Final = {"sender", "recipient", "timestamp"}  #: of an item
_NOBODYS: Final = {EventKind.ENFORCEMENT, EventKind.APP_ROLES, EventKind.DELIVERY, EventKind.READ}
#: what is about a chat though the Page is its sender
_BY_THE_PAGE: Final = {
    *(EventKind.ECHO, EventKind.DELETED, EventKind.EDIT, EventKind.APP_ROLES, EventKind.ENFORCEMENT),
    *(EventKind.THREAD_PASSED, EventKind.THREAD_TAKEN, EventKind.THREAD_ASKED_FOR),
}

_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_EARLIEST: Final = 1_420_070_400  #: 2015, in seconds: no bot heard anything before
_LATEST: Final = 253_402_300_800  #: the year 10000
_AS_SECONDS: Final = 100_000_000_000  #: what is smaller can only be seconds (until the year 5138)


def read(body: Json, page_id: str) -> Envelope:
    """What happened to the Page `page_id`."""
    found = Envelope()
    for entry in _items(body.get("entry"), "entry", found):
        own_id = identifier(entry.get("id"))
        for name in _LISTS:
            for item in _items(entry.get(name), name, found):
                found.events += _events(item, page_id, own_id, found, standby=name == "standby")
        found.events += [
            Event(kind=EventKind.CHANGE, body=change) for change in _items(entry.get("changes"), "changes", found)
        ]
        if unknown := sorted(entry.keys() - _ROUTINE):
            found.strange.append(f"entry with {', '.join(unknown)}")
    found.events = _in_order(found.events)
    return found


def _items(value: object, name: str, found: Envelope) -> Iterator[Json]:
    """The objects in a list; an object that stands there instead of a list is one of them."""
    for one in value if isinstance(value, list) else () if value is None else (value,):
        if isinstance(one, dict):
            yield one
        else:
            found.strange.append(f"{name} that is no object")


def _events(item: Json, page_id: str, own_id: str, found: Envelope, *, standby: bool) -> Iterator[Event]:
    sender, recipient = _party(item.get("sender")), _party(item.get("recipient"))
    known = [name for name in _KINDS if item.get(name) is not None]
    if not known:
        found.strange.append(f"event with {', '.join(sorted(item.keys() - _ADDRESSING)) or 'nothing'}")
    written = item.get("timestamp")
    for name in known:
        body = item[name]
        if not isinstance(body, dict):
            found.strange.append(f"{name} that is no object")
            continue
        kind = _KINDS[name]
        by_page = sender == page_id
        if name == "message":
            kind = _message_kind(body, by_page=by_page)
        if page_id not in (own_id, sender, recipient):
            kind = EventKind.OTHER_PAGE
        elif by_page and kind not in _BY_THE_PAGE:
            kind = EventKind.OWN
        reader = recipient if by_page or kind is EventKind.ECHO else sender
        reader = "" if reader == page_id else reader
        if not reader and kind not in _NOBODYS:
            found.strange.append(f"{name} of nobody")
            continue
        yield Event(
            kind=kind,
            body=body,
            reader=reader,
            at=moment(written),
            timestamp=str(written) if isinstance(written, str | int | float) else "",
            standby=standby,
        )


def _message_kind(message: Json, *, by_page: bool) -> EventKind:
    if message.get("is_deleted") is True:
        return EventKind.DELETED
    # Who would answer an echo that isn't marked as one answers themselves for ever.
    if by_page or message.get("is_echo") is True:
        return EventKind.ECHO
    if string(inner(message, "quick_reply"), "payload"):
        return EventKind.QUICK_REPLY
    if string(message, "text").strip() or objects(message, "commands"):
        return EventKind.TEXT
    return EventKind.MEDIA


def _in_order(events: list[Event]) -> list[Event]:
    """As they happened: after an outage they come in any order. What has no time stays behind its predecessor."""
    dated: list[tuple[float, Event]] = []
    latest = 0.0
    for event in events:
        latest = event.at.timestamp() if event.at else latest
        dated.append((latest, event))
    dated.sort(key=lambda pair: pair[0])
    return [event for _, event in dated]


# --- reading what may be anything ------------------------------------------------------------------------------------


def inner(parent: Json, name: str) -> Json:
    """The object under this name, or an empty one."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def string(parent: Json, name: str) -> str:
    """The text under this name, or ''."""
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def objects(parent: Json, name: str) -> list[Json]:
    """The objects in the list under this name."""
    value = parent.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def identifier(value: object) -> str:
    """An id, written as text or as a number; '' for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20:
        return str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _party(value: object) -> str:
    return identifier(value.get("id") if isinstance(value, dict) else value)


def moment(value: object) -> datetime | None:
    """A time in seconds or in milliseconds, as a number or as text; None for what is none."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 2**53:
        return None
    seconds = value if value < _AS_SECONDS else value / 1000
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds < _LATEST else None
