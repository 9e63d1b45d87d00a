"""Every row of the platform's table of errors, and what isn't in it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from newsbot.channels.http_exchange import Answer, AnswerLost, NotSent
from newsbot.channels.messenger.outcomes import (
    RECONNECT,
    TEMPORARY_FOR,
    TOKEN_INTERVAL,
    UNDATED_FLOOD,
    from_answer,
    from_failure,
    of_action,
)
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable

TEMPORARY = TryLater(TEMPORARY_FOR, Reason.SERVER_ERROR, Scope.CHANNEL)
FLOOD = TryLater(UNDATED_FLOOD, Reason.FLOOD, Scope.CHANNEL)
GONE = Unreachable(Reason.NOT_AVAILABLE)


def error(code: Any, subcode: Any = None, status: int = 400, **fields: Any) -> Answer:
    body: dict[str, Any] = {"message": "said", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace"} | fields
    if subcode is not None:
        body["error_subcode"] = subcode
    return Answer(status, json.dumps({"error": body}).encode())


def meaning(attempt: Attempt) -> Attempt:
    """The attempt without its words."""
    match attempt:
        case Refused(reason=reason, stop=stop):
            return Refused(reason, stop=stop)
        case Unknown(reason=reason):
            return Unknown(reason)
        case _:
            return attempt


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(1), TEMPORARY),
        (error(2), TEMPORARY),  # it may mean that the reader blocked us, and may not
        (error(-1), TEMPORARY),
        (error(1200), TEMPORARY),
        (error(2, status=500), TEMPORARY),
        (error(0, status=503), TEMPORARY),
        (error(1, 1357046), Unknown(Reason.SERVER_ERROR)),
        (error(4), FLOOD),
        (error(32), FLOOD),
        (error(613), FLOOD),
        (error(80006), FLOOD),
        (error(0, status=429), FLOOD),
        (error(4, 2018354), TryLater(TOKEN_INTERVAL, Reason.FLOOD, Scope.CHAT)),
        (error(10, 2018278), Refused(Reason.OUTSIDE_WINDOW)),
        (error(10, 2018065), Refused(Reason.OUTSIDE_WINDOW)),
        (error(10, 2018108), GONE),
        (error(10, 1893063), Refused(Reason.RESTRICTED, stop=True)),
        (error(10, 2018300), Refused(Reason.NO_RIGHTS)),
        (error(10), Refused(Reason.MISCONFIGURED, stop=True)),
        (error(200), Refused(Reason.MISCONFIGURED, stop=True)),
        (error(230), Refused(Reason.MISCONFIGURED, stop=True)),
        (error(299, status=403), Refused(Reason.MISCONFIGURED, stop=True)),
        (error(100, 2018001), Unreachable(Reason.CHAT_NOT_FOUND, strike=True)),
        (error(100, 33), Unreachable(Reason.CHAT_NOT_FOUND, strike=True)),
        (error(100, 2018109), Refused(Reason.BAD_PICTURE)),
        (error(36000), Refused(Reason.BAD_PICTURE)),
        (error(100), Refused(Reason.BAD_REQUEST)),
        (error(100, 1893029), Refused(Reason.BAD_REQUEST)),
        (error(100, 2018416), Refused(Reason.BAD_REQUEST)),
        (error(100, 2388051), Refused(Reason.BAD_REQUEST)),
        (error(190), Refused(Reason.BAD_TOKEN, stop=True)),
        (error(190, 460, status=401), Refused(Reason.BAD_TOKEN, stop=True)),
        (error(190, 463), Refused(Reason.BAD_TOKEN, stop=True)),
        (error(190, 467), Refused(Reason.BAD_TOKEN, stop=True)),
        (error(368), Refused(Reason.RESTRICTED, stop=True)),
        (error(2534122), Refused(Reason.RESTRICTED, stop=True)),
        (error(2534029), Refused(Reason.RESTRICTED, stop=True)),
        (error(551), GONE),
        (error(551, 1545041), GONE),
        (error(1545041), GONE),
        (error(10, 1545041), GONE),
        (error(2500), Refused(Reason.MISCONFIGURED, stop=True)),
        # what isn't in the table
        (error(987654), Refused(Reason.BAD_REQUEST)),
        (error(987654, status=500), TEMPORARY),
        (error(987654, status=403), Refused(Reason.MISCONFIGURED, stop=True)),
        # codes that come as something else
        (error("551"), GONE),
        (error("10", "2018278"), Refused(Reason.OUTSIDE_WINDOW)),
        (error(None), Refused(Reason.BAD_REQUEST)),
        (error(True), Refused(Reason.BAD_REQUEST)),
        (error([551]), Refused(Reason.BAD_REQUEST)),
        # an error with a status that says success
        (error(551, status=200), GONE),
        (error(190, status=200), Refused(Reason.BAD_TOKEN, stop=True)),
    ],
)
def test_every_row_of_the_table(answer: Answer, expected: Attempt) -> None:
    assert meaning(from_answer(answer)) == expected
    assert meaning(of_action(answer)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, b'{"recipient_id":"6000000000000001","message_id":"m_A-b_c"}'), Sent("m_A-b_c")),
        (Answer(200, b'{ "message_id": "m_1", "recipient_id": "6" }'), Sent("m_1")),
        (Answer(200, b'{"message_id":"m_1"}'), Sent("m_1")),
        (Answer(200, b'{"recipient_id":"6","message_id":"m_\\u00e4"}'), Sent("m_ä")),
        (Answer(200, b'{"recipient_id":"6"}'), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b'{"recipient_id":"6","message_id":""}'), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b'{"recipient_id":"6","message_id":7}'), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b'{"recipient_id":"6","message_id"'), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b"<html>"), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b"[" * 100_000), Unknown(Reason.NO_ANSWER)),
        (Answer(200), Unknown(Reason.NO_ANSWER)),
        (Answer(200, b'{"error":"odd"}'), Refused(Reason.BAD_REQUEST)),
        # servers in front of the Graph API
        (Answer(500, b"<html>"), Unknown(Reason.SERVER_ERROR)),
        (Answer(502, b"<html>Bad Gateway</html>"), Unknown(Reason.SERVER_ERROR)),
        (Answer(504), Unknown(Reason.SERVER_ERROR)),
        (Answer(503), TEMPORARY),
        (Answer(429, b"<html>"), FLOOD),
        (Answer(403, b"<html>"), Refused(Reason.MISCONFIGURED, stop=True)),
        (Answer(404), Refused(Reason.BAD_REQUEST)),
        (Answer(302), Refused(Reason.BAD_REQUEST)),
    ],
)
def test_what_no_error_describes(answer: Answer, expected: Attempt) -> None:
    assert meaning(from_answer(answer)) == expected


def test_what_is_no_message_needs_no_id() -> None:
    assert of_action(Answer(200, b'{"recipient_id":"6"}')) == Sent()


def test_a_refusal_says_the_numbers_and_the_trace() -> None:
    attempt = from_answer(error(10, 2018278, message="(#10) Sent outside of the window"))
    assert attempt == Refused(
        Reason.OUTSIDE_WINDOW, "(#10) Sent outside of the window (error 10/2018278, HTTP 400, fbtrace_id Atrace)"
    )


def test_no_secret_of_an_answer_gets_into_a_refusal() -> None:
    attempt = from_answer(error(190, message="Error validating EAAGm0PX4ZCpsBAtokenofapage: expired"))
    assert isinstance(attempt, Refused)
    assert "EAAG" not in attempt.detail


def test_a_full_quota_waits_as_long_as_the_platform_says() -> None:
    answer = error(80006)
    answer.headers = {
        "X-Business-Use-Case-Usage": '{"1":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":7}]}'
    }
    assert from_answer(answer) == TryLater(timedelta(minutes=7), Reason.FLOOD, Scope.CHANNEL)


def test_what_was_not_sent_is_tried_again_and_a_lost_answer_is_unknown() -> None:
    assert from_failure(NotSent("no connection")) == TryLater(RECONNECT, Reason.NO_CONNECTION, Scope.CHANNEL)
    assert from_failure(AnswerLost("reset")) == Unknown(Reason.NO_ANSWER, "reset")
