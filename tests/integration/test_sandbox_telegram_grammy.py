"""grammY, a client for Node.js, against the sandbox: polling, webhook and errors. `make test-browser` installs it."""

from contextlib import asynccontextmanager

import pytest

from newsbot.sandbox.telegram import Fault
from tests.node_client import node_client
from tests.sandbox_server import running_sandbox
from tests.telegram_sandbox import until

pytestmark = pytest.mark.node


@asynccontextmanager
async def grammy(sandbox, mode, **environment):
    settings = {"SANDBOX_URL": sandbox.url, "SANDBOX_TOKEN": sandbox.token, "MODE": mode, **environment}
    async with node_client("conversation.mjs", "grammy", settings) as client:
        yield client


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_bot_talks_with_a_reader(mode):
    async with running_sandbox() as sandbox, grammy(sandbox, mode) as client:
        readers = sandbox.readers
        reader = readers.add_user("রহিম")
        assert await client.next() == {"ready": "newsbot_sandbox_bot"}
        readers.start(reader.id, "topic-sports")
        started = await client.next()
        assert started["started"] == "topic-sports"
        assert started["entities"] == [{"offset": 0, "length": 7, "type": "bold"}]
        assert abs(started["date"] - sandbox.state.now()) < 60
        greeting = readers.view(reader.id, reader.id)[-1]
        assert greeting["reply_markup"]["inline_keyboard"][0][1]["url"] == "https://example.org/"
        query = readers.press(reader.id, greeting["message_id"], data="sports")
        assert await readers.callback_answer(query) == {"text": "হলো", "show_alert": True, "url": None}
        assert await client.next() == {"pressed": "sports"}
        assert readers.view(reader.id, reader.id)[-1]["text"] == "বদলে গেছে"
        readers.send_sticker(reader.id)
        assert await client.next() == {"photo": 1}
        readers.block(reader.id)
        assert await client.next() == {"standing": "kicked"}
        if mode == "webhook":
            await until(lambda: len(sandbox.state.updates) == 0)


async def test_refusals_become_the_librarys_own_errors():
    async with running_sandbox() as sandbox:
        reader = sandbox.readers.add_user("রহিম", started=True)
        sandbox.state.faults.add(Fault("status", methods="getChat", status=429, retry_after=9))
        sandbox.state.faults.add(Fault("drop_after", methods="sendMessage", skip=2))
        async with grammy(sandbox, "refusals", CHAT=str(reader.id)) as client:
            said = {event.pop("name"): event for event in [await client.next() for _ in range(4)]}
        assert said["markup"] == {
            "code": 400,
            "description": "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
            "parameters": {},
        }
        assert said["unknown"]["description"] == "Bad Request: chat not found"
        assert (said["flood"]["code"], said["flood"]["parameters"]) == (429, {"retry_after": 9})
        assert said["lost"] == {"lost": True}
        assert [row.text for row in sandbox.state.ledger] == ["হারানো"]
