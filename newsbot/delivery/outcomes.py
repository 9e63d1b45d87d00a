"""From what a try taught us to what is done about it, and when failures say more of us than of readers. Pure.

One answer decides about one delivery (`decide`). What it says beyond that is its `Sign`, and signs add up: an alert
whose readers all seem to be gone, or whose message nobody may have, has a fault that is not the readers' (`Streak`),
and a platform that doesn't answer has one that is nobody's alert (`TROUBLES`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Final, assert_never

from newsbot.delivery.ledger import Postpone, Result, Settle
from newsbot.domain.alert import (
    PAUSED_MANY_UNREACHABLE,
    PAUSED_MESSAGE_REFUSED,
    Alert,
    AlertClass,
    Outcome,
)
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable

#: permanent answers about readers, without one message accepted in between, that are not believed any more. Where a
#: third of the readers are gone, so many in a row come once in a billion runs.
UNREACHABLE_IN_A_ROW: Final = 20
REFUSED_IN_A_ROW: Final = 5  #: refusals of one message in a row: it is refused whoever it is for
TROUBLES: Final = 3  #: answers that did not come, one after the other: the platform is away
ANEW: Final = timedelta(seconds=5)  #: before what may not have arrived is sent again

#: of one copy or one chat; they say nothing of the message
_OF_A_COPY: Final = frozenset({Reason.TARGET_GONE, Reason.CANT_EDIT, Reason.TOO_LATE, Reason.THREAD_GONE})


class Sign(Enum):
    """What an attempt says beyond its own delivery."""

    WELL = auto()  #: platform, account and message are well
    READER = auto()  #: a permanent answer about this reader
    MESSAGE = auto()  #: the message is refused for what it is
    ACCOUNT = auto()  #: token or settings are refused
    TROUBLE = auto()  #: no connection, no answer, or one from a server that is ill
    NOTHING = auto()


@dataclass(slots=True)  # not frozen: see `Sent`
class Verdict:
    """`result` is for the ledger; the rest is done beside it."""

    result: Result
    sign: Sign
    unreachable: Reason | None = None  #: the subscriber is marked
    strike: bool = False  #: is counted first; at the second one `struck_out` holds instead
    moved_to: str = ""  #: the subscriber moves
    thread_gone: bool = False  #: the subscriber's forum topic is forgotten
    flooded: timedelta | None = None  #: how long the platform asks to leave this chat alone


_WELL: Final = Sign.WELL


def resends(alert: Alert, channel: str) -> bool:
    """Whether a delivery whose answer was lost is tried again: breaking news that comes twice is better than none.

    On Messenger never: there the echo settles it, and what touches copies elsewhere is a message of its own. Editing
    and deleting twice does no harm.
    """
    return channel == "telegram" and (alert.kind.touches_copies or alert.cls is AlertClass.BREAKING)


def decide(attempt: Attempt, position: int, *, resend: bool, window_until: float = 0.0) -> Verdict:
    """`position`: the reader's, in the unit; `window_until`: as they were claimed."""
    match attempt:
        case Sent():
            settled = Settle(position, Outcome.SENT, attempt.message_id)
            return Verdict(settled, _WELL, moved_to=attempt.moved_to, thread_gone=attempt.thread_gone)
        case TryLater(reason=Reason.FLOOD):
            return Verdict(Postpone(position, attempt.after), Sign.NOTHING, flooded=attempt.after)
        case TryLater():
            sign = Sign.TROUBLE if attempt.scope is Scope.CHANNEL else Sign.NOTHING
            return Verdict(Postpone(position, attempt.after), sign)
        case Refused(stop=True):  # not this reader's matter: they get it when the account is in order
            return Verdict(Postpone(position, ANEW), Sign.ACCOUNT)
        case Refused(reason=Reason.OUTSIDE_WINDOW):  # they get it when they are heard of again
            return Verdict(Settle(position, Outcome.HELD, window_until=window_until), Sign.NOTHING)
        case Refused():
            return Verdict(Settle(position, Outcome.of_reason(attempt.reason)), _sign_of(attempt.reason))
        case Unreachable(strike=True):
            return Verdict(Settle(position, Outcome.STRIKE), Sign.READER, strike=True)
        case Unreachable(moved_to=new_id) if new_id:
            return Verdict(Settle(position, Outcome.MIGRATED), Sign.NOTHING, moved_to=new_id)
        case Unreachable():
            settled = Settle(position, Outcome.of_reason(attempt.reason))
            return Verdict(settled, Sign.READER, unreachable=attempt.reason)
        case Unknown():
            result = Postpone(position, ANEW, doubtful=True) if resend else Settle(position, Outcome.UNKNOWN)
            return Verdict(result, Sign.TROUBLE)
        case _:
            assert_never(attempt)


def struck_out(verdict: Verdict) -> Verdict:
    """The verdict at the second sighting of 'chat not found'."""
    settled = Settle(verdict.result.position, Outcome.CHAT_NOT_FOUND)
    return replace(verdict, result=settled, strike=False, unreachable=Reason.CHAT_NOT_FOUND)


def not_now(verdict: Verdict) -> Verdict:
    """The verdict when it is not believed: nobody is marked, and the reader's turn comes when the alert goes on."""
    return Verdict(Postpone(verdict.result.position, timedelta(0)), Sign.NOTHING)


def _sign_of(refusal: Reason) -> Sign:
    if refusal in _OF_A_COPY:
        return Sign.NOTHING
    # A 403 that we don't know: it may be the reader's, so they count together, but it switches nobody off.
    return Sign.READER if refusal is Reason.NO_RIGHTS else Sign.MESSAGE


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures of one alert without an accepted message in between."""

    unreachable: int = 0
    refused: int = 0

    def after(self, sign: Sign) -> Streak:
        match sign:
            case Sign.READER:
                return replace(self, unreachable=self.unreachable + 1)
            case Sign.MESSAGE:
                return replace(self, refused=self.refused + 1)
            case Sign.WELL:
                return Streak()
            case _:
                return self

    def others_well(self) -> Streak:
        """A message of another alert was accepted: the platform is well; this message may still be refused."""
        return replace(self, unreachable=0)

    @property
    def broken(self) -> str:
        """Why the alert must pause (`Pause.reason`), or ''."""
        if self.unreachable >= UNREACHABLE_IN_A_ROW:
            return PAUSED_MANY_UNREACHABLE
        return PAUSED_MESSAGE_REFUSED if self.refused >= REFUSED_IN_A_ROW else ""
