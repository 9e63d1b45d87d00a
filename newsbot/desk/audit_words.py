"""What stands in the audit log, in words for people and in columns for programs. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from newsbot.desk.audit import Act, Entry, Place
from newsbot.i18n import N_, Translator

__all__ = [
    "ACTS",
    "COLUMNS",
    "KINDS",
    "act_in_words",
    "change_in_words",
    "place_in_words",
    "row_of",
    "subject_in_words",
]

#: messages of the catalogue; what follows is what it was done to
ACTS: Final[dict[str, str]] = {
    Act.SENT: N_("sent to readers"),
    Act.PAUSED: N_("paused"),
    Act.RESUMED: N_("let go on"),
    Act.STOPPED: N_("stopped"),
    Act.CORRECTED: N_("corrected in readers' chats"),
    Act.RECALLED: N_("recalled"),
    Act.LEFT: N_("left with readers"),
    Act.RETRIED: N_("tried again"),
    Act.DRAFT_SAVED: N_("draft saved"),
    Act.DRAFT_DROPPED: N_("draft cancelled"),
    Act.SCHEDULED: N_("confirmed for a time"),
    Act.CALLED_OFF: N_("called off"),
    Act.MISSED: N_("not sent: its time was missed"),
    Act.APPROVAL_ASKED: N_("approval asked for"),
    Act.APPROVED: N_("approved"),
    Act.REFUSED: N_("refused, or taken back"),
    Act.APPROVAL_EXPIRED: N_("not approved in time"),
    Act.ARTICLE_CHANGED: N_("topics or urgency of the article changed"),
    Act.ARTICLE_HELD: N_("article held back"),
    Act.ARTICLE_RELEASED: N_("article let go"),
    Act.ARTICLE_ALERTED: N_("readers alerted of the article"),
    Act.ROLE_GIVEN: N_("role given"),
    Act.ROLE_TAKEN: N_("role taken"),
    Act.INVITED: N_("invitation made"),
    Act.UNINVITED: N_("invitation withdrawn"),
    Act.INVITATION_ACCEPTED: N_("invitation accepted"),
    Act.SIGNED_IN: N_("signed in"),
    Act.SIGNED_OUT: N_("signed out"),
    Act.AUDIT_TRIMMED: N_("old entries of this log deleted"),
}
#: by which the log is asked: the part of an act before its dot; messages of the catalogue
KINDS: Final[dict[str, str]] = {
    "alert": N_("Alerts"),
    "draft": N_("Drafts"),
    "approval": N_("Approvals"),
    "article": N_("Articles"),
    "role": N_("Roles"),
    "desk": N_("Signing in"),
    "audit": N_("This log"),
}
#: what it was done to: the part of a subject before its colon; messages of the catalogue
SUBJECTS: Final[dict[str, str]] = {
    "alert": N_("Message {id}"),
    "draft": N_("Draft {id}"),
    "article": N_("Article {id}"),
    "invitation": N_("Invitation {id}"),
}
PLACES: Final[dict[Place, str]] = {
    Place.CHAT: N_("in chat"),
    Place.DESK: N_("on the web desk"),
    Place.TERMINAL: N_("in the terminal"),
}
COLUMNS: Final = ("id", "time", "address", "name", "from", "act", "subject", "before", "after")


def act_in_words(act: str, translate: Translator) -> str:
    """Of an act that a newer program wrote: its own name."""
    return translate(ACTS[act]) if act in ACTS else act


def subject_in_words(subject: str, translate: Translator) -> str:
    """Of what has no number, as it is written: a person's address."""
    kind, _colon, rest = subject.partition(":")
    numbered = kind in SUBJECTS and rest.isascii() and rest.isdecimal() and len(rest) < 19
    return translate(SUBJECTS[kind], id=int(rest)) if numbered else subject


def place_in_words(place: Place, translate: Translator) -> str:
    return translate(PLACES[place])


def change_in_words(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an entry tells of before or after, name by name; texts in full."""
    return [(name, plain) for name, value in told.items() if (plain := _plain(name, value))]


def _plain(name: str, value: Any) -> str:
    if name == "text" and isinstance(value, Mapping):
        return "".join(span[0] for span in value.get("spans", ()) if span)
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(key, one)}" for key, one in value.items() if one not in ((), [], "", None))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False)


def row_of(entry: Entry) -> tuple[str, ...]:
    """In the order of COLUMNS; `before` and `after` are JSON."""
    return (
        str(entry.id),
        entry.at.isoformat(),
        str(entry.actor.address),
        entry.actor.name,
        entry.actor.place.value,
        str(entry.act),
        entry.subject,
        json.dumps(dict(entry.before), ensure_ascii=False) if entry.before else "",
        json.dumps(dict(entry.after), ensure_ascii=False) if entry.after else "",
    )
