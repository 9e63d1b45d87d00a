"""On a channel where readers can be written to only for a while: they are told so once, what they missed is offered and
shown, and alerts are kept coming or ended by a word.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.channels.channel import Traits
from newsbot.channels.entrances import Entrance, Entrances
from newsbot.conversation.actions import encode
from newsbot.conversation.intents import KeepAlerts, Latest, ShowMissed, ShowTopics, Subscribe, View
from newsbot.conversation.turn import Replies
from newsbot.conversation.windows import keep_asking
from newsbot.delivery.ledger import Settle
from newsbot.delivery.permits import window_after
from newsbot.domain.alert import Alert, AlertKind, AlertState, AlertText, Audience, Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent
from newsbot.domain.message import (
    CardReply,
    FileReply,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    NoticeReply,
    Span,
    TextReply,
)
from newsbot.domain.window import Opener, Window
from tests.builders import NOW, a_new_alert, a_press, an_incoming
from tests.delivery_desk import ByNumber
from tests.memory_ledger import MemoryLedger
from tests.talk import CATALOG, READER, Talk, buttons, only, words

WINDOWED = Traits(windows=True, echoes=True, stop_word=True)
OFFER = "জমা আছে"


class Held(Talk):
    """A talk on a channel with windows; its only reader follows sports."""

    ledger: MemoryLedger

    @classmethod
    async def of_a_reader(cls, **preferences: object) -> Held:
        talk = cls(traits=WINDOWED)
        clock = lambda: talk.now.timestamp()  # noqa: E731
        talk.ledger = talk.held = MemoryLedger(ByNumber(talk.subscribers), windows={}, wall=clock)
        talk.begin()
        await talk.a_reader("sports", **preferences)
        return talk

    async def misses(self, number: int = 1, **changes: object) -> Alert:
        """An alert goes out while the reader's window is closed."""
        alert = await self.alerts.create(a_new_alert(number, **changes), now=NOW)  # type: ignore[arg-type]
        await self.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=NOW)
        await self.ledger.freeze(alert, 0, now=NOW)
        taken = await self.ledger.take("worker", [alert.id])
        assert taken is not None
        assert (await self.ledger.claim(taken.unit, "worker", 5, alert)).readers == ()
        await self.ledger.close(taken.unit, "worker", Outcome.EXPIRED)
        return alert

    async def hear(self, incoming: IncomingMessage) -> Replies:
        if incoming.opens:
            self.ledger.heard_of(0, window_after(Opener[incoming.opens], self.now))
        return await super().hear(incoming)

    async def shown(self, *attempts: Attempt) -> Replies:
        """What waits is asked for, and these are the channel's answers to the replies."""
        event = a_press(encode(ShowMissed()))
        replies = await self.hear(event)
        await self.dialogue.answered(event, attempts or [Sent("m")] * len(replies))
        return replies

    async def fate(self, alert: Alert) -> Outcome | None:
        known = await self.subscribers.get(READER)
        assert known is not None
        return (await self.ledger.fate(alert.id, known.slot)).outcome


def opening(incoming: IncomingMessage, opener: Opener = Opener.MESSAGE) -> IncomingMessage:
    return replace(incoming, opens=opener.name)


def offers(replies: Sequence[object]) -> bool:
    return OFFER in words(replies)  # type: ignore[arg-type]


# --- what opens a window -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opener", list(Opener))
async def test_what_a_reader_does_opens_their_window_by_its_own_cause(opener: Opener) -> None:
    talk = await Held.of_a_reader()
    await talk.hear(opening(an_incoming("খেলা", received_at=NOW - timedelta(minutes=3)), opener))
    span = timedelta(days=7) if opener is Opener.AD else timedelta(hours=24)
    assert await talk.subscribers.window(READER) == Window(NOW - timedelta(minutes=3) + span, opener)


async def test_a_platforms_clock_that_is_ahead_opens_no_longer_window() -> None:
    talk = await Held.of_a_reader()
    await talk.hear(opening(an_incoming("খেলা", received_at=NOW + timedelta(days=40))))
    assert await talk.subscribers.window(READER) == Window(NOW + timedelta(hours=24), Opener.MESSAGE)


async def test_an_opener_that_this_program_does_not_know_opens_nothing_and_is_answered() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    event = an_incoming("খেলা", opens="TELEPATHY")
    assert await Talk.hear(talk, event)
    assert await talk.subscribers.window(READER) is None


@pytest.mark.parametrize(
    "first",
    [
        an_incoming(kind=Kind.START, opens="BUTTON"),
        an_incoming(kind=Kind.START, action="topic-sports", opens="REFERRAL"),
        a_press(encode(Subscribe(("sports",), view=View.TOPICS)), opens="BUTTON"),
        an_incoming("/subscribe খেলা", opens="MESSAGE"),
    ],
)
async def test_whoever_becomes_a_reader_by_it_has_a_window(first: IncomingMessage) -> None:
    talk = Talk(traits=WINDOWED)
    await talk.hear(first)
    assert await talk.subscribers.window(READER) == Window(NOW + timedelta(hours=24), Opener[first.opens])


# --- what was missed -----------------------------------------------------------------------------------------------


async def test_what_was_missed_is_offered_with_the_first_answer_and_only_with_that() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(3)
    for number in (1, 2, 3):
        await talk.misses(number)
    first = await talk.hear(opening(an_incoming("খেলা")))
    assert isinstance(first[0], HeadlinesReply)
    offer = first[-1]
    assert isinstance(offer, TextReply)
    assert offer.plain == "আপনার জন্য ৩টি খবর জমা আছে।"
    assert [button.label for button in offer.buttons[0]] == ["দেখুন", "এখন নয়"]
    # Where only the last message's buttons are seen, those of the answer are there too.
    assert {button.action for row in first[0].buttons for button in row if button.action} <= {
        button.action for button in buttons(offer)
    }
    assert not offers(await talk.hear(opening(an_incoming("খেলা"))))


async def test_pressing_shows_them_newest_first_and_then_they_are_sent() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(3)
    alerts = [await talk.misses(number) for number in (1, 2, 3)]
    await talk.hear(opening(an_incoming("খেলা")))
    shown = only(await talk.shown(), HeadlinesReply)
    articles = [await talk.articles.get(number) for number in (3, 2, 1)]
    assert [one.headline for one in shown.headlines] == [article.headline for article in articles if article]
    assert [await talk.fate(alert) for alert in alerts] == [Outcome.SENT] * 3
    assert "জমা নেই" in words(await talk.shown())


async def test_what_the_channel_did_not_take_stays_missed() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    alert = await talk.misses()
    await talk.shown(Refused(Reason.OUTSIDE_WINDOW))
    assert await talk.fate(alert) is Outcome.HELD
    assert isinstance((await talk.shown())[0], CardReply)
    assert await talk.fate(alert) is Outcome.SENT


async def test_an_editors_words_are_shown_as_they_were_written() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    article = await talk.misses()
    written = await talk.misses(
        2, kind=AlertKind.BROADCAST, article_id=0, text=AlertText((Span("সেতু খুলেছে"),)), audience=Audience()
    )
    notice, card = await talk.shown(Sent("1"), Refused(Reason.TOO_LONG))
    assert isinstance(notice, NoticeReply)
    assert notice.spans == (Span("সেতু খুলেছে"),)
    assert isinstance(card, CardReply)
    assert [await talk.fate(one) for one in (written, article)] == [Outcome.SENT, Outcome.HELD]


async def test_of_many_the_newest_are_shown_and_the_others_wait() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(12)
    alerts = [await talk.misses(number) for number in range(1, 13)]
    assert "১০টি" in words(await talk.hear(opening(an_incoming("খেলা"))))
    assert "আরও ২টি জমা আছে" in words(await talk.shown())
    assert [await talk.fate(one) for one in alerts] == [Outcome.HELD] * 2 + [Outcome.SENT] * 10
    assert len(only(await talk.shown(), HeadlinesReply).headlines) == 2


async def test_what_was_stopped_paused_recalled_or_withdrawn_since_is_not_shown() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(5)
    stopped, paused, recalled, withdrawn, stays = [await talk.misses(number) for number in (1, 2, 3, 4, 5)]
    every = set(AlertState)
    await talk.alerts.turn(stopped.id, AlertState.STOPPED, of=every, now=NOW)
    await talk.alerts.turn(paused.id, AlertState.PAUSED, of=every, now=NOW)
    await talk.alerts.create(a_new_alert(9, kind=AlertKind.RECALL, of=recalled.id, story=""), now=NOW)
    article = await talk.articles.get(withdrawn.article_id)
    assert article is not None
    await talk.articles.withdraw(article.url, now=NOW)
    assert "১টি" in words(await talk.hear(opening(an_incoming("খেলা"))))
    assert only(await talk.shown(), CardReply).headline == (await talk.articles.get(5)).headline  # type: ignore[union-attr]
    others = [await talk.fate(one) for one in (stopped, paused, recalled, withdrawn)]
    assert (others, await talk.fate(stays)) == ([Outcome.HELD] * 4, Outcome.SENT)


def written(number: int, words: str, **changes: object) -> dict[str, object]:
    """What an editor wrote, as an alert."""
    text = AlertText((Span(words),))
    return {"kind": AlertKind.BROADCAST, "article_id": 0, "text": text, "audience": Audience()} | changes


async def test_a_correction_that_could_not_be_sent_is_offered_and_of_several_the_newest_is_shown() -> None:
    talk = await Held.of_a_reader()
    first = await talk.misses(1, **written(1, "সেতু খুলেছে"))
    await talk.shown()
    corrections = [
        await talk.misses(number, **written(number, words, kind=AlertKind.CORRECTION, of=first.id, story=""))
        for number, words in ((2, "সেতু কাল খুলবে"), (3, "সেতু পরশু খুলবে"))
    ]
    talk.now = NOW + timedelta(days=1)
    assert "১টি" in words(await talk.hear(opening(an_incoming("খেলা"))))
    notice = only(await talk.shown(), NoticeReply)
    assert (notice.spans, notice.labels) == ((Span("সেতু পরশু খুলবে"),), ("সংশোধিত",))
    assert [await talk.fate(one) for one in corrections] == [Outcome.SENT] * 2


async def test_what_was_corrected_meanwhile_is_shown_in_its_new_words() -> None:
    talk = await Held.of_a_reader()
    missed = await talk.misses(1, **written(1, "সেতু খুলেছে"))
    fix = a_new_alert(2, **written(2, "সেতু কাল খুলবে", kind=AlertKind.CORRECTION, of=missed.id, story=""))  # type: ignore[arg-type]
    await talk.alerts.create(fix, now=NOW)
    notice = only(await talk.shown(), NoticeReply)
    assert (notice.spans, notice.labels) == ((Span("সেতু কাল খুলবে"),), ("সংশোধিত",))
    assert await talk.fate(missed) is Outcome.SENT


async def test_a_correction_of_what_they_have_is_shown_as_one_unless_that_is_recalled() -> None:
    talk = await Held.of_a_reader()
    first = await talk.misses(1, kind=AlertKind.BROADCAST, article_id=0, text=AlertText((Span("সেতু খুলেছে"),)))
    await talk.shown()
    told = AlertText((Span("কাল খুলবে"),))
    new = a_new_alert(2, kind=AlertKind.CORRECTION, of=first.id, story="", article_id=0, text=told)
    correction = await talk.alerts.create(new, now=NOW)
    await talk.alerts.turn(correction.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=NOW)
    assert await talk.ledger.freeze_copies(correction, 0, now=NOW) == 1
    taken = await talk.ledger.take("worker", [correction.id])
    assert taken is not None
    await talk.ledger.claim(taken.unit, "worker", 5, correction)
    await talk.ledger.settle(taken.unit, [Settle(0, Outcome.HELD)])
    notice = only(await talk.hear(a_press(encode(ShowMissed()))), NoticeReply)
    assert (notice.spans, notice.labels) == ((Span("কাল খুলবে"),), ("সংশোধিত",))
    await talk.alerts.create(a_new_alert(9, kind=AlertKind.RECALL, of=first.id, story=""), now=NOW)
    assert "জমা নেই" in words(await talk.shown())


async def test_not_now_is_taken_at_its_word_until_more_is_missed() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(2)
    await talk.misses(1)
    await talk.hear(opening(an_incoming("খেলা")))
    assert "ঠিক আছে" in words(await talk.press("এখন নয়"))
    talk.now = NOW + timedelta(days=1)
    assert not offers(await talk.hear(opening(an_incoming("খেলা"))))
    talk.ledger.windows = {}
    await talk.misses(2)
    talk.now = NOW + timedelta(days=2)
    assert "২টি" in words(await talk.hear(opening(an_incoming("খেলা"))))


async def test_who_let_the_offer_vanish_types_what_stood_on_it() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(3)
    await talk.misses(1)
    await talk.hear(opening(an_incoming("খেলা")))
    await talk.hear(opening(an_incoming("ধন্যবাদ")))
    assert "পর্ব 1" in words(await talk.hear(opening(an_incoming("জমা খবর"))))
    assert "ঠিক আছে" in words(await talk.hear(opening(an_incoming("এখন নয়"))))
    talk.traits = replace(WINDOWED, windows=False)
    talk.begin()
    assert "সর্বশেষ" in words(await talk.hear(an_incoming("দেখুন")))  # where nothing ever waits


async def test_a_choice_is_not_interrupted_the_offer_comes_with_the_next_answer() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    await talk.misses()
    assert not offers(await talk.hear(opening(a_press(encode(ShowTopics())))))
    assert not offers(await talk.hear(opening(an_incoming("/stop"))))
    assert not offers(await talk.hear(opening(an_incoming("খেলা"))))  # who has stopped wants none
    await talk.hear(opening(an_incoming("/resume")))
    assert offers(await talk.hear(opening(an_incoming("খেলা"))))


async def test_a_reaction_is_answered_by_the_offer_or_by_nothing() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    reaction = an_incoming(kind=Kind.REACTION)
    assert await talk.hear(opening(reaction, Opener.REACTION)) == ()
    assert await talk.subscribers.window(READER) == Window(NOW + timedelta(hours=24), Opener.REACTION)
    talk.now = NOW + timedelta(days=1)
    await talk.misses()
    (offer,) = await talk.hear(opening(an_incoming(kind=Kind.REACTION), Opener.REACTION))
    assert offers([offer])


async def test_an_answer_is_given_even_while_what_was_missed_cannot_be_looked_up() -> None:
    talk = await Held.of_a_reader()
    await talk.publish(1)
    await talk.misses()
    talk.ledger.away = True
    assert isinstance((await talk.hear(opening(an_incoming("খেলা"))))[0], HeadlinesReply)
    talk.ledger.away = False
    assert offers(await talk.hear(opening(an_incoming("খেলা"))))


async def test_without_windows_nothing_is_ever_offered() -> None:
    talk = Talk()
    await talk.publish(1)
    await talk.a_reader("sports")
    assert len(await talk.do(encode(Latest()))) == 1
    assert await talk.hear(an_incoming(kind=Kind.REACTION)) == ()
    assert "জমা নেই" in words(await talk.do(encode(ShowMissed())))


# --- how alerts come here ------------------------------------------------------------------------------------------


async def test_a_subscriber_is_told_once_how_alerts_come_and_where_they_always_come() -> None:
    talk = Talk(traits=WINDOWED)
    here, other = Entrance("telegram", "https://m.me/probhat?ref=", windows=True), "https://t.me/ProbhatBot"
    talk.begin(entrances=Entrances(("console", "telegram"), [here, Entrance("console", f"{other}?start=")]))
    said = await talk.say("/subscribe খেলা")
    assert "প্রায় ২৪ ঘণ্টা" in words(said)
    links = [span.url for reply in said if isinstance(reply, TextReply) for part in reply.paragraphs for span in part]
    assert [url for url in links if url] == [other]
    assert "২৪ ঘণ্টা" not in words(await talk.say("/subscribe রাজনীতি"))


async def test_who_is_welcomed_is_told_when_they_have_chosen() -> None:
    talk = Talk(traits=WINDOWED)
    await talk.hear(an_incoming(kind=Kind.START))
    assert "২৪ ঘণ্টা" not in words(await talk.do(encode(Subscribe(("sports",), view=View.WELCOME))))
    assert "২৪ ঘণ্টা" in words(await talk.press("হয়েছে"))
    assert "২৪ ঘণ্টা" not in words(await talk.say("/subscribe রাজনীতি"))


async def test_on_channels_without_windows_nobody_is_told_so() -> None:
    talk = Talk()
    assert "২৪ ঘণ্টা" not in words(await talk.say("/subscribe খেলা"))


async def test_what_is_kept_of_a_reader_says_until_when_they_can_be_written_to() -> None:
    talk = await Held.of_a_reader()
    kept = json.loads(only(await talk.hear(opening(an_incoming("/mydata"))), FileReply).content)
    assert (kept["can_be_written_to_until"], kept["because_of"]) == ("2025-11-19T11:45:00+00:00", "message")


# --- keeping alerts coming, and ending them --------------------------------------------------------------------------


async def test_yes_to_keeping_alerts_opens_the_window_anew() -> None:
    talk = await Held.of_a_reader()
    (button,) = buttons(keep_asking(CATALOG, "bn"))
    assert button.action == encode(KeepAlerts())
    assert "চালু থাকছে" in words(await talk.hear(opening(a_press(button.action), Opener.BUTTON)))
    assert await talk.subscribers.window(READER) == Window(NOW + timedelta(hours=24), Opener.BUTTON)


@pytest.mark.parametrize("word", ["STOP", "Stop.", "বন্ধ", "bondho"])
async def test_a_typed_stop_ends_alerts_at_once_where_the_platform_says_so(word: str) -> None:
    talk = await Held.of_a_reader()
    await talk.say(word)
    assert (await talk.chosen()).stopped
    elsewhere = Talk()
    await elsewhere.a_reader("sports")
    await elsewhere.say(word)
    assert not (await elsewhere.chosen()).stopped  # it is asked first


async def test_opting_out_in_the_platforms_own_way_ends_alerts() -> None:
    talk = await Held.of_a_reader()
    await talk.hear(an_incoming(kind=Kind.OPTED_OUT))
    assert (await talk.chosen()).stopped
