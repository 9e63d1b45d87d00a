"""From what people do on the sandbox's Messenger, through its signed webhook, into the inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from newsbot.channels.messenger.receiver import GET_STARTED, REPLY, PageIdentity
from newsbot.channels.messenger.webhook import PATH, MessengerWebhook
from newsbot.delivery.ledger import Tier, Unit, delivery_id
from newsbot.domain.message import Kind, MessageRef
from newsbot.observability import Metrics
from newsbot.sandbox.messenger.page_side import PageSide
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox
from tests.telegram_sandbox import RecordingInbox, running_app, until


@dataclass
class Town:
    """The sandbox, our webhook, which it has verified, and one reader."""

    sandbox: MessengerSandbox
    inbox: RecordingInbox
    reader: str

    async def heard(self, count: int) -> list[tuple[Kind, str, str]]:
        """Kind, action or text, and opener of what the inbox has."""
        await until(lambda: len(self.inbox.kept) >= count and not self.sandbox.state.events.unfinished)
        return [(one.kind, one.action or one.text or one.media, one.opens) for one in self.inbox.kept]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    inbox = RecordingInbox()
    async with messenger_sandbox() as sandbox:
        account = sandbox.state.account
        webhook = MessengerWebhook(
            inbox,
            PageIdentity(account.id, account.app_id),
            app_secrets=(account.app_secret,),
            verify_token=account.verify_token,
            metrics=Metrics(),
            opts_out="বন্ধ".__eq__,
        )
        app = web.Application()
        for (method, path), handler in webhook.handlers().items():
            app.router.add_route(method, path, handler)
        async with running_app(app) as url:
            await sandbox.order("PUT", "/webhook", {"url": url + PATH})
            yield Town(sandbox, inbox, sandbox.readers.add_person("রহিমা").id)


async def test_what_a_reader_does_arrives_in_order_and_says_what_it_opens(town: Town) -> None:
    readers, reader = town.sandbox.readers, town.reader
    await town.sandbox.ok("POST", "me/messenger_profile", {"get_started": {"payload": GET_STARTED}})
    readers.get_started(reader, "topic-sports")
    readers.send_text(reader, "খেলার খবর")
    readers.send_sticker(reader)
    quick = [{"content_type": "text", "title": "রাজনীতি", "payload": "t:pol"}]
    await town.sandbox.send(reader, {"text": "বাছুন", "quick_replies": quick, "metadata": REPLY})
    readers.tap_quick_reply(reader, "t:pol")
    buttons = [{"type": "postback", "title": "সর্বশেষ", "payload": "m:latest"}]
    template = {"template_type": "button", "text": "আর?", "buttons": buttons}
    attachment = {"attachment": {"type": "template", "payload": template}, "metadata": REPLY}
    readers.tap_button(reader, await town.sandbox.send(reader, attachment), "m:latest")
    assert await town.heard(5) == [
        (Kind.START, "topic-sports", "BUTTON"),
        (Kind.TEXT, "খেলার খবর", "MESSAGE"),
        (Kind.MEDIA, "sticker", "MESSAGE"),
        (Kind.BUTTON, "t:pol", "BUTTON"),
        (Kind.BUTTON, "m:latest", "BUTTON"),
    ]
    assert {one.address.user_id for one in town.inbox.kept} == {reader}


async def test_whatever_a_reader_can_send_is_heard(town: Town) -> None:
    readers, reader = town.sandbox.readers, town.reader
    first = readers.send_text(reader, "/latest sports")
    readers.send_file(reader, "image", data=b"a picture", filename="সেতু.png")
    readers.send_file(reader, "audio")
    readers.send_file(reader, "video")
    readers.send_file(reader, "file")
    readers.send_location(reader, 23.7, 90.4)
    readers.send_link(reader, "https://news.example/1", title="খবর")
    readers.send_link(reader, "https://news.example/1", text="দেখুন https://news.example/1")
    readers.edit_text(reader, first["mid"], "/latest politics")
    readers.take_back(reader, first["mid"])
    readers.read(reader)
    assert await town.heard(8) == [
        (Kind.TEXT, "/latest sports", "MESSAGE"),
        *((Kind.MEDIA, media, "MESSAGE") for media in ("photo", "audio", "video", "document", "location", "link")),
        (Kind.TEXT, "দেখুন https://news.example/1", "MESSAGE"),
    ]
    assert town.inbox.kept[1].picture.startswith(town.sandbox.state.address)


async def test_links_ads_reactions_and_consent_are_told_apart(town: Town) -> None:
    readers, reader = town.sandbox.readers, town.reader
    readers.send_text(reader, "হ্যালো")
    mid = await town.sandbox.send(reader, {"text": "খবর", "metadata": REPLY})
    readers.open_link(reader, "article-12")
    readers.click_ad(reader, "777", ref="an-ad")
    readers.send_text(reader, "বিজ্ঞাপন দেখে এলাম")
    readers.react(reader, mid)
    readers.unreact(reader, mid)
    readers.stop(reader)
    readers.resume(reader)
    heard = await town.heard(6)
    assert heard == [
        (Kind.TEXT, "হ্যালো", "MESSAGE"),
        (Kind.START, "article-12", "REFERRAL"),
        (Kind.START, "an-ad", ""),
        (Kind.TEXT, "বিজ্ঞাপন দেখে এলাম", "AD"),
        (Kind.REACTION, town.inbox.kept[4].action, "REACTION"),
        (Kind.OPTED_OUT, "", ""),
    ]
    assert town.inbox.kept[4].message == MessageRef(reader, mid)


async def test_a_person_at_the_page_takes_a_conversation_over_and_hands_it_back(town: Town) -> None:
    readers, reader = town.sandbox.readers, town.reader
    page = PageSide(town.sandbox.state)
    readers.send_text(reader, "সম্পাদক আছেন?")
    page.write(reader, "আমি সম্পাদক বলছি")
    readers.send_text(reader, "ধন্যবাদ")
    page.hand_back(reader)
    readers.send_text(reader, "খেলা")
    heard = await town.heard(6)
    assert [kind for kind, _, _ in heard] == [Kind.TEXT, *[Kind.TAKEN_OVER] * 3, Kind.HANDED_BACK, Kind.TEXT]
    assert [opener for _, _, opener in heard] == ["MESSAGE", "", "", "MESSAGE", "", "MESSAGE"]
    assert "ধন্যবাদ" not in town.inbox.texts


async def test_a_word_that_ends_alerts_is_heard_while_a_person_answers(town: Town) -> None:
    readers, reader = town.sandbox.readers, town.reader
    readers.send_text(reader, "সম্পাদক আছেন?")
    PageSide(town.sandbox.state).write(reader, "আমি সম্পাদক বলছি")
    readers.send_text(reader, "বন্ধ")
    heard = await town.heard(4)
    assert heard[-1] == (Kind.OPTED_OUT, "", "MESSAGE")
    assert "বন্ধ" not in town.inbox.texts


async def test_what_the_platform_does_to_the_page_is_told_to_nobody_but_the_page(town: Town) -> None:
    PageSide(town.sandbox.state).enforce("block", "Too many complaints.")
    await town.heard(1)
    (incoming,) = town.inbox.kept
    assert (incoming.kind, incoming.action, incoming.text) == (Kind.ENFORCED, "block", "Too many complaints.")
    assert incoming.address.user_id == town.sandbox.state.account.id


@pytest.mark.parametrize("together", ["entries", "messaging"])
@pytest.mark.parametrize("timestamps", ["milliseconds", "seconds", "text", "float", "missing"])
async def test_every_form_of_body_that_has_been_seen_says_the_same(town: Town, together: str, timestamps: str) -> None:
    form = {"held": True, "together": together, "timestamps": timestamps, "numeric_ids": True, "unknown_keys": True}
    await town.sandbox.order("PUT", "/form", form)
    for number in range(5):
        town.sandbox.readers.send_text(town.reader, f"{number}")
    assert await town.sandbox.order("POST", "/release") == {"status": 200}
    assert await town.sandbox.order("POST", "/send-again", {"count": 1}) == {"statuses": [200]}
    assert await town.heard(5) == [(Kind.TEXT, f"{number}", "MESSAGE") for number in range(5)]


async def test_the_echo_of_an_alert_names_its_delivery_and_its_message(town: Town) -> None:
    town.sandbox.readers.send_text(town.reader, "হ্যালো")
    ours = delivery_id(Unit(12, Tier(0), 3), 4567)
    mid = await town.sandbox.send(town.reader, {"text": "খবর", "metadata": ours})
    assert await town.heard(2) == [(Kind.TEXT, "হ্যালো", "MESSAGE"), (Kind.ECHO, ours, "")]
    reference = town.inbox.kept[1].message
    assert reference is not None
    assert (reference.chat_id, reference.message_id) == (town.reader, mid)


async def test_while_the_inbox_is_away_the_platform_keeps_it_and_sends_it_again(town: Town) -> None:
    town.inbox.away = True
    town.sandbox.readers.send_text(town.reader, "kept for later")
    await until(lambda: town.inbox.refused >= 2)
    town.inbox.away = False
    assert await town.heard(1) == [(Kind.TEXT, "kept for later", "MESSAGE")]


async def test_a_body_signed_by_somebody_else_is_refused(town: Town) -> None:
    body = {"object": "page", "entry": []}
    assert await town.sandbox.order("POST", "/deliver", {"body": body}) == {"status": 200}
    forged = {"body": body, "signature": "sha256=" + "0" * 64}
    assert await town.sandbox.order("POST", "/deliver", forged) == {"status": 403}
