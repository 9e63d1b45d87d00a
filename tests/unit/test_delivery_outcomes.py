"""From what a try taught us to what is done about it."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import pytest

from newsbot.delivery.ledger import Postpone, Settle
from newsbot.delivery.outcomes import (
    ANEW,
    REFUSED_IN_A_ROW,
    UNREACHABLE_IN_A_ROW,
    Sign,
    Streak,
    Verdict,
    decide,
    not_now,
    resends,
    struck_out,
)
from newsbot.domain.alert import AlertClass, AlertKind, Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from tests.builders import an_alert

SECONDS = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (Sent("70"), Verdict(Settle(5, Outcome.SENT, "70"), Sign.WELL)),
        (Sent("70", moved_to="-9"), Verdict(Settle(5, Outcome.SENT, "70"), Sign.WELL, moved_to="-9")),
        (Sent("70", thread_gone=True), Verdict(Settle(5, Outcome.SENT, "70"), Sign.WELL, thread_gone=True)),
        (
            TryLater(7 * SECONDS, Reason.FLOOD),
            Verdict(Postpone(5, 7 * SECONDS), Sign.NOTHING, flooded=7 * SECONDS),
        ),
        (TryLater(2 * SECONDS, Reason.NO_CONNECTION, Scope.CHANNEL), Verdict(Postpone(5, 2 * SECONDS), Sign.TROUBLE)),
        (TryLater(2 * SECONDS, Reason.SERVER_ERROR, Scope.CHANNEL), Verdict(Postpone(5, 2 * SECONDS), Sign.TROUBLE)),
        (Refused(Reason.BAD_TOKEN, stop=True), Verdict(Postpone(5, ANEW), Sign.ACCOUNT)),
        (Refused(Reason.BAD_MARKUP), Verdict(Settle(5, Outcome.BAD_MARKUP), Sign.MESSAGE)),
        (Refused(Reason.CONFLICT), Verdict(Settle(5, Outcome.REFUSED), Sign.MESSAGE)),
        (Refused(Reason.NO_RIGHTS), Verdict(Settle(5, Outcome.NO_RIGHTS), Sign.READER)),
        (Refused(Reason.OUTSIDE_WINDOW), Verdict(Settle(5, Outcome.HELD), Sign.NOTHING)),
        (Refused(Reason.TARGET_GONE), Verdict(Settle(5, Outcome.TARGET_GONE), Sign.NOTHING)),
        (Refused(Reason.TOO_LATE), Verdict(Settle(5, Outcome.TOO_LATE), Sign.NOTHING)),
        (
            Unreachable(Reason.BLOCKED),
            Verdict(Settle(5, Outcome.BLOCKED), Sign.READER, unreachable=Reason.BLOCKED),
        ),
        (
            Unreachable(Reason.CHAT_NOT_FOUND, strike=True),
            Verdict(Settle(5, Outcome.STRIKE), Sign.READER, strike=True),
        ),
        (
            Unreachable(Reason.MIGRATED, moved_to="-9"),
            Verdict(Settle(5, Outcome.MIGRATED), Sign.NOTHING, moved_to="-9"),
        ),
    ],
)
def test_every_answer_has_a_consequence(attempt: Attempt, expected: Verdict) -> None:
    for resend in (False, True):
        assert decide(attempt, 5, resend=resend) == expected


def test_a_lost_answer_is_kept_as_unknown_or_tried_again_as_the_alert_says() -> None:
    lost = Unknown(Reason.NO_ANSWER)
    assert decide(lost, 5, resend=False) == Verdict(Settle(5, Outcome.UNKNOWN), Sign.TROUBLE)
    assert decide(lost, 5, resend=True) == Verdict(Postpone(5, ANEW, doubtful=True), Sign.TROUBLE)


def test_a_second_chat_not_found_switches_the_reader_off() -> None:
    first = decide(Unreachable(Reason.CHAT_NOT_FOUND, strike=True), 5, resend=False)
    assert struck_out(first) == Verdict(
        Settle(5, Outcome.CHAT_NOT_FOUND), Sign.READER, unreachable=Reason.CHAT_NOT_FOUND
    )


def test_who_is_not_believed_to_be_gone_is_not_marked_and_gets_their_turn() -> None:
    blocked = decide(Unreachable(Reason.BLOCKED), 5, resend=False)
    assert not_now(blocked) == Verdict(Postpone(5, timedelta(0)), Sign.NOTHING)


@pytest.mark.parametrize(
    ("cls", "kind", "channel", "expected"),
    [
        (AlertClass.BREAKING, AlertKind.BROADCAST, "telegram", True),
        (AlertClass.BREAKING, AlertKind.BROADCAST, "messenger", False),
        (AlertClass.TOPIC, AlertKind.ARTICLE, "telegram", False),
        (AlertClass.DIGEST, AlertKind.ARTICLE, "telegram", False),
        (AlertClass.TOPIC, AlertKind.CORRECTION, "telegram", True),
        (AlertClass.TOPIC, AlertKind.RECALL, "telegram", True),
        (AlertClass.TOPIC, AlertKind.CORRECTION, "messenger", False),
    ],
)
def test_only_breaking_news_on_telegram_and_edits_are_sent_again_in_doubt(
    cls: AlertClass, kind: AlertKind, channel: str, expected: bool
) -> None:
    assert resends(an_alert(cls=cls, kind=kind), channel) is expected


def after(*signs: Sign) -> Streak:
    return reduce(lambda streak, sign: streak.after(sign), signs, Streak())


def test_an_alert_breaks_at_its_twentieth_unreachable_reader_in_a_row() -> None:
    assert after(*[Sign.READER] * (UNREACHABLE_IN_A_ROW - 1)).broken == ""
    assert after(*[Sign.READER] * UNREACHABLE_IN_A_ROW).broken == "many_unreachable"
    assert after(*[Sign.READER] * (UNREACHABLE_IN_A_ROW - 1), Sign.WELL, Sign.READER) == Streak(unreachable=1)


def test_an_alert_breaks_at_the_fifth_refusal_of_its_message_whatever_lies_between() -> None:
    between = (Sign.MESSAGE, Sign.READER, Sign.TROUBLE, Sign.NOTHING)
    assert after(*between * (REFUSED_IN_A_ROW - 1)).broken == ""
    assert after(*between * REFUSED_IN_A_ROW).broken == "message_refused"


def test_another_alerts_success_shows_the_platform_to_be_well_but_not_this_message() -> None:
    assert Streak(unreachable=7, refused=3).others_well() == Streak(unreachable=0, refused=3)
