"""What one try at sending taught us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Scope(StrEnum):
    """How far a wait reaches."""

    CHAT = "chat"
    CHANNEL = "channel"


class Reason(StrEnum):
    """Why a message was refused or a reader can't be reached; the names stand in figures and reports."""

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    NEVER_STARTED = "never_started"
    IS_A_BOT = "is_a_bot"
    KICKED = "kicked"
    NOT_A_MEMBER = "not_a_member"
    CHAT_DELETED = "chat_deleted"
    CHAT_NOT_FOUND = "chat_not_found"
    NO_RIGHTS = "no_rights"
    THREAD_GONE = "thread_gone"
    BAD_MARKUP = "bad_markup"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    BAD_PICTURE = "bad_picture"
    BAD_REQUEST = "bad_request"
    TARGET_GONE = "target_gone"
    CANT_EDIT = "cant_edit"
    TOO_LATE = "too_late"
    MIGRATED = "migrated"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason's name
    CONFLICT = "conflict"
    MISCONFIGURED = "misconfigured"
    SERVER_ERROR = "server_error"
    NO_CONNECTION = "no_connection"
    FLOOD = "flood"
    NO_ANSWER = "no_answer"
    OUTSIDE_WINDOW = "outside_window"  #: the reader wrote too long ago
    NOT_AVAILABLE = "not_available"  #: blocked us, left or was deactivated: the platform doesn't say which
    RESTRICTED = "restricted"  #: the platform restricts our account


# Not frozen: there is one for each message, and to make a frozen one costs three times as much.
@dataclass(slots=True, unsafe_hash=True)
class Sent:
    """The platform accepted it. `message_id` is '' where nothing new was made (an edit without change).

    `moved_to`: the chat has this new id, and the message stands there. `thread_gone`: the forum topic is no more, and
    the message stands beside it.
    """

    message_id: str = ""
    moved_to: str = ""
    thread_gone: bool = False


@dataclass(frozen=True, slots=True)
class TryLater:
    """It certainly was not sent and may be tried again, not before `after`."""

    after: timedelta
    reason: Reason
    scope: Scope = Scope.CHAT


@dataclass(frozen=True, slots=True)
class Refused:
    """It certainly was not sent and this message, as it is, never will be. Says nothing of the reader.

    `stop`: the fault is ours or the account's (token, settings), so the whole run stops and says so.
    """

    reason: Reason
    detail: str = ""
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A typed, permanent answer about this reader. `strike`: counts only at the second sighting.

    `moved_to`: the chat has a new id; the subscriber moves and the message is sent there once.
    """

    reason: Reason
    strike: bool = False
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request was begun and its answer never came: it may have been sent."""

    reason: Reason
    detail: str = ""


Attempt = Sent | TryLater | Refused | Unreachable | Unknown
