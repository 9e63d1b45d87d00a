"""The Messenger phone's own server side: a Page writes by the Graph API, somebody acts, both see it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData

from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.portal_images import lead_picture
from tests.messenger_phone import (
    PhoneSandbox,
    button_template,
    carousel,
    link,
    phone_sandbox,
    postback,
    quick,
)
from tests.messenger_sandbox import webhook

DAY = 24 * 3600


@pytest.fixture
async def sandbox() -> AsyncIterator[PhoneSandbox]:
    async with phone_sandbox() as running:
        yield running


async def test_an_empty_thread_greets_and_offers_to_start(sandbox: PhoneSandbox) -> None:
    async with sandbox.watch() as page:
        view = await page.next("view")
    assert (view["greeting"], view["composer"], view["html"].strip()) == ("খবর আপনার চ্যাটে", "get_started", "")
    assert view["window"] == {"open": False, "text": "জানালা খোলেনি: আগে আপনি লিখুন"}
    sandbox.readers.person(sandbox.person).locale = "en_US"
    async with sandbox.watch() as page:
        assert (await page.next("view"))["greeting"] == "News in your chat"


async def test_get_started_opens_the_window_and_reaches_the_webhook(sandbox: PhoneSandbox) -> None:
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        await page.next("view")
        await sandbox.do("start")
        message = await page.next("message")
        standing = await page.next("standing")
        (event,) = await heard.wait("postback")
    assert 'class="message out tap"' in message["html"]
    assert message["notification"] is None
    assert (standing["composer"], standing["greeting"], standing["window"]["open"]) == ("write", "", True)
    assert standing["window"]["text"].endswith("খুলেছে: বোতাম")
    assert event["postback"]["payload"] == "GET_STARTED"


async def test_quick_replies_stand_under_the_last_message_only(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        await page.next("view")
        await sandbox.say({"text": "ভাষা?", "quick_replies": quick("বাংলা", "English")})
        asked = await page.next("message")
        assert [reply["title"] for reply in asked["quick_replies"]] == ["বাংলা", "English"]
        await sandbox.do("reply", payload="English")
        tapped = await page.next("message")
        (event,) = await heard.wait("message")
    assert tapped["quick_replies"] == []
    assert "English" in tapped["html"]
    assert (event["message"]["text"], event["message"]["quick_reply"]) == ("English", {"payload": "English"})
    async with sandbox.watch() as page:
        assert (await page.next("view"))["quick_replies"] == []
    assert "There is no quick reply" in await sandbox.refusal("reply", payload="বাংলা")


async def test_a_message_arrives_with_a_sound_or_without(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.say("জরুরি <b>খবর</b>")
        loud = await page.next("message")
        await sandbox.say("নীরব", notification_type="SILENT_PUSH")
        silent = await page.next("message")
    assert loud["notification"] == {
        "title": "জোনাকি বার্তা",
        "text": "জরুরি <b>খবর</b>",
        "silent": False,
        "how": "শব্দসহ এসেছে",
    }
    assert "জরুরি &lt;b&gt;খবর&lt;/b&gt;" in loud["html"]
    assert silent["notification"]["silent"] is True
    assert 'class="muted"' in silent["html"]


async def test_buttons_of_a_template_lead_to_a_page_or_back_to_the_bot(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        await page.next("view")
        template = button_template("খবর", link("পড়ুন", "https://example.com/1"), postback("আরও", "more:1"))
        mid = await sandbox.say(template)
        html = (await page.next("message"))["html"]
        assert '<a href="https://example.com/1"' in html
        assert 'data-tap="more:1">আরও</button>' in html
        await sandbox.do("tap", mid=mid, payload="more:1")
        (event,) = await heard.wait("postback")
    assert (event["postback"]["payload"], event["postback"]["title"]) == ("more:1", "আরও")
    assert "no postback button" in await sandbox.refusal("tap", mid=mid, payload="more:2")


async def test_a_carousel_shows_every_card_and_a_single_one_is_no_carousel(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    picture = f"{sandbox.url}/images/sports-100059.png"
    cards = [
        {
            "title": f"শিরোনাম {number}",
            "subtitle": "খেলা",
            "image_url": picture,
            "default_action": {"type": "web_url", "url": f"{sandbox.url}/sports/{number}"},
            "buttons": [postback("পড়ুন", f"card:{number}")],
        }
        for number in (1, 2, 3)
    ]
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.say(carousel(*cards))
        several = await page.next("message")
        await sandbox.say(carousel(cards[0]))
        single = await page.next("message")
    assert several["html"].count('<li class="card" role="group"') == 3
    assert 'aria-label="৩টির ২ নম্বর"' in several["html"]
    assert several["html"].count(f'src="{picture}"') == 3
    assert f'<a class="title" href="{sandbox.url}/sports/2"' in several["html"]
    assert several["notification"]["text"] == "শিরোনাম 1 · শিরোনাম 2 · শিরোনাম 3"
    assert 'class="carousel"' not in single["html"]
    assert '<article class="card">' in single["html"]


async def test_an_address_that_could_run_something_is_not_shown_as_a_link(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    await sandbox.say("javascript:alert(1) <script>alert(2)</script> https://example.com/ক?a=1&b=2। শেষ")
    async with sandbox.watch() as page:
        html = (await page.next("view"))["html"]
    assert "<script>" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://example.com/ক?a=1&amp;b=2" target="_blank"' in html


async def test_a_link_to_the_portal_is_previewed_and_to_elsewhere_not(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.say(f"দেখুন: {sandbox.url}/sports/100059।")
        known = (await page.next("message"))["html"]
        await sandbox.say("https://example.com/sports/100059x")
        unknown = (await page.next("message"))["html"]
    assert 'class="preview"' in known
    assert "শেষ ওভারের নাটকে ৩ রানে জয় বাংলাদেশের মেয়েদের" in known
    assert 'class="preview"' not in unknown


async def test_what_the_page_has_read_and_that_it_types_is_shown(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.act("typing_on")
        assert (await page.next("typing"))["on"] is True
        await sandbox.act("mark_seen")
        assert "data-read" in (await page.next("changed"))["html"]


async def test_the_window_is_told_of_when_it_opens_closes_and_runs_out(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        assert (await page.next("view"))["window"]["open"] is True
        sandbox.readers.close_window(sandbox.person)
        closed = await page.next("standing")
        assert closed["window"] == {"open": False, "text": "জানালা বন্ধ: আপনি লিখলে বা চাপলে খুলবে"}
        assert await sandbox.refused_send(sandbox.person, "খবর") == (10, 2018278)
        await sandbox.do("send", text="আছি")
        assert (await page.next("standing"))["window"]["open"] is True
        sandbox.state.advance(DAY)
        while (await page.next("standing"))["window"]["open"]:
            pass
    assert await sandbox.refused_send(sandbox.person, "খবর") == (10, 2018278)


async def test_a_reply_quotes_what_it_answers(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    mid = await sandbox.say("কোন বিষয়?")
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        await page.next("view")
        await sandbox.do("send", text="খেলা", reply_to=mid)
        message = await page.next("message")
        (event,) = await heard.wait("message")
    assert f'class="reply" href="#{mid}"' in message["html"]
    assert event["message"]["reply_to"]["mid"] == mid


async def test_a_blocked_page_is_refused_until_it_is_unblocked(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.do("block")
        assert (await page.next("standing"))["composer"] == "blocked"
        assert await sandbox.refused_send(sandbox.person, "খবর") == (551, 1545041)
        await sandbox.do("unblock")
        assert (await page.next("standing"))["composer"] == "write"


async def test_the_menu_and_the_greeting_follow_the_app_and_the_profile(sandbox: PhoneSandbox) -> None:
    def menu(title: str) -> list[dict[str, Any]]:
        return [postback(title, "m:latest")]

    async with sandbox.watch() as page:
        assert (await page.next("view"))["menu"] == []
        by_locale = [
            {"locale": "default", "call_to_actions": menu("সর্বশেষ")},
            {"locale": "en_US", "call_to_actions": menu("Latest")},
        ]
        await sandbox.ok("POST", "me/messenger_profile", {"persistent_menu": by_locale})
        assert (await page.next("standing"))["menu"] == menu("সর্বশেষ")
        await sandbox.do("language", language_code="en")
    async with sandbox.watch() as page:
        assert (await page.next("view"))["menu"] == menu("Latest")
    assert '<html lang="en">' in await sandbox.page()


async def test_ice_breakers_take_the_place_of_the_button(sandbox: PhoneSandbox) -> None:
    questions = [{"question": "আজকের খবর কী?", "payload": "m:latest"}]
    breakers = [{"locale": "default", "call_to_actions": questions}]
    await sandbox.ok("POST", "me/messenger_profile", {"ice_breakers": breakers})
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        view = await page.next("view")
        assert (view["composer"], view["ice_breakers"]) == ("write", questions)
        await sandbox.do("ask", payload="m:latest")
        assert "আজকের খবর কী?" in (await page.next("message"))["html"]
        assert (await page.next("standing"))["ice_breakers"] == []
        (event,) = await heard.wait("postback")
    assert event["postback"]["payload"] == "m:latest"


async def test_a_menu_entry_reaches_the_webhook(sandbox: PhoneSandbox) -> None:
    menu = [{"locale": "default", "call_to_actions": [postback("সর্বশেষ", "m:latest")]}]
    await sandbox.ok("POST", "me/messenger_profile", {"persistent_menu": menu})
    await sandbox.do("start")
    async with webhook(sandbox) as heard:
        await sandbox.do("menu", payload="m:latest")
        (event,) = await heard.wait("postback")
    assert event["postback"]["title"] == "সর্বশেষ"


async def test_stickers_pictures_voices_and_places_reach_the_webhook(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with webhook(sandbox) as heard:
        await sandbox.do("sticker", sticker_id="369239263222822")
        await sandbox.do("voice")
        await sandbox.do("location")
        form = FormData()
        form.add_field("photo", lead_picture("world", 1), filename="a.png", content_type="image/png")
        async with sandbox.http.post(f"{sandbox.url}{sandbox.path}/photo", data=form) as answer:
            assert answer.status == 200
        events = await heard.wait("message", 4)
    attachments = [event["message"]["attachments"][0] for event in events]
    assert [attachment["type"] for attachment in attachments] == ["sticker", "audio", "location", "image"]
    voice_path, picture_path = [urlsplit(attachments[place]["payload"]["url"]).path for place in (1, 3)]
    async with sandbox.http.get(sandbox.url + picture_path) as picture:
        assert await picture.read() == lead_picture("world", 1)
    async with sandbox.http.get(sandbox.url + voice_path) as voice:
        assert (await voice.read())[:4] == b"RIFF"
    async with sandbox.watch() as page:
        html = (await page.next("view"))["html"]
    assert "👍" in html
    assert "📍 23.81030, 90.41250" in html
    assert f'<img src="{picture_path}"' in html
    assert "<audio" in html


async def test_a_picture_that_the_page_uploaded_is_shown(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    form = FormData()
    form.add_field("message", json.dumps({"attachment": {"type": "image", "payload": {"is_reusable": True}}}))
    form.add_field("filedata", lead_picture("world", 1), filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {sandbox.state.access.token}"}
    url = f"{sandbox.url}/v26.0/me/message_attachments"
    async with sandbox.http.post(url, data=form, headers=headers) as answer:
        uploaded = (await answer.json())["attachment_id"]
    await sandbox.say({"attachment": {"type": "image", "payload": {"attachment_id": uploaded}}})
    async with sandbox.watch() as page:
        html = (await page.next("view"))["html"]
    (path,) = re.findall(r'<img src="([^"]+)"', html)
    async with sandbox.http.get(sandbox.url + path) as picture:
        assert await picture.read() == lead_picture("world", 1)


async def test_a_reaction_stands_at_its_message_and_opens_the_window(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    mid = await sandbox.say("খবর")
    sandbox.readers.close_window(sandbox.person)
    async with webhook(sandbox) as heard, sandbox.watch() as page:
        await page.next("view")
        await sandbox.do("react", mid=mid, emoji="❤️")
        assert 'class="reactions"' in (await page.next("changed"))["html"]
        assert (await page.next("standing"))["window"]["text"].endswith("খুলেছে: প্রতিক্রিয়া")
        await sandbox.do("react", mid=mid, emoji="")
        assert 'class="reactions"' not in (await page.next("changed"))["html"]
        reacted, taken_back = await heard.wait("reaction", 2)
    assert (reacted["reaction"]["action"], reacted["reaction"]["mid"]) == ("react", mid)
    assert taken_back["reaction"]["action"] == "unreact"


async def test_a_link_into_the_thread_is_told_at_once_or_with_the_first_tap(sandbox: PhoneSandbox) -> None:
    async with webhook(sandbox) as heard:
        await sandbox.do("open", ref="topic-sports")
        await sandbox.do("start")
        (started,) = await heard.wait("postback")
        await sandbox.do("open", ref="article-7")
        (opened,) = await heard.wait("referral")
    assert started["postback"]["referral"]["ref"] == "topic-sports"
    assert opened["referral"]["ref"] == "article-7"


async def test_a_message_after_an_ad_opens_a_window_of_seven_days(sandbox: PhoneSandbox) -> None:
    await sandbox.do("ad")
    await sandbox.do("send", text="হ্যালো")
    sandbox.state.advance(6 * DAY)
    async with sandbox.watch() as page:
        window = (await page.next("view"))["window"]
    assert window["open"]
    assert window["text"].endswith("খুলেছে: বিজ্ঞাপন")


async def test_a_deleted_conversation_is_empty_again_and_its_window_stays(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.do("forget")
        view = await page.next("view")
    assert (view["html"].strip(), view["composer"], view["window"]["open"]) == ("", "get_started", True)


async def test_a_person_of_the_page_is_told_from_the_bot(sandbox: PhoneSandbox) -> None:
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        PageSide(sandbox.state).write(sandbox.person, "আমি সম্পাদক")
        assert "পেজের একজন" in (await page.next("message"))["html"]
        await sandbox.say("আমি বট")
        assert "পেজের একজন" not in (await page.next("message"))["html"]


async def test_the_same_thread_is_there_after_a_restart(tmp_path: Path) -> None:
    async with phone_sandbox(tmp_path) as first:
        await first.do("start")
        mid = await first.say({"text": "ভাষা?", "quick_replies": quick("বাংলা")})
        await first.do("react", mid=mid, emoji="❤️")
    async with phone_sandbox(tmp_path) as second, second.watch() as page:
        view = await page.next("view")
        assert second.person == first.person
    assert "ভাষা?" in view["html"]
    assert 'class="reactions"' in view["html"]
    assert [reply["title"] for reply in view["quick_replies"]] == ["বাংলা"]
    assert (view["window"]["open"], view["composer"]) == (True, "write")


async def test_phones_do_not_see_each_others_threads(sandbox: PhoneSandbox) -> None:
    other = sandbox.readers.add_person("মিতু", started=True)
    await sandbox.do("start")
    async with sandbox.watch() as page:
        await page.next("view")
        await sandbox.send(other.id, "অন্যের জন্য")
        await sandbox.say("নিজের")
        assert "নিজের" in (await page.next("message"))["html"]


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("send", {"text": "  "}, "Nobody can send an empty message"),
        ("send", {}, "'text' is missing"),
        ("tap", {"mid": "m_x", "payload": "a"}, "There is no message m_x"),
        ("reply", {"payload": "a"}, "There is no quick reply"),
        ("sticker", {"sticker_id": "x"}, "invalid literal"),
        ("photo", {"photo": "text"}, "photo is not a file"),
    ],
)
async def test_what_no_app_can_do_is_refused(
    sandbox: PhoneSandbox, action: str, fields: dict[str, Any], why: str
) -> None:
    assert why in await sandbox.refusal(action, **fields)


async def test_an_unknown_person_has_no_phone(sandbox: PhoneSandbox) -> None:
    for verb, path in (("GET", ""), ("POST", "/send"), ("GET", "/events")):
        async with sandbox.http.request(verb, f"{sandbox.url}/messenger/phone/42{path}") as answer:
            assert answer.status == 404


async def test_without_a_number_the_first_persons_phone_is_shown(sandbox: PhoneSandbox) -> None:
    async with sandbox.http.get(f"{sandbox.url}/messenger/phone?ref=topic-world", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, f"{sandbox.path}?ref=topic-world")
    assert 'data-ref="topic-world"' in await sandbox.page("?ref=topic-world")
    async with sandbox.http.post(f"{sandbox.url}/messenger/phone", json={"first_name": "রাফি"}) as answer:
        made = await answer.json()
    assert (answer.status, made["first_name"]) == (201, "রাফি")
    assert sandbox.readers.person(made["id"]).locale == "bn_IN"
