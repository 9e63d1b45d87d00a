"""messaging-api-messenger, a client for Node.js, against the Graph API sandbox. `make test-browser` installs it."""

import pytest

from newsbot.sandbox.messenger import Fault
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from tests.messenger_sandbox import messenger_sandbox, webhook
from tests.node_client import node_client

pytestmark = pytest.mark.node

SAYS = 27  #: calls before the script waits for the first time


async def said(client, count):
    return {line.pop("name"): line for line in [await client.next() for _ in range(count)]}


def settings_of(sandbox, reader, hook):
    account = sandbox.state.account
    return {
        "SANDBOX_URL": sandbox.url,
        "PAGE_TOKEN": account.token,
        "APP_ID": account.app_id,
        "APP_SECRET": account.app_secret,
        "VERSION": "26.0",
        "PERSON": reader.id,
        "WEBHOOK": hook.url,
    }


async def test_the_library_does_with_the_sandbox_what_it_does_with_the_platform():
    async with messenger_sandbox() as sandbox, webhook(sandbox, fields=["message_echoes"]) as hook:
        state, readers = sandbox.state, sandbox.readers
        state.access.proof_required = True
        reader = readers.add_person("রহিম", started=True)
        settings = settings_of(sandbox, reader, hook)
        async with node_client("messenger.mjs", "messaging-api-messenger", settings) as client:
            answers = await said(client, SAYS)
            check_settings(answers, sandbox)
            check_messages(answers, sandbox, reader)
            readers.close_window(reader.id)
            await client.go_on()
            answers = await said(client, 2)
            assert answers["closed"] == {"code": 10, "subcode": 2018278}
            assert answers["human"]["answer"]["recipientId"] == reader.id
            readers.send_text(reader.id, "হাই")
            state.faults.add(Fault("status", methods="messages", code=613, count=1))
            state.faults.add(Fault("drop_after", methods="messages", count=1))
            state.faults.add(Fault("status", methods="messages", code=190, subcode=463))
            await client.go_on()
            answers = await said(client, 3)
        assert answers["rate"] == {"code": 613, "subcode": None}
        assert answers["lost"] == {"lost": True}
        assert answers["expired"] == {"code": 190, "subcode": 463}
        assert sandbox.texts(reader.id)[-1] == "হারানো"
        await hook.wait("echo", len(state.ledger))
        assert [echo["message"]["mid"] for echo in hook.of("echo")] == [row.mid for row in state.ledger]


def check_settings(answers, sandbox):
    account = sandbox.state.account
    assert answers["subscribe"]["answer"] == {"success": True}
    assert answers["subscription"]["answer"]["callbackUrl"] == sandbox.state.webhook.url
    assert answers["page"]["answer"]["id"] == account.id
    # The library proves the Page's token where it signs in with the app's: the platform refuses that, so we do.
    assert answers["token"] == {"code": 100, "subcode": None}
    success = {"answer": {"result": "success"}}
    assert [answers[name] for name in ("getStarted", "greeting", "menu", "iceBreakers")] == [success] * 4
    (profile,) = answers["profile"]["answer"]
    assert profile["getStarted"] == {"payload": "START"}
    assert profile["persistentMenu"][0]["callToActions"][0]["title"] == "সর্বশেষ"
    assert answers["deleteGetStarted"] == {"code": 100, "subcode": 2018145}
    assert answers["deleteIceBreakers"] == success
    assert sandbox.state.profile.get_started == "START"


def check_messages(answers, sandbox, reader):
    assert answers["user"]["answer"] == {"firstName": "রহিম", "locale": "bn_IN", "id": reader.id}
    for name in ("text", "buttons", "carousel", "reuse", "imageFile"):
        assert answers[name]["answer"]["messageId"].startswith("m_")
    assert answers["typing"] == answers["seen"] == {"answer": {"recipientId": reader.id}}
    assert [one["code"] for one in answers["batch"]["answer"]] == [200, 400, 200]
    assert answers["batch"]["answer"][1]["body"]["error"]["code"] == 100
    assert answers["tooLong"]["code"] == answers["deadTag"]["code"] == 100
    assert answers["unknown"] == {"code": 100, "subcode": 2018001}
    assert answers["owner"]["answer"]["appId"] == INBOX_APP_ID
    assert answers["passed"] == answers["taken"] == {"answer": {"success": True}}
    kinds = [[one["type"] for one in bubble["attachments"]] for bubble in sandbox.readers.view(reader.id)]
    assert kinds == [[], ["template"], ["template"], ["image"], ["image"], []]
    carousel = sandbox.readers.view(reader.id)[2]["attachments"][0]["payload"]["elements"]
    assert [element["title"] for element in carousel] == [f"শিরোনাম {number}" for number in range(10)]
