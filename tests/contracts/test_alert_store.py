"""What every storage of alerts promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.alerts import AlertStore, Decision, Standing
from newsbot.domain.alert import (
    Alert,
    AlertClass,
    AlertKind,
    AlertState,
    AlertText,
    Audience,
    NewAlert,
    Outcome,
    Pause,
    Totals,
)
from newsbot.domain.message import Span
from tests.builders import NOW, a_broadcast, a_draft, a_new_alert, an_address

HOUR = timedelta(hours=1)
OPEN = (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED)
TOTALS = Totals(
    audience=12, outcomes={Outcome.SENT: 5, Outcome.BLOCKED: 2, Outcome.STOPPED: 1}, waiting=1, in_flight=1, untouched=2
)


@dataclass
class Stores:
    alerts: AlertStore
    articles: ArticleStore

    async def article(self, number: int = 1) -> int:
        return (await self.articles.put(a_draft(number), now=NOW, announce=True)).article.id

    async def alert(self, number: int = 1, state: AlertState = AlertState.PLANNED, **changes) -> Alert:
        alert = await self.alerts.create(a_new_alert(number, **changes), now=NOW)
        if state is not AlertState.PLANNED:
            await self.alerts.turn(alert.id, state, of=OPEN, now=NOW)
        return await self.now(alert)

    async def now(self, alert: Alert) -> Alert:
        found = await self.alerts.get(alert.id)
        assert found is not None
        return found


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(SqlAlertStore(database), SqlArticleStore(database))


def ids(alerts) -> list[int]:
    return [alert.id for alert in alerts]


class TestCreate:
    async def test_a_new_alert_is_planned_and_comes_back_whole(self, stores):
        new = NewAlert(
            origin="correction:7:2",
            kind=AlertKind.CORRECTION,
            cls=AlertClass.BREAKING,
            story="article:12",
            expires_at=NOW + HOUR,
            audience=Audience(("politics", "sports"), ("bn", "en")),
            article_id=12,
            text=AlertText((Span("জরুরি\n", "bold"), Span("এখানে \0 \ud800", "plain", "https://news.example")), "AgAC"),
            of=7,
            silent=True,
            again=True,
            source="portal",
            by=an_address("9001"),
        )
        alert = await stores.alerts.create(new, now=NOW)
        expected = {field.name: getattr(new, field.name) for field in fields(NewAlert)}
        assert alert == Alert(**expected, id=alert.id, state=AlertState.PLANNED, created_at=NOW)
        assert await stores.alerts.get(alert.id) == alert
        assert await stores.alerts.by_origin("correction:7:2") == alert

    async def test_what_an_alert_need_not_have_is_as_empty_as_before(self, stores):
        new = NewAlert(origin="a", kind=AlertKind.ARTICLE, cls=AlertClass.DIGEST, story="s", expires_at=NOW)
        alert = await stores.alerts.create(new, now=NOW)
        expected = {field.name: getattr(new, field.name) for field in fields(NewAlert)}
        assert alert == Alert(**expected, id=alert.id, state=AlertState.PLANNED, created_at=NOW)

    async def test_one_origin_makes_one_alert_and_gives_it_as_it_is_now(self, stores):
        first = await stores.alert()
        await stores.alerts.turn(first.id, AlertState.RUNNING, of=OPEN, now=NOW)
        again = await stores.alerts.create(a_new_alert(silent=True), now=NOW + HOUR)
        assert again == await stores.now(first)
        assert (again.state, again.silent, again.created_at) == (AlertState.RUNNING, False, NOW)

    async def test_of_many_at_once_with_one_origin_one_is_made(self, stores):
        made = await asyncio.gather(*(stores.alerts.create(a_new_alert(), now=NOW) for _ in range(5)))
        assert len(set(ids(made))) == 1
        assert ids(await stores.alerts.recent()) == [made[0].id]

    async def test_ids_grow_and_are_never_given_again(self, stores):
        first, second = await stores.alert(1), await stores.alert(2, AlertState.STOPPED)
        assert second.id > first.id > 0
        assert await stores.alerts.retain(keep_since=NOW + HOUR) == 1
        assert (await stores.alert(3)).id > second.id

    async def test_there_is_no_alert_with_another_id_or_origin(self, stores):
        alert = await stores.alert()
        for other in (0, -1, alert.id + 1, 2**80):
            assert await stores.alerts.get(other) is None
        assert await stores.alerts.by_origin("article:2") is None


class TestDecide:
    async def test_a_decision_makes_its_alert_and_takes_the_article_out_of_the_outbox(self, stores):
        article_id = await stores.article()
        decision = Decision(article_id, "alerted", NOW)
        alert = await stores.alerts.decide(decision, a_new_alert(article_id), now=NOW)
        assert alert is not None
        assert await stores.now(alert) == alert
        assert await stores.alerts.decision(article_id) == Decision(article_id, "alerted", NOW, alert.id)
        assert await stores.articles.unannounced() == ()
        assert (await stores.articles.get(article_id)).announced_at == NOW

    async def test_a_decision_for_no_alert_takes_it_out_too(self, stores):
        article_id = await stores.article()
        assert await stores.alerts.decide(Decision(article_id, "too_old", NOW), None, now=NOW) is None
        assert await stores.alerts.decision(article_id) == Decision(article_id, "too_old", NOW)
        assert await stores.articles.unannounced() == ()
        assert await stores.alerts.recent() == ()

    async def test_the_first_decision_stands(self, stores):
        article_id = await stores.article()
        first = Decision(article_id, "alerted", NOW)
        alert = await stores.alerts.decide(first, a_new_alert(article_id), now=NOW)
        assert alert is not None
        await stores.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW)
        later = Decision(article_id, "no_topic", NOW + HOUR)
        assert await stores.alerts.decide(later, None, now=NOW + HOUR) == await stores.now(alert)
        assert await stores.alerts.decision(article_id) == Decision(article_id, "alerted", NOW, alert.id)

    async def test_no_alert_stands_too(self, stores):
        article_id = await stores.article()
        await stores.alerts.decide(Decision(article_id, "no_topic", NOW), None, now=NOW)
        again = await stores.alerts.decide(Decision(article_id, "alerted", NOW), a_new_alert(article_id), now=NOW)
        assert again is None
        assert await stores.alerts.recent() == ()

    async def test_of_many_at_once_one_decides(self, stores):
        article_id = await stores.article()
        decided = await asyncio.gather(
            *(
                stores.alerts.decide(
                    Decision(article_id, "alerted", NOW), a_new_alert(article_id, origin=f"article:{n}"), now=NOW
                )
                for n in range(5)
            )
        )
        assert len({alert.id for alert in decided}) == 1
        assert len(await stores.alerts.recent()) == 1

    async def test_nothing_was_decided_for_another_article(self, stores):
        article_id = await stores.article()
        await stores.alerts.decide(Decision(article_id, "too_old", NOW), None, now=NOW)
        assert await stores.alerts.decision(article_id + 1) is None


class TestTurn:
    async def test_it_turns_only_from_the_states_that_are_named(self, stores):
        alert = await stores.alert()
        assert not await stores.alerts.turn(alert.id, AlertState.PAUSED, of=[AlertState.RUNNING], now=NOW)
        assert await stores.now(alert) == alert
        assert await stores.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=NOW)
        assert (await stores.now(alert)).state is AlertState.RUNNING

    async def test_it_started_when_it_first_ran(self, stores):
        alert = await stores.alert()
        await stores.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW)
        await stores.alerts.turn(alert.id, AlertState.PAUSED, of=OPEN, now=NOW + HOUR, reason="account_refused")
        paused = await stores.now(alert)
        assert (paused.state, paused.reason, paused.started_at) == (AlertState.PAUSED, "account_refused", NOW)
        await stores.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW + 2 * HOUR)
        resumed = await stores.now(alert)
        assert (resumed.reason, resumed.started_at, resumed.ended_at) == ("", NOW, None)

    async def test_it_ends_with_its_totals(self, stores):
        alert = await stores.alert()
        await stores.alerts.turn(alert.id, AlertState.DONE, of=OPEN, now=NOW + HOUR, totals=TOTALS)
        done = await stores.now(alert)
        assert (done.state, done.ended_at, done.totals) == (AlertState.DONE, NOW + HOUR, TOTALS)

    async def test_what_has_ended_is_not_turned_any_more(self, stores):
        alert = await stores.alert()
        await stores.alerts.turn(alert.id, AlertState.STOPPED, of=OPEN, now=NOW, reason="recalled")
        assert not await stores.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW + HOUR)
        stopped = await stores.now(alert)
        assert (stopped.state, stopped.reason, stopped.ended_at) == (AlertState.STOPPED, "recalled", NOW)

    async def test_of_many_at_once_one_turns_it(self, stores):
        alert = await stores.alert(state=AlertState.RUNNING)
        turned = await asyncio.gather(
            *(stores.alerts.turn(alert.id, AlertState.PAUSED, of=[AlertState.RUNNING], now=NOW) for _ in range(5))
        )
        assert sorted(turned) == [False, False, False, False, True]

    async def test_it_pauses_itself_on_one_channel_and_runs_elsewhere(self, stores):
        alert = await stores.alert(state=AlertState.RUNNING)
        assert await stores.alerts.pause(alert.id, "messenger", "message_refused", now=NOW + HOUR)
        assert not await stores.alerts.pause(alert.id, "messenger", "many_unreachable", now=NOW + 2 * HOUR)
        paused = replace(alert, pauses={"messenger": Pause("message_refused", NOW + HOUR)})
        assert await stores.now(alert) == paused
        [standing] = await stores.alerts.standing()
        assert standing.alert == paused
        assert (standing.claimable("telegram"), standing.claimable("messenger")) == (True, False)
        assert await stores.alerts.recent() == (paused,)

    async def test_it_goes_on_on_the_channel_that_is_named(self, stores):
        alert = await stores.alert(state=AlertState.RUNNING)
        for channel in ("telegram", "messenger"):
            await stores.alerts.pause(alert.id, channel, "message_refused", now=NOW)
        assert await stores.alerts.resume(alert.id, "messenger")
        assert not await stores.alerts.resume(alert.id, "messenger")
        assert list((await stores.now(alert)).pauses) == ["telegram"]

    async def test_what_does_not_run_does_not_pause_itself(self, stores):
        planned, over = await stores.alert(1), await stores.alert(2, AlertState.DONE)
        for alert in (planned, over):
            assert not await stores.alerts.pause(alert.id, "telegram", "message_refused", now=NOW)
            assert (await stores.now(alert)).pauses == {}

    async def test_an_editors_pause_leaves_those_of_single_channels(self, stores):
        alert = await stores.alert(state=AlertState.RUNNING)
        await stores.alerts.pause(alert.id, "messenger", "message_refused", now=NOW)
        await stores.alerts.turn(alert.id, AlertState.PAUSED, of=OPEN, now=NOW)
        await stores.alerts.turn(alert.id, AlertState.RUNNING, of=OPEN, now=NOW)
        assert list((await stores.now(alert)).pauses) == ["messenger"]

    async def test_there_is_nothing_to_turn(self, stores):
        alert = await stores.alert()
        assert not await stores.alerts.turn(alert.id + 1, AlertState.STOPPED, of=OPEN, now=NOW)
        assert await stores.now(alert) == alert


class TestTotals:
    async def test_an_ended_alert_without_totals_is_unaccounted_until_they_are_kept(self, stores):
        standing, stopped = await stores.alert(1), await stores.alert(2, AlertState.STOPPED)
        await stores.alerts.turn(
            (await stores.alert(3)).id, AlertState.DONE, of=OPEN, now=NOW, totals=Totals(audience=0)
        )
        assert await stores.alerts.unaccounted() == (stopped,)
        await stores.alerts.keep_totals(stopped.id, TOTALS)
        assert (await stores.now(stopped)).totals == TOTALS
        assert await stores.alerts.unaccounted() == ()
        assert await stores.now(standing) == standing

    async def test_what_has_ended_lately_and_is_accounted_for_may_be_accounted_again(self, stores):
        await stores.alert(1)
        await stores.alert(2, AlertState.STOPPED)  # unaccounted
        done = await stores.alert(3)
        await stores.alerts.turn(done.id, AlertState.DONE, of=OPEN, now=NOW, totals=TOTALS)
        done = await stores.now(done)
        assert await stores.alerts.accounted(since=NOW) == (done,)
        assert await stores.alerts.accounted(since=NOW + timedelta(seconds=1)) == ()

    async def test_an_alert_that_has_not_ended_keeps_none(self, stores):
        alert = await stores.alert(state=AlertState.RUNNING)
        await stores.alerts.keep_totals(alert.id, TOTALS)
        assert await stores.now(alert) == alert


class TestReplaceText:
    async def test_the_text_is_another_and_the_version_grows(self, stores):
        alert = await stores.alerts.create(a_broadcast(text="ভুল"), now=NOW)
        text = AlertText((Span("ঠিক", "italic"),), "AgAC")
        corrected = await stores.alerts.replace_text(alert.id, text, now=NOW + HOUR)
        assert corrected is not None
        assert (corrected.text, corrected.version, alert.version) == (text, 2, 1)
        assert await stores.now(alert) == corrected

    async def test_the_first_words_are_kept_however_often_they_are_replaced(self, stores):
        alert = await stores.alerts.create(a_broadcast(text="প্রথম"), now=NOW)
        assert alert.first_text is None
        for words in ("দ্বিতীয়", "তৃতীয়"):
            await stores.alerts.replace_text(alert.id, AlertText((Span(words),)), now=NOW + HOUR)
        now = await stores.now(alert)
        assert (now.first_text, now.text.plain) == (alert.text, "তৃতীয়")

    async def test_there_is_no_such_alert(self, stores):
        alert = await stores.alerts.create(a_broadcast(), now=NOW)
        assert await stores.alerts.replace_text(alert.id + 1, AlertText(), now=NOW) is None
        assert await stores.now(alert) == alert


class TestStanding:
    async def test_breaking_comes_before_topic_before_digest_then_the_oldest(self, stores):
        made = [
            await stores.alert(number, cls=cls)
            for number, cls in enumerate(
                [AlertClass.DIGEST, AlertClass.TOPIC, AlertClass.BREAKING, AlertClass.TOPIC, AlertClass.BREAKING]
            )
        ]
        in_order = [made[place] for place in (2, 4, 1, 3, 0)]
        assert await stores.alerts.standing() == tuple(Standing(alert) for alert in in_order)

    async def test_what_has_ended_does_not_stand(self, stores):
        open_ones = [await stores.alert(number, state) for number, state in enumerate(OPEN)]
        for number, state in enumerate((AlertState.STOPPED, AlertState.DONE), start=len(OPEN)):
            await stores.alert(number, state)
        assert ids(standing.alert for standing in await stores.alerts.standing()) == ids(open_ones)

    async def test_only_a_running_alert_is_claimable(self, stores):
        for number, state in enumerate(OPEN):
            await stores.alert(number, state)
        claimable = [standing.claimable("telegram") for standing in await stores.alerts.standing()]
        assert claimable == [False, True, False]

    async def test_an_alert_is_held_when_its_article_is_withdrawn_and_no_other_is(self, stores):
        first, second = await stores.article(1), await stores.article(2)
        alerts = [await stores.alert(number, AlertState.RUNNING) for number in (first, second)]
        await stores.articles.withdraw(a_draft(1).url, now=NOW)
        assert await stores.alerts.standing() == (Standing(alerts[0], held=True), Standing(alerts[1]))

    @pytest.mark.parametrize("kind", [AlertKind.CORRECTION, AlertKind.RECALL])
    async def test_an_alert_is_held_until_those_who_have_its_copies_are_known(self, stores, kind):
        parent, other = await stores.alert(1, AlertState.RUNNING), await stores.alert(2, AlertState.RUNNING)
        touching = await stores.alert(3, kind=kind, of=parent.id, article_id=0)
        assert await stores.alerts.standing() == (Standing(parent, held=True), Standing(other), Standing(touching))
        await stores.alerts.turn(touching.id, AlertState.RUNNING, of=OPEN, now=NOW)
        assert [one.held for one in await stores.alerts.standing()] == [False, False, False]

    async def test_what_touches_copies_is_not_held_by_a_withdrawal(self, stores):
        article_id = await stores.article()
        recall = await stores.alert(article_id, AlertState.RUNNING, kind=AlertKind.RECALL, of=99)
        await stores.articles.withdraw(a_draft().url, now=NOW)
        assert await stores.alerts.standing() == (Standing(recall),)


class TestFinding:
    async def test_by_article_story_and_what_they_are_of(self, stores):
        one = await stores.alert(1)
        broadcast = await stores.alerts.create(a_broadcast(story="article:1", article_id=1), now=NOW)
        recall = await stores.alert(3, kind=AlertKind.RECALL, of=one.id, article_id=0)
        other = await stores.alert(4)
        assert await stores.alerts.of_article(1) == (one, broadcast)
        assert await stores.alerts.of_story("article:1") == (one, broadcast)
        assert await stores.alerts.copies_touched(one.id) == (recall,)
        assert await stores.alerts.copies_touched(other.id) == ()

    async def test_a_retry_touches_no_copies_and_holds_nobody_up(self, stores):
        sent = await stores.alert(1)
        values = {"kind": AlertKind.RETRY, "of": sent.id, "origin": f"retry:{sent.id}"}
        retry = await stores.alerts.create(replace(a_broadcast(2), **values), now=NOW)
        assert retry.kind is AlertKind.RETRY
        assert await stores.alerts.retries(sent.id) == (retry,)
        assert await stores.alerts.copies_touched(sent.id) == ()
        assert [one.held for one in await stores.alerts.standing()] == [False, False]

    async def test_alerts_about_some_articles_and_stories_come_at_once_each_once(self, stores):
        shown = await stores.alert(1, article_id=5, story="article:5")
        told = await stores.alert(2, article_id=6, story="article:5")
        await stores.alert(3, article_id=7, story="article:7")
        assert ids(await stores.alerts.about([5], ["article:5"])) == [shown.id, told.id]
        assert ids(await stores.alerts.about([6], [])) == [told.id]
        assert ids(await stores.alerts.about([], [])) == []

    async def test_decisions_of_some_articles_come_at_once(self, stores):
        first, second = await stores.article(1), await stores.article(2)
        decision = Decision(first, "too_old", NOW)
        await stores.alerts.decide(decision, None, now=NOW)
        assert await stores.alerts.decisions([first, second]) == {first: decision}
        assert await stores.alerts.decisions([]) == {}

    async def test_recent_ones_are_newest_first_and_perhaps_only_the_editors(self, stores):
        alerts = [await stores.alert(1), await stores.alerts.create(a_broadcast(2), now=NOW), await stores.alert(3)]
        assert await stores.alerts.recent() == tuple(reversed(alerts))
        assert await stores.alerts.recent(limit=2) == (alerts[2], alerts[1])
        assert await stores.alerts.recent(by_editors=True) == (alerts[1],)
        assert await stores.alerts.recent(before=alerts[2].id) == (alerts[1], alerts[0])
        assert await stores.alerts.recent(limit=1, before=alerts[2].id) == (alerts[1],)
        assert await stores.alerts.recent(before=2**70) == tuple(reversed(alerts))

    async def test_those_made_in_a_time_are_newest_first_without_what_only_touches_copies(self, stores):
        first = await stores.alert(1)
        await stores.alert(2, kind=AlertKind.RECALL, of=first.id)
        third = await stores.alerts.create(a_new_alert(3), now=NOW + HOUR)
        await stores.alerts.create(a_new_alert(4), now=NOW + 2 * HOUR)
        assert ids(await stores.alerts.made(NOW, NOW + 2 * HOUR, limit=9)) == [third.id, first.id]
        assert ids(await stores.alerts.made(NOW, NOW + 3 * HOUR, limit=1)) == [third.id + 1]

    async def test_what_a_source_has_caused_is_counted_by_class_from_a_moment_on(self, stores):
        for number, (at, changes) in enumerate(
            [(NOW, {}), (NOW + HOUR, {}), (NOW + HOUR, {"cls": AlertClass.BREAKING}), (NOW + HOUR, {"source": "api"})]
        ):
            await stores.alerts.create(a_new_alert(number, **changes), now=at)
        assert await stores.alerts.count_since("portal", AlertClass.TOPIC, NOW) == 2
        assert await stores.alerts.count_since("portal", AlertClass.TOPIC, NOW + HOUR) == 1
        assert await stores.alerts.count_since("portal", AlertClass.BREAKING, NOW) == 1
        assert await stores.alerts.count_since("another", AlertClass.TOPIC, NOW) == 0

    async def test_those_that_sent_a_withdrawn_article_are_found_over_or_not(self, stores):
        article_id, other_id = await stores.article(1), await stores.article(2)
        running = await stores.alert(article_id, AlertState.RUNNING)
        over = await stores.alert(article_id, AlertState.DONE, origin="broadcast:1")
        await stores.alert(other_id)
        await stores.alert(article_id, kind=AlertKind.RECALL, of=over.id, origin="recall:2")
        assert await stores.alerts.withdrawn(since=NOW) == ()
        await stores.articles.withdraw(a_draft(1).url, now=NOW)
        assert await stores.alerts.withdrawn(since=NOW) == (running, over)
        assert await stores.alerts.withdrawn(since=NOW + HOUR) == ()


class TestRetain:
    async def test_what_has_ended_goes_and_what_stands_stays(self, stores):
        gone, stays = await stores.alert(1, AlertState.DONE), await stores.alert(2, AlertState.PAUSED)
        newer = await stores.alerts.create(a_new_alert(3), now=NOW + HOUR)
        await stores.alerts.turn(newer.id, AlertState.DONE, of=OPEN, now=NOW + HOUR)
        assert await stores.alerts.retain(keep_since=NOW + HOUR) == 1
        assert ids(await stores.alerts.recent()) == [newer.id, stays.id]
        assert await stores.alerts.get(gone.id) is None

    async def test_decisions_go_with_them(self, stores):
        first, second = await stores.article(1), await stores.article(2)
        await stores.alerts.decide(Decision(first, "too_old", NOW), None, now=NOW)
        await stores.alerts.decide(Decision(second, "too_old", NOW + HOUR), None, now=NOW + HOUR)
        assert await stores.alerts.retain(keep_since=NOW + HOUR) == 0
        assert await stores.alerts.decision(first) is None
        assert await stores.alerts.decision(second) is not None
