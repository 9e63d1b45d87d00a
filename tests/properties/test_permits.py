"""What may be sent when, on channels with windows: for anything that can be asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from newsbot.delivery.permits import (
    ANSWERED_BY_HAND,
    NO_LANES,
    Author,
    Consent,
    Denial,
    LaneState,
    Messaging,
    Next,
    Permit,
    Purpose,
    Why,
    is_open,
    permit,
    window_after,
)
from newsbot.domain.window import Opener, Window
from tests.builders import NOW

moments = st.timedeltas(timedelta(days=-9), timedelta(days=9)).map(lambda span: NOW + span)
windows = st.none() | st.builds(window_after, st.sampled_from(Opener), moments)
asked = {
    "author": st.sampled_from(Author),
    "purpose": st.sampled_from(Purpose),
    "window": windows,
    "consent": st.sampled_from(Consent),
    "wrote_at": st.none() | moments,
}


def judged(
    author: Author,
    purpose: Purpose,
    window: Window | None,
    consent: Consent,
    wrote_at: datetime | None,
    now: datetime = NOW,
) -> Permit | Denial:
    return permit(author, purpose, window, consent, NO_LANES, now, wrote_at=wrote_at)


@given(**asked)
def test_a_bot_may_write_only_inside_the_window(
    author: Author, purpose: Purpose, window: Window | None, consent: Consent, wrote_at: datetime | None
) -> None:
    answer = judged(Author.BOT, purpose, window, consent, wrote_at)
    if isinstance(answer, Permit):
        assert window is not None
        assert NOW < answer.until < window.expires_at
        assert answer.messaging is not Messaging.HUMAN_AGENT
    else:
        assert not is_open(window, NOW) or purpose is not Purpose.REPLY


@given(**asked)
def test_a_persons_tag_is_for_an_editors_own_answer_within_seven_days(
    author: Author, purpose: Purpose, window: Window | None, consent: Consent, wrote_at: datetime | None
) -> None:
    answer = judged(author, purpose, window, consent, wrote_at)
    if isinstance(answer, Permit) and answer.messaging is Messaging.HUMAN_AGENT:
        assert author is Author.EDITOR
        assert purpose is Purpose.REPLY
        assert not is_open(window, NOW)  # inside it an answer needs no tag
        assert wrote_at is not None
        assert wrote_at <= NOW < answer.until <= wrote_at + ANSWERED_BY_HAND


@given(**asked)
def test_nothing_but_an_answer_goes_to_who_has_not_asked_for_it(
    author: Author, purpose: Purpose, window: Window | None, consent: Consent, wrote_at: datetime | None
) -> None:
    assume(purpose is not Purpose.REPLY and consent is not Consent.SUBSCRIBED)
    answer = judged(author, purpose, window, consent, wrote_at)
    assert isinstance(answer, Denial)
    assert answer.next is (Next.WHEN_THEY_RESUME if consent is Consent.STOPPED else Next.WHEN_THEY_SUBSCRIBE)


@given(**asked)
def test_a_permit_holds_as_long_as_it_says_and_every_denial_names_what_makes_it_lawful(
    author: Author, purpose: Purpose, window: Window | None, consent: Consent, wrote_at: datetime | None
) -> None:
    answer = judged(author, purpose, window, consent, wrote_at)
    match answer:
        case Permit():
            assert answer.holds(NOW)
            just_before = answer.until - timedelta(seconds=1)
            assert just_before < NOW or judged(author, purpose, window, consent, wrote_at, just_before) == answer
            assert judged(author, purpose, window, consent, wrote_at, answer.until) != answer
        case Denial(next=Next.WHEN_THEY_WRITE):
            again = judged(author, purpose, window_after(Opener.MESSAGE, NOW), consent, NOW)
            assert isinstance(again, Permit)
        case Denial():
            subscribed = judged(author, purpose, window_after(Opener.MESSAGE, NOW), Consent.SUBSCRIBED, NOW)
            assert isinstance(subscribed, Permit)


@given(st.sampled_from(Opener), moments)
def test_a_window_lasts_a_day_and_after_an_advertisement_a_week(opener: Opener, at: datetime) -> None:
    window = window_after(opener, at)
    assert window.opened_by is opener
    assert window.expires_at - at == (timedelta(days=7) if opener is Opener.AD else timedelta(hours=24))
    assert is_open(window, at)
    assert not is_open(window, window.expires_at)


@given(st.sampled_from(Purpose), st.sampled_from(Author))
def test_inside_the_window_an_answer_is_a_response_and_all_else_an_update(purpose: Purpose, author: Author) -> None:
    window = window_after(Opener.BUTTON, NOW - timedelta(hours=1))
    answer = judged(author, purpose, window, Consent.SUBSCRIBED, None)
    assert isinstance(answer, Permit)
    assert answer.messaging is (Messaging.RESPONSE if purpose is Purpose.REPLY else Messaging.UPDATE)


def test_what_platforms_no_longer_carry_has_no_name_and_what_nobody_has_proven_is_off() -> None:
    assert {one.value for one in Messaging} == {"RESPONSE", "UPDATE", "HUMAN_AGENT"}
    assert list(LaneState) == [LaneState.OFF]
    assert NO_LANES.news is NO_LANES.one_time is LaneState.OFF


def test_an_editor_who_answers_after_a_week_is_told_why_not() -> None:
    answer = judged(Author.EDITOR, Purpose.REPLY, None, Consent.STRANGER, NOW - timedelta(days=7))
    assert answer == Denial(Why.TOO_LATE_BY_HAND, Next.WHEN_THEY_WRITE)
    assert str(answer) == (
        "the reader wrote more than seven days ago; "
        "it may be sent when the reader next writes, presses a button or reacts"
    )
