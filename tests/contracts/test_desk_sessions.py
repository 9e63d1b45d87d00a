"""What every keeper of the web desk's links and sessions promises: the one in Redis, and the tests' own in memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.desk.redis_sessions import RedisSessions
from newsbot.desk.sessions import IDLE, LINK_LIFE, SESSION_LIFE, Keys, Offer, Session, Sessions, mark_of, new_secret
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import client
from tests.builders import NOW, an_address
from tests.memory_sessions import MemorySessions
from tests.programs import free_port

RAHIMA, KARIM = an_address("9001"), an_address("9002")
OFFER = Offer(RAHIMA, "bn", NOW, "রহিমা")


@pytest.fixture(params=["redis", "memory"])
def sessions(request: pytest.FixtureRequest) -> Sessions:
    return MemorySessions() if request.param == "memory" else RedisSessions(request.getfixturevalue("redis"))


async def begun(sessions: Sessions, offer: Offer = OFFER) -> tuple[str, Session]:
    secret = await sessions.begin(await sessions.offer(offer), now=NOW)
    assert secret is not None
    session = await sessions.get(secret, now=NOW)
    assert session is not None
    return secret, session


async def test_a_link_begins_one_session_however_often_it_was_looked_at(sessions: Sessions) -> None:
    link = await sessions.offer(OFFER)
    assert await sessions.look(link) == OFFER
    assert await sessions.look(link) == OFFER
    begun = await asyncio.gather(*(sessions.begin(link, now=NOW) for _ in range(8)))
    (secret,) = [one for one in begun if one is not None]
    assert await sessions.look(link) is None
    assert await sessions.get(secret, now=NOW) == Session(
        mark=mark_of(secret), address=RAHIMA, language="bn", name="রহিমা", began_at=NOW
    )


async def test_what_nobody_made_leads_nowhere(sessions: Sessions) -> None:
    for secret in ("", "x", "é\ud800", new_secret(), "*"):
        assert await sessions.look(secret) is None
        assert await sessions.begin(secret, now=NOW) is None
        assert await sessions.get(secret, now=NOW) is None
    link = await sessions.offer(OFFER)
    assert await sessions.get(link, now=NOW) is None
    secret, _ = await begun(sessions)
    assert await sessions.begin(secret, now=NOW) is None


async def test_a_session_is_over_after_a_week_however_much_it_is_used(sessions: Sessions) -> None:
    secret, session = await begun(sessions)
    assert await sessions.get(secret, now=NOW + SESSION_LIFE - timedelta(seconds=1)) == session
    assert await sessions.get(secret, now=NOW + SESSION_LIFE) is None


async def test_to_sign_out_ends_one_session(sessions: Sessions) -> None:
    (here, session), (there, _) = await begun(sessions), await begun(sessions)
    await sessions.end(session)
    assert await sessions.get(here, now=NOW) is None
    assert await sessions.get(there, now=NOW) is not None
    await sessions.speak(session, "en")  # too late: it brings nothing back
    assert await sessions.get(here, now=NOW) is None


async def test_to_sign_out_everywhere_ends_what_this_person_has_begun_and_nothing_else(sessions: Sessions) -> None:
    (one, _), (two, _), (karims, _) = [
        await begun(sessions),
        await begun(sessions),
        await begun(sessions, Offer(KARIM, "bn", NOW)),
    ]
    link = await sessions.offer(OFFER)
    await sessions.end_all(RAHIMA)
    assert await sessions.get(one, now=NOW) is None
    assert await sessions.get(two, now=NOW) is None
    assert await sessions.begin(link, now=NOW) is None
    assert await sessions.get(karims, now=NOW) is not None
    anew, _ = await begun(sessions)
    assert await sessions.get(anew, now=NOW) is not None


async def test_a_session_speaks_the_language_that_was_chosen(sessions: Sessions) -> None:
    secret, session = await begun(sessions)
    await sessions.speak(session, "en")
    spoken = await sessions.get(secret, now=NOW)
    assert spoken is not None
    assert (spoken.language, spoken.mark) == ("en", session.mark)


async def test_a_form_is_new_once(sessions: Sessions) -> None:
    once = new_secret()
    firsts = await asyncio.gather(*(sessions.first_time(once) for _ in range(8)))
    assert sorted(firsts) == [False] * 7 + [True]
    assert await sessions.first_time(new_secret())


async def test_a_form_that_could_not_be_obeyed_is_new_once_more(sessions: Sessions) -> None:
    once = new_secret()
    assert await sessions.first_time(once)
    await sessions.not_done(once)
    assert await sessions.first_time(once)
    assert not await sessions.first_time(once)


async def test_what_is_to_be_said_is_said_once_and_to_nobody_else(sessions: Sessions) -> None:
    (_, here), (_, there) = await begun(sessions), await begun(sessions)
    assert await sessions.said(here) == ""
    await sessions.say(here, "থামানো হয়েছে")
    assert await sessions.said(there) == ""
    assert await sessions.said(here) == "থামানো হয়েছে"
    assert await sessions.said(here) == ""


async def test_the_key_is_made_once(sessions: Sessions) -> None:
    keys = await asyncio.gather(*(sessions.key() for _ in range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


async def test_redis_keeps_no_secret_and_nothing_of_a_link_or_session_for_ever(redis: Redis) -> None:
    sessions = RedisSessions(redis)
    link = await sessions.offer(OFFER)
    secret, session = await begun(sessions)
    once = new_secret()
    await sessions.first_time(once)
    await sessions.say(session, "Done")
    kept = {}
    async for key in redis.scan_iter("desk:*"):
        kept[key.decode()] = await redis.get(key), await redis.ttl(key)
    words = " ".join(f"{key} {value!r}" for key, (value, _) in kept.items())
    assert all(one not in words for one in (link, secret, once))
    lives = {key.rpartition(":")[0]: life for key, (_, life) in kept.items()}
    assert LINK_LIFE.total_seconds() - 5 < lives["desk:link"] <= LINK_LIFE.total_seconds()
    assert IDLE.total_seconds() - 5 < lives["desk:session"] <= IDLE.total_seconds()
    assert all(life > 0 for life in lives.values())


async def test_to_use_a_session_keeps_it(redis: Redis) -> None:
    sessions = RedisSessions(redis)
    secret, session = await begun(sessions)
    await redis.expire(f"desk:session:{session.mark}", 60)
    await sessions.get(secret, now=NOW)
    assert await redis.ttl(f"desk:session:{session.mark}") > 60


async def test_a_redis_that_is_away_is_told_in_our_words() -> None:
    away = client(f"redis://127.0.0.1:{free_port()}/0")
    sessions = RedisSessions(away)
    for asked in (sessions.offer(OFFER), sessions.look("x"), sessions.begin("x", now=NOW), sessions.key()):
        with pytest.raises(StoreUnavailable):
            await asked
    await away.aclose()


def test_what_was_signed_for_one_purpose_or_by_another_key_holds_for_nothing_else() -> None:
    keys, others = Keys(b"a" * 32), Keys(b"b" * 32)
    session = Session(mark="m", address=RAHIMA, language="bn", name="", began_at=NOW)
    cookie = keys.signed("secret")
    assert keys.read(cookie) == "secret"
    assert others.read(cookie) is None
    for other in ("", "secret", "secret.", f"{cookie}0", cookie.upper(), f"secret.{keys.token(session)}", "é.\ud800"):
        assert keys.read(other) is None
    assert keys.is_token(keys.token(session), session)
    assert not others.is_token(keys.token(session), session)
    for other in ("", "é", keys.signed("m"), keys.signed("m").rpartition(".")[2]):
        assert not keys.is_token(other, session)
