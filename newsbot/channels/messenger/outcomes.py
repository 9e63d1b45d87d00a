"""What an answer of the Graph API's means for a message and its reader. Pure.

The table is (code, subcode); texts are never read. A pair that we don't know is judged by its code, a code that we
don't know by its HTTP status, and neither switches a reader off: only a known, permanent answer does.

An error that the Graph API itself reports is an error: nothing was sent. A status 5xx without one comes from a server
in front of it and says nothing of what happened behind, as does an answer that breaks off: `Unknown`, which the echo
settles. Only 503 says that nobody took it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from newsbot.channels.http_exchange import Answer, AnswerLost, HttpFailure, NotSent
from newsbot.channels.messenger.graph_error import GraphError, error_of, object_of
from newsbot.channels.messenger.usage import usage_of
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable

RECONNECT: Final = timedelta(seconds=2)  #: before trying again where nothing was sent
TEMPORARY_FOR: Final = timedelta(seconds=20)  #: before trying again what failed for the platform's own reasons
UNDATED_FLOOD: Final = timedelta(minutes=1)  #: too many calls, and the answer doesn't say until when
TOKEN_INTERVAL: Final = timedelta(hours=1)  #: a reader's notification token was used too lately

#: how the Graph API begins when it has taken a message
_SENT: Final = re.compile(rb'\{"recipient_id":"[0-9]{1,20}","message_id":"([^"\\]{1,300})"')

RATE_LIMITS: Final = frozenset({4, 32, 613, 80006})
_TEMPORARY: Final = frozenset({-1, 1, 2, 1200})
_NOT_AVAILABLE: Final = frozenset({551, 1545041, 2018108})
_OUTSIDE_WINDOW: Final = frozenset({2018278, 2018065})
_RESTRICTED: Final = frozenset({368, 1893063, 2534122, 2534029})
_BAD_PICTURE: Final = frozenset({2018109, 36000})
_NOT_FOUND: Final = frozenset({2018001, 33})
#: another app, or a person in the Page's inbox, has this conversation now: no fault of the account. Not in the
#: platform's table of errors; known from what its own tools say.
_ANOTHER_HAS_IT: Final = 2018300
_SENT_ANYWAY: Final = 1357046  #: "invalid JSON reply", although messages went out
_TOKEN_TOO_SOON: Final = 2018354
_NO_SUCH_VERSION: Final = 2500


def from_answer(answer: Answer) -> Attempt:
    """What the answer to a message means: Sent with its id, or why not."""
    if answer.status == 200 and (accepted := _SENT.match(answer.body)):  # nearly all of them, and quickly
        return Sent(accepted[1].decode())
    parsed = object_of(answer)
    error = error_of(answer, parsed)
    if error is not None:
        return classify(error, regain=usage_of(answer.headers).regain, known=parsed is not None and "error" in parsed)
    message_id = parsed.get("message_id") if parsed is not None else None
    if isinstance(message_id, str) and message_id:
        return Sent(message_id)
    return Unknown(Reason.NO_ANSWER, "the answer names no message" if parsed is not None else "the answer is no JSON")


def of_action(answer: Answer) -> Attempt:
    """The same for what is no message (typing, seen): it has no id."""
    parsed = object_of(answer)
    error = error_of(answer, parsed)
    return Sent() if error is None else classify(error, regain=usage_of(answer.headers).regain)


def from_failure(failure: HttpFailure) -> Attempt:
    """What a call without a whole answer means."""
    match failure:
        case NotSent():
            return TryLater(RECONNECT, Reason.NO_CONNECTION, Scope.CHANNEL)
        case AnswerLost():
            return Unknown(Reason.NO_ANSWER, failure.message)
        case _:
            raise failure


def is_rate_limit(error: GraphError) -> bool:
    """Whether all our calls are refused for a while."""
    return (error.code in RATE_LIMITS or error.status == 429) and error.subcode != _TOKEN_TOO_SOON


def classify(error: GraphError, *, regain: timedelta = timedelta(0), known: bool = True) -> Attempt:
    """One row of the table. `regain`: what the headers say of when we may call again; `known`: the error is the Graph
    API's own, not a status of some server in front of it.
    """
    numbers = {error.code, error.subcode}
    detail = str(error)
    if is_rate_limit(error):
        return TryLater(regain or UNDATED_FLOOD, Reason.FLOOD, Scope.CHANNEL)
    if error.subcode == _TOKEN_TOO_SOON:
        return TryLater(TOKEN_INTERVAL, Reason.FLOOD, Scope.CHAT)
    if numbers & _RESTRICTED:
        return Refused(Reason.RESTRICTED, detail, stop=True)
    if error.code == 190:
        return Refused(Reason.BAD_TOKEN, detail, stop=True)
    if numbers & _NOT_AVAILABLE:
        return Unreachable(Reason.NOT_AVAILABLE)
    if numbers & _OUTSIDE_WINDOW:
        return Refused(Reason.OUTSIDE_WINDOW, detail)
    if error.subcode == _ANOTHER_HAS_IT:
        return Refused(Reason.NO_RIGHTS, detail)
    if error.code == 100 and error.subcode in _NOT_FOUND:
        return Unreachable(Reason.CHAT_NOT_FOUND, strike=True)
    if numbers & _BAD_PICTURE:
        return Refused(Reason.BAD_PICTURE, detail)
    if error.subcode == _SENT_ANYWAY:
        return Unknown(Reason.SERVER_ERROR, detail)
    if error.code in _TEMPORARY:
        return TryLater(TEMPORARY_FOR, Reason.SERVER_ERROR, Scope.CHANNEL)
    if error.code == 10 or 200 <= error.code <= 299 or error.code == _NO_SUCH_VERSION:
        return Refused(Reason.MISCONFIGURED, detail, stop=True)
    if error.status >= 500:
        if known or error.status == 503:
            return TryLater(TEMPORARY_FOR, Reason.SERVER_ERROR, Scope.CHANNEL)
        return Unknown(Reason.SERVER_ERROR, detail)
    if error.status in (401, 403):
        return Refused(Reason.MISCONFIGURED, detail, stop=True)
    return Refused(Reason.BAD_REQUEST, detail)
