"""Broadcasting from the terminal. It works beside a running newsbot, which does the delivery."""

from __future__ import annotations

import getpass
import re
import sys
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import typer

from newsbot.accounts import Accounts
from newsbot.alert_commands import article_named
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.delivery.explaining import state_in_brief
from newsbot.desk.actions import Verb
from newsbot.desk.audit import Actor, Place
from newsbot.desk.channel_notes import looks_on
from newsbot.desk.controlling import turn_state
from newsbot.desk.doubts import doubts_of
from newsbot.desk.draft_alert import as_readers_see_it, reach_of
from newsbot.desk.draft_form import BUTTONS, LABEL, is_label
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.handing_over import HandedOver, call_off, hand_over
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.outlets import seconds_for
from newsbot.desk.preview import cost_in_words, manner_in_words, time_set_in_words
from newsbot.desk.refusals import refusal_of
from newsbot.desk.retrying import retriable, retry
from newsbot.desk.turn import Desk, Speaking, Speech, estimate
from newsbot.desk.writing import is_web_address
from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.message import Button, Span
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError, NewsbotError
from newsbot.text.light_markup import read
from newsbot.text.tokens import tokens
from newsbot.text.typed_times import typed_time


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line. `article`: its number or address, instead of a text."""

    text: str = ""
    article: str = ""
    markup: bool = False  #: *bold*, _italic_ and [words](address) in the text are meant
    picture: str = ""
    buttons: tuple[str, ...] = ()  #: `label=address`
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    breaking: bool = False
    silent: bool = False
    at: str = ""
    yes: bool = False


async def broadcast(settings: Settings, wish: Wish) -> bool:
    """Say whom it is for, what is worth a thought and how long it takes, ask, and hand it over: as a draft, the way
    that it is done in chat and on the desk. False if nothing was sent.
    """
    written = None if wish.article else _text(wish)
    async with Parts(settings) as parts:
        audience = _audience(parts, wish)
        accounts = await Accounts.open(parts, ask=False)
        desk, by = accounts.desk, terminal_actor()
        speak = Speech(translate=parts.catalog.translator("en"), now=parts.clock(), zone=parts.timezone)
        article = await article_named(await parts.articles(), wish.article) if wish.article else None
        breaking = wish.breaking or (article is not None and article.breaking)
        wanted = Draft(
            id=0,  # until it is kept
            editor=by.address,
            state=DraftState.READY,
            text=written,
            article_id=article.id if article else 0,
            audience=audience,
            cls=AlertClass.BREAKING if breaking else AlertClass.TOPIC,
            silent=wish.silent,
            send_at=_time(wish, speak),
            changed_at=speak.now,
            changed_by=by.address,
        )
        if refused := await refusal_of(desk, speak, wanted, None):
            raise ConfigurationError(f"--{_blamed(wish, wanted, speak)}: {refused}")
        event = f"terminal:{uuid.uuid4().hex}"
        begun = await desk.drafts.begin(by.address, event=event, waits=False, now=speak.now)
        wanted = replace(wanted, id=begun.id, revision=begun.revision)
        ready = await keep_draft(desk, begun, wanted, by=by, now=speak.now)
        assert ready is not None, "nobody else knows of it"
        if not await _agreed(desk, speak, ready, wish):
            dropped = replace(ready, state=DraftState.DROPPED)
            await keep_draft(desk, ready, dropped, by=by, now=parts.clock())
            return False
        done = await hand_over(desk, replace(speak, now=parts.clock()), ready, revision=ready.revision, by=by)
    if done.waits is not None:
        until = done.waits.expires_at.astimezone(parts.timezone)
        typer.echo(
            f"Draft {done.draft.id} waits for a second person's approval until {until:%H:%M}: they are asked in chat, "
            "and it goes out when one of them approves it."
        )
        return True
    if done.alert is None:
        typer.echo(done.refused or _where_it_is(desk, done, speak), err=bool(done.refused))
        return not done.refused
    typer.echo(
        f"Broadcast {done.alert.id} is handed over; the running newsbot sends it (newsbot alerts list shows how far)."
    )
    return True


async def call_off_draft(settings: Settings, number: int) -> bool:
    """What was handed over for a time doesn't go out. False if it was too late."""
    async with Parts(settings) as parts:
        desk = (await Accounts.open(parts, ask=False)).desk
        draft = await desk.drafts.get(number)
        if draft is None:
            raise NewsbotError(f"There is no draft {number}.")
        ready = await call_off(desk, draft, by=terminal_actor(), now=parts.clock())
    typer.echo(
        f"Draft {number} was called off." if ready else f"Draft {number} is {draft.state.value}.", err=ready is None
    )
    return ready is not None


async def _agreed(desk: Desk, speak: Speaking, draft: Draft, wish: Wish) -> bool:
    reach = await reach_of(desk, draft, None)
    if not any(one.total for one in reach.values()):
        typer.echo("Nobody would get this: choose another audience.", err=True)
        return False
    count = sum(one.now for one in reach.values())
    time = estimate(seconds_for(desk.outlets, {name: one.now for name, one in reach.items()}), speak.translate)
    typer.echo(f"This goes to {count:,} {'reader' if count == 1 else 'readers'}; it takes {time}.")
    for channel, one in reach.items() if len(reach) > 1 else ():
        waiting = f", {one.waiting:,} once they write again" if one.waiting else ""
        typer.echo(f"  {channel}: {one.now:,} now{waiting}")
    more = [manner_in_words(desk, draft, speak), cost_in_words(desk, reach, speak)]
    shown = await as_readers_see_it(desk, draft, None, first=speak.language)
    doubts = [*await doubts_of(desk, speak, draft, links=True), *looks_on(desk.outlets, shown, speak.translate)]
    for line in (*filter(None, more), *(f"! {doubt}" for doubt in doubts)):
        typer.echo(line)
    if not wish.yes and not typer.confirm("Send it then?" if draft.send_at else "Send it now?"):
        typer.echo("Nothing was sent.")
        return False
    return True


def _where_it_is(desk: Desk, done: HandedOver, speak: Speaking) -> str:
    number, when = done.draft.id, time_set_in_words(desk, done.draft, speak)
    return f"Draft {number}: {when} (newsbot broadcast call-off {number} calls it off.)"


def _text(wish: Wish) -> AlertText:
    text = (sys.stdin.read() if wish.text == "-" else wish.text).strip()
    if not tokens(text):
        raise ConfigurationError('--text: there is not a word to send; example: --text "The bridge is open"')
    if wish.picture and not is_web_address(wish.picture):
        raise ConfigurationError(f"--picture {wish.picture}: it is no web address (https://…)")
    if len(wish.buttons) > BUTTONS:
        raise ConfigurationError(f"--button: at most {BUTTONS} of them fit under a text")
    spans = read(text) if wish.markup else (Span(text),)
    return AlertText(spans, wish.picture, tuple(_button(one) for one in wish.buttons))


def _button(written: str) -> Button:
    label, _, url = written.partition("=")
    label = label.strip()
    if not (is_label(label) and is_web_address(url)):
        needs = f"it needs a label and an address, the label with at most {LABEL} letters"
        raise ConfigurationError(f'--button {written}: {needs}: --button "Watch=https://…"')
    return Button(label, url=url)


def _time(wish: Wish, speak: Speaking) -> datetime | None:
    if not wish.at:
        return None
    at = typed_time(wish.at, zone=speak.zone, now=speak.now)
    if at is None:
        raise ConfigurationError(f'--at {wish.at}: it is no time; examples: --at 18:30, --at "2026-12-01 18:30"')
    return at


def _blamed(wish: Wish, draft: Draft, speak: Speaking) -> str:
    """The option that a refusal is about."""
    if draft.send_at is not None and draft.send_at <= speak.now:
        return "at"
    return "article" if wish.article else "text"


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
    reached = [channel for channel in parts.accounts if channel != "console"]
    for channel in wish.channels:
        if channel not in reached:
            known = ", ".join(reached)
            raise ConfigurationError(f"--channel {channel}: it is not configured; there are {known}")
    return Audience(wish.topics, wish.languages, wish.channels)


async def turn(settings: Settings, verb: str, number: int, channel: str = "") -> bool:
    """Pause, resume or stop alert `number`; says how it stands. False if it could not be turned.

    `channel`: resume it only where it has paused itself there.
    """
    async with Parts(settings) as parts:
        _refuse_unknown(channel, parts)
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
        raise _no_alert(number)
    typer.echo(f"Alert {number} is {state_in_brief(turned.alert)}.", err=not turned.done)
    return turned.done


async def retry_alert(settings: Settings, number: int, channel: str = "", *, yes: bool = False) -> bool:
    """Say to how many alert `number` would be sent again, ask, and hand it over, on `channel` or wherever there is
    anything to try again. False if nothing was sent, also where it was tried again before.
    """
    async with Parts(settings) as parts:
        _refuse_unknown(channel, parts)
        desk = (await Accounts.open(parts, ask=False)).desk
        alert = await desk.alerts.get(number)
        if alert is None:
            raise _no_alert(number)
        found = await retriable(desk, alert)
        count = found.on(channel)
        if not count:
            made = ", ".join(str(one.id) for one in found.made)
            before = f"was tried again already (alert {made})" if made else f"is {state_in_brief(alert)}"
            typer.echo(f"Alert {number} {before}: there is nothing to try again.", err=True)
            return False
        time = estimate(
            seconds_for(desk.outlets, {name: found.on(name) for name in found.by_channel if channel in ("", name)}),
            parts.catalog.translator("en"),
        )
        readers = f"{count:,} {'reader' if count == 1 else 'readers'}"
        typer.echo(f"Alert {number} certainly did not reach {readers}; to try again takes {time}.")
        for name, own in found.by_channel.items() if len(found.by_channel) > 1 and not channel else ():
            typer.echo(f"  {name}: {own:,}")
        typer.echo("Whoever may have it already, or can't be reached now, is left out.")
        if not yes and not typer.confirm("Send it again to them?"):
            typer.echo("Nothing was sent.")
            return False
        known = {one.id for one in found.made}
        done = await retry(desk, alert, by=terminal_actor(), channel=channel)
    new = [one for one in done if one.id not in known]
    for one in new:
        typer.echo(f"Alert {one.id} is handed over; the running newsbot sends it (newsbot alerts list shows how far).")
    if not new:
        typer.echo("It changed meanwhile: there is nothing to try again.", err=True)
    return bool(new)


def _refuse_unknown(channel: str, parts: Parts) -> None:
    if channel and channel not in parts.accounts:
        known = ", ".join(parts.accounts)
        raise ConfigurationError(f"--channel {channel}: it is not configured; there are {known}")


def _no_alert(number: int) -> NewsbotError:
    return NewsbotError(f"There is no alert {number} (newsbot alerts list).")
