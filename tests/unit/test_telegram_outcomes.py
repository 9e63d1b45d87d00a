"""Every answer of Telegram's, row by row, from raw answers and from the library's exceptions alike."""

from __future__ import annotations

import json
import warnings
from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from newsbot.channels.http_exchange import Answer, AnswerLost, NotSent
from newsbot.channels.telegram.outcomes import RECONNECT, RESTART, UNDATED_FLOOD, from_answer, from_error
from newsbot.channels.telegram.transport import UnexpectedAnswer
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"

UNREACHABLE = [
    (403, "Forbidden: bot was blocked by the user", Reason.BLOCKED),
    (403, "Forbidden: user is deactivated", Reason.DEACTIVATED),
    (403, "Forbidden: bot can't initiate conversation with a user", Reason.NEVER_STARTED),
    (403, "Forbidden: the bot can't send messages to the bot", Reason.IS_A_BOT),
    (403, "Forbidden: bot can't send messages to bots", Reason.IS_A_BOT),
    (403, "Forbidden: bot was kicked from the group chat", Reason.KICKED),
    (403, "Forbidden: bot was kicked from the supergroup chat", Reason.KICKED),
    (403, "Forbidden: bot was kicked from the channel chat", Reason.KICKED),
    (403, "Forbidden: bot is not a member of the group chat", Reason.NOT_A_MEMBER),
    (403, "Forbidden: bot is not a member of the supergroup chat", Reason.NOT_A_MEMBER),
    (403, "Forbidden: bot is not a member of the channel chat", Reason.NOT_A_MEMBER),
    (403, "Forbidden: the group chat was deleted", Reason.CHAT_DELETED),
    (400, "Bad Request: have no write access to the chat", Reason.NO_RIGHTS),
    (400, "Bad Request: not enough rights to send text messages to the chat", Reason.NO_RIGHTS),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Reason.NO_RIGHTS),
]
REFUSED = [
    (400, "Bad Request: chat_id is empty", Reason.BAD_REQUEST),
    (400, "Bad Request: message thread not found", Reason.THREAD_GONE),
    (400, "Bad Request: TOPIC_CLOSED", Reason.THREAD_GONE),
    (400, "Bad Request: message text is empty", Reason.EMPTY),
    (400, "Bad Request: text must be non-empty", Reason.EMPTY),
    (400, "Bad Request: text is too long", Reason.TOO_LONG),
    (400, "Bad Request: message is too long", Reason.TOO_LONG),
    (400, "Bad Request: message caption is too long", Reason.TOO_LONG),
    (400, "Bad Request: can't parse entities: Unsupported start tag \"br\" at byte offset 3", Reason.BAD_MARKUP),
    (400, "Bad Request: ENTITIES_TOO_LONG", Reason.BAD_MARKUP),
    (400, "Bad Request: unsupported parse_mode", Reason.BAD_MARKUP),
    (400, "Bad Request: text must be encoded in UTF-8", Reason.BAD_REQUEST),
    (400, "Bad Request: strings must be encoded in UTF-8", Reason.BAD_REQUEST),
    (400, "Bad Request: can't parse reply keyboard markup JSON object", Reason.BAD_REQUEST),
    (400, "Bad Request: object expected as reply markup", Reason.BAD_REQUEST),
    (400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed", Reason.BAD_REQUEST),
    (400, "Bad Request: text buttons are unallowed in the inline keyboard", Reason.BAD_REQUEST),
    (400, "Bad Request: BUTTON_DATA_INVALID", Reason.BAD_REQUEST),
    (400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", Reason.BAD_REQUEST),
    (400, "Bad Request: wrong HTTP URL specified", Reason.BAD_PICTURE),
    (400, "Bad Request: failed to get HTTP URL content", Reason.BAD_PICTURE),
    (400, "Bad Request: wrong type of the web page content", Reason.BAD_PICTURE),
    (400, "Bad Request: message to edit not found", Reason.TARGET_GONE),
    (400, "Bad Request: message to delete not found", Reason.TARGET_GONE),
    (400, "Bad Request: message to be replied not found", Reason.TARGET_GONE),
    (400, "Bad Request: message can't be edited", Reason.CANT_EDIT),
    (400, "Bad Request: message can't be deleted", Reason.CANT_EDIT),
    (400, "Bad Request: message can't be deleted for everyone", Reason.CANT_EDIT),
    (400, TOO_OLD, Reason.TOO_LATE),
    (409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs", Reason.CONFLICT),
    (409, "Conflict: can't use getUpdates method while webhook is active", Reason.CONFLICT),
    (400, "Bad Request: SOMETHING_NEW", Reason.BAD_REQUEST),
    (403, "Forbidden: something new", Reason.NO_RIGHTS),
    (413, "Request Entity Too Large", Reason.TOO_LONG),
    (418, "I'm a teapot", Reason.BAD_REQUEST),
]  # fmt: skip
STOPPING = [
    (401, "Unauthorized", Reason.BAD_TOKEN),
    (401, "Unauthorized: invalid token specified", Reason.BAD_TOKEN),
    (404, "Not Found", Reason.BAD_TOKEN),
    (404, "Not Found: method not found", Reason.MISCONFIGURED),
    (421, "Misdirected Request: unallowed token specified", Reason.MISCONFIGURED),
    (400, "Bad Request: Logged out", Reason.MISCONFIGURED),
]


def refusal(status: int, description: str, **parameters: object) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(status, json.dumps(body).encode())


def as_the_library_raises_it(status: int, description: str) -> TelegramError:
    if status not in (400, 401, 403, 404, 409):  # our transport keeps the status of these
        return UnexpectedAnswer(refusal(status, description))
    kinds = {400: BadRequest, 401: InvalidToken, 403: Forbidden, 404: InvalidToken, 409: Conflict}
    return kinds[status](description)


@pytest.mark.parametrize(("status", "description", "reason"), UNREACHABLE)
def test_a_permanent_answer_about_the_reader_makes_them_unreachable(
    status: int, description: str, reason: Reason
) -> None:
    expected = Unreachable(reason)
    assert from_answer(refusal(status, description)) == expected
    assert from_error(as_the_library_raises_it(status, description)) == expected


@pytest.mark.parametrize(("status", "description", "reason"), REFUSED)
def test_a_refused_message_says_nothing_of_its_reader(status: int, description: str, reason: Reason) -> None:
    assert from_answer(refusal(status, description)) == Refused(reason, description)
    raised = from_error(as_the_library_raises_it(status, description))
    assert isinstance(raised, Refused)  # the library cuts the sentence's prefix
    assert (raised.reason, raised.stop) == (reason, False)


@pytest.mark.parametrize(("status", "description", "reason"), STOPPING)
def test_a_fault_of_the_account_stops_everything(status: int, description: str, reason: Reason) -> None:
    assert from_answer(refusal(status, description)) == Refused(reason, description, stop=True)
    raised = from_error(as_the_library_raises_it(status, description))
    assert isinstance(raised, Refused)
    assert (raised.reason, raised.stop) == (reason, True)


def test_an_unknown_chat_is_a_strike() -> None:
    expected = Unreachable(Reason.CHAT_NOT_FOUND, strike=True)
    assert from_answer(refusal(400, "Bad Request: chat not found")) == expected
    assert from_error(BadRequest("Bad Request: chat not found")) == expected


def test_a_group_that_became_a_supergroup_says_where_it_went() -> None:
    answer = refusal(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001234567890123
    )
    expected = Unreachable(Reason.MIGRATED, moved_to="-1001234567890123")
    assert from_answer(answer) == expected
    assert from_error(ChatMigrated(-1001234567890123)) == expected


def test_an_edit_that_changes_nothing_succeeded() -> None:
    assert from_answer(refusal(400, NOT_MODIFIED)) == Sent()
    assert from_error(BadRequest(NOT_MODIFIED)) == Sent()


def flood(seconds: float) -> TryLater:
    return TryLater(timedelta(seconds=seconds), Reason.FLOOD, Scope.CHAT)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(429, "Too Many Requests: retry after 17", retry_after=17), flood(17)),
        (Answer(429, b"<html>slow down</html>", "9"), flood(9)),
        (refusal(429, "Too Many Requests"), TryLater(UNDATED_FLOOD, Reason.FLOOD, Scope.CHAT)),
        (Answer(429, b"", "Wed, 21 Oct 2026 07:28:00 GMT"), TryLater(UNDATED_FLOOD, Reason.FLOOD, Scope.CHAT)),
        (refusal(429, "", retry_after=-5), TryLater(UNDATED_FLOOD, Reason.FLOOD, Scope.CHAT)),
        (refusal(429, "", retry_after=10**400), TryLater(UNDATED_FLOOD, Reason.FLOOD, Scope.CHAT)),
        (refusal(429, "", retry_after=10**9), flood(14 * 86_400)),
    ],
)
def test_a_flood_wait_is_taken_from_body_or_header(answer: Answer, expected: TryLater) -> None:
    assert from_answer(answer) == expected
    assert from_error(UnexpectedAnswer(answer)) == expected


def test_the_librarys_own_flood_exception_is_understood_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        error = RetryAfter(30)
    assert from_error(error) == flood(30)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(502, b"<html>Bad Gateway</html>"), Unknown(Reason.SERVER_ERROR, "HTTP 502")),
        (Answer(504, b"<html>Gateway Time-out</html>", "3"), Unknown(Reason.SERVER_ERROR, "HTTP 504")),
        (refusal(500, "Internal Server Error"), Unknown(Reason.SERVER_ERROR, "Internal Server Error")),
        (Answer(302, b""), Unknown(Reason.SERVER_ERROR, "HTTP 302")),
        (Answer(200, b"<html>Our hotel</html>"), Unknown(Reason.NO_ANSWER, "the answer is not the Bot API's")),
        (Answer(200, b"[" * 100_000), Unknown(Reason.NO_ANSWER, "the answer is not the Bot API's")),
        (Answer(200, b'{"ok": false}'), Unknown(Reason.NO_ANSWER, "the answer is not the Bot API's")),
    ],
)  # fmt: skip
def test_an_answer_that_proves_nothing_leaves_it_unknown(answer: Answer, expected: Unknown) -> None:
    assert from_answer(answer) == expected


def test_a_restarting_server_did_not_send() -> None:
    answer = refusal(500, "Internal Server Error: restart")
    expected = TryLater(RESTART, Reason.SERVER_ERROR, Scope.CHANNEL)
    assert from_answer(answer) == expected
    assert from_error(UnexpectedAnswer(answer)) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotSent("ClientConnectorError"), TryLater(RECONNECT, Reason.NO_CONNECTION, Scope.CHANNEL)),
        (AnswerLost("ServerDisconnectedError"), Unknown(Reason.NO_ANSWER, "ServerDisconnectedError")),
        (TimedOut(), Unknown(Reason.SERVER_ERROR, "Timed out")),
        (NetworkError("Bad Gateway"), Unknown(Reason.SERVER_ERROR, "Bad Gateway")),
        (KeyError("result"), Unknown(Reason.NO_ANSWER, "KeyError")),
        (EndPointNotFound("no sendMesage"), Refused(Reason.MISCONFIGURED, "no sendMesage", stop=True)),
    ],
)  # fmt: skip
def test_what_never_left_is_told_from_what_may_have_arrived(error: Exception, expected: Attempt) -> None:
    assert from_error(error) == expected


@pytest.mark.parametrize(
    ("result", "message_id"),
    [({"message_id": 77, "chat": {"id": 5}}, "77"), (True, ""), ([{"message_id": 1}], ""), ({}, "")],
)
def test_success_carries_the_new_messages_id(result: object, message_id: str) -> None:
    assert from_answer(Answer(200, json.dumps({"ok": True, "result": result}).encode())) == Sent(message_id)


def test_the_token_does_not_come_along_in_a_detail() -> None:
    attempt = from_error(TelegramError("The token `123456789:AAHabcdefghijklmnop` was rejected"))
    assert attempt == Unknown(Reason.SERVER_ERROR, "The token `<token>` was rejected")
