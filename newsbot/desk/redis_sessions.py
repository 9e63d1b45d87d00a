"""Links and sessions of the web desk kept in Redis, by their fingerprints. Every web process finds the same.

key                        type    what                                                     how long
desk:link:<mark>           string  JSON: whom the link lets in, since when, and after which 10 min, or until used
                                   sign-out
desk:session:<mark>        string  JSON: whose it is, since when, and after which sign-out  IDLE from the last use
desk:signed_out:<address>  string  how often they have signed out everywhere: what was      for ever
                                   begun before the last time holds no more
desk:once:<mark>           string  a form that was sent                                     ONCE
desk:said:<mark>           string  what the session's next page says                        SAID
desk:key                   string  32 random bytes: cookies and forms are signed with them  for ever
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from redis.asyncio import Redis

from newsbot.desk.sessions import IDLE, LINK_LIFE, SESSION_LIFE, Offer, Session, mark_of, new_secret
from newsbot.domain.subscriber import Address
from newsbot.redis_client import store_errors

__all__ = ["RedisSessions"]

ONCE: Final = timedelta(days=7)  #: a page with a form may stay open as long as its session lasts
SAID: Final = timedelta(minutes=2)


class RedisSessions:
    """Implements `Sessions`."""

    def __init__(self, redis: Redis) -> None:
        # The library types its commands for both of its clients at once; ours always awaits.
        self._redis = cast(Any, redis)

    async def offer(self, offer: Offer) -> str:
        secret = new_secret()
        with store_errors("making a link to the desk"):
            kept = {
                "address": str(offer.address),
                "language": offer.language,
                "made_at": offer.made_at.timestamp(),
                "name": offer.name,
                "signed_out": await self._signed_out(offer.address),
            }
            await self._redis.set(f"desk:link:{mark_of(secret)}", json.dumps(kept), ex=LINK_LIFE)
        return secret

    async def look(self, secret: str) -> Offer | None:
        with store_errors("looking at a link to the desk"):
            kept = await self._holding(await self._redis.get(f"desk:link:{mark_of(secret)}"))
        if kept is None:
            return None
        made_at = datetime.fromtimestamp(kept["made_at"], UTC)
        return Offer(Address.parse(kept["address"]), kept["language"], made_at, kept["name"])

    async def begin(self, secret: str, *, now: datetime) -> str | None:
        with store_errors("signing in"):
            # Whoever gets it has deleted it: of two who come at once, one.
            link = await self._holding(await self._redis.getdel(f"desk:link:{mark_of(secret)}"))
            if link is None:
                return None
            session = new_secret()
            # With the link's own count: who signs out everywhere meanwhile is signed out of this one, too.
            kept = link | {"began_at": now.timestamp()}
            await self._redis.set(f"desk:session:{mark_of(session)}", json.dumps(kept), ex=IDLE)
            return session

    async def get(self, secret: str, *, now: datetime) -> Session | None:
        mark = mark_of(secret)
        with store_errors("asking for a session"):
            kept = await self._holding(await self._redis.getex(f"desk:session:{mark}", ex=IDLE))
        if kept is None:
            return None
        began_at = datetime.fromtimestamp(kept["began_at"], UTC)
        if now - began_at >= SESSION_LIFE:
            return None
        return Session(
            mark=mark,
            address=Address.parse(kept["address"]),
            language=kept["language"],
            name=kept["name"],
            began_at=began_at,
        )

    async def speak(self, session: Session, language: str) -> None:
        key = f"desk:session:{session.mark}"
        with store_errors("choosing the desk's language"):
            if kept := await self._redis.get(key):
                await self._redis.set(key, json.dumps(json.loads(kept) | {"language": language}), ex=IDLE, xx=True)

    async def end(self, session: Session) -> None:
        with store_errors("signing out"):
            await self._redis.delete(f"desk:session:{session.mark}", f"desk:said:{session.mark}")

    async def end_all(self, address: Address) -> None:
        with store_errors("signing out everywhere"):
            await self._redis.incr(f"desk:signed_out:{address}")

    async def first_time(self, once: str) -> bool:
        with store_errors("looking whether a form was sent before"):
            return bool(await self._redis.set(f"desk:once:{mark_of(once)}", b"1", nx=True, ex=ONCE))

    async def not_done(self, once: str) -> None:
        with store_errors("noting that a form may be sent again"):
            await self._redis.delete(f"desk:once:{mark_of(once)}")

    async def say(self, session: Session, words: str) -> None:
        with store_errors("noting what is to be said"):
            await self._redis.set(f"desk:said:{session.mark}", words.encode("utf-8", "replace"), ex=SAID)

    async def said(self, session: Session) -> str:
        with store_errors("asking what is to be said"):
            words = await self._redis.getdel(f"desk:said:{session.mark}")
        return words.decode("utf-8") if words else ""

    async def key(self) -> bytes:
        with store_errors("asking for the desk's key"):
            await self._redis.set("desk:key", secrets.token_bytes(32), nx=True)
            return cast(bytes, await self._redis.get("desk:key"))

    async def _holding(self, kept: bytes | None) -> dict[str, Any] | None:
        """A link or a session as it is kept, unless they have signed out everywhere since."""
        if not kept:
            return None
        found: dict[str, Any] = json.loads(kept)
        return found if found["signed_out"] == await self._signed_out(found["address"]) else None

    async def _signed_out(self, address: Address | str) -> int:
        return int(await self._redis.get(f"desk:signed_out:{address}") or 0)
