"""Whether an article becomes an alert: each rule of promise 8, and the alert that is made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.delivery.ledger import STORY_KEPT
from newsbot.delivery.policy import BREAKING_EXPIRES, Leave, Limits, Make, Reason, Situation, Wait, class_of, decide
from newsbot.domain.alert import (
    STOPPED_ARTICLE_WITHDRAWN,
    STOPPED_EXPIRED,
    STOPPED_RECALLED,
    AlertClass,
    AlertKind,
    AlertState,
    Audience,
    NewAlert,
)
from newsbot.domain.article import NEWS_AGE
from newsbot.ingest.story_decider import WINDOW
from tests.builders import NOW, an_alert, an_article, some_topics

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def a_situation(**changes) -> Situation:
    return Situation(**{"now": NOW, "topics": some_topics()} | changes)


def alert_of(article, **changes) -> NewAlert:
    verdict = decide(article, a_situation(**changes))
    assert isinstance(verdict, Make), verdict
    return verdict.alert


def test_a_new_article_is_a_topic_alert_for_those_who_follow_it():
    article = an_article(7, topics=("sports", "politics"), source="portal")
    assert alert_of(article) == NewAlert(
        origin="article:7",
        kind=AlertKind.ARTICLE,
        cls=AlertClass.TOPIC,
        story="article:7",
        expires_at=article.stored_at + 3 * HOUR,
        audience=Audience(("sports", "politics")),
        article_id=7,
        source="portal",
    )


def test_its_audience_are_its_configured_topics_in_its_own_order():
    article = an_article(topics=("world", "dropped", "sports", "world"))
    assert alert_of(article).audience == Audience(("world", "sports"))


def test_breaking_news_goes_to_everyone_whatever_its_topics():
    for topics in ((), ("dropped",), ("sports",)):
        alert = alert_of(an_article(topics=topics, breaking=True))
        assert (alert.cls, alert.audience) == (AlertClass.BREAKING, Audience())


def test_breaking_is_what_was_called_so():
    assert [class_of(an_article(breaking=word)) for word in (True, False)] == [AlertClass.BREAKING, AlertClass.TOPIC]


@pytest.mark.parametrize("topics", [(), ("dropped",)])
def test_without_a_topic_that_readers_can_follow_nobody_is_alerted(topics):
    assert decide(an_article(topics=topics), a_situation()) == Leave(Reason.NO_TOPIC)


@pytest.mark.parametrize("breaking", [False, True])
def test_an_article_older_than_three_hours_alerts_nobody(breaking):
    article = an_article(published_at=NOW - 3 * HOUR, stored_at=NOW, breaking=breaking)
    assert alert_of(article).article_id == article.id
    assert decide(article, a_situation(now=NOW + MOMENT)) == Leave(Reason.TOO_OLD)


def test_an_alert_that_would_be_over_already_is_not_made():
    article = an_article(published_at=NOW - 2 * HOUR, stored_at=NOW - HOUR)
    assert decide(article, a_situation(limits=Limits(expire=HOUR))) == Leave(Reason.TOO_OLD)
    assert alert_of(article, limits=Limits(expire=HOUR + MOMENT)).expires_at == NOW + MOMENT


def test_an_article_that_is_published_later_waits_for_its_moment_even_if_it_breaks():
    for breaking in (False, True):
        article = an_article(published_at=NOW + 5 * HOUR, stored_at=NOW, breaking=breaking)
        assert decide(article, a_situation()) == Wait(NOW + 5 * HOUR)
        assert alert_of(article, now=NOW + 5 * HOUR).article_id == article.id


def test_a_topic_alert_expires_so_long_after_its_article_was_found_or_published():
    limits = Limits(expire=HOUR)
    found_later = an_article(published_at=NOW - HOUR, stored_at=NOW)
    assert alert_of(found_later, limits=limits).expires_at == NOW + HOUR
    published_later = an_article(published_at=NOW, stored_at=NOW - 9 * HOUR)
    assert alert_of(published_later, limits=limits).expires_at == NOW + HOUR


def test_breaking_news_may_be_sent_for_longer():
    article = an_article(published_at=NOW, stored_at=NOW, breaking=True)
    assert alert_of(article, limits=Limits(expire=HOUR)).expires_at == NOW + BREAKING_EXPIRES


def test_a_clock_that_was_ahead_when_it_was_stored_makes_nothing_last_longer():
    article = an_article(published_at=NOW, stored_at=NOW + 9 * HOUR)
    assert alert_of(article).expires_at == NOW + 3 * HOUR


@pytest.mark.parametrize("breaking", [False, True])
def test_a_source_causes_only_so_many(breaking):
    article, limits = an_article(breaking=breaking), Limits(per_source=4)
    assert alert_of(article, caused=3, limits=limits).article_id == article.id
    assert decide(article, a_situation(caused=4, limits=limits)) == Leave(Reason.SOURCE_FLOOD)


def test_a_withdrawn_article_alerts_nobody():
    article = an_article(withdrawn_at=NOW, breaking=True)
    assert decide(article, a_situation()) == Leave(Reason.WITHDRAWN)


def test_what_an_editor_broadcast_is_its_storys_alert_even_if_it_was_stopped():
    broadcast = an_alert(3, kind=AlertKind.BROADCAST, story="article:1", state=AlertState.STOPPED)
    assert decide(an_article(1), a_situation(of_story=[broadcast])) == Leave(Reason.BROADCAST)


def test_a_story_is_alerted_once():
    assert decide(an_article(1), a_situation(of_story=[an_alert(3)])) == Leave(Reason.SAME_STORY)


def test_the_alert_of_a_further_article_is_its_storys():
    assert alert_of(an_article(7, story=4)).story == "article:4"
    assert alert_of(an_article(7, story=4)).origin == "article:7"


def test_a_further_article_alerts_only_followers_of_topics_that_its_story_was_not_alerted_in():
    article = an_article(7, story=1, topics=("politics", "sports", "world"))
    told = [an_alert(1), an_alert(2, audience=Audience(("world",)))]
    assert alert_of(article, of_story=told).audience == Audience(("politics",))


def test_what_went_to_everyone_is_told():
    article = an_article(7, story=1, topics=("politics",))
    told = [an_alert(1, cls=AlertClass.BREAKING, audience=Audience())]
    assert decide(article, a_situation(of_story=told)) == Leave(Reason.SAME_STORY)


def test_a_story_that_breaks_goes_to_everyone_once():
    article = an_article(7, story=1, breaking=True)
    alert = alert_of(article, of_story=[an_alert(1)])
    assert (alert.cls, alert.audience, alert.story) == (AlertClass.BREAKING, Audience(), "article:1")
    broke = [an_alert(1), an_alert(2, cls=AlertClass.BREAKING, audience=Audience())]
    assert decide(article, a_situation(of_story=broke)) == Leave(Reason.SAME_STORY)


def test_a_story_that_breaks_is_not_held_back_by_the_broadcast_of_another_article_of_it():
    told = [an_alert(2, kind=AlertKind.BROADCAST, article_id=2, story="article:1")]
    assert alert_of(an_article(7, story=1, breaking=True), of_story=told).cls is AlertClass.BREAKING
    assert decide(an_article(2, story=1, breaking=True), a_situation(of_story=told)) == Leave(Reason.BROADCAST)
    assert decide(an_article(7, story=1), a_situation(of_story=told)) == Leave(Reason.BROADCAST)


@pytest.mark.parametrize(
    ("reason", "told"),
    [(STOPPED_ARTICLE_WITHDRAWN, False), (STOPPED_EXPIRED, False), ("", True), (STOPPED_RECALLED, True)],
)
def test_an_alert_that_came_to_nothing_by_itself_is_not_counted_and_one_that_an_editor_stopped_is(reason, told):
    stopped = an_alert(1, state=AlertState.STOPPED, reason=reason)
    verdict = decide(an_article(7, story=1), a_situation(of_story=[stopped]))
    assert (verdict == Leave(Reason.SAME_STORY)) is told


def test_a_reader_is_remembered_for_a_story_until_its_last_article_can_alert_nobody_any_more():
    assert STORY_KEPT >= WINDOW + NEWS_AGE + BREAKING_EXPIRES


@pytest.mark.parametrize("kind", [kind for kind in AlertKind if kind.touches_copies])
def test_what_was_done_to_copies_tells_nobody(kind):
    touching = an_alert(2, kind=kind, of=1, story="article:1")
    assert alert_of(an_article(7, story=1), of_story=[touching]).article_id == 7
