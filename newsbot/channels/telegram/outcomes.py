"""What an answer of Telegram's means for a message and its reader. Pure.

Telegram has few status codes and many sentences; the sentences below are those of its own server. A sentence that we
don't know is judged by its status code alone, and never switches a reader off: only a known, permanent answer does.
A 5xx from the servers in front of Telegram says nothing about what happened behind them, so it is `Unknown`.
"""

from __future__ import annotations

import json
import re
import warnings
from datetime import timedelta
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from newsbot.channels.http_exchange import Answer, AnswerLost, NotSent, redact
from newsbot.channels.telegram.transport import UnexpectedAnswer
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable

RECONNECT: Final = timedelta(seconds=2)  #: before trying again where nothing was sent
RESTART: Final = timedelta(seconds=2)  #: Telegram's server said that it is restarting
UNDATED_FLOOD: Final = timedelta(seconds=5)  #: a 429 that doesn't say how long
LONGEST_WAIT: Final = 14 * 86_400  #: seconds; Telegram's flood waits end here

#: how Telegram's server begins when it has taken a message
_SENT: Final = re.compile(rb'\{"ok":true,"result":\{"message_id":([0-9]{1,18}),"')

_UNREACHABLE_403: Final = (
    ("bot was blocked by the user", Reason.BLOCKED),
    ("user is deactivated", Reason.DEACTIVATED),
    ("bot can't initiate conversation with a user", Reason.NEVER_STARTED),
    ("the bot can't send messages to the bot", Reason.IS_A_BOT),
    ("bot can't send messages to bots", Reason.IS_A_BOT),
    ("bot was kicked from the ", Reason.KICKED),
    ("bot is not a member of the ", Reason.NOT_A_MEMBER),
    ("the group chat was deleted", Reason.CHAT_DELETED),
)
_REFUSED_400: Final = (
    ("chat_id is empty", Reason.BAD_REQUEST),
    ("message thread not found", Reason.THREAD_GONE),
    ("topic_deleted", Reason.THREAD_GONE),
    ("topic_closed", Reason.THREAD_GONE),
    ("message text is empty", Reason.EMPTY),
    ("text must be non-empty", Reason.EMPTY),
    ("message_empty", Reason.EMPTY),
    ("file must be non-empty", Reason.EMPTY),
    ("text is too long", Reason.TOO_LONG),
    ("message is too long", Reason.TOO_LONG),
    ("message_too_long", Reason.TOO_LONG),
    ("message caption is too long", Reason.TOO_LONG),
    ("media_caption_too_long", Reason.TOO_LONG),
    ("can't parse entities", Reason.BAD_MARKUP),
    ("entities_too_long", Reason.BAD_MARKUP),
    ("entity_bounds_invalid", Reason.BAD_MARKUP),
    ("unsupported parse_mode", Reason.BAD_MARKUP),
    ("text must be encoded in utf-8", Reason.BAD_REQUEST),
    ("strings must be encoded in utf-8", Reason.BAD_REQUEST),
    ("wrong http url specified", Reason.BAD_PICTURE),
    ("failed to get http url content", Reason.BAD_PICTURE),
    ("wrong type of the web page content", Reason.BAD_PICTURE),
    ("wrong file identifier/http url specified", Reason.BAD_PICTURE),
    ("webpage_", Reason.BAD_PICTURE),
    ("file is too big", Reason.BAD_PICTURE),
    ("photo_invalid_dimensions", Reason.BAD_PICTURE),
    ("photo_save_file_invalid", Reason.BAD_PICTURE),
    ("image_process_failed", Reason.BAD_PICTURE),
    ("message to edit not found", Reason.TARGET_GONE),
    ("message to delete not found", Reason.TARGET_GONE),
    ("message to be replied not found", Reason.TARGET_GONE),
    ("message_id_invalid", Reason.TARGET_GONE),
    ("message can't be edited", Reason.CANT_EDIT),
    ("message can't be deleted", Reason.CANT_EDIT),
    ("there is no text in the message to edit", Reason.CANT_EDIT),
    ("there is no caption in the message to edit", Reason.CANT_EDIT),
    ("query is too old", Reason.TOO_LATE),
)
_NO_RIGHTS_400: Final = ("have no write access to the chat", "not enough rights to send", "chat_write_forbidden")


def from_answer(answer: Answer) -> Attempt:
    """What an HTTP answer to a sending method means: Sent with the new message's id, or why not."""
    if answer.status == 200 and (accepted := _SENT.match(answer.body)):  # nearly all of them, and quickly
        return Sent(accepted[1].decode())
    envelope = _envelope(answer.body)
    if 200 <= answer.status < 300:
        return _accepted(envelope)
    parameters = envelope.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    description = envelope.get("description")
    return classify(
        answer.status,
        description if isinstance(description, str) else "",
        retry_after=_seconds(parameters.get("retry_after")) or _seconds(answer.retry_after),
        moved_to=str(parameters.get("migrate_to_chat_id") or ""),
    )


def from_error(error: Exception) -> Attempt:
    """What an exception of the library's, or of our transport, means."""
    match error:
        case NotSent():
            return TryLater(RECONNECT, Reason.NO_CONNECTION, Scope.CHANNEL)
        case AnswerLost():
            return Unknown(Reason.NO_ANSWER, error.message)
        case UnexpectedAnswer():
            return from_answer(error.answer)
        case BadRequest():  # before anything about networks: the library makes it a NetworkError
            return classify(400, error.message)
        case Forbidden():
            return classify(403, error.message)
        case EndPointNotFound():
            return Refused(Reason.MISCONFIGURED, error.message, stop=True)
        case InvalidToken():
            return classify(404 if error.message.casefold().startswith("not found") else 401, error.message)
        case Conflict():
            return classify(409, error.message)
        case ChatMigrated():
            return classify(400, "", moved_to=str(error.new_chat_id))
        case RetryAfter():
            return classify(429, "", retry_after=_flood_seconds(error))
        case TelegramError():
            return Unknown(Reason.SERVER_ERROR, redact(error.message))
        case _:  # the request went out and the library stumbled over what came back
            return Unknown(Reason.NO_ANSWER, type(error).__name__)


def classify(status: int, description: str, *, retry_after: float = 0.0, moved_to: str = "") -> Attempt:
    """One row of Telegram's table of errors: an HTTP status that is no success, its sentence and its parameters."""
    said = description.casefold()
    match status:
        case 429 | 420:
            wait = timedelta(seconds=min(retry_after, LONGEST_WAIT)) if retry_after else UNDATED_FLOOD
            return TryLater(wait, Reason.FLOOD, Scope.CHAT)
        case 400:
            return _bad_request(said, description, moved_to)
        case 401:
            return Refused(Reason.BAD_TOKEN, description, stop=True)
        case 403:
            known = next((reason for text, reason in _UNREACHABLE_403 if text in said), None)
            return Unreachable(known) if known else Refused(Reason.NO_RIGHTS, description)
        case 404:
            wrong_method = "method not found" in said
            return Refused(Reason.MISCONFIGURED if wrong_method else Reason.BAD_TOKEN, description, stop=True)
        case 409:
            return Refused(Reason.CONFLICT, description)
        case 413:
            return Refused(Reason.TOO_LONG, description)
        case 421:
            return Refused(Reason.MISCONFIGURED, description, stop=True)
        case 500 if "restart" in said:
            return TryLater(RESTART, Reason.SERVER_ERROR, Scope.CHANNEL)
        case _ if 400 <= status < 500:
            return Refused(Reason.BAD_REQUEST, description or f"HTTP {status}")
        case _:
            return Unknown(Reason.SERVER_ERROR, description or f"HTTP {status}")


def _bad_request(said: str, description: str, moved_to: str) -> Attempt:
    if moved_to:
        return Unreachable(Reason.MIGRATED, moved_to=moved_to)
    if "message is not modified" in said:
        return Sent()
    if "chat not found" in said:
        return Unreachable(Reason.CHAT_NOT_FOUND, strike=True)
    if any(text in said for text in _NO_RIGHTS_400):
        return Unreachable(Reason.NO_RIGHTS)
    if said.endswith("logged out"):
        return Refused(Reason.MISCONFIGURED, description, stop=True)
    known = next((reason for text, reason in _REFUSED_400 if text in said), Reason.BAD_REQUEST)
    return Refused(known, description)


def _accepted(envelope: dict[str, Any]) -> Attempt:
    if envelope.get("ok") is not True:  # a page of some proxy or captive portal
        return Unknown(Reason.NO_ANSWER, "the answer is not the Bot API's")
    result = envelope.get("result")
    return Sent(str(result.get("message_id", "")) if isinstance(result, dict) else "")


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _seconds(value: Any) -> float:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _flood_seconds(error: RetryAfter) -> float:
    with warnings.catch_warnings():  # the library warns, at each look, that this number will become a timedelta
        warnings.simplefilter("ignore")
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
