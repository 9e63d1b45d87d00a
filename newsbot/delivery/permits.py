"""Whether a message may be sent now, on channels where the platform asks who writes, what for, and when the reader was
last heard of. Pure; what sends shows a `Permit` or stays silent.

Inside the reader's window everything may be said that the reader wants. Outside it nothing may, but for one thing: a
person of the newsroom may answer a reader by hand for a week. So the tag for that is made from who the author *is*, and
no setting can give it to a bot. What platforms once had besides (tags for updates of orders, accounts, events) is gone,
and has no name here. Two ways for news outside the window are described by the platform and proven by nobody; they have
a name, one state, which is off, and no sender.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final

from newsbot.domain.message import IncomingMessage
from newsbot.domain.window import Opener, Window

DAY: Final = timedelta(hours=24)  #: what the reader does opens a window of this length…
AFTER_AD: Final = timedelta(days=7)  #: …or of this, when an advertisement led them into the chat
ANSWERED_BY_HAND: Final = timedelta(days=7)  #: from a person's message, an editor may answer it
#: a window that ends sooner is taken for closed: a request on its way takes time, and clocks differ
MARGIN: Final = timedelta(seconds=60)


class Author(Enum):
    """Who speaks: what a person wrote by hand, to this one reader, or everything else."""

    BOT = auto()
    EDITOR = auto()


class Purpose(Enum):
    REPLY = auto()  #: an answer to what the reader did
    ALERT = auto()
    FOLLOW_UP = auto()  #: to an alert that they have: a correction
    KEEP_ASKING = auto()  #: "keep alerts?", before a window closes
    DIGEST = auto()


class Consent(Enum):
    """What the reader has said to being written to unasked."""

    STRANGER = auto()  #: nothing
    SUBSCRIBED = auto()
    STOPPED = auto()  #: paused, stopped, or opted out in the platform's own way


class LaneState(Enum):
    """Of a way outside the window. There is no state but this until a real account has proven one."""

    OFF = auto()


@dataclass(frozen=True, slots=True)
class Lanes:
    news: LaneState = LaneState.OFF  #: for registered news pages (`NON_PROMOTIONAL_SUBSCRIPTION`)
    one_time: LaneState = LaneState.OFF  #: one message for one "tell me" of the reader's (`one_time_notif_req`)


class Messaging(StrEnum):
    """How the platform is told what a message is. There are no others."""

    RESPONSE = "RESPONSE"
    UPDATE = "UPDATE"  #: unasked, inside the window
    HUMAN_AGENT = "HUMAN_AGENT"  #: a person's answer, outside it


@dataclass(frozen=True, slots=True)
class Permit:
    messaging: Messaging
    until: datetime  #: what is not sent by then needs another one

    def holds(self, now: datetime) -> bool:
        return now < self.until


class Why(StrEnum):
    OUTSIDE_WINDOW = "the reader wrote too long ago"
    TOO_LATE_BY_HAND = "the reader wrote more than seven days ago"
    NO_SUBSCRIBER = "the reader has not asked for alerts"
    OPTED_OUT = "the reader wants no alerts now"


class Next(StrEnum):
    """The next moment at which it may be lawful."""

    WHEN_THEY_WRITE = "when the reader next writes, presses a button or reacts"
    WHEN_THEY_SUBSCRIBE = "when the reader subscribes"
    WHEN_THEY_RESUME = "when the reader turns alerts on again"


@dataclass(frozen=True, slots=True)
class Denial:
    why: Why
    next: Next

    def __str__(self) -> str:
        return f"{self.why}; it may be sent {self.next}"


NO_LANES: Final = Lanes()


def window_after(opener: Opener, at: datetime) -> Window:
    """The window that this opens, done by the reader at `at` (aware)."""
    return Window(at + (AFTER_AD if opener is Opener.AD else DAY), opener)


def opened_by(incoming: IncomingMessage, now: datetime) -> Window | None:
    """The window that this event opened, open still or not; None if it opens none.

    Whatever the platform's clock says, nothing was done after `now`. The event may have waited in the inbox while the
    program was replaced by one that knows fewer openers: an unknown one opens nothing.
    """
    opener = Opener.__members__.get(incoming.opens)
    return None if opener is None else window_after(opener, min(incoming.received_at or now, now))


def is_open(window: Window | None, now: datetime) -> bool:
    return window is not None and now + MARGIN < window.expires_at


def permit(
    author: Author,
    purpose: Purpose,
    window: Window | None,
    consent: Consent,
    lanes: Lanes,
    now: datetime,
    *,
    wrote_at: datetime | None = None,
) -> Permit | Denial:
    """`window`: the reader's, None: none is known. `wrote_at`: of their message that an editor answers by hand.

    A reply needs no consent: whoever writes wants an answer. Everything else does, and a window besides.
    """
    if purpose is not Purpose.REPLY and consent is not Consent.SUBSCRIBED:
        if consent is Consent.STOPPED:
            return Denial(Why.OPTED_OUT, Next.WHEN_THEY_RESUME)
        return Denial(Why.NO_SUBSCRIBER, Next.WHEN_THEY_SUBSCRIBE)
    if window is not None and is_open(window, now):
        reply = purpose is Purpose.REPLY
        return Permit(Messaging.RESPONSE if reply else Messaging.UPDATE, window.expires_at - MARGIN)
    if author is Author.EDITOR and purpose is Purpose.REPLY and wrote_at is not None and wrote_at <= now:
        until = wrote_at + ANSWERED_BY_HAND - MARGIN
        if now < until:
            return Permit(Messaging.HUMAN_AGENT, until)
        return Denial(Why.TOO_LATE_BY_HAND, Next.WHEN_THEY_WRITE)
    # Neither `lanes.news` nor `lanes.one_time` can be anything but off: when one is proven, its permit is made here.
    return Denial(Why.OUTSIDE_WINDOW, Next.WHEN_THEY_WRITE)
