"""Broadcasting from the terminal. It works beside a running newsbot, which does the delivery."""

from __future__ import annotations

import getpass
import re
import sys
import uuid
from dataclasses import dataclass
from datetime import timedelta

import typer

from newsbot.bootstrap import Parts
from newsbot.channels.telegram.renderer import LIMITS
from newsbot.config import Settings
from newsbot.delivery.explaining import state_in_brief
from newsbot.desk.actions import Verb
from newsbot.desk.audit import Act, Actor, Place, alert_entry
from newsbot.desk.controlling import turn_state
from newsbot.desk.outlets import slowest
from newsbot.desk.turn import estimate, expiry, told_of
from newsbot.desk.writing import overlong
from newsbot.domain.alert import AlertClass, AlertKind, AlertText, Audience, NewAlert
from newsbot.domain.message import NoticeReply, Span
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError, NewsbotError
from newsbot.text.tokens import tokens


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    text: str
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    breaking: bool = False
    silent: bool = False
    yes: bool = False


async def broadcast(settings: Settings, wish: Wish) -> bool:
    """Say whom it is for, ask, and hand it over. False if nothing was sent."""
    text = (sys.stdin.read() if wish.text == "-" else wish.text).strip()
    if not tokens(text):
        raise ConfigurationError('--text: there is not a word to send; example: --text "The bridge is open"')
    spans = (Span(text),)
    on_telegram = settings.telegram.token is not None  # elsewhere it may go out in parts
    if on_telegram and (too_long := overlong(NoticeReply(spans=spans), LIMITS)):
        raise ConfigurationError(f"--text: it is {too_long.excess} characters too long; {too_long.limit} fit")
    async with Parts(settings) as parts:
        audience = _audience(parts, wish)
        ledgers = await parts.ledgers()
        if not ledgers:
            missing = "NEWSBOT_TELEGRAM__TOKEN and NEWSBOT_MESSENGER__PAGE_ID"
            raise ConfigurationError(f"{missing}: both are missing, so there is nobody to send to")
        found = {ledger.channel: await ledger.reach(audience) for ledger in ledgers}
        by_channel = {channel: one.now for channel, one in found.items()}
        reach = sum(by_channel.values())
        if not any(one.total for one in found.values()):
            typer.echo("Nobody would get this: choose another audience.", err=True)
            return False
        seconds = slowest(by_channel, {"telegram": settings.telegram.rate, "messenger": settings.messenger.rate})
        time = estimate(seconds, parts.catalog.translator("en"))
        typer.echo(f"This goes to {reach:,} {'reader' if reach == 1 else 'readers'}; it takes {time}.")
        for channel, one in found.items() if len(found) > 1 else ():
            waiting = f", {one.waiting:,} once they write again" if one.waiting else ""
            typer.echo(f"  {channel}: {one.now:,} now{waiting}")
        if not wish.yes and not typer.confirm("Send it now?"):
            typer.echo("Nothing was sent.")
            return False
        now = parts.clock()
        number = uuid.uuid4().hex
        by, audit = terminal_actor(), await parts.audit()
        new = NewAlert(
            origin=f"broadcast:terminal:{number}",
            kind=AlertKind.BROADCAST,
            cls=AlertClass.BREAKING if wish.breaking else AlertClass.TOPIC,
            story=f"broadcast:terminal:{number}",
            expires_at=expiry(now, seconds, expire=timedelta(minutes=settings.delivery.expire_minutes)),
            audience=audience,
            text=AlertText(spans),
            silent=wish.silent,
            by=by.address,
        )
        async with audit.together():
            alert = await (await parts.alerts()).create(new, now=now)
            await audit.write(alert_entry(by, Act.SENT, alert.id, now=now, after=told_of(new, by_channel)))
    typer.echo(
        f"Broadcast {alert.id} is handed over; the running newsbot sends it (newsbot alerts list shows how far)."
    )
    return True


def terminal_actor() -> Actor:
    """Who uses this machine: whoever may run the program here may do everything."""
    user = getpass.getuser()
    return Actor(address=Address("console", re.sub(r"\s", "_", user)[:64]), name=user, place=Place.TERMINAL)


def _audience(parts: Parts, wish: Wish) -> Audience:
    topics = parts.newsroom.topics
    for topic in wish.topics:
        if topic not in topics:
            known = ", ".join(one.id for one in topics)
            raise ConfigurationError(f"--topic {topic}: there is no such topic; there are {known}")
    for language in wish.languages:
        if language not in parts.catalog.languages:
            known = ", ".join(parts.catalog.languages)
            raise ConfigurationError(f"--language {language}: the bot doesn't speak it; it speaks {known}")
    return Audience(wish.topics, wish.languages)


async def turn(settings: Settings, verb: str, number: int, channel: str = "") -> bool:
    """Pause, resume or stop alert `number`; says how it stands. False if it could not be turned.

    `channel`: resume it only where it has paused itself there.
    """
    async with Parts(settings) as parts:
        if channel and channel not in parts.accounts:
            known = ", ".join(parts.accounts)
            raise ConfigurationError(f"--channel {channel}: it is not configured; there are {known}")
        turned = await turn_state(
            await parts.alerts(),
            await parts.audit(),
            Verb(verb),
            number,
            by=terminal_actor(),
            now=parts.clock(),
            channel=channel,
        )
    if turned is None:
        raise NewsbotError(f"There is no alert {number} (newsbot alerts list).")
    typer.echo(f"Alert {number} is {state_in_brief(turned.alert)}.", err=not turned.done)
    return turned.done
