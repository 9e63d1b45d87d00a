"""fbmessenger, a client for Python, against the Graph API sandbox: it answers readers and is told what it did wrong."""

import asyncio
import collections.abc
import json

import fbmessenger
import pytest
from aiohttp import web
from fbmessenger import attachments, elements, quick_replies, templates, thread_settings
from fbmessenger.sender_actions import SenderAction

from tests.messenger_sandbox import messenger_sandbox
from tests.telegram_sandbox import running_app, until


@pytest.fixture(autouse=True)
def python_of_its_time(monkeypatch):
    """The library looks for `Iterable` where it stood before Python 3.10."""
    monkeypatch.setattr(collections, "Iterable", collections.abc.Iterable, raising=False)


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        running.state.access.proof_required = True
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_person("রহিম", last_name="উদ্দিন", started=True)


@pytest.fixture
def client(sandbox):
    """Its methods wait for their answers: call them by `asked`."""
    account = sandbox.state.account
    made = fbmessenger.MessengerClient(account.token, app_secret=account.app_secret)
    made.graph_url = f"{sandbox.url}/v26.0"
    yield made
    made.session.close()


async def asked(call, *arguments, **more):
    return await asyncio.to_thread(call, *arguments, **more)


def story(number):
    button = elements.Button(button_type="postback", title="আরও", payload=f"more:{number}")
    return elements.Element(
        title=f"শিরোনাম {number}", subtitle="ঢাকা", image_url="https://example.org/1.png", buttons=[button]
    )


async def test_every_kind_of_message_of_the_library_is_accepted(sandbox, reader, client):
    replies = quick_replies.QuickReplies([quick_replies.QuickReply(title="খেলা", payload="t:sports")])
    link = elements.Button(button_type="web_url", title="পড়ুন", url="https://example.org/1")
    messages = [
        elements.Text("বাছুন", quick_replies=replies),
        templates.ButtonTemplate(text="আরও?", buttons=[link]),
        templates.GenericTemplate(elements=[story(number) for number in range(10)], quick_replies=replies),
        attachments.Image(url="https://example.org/1.png"),
    ]
    for message in messages:
        answer = await asked(client.send, message.to_dict(), reader.id)
        assert answer["recipient_id"] == reader.id, answer
        assert answer["message_id"].startswith("m_")
    view = sandbox.readers.view(reader.id)
    assert [len(bubble["attachments"]) for bubble in view] == [0, 1, 1, 1]
    carousel = view[2]["attachments"][0]["payload"]["elements"]
    assert [element["title"] for element in carousel] == [f"শিরোনাম {number}" for number in range(10)]


async def test_what_is_too_long_is_refused_with_the_platforms_code(sandbox, reader, client):
    with_long_title = elements.Button(button_type="postback", title="অ" * 21, payload="x")
    refused = [
        elements.Text("ক" * 2001).to_dict(),
        templates.ButtonTemplate(text="ক" * 641, buttons=[with_long_title]).to_dict(),
        templates.ButtonTemplate(text="x", buttons=[with_long_title]).to_dict(),
    ]
    for message in refused:
        assert (await asked(client.send, message, reader.id))["error"]["code"] == 100
    sandbox.readers.close_window(reader.id)
    answer = await asked(client.send, elements.Text("x").to_dict(), reader.id, messaging_type="UPDATE")
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (10, 2018278)
    answer = await asked(
        client.send, elements.Text("x").to_dict(), reader.id, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE"
    )
    assert answer["error"]["code"] == 100
    assert sandbox.state.ledger == []


async def test_its_profile_calls_set_what_phones_show(sandbox, reader, client):
    items = [thread_settings.PersistentMenuItem(item_type="postback", title="সর্বশেষ", payload="m:latest")]
    profile = thread_settings.MessengerProfile(
        greetings=[thread_settings.GreetingText("নমস্কার")],
        get_started=thread_settings.GetStartedButton("START"),
        persistent_menus=[thread_settings.PersistentMenu(menu_items=items)],
    )
    assert await asked(client.set_messenger_profile, profile.to_dict()) == {"result": "success"}
    shown = sandbox.state.profile
    assert (shown.greeting("bn_IN"), shown.get_started) == ("নমস্কার", "START")
    assert [item["payload"] for item in shown.menu("bn_IN")] == ["m:latest"]
    assert (await asked(client.delete_get_started))["error"]["code"] == 100
    assert await asked(client.delete_persistent_menu) == {"result": "success"}
    assert await asked(client.delete_get_started) == {"result": "success"}
    assert await asked(client.update_whitelisted_domains, "https://example.org") == {"result": "success"}
    nested = thread_settings.PersistentMenuItem(item_type="nested", title="আরও", nested_items=items)
    old_menu = thread_settings.MessengerProfile(
        get_started=thread_settings.GetStartedButton("START"),
        persistent_menus=[thread_settings.PersistentMenu(menu_items=[nested])],
    )
    answer = await asked(client.set_messenger_profile, old_menu.to_dict())
    assert answer["error"]["message"] == "(#100) Invalid button type"


async def test_its_other_calls_are_answered(sandbox, reader, client):
    told = await asked(client.get_user_data, reader.id)
    assert (told["first_name"], told["last_name"]) == ("রহিম", "উদ্দিন")
    picture = attachments.Image(url="https://example.org/1.png", is_reusable=True)
    uploaded = await asked(client.upload_attachment, picture)
    again = attachments.Image(attachment_id=uploaded["attachment_id"])
    assert "message_id" in await asked(client.send, again.to_dict(), reader.id)
    action = SenderAction(sender_action="typing_on").to_dict()
    with sandbox.state.changes.subscribe(chat_id=reader.id) as changes:
        assert await asked(client.send_action, action, reader.id) == {"recipient_id": reader.id}
        assert (await changes.next()).data == {"action": "typing_on"}
    # The library comes from a time when one subscribed to everything at once.
    assert (await asked(client.subscribe_app_to_page))["error"]["code"] == 100


async def test_a_messenger_hears_readers_and_answers_them(sandbox, reader):
    account = sandbox.state.account

    class Bot(fbmessenger.BaseMessenger):
        def message(self, message):
            if not message["message"].get("is_echo"):
                self.send(elements.Text(f"শুনলাম: {message['message']['text']}").to_dict())

        def postback(self, message):
            self.send(elements.Text(f"চাপলেন: {message['postback']['payload']}").to_dict())

        def delivery(self, message): ...
        def read(self, message): ...
        def optin(self, message): ...
        def account_linking(self, message): ...

    bot = Bot(account.token, app_secret=account.app_secret)
    bot.client.graph_url = f"{sandbox.url}/v26.0"

    async def verify(request):
        return web.Response(text=request.query["hub.challenge"])

    async def receive(request):
        await asyncio.to_thread(bot.handle, json.loads(await request.read()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", verify), web.post("/", receive)])
    async with running_app(app) as url:
        await sandbox.order("PUT", "/webhook", {"url": url, "fields": ["messages", "messaging_postbacks"]})
        sandbox.readers.send_text(reader.id, "খেলা")
        await until(lambda: sandbox.texts(reader.id) == ["শুনলাম: খেলা"])
        template = {"template_type": "generic", "elements": [story(1).to_dict()]}
        answer = await asked(bot.client.send, {"attachment": {"type": "template", "payload": template}}, reader.id)
        sandbox.readers.tap_button(reader.id, answer["message_id"], title="আরও")
        await until(lambda: sandbox.texts(reader.id)[-1] == "চাপলেন: more:1")
        await until(lambda: sandbox.state.events.unfinished == 0)
    bot.client.session.close()
