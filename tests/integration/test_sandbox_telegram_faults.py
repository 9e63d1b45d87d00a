"""Misbehaviour on order, seen from a client; and the control API through which it is ordered."""

import asyncio
import time

import aiohttp
import pytest

from newsbot.sandbox.telegram import Fault
from tests.sandbox_server import running_sandbox


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম", started=True)


async def test_an_ordered_flood_is_answered_like_a_real_one(sandbox, reader):
    sandbox.state.faults.add(Fault("status", methods="send*", status=429, retry_after=17, count=1))
    url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    async with sandbox.http.post(url, json={"chat_id": reader.id, "text": "x"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "17")
        assert (await answer.json())["parameters"] == {"retry_after": 17}
    assert sandbox.state.ledger == []
    await sandbox.ok("sendMessage", chat_id=reader.id, text="x")


async def test_an_ordered_proxy_page_is_html(sandbox):
    sandbox.state.faults.add(Fault("html", status=502))
    async with sandbox.http.get(f"{sandbox.url}/bot{sandbox.token}/getMe") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert "<h1>502 Bad Gateway</h1>" in await answer.text()


@pytest.mark.parametrize(("action", "accepted"), [("drop_before", 0), ("drop_after", 1), ("half", 1)])
async def test_a_connection_is_lost_before_or_after_the_message_was_accepted(sandbox, reader, action, accepted):
    sandbox.state.faults.add(Fault(action, methods="sendMessage", chats=frozenset({reader.id}), count=1))
    with pytest.raises(aiohttp.ClientError):
        await sandbox.call("sendMessage", chat_id=reader.id, text="x")
    assert len(sandbox.state.ledger) == accepted
    assert len(sandbox.readers.view(reader.id, reader.id)) == accepted


@pytest.mark.parametrize("action", ["slow", "slow_after", "trickle"])
async def test_answers_come_late_or_in_drops(sandbox, reader, action):
    sandbox.state.faults.add(Fault(action, methods="sendMessage", seconds=0.4))
    began = time.monotonic()
    sending = asyncio.create_task(sandbox.ok("sendMessage", chat_id=reader.id, text="x"))
    await asyncio.sleep(0.2)
    assert len(sandbox.state.ledger) == (0 if action == "slow" else 1)
    assert (await sending)["text"] == "x"
    assert 0.35 < time.monotonic() - began < 3


async def test_everything_that_readers_do_can_be_ordered_over_http(sandbox):
    async def order(verb, path, expected=200, **body):
        async with sandbox.http.request(verb, f"{sandbox.url}/sandbox/telegram{path}", json=body) as answer:
            assert answer.status == expected, await answer.text()
            return await answer.json()

    user = await order("POST", "/users", first_name="রহিম", language_code="bn")
    uid = user["id"]
    assert (await order("POST", f"/users/{uid}/start", payload="topic-sports"))["text"] == "/start topic-sports"
    await order("POST", f"/users/{uid}/sticker", emoji="🙂")
    await order("POST", f"/users/{uid}/location", latitude=23.8, longitude=90.4)
    await order("POST", f"/users/{uid}/contact", phone_number="+8801700000000", first_name="রহিম")
    sent = await sandbox.ok(
        "sendMessage", chat_id=uid, text="x", reply_markup={"inline_keyboard": [[{"text": "ক", "callback_data": "k"}]]}
    )
    query = (await order("POST", f"/users/{uid}/press", message_id=sent["message_id"], row=0, column=0))[
        "callback_query_id"
    ]
    await sandbox.ok("answerCallbackQuery", callback_query_id=query, text="হলো", show_alert=True)
    assert await order("GET", f"/callbacks/{query}") == {"answer": {"text": "হলো", "show_alert": True, "url": None}}
    await order("POST", f"/users/{uid}/block")
    assert await sandbox.refused("sendMessage", chat_id=uid, text="x") == "Forbidden: bot was blocked by the user"
    kinds = [next(key for key in update if key != "update_id") for update in await order("GET", "/updates")]
    assert kinds == ["message"] * 4 + ["callback_query", "my_chat_member"]
    assert [row["text"] for row in (await order("GET", "/ledger"))["entries"]] == ["x"]
    assert [bubble.get("text") for bubble in await order("GET", f"/chats/{uid}/messages?limit=2")] == [None, "x"]
    group = await order("POST", "/groups", title="আড্ডা", members=[uid])
    moved = await order("POST", f"/groups/{group['id']}/migrate")
    assert moved["type"] == "supergroup"
    await order("POST", "/virtual-users", first_id=9_000_000_000, count=1000, blocked=0.5)
    assert (await order("GET", "/counters"))["users"] == 1001
    await order("POST", "/faults", action="status", status=500, methods="getMe")
    assert (await sandbox.call("getMe"))["error_code"] == 500
    assert [rule["struck"] for rule in await order("GET", "/faults")] == [1]
    await order("DELETE", "/faults")
    assert (await order("PUT", "/limits", per_second=1))["per_second"] == 1
    refused = await order("POST", f"/users/{uid}/press", 400, message_id=999)
    assert refused == {"error": {"code": "refused", "message": "There is no message 999 in that chat"}}
    assert (await order("POST", f"/users/{uid}/dance", 400))["error"]["code"] == "refused"
    await order("POST", "/reset")
    assert await order("GET", "/users") == []
    assert (await sandbox.ok("getMe"))["is_bot"] is True
