"""The web desk's links and sessions in memory, at the height of their protocol."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from newsbot.desk.sessions import IDLE, LINK_LIFE, SESSION_LIFE, Offer, Session, mark_of, new_secret
from newsbot.domain.subscriber import Address


@dataclass
class MemorySessions:
    """Implements `newsbot.desk.sessions.Sessions`. Links and disuse end by `passed`, what a server's clock says."""

    passed: timedelta = timedelta(0)
    _links: dict[str, tuple[Offer, timedelta]] = field(default_factory=dict)
    _sessions: dict[str, tuple[Session, timedelta]] = field(default_factory=dict)
    _once: set[str] = field(default_factory=set)
    _said: dict[str, str] = field(default_factory=dict)

    async def offer(self, offer: Offer) -> str:
        secret = new_secret()
        self._links[mark_of(secret)] = offer, self.passed
        return secret

    async def look(self, secret: str) -> Offer | None:
        offer, made = self._links.get(mark_of(secret), (None, self.passed))
        return offer if self.passed - made < LINK_LIFE else None

    async def begin(self, secret: str, *, now: datetime) -> str | None:
        offer = await self.look(secret)
        self._links.pop(mark_of(secret), None)
        if offer is None:
            return None
        key = new_secret()
        begun = Session(
            mark=mark_of(key), address=offer.address, language=offer.language, name=offer.name, began_at=now
        )
        self._sessions[begun.mark] = begun, self.passed
        return key

    async def get(self, secret: str, *, now: datetime) -> Session | None:
        session, used = self._sessions.get(mark_of(secret), (None, self.passed))
        if session is None or self.passed - used >= IDLE or now - session.began_at >= SESSION_LIFE:
            return None
        self._sessions[session.mark] = session, self.passed
        return session

    async def speak(self, session: Session, language: str) -> None:
        if session.mark in self._sessions:
            known, used = self._sessions[session.mark]
            self._sessions[session.mark] = replace(known, language=language), used

    async def end(self, session: Session) -> None:
        self._sessions.pop(session.mark, None)

    async def end_all(self, address: Address) -> None:
        for mark in [mark for mark, (one, _) in self._sessions.items() if one.address == address]:
            del self._sessions[mark]
        for mark in [mark for mark, (one, _) in self._links.items() if one.address == address]:
            del self._links[mark]

    async def first_time(self, once: str) -> bool:
        first = once not in self._once
        self._once.add(once)
        return first

    async def not_done(self, once: str) -> None:
        self._once.discard(once)

    async def say(self, session: Session, words: str) -> None:
        self._said[session.mark] = words

    async def said(self, session: Session) -> str:
        return self._said.pop(session.mark, "")

    async def key(self) -> bytes:
        return b"a key of these tests, 32 bytes.."
