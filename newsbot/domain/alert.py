"""What is pushed to readers: alerts, whom they are for, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from newsbot.domain.attempt import Reason
from newsbot.domain.message import Button, Span
from newsbot.domain.subscriber import Address


class AlertClass(StrEnum):
    """How urgent it is: whose turn it is to be sent, and what is done where an answer was lost."""

    BREAKING = "breaking"
    TOPIC = "topic"
    DIGEST = "digest"


class AlertKind(StrEnum):
    """What is done to each reader's chat."""

    ARTICLE = "article"  #: sends an article's card
    BROADCAST = "broadcast"  #: sends what an editor wrote
    CORRECTION = "correction"  #: edits the copies of the alert `of`
    UPDATE = "update"  #: the same, by itself: its story has a newer article, or its article other words
    RETRY = "retry"  #: sends the alert `of` again to those whom it certainly did not reach
    RECALL = "recall"  #: deletes the copies of the alert `of`

    @property
    def touches_copies(self) -> bool:
        return self.edits or self is AlertKind.RECALL

    @property
    def edits(self) -> bool:
        return self in (AlertKind.CORRECTION, AlertKind.UPDATE)


class AlertState(StrEnum):
    PLANNED = "planned"  #: its audience is being frozen, segment by segment; nothing is sent yet
    RUNNING = "running"
    PAUSED = "paused"  #: everywhere, by an editor; what pauses itself does so on one channel (`Alert.pauses`)
    STOPPED = "stopped"  #: for good; who was not reached stays unalerted
    DONE = "done"

    @property
    def final(self) -> bool:
        return self in (AlertState.STOPPED, AlertState.DONE)


@dataclass(frozen=True, slots=True)
class Audience:
    """Subscribers who follow any of `topics` (none named: all subscribers) and read one of `languages` (none: any), on
    one of `channels` (none: on all).
    """

    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def on(self, channel: str) -> bool:
        return not self.channels or channel in self.channels


@dataclass(frozen=True, slots=True)
class AlertText:
    """What an editor wrote. `picture`: a web address, or Telegram's own reference (a file_id): other channels fetch the
    picture by it. `buttons`: links to pages, one a row above the reader's own buttons.
    """

    spans: tuple[Span, ...] = ()  #: line breaks stand in the text
    picture: str = ""
    buttons: tuple[Button, ...] = ()

    @property
    def plain(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert before it is stored."""

    #: what caused it, and causes it only once: `article:12`, `broadcast:7`, `correction:7:2`, `update:7:3`, `recall:7`
    origin: str
    kind: AlertKind
    cls: AlertClass
    #: readers are alerted once per story: `article:12`, after the article that began it; a broadcast of an article is
    #: its story's alert
    story: str
    expires_at: datetime  #: a delivery that could not be made by then is not made
    audience: Audience = field(default_factory=Audience)
    article_id: int = 0  #: whose card is shown; 0: `text` is
    again: bool = False  #: also for who was told of the story by another article of it, but not by this one
    text: AlertText | None = None
    of: int = 0  #: the alert whose copies are corrected or recalled, or that is retried
    silent: bool = False
    source: str = ""  #: that brought the article; what one source may cause in an hour is limited
    by: Address | None = None  #: the editor

    @property
    def marks(self) -> tuple[str, ...]:
        return marks_of(self.story, self.article_id, again=self.again)


def marks_of(story: str, article_id: int, *, again: bool = False) -> tuple[str, ...]:
    """What the readers of an alert are marked as told of: a story, and an article of it.

    Who bears the first of the marks is left out. So nobody is alerted twice for a story, while an editor can send a
    further article of it (`again`) to all but those who have that very article.
    """
    marks = (story, f"{story}:{article_id}") if story and article_id else (story,) if story else ()
    return marks[::-1] if again else marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(NewAlert):
    """A stored alert."""

    id: int  #: grows; fits in 63 bits
    state: AlertState
    created_at: datetime
    reason: str = ""  #: why it was stopped (or, long ago, paused itself), or '' for an editor's own decision
    pauses: Mapping[str, Pause] = field(default_factory=dict)  #: channel → that it has paused itself there
    version: int = 1  #: of `text`: grows when a correction replaces it for the readers who are still to come
    first_text: AlertText | None = None  #: what it said before that; None while `version` is 1
    started_at: datetime | None = None  #: the audience was frozen
    ended_at: datetime | None = None
    totals: Totals | None = None  #: kept when it has ended


@dataclass(frozen=True, slots=True)
class Pause:
    """An alert has paused itself on one channel."""

    reason: str  #: `PAUSED_…`
    at: datetime


class Outcome(IntEnum):
    """What became of one delivery. One byte in the ledger: a number never changes its meaning."""

    SENT = 1
    UNKNOWN = 2  #: a request was begun and its answer never came
    EXPIRED = 3  #: it could not be sent in time
    WITHDRAWN = 4  #: the reader no longer wanted it, or could not be reached any more, when their turn came
    STOPPED = 5  #: the alert was stopped before their turn came
    STRIKE = 6  #: 'chat not found', for the first time
    HELD = 7  #: the reader wrote too long ago for the platform to let us write: offered when they write again
    ELSEWHERE = 8  #: goes out on the reader's other channel
    BLOCKED = 16
    DEACTIVATED = 17
    NEVER_STARTED = 18
    IS_A_BOT = 19
    KICKED = 20
    NOT_A_MEMBER = 21
    CHAT_DELETED = 22
    CHAT_NOT_FOUND = 23
    NO_RIGHTS = 24
    THREAD_GONE = 25
    BAD_MARKUP = 26
    TOO_LONG = 27
    EMPTY = 28
    BAD_PICTURE = 29
    BAD_REQUEST = 30
    TARGET_GONE = 31
    CANT_EDIT = 32
    TOO_LATE = 33
    MIGRATED = 34
    NOT_AVAILABLE = 35
    REFUSED = 63  #: for a reason that has no number of its own

    @classmethod
    def of_reason(cls, reason: Reason) -> Outcome:
        """Of a refusal, or of a reader who can't be reached."""
        return cls.__members__.get(reason.name, cls.REFUSED)

    @property
    def refused(self) -> bool:
        """The platform said no: of this message, or of this reader."""
        return self >= Outcome.BLOCKED or self is Outcome.STRIKE

    @property
    def retriable(self) -> bool:
        """It certainly was not sent, and may be if it is tried again: neither is said of the reader for good."""
        return self in _PASSED_OVER or self in _REFUSED_ONCE


#: their turn never came
_PASSED_OVER: Final = frozenset({Outcome.EXPIRED, Outcome.STOPPED})
#: the message was, as it was then
_REFUSED_ONCE: Final = frozenset(
    {
        Outcome.STRIKE,
        Outcome.NO_RIGHTS,
        Outcome.THREAD_GONE,
        Outcome.BAD_MARKUP,
        Outcome.TOO_LONG,
        Outcome.EMPTY,
        Outcome.BAD_PICTURE,
        Outcome.BAD_REQUEST,
        Outcome.REFUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Totals:
    """How far an alert has come: every subscriber of its audience counted once."""

    audience: int = 0  #: as it was frozen
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    waiting: int = 0  #: to be sent later, at a known time
    in_flight: int = 0  #: a request was begun and has no outcome yet
    untouched: int = 0  #: their turn has not come
    channels: Mapping[str, Totals] = field(default_factory=dict)  #: the same by channel, where there are several

    @property
    def sent(self) -> int:
        return self.outcomes.get(Outcome.SENT, 0)

    @property
    def held(self) -> int:
        return self.outcomes.get(Outcome.HELD, 0)

    @property
    def unknown(self) -> int:
        return self.outcomes.get(Outcome.UNKNOWN, 0)

    @property
    def refused(self) -> int:
        return sum(count for outcome, count in self.outcomes.items() if outcome.refused)

    @property
    def retriable(self) -> int:
        return sum(count for outcome, count in self.outcomes.items() if outcome.retriable)

    @property
    def settled(self) -> int:
        return sum(self.outcomes.values())

    @property
    def left(self) -> int:
        """Who may still get it: nothing is known of how it ends for them."""
        return self.waiting + self.in_flight + self.untouched

    def by_channel(self, names: Collection[str]) -> Mapping[str, Totals]:
        """Of each of these channels; where there is one, that one's are the whole. {}: it is not known any more."""
        return self.channels or (dict.fromkeys(names, self) if len(names) == 1 else {})

    @property
    def skipped(self) -> int:
        """Readers of whom nothing is known: 0, or the ledger is wrong."""
        return self.audience - self.settled - self.left


#: why an alert paused itself (`Alert.pauses`) or stopped (`Alert.reason`): these words stand in the database
PAUSED_MANY_UNREACHABLE: Final = "many_unreachable"  #: many permanent answers in a row: the fault is not the readers'
PAUSED_MESSAGE_REFUSED: Final = "message_refused"  #: the platform refuses this message, whoever it is for
#: token or settings were refused: alerts paused themselves for that before a channel halted for all of them
PAUSED_ACCOUNT_REFUSED: Final = "account_refused"
STOPPED_ARTICLE_WITHDRAWN: Final = "article_withdrawn"
STOPPED_RECALLED: Final = "recalled"
STOPPED_SUPERSEDED: Final = "superseded"  #: a newer correction of the same copies has taken its place
STOPPED_LEDGER_LOST: Final = "ledger_lost"  #: who has got it and who hasn't is not known any more
STOPPED_EXPIRED: Final = "expired"  #: its time was over before it was known whom it is for
