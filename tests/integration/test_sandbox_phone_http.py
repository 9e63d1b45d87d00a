"""The phone's own server side: a bot writes through the Bot API, a reader acts, and both see what they should."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient, TestServer

from newsbot.sandbox import DEMO_BOT_NAME, DEMO_BOT_USERNAME, DEMO_TOKEN
from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.portal_images import lead_picture

WITHIN = 5.0  #: seconds for anything to arrive


@dataclass
class Demo:
    """The bot's side and one reader's."""

    client: TestClient  # type: ignore[type-arg]
    user: int = 0

    async def bot(self, method: str, **fields: Any) -> Any:
        answer = await self.client.post(f"/bot{DEMO_TOKEN}/{method}", json={"chat_id": self.user, **fields})
        body = await answer.json()
        assert body["ok"], body
        return body["result"]

    async def do(self, action: str, **fields: Any) -> Any:
        answer = await self.client.post(f"/phone/{self.user}/{action}", json=fields)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def updates(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.bot("getUpdates", timeout=0, limit=100)
        if found:
            await self.bot("getUpdates", offset=found[-1]["update_id"] + 1, timeout=0)
        return found

    @asynccontextmanager
    async def watch(self, query: str = "") -> AsyncIterator[Watch]:
        async with self.client.get(f"/phone/{self.user}/events{query}") as answer:
            yield Watch(answer)


@dataclass
class Watch:
    """An open page's events."""

    answer: ClientResponse

    async def next(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            while True:
                line = await self.answer.content.readline()
                if line.startswith(b"data: "):
                    event: dict[str, Any] = json.loads(line[6:])
                    if event["kind"] == kind:
                        return event


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with TestClient(TestServer(create_sandbox_app(tmp_path))) as client:
        demo = Demo(client)
        answer = await client.post("/phone", json={"first_name": "রাফি", "language_code": "bn"})
        demo.user = (await answer.json())["id"]
        yield demo


async def test_a_new_chat_offers_start_and_tells_what_the_bot_does(demo: Demo) -> None:
    await demo.bot("setMyDescription", description="খবর আপনার চ্যাটে")
    async with demo.watch() as page:
        view = await page.next("view")
    assert (view["composer"], view["about"], view["name"], view["html"].strip()) == (
        "start",
        "খবর আপনার চ্যাটে",
        DEMO_BOT_NAME,
        "",
    )


async def test_a_deep_link_starts_the_chat_with_its_payload(demo: Demo) -> None:
    page = await (await demo.client.get(f"/phone/{demo.user}?start=topic-sports")).text()
    assert 'data-payload="topic-sports" data-starting="1"' in page
    async with demo.watch() as watch:
        await demo.do("start", payload="topic-sports")
        message = await watch.next("message")
    assert "/start</button> topic-sports" in message["html"]
    assert message["notification"] is None
    assert [update["message"]["text"] for update in await demo.updates()] == ["/start topic-sports"]


async def test_every_button_of_the_phone_says_what_it_does(demo: Demo) -> None:
    page = await (await demo.client.get(f"/phone/{demo.user}")).text()
    assert '<button value="copy">কপি করুন</button>' in page
    assert "built-in method" not in page  # a word named like one of Python's own, `copy`


async def test_a_formatted_message_arrives_with_buttons_and_a_sound(demo: Demo) -> None:
    await demo.do("start")
    keyboard = {
        "inline_keyboard": [
            [{"text": "⚽ খেলা", "callback_data": "t:sports"}, {"text": "পড়ুন", "url": "https://example.com/১"}],
            [{"text": "কপি", "copy_text": {"text": "লেখা"}}],
        ]
    }
    async with demo.watch() as page:
        await page.next("view")
        await demo.bot("sendMessage", text="😀 <b>খবর</b> <i>&lt;আজ&gt;</i>", parse_mode="HTML", reply_markup=keyboard)
        message = await page.next("message")
    assert "😀 <b>খবর</b> <i>&lt;আজ&gt;</i>" in message["html"]
    assert 'data-press data-row="0" data-column="0">⚽ খেলা</button>' in message["html"]
    assert 'class="key" href="https://example.com/' in message["html"]
    assert 'data-copy="লেখা"' in message["html"]
    assert message["notification"] == {
        "title": DEMO_BOT_NAME,
        "text": "😀 খবর <আজ>",
        "silent": False,
        "how": "শব্দসহ এসেছে",
    }


async def test_a_silent_message_is_marked_as_such(demo: Demo) -> None:
    await demo.do("start")
    async with demo.watch() as page:
        await page.next("view")
        await demo.bot("sendMessage", text="নীরব", disable_notification=True)
        message = await page.next("message")
    assert message["notification"]["silent"] is True
    assert 'class="muted"' in message["html"]


async def test_a_pressed_button_waits_for_the_bots_answer(demo: Demo) -> None:
    await demo.do("start")
    keyboard = {"inline_keyboard": [[{"text": "ক", "callback_data": "a"}, {"text": "খ", "callback_data": "b"}]]}
    sent = await demo.bot("sendMessage", text="বাছুন", reply_markup=keyboard)
    await demo.updates()
    pressing = asyncio.create_task(demo.do("press", message_id=sent["message_id"], row=0, column=1))
    (update,) = await demo.bot("getUpdates", timeout=5)
    assert update["callback_query"]["data"] == "b"
    assert not pressing.done()
    await demo.bot(
        "answerCallbackQuery", callback_query_id=update["callback_query"]["id"], text="যোগ হলো", show_alert=True
    )
    async with asyncio.timeout(WITHIN):
        answer = await pressing
    assert (answer["text"], answer["show_alert"]) == ("যোগ হলো", True)


async def test_an_edit_changes_the_message_in_place_and_a_deletion_removes_it(demo: Demo) -> None:
    await demo.do("start")
    sent = await demo.bot("sendMessage", text="প্রথম")
    async with demo.watch() as page:
        await page.next("view")
        await demo.bot("editMessageText", message_id=sent["message_id"], text="দ্বিতীয়")
        edited = await page.next("edited")
        assert edited["id"] == sent["message_id"]
        assert f'id="m{sent["message_id"]}"' in edited["html"]
        assert "দ্বিতীয়" in edited["html"]
        assert 'class="edited">সম্পাদিত<' in edited["html"]
        await demo.bot("deleteMessage", message_id=sent["message_id"])
        assert (await page.next("deleted"))["message_ids"] == [sent["message_id"]]
    async with demo.watch() as page:
        assert "দ্বিতীয়" not in (await page.next("view"))["html"]


async def test_a_photo_is_shown_with_its_caption(demo: Demo) -> None:
    await demo.do("start")
    async with demo.watch() as page:
        await page.next("view")
        origin = str(demo.client.make_url("/")).rstrip("/")
        await demo.bot("sendPhoto", photo=f"{origin}/images/sports-100059.png", caption="<b>ছবি</b>", parse_mode="HTML")
        message = await page.next("message")
    assert 'width="640" height="360"' in message["html"]
    assert "<b>ছবি</b>" in message["html"]
    path = message["html"].partition('<img src="')[2].partition('"')[0]
    picture = await demo.client.get(path)
    assert await picture.read() == lead_picture("sports", 100_059)


async def test_a_link_to_the_portal_is_previewed_and_to_elsewhere_not(demo: Demo) -> None:
    await demo.do("start")
    origin = str(demo.client.make_url("/")).rstrip("/")
    above = {"prefer_large_media": True, "show_above_text": True}
    async with demo.watch() as page:
        await page.next("view")
        link = f'<a href="{origin}/sports/100059">খবর</a>'
        await demo.bot("sendMessage", text=link, parse_mode="HTML", link_preview_options=above)
        known = (await page.next("message"))["html"]
        picture_only = {**above, "url": f"{origin}/images/sports-100059.png"}
        await demo.bot("sendMessage", text="খবর", link_preview_options=picture_only)
        picture = (await page.next("message"))["html"]
        await demo.bot("sendMessage", text="https://example.com/sports")
        unknown = (await page.next("message"))["html"]
        await demo.bot("sendMessage", text=link, parse_mode="HTML", link_preview_options={"is_disabled": True})
        disabled = (await page.next("message"))["html"]
    assert 'class="preview large"' in known
    assert "শেষ ওভারের নাটকে ৩ রানে জয় বাংলাদেশের মেয়েদের" in known
    assert known.index('class="preview') < known.index('class="text"')
    assert 'class="preview large bare"' in picture
    assert '<img src="/images/sports-100059.png" alt="ছবি">' in picture
    assert 'class="site"' not in picture
    assert 'class="preview' not in unknown
    assert 'class="preview' not in disabled


async def test_a_document_can_be_kept(demo: Demo) -> None:
    await demo.do("start")
    data = '{"name": "রাফি"}'.encode()
    fields = {"chat_id": str(demo.user), "caption": "আপনার <b>তথ্য</b>", "parse_mode": "HTML"}
    form = FormData(fields, quote_fields=False)
    form.add_field("document", data, filename="তথ্য.json", content_type="application/json")
    async with demo.watch() as page:
        await page.next("view")
        answer = await (await demo.client.post(f"/bot{DEMO_TOKEN}/sendDocument", data=form)).json()
        message = await page.next("message")
    sent = answer["result"]["document"]
    assert (sent["file_name"], sent["mime_type"], sent["file_size"]) == ("তথ্য.json", "application/json", len(data))
    assert "আপনার <b>তথ্য</b>" in message["html"]
    link = message["html"].partition('class="file" href="')[2].partition('"')[0]
    assert 'download="তথ্য.json"' in message["html"]
    kept = await demo.client.get(link)
    assert (await kept.read(), kept.headers["Content-Disposition"]) == (data, "attachment")

    await demo.bot("sendDocument", document=sent["file_id"])
    file = await demo.bot("getFile", file_id=sent["file_id"])
    assert await (await demo.client.get(f"/file/bot{DEMO_TOKEN}/{file['file_path']}")).read() == data


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "Bad Request: there is no document in the request"),
        ("attach://nothing", "Bad Request: wrong file identifier/HTTP URL specified"),
        ("https://example.com/a.pdf", "Bad Request: wrong file identifier/HTTP URL specified"),
    ],
)
async def test_a_document_that_is_not_there_is_refused(demo: Demo, document: str, why: str) -> None:
    await demo.do("start")
    fields = {"chat_id": demo.user, "document": document}
    answer = await demo.client.post(f"/bot{DEMO_TOKEN}/sendDocument", json=fields)
    assert (answer.status, (await answer.json())["description"]) == (400, why)


async def test_a_document_is_still_there_after_a_restart(tmp_path: Path) -> None:
    links = []
    for start in (True, False):
        async with TestClient(TestServer(create_sandbox_app(tmp_path))) as client:
            demo = Demo(client, 0)
            if start:
                demo.user = (await (await client.post("/phone", json={"first_name": "রাফি"})).json())["id"]
                await demo.do("start")
                form = FormData({"chat_id": str(demo.user)})
                form.add_field("document", b"kept", filename="a.txt", content_type="text/plain")
                sent = await (await client.post(f"/bot{DEMO_TOKEN}/sendDocument", data=form)).json()
                links.append(f"/sandbox/telegram/files/{sent['result']['document']['file_unique_id']}")
            assert await (await client.get(links[0])).read() == b"kept"


async def test_a_reply_quotes_what_it_answers(demo: Demo) -> None:
    await demo.do("start")
    sent = await demo.bot("sendMessage", text="কোন বিষয়?")
    async with demo.watch() as page:
        await page.next("view")
        await demo.do("send", text="খেলা", reply_to=sent["message_id"])
        message = await page.next("message")
    assert (
        f'class="reply" href="#m{sent["message_id"]}"><b>{DEMO_BOT_NAME}</b><span>কোন বিষয়?</span>' in message["html"]
    )


async def test_a_blocked_bot_is_refused_until_the_reader_starts_it_again(demo: Demo) -> None:
    await demo.do("start")
    async with demo.watch() as page:
        await page.next("view")
        await demo.do("block")
        assert (await page.next("view"))["composer"] == "blocked"
        refused = await demo.client.post(f"/bot{DEMO_TOKEN}/sendMessage", json={"chat_id": demo.user, "text": "x"})
        assert (await refused.json())["description"] == "Forbidden: bot was blocked by the user"
        await demo.do("start")
        assert (await page.next("view"))["composer"] == "write"
    kinds = [set(update) & {"message", "my_chat_member"} for update in await demo.updates()]
    assert kinds == [{"message"}, {"my_chat_member"}, {"my_chat_member"}, {"message"}]


async def test_commands_follow_the_language_of_the_readers_app(demo: Demo) -> None:
    def only(description: str) -> list[dict[str, str]]:
        return [{"command": "latest", "description": description}]

    await demo.bot("setMyCommands", commands=only("Latest news"))
    await demo.bot("setMyCommands", commands=only("সর্বশেষ খবর"), language_code="bn")
    async with demo.watch() as page:
        assert (await page.next("view"))["commands"] == only("সর্বশেষ খবর")
    await demo.do("language", language_code="en")
    async with demo.watch() as page:
        assert (await page.next("view"))["commands"] == only("Latest news")
        await demo.bot("setMyCommands", commands=only("News"))
        assert (await page.next("view"))["commands"] == only("News")
    english = await (await demo.client.get(f"/phone/{demo.user}")).text()
    assert '<html lang="en">' in english


async def test_stickers_photos_places_and_contacts_reach_the_bot(demo: Demo) -> None:
    await demo.do("sticker", emoji="🎉")
    await demo.do("location")
    await demo.do("contact")
    form = FormData({"caption": "দেখুন"})
    form.add_field("photo", lead_picture("world", 1), filename="a.png", content_type="image/png")
    assert (await demo.client.post(f"/phone/{demo.user}/photo", data=form)).status == 200
    kinds = [set(update["message"]) & {"sticker", "location", "contact", "photo"} for update in await demo.updates()]
    assert kinds == [{"sticker"}, {"location"}, {"contact"}, {"photo"}]
    async with demo.watch() as page:
        html = (await page.next("view"))["html"]
    assert "🎉" in html
    assert "দেখুন" in html


async def test_typing_is_shown(demo: Demo) -> None:
    await demo.do("start")
    async with demo.watch() as page:
        await page.next("view")
        await demo.bot("sendChatAction", action="typing")
        assert (await page.next("action"))["action"] == "typing"


async def test_a_reply_keyboard_stands_below_until_it_is_removed(demo: Demo) -> None:
    await demo.do("start")
    await demo.bot("sendMessage", text="বাছুন", reply_markup={"keyboard": [[{"text": "সর্বশেষ"}]]})
    async with demo.watch() as page:
        assert (await page.next("view"))["reply_keyboard"]["keyboard"] == [[{"text": "সর্বশেষ"}]]
        await demo.bot("sendMessage", text="ঠিক আছে", reply_markup={"remove_keyboard": True})
        assert (await page.next("message"))["reply_keyboard"]["remove_keyboard"] is True


async def test_phones_do_not_see_each_others_chats(demo: Demo) -> None:
    other = (await (await demo.client.post("/phone", json={"first_name": "মিতু"})).json())["id"]
    await demo.do("start")
    await demo.client.post(f"/phone/{other}/start", json={})
    async with demo.watch() as page:
        await page.next("view")
        await demo.bot("sendMessage", text="অন্যের জন্য", chat_id=other)
        await demo.bot("sendMessage", text="নিজের")
        assert "নিজের" in (await page.next("message"))["html"]


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("send", {"text": "  "}, "An empty message cannot be sent"),
        ("send", {}, "'text' is missing"),
        ("press", {"message_id": 99, "row": 0, "column": 0}, "There is no message 99"),
        ("photo", {"photo": "text"}, "photo is not a file"),
        ("delete", {"message_id": "x"}, "invalid literal"),
    ],
)
async def test_what_no_app_can_do_is_refused(demo: Demo, action: str, fields: dict[str, Any], why: str) -> None:
    answer = await demo.client.post(f"/phone/{demo.user}/{action}", json=fields)
    assert answer.status == 400
    assert why in (await answer.json())["error"]["message"]


async def test_an_unknown_reader_has_no_phone(demo: Demo) -> None:
    assert (await demo.client.get("/phone/42")).status == 404
    assert (await demo.client.post("/phone/42/send", json={"text": "x"})).status == 404
    assert (await demo.client.get("/phone/42/events")).status == 404


async def test_without_a_number_the_first_readers_phone_is_shown(demo: Demo) -> None:
    answer = await demo.client.get("/phone?start=topic-world", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, f"/phone/{demo.user}?start=topic-world")
    page = await (await demo.client.get("/")).text()
    assert f'src="/phone/{demo.user}?embedded=1"' in page
    assert f'data-bot="{DEMO_BOT_USERNAME}"' in await (await demo.client.get(f"/phone/{demo.user}")).text()


async def test_a_group_is_another_chat_of_the_same_phone(demo: Demo) -> None:
    from newsbot.sandbox.phone import PHONES

    phones = demo.client.app[PHONES]  # type: ignore[index]
    group = phones.readers.add_group("পাড়ার খবর", members=[demo.user])
    page = await (await demo.client.get(f"/phone/{demo.user}?chat={group.id}")).text()
    assert '<h1 id="title">পাড়ার খবর</h1>' in page
    async with demo.watch(f"?chat={group.id}") as watch:
        await watch.next("view")
        await demo.client.post(f"/phone/{demo.user}/send?chat={group.id}", json={"text": "/latest"})
        own = await watch.next("message")
        await demo.bot("sendMessage", text="উত্তর", chat_id=group.id)
        answer = await watch.next("message")
    assert 'class="message out"' in own["html"]
    assert f'class="sender">{DEMO_BOT_NAME}<' in answer["html"]
