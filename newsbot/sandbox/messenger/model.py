"""Who and what there is: the Page, people, messages. Plain records; the rules live elsewhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

__all__ = [
    "DEMO_PAGE",
    "INBOX_APP_ID",
    "LedgerEntry",
    "PageAccount",
    "Person",
    "StoredMessage",
    "VirtualPeople",
    "new_mid",
    "words_of",
]

DAY: Final = 86_400.0  #: seconds
INBOX_APP_ID: Final = "263902037430900"  #: the app by which people answer from the Page's inbox


@dataclass(frozen=True, slots=True)
class PageAccount:
    """The Page that the server serves and the app that speaks for it. Its secrets open nothing but this sandbox."""

    id: str = "101000000000007"
    name: str = "Sandbox News"
    token: str = "EAAsandbox-page-token-of-no-value-elsewhere"  # noqa: S105
    app_id: str = "2010000000000009"
    app_secret: str = "sandbox-app-secret-of-no-value-elsewhere"  # noqa: S105
    verify_token: str = "sandbox-verify-token"  # noqa: S105
    app_name: str = "Sandbox News Bot"

    @property
    def app_token(self) -> str:
        """What the app itself signs in with, for its subscriptions and for looking at tokens."""
        return f"{self.app_id}|{self.app_secret}"


#: the demo's Page
DEMO_PAGE: Final = PageAccount(name="জোনাকি বার্তা")


@dataclass(slots=True)
class Person:
    """A reader, by their page-scoped id. `started` is whether they ever wrote; before that no id of theirs exists."""

    id: str
    first_name: str
    last_name: str = ""
    locale: str = "bn_IN"
    timezone: int = 6
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    unreachable: bool = False  #: can't receive messages, for a reason of the platform's (10/2018108)
    phone_only: bool = False  #: has no profile that could be asked for (2018218)
    window_until: float = 0.0  #: seconds since 1970
    opened_by: str = ""  #: what opened the window last: MESSAGE, BUTTON, REACTION, REFERRAL, AD
    wrote_at: float = 0.0  #: of their last message: a person at the Page may answer for seven days
    referral: Mapping[str, Any] | None = None  #: a link or ad they came by, told with the first thing they do
    thread_owner: str = ""  #: the app that has the thread; empty: ours
    opted_out: bool = False  #: asked the platform to stop the Page's notifications

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".rstrip()

    def json(self, now: float, app_id: str) -> dict[str, Any]:
        """As pages and the control API show them; `app_id`: who has the thread unless another app took it."""
        told = (
            "id",
            "first_name",
            "last_name",
            "locale",
            "started",
            "blocked",
            "deactivated",
            "opened_by",
            "opted_out",
        )
        return {
            **{name: getattr(self, name) for name in told},
            "window_until": self.window_until or None,
            "window_open": self.window_until > now,
            "thread_owner": self.thread_owner or app_id,
        }


@dataclass(frozen=True, slots=True)
class VirtualPeople:
    """A range of ids that are all readers, made up on the spot: they cost nothing until one does something."""

    first_id: int
    count: int
    wrote_at: float  #: seconds since 1970: when all of them wrote last, which is what opened their windows
    blocked: float = 0.0  #: fraction, as are the next two; which of them is fixed by the seed
    deactivated: float = 0.0
    outside: float = 0.0  #: wrote a day before the others
    locales: tuple[str, ...] = ("bn_IN",)
    seed: int = 0
    slow: float = 0.0  #: fraction to whom the server takes `slow_seconds` to answer
    slow_seconds: float = 0.0

    def __contains__(self, person_id: str) -> bool:
        return person_id.isdecimal() and self.first_id <= int(person_id) < self.first_id + self.count

    def lateness(self, person_id: str) -> float:
        """Seconds by which the server's answer about one of them is late."""
        return self.slow_seconds if self._draw(person_id)[6] < self.slow * 256 else 0.0

    def find(self, person_id: str) -> Person | None:
        if person_id not in self:
            return None
        draw = self._draw(person_id)
        share = int.from_bytes(draw[:6]) / (1 << 48)
        gone = self.blocked + self.deactivated
        wrote_at = self.wrote_at - (DAY if gone <= share < gone + self.outside else 0.0)
        return Person(
            id=person_id,
            first_name=f"Reader {person_id}",
            locale=self.locales[draw[7] % len(self.locales)],
            started=True,
            blocked=share < self.blocked,
            deactivated=self.blocked <= share < gone,
            window_until=wrote_at + DAY,
            opened_by="MESSAGE",
            wrote_at=wrote_at,
        )

    def _draw(self, person_id: str) -> bytes:
        return hashlib.blake2b(f"{self.seed}:{person_id}".encode(), digest_size=8).digest()


@dataclass(slots=True)
class StoredMessage:
    """A message in the thread with one person."""

    mid: str
    person_id: str
    at: int  #: milliseconds since 1970
    number: int  #: in the order of writing: several have the same millisecond
    app_id: str  #: of the app that sent it; empty: the person
    content: Mapping[str, Any]  #: as in the Send API: text, attachment, attachments, quick_replies, metadata
    kind: str = "message"  #: or `postback`: a tap, which the thread shows as its title
    reply_to: str | None = None
    notification: str = "REGULAR"
    reactions: dict[str, str] = field(default_factory=dict)  #: "person" or "page": the emoji
    read: bool = False
    deleted: bool = False  #: taken back by the person
    edited: bool = False


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One accepted send, written down by the server: what a rehearsal compares the program's own figures with."""

    at: float  #: seconds since 1970, the sandbox's time
    person_id: str
    mid: str
    messaging_type: str
    text: str
    metadata: str

    def json(self) -> dict[str, Any]:
        return asdict(self)


def new_mid() -> str:
    """As long as the platform's own."""
    return "m_" + secrets.token_urlsafe(64)


def words_of(content: Mapping[str, Any]) -> str:
    """A message's text, or what a ledger's reader knows one without a text by."""
    attachment = content.get("attachment") or {}
    payload = attachment.get("payload") or {}
    if payload.get("template_type") == "generic":
        return " · ".join(element.get("title", "") for element in payload.get("elements", ()))
    return content.get("text") or payload.get("text") or f"[{attachment.get('type', 'attachments')}]"
