"""An editor's way from /broadcast to an alert, over stores in memory: what is asked, refused, warned of, sent once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.desk.audit import Act, Place
from newsbot.desk.dialogue import EditorDialogue
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, AlertText, Audience
from newsbot.domain.attempt import Reason, Refused
from newsbot.domain.message import ChatKind, Kind, Span
from tests.builders import NOW, a_broadcast, a_draft, a_new_alert, an_address
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk, Phone, buttons

READER = an_address("77")


@pytest.fixture
async def desk() -> Newsdesk:
    """Five follow sports in Bengali, three politics in English; the editors are no subscribers."""
    desk = Newsdesk()
    await desk.readers(5, "sports")
    await desk.readers(3, "politics", language="en")
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


async def sent(desk: Newsdesk) -> int:
    return len(await desk.alerts.recent(limit=100))


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/broadcast", "/broadcasts", "/stats", "/broadcast 1"])
async def test_to_a_reader_the_commands_of_editors_do_not_exist(desk: Newsdesk, command: str) -> None:
    said = await desk.phone(READER).say(command)
    assert f"I don't know {command.partition(' ')[0]}" in said
    assert await desk.drafts.latest(READER) is None


async def test_an_editors_button_is_an_unknown_one_to_a_reader(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft()
    await editor.press("Send…")
    answer = await desk.phone(READER).do(editor.button("Yes, send"))
    assert "earlier version" in answer
    assert await sent(desk) == 0


async def test_in_a_group_an_editor_is_a_reader(desk: Newsdesk, editor: Phone) -> None:
    desk.start(EDITOR, READER)
    in_group = {"chat_kind": ChatKind.GROUP}
    assert "Write or forward" not in await desk.phone(READER).say("/broadcast", **in_group)
    assert await desk.drafts.latest(READER) is None


async def test_an_editor_who_was_taken_out_can_do_nothing_any_more_and_another_can_stop_what_they_began(
    desk: Newsdesk, editor: Phone
) -> None:
    await editor.broadcast("প্রথম খবর")
    await desk.plan()
    await editor.draft("দ্বিতীয় খবর")
    await editor.press("Send…")
    confirm = editor.button("Yes, send")
    desk.start(ANOTHER)
    assert "earlier version" in await editor.do(confirm)
    assert "earlier version" in await editor.do("b:stop:1")
    await editor.say("/broadcast")
    assert await sent(desk) == 1
    assert (await desk.alert()).state is AlertState.RUNNING
    another = desk.phone(ANOTHER, sender_name="Karim")
    assert "প্রথম খবর" in await another.say("/broadcasts")
    await another.press("1")
    assert "was stopped" in await another.press("Stop")
    assert (await desk.alert()).state is AlertState.STOPPED


# --- the message -----------------------------------------------------------------------------------------------------


async def test_what_was_written_is_sent_as_it_was_written(desk: Newsdesk, editor: Phone) -> None:
    spans = (Span("জরুরি: ", "bold"), Span("পড়ুন", url="https://news.example/1"))
    await editor.broadcast("জরুরি: পড়ুন", spans=spans, picture="photo-1", media="photo")
    alert = await desk.alert()
    assert (alert.kind, alert.text, alert.article_id) == (AlertKind.BROADCAST, AlertText(spans, "photo-1"), 0)
    assert (alert.cls, alert.audience, alert.silent) == (AlertClass.TOPIC, Audience(), False)
    assert (alert.by, alert.origin, alert.story) == (EDITOR, "broadcast:1", "broadcast:1")
    assert alert.state is AlertState.PLANNED


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"kind": Kind.MEDIA, "media": "sticker"}, "Only text and one picture"),
        ({"kind": Kind.MEDIA, "media": "voice"}, "Only text and one picture"),
        ({"kind": Kind.MEDIA, "media": "document"}, "as a photo"),
        ({"text": "খবর", "media": "document"}, "as a photo"),
        ({"kind": Kind.MEDIA, "media": "photo", "picture": "p"}, "There is not a word in it"),
        ({"text": "🚨🚨"}, "There is not a word in it"),
        ({"text": "খবর", "media": "photo", "picture": "p", "album": "7"}, "Several pictures"),
        ({"text": "খ" * 4097}, "1 characters too long: 4,096 fit"),
        ({"text": "🚨" * 2000 + "খবর" * 50}, "54 characters too long"),
        ({"text": "খ" * 1025, "media": "photo", "picture": "p"}, "1 characters too long: 1,024 fit"),
        ({"text": "article 99"}, "We have no article article 99"),
    ],
)
async def test_what_can_not_be_sent_is_told_and_the_draft_goes_on_waiting(
    desk: Newsdesk, editor: Phone, message: dict[str, object], told: str
) -> None:
    await editor.say("/broadcast")
    assert told in await editor.say(**message)
    assert "Who should get it" in await editor.say("খবর")


async def test_an_album_is_refused_once_however_many_pictures_it_has(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    picture = {"media": "photo", "picture": "p", "album": "7"}
    assert "Several pictures" in await editor.say("খবর", **picture)
    assert await editor.say(kind=Kind.MEDIA, **picture) == ""
    assert await editor.say(kind=Kind.MEDIA, **picture) == ""
    assert "Several pictures" in await editor.say("খবর", **picture | {"album": "8"})


async def test_a_text_that_the_app_cut_in_two_is_one_that_is_too_long(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    await editor.say("খ" * 4096)
    assert "904 characters too long" in await editor.say("খ" * 904)
    assert await editor.say("খ" * 100) == ""  # a third part
    desk.later(seconds=20)
    assert "Who should get it" in await editor.say("ছোট খবর")


async def test_what_fills_a_message_without_its_label_is_told_before_it_is_sent(desk: Newsdesk, editor: Phone) -> None:
    shown = await editor.draft("খ" * 4096, "Breaking")
    assert "characters too long" in shown
    assert "Send…" not in [button.label for button in buttons(editor.last[-1])]


async def test_markup_that_was_typed_is_text(desk: Newsdesk, editor: Phone) -> None:
    assert "<b>খবর & <i>আরও" in await editor.draft("<b>খবর & <i>আরও")


async def test_readers_commands_work_while_a_draft_waits(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    assert "Reading" in await editor.say("/help")
    assert "Who should get it" in await editor.say("খবর")


async def test_help_names_editors_commands_to_editors_alone(desk: Newsdesk, editor: Phone) -> None:
    told = "For editors\n/broadcast – send a message or an article to readers"
    assert told in await editor.say("/help")
    assert told in await editor.do("1:help")
    assert told not in await desk.phone(READER).say("/help")


async def test_an_editor_who_presses_start_is_told_what_editors_can_do_and_gets_their_menu(
    desk: Newsdesk, editor: Phone
) -> None:
    told = "For editors\n/broadcast – send a message or an article to readers"
    assert told in await editor.say(kind=Kind.START)
    assert told not in await editor.say(kind=Kind.START, action="topic-sports")  # a link's way goes on undisturbed
    assert told not in await desk.phone(READER).say(kind=Kind.START)
    assert desk.began == [EDITOR, EDITOR]


async def test_a_draft_does_not_wait_for_ever(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    desk.later(hours=2)
    assert "Nothing was found" in await editor.say("padma bridge")


async def test_without_a_draft_what_an_editor_says_is_said_to_the_readers_bot(editor: Phone) -> None:
    assert "Nothing was found" in await editor.say("padma bridge")
    assert "only understand words" in await editor.say(kind=Kind.MEDIA, media="sticker")


# --- an article ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named",
    [
        "/broadcast 1",
        "/broadcast ১",
        "/broadcast article 1",
        "/broadcast https://news.example/article/1",
        "https://news.example/article/1",
        "http://news.example/article/1?fbclid=IwAR0&utm_source=telegram",
        "article 1",
        "article-1",
        "খবর ১",
        "https://t.me/ProbhatBot?start=article-1",
    ],
)
async def test_an_article_is_named_by_number_or_address(desk: Newsdesk, editor: Phone, named: str) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    if not named.startswith("/broadcast"):
        await editor.say("/broadcast")
    assert "Who should get it" in await editor.say(named)
    assert "সেতু খুলে দেওয়া হলো, পর্ব 1" in await editor.press("Preview")
    await editor.press("Send…")
    await editor.press("Yes, send")
    alert = await desk.alert()
    assert (alert.article_id, alert.text, alert.story) == (1, None, "article:1")
    assert alert.kind is AlertKind.BROADCAST


async def test_an_address_that_is_no_article_of_ours_is_a_text_and_its_link_is_tried(
    desk: Newsdesk, editor: Phone
) -> None:
    desk.dead = {"https://gone.example/1", "https://news.example/article/1"}
    await desk.articles.put(a_draft(1), now=NOW, announce=False)  # ours: not tried
    shown = await editor.draft("https://gone.example/1 https://news.example/article/1")
    assert "leads nowhere, or doesn't answer: https://gone.example/1" in shown
    assert shown.count("leads nowhere") == 1
    assert "Yes, send to 8" in str(await pressed_labels(editor, "Send…"))


async def pressed_labels(editor: Phone, label: str) -> list[str]:
    await editor.press(label)
    return [button.label for reply in editor.last for button in buttons(reply)]


async def test_what_is_no_article_is_told_and_a_withdrawn_one_is_not_sent(desk: Newsdesk, editor: Phone) -> None:
    assert "We have no article 7" in await editor.say("/broadcast 7")
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.articles.withdraw("https://news.example/article/1", now=NOW)
    assert "was withdrawn" in await editor.say("/broadcast 1")
    await desk.articles.put(a_draft(2, published_at=NOW + timedelta(hours=1)), now=NOW, announce=False)
    assert "not published yet" in await editor.say("/broadcast 2")


async def test_an_article_that_is_withdrawn_before_the_last_button_is_not_sent(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await editor.say("/broadcast 1")
    await editor.press("Preview")
    await editor.press("Send…")
    await desk.articles.withdraw("https://news.example/article/1", now=NOW)
    assert "no longer there" in await editor.press("Yes, send")
    assert await sent(desk) == 0


async def test_an_article_that_was_alerted_goes_only_to_who_has_not_got_it(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.plan()
    await desk.deliver()
    await editor.say("/broadcast 1")
    shown = await editor.press("Preview")
    assert "This article went to 5 readers on 18 November, 5:45 PM; who got it is left out." in shown
    assert "This goes to 3 readers" in shown


FIRE = {
    "headline": "টঙ্গীতে পোশাক কারখানায় আগুন",
    "body": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে। ফায়ার সার্ভিস কাজ করছে।",
}
FIRE_OUT = {
    "headline": "টঙ্গীর পোশাক কারখানার আগুন নিয়ন্ত্রণে",
    "body": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে। ফায়ার সার্ভিস কাজ করেছে।",
}


async def test_a_further_article_of_a_story_goes_also_to_who_was_told_of_it_before(
    desk: Newsdesk, editor: Phone
) -> None:
    await desk.articles.put(a_draft(2, **FIRE), now=NOW, announce=False)
    await desk.articles.put(a_draft(1, **FIRE_OUT), now=NOW, announce=False)
    await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.plan()
    await desk.deliver()
    await editor.say("/broadcast 2")
    shown = await editor.press("Preview")
    assert "Another article of this story went to 5 readers on 18 November, 5:45 PM; this goes to them too." in shown
    assert "This goes to 8 readers" in shown
    await editor.press("Send…")
    await editor.press("Yes, send")
    await desk.plan(2)
    assert ((await desk.alert(2)).story, (await desk.alert(2)).again) == ("article:1", True)
    await desk.deliver(2)
    await editor.say("/broadcast 2")
    shown = await editor.press("Preview")
    assert "This article went to 8 readers on 18 November, 5:45 PM; who got it is left out." in shown
    assert "Nobody would get this" in shown


async def test_an_article_that_other_readers_got_goes_also_to_who_was_told_of_its_story_by_another(
    desk: Newsdesk, editor: Phone
) -> None:
    await desk.articles.put(a_draft(2, **FIRE), now=NOW, announce=False)
    await desk.articles.put(a_draft(1, **FIRE_OUT), now=NOW, announce=False)
    await desk.alerts.create(a_new_alert(1), now=NOW)
    politics = a_new_alert(2, story="article:1", audience=Audience(("politics",)))
    await desk.alerts.create(politics, now=NOW)
    for alert_id in (1, 2):
        await desk.plan(alert_id)
        await desk.deliver(alert_id)
    await editor.say("/broadcast 2")
    shown = await editor.press("Preview")
    assert "This article went to 3 readers on 18 November, 5:45 PM; who got it is left out." in shown
    assert "This goes to 5 readers" in shown


async def test_the_first_broadcast_of_a_storys_article_is_its_storys_alert(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(2, **FIRE), now=NOW, announce=False)
    await desk.articles.put(a_draft(1, **FIRE_OUT), now=NOW, announce=False)
    await editor.say("/broadcast 2")
    await editor.press("Preview")
    await editor.press("Send…")
    await editor.press("Yes, send")
    assert ((await desk.alert()).article_id, (await desk.alert()).story) == (2, "article:1")


async def test_breaking_news_is_breaking_from_the_start(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1, breaking=True), now=NOW, announce=False)
    await editor.say("/broadcast 1")
    assert "🔴 Breaking" in (await editor.press("Everyone")).partition("[")[2]


# --- audience --------------------------------------------------------------------------------------------------------


async def test_the_audience_is_chosen_and_its_reach_told_at_each_step(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    assert "everyone – 8 readers" in await editor.say("খবর")
    assert "who follow Sports – 5 readers" in await editor.press("Sports")
    assert "who follow Sports, Politics – 8 readers" in await editor.press("Politics")
    assert "who read in English – 3 readers" in await editor.press("English")
    assert "who follow Politics; who read in English – 3" in await editor.press("Sports")
    await editor.press("Breaking")
    assert "🔴 Breaking, 🔕 Silent" in await editor.press("Silent")
    await editor.press("Preview")
    await editor.press("Send…")
    await editor.press("Yes, send to 3 readers")
    alert = await desk.alert()
    assert alert.audience == Audience(("politics",), ("en",))
    assert (alert.cls, alert.silent) == (AlertClass.BREAKING, True)


async def test_two_switches_that_are_pressed_in_a_hurry_both_count(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    await editor.say("খবর")
    sports, politics = editor.button("Sports"), editor.button("Politics")
    await editor.do(sports)
    assert "who follow Sports, Politics" in await editor.do(politics)
    assert "who follow Sports, Politics" in await editor.do(politics)  # and twice is once


async def test_an_empty_audience_can_not_be_sent_to(desk: Newsdesk, editor: Phone) -> None:
    shown = await editor.draft("খবর", "Economy")
    assert "Nobody would get this: who follow Economy" in shown
    assert "Send…" not in [button.label for button in buttons(editor.last[-1])]


async def test_an_audience_that_empties_before_the_question_is_told(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft("খবর", "Sports")
    for reader in list(desk.subscribers._subscribers):
        await desk.subscribers.forget(reader, now=NOW)
    assert "Nobody would get this" in await editor.press("Send…")


# --- preview ---------------------------------------------------------------------------------------------------------


async def test_the_preview_is_what_readers_see_in_each_language_that_differs(desk: Newsdesk, editor: Phone) -> None:
    shown = await editor.draft("জরুরি খবর", "Breaking")
    assert "Breaking\nজরুরি খবর\nব্রেকিং\nজরুরি খবর" in shown
    await editor.press("Change audience")
    await editor.press("বাংলা")
    shown = await editor.press("Preview")
    assert "ব্রেকিং\nজরুরি খবর" in shown
    assert "Breaking\nজরুরি খবর" not in shown
    await editor.press("Change audience")
    await editor.press("বাংলা")
    await editor.press("Breaking")
    assert (await editor.press("Preview")).count("জরুরি খবর") == 1


async def test_the_time_is_told_at_the_configured_rate(desk: Newsdesk, editor: Phone) -> None:
    await desk.readers(6000)
    assert "It takes about 4 minutes at 30 a second." in await editor.draft()


async def test_to_me_first_goes_the_way_of_all_and_only_to_the_editor(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft("জরুরি খবর", picture="p", media="photo")
    pressed = editor.press_of(editor.button("Send to me first"))
    assert "It went to you" in await editor.hear(pressed)
    said, below = editor.last
    assert (getattr(said, "replaces", None), buttons(said)) == (pressed.message, [])  # no second *send* stays above
    assert "Send…" in [button.label for button in buttons(below)]
    [(operation, reply, to)] = desk.pusher.pushed
    assert (operation, to.user_id) == ("send", EDITOR.user_id)
    assert reply.picture == "p"
    assert await sent(desk) == 0
    desk.pusher.answer = Refused(Reason.BAD_PICTURE, "Bad Request: PHOTO_INVALID")
    assert "could not be sent to you: Bad Request: PHOTO_INVALID" in await editor.press("Send to me first")
    assert "Send it now?" in await editor.press("Send…")


async def test_the_same_words_within_a_day_are_a_question(desk: Newsdesk, editor: Phone) -> None:
    await desk.alerts.create(a_broadcast(text="জরুরি  খবর"), now=NOW)
    assert "The same words were sent on 18 November, 5:45 PM." in await editor.draft("জরুরি খবর")
    desk.later(hours=25)
    assert "The same words" not in await editor.draft("জরুরি খবর")


async def test_who_wants_to_rewrite_can_have_the_message_before_back(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    assert [button.label for button in buttons(editor.last[0])] == ["Cancel"]
    await editor.say("প্রথম খবর")
    await editor.press("Preview")
    assert "Write or forward" in await editor.press("Rewrite")
    assert "প্রথম খবর" in await editor.press("Back")
    assert "Nothing was found" in await editor.say("padma bridge")  # the draft waits for nothing any more
    await editor.do("b:ask:1:4")
    await editor.press("Yes, send")
    assert (await desk.alert()).text == AlertText((Span("প্রথম খবর"),))


async def test_a_draft_is_rewritten_or_dropped(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft("প্রথম")
    assert "Write or forward" in await editor.press("Rewrite")
    await editor.say("দ্বিতীয়")
    assert "দ্বিতীয়" in await editor.press("Preview")
    drop = editor.button("Cancel")
    assert "Cancelled. Nothing was sent." in await editor.do(drop)
    assert "was cancelled" in await editor.do(drop)
    assert "Nothing was found" in await editor.say("padma bridge")
    assert await sent(desk) == 0


# --- the last button -------------------------------------------------------------------------------------------------


async def at_the_last_button(editor: Phone, text: str = "জরুরি খবর") -> str:
    await editor.draft(text)
    await editor.press("Send…")
    return editor.button("Yes, send to 8 readers")


async def test_however_often_the_button_is_pressed_it_is_sent_once(desk: Newsdesk, editor: Phone) -> None:
    confirm = await at_the_last_button(editor)
    assert "(It goes out.)" in await editor.do(confirm)
    assert "confirmed already" in await editor.do(confirm)
    desk.start(EDITOR, ANOTHER)
    assert "confirmed already" in await editor.do(confirm)
    assert "confirmed already" in await desk.phone(ANOTHER).do(confirm)
    assert await sent(desk) == 1


async def test_of_many_presses_at_once_one_sends(desk: Newsdesk, editor: Phone) -> None:
    confirm = await at_the_last_button(editor)
    phones = [desk.phone(address) for address in (EDITOR, ANOTHER, EDITOR, ANOTHER)]
    said = await asyncio.gather(*(phone.do(confirm) for phone in phones))
    assert len([answer for answer in said if "It goes out" in answer]) == 1
    assert await sent(desk) == 1


async def test_the_same_press_delivered_again_sends_once(desk: Newsdesk, editor: Phone) -> None:
    press = editor.press_of(await at_the_last_button(editor))
    await editor.hear(press)
    await editor.hear(press)
    assert await sent(desk) == 1


async def test_who_dies_between_closing_the_draft_and_making_the_alert_makes_it_at_the_next_press(
    desk: Newsdesk, editor: Phone
) -> None:
    confirm = await at_the_last_button(editor)
    desk.alerts.away = True
    assert "can't be done just now" in await editor.do(confirm)
    desk.alerts.away = False
    desk.start(EDITOR)
    assert "Nothing has gone out" in await editor.do("b:drop:1")
    assert await sent(desk) == 0
    assert "জরুরি খবর" in await editor.do(confirm)
    assert (await desk.alert()).text == AlertText((Span("জরুরি খবর"),))
    await editor.do(confirm)
    assert await sent(desk) == 1


async def test_a_button_that_is_pressed_when_its_alert_is_no_longer_kept_sends_nothing(
    desk: Newsdesk, editor: Phone
) -> None:
    confirm = await at_the_last_button(editor)
    await editor.do(confirm)
    await desk.plan()
    await desk.deliver()
    await desk.finish()
    desk.later(days=5)
    await desk.alerts.retain(keep_since=desk.now)
    assert await sent(desk) == 0
    assert "no longer kept" in await editor.do(confirm)
    assert "no longer kept" in await editor.do("b:drop:1")
    assert await sent(desk) == 0


async def test_a_button_of_an_earlier_version_shows_the_draft_as_it_is_and_sends_nothing(
    desk: Newsdesk, editor: Phone
) -> None:
    confirm = await at_the_last_button(editor, "প্রথম")
    await editor.do("b:topic:1:0:+sports")
    said = await editor.do(confirm)
    assert "from an earlier version of the draft" in said
    assert "This goes to 5 readers: who follow Sports." in said
    await editor.press("Rewrite")
    assert "Write or forward" in await editor.do(confirm)
    assert await sent(desk) == 0


async def test_the_same_message_delivered_again_is_not_a_second_one(desk: Newsdesk, editor: Phone) -> None:
    begin, message = editor.message("/broadcast"), editor.message("জরুরি খবর")
    await editor.hear(begin)
    await editor.hear(begin)
    await editor.hear(message)
    assert "Who should get it" in await editor.hear(message)
    assert await editor.hear(begin) == await editor.hear(message)
    await editor.press("Preview")
    await editor.press("Send…")
    await editor.press("Yes, send")
    assert await sent(desk) == 1


async def test_a_draft_survives_a_restart_at_any_step(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    desk.start(EDITOR)
    await editor.say("জরুরি খবর")
    for label in ("Sports", "Preview", "Send…"):
        desk.start(EDITOR)
        await editor.press(label)
    desk.start(EDITOR)
    assert "It goes out" in await editor.press("Yes, send to 5 readers")
    assert await sent(desk) == 1


async def test_each_editor_has_a_draft_of_their_own(desk: Newsdesk, editor: Phone) -> None:
    another = desk.phone(ANOTHER)
    await editor.say("/broadcast")
    await another.say("/broadcast")
    await another.say("আমার খবর")
    assert "Who should get it" in await editor.say("তোমার খবর")
    assert "তোমার খবর" in await editor.press("Preview")


async def test_a_large_audience_has_time_to_be_reached(desk: Newsdesk, editor: Phone) -> None:
    await editor.broadcast()
    assert (await desk.alert()).expires_at - NOW >= timedelta(hours=3)
    await desk.readers(3000)
    await editor.broadcast("অন্য খবর")
    spent = timedelta(seconds=3008 / 30)
    assert (await desk.alert(2)).expires_at - NOW > timedelta(hours=3) + spent


async def test_while_the_stores_are_away_nothing_is_claimed_to_be_sent(desk: Newsdesk, editor: Phone) -> None:
    confirm = await at_the_last_button(editor)
    desk.drafts.away = True
    assert "nothing is sent twice" in await editor.do(confirm)
    desk.drafts.away = False
    desk.ledger.away = True
    assert "nothing is sent twice" in await editor.do(confirm)
    assert await sent(desk) == 0


async def test_in_bengali_the_whole_way_is_bengali(desk: Newsdesk) -> None:
    editor = desk.phone(EDITOR, language_hint="bn")
    await editor.say("/broadcast")
    await editor.say("জরুরি খবর")
    assert "পাঠকেরা এমন দেখবেন" in await editor.press("আগে দেখুন")
    await editor.press("পাঠান…")
    assert "বার্তা ১ – প্রস্তুত হচ্ছে" in await editor.press("হ্যাঁ, ৮ জনকে পাঠান")


# --- what is worth a thought -----------------------------------------------------------------------------------------


async def test_a_text_without_a_link_is_told(editor: Phone) -> None:
    assert "There is no link in it" in await editor.draft("সেতু খুলল")
    assert "There is no link in it" not in await editor.draft("সেতু খুলল https://news.example/1")


async def test_a_text_that_begins_with_a_headline_that_was_alerted_is_told(desk: Newsdesk, editor: Phone) -> None:
    stored = await desk.articles.put(a_draft(headline="সেতু  খুলল আজ"), now=desk.now, announce=True)
    await desk.alerts.create(a_new_alert(stored.article.id), now=desk.now)
    assert "An article with this headline went to 0 readers" in await editor.draft("সেতু খুলল আজ\nবিস্তারিত আসছে")
    assert "with this headline" not in await editor.draft("সেতু খুলল কাল")


async def test_the_price_of_the_paid_rate_is_told_before_the_button(desk: Newsdesk, editor: Phone) -> None:
    outlets = {name: replace(one, paid=True) for name, one in desk.desk.outlets.items()}
    desk.dialogue = EditorDialogue(replace(desk.desk, outlets=outlets), desk.dialogue._readers)
    assert "it costs at most 1 Stars" in await editor.draft()


# --- what is written down --------------------------------------------------------------------------------------------


async def test_who_writes_changes_and_cancels_a_draft_in_chat_is_written_down(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft()
    draft = await desk.drafts.latest(EDITOR)
    assert draft is not None
    await editor.do(f"b:topic:{draft.id}:{draft.revision}:+sports")
    await desk.phone(ANOTHER).do(f"b:drop:{draft.id}")
    written, chosen, dropped = await desk.audit.of(f"draft:{draft.id}")
    assert (written.act, written.actor.address, written.actor.place) == (Act.DRAFT_SAVED, EDITOR, Place.CHAT)
    assert "text" in written.after
    assert written.before.get("text") is None
    assert (chosen.act, chosen.after["audience"]["topics"]) == (Act.DRAFT_SAVED, ["sports"])
    assert (dropped.act, dropped.actor.address) == (Act.DRAFT_DROPPED, ANOTHER)
