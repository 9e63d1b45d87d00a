"""Signing in on the web desk without a password: a link from the chat, used once, begins a session in a browser.

Who holds the link is who asked for it in their chat, so it lasts minutes and works once. Of links and sessions only
fingerprints are kept: who reads the storage can't come in with what stands there.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsbot.domain.subscriber import Address

__all__ = ["IDLE", "LINK_LIFE", "SESSION_LIFE", "Keys", "Offer", "Session", "Sessions", "mark_of", "new_secret"]

LINK_LIFE: Final = timedelta(minutes=10)  #: how long a link from the chat may be used
SESSION_LIFE: Final = timedelta(days=7)  #: after that the link must be asked for anew
IDLE: Final = timedelta(hours=24)  #: a session that nobody used for so long is over


@dataclass(frozen=True, slots=True)
class Offer:
    """A link that was made: whom it lets in, and the language they are spoken to in."""

    address: Address
    language: str
    made_at: datetime
    name: str = ""  #: as their app gives it


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser of one person. `mark`: the fingerprint of its secret, by which it is known here."""

    mark: str
    address: Address
    language: str
    name: str
    began_at: datetime


class Sessions(Protocol):
    """Raises StoreUnavailable. One contract suite (`tests/contracts/test_desk_sessions.py`) runs against every
    implementation.
    """

    async def offer(self, offer: Offer) -> str:
        """The secret of a link that lets them in once, within LINK_LIFE."""
        ...

    async def look(self, secret: str) -> Offer | None:
        """What a link would do; None where it holds no more. Uses nothing up: programs look at links, too."""
        ...

    async def begin(self, secret: str, *, now: datetime) -> str | None:
        """Use the link up; the secret of the new session. Of all who come with the same link, one gets it."""
        ...

    async def get(self, secret: str, *, now: datetime) -> Session | None:
        """The session, as long as it lasts; to ask for it is to use it."""
        ...

    async def speak(self, session: Session, language: str) -> None:
        """Its pages are in this language from now on."""
        ...

    async def end(self, session: Session) -> None:
        """Sign out here."""
        ...

    async def end_all(self, address: Address) -> None:
        """Sign out everywhere: no session and no link of theirs holds any more."""
        ...

    async def first_time(self, once: str) -> bool:
        """Whether this is the first to say so: a form that is sent twice does once what it asks for."""
        ...

    async def not_done(self, once: str) -> None:
        """What the first wanted could not be done: who says so next is the first."""
        ...

    async def say(self, session: Session, words: str) -> None:
        """To be said on the next page that this session opens."""
        ...

    async def said(self, session: Session) -> str:
        """What is to be said; it is said once."""
        ...

    async def key(self) -> bytes:
        """What cookies and forms are signed with where the settings name nothing: made once, the same for all."""
        ...


def new_secret() -> str:
    """256 bits, as letters that may stand in an address and a cookie."""
    return secrets.token_urlsafe(32)


def mark_of(secret: str) -> str:
    """A secret's fingerprint. Takes any str."""
    digest = hashlib.blake2b(secret.encode("utf-8", "replace"), digest_size=16, person=b"newsbot desk")
    return digest.hexdigest()


class Keys:
    """Signs cookies and forms. What was signed for one purpose holds for no other."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def signed(self, secret: str) -> str:
        """A session's secret as its cookie carries it."""
        return f"{secret}.{self._signature('cookie', secret)}"

    def read(self, cookie: str) -> str | None:
        """The secret in a cookie of ours; None for any other."""
        secret, dot, signature = cookie.rpartition(".")
        if not dot or not _same(signature, self._signature("cookie", secret)):
            return None
        return secret

    def token(self, session: Session) -> str:
        """What every form of this session carries, and no other page can know."""
        return self._signature("form", session.mark)

    def is_token(self, given: str, session: Session) -> bool:
        return _same(given, self.token(session))

    def _signature(self, purpose: str, text: str) -> str:
        message = f"{purpose}:{text}".encode("utf-8", "replace")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
