"""What the webhook gets: verification, signatures, the readers' acts as events, repetitions."""

import hashlib
import hmac
import json

import pytest

from newsbot.sandbox.messenger import ServerOptions
from tests.messenger_sandbox import QUICK_RETRIES, messenger_sandbox, webhook
from tests.telegram_sandbox import until


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
            await sandbox.state.clock.pause(0.01)
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
            await sandbox.state.clock.pause(0.01)
        assert (await sandbox.ok("GET", "me/subscribed_apps"))["data"]
        sandbox.state.advance(3600)
        sandbox.readers.send_text(reader.id, "দুই")
        while sandbox.state.webhook.fields:
            await sandbox.state.clock.pause(0.01)
        assert (await sandbox.ok("GET", "me/subscribed_apps"))["data"] == []
        hook.status = 200
        sandbox.readers.send_text(reader.id, "কেউ শোনে না")
        fields = "messages,message_echoes"
        assert await sandbox.ok("POST", "me/subscribed_apps", subscribed_fields=fields) == {"success": True}
        sandbox.readers.send_text(reader.id, "চার")
        (event,) = await hook.wait("message")
    assert event["message"]["text"] == "চার"


@pytest.mark.parametrize("together", ["entries", "messaging"])
async def test_events_held_back_come_in_one_body(sandbox, reader, together):
    async with webhook(sandbox, fields=["messages"]) as hook:
        await sandbox.order("PUT", "/form", {"held": True, "together": together})
        for text in ("এক", "দুই", "তিন"):
            sandbox.readers.send_text(reader.id, text)
        assert hook.bodies == []
        assert await sandbox.order("POST", "/release") == {"status": 200}
        assert len(hook.bodies) == 1
        assert len(hook.entries) == (3 if together == "entries" else 1)
        assert [item["message"]["text"] for item in hook.items] == ["এক", "দুই", "তিন"]


async def test_odd_envelopes_are_signed_like_any(sandbox, reader):
    async with webhook(sandbox, fields=["messages"]) as hook:
        for timestamps, kind in [("seconds", int), ("text", str), ("float", float), ("missing", type(None))]:
            form = {"timestamps": timestamps, "numeric_ids": True, "unknown_keys": True}
            await sandbox.order("PUT", "/form", form)
            sandbox.readers.send_text(reader.id, timestamps)
            await hook.wait("message", len(hook.bodies) + 1)
            item = hook.items[-1]
            assert type(item.get("timestamp")) is kind
            assert item["sender"] == {"id": int(reader.id)}
        test_button = {"object": "page", "entry": [{"id": "0", "time": 1, "changes": [{"field": "messages"}]}]}
        assert await sandbox.order("POST", "/deliver", {"body": test_button}) == {"status": 200}
        assert await sandbox.order("POST", "/deliver", {"raw": "{", "signature": "sha256=00"}) == {"status": 200}
    assert hook.signatures[-1] == "sha256=00"
    secret = sandbox.state.account.app_secret.encode()
    for body, signature in zip(hook.bodies[:-1], hook.signatures[:-1], strict=True):
        assert signature == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


async def test_what_arrived_can_be_sent_again(sandbox, reader):
    async with webhook(sandbox, fields=["messages"]) as hook:
        mid = sandbox.readers.send_text(reader.id, "এক")["mid"]
        await hook.wait("message")
        sandbox.readers.send_text(reader.id, "দুই")
        await hook.wait("message", 2)
        assert await sandbox.order("POST", "/send-again", {"mid": mid}) == {"statuses": [200]}
    first, _, again = hook.entries
    assert again["messaging"] == first["messaging"]
    assert again["time"] > first["time"]


async def test_a_webhook_that_starts_late_is_found_and_subscribed():
    async with messenger_sandbox() as elsewhere, webhook(elsewhere) as hook:
        options = ServerOptions(webhook_retry=QUICK_RETRIES, callback=hook.url)
        async with messenger_sandbox(options=options) as sandbox:
            await until(lambda: bool(sandbox.state.webhook.fields))  # before the address is known to answer
            await until(lambda: bool(sandbox.state.webhook.url))
            person = sandbox.readers.add_person("রহিম")
            sandbox.readers.send_text(person.id, "হাই")
            await hook.wait("message")


async def test_people_are_served_side_by_side_and_each_in_order(sandbox):
    people = [sandbox.readers.add_person(f"রহিম {number}") for number in range(5)]
    async with webhook(sandbox, fields=["messages"]) as hook:
        for number in range(10):
            for person in people:
                sandbox.readers.send_text(person.id, str(number))
        await hook.wait("message", 50)
    for person in people:
        own = [item["message"]["text"] for item in hook.items if item["sender"]["id"] == person.id]
        assert own == [str(number) for number in range(10)]
