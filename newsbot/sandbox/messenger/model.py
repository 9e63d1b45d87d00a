"""Who and what there is: the Page, people, messages. Plain records; the rules live elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

__all__ = ["INBOX_APP_ID", "LedgerEntry", "PageAccount", "Person", "StoredMessage", "new_mid"]

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
    news_until: float = 0.0  #: end of their consent to news outside the window; 0: none
    referral: Mapping[str, Any] | None = None  #: a link or ad they came by, told with the first thing they do

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".rstrip()


@dataclass(slots=True)
class StoredMessage:
    """A message in the thread with one person."""

    mid: str
    person_id: str
    at: int  #: milliseconds since 1970
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
