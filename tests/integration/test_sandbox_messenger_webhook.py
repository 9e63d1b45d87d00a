"""What the webhook gets: verification, signatures, the readers' acts as events, repetitions."""

import hashlib
import hmac
import json

import pytest

from tests.messenger_sandbox import messenger_sandbox, webhook


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_person("রহিম")


async def test_a_message_comes_signed_over_escaped_bytes(sandbox, reader):
    async with webhook(sandbox) as hook:
        bubble = sandbox.readers.send_text(reader.id, "খেলা/ক্রিকেট")
        await hook.wait("message")
    (body,), (signature,) = hook.bodies, hook.signatures
    assert b"\\u0996\\u09c7\\u09b2\\u09be\\/" in body
    secret = sandbox.state.account.app_secret.encode()
    assert signature == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    received = json.loads(body)
    entry = received["entry"][0]
    assert (received["object"], entry["id"]) == ("page", sandbox.state.account.id)
    assert entry["messaging"] == [
        {
            "sender": {"id": reader.id},
            "recipient": {"id": sandbox.state.account.id},
            "timestamp": bubble["at"],
            "message": {"mid": bubble["mid"], "text": "খেলা/ক্রিকেট"},
        }
    ]


async def test_a_quick_reply_is_a_message_and_a_button_a_postback(sandbox, reader):
    readers = sandbox.readers
    async with webhook(sandbox, fields=["messages", "messaging_postbacks"]) as hook:
        readers.send_text(reader.id, "হাই")
        quick = [{"content_type": "text", "title": "খেলা", "payload": "t:sports"}]
        await sandbox.send(reader.id, {"text": "বাছুন", "quick_replies": quick})
        assert readers.view(reader.id)[-1]["quick_replies"] == quick
        readers.tap_quick_reply(reader.id, "t:sports")
        assert readers.view(reader.id)[-2]["quick_replies"] == []
        with pytest.raises(Exception, match="no quick reply"):
            readers.tap_quick_reply(reader.id, "t:sports")
        template = {
            "template_type": "button",
            "text": "আরও?",
            "buttons": [{"type": "postback", "title": "হ্যাঁ", "payload": "yes"}],
        }
        mid = await sandbox.send(reader.id, {"attachment": {"type": "template", "payload": template}})
        readers.tap_button(reader.id, mid, "yes")
        assert readers.view(reader.id)[-1]["text"] == "হ্যাঁ"
        (postback,) = await hook.wait("postback")
        _, tapped = await hook.wait("message", 2)
    assert tapped["message"]["quick_reply"] == {"payload": "t:sports"}
    assert tapped["message"]["text"] == "খেলা"
    assert (postback["postback"]["payload"], postback["postback"]["title"]) == ("yes", "হ্যাঁ")


async def test_get_started_carries_the_links_ref(sandbox, reader):
    with pytest.raises(Exception, match="no Get Started button"):
        sandbox.readers.get_started(reader.id)
    await sandbox.ok("POST", "me/messenger_profile", {"get_started": {"payload": "GET_STARTED"}})
    async with webhook(sandbox) as hook:
        sandbox.readers.get_started(reader.id, "topic-sports")
        (event,) = await hook.wait("postback")
    assert event["postback"]["payload"] == "GET_STARTED"
    assert event["postback"]["referral"] == {"ref": "topic-sports", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    await sandbox.send(reader.id, "স্বাগতম")


async def test_a_callback_that_does_not_know_its_token_is_not_taken(sandbox):
    async with webhook(sandbox) as hook:
        hook.verify_token = "another"
        account = sandbox.state.account
        body = {
            "object": "page",
            "callback_url": hook.url,
            "verify_token": "sandbox-verify-token",
            "access_token": account.app_token,
        }
        url = f"{sandbox.url}/v26.0/{account.app_id}/subscriptions"
        async with sandbox.http.post(url, json=body) as answer:
            assert (await answer.json())["error"]["code"] == 2200
        hook.verify_token = "sandbox-verify-token"
        async with sandbox.http.post(url, json=body) as answer:
            assert await answer.json() == {"success": True}


async def test_only_subscribed_fields_come(sandbox, reader):
    async with webhook(sandbox, fields=["messages"]) as hook:
        sandbox.readers.send_text(reader.id, "এক")
        await sandbox.send(reader.id, "দুই")
        sandbox.readers.send_text(reader.id, "তিন")
        await hook.wait("message", 2)
    assert [item["message"]["text"] for item in hook.items] == ["এক", "তিন"]


async def test_a_refused_event_comes_again_with_its_mid_and_another_time(sandbox, reader):
    async with webhook(sandbox) as hook:
        hook.status = 500
        bubble = sandbox.readers.send_text(reader.id, "শুনছেন?")
        while len(sandbox.state.deliveries) < 2:
            await sandbox.state.pause(0.01)
        hook.status = 200
        (event,) = await hook.wait("message")
    assert event["message"]["mid"] == bubble["mid"]
    times = {json.loads(delivery.body)["entry"][0]["time"] for delivery in sandbox.state.deliveries}
    assert len(times) >= 2
    assert event["timestamp"] == bubble["at"]


async def test_an_hour_of_failures_unsubscribes_the_page(sandbox, reader):
    async with webhook(sandbox) as hook:
        hook.status = 500
        sandbox.readers.send_text(reader.id, "এক")
        while not sandbox.state.deliveries:
            await sandbox.state.pause(0.01)
        assert (await sandbox.ok("GET", "me/subscribed_apps"))["data"]
        sandbox.state.advance(3600)
        sandbox.readers.send_text(reader.id, "দুই")
        while sandbox.state.webhook.fields:
            await sandbox.state.pause(0.01)
        assert (await sandbox.ok("GET", "me/subscribed_apps"))["data"] == []
        hook.status = 200
        sandbox.readers.send_text(reader.id, "কেউ শোনে না")
        fields = "messages,message_echoes"
        assert await sandbox.ok("POST", "me/subscribed_apps", subscribed_fields=fields) == {"success": True}
        sandbox.readers.send_text(reader.id, "চার")
        (event,) = await hook.wait("message")
    assert event["message"]["text"] == "চার"
