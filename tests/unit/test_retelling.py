"""When the cards of a story are brought up to date, and what a planner makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.delivery.ledger import Settle
from newsbot.delivery.retelling import EVERY, Later, Nothing, Update, decide
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, NewAlert, Outcome, Totals
from newsbot.domain.article import Article
from newsbot.heartbeats import new_name
from tests.builders import NOW, a_broadcast, a_draft, a_new_alert, an_alert, an_article
from tests.delivering import answered, begin, deliver
from tests.planning_house import House, a_memory_house

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
OVER = {"state": AlertState.DONE, "totals": Totals(2, {Outcome.SENT: 2})}
SENT = an_alert(1, **OVER)
NEWER = an_article(2, story=1)


def an_update(number: int = 5, **changes):
    return an_alert(number, **{"kind": AlertKind.UPDATE, "of": 1, "article_id": 2, **OVER} | changes)


def decided(sent=SENT, touching=(), newest: Article = NEWER, changed_at=NOW, now=NOW + HOUR):
    return decide(sent, touching, newest, changed_at, now)


class TestDecision:
    def test_a_newer_article_of_its_story_takes_the_place_of_a_card(self):
        assert decided() == Update(
            NewAlert(
                origin="update:1:1",
                kind=AlertKind.UPDATE,
                cls=AlertClass.DIGEST,
                story="article:1",
                expires_at=NOW + timedelta(hours=48),
                audience=Audience(("sports",)),
                article_id=2,
                of=1,
                silent=True,
            )
        )

    def test_its_own_article_does_when_it_has_changed_since(self):
        own = an_article(1)
        assert decided(newest=own, changed_at=NOW) == Nothing()
        assert decided(newest=own, changed_at=None) == Nothing()
        verdict = decided(newest=own, changed_at=NOW + MOMENT)
        assert isinstance(verdict, Update)
        assert verdict.alert.article_id == 1

    def test_what_is_shown_already_is_not_shown_again(self):
        assert decided(touching=[an_update()]) == Nothing()

    def test_an_update_that_was_stopped_is_made_again(self):
        stopped = an_update(state=AlertState.STOPPED)
        verdict = decided(touching=[stopped])
        assert isinstance(verdict, Update)
        assert verdict.alert.origin == "update:1:2"

    @pytest.mark.parametrize("state", [state for state in AlertState if not state.final])
    def test_it_waits_until_the_alert_and_every_update_is_over(self, state):
        assert decided(sent=an_alert(1, state=state)) == Later()
        assert decided(touching=[an_update(article_id=3, state=state, totals=None)]) == Later()

    def test_it_waits_until_the_last_deliveries_are_accounted_for(self):
        assert decided(sent=replace(SENT, totals=None)) == Later()

    def test_updates_of_the_same_cards_keep_their_distance(self):
        before = an_update(article_id=3)
        assert decided(touching=[before], now=NOW + EVERY - MOMENT) == Later()
        assert isinstance(decided(touching=[before], now=NOW + EVERY), Update)

    def test_after_two_days_nothing_is_changed_any_more(self):
        assert decided(now=NOW + 48 * HOUR) == Nothing()
        assert isinstance(decided(now=NOW + 48 * HOUR - MOMENT), Update)

    @pytest.mark.parametrize("kind", [AlertKind.CORRECTION, AlertKind.RECALL])
    def test_what_an_editor_has_in_hand_is_left_to_the_editor(self, kind):
        assert decided(touching=[an_alert(4, kind=kind, of=1, article_id=0, **OVER)]) == Nothing()

    def test_what_an_editor_broadcast_stays_as_it_was_sent(self):
        assert decided(sent=an_alert(1, kind=AlertKind.BROADCAST, **OVER)) == Nothing()

    def test_where_nobody_has_a_copy_nothing_is_changed(self):
        assert decided(sent=replace(SENT, totals=Totals(1, {Outcome.BLOCKED: 1}))) == Nothing()


FIRE = {
    "headline": "টঙ্গীতে পোশাক কারখানায় আগুন",
    "summary": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।",
    "body": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে। ফায়ার সার্ভিস কাজ করছে।",
}
FIRE_OUT = {
    "headline": "টঙ্গীর পোশাক কারখানার আগুন নিয়ন্ত্রণে",
    "summary": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে।",
    "body": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে। ফায়ার সার্ভিস কাজ করেছে।",
}


@pytest.fixture
def house() -> House:
    return a_memory_house()


async def look(house: House) -> None:
    house.seconds += 60
    await house.rounds()


async def a_story_told(house: House) -> int:
    """Both who follow sports have the card of a fire; says which article."""
    first = await house.article(3, **FIRE)
    await look(house)
    assert len(await deliver(house.alerts, house.ledger)) == 2
    await look(house)
    return first


class TestPlanner:
    async def test_a_further_article_alerts_nobody_and_changes_the_cards(self, house):
        first = await a_story_told(house)
        second = await house.article(2, **FIRE_OUT)
        await look(house)
        decision = await house.alerts.decision(second)
        assert (decision.reason, decision.alert_id) == ("same_story", 0)
        update = await house.alert("update:1:1")
        assert (update.kind, update.state, update.article_id) == (AlertKind.UPDATE, AlertState.RUNNING, second)
        assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001"]
        await look(house)
        assert (await house.alert("update:1:1")).state is AlertState.DONE
        assert await house.articles.retellings() == ()
        assert (await house.articles.get(second)).tells == first

    async def test_what_follows_at_once_waits_and_is_told_in_one(self, house):
        await a_story_told(house)
        await house.article(2, **FIRE_OUT)
        await look(house)
        await deliver(house.alerts, house.ledger)
        await look(house)
        third = await house.article(1, **FIRE_OUT | {"headline": "টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে এল"})
        await look(house)
        assert await house.alerts.by_origin("update:1:2") is None
        house.now += EVERY
        await look(house)
        assert (await house.alert("update:1:2")).article_id == third

    async def test_followers_of_another_topic_are_alerted_by_the_article_that_is_theirs(self, house):
        await a_story_told(house)
        second = await house.article(2, **FIRE_OUT, topics=("politics", "sports"))
        await look(house)
        alert = await house.alert(f"article:{second}")
        assert (alert.story, alert.audience) == ("article:1", Audience(("politics",)))
        assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001", "1002"]

    async def test_when_the_newest_is_withdrawn_cards_go_back_to_the_one_before(self, house):
        first = await a_story_told(house)
        await house.article(2, **FIRE_OUT)
        await look(house)
        await deliver(house.alerts, house.ledger)
        await look(house)
        await house.articles.withdraw(a_draft(2).url, now=house.now)
        house.now += EVERY
        await look(house)
        assert (await house.alert("update:1:2")).article_id == first

    async def test_an_article_that_changed_and_was_never_sent_is_forgotten(self, house):
        await house.articles.put(a_draft(3, **FIRE), now=NOW, announce=False)
        await house.articles.put(a_draft(3, **FIRE | {"headline": "টঙ্গীতে আগুন"}), now=NOW, announce=False)
        assert len(await house.articles.retellings()) == 1
        await look(house)
        assert await house.articles.retellings() == ()
        assert await house.alerts.recent() == ()

    async def test_a_round_that_broke_off_after_the_update_was_made_makes_no_second(self, house):
        await a_story_told(house)
        await house.article(2, **FIRE_OUT)
        seen = await house.articles.retellings()
        await look(house)
        await deliver(house.alerts, house.ledger)
        await look(house)
        assert len(seen) == 1
        house.articles._retellings[seen[0].article.id] = seen[0].since
        house.now += EVERY
        await look(house)
        assert await house.alerts.by_origin("update:1:2") is None
        assert await house.articles.retellings() == ()

    async def test_an_alert_from_before_there_were_stories_still_counts(self, house):
        article_id = await house.article(3, **FIRE)
        await house.alerts.create(a_new_alert(9, story=f"article:{article_id}", article_id=article_id), now=NOW)
        second = await house.article(2, **FIRE_OUT)
        await look(house)
        assert (await house.alerts.decision(article_id)).reason == "same_story"
        assert (await house.alerts.decision(second)).reason == "same_story"

    async def test_withdrawing_what_is_not_shown_changes_no_card(self, house):
        await a_story_told(house)
        await house.article(2, **FIRE_OUT)
        await look(house)
        await deliver(house.alerts, house.ledger)
        await look(house)
        await house.articles.withdraw(a_draft(3).url, now=house.now)
        house.now += EVERY
        await look(house)
        assert await house.alerts.by_origin("update:1:2") is None

    async def test_what_is_published_later_changes_cards_then(self, house):
        await a_story_told(house)
        await house.article(2, **FIRE_OUT, published_at=NOW + HOUR)
        await look(house)
        assert await house.alerts.by_origin("update:1:1") is None
        house.now += HOUR
        await look(house)
        assert (await house.alert("update:1:1")).article_id == 2

    async def test_what_an_editor_sent_again_is_left_at_that(self, house):
        await a_story_told(house)
        second = await house.article(2, **FIRE_OUT)
        await look(house)
        again = a_broadcast(story="article:1", article_id=second, text=None, again=True)
        await house.alerts.create(again, now=house.now)
        third = await house.article(1, **FIRE_OUT | {"headline": "টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে এল"}, topics=("politics",))
        await look(house)
        assert (await house.articles.get(third)).tells == 1
        assert (await house.alerts.decision(third)).reason == "broadcast"


class TestWithdrawnMidway:
    """A story's first article is withdrawn while its alert goes out; another article tells the story."""

    async def test_the_other_article_alerts_who_was_still_to_come(self, house):
        await house.article(3, **FIRE)
        second = await house.article(2, **FIRE_OUT)
        await look(house)
        assert (await house.alerts.decision(second)).reason == "same_story"
        await answered(house.ledger, *await begin(house.alerts, house.ledger))
        await house.articles.withdraw(a_draft(3).url, now=house.now)
        await look(house)
        assert await house.state("article:1") == (AlertState.STOPPED, "article_withdrawn")
        await look(house)
        instead = await house.alert(f"article:{second}")
        assert (instead.story, instead.cls, instead.audience) == ("article:1", AlertClass.TOPIC, Audience(("sports",)))
        await look(house)
        # One gets the card, and the other, who has the first, has it changed.
        assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001"]
        assert (await house.alert("update:1:1")).article_id == second
        assert (await house.ledger.totals(instead.id)).audience == 1
        for _ in range(3):
            await look(house)
        assert len(await house.alerts.recent()) == 3

    async def test_it_does_not_if_it_is_no_news_any_more(self, house):
        await house.article(3, **FIRE)
        second = await house.article(2, **FIRE_OUT)
        await look(house)
        await house.articles.withdraw(a_draft(3).url, now=house.now)
        house.now += 3 * HOUR
        await look(house)
        await look(house)
        assert await house.alerts.by_origin(f"article:{second}") is None

    async def test_it_is_not_planned_while_requests_of_the_first_are_on_their_way(self, house):
        await house.article(3, **FIRE)
        await look(house)
        worker = new_name()
        alert = await house.alert("article:1")
        taken = await house.ledger.take(worker, [alert.id])
        claim = await house.ledger.claim(taken.unit, worker, 1, alert)
        await house.articles.withdraw(a_draft(3).url, now=house.now)
        second = await house.article(2, **FIRE_OUT, topics=("sports",))
        await house.alerts.create(a_new_alert(2, story="article:1", article_id=second), now=house.now)
        for _ in range(3):
            assert await house.planner.round()
        assert (await house.state("article:2"))[0] is AlertState.PLANNED
        await house.ledger.settle(taken.unit, [Settle(claim.readers[0].position, Outcome.SENT, "7")])
        await look(house)
        assert (await house.state("article:2"))[0] is AlertState.RUNNING
        assert (await house.ledger.totals((await house.alert("article:2")).id)).audience == 1
