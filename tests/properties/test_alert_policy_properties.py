"""Whatever an article is dated and called, nobody is flooded, and what is made can still be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.delivery.policy import Leave, Limits, Make, Reason, Situation, Wait, decide
from newsbot.domain.alert import AlertClass, AlertKind, Audience
from tests.builders import NOW, an_alert, an_article, some_topics

HOUR = timedelta(hours=1)
NEAR = st.timedeltas(-6 * HOUR, 6 * HOUR).map(lambda distance: NOW + distance)
ANY_TIME = NEAR | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TOPICS = st.lists(st.sampled_from(["sports", "world", "politics", "dropped", ""]), max_size=5).map(tuple)

ARTICLES = st.builds(
    lambda **fields: an_article(1, **fields),
    topics=TOPICS,
    breaking=st.booleans(),
    published_at=ANY_TIME,
    stored_at=ANY_TIME,
    withdrawn_at=st.none() | st.none() | NEAR,
)
OF_STORY = st.lists(
    st.builds(
        lambda number, **fields: an_alert(number, story="article:1", **fields),
        number=st.integers(1, 3),
        kind=st.sampled_from([AlertKind.ARTICLE, AlertKind.BROADCAST]),
        cls=st.sampled_from(AlertClass),
        audience=st.sampled_from([(), ("sports",), ("world", "politics")]).map(Audience),
    ),
    max_size=3,
)
SITUATIONS = st.builds(
    Situation,
    now=st.just(NOW),
    topics=st.just(some_topics()),
    limits=st.builds(
        Limits, expire=st.integers(5, 1440).map(lambda n: timedelta(minutes=n)), per_source=st.integers(1, 3)
    ),
    caused=st.integers(0, 4),
    of_story=st.just([]) | OF_STORY,
)
bounded = settings(max_examples=300, deadline=None)


@bounded
@given(ARTICLES, SITUATIONS)
def test_an_alert_is_made_only_of_news_and_can_still_be_sent(article, situation):
    verdict = decide(article, situation)
    if not isinstance(verdict, Make):
        return
    alert = verdict.alert
    assert article.withdrawn_at is None
    assert timedelta(0) <= NOW - article.published_at <= 3 * HOUR
    assert situation.caused < situation.limits.per_source
    told = {topic for one in situation.of_story for topic in one.audience.topics}
    assert not told & set(alert.audience.topics)
    if situation.of_story and not article.breaking:
        assert all(one.kind is AlertKind.ARTICLE and one.audience.topics for one in situation.of_story)
    if article.breaking:
        assert all(one.cls is not AlertClass.BREAKING for one in situation.of_story)
    assert NOW < alert.expires_at <= NOW + (timedelta(hours=12) if article.breaking else situation.limits.expire)
    if alert.cls is AlertClass.BREAKING:
        assert article.breaking
        assert alert.audience.topics == alert.audience.languages == ()
    else:
        # Nobody named would mean everybody.
        assert alert.audience.topics
        assert set(alert.audience.topics) <= set(article.topics) & {topic.id for topic in some_topics()}


@bounded
@given(ARTICLES, SITUATIONS)
def test_that_what_was_told_was_tried_again_where_it_failed_changes_nothing(article, situation):
    retries = [replace(one, id=one.id + 10, kind=AlertKind.RETRY) for one in situation.of_story]
    tried_again = replace(situation, of_story=[*situation.of_story, *retries])
    assert decide(article, tried_again) == decide(article, situation)


@bounded
@given(ARTICLES, SITUATIONS)
def test_only_what_is_published_later_waits_and_it_waits_for_that(article, situation):
    verdict = decide(article, situation)
    waits = article.withdrawn_at is None and article.published_at > NOW
    assert (verdict == Wait(article.published_at)) is waits


@bounded
@given(ARTICLES, SITUATIONS)
def test_what_nobody_is_told_of_has_a_reason_that_is_true(article, situation):
    verdict = decide(article, situation)
    if not isinstance(verdict, Leave):
        return
    followed = {topic.id for topic in some_topics()} & set(article.topics)
    late = NOW - article.published_at > 3 * HOUR
    found = max(article.published_at, article.stored_at)
    true = {
        Reason.WITHDRAWN: article.withdrawn_at is not None,
        Reason.BROADCAST: any(alert.kind is AlertKind.BROADCAST for alert in situation.of_story),
        Reason.SAME_STORY: bool(situation.of_story),
        Reason.TOO_OLD: late or NOW - found >= situation.limits.expire,
        Reason.NO_TOPIC: not followed and not article.breaking,
        Reason.SOURCE_FLOOD: situation.caused >= situation.limits.per_source,
    }
    assert true[verdict.reason]
