"""Why an article was or wasn't sent, in sentences."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.delivery import explaining
from newsbot.delivery.alerts import Decision
from newsbot.delivery.explaining import Known, Told, describe, why, why_reader
from newsbot.delivery.ledger import Fate
from newsbot.delivery.policy import Reason
from newsbot.domain import alert as alert_words
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, Outcome, Totals
from newsbot.subscribers.store import SubscriberEvent
from tests.builders import NOW, a_subscriber, an_address, an_alert, an_article

HOUR = timedelta(hours=1)
TOLD = Told(ZoneInfo("Asia/Dhaka"), NOW + HOUR)
READER = an_address("1001")
TOTALS = Totals(audience=3, outcomes={Outcome.SENT: 1}, untouched=2)


def a_decision(reason: str = "alerted", alert_id: int = 0) -> Decision:
    return Decision(1, reason, NOW, alert_id)


def decided(article, decision=None, told=TOLD) -> str:
    return why(article, decision, [], told)[2]


def events(*states: tuple[int, dict]) -> list[SubscriberEvent]:
    """What was true of the reader from so many hours before NOW on."""
    found = []
    for version, (hours, changes) in enumerate(states, start=1):
        topics = changes.pop("topics", ("sports",))
        state = a_subscriber(*topics, address=READER, **changes)
        found.append(SubscriberEvent(NOW - hours * HOUR, f"change {version}", state))
    return found


def told_reader(known: Known, history=None) -> str:
    (line,) = why_reader(READER, events((9, {})) if history is None else history, [known], TOLD)
    return line.removeprefix(f"{READER}, alert {known.alert.id}: ")


def test_every_outcome_reason_and_kind_has_words():
    assert set(explaining.OUTCOMES) == set(Outcome)
    assert set(explaining.DECISIONS) == set(Reason)
    assert set(explaining.KINDS) == set(AlertKind)
    reasons = {value for name, value in vars(alert_words).items() if name.startswith(("PAUSED_", "STOPPED_"))}
    assert set(explaining.REASONS) == reasons


def test_an_article_that_was_alerted_is_told_from_its_find_to_its_figures():
    alert = an_alert(12, started_at=NOW, audience=Audience(("sports", "world")))
    article = an_article(1, headline="সেতু", published_at=NOW - HOUR, stored_at=NOW)
    assert why(article, a_decision(alert_id=12), [Known(alert, TOTALS)], TOLD) == [
        "Article 1: সেতু",
        "https://news.example/article/1, from portal, published 2025-11-18 16:45:00, found 2025-11-18 17:45:00.",
        "On 2025-11-18 17:45:00 it was decided to alert readers.",
        (
            "Alert 12: topic alert, for readers who follow sports or world, made 2025-11-18 17:45:00. "
            "It has been running since 2025-11-18 17:45:00. Of 3 readers: 1 sent; 2 still to come."
        ),
    ]


def test_a_reason_of_a_newer_program_is_told_as_it_stands():
    assert decided(an_article(), a_decision("asleep")) == "On 2025-11-18 17:45:00 it was decided as asleep."


def test_without_a_decision_what_is_stored_says_why():
    waiting = an_article(published_at=NOW, stored_at=NOW)
    assert decided(waiting).startswith("Nothing is decided yet.")
    later = an_article(published_at=NOW + 2 * HOUR, stored_at=NOW)
    assert decided(later) == "It waits until it is published, at 2025-11-18 19:45:00."
    assert decided(an_article(withdrawn_at=NOW)) == "It was withdrawn before anything was decided."
    old = an_article(published_at=NOW - 4 * HOUR, stored_at=NOW, announced_at=NOW)
    assert decided(old) == "Nobody was alerted: it was older than three hours when it was found."
    first_read = an_article(published_at=NOW, stored_at=NOW, announced_at=NOW)
    assert decided(first_read).startswith("Nobody was alerted: it came with the first read of its source")


def test_a_withdrawn_article_says_when():
    line = why(an_article(withdrawn_at=NOW), a_decision("too_old"), [], TOLD)[1]
    assert line.endswith("withdrawn 2025-11-18 17:45:00.")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": AlertState.PLANNED}, "Its audience is being fixed."),
        ({"state": AlertState.PAUSED}, "It is paused by an editor."),
        (
            {"state": AlertState.PAUSED, "reason": "account_refused"},
            "It is paused: the platform refuses the bot's token or settings.",
        ),
        (
            {"state": AlertState.STOPPED, "ended_at": NOW, "reason": "recalled"},
            "It was stopped 2025-11-18 17:45:00: it was recalled.",
        ),
        ({"state": AlertState.STOPPED, "ended_at": NOW}, "It was stopped 2025-11-18 17:45:00 by an editor."),
        ({"state": AlertState.DONE, "ended_at": NOW}, "It was done 2025-11-18 17:45:00."),
    ],
)
def test_an_alert_tells_its_state(changes, expected):
    assert describe(an_alert(**changes), Totals(), TOLD).endswith(f"{expected} It was for nobody.")


def test_an_alert_tells_whom_it_is_for_and_who_made_it():
    broadcast = an_alert(
        kind=AlertKind.BROADCAST, cls=AlertClass.BREAKING, audience=Audience((), ("bn",)), by=an_address("9")
    )
    assert describe(broadcast, TOTALS, TOLD).startswith(
        "Alert 1: breaking broadcast by telegram:9, for readers who read bn, made "
    )
    recall = an_alert(2, kind=AlertKind.RECALL, of=1, audience=Audience())
    assert describe(recall, TOTALS, TOLD).startswith(
        "Alert 2: recall of alert 1, for everybody with a copy of alert 1, made "
    )
    assert " for everybody, " in describe(an_alert(audience=Audience()), TOTALS, TOLD)


def test_every_reader_is_counted_once_and_one_who_is_missing_is_told():
    totals = Totals(audience=1_006, outcomes={Outcome.SENT: 1_000, Outcome.BLOCKED: 0}, waiting=1, in_flight=2)
    assert describe(an_alert(), totals, TOLD).endswith(
        "Of 1,006 readers: 1,000 sent; 1 waiting to be tried again; 2 on their way; 3 unaccounted for."
    )


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (Fate(in_audience=True, outcome=Outcome.BLOCKED), "it was for them: refused: the bot is blocked."),
        (Fate(in_audience=True, waiting=True), "it is for them, and waits to be tried again."),
        (Fate(in_audience=True, begun=True), "it is for them, and is on its way."),
        (Fate(in_audience=True), "it is for them, and their turn has not come."),
    ],
)
def test_a_reader_of_the_audience_is_told_what_became_of_theirs(fate, expected):
    assert told_reader(Known(an_alert(started_at=NOW), TOTALS, fate)) == expected


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([(9, {}), (5, {"stopped": True})], "they had said /stop, on 2025-11-18 12:45:00"),
        (
            [(9, {}), (8, {"paused": True}), (5, {"paused": True, "language": "en"})],
            "they had paused their alerts, on 2025-11-18 09:45:00",
        ),
        (
            [(9, {"unreachable": True}), (8, {}), (5, {"unreachable": True})],
            "they could not be reached since 2025-11-18 12:45:00",
        ),
        (
            [(9, {}), (5, {"topics": ("world", "economy")}), (-1, {})],
            "they followed economy, world since 2025-11-18 12:45:00",
        ),
        (
            [(9, {}), (5, {"extra": (("elsewhere", "1"), ("linked", "messenger:7001"))})],
            "their alerts went to their other address, messenger:7001, since 2025-11-18 12:45:00",
        ),
        ([(9, {"topics": ()})], "they followed nothing since 2025-11-18 08:45:00"),
        ([(-1, {})], "they first came on 2025-11-18 18:45:00, after it was fixed"),
    ],
)
def test_a_reader_whom_it_was_not_for_is_told_what_was_true_of_them_then(states, expected):
    line = told_reader(Known(an_alert(started_at=NOW), TOTALS), events(*states))
    assert line == f"not for them: {expected}."


def test_a_reader_of_another_language_is_told_so():
    alert = an_alert(started_at=NOW, audience=Audience(languages=("en",)))
    assert told_reader(Known(alert, TOTALS)) == "not for them: they read bn since 2025-11-18 08:45:00."


def test_a_reader_who_had_the_story_is_told_by_which_alert():
    had = Known(an_alert(3, started_at=NOW), TOTALS, Fate(in_audience=True, outcome=Outcome.SENT))
    again = Known(an_alert(4, started_at=NOW), TOTALS)
    *_, line = why_reader(READER, events((9, {})), [had, again], TOLD)
    assert line == f"{READER}, alert 4: not for them: they had been told of the same story, by alert 3."


def test_what_can_t_be_known_is_not_guessed():
    planned = an_alert(state=AlertState.PLANNED)
    assert told_reader(Known(planned, Totals())) == "whom it is for is not fixed yet."
    over = an_alert(state=AlertState.DONE, started_at=NOW, ended_at=NOW - timedelta(days=8))
    assert told_reader(Known(over, TOTALS)) == "whom it was for is not known any more: that is kept for 7 days."


def test_a_correction_is_for_who_has_a_copy():
    correction = an_alert(2, kind=AlertKind.CORRECTION, of=1, started_at=NOW)
    assert told_reader(Known(correction, TOTALS)) == "not for them: they had no copy of alert 1."


def test_a_stranger_is_told_to_be_one():
    (line,) = why_reader(READER, [], [Known(an_alert(), TOTALS)], TOLD)
    assert line.startswith("telegram:1001 is nobody that we know")


def test_where_no_alert_was_made_none_could_be_sent():
    assert list(why_reader(READER, events((9, {})), [], TOLD)) == [
        "telegram:1001: no alert was made, so none could be sent."
    ]
