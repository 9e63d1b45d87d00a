"""What is held back when answers may not be what they seem, and when an alert pauses or all sending waits."""

from __future__ import annotations

from datetime import timedelta

from newsbot.channels.channel import Recipient
from newsbot.delivery.breaker import BELIEVED_AFTER, Breaker, Ruling
from newsbot.delivery.ledger import Postpone, Settle, Tier, Unit
from newsbot.delivery.outcomes import REFUSED_IN_A_ROW, UNREACHABLE_IN_A_ROW, decide
from newsbot.delivery.work import Job, Owned, Settlement, Work
from newsbot.domain.alert import Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown, Unreachable
from tests.builders import an_alert

SENT = Sent("1")
BLOCKED = Unreachable(Reason.BLOCKED)
BAD = Refused(Reason.BAD_MARKUP)
LOST = Unknown(Reason.NO_ANSWER)
FLOOD = TryLater(timedelta(seconds=3), Reason.FLOOD)


class Channel:
    """A breaker, and alerts whose answers it is told."""

    def __init__(self, room: int = 90) -> None:
        self.breaker = Breaker(room)
        self.works = [Work(an_alert(number), resend=False) for number in (1, 2)]
        self.now = 0.0
        self.next_position = 0

    def hears(self, attempt: Attempt, alert: int = 0) -> Ruling:
        position = self.next_position
        self.next_position += 1
        work = self.works[alert]
        owned = Owned(Unit(work.alert.id, Tier.REST, 0))
        job = Job(work, owned, position, Recipient(str(position)), None, 0.0, 0.0)
        return self.breaker.judge(Settlement(job, decide(attempt, position, resend=False)), self.now)

    def hears_many(self, attempt: Attempt, times: int, alert: int = 0) -> Ruling:
        ruling = Ruling()
        for _ in range(times):
            ruling = self.hears(attempt, alert)
        return ruling


def positions(ruling: Ruling, outcome: Outcome) -> list[int]:
    return [one.verdict.result.position for one in ruling.settle if _outcome(one) is outcome]


def _outcome(one: Settlement) -> Outcome | None:
    return one.verdict.result.outcome if isinstance(one.verdict.result, Settle) else None


def test_an_accepted_message_counts_at_once() -> None:
    channel = Channel()
    assert positions(channel.hears(SENT), Outcome.SENT) == [0]
    assert channel.breaker.clean


def test_verdicts_about_readers_wait_for_an_accepted_message_of_any_alert() -> None:
    channel = Channel()
    assert channel.hears_many(BLOCKED, 3) == Ruling()
    assert not channel.breaker.clean
    ruling = channel.hears(SENT, alert=1)
    assert positions(ruling, Outcome.BLOCKED) == [0, 1, 2]
    assert positions(ruling, Outcome.SENT) == [3]
    assert channel.breaker.clean


def test_verdicts_about_a_message_wait_for_one_of_the_same_alert() -> None:
    channel = Channel()
    channel.hears_many(BAD, 2)
    assert positions(channel.hears(SENT, alert=1), Outcome.BAD_MARKUP) == []
    assert not channel.breaker.clean
    assert positions(channel.hears(SENT), Outcome.BAD_MARKUP) == [0, 1]
    assert channel.breaker.clean


def test_too_many_in_a_row_pause_the_alert_and_give_everybody_back_their_turn() -> None:
    for attempt, times, reason in (
        (BLOCKED, UNREACHABLE_IN_A_ROW, "many_unreachable"),
        (BAD, REFUSED_IN_A_ROW, "message_refused"),
    ):
        channel = Channel()
        assert channel.hears_many(attempt, times - 1) == Ruling()
        ruling = channel.hears(attempt)
        assert ruling.pause == reason
        assert [one.verdict.result for one in ruling.settle] == [Postpone(n, timedelta(0)) for n in range(times)]
        assert not any(one.verdict.unreachable for one in ruling.settle)
        # Those who were on their way are not believed either.
        late = channel.hears(attempt)
        assert (late.pause, [one.verdict.result for one in late.settle]) == ("", [Postpone(times, timedelta(0))])


def test_what_is_neither_yes_nor_no_ends_no_run() -> None:
    channel = Channel()
    for _ in range(UNREACHABLE_IN_A_ROW - 1):
        channel.hears(BLOCKED)
        channel.hears(FLOOD)
    assert channel.hears(BLOCKED).pause == "many_unreachable"


def test_a_refused_account_halts_the_channel_and_pauses_no_alert() -> None:
    channel = Channel()
    ruling = channel.hears(Refused(Reason.BAD_TOKEN, stop=True))
    assert (ruling.halt, ruling.pause) == (True, "")
    assert [type(one.verdict.result) for one in ruling.settle] == [Postpone]


def test_a_short_run_is_believed_when_no_answer_comes_any_more() -> None:
    channel = Channel()
    channel.hears_many(BLOCKED, 2)
    assert channel.breaker.believe(channel.now + BELIEVED_AFTER - 0.1) == Ruling()
    assert positions(channel.breaker.believe(channel.now + BELIEVED_AFTER), Outcome.BLOCKED) == [0, 1]
    assert channel.breaker.believe(channel.now + 60) == Ruling()
    # The run is not over by that.
    assert channel.hears_many(BLOCKED, UNREACHABLE_IN_A_ROW - 2).pause == "many_unreachable"


def test_when_it_stops_what_is_held_back_is_believed() -> None:
    channel = Channel()
    channel.hears_many(BLOCKED, 2)
    channel.hears(BAD, alert=1)
    ruling = channel.breaker.believe()
    assert [_outcome(one) for one in ruling.settle] == [Outcome.BLOCKED, Outcome.BLOCKED, Outcome.BAD_MARKUP]


def test_at_most_two_thirds_of_the_places_are_held_back_then_only_the_marks() -> None:
    channel = Channel(room=9)
    assert channel.hears_many(BLOCKED, 6) == Ruling()
    ruling = channel.hears(BLOCKED)
    assert positions(ruling, Outcome.BLOCKED) == [0]
    assert ruling.settle[0].verdict.unreachable is None
    ruling = channel.hears(SENT)
    assert positions(ruling, Outcome.BLOCKED) == [1, 2, 3, 4, 5, 6]
    assert ruling.mark == [("0", Reason.BLOCKED)]


def test_the_third_trouble_in_a_row_makes_everybody_wait() -> None:
    channel = Channel()
    assert [channel.hears(LOST).hold for _ in range(3)] == [False, False, True]
    channel.hears(SENT)
    assert [channel.hears(LOST, alert).hold for alert in (0, 1, 0)] == [False, False, True]
    channel.breaker.answers_again()
    assert channel.hears(LOST).hold
    channel.breaker.answers_again()
    channel.hears(BLOCKED)  # an answer, if not the one that we wanted
    assert not channel.hears(LOST).hold
