"""From what happened on Messenger to what a reader did. Pure, and defined for every event of `envelope`.

An event's id is the platform's own (`mid`) where there is one, else made from what tells it from others of its kind:
the reader, the event's time and its parts. The body's other times differ from one delivery of an event to the next, so
they have no part in it. What commands, words and payloads mean is the conversation's matter.

While another app has a reader's conversation, what the reader does is `TAKEN_OVER`: not ours to answer, but it opens
the window all the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from newsbot.channels.messenger.content import (
    UNSUPPORTED,
    clean,
    is_ad,
    media_of,
    payload_of,
    pictures_of,
    ref_of,
    text_of,
)
from newsbot.channels.messenger.envelope import Event, EventKind, Json, identifier, inner, string
from newsbot.delivery.ledger import parse_delivery_id
from newsbot.domain.message import IncomingMessage, Kind, MessageRef
from newsbot.domain.subscriber import Address
from newsbot.domain.window import Opener

CHANNEL: Final = "messenger"
GET_STARTED: Final = "GET_STARTED"  #: the payload of the button with which a reader begins
#: metadata of what is no delivery, so that its echo is known as ours; alerts carry their delivery's id
REPLY: Final = "reply"

_MID: Final = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """Whose webhook it is. `app_id`: our app's, if known: it tells to whom a conversation was handed."""

    id: str
    app_id: str = ""


def no_word(text: str) -> bool:
    return False


def receive(
    event: Event, page: PageIdentity, now: datetime, *, opts_out: Callable[[str], bool] = no_word
) -> tuple[IncomingMessage, ...]:
    """What a reader did, or what the platform tells us; () where there is nothing to act on.

    `now`: aware UTC; nothing is said to have happened later. `opts_out`: whether a text is a word that ends alerts. Two
    messages come of a reader who followed a link into the conversation and then pressed a question there: both count.
    """
    when = min(event.at or now, now)
    found: tuple[IncomingMessage, ...]
    match event.kind:
        case EventKind.TEXT | EventKind.QUICK_REPLY | EventKind.MEDIA:
            found = _message(event, when)
        case EventKind.POSTBACK:
            found = _postback(event, when)
        case EventKind.REFERRAL:
            found = (_arrival(event, event.body, when),)
        case EventKind.REACTION:
            found = _reaction(event, when)
        case EventKind.OPT_IN:
            found = _opt_in(event, when)
        case EventKind.ECHO:
            return _echo(event, page, when)
        case EventKind.THREAD_PASSED | EventKind.THREAD_TAKEN:
            return (_handover(event, page, when),)
        case EventKind.ENFORCEMENT:
            return (_enforcement(event, page, when),)
        case _:  # nothing to act on: `webhook` says why
            return ()
    return tuple(_not_ours(one, opts_out) for one in found) if event.standby else found


def _message(event: Event, when: datetime) -> tuple[IncomingMessage, ...]:
    """What was written, or the quick reply that was pressed; before it the link by which its writer came."""
    message, mid, referral = event.body, string(event.body, "mid"), inner(event.body, "referral")
    pressed, text, media = payload_of(inner(message, "quick_reply")), text_of(message), media_of(message)
    event_id = _event_id(event, mid, text, pressed)
    by_ad = is_ad(referral)
    came = (_arrival(event, referral, when),) if ref_of(referral) and not by_ad else ()
    if pressed:
        opener = Opener.AD if by_ad else Opener.BUTTON
        return (*came, _by(event, event_id, Kind.BUTTON, when, opener, action=pressed))
    if text and media == "link":
        media = ""  # the preview of a link in the text
    pictures = pictures_of(message)
    written = _by(
        event,
        event_id,
        Kind.TEXT if text else Kind.MEDIA,
        when,
        Opener.AD if by_ad else Opener.MESSAGE,
        text=text,
        media=media if text or media else UNSUPPORTED,
        message=_reference(event, mid),
        picture=pictures[0] if pictures and media == "photo" else "",
        album=event_id if len(pictures) > 1 else "",
    )
    return (*came, written)


def _postback(event: Event, when: datetime) -> tuple[IncomingMessage, ...]:
    """A button, an entry of the menu, a question of the ice breakers, or Get Started. Only one that begins the
    conversation says by which link.
    """
    payload, referral = payload_of(event.body), inner(event.body, "referral")
    event_id = _event_id(event, string(event.body, "mid"), payload)
    if payload == GET_STARTED:
        return (_by(event, event_id, Kind.START, when, Opener.BUTTON, action=ref_of(referral)),)
    pressed = _by(event, event_id, Kind.BUTTON, when, Opener.BUTTON, action=payload)
    return (_arrival(event, referral, when), pressed) if ref_of(referral) else (pressed,)


def _arrival(event: Event, referral: Json, when: datetime) -> IncomingMessage:
    """Somebody followed a link into the conversation. After an advertisement's, only what they write opens a window."""
    ref = ref_of(referral)
    opener = Opener.REFERRAL if ref and not is_ad(referral) else None
    event_id = _made_id(event, EventKind.REFERRAL, ref, identifier(referral.get("ad_id")))
    return _by(event, event_id, Kind.START, when, opener, action=ref)


def _reaction(event: Event, when: datetime) -> tuple[IncomingMessage, ...]:
    """Taking a reaction back is nothing to act on, and opens nothing."""
    mid, action = string(event.body, "mid"), string(event.body, "action")
    if action != "react":
        return ()
    reaction, emoji = clean(string(event.body, "reaction")), clean(string(event.body, "emoji"))
    event_id = _made_id(event, EventKind.REACTION, mid, action, reaction, emoji)
    message = _reference(event, mid)
    return (_by(event, event_id, Kind.REACTION, when, Opener.REACTION, text=emoji, action=reaction, message=message),)


def _opt_in(event: Event, when: datetime) -> tuple[IncomingMessage, ...]:
    """The platform's own switch for messages outside the window says *stop* by the same event. To switch it on opens
    nothing, and we send nothing by it; a plugin on the newsroom's site is a way into the conversation.
    """
    body = event.body
    kind, status = string(body, "type"), string(body, "notification_messages_status")
    tokens = [string(body, name) for name in ("notification_messages_token", "one_time_notif_token")]
    event_id = _made_id(event, EventKind.OPT_IN, kind, status, *tokens, string(body, "payload"), string(body, "ref"))
    if status.upper().startswith("STOP"):
        return (_by(event, event_id, Kind.OPTED_OUT, when, None),)
    if kind or status or any(tokens):
        return ()
    return (_by(event, event_id, Kind.START, when, Opener.OPT_IN, action=ref_of(body)),)


def _echo(event: Event, page: PageIdentity, when: datetime) -> tuple[IncomingMessage, ...]:
    mid, metadata = string(event.body, "mid"), string(event.body, "metadata")
    app_id = identifier(event.body.get("app_id"))
    event_id = _event_id(event, mid, metadata, string(event.body, "text"))
    if parse_delivery_id(metadata) is not None:
        return (_by(event, event_id, Kind.ECHO, when, None, action=metadata, message=_reference(event, mid)),)
    if metadata == REPLY or (app_id and app_id == page.app_id):
        return ()
    return (_by(event, event_id, Kind.TAKEN_OVER, when, None, action=app_id),)


def _handover(event: Event, page: PageIdentity, when: datetime) -> IncomingMessage:
    """A conversation changes hands: the app to which it is passed is told, and the one from which it is taken. That is
    all there is to go by where our own app's id is not known.
    """
    owner, before = (identifier(event.body.get(f"{which}_owner_app_id")) for which in ("new", "previous"))
    if page.app_id and owner:
        ours = owner == page.app_id
    else:
        ours = event.kind is EventKind.THREAD_PASSED and not event.standby
    event_id = _made_id(event, event.kind, owner, before)
    return _by(event, event_id, Kind.HANDED_BACK if ours else Kind.TAKEN_OVER, when, None, action=owner)


def _enforcement(event: Event, page: PageIdentity, when: datetime) -> IncomingMessage:
    action, reason = clean(string(event.body, "action")).lower(), clean(string(event.body, "reason"))
    return IncomingMessage(
        event_id=_made_id(event, EventKind.ENFORCEMENT, action, reason),
        address=Address(CHANNEL, page.id),
        kind=Kind.ENFORCED,
        action=action or "warning",
        text=reason,
        received_at=when,
    )


def _by(event: Event, event_id: str, kind: Kind, when: datetime, opener: Opener | None, **said: Any) -> IncomingMessage:
    return IncomingMessage(
        event_id=event_id,
        address=Address(CHANNEL, event.reader),
        kind=kind,
        sender_id=event.reader,
        received_at=when,
        opens=opener.name if opener else "",
        **said,
    )


def _not_ours(incoming: IncomingMessage, opts_out: Callable[[str], bool]) -> IncomingMessage:
    """The same, done while somebody else answers: nothing of what was said is kept. To end alerts by a word is a
    reader's right whoever answers them.
    """
    if incoming.kind is Kind.OPTED_OUT:
        return incoming
    ends = incoming.kind is Kind.TEXT and opts_out(incoming.text)
    return IncomingMessage(
        event_id=incoming.event_id,
        address=incoming.address,
        kind=Kind.OPTED_OUT if ends else Kind.TAKEN_OVER,
        sender_id=incoming.sender_id,
        received_at=incoming.received_at,
        opens=incoming.opens,
    )


def _event_id(event: Event, mid: str, *parts: str) -> str:
    return mid if _MID.fullmatch(mid) else _made_id(event, event.kind, mid, *parts)


def _made_id(event: Event, kind: EventKind, *parts: str) -> str:
    told = "\x1f".join((kind, event.reader, event.timestamp, *parts))
    digest = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)
    return f"{kind}:{digest.hexdigest()}"


def _reference(event: Event, mid: str) -> MessageRef | None:
    return MessageRef(event.reader, mid) if _MID.fullmatch(mid) else None
