"""Rates, quotas, restrictions, tokens that expire, misbehaviour on order; the control API by which it is ordered."""

import asyncio
import json
import time

import aiohttp
import pytest

from newsbot.sandbox.messenger import Fault, GraphLimits, GraphState, Usage
from tests.messenger_sandbox import messenger_sandbox, webhook

DAY = 24 * 3600.0


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_person("রহিম", started=True)


async def answer_to(sandbox, body):
    """Status, body and headers of a send."""
    headers = {"Authorization": f"Bearer {sandbox.state.access.token}"}
    async with sandbox.http.post(f"{sandbox.url}/v26.0/me/messages", json=body, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers


def business_usage(sandbox, headers):
    (row,) = json.loads(headers["X-Business-Use-Case-Usage"])[sandbox.state.account.id]
    return row


async def test_more_messages_in_a_second_than_the_inbox_bears_are_refused():
    now = [0.0]
    state = GraphState.open(limits=GraphLimits(per_second=5, media_per_second=2), monotonic=lambda: now[0])
    async with messenger_sandbox(state) as sandbox:
        reader = sandbox.readers.add_person("রহিম", started=True)
        image = {"attachment": {"type": "image", "payload": {"url": "https://example.org/1.png"}}}
        await sandbox.send(reader.id, image)
        await sandbox.send(reader.id, image)
        assert await sandbox.refused_send(reader.id, image) == (613, None)
        for _ in range(3):
            await sandbox.send(reader.id, "x")
        assert await sandbox.refused_send(reader.id, "x") == (613, None)
        now[0] += 1.0
        await sandbox.send(reader.id, image)
        assert state.counters()["worst_second"] == 5
        assert (state.counters()["accepted"], state.counters()["refused"]) == (6, 2)


async def test_the_days_quota_is_told_and_refuses_when_it_is_used_up():
    state = GraphState.open(limits=GraphLimits(calls_per_reader=2, readers_at_least=5))
    async with messenger_sandbox(state) as sandbox:
        reader = sandbox.readers.add_person("রহিম", started=True)
        for used in range(10):
            status, _, headers = await answer_to(sandbox, sandbox.to(reader.id, "x"))
            assert (status, json.loads(headers["X-App-Usage"])["call_count"]) == (200, (used + 1) * 10)
        status, answer, headers = await answer_to(sandbox, sandbox.to(reader.id, "x"))
        assert (status, answer["error"]["code"]) == (400, 80006)
        row = business_usage(sandbox, headers)
        assert (row["type"], row["call_count"]) == ("messenger", 100)
        assert 1430 <= row["estimated_time_to_regain_access"] <= 1440
        state.advance(DAY)
        sandbox.readers.send_text(reader.id, "হাই")
        await sandbox.send(reader.id, "x")
        assert state.meter.usage().call_count == 10


async def test_a_usage_on_order_is_told_as_if_it_were_measured(sandbox, reader):
    sandbox.state.meter.ordered = Usage(call_count=80, total_time=20, total_cputime=10)
    _, _, headers = await answer_to(sandbox, sandbox.to(reader.id, "x"))
    assert business_usage(sandbox, headers) == {
        "type": "messenger",
        "call_count": 80,
        "total_cputime": 10,
        "total_time": 20,
        "estimated_time_to_regain_access": 0,
    }
    sandbox.state.meter.ordered = Usage(call_count=100, regain_minutes=7)
    status, answer, headers = await answer_to(sandbox, sandbox.to(reader.id, "x"))
    assert (status, answer["error"]["code"]) == (400, 80006)
    assert business_usage(sandbox, headers)["estimated_time_to_regain_access"] == 7


@pytest.mark.parametrize(
    ("standing", "code", "subcode"),
    [
        ({"restriction": "temporary"}, 10, 1893063),
        ({"restriction": "policy"}, 368, None),
        ({"permissions": ["pages_manage_metadata"]}, 230, None),
        ({"live": False}, 200, None),
    ],
    ids=str,
)
async def test_a_page_that_may_not_send_is_told_why_and_answers_when_it_may(sandbox, reader, standing, code, subcode):
    await sandbox.order(
        "PUT", "/standing", {**standing, "permissions": list(standing.get("permissions", ("pages_messaging",)))}
    )
    assert await sandbox.refused_send(reader.id, "x") == (code, subcode)
    await sandbox.ok("GET", "me")
    await sandbox.order("PUT", "/standing", {"restriction": "", "live": True, "permissions": ["pages_messaging"]})
    await sandbox.send(reader.id, "x")


async def test_a_token_expires_in_the_middle_and_a_new_one_takes_its_place(sandbox, reader):
    await sandbox.order("PUT", "/token", {"expires_after": 2})
    await sandbox.send(reader.id, "এক")
    await sandbox.send(reader.id, "দুই")
    assert await sandbox.refused_send(reader.id, "তিন") == (190, 463)
    assert await sandbox.refused("GET", "me") == (190, 463)
    old = sandbox.state.access.token
    await sandbox.order("PUT", "/token", {"renew": "EAAnew-token"})
    await sandbox.send(reader.id, "চার")
    async with sandbox.http.get(f"{sandbox.url}/me", params={"access_token": old}) as answer:
        assert (await answer.json())["error"]["code"] == 190
    assert sandbox.texts(reader.id) == ["এক", "দুই", "চার"]


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "accepted"), [("drop_before", 0), ("drop_after", 1), ("half", 1)])
async def test_a_connection_is_lost_before_or_after_the_message_was_accepted(sandbox, reader, action, accepted):
    sandbox.state.faults.add(Fault(action, methods="messages", chats=frozenset({reader.id}), count=1))
    async with webhook(sandbox, fields=["message_echoes"]) as hook:
        with pytest.raises(aiohttp.ClientError):
            await sandbox.call("POST", "me/messages", sandbox.to(reader.id, {"text": "x", "metadata": "1:2:3:4"}))
        assert len(sandbox.state.ledger) == accepted
        assert [echo["message"]["metadata"] for echo in await hook.wait("echo", accepted)] == ["1:2:3:4"] * accepted


@pytest.mark.parametrize(
    ("rule", "status", "code", "subcode"),
    [
        ({"status": 500}, 500, 2, None),
        ({"status": 429, "regain_minutes": 5}, 429, 80006, None),
        ({"code": 613}, 400, 613, None),
        ({"code": 10, "subcode": 2018108}, 400, 10, 2018108),
        ({"code": 1, "subcode": 1357046, "status": 200}, 200, 1, 1357046),
        ({"code": 1200}, 400, 1200, None),
        ({"code": -1}, 500, -1, None),
    ],
    ids=str,
)
async def test_any_error_of_the_platform_can_be_ordered(sandbox, reader, rule, status, code, subcode):
    sandbox.state.faults.add(Fault("status", methods="messages", count=1, **rule))
    answered, body, headers = await answer_to(sandbox, sandbox.to(reader.id, "x"))
    assert (answered, body["error"]["code"], body["error"].get("error_subcode")) == (status, code, subcode)
    if "regain_minutes" in rule:
        assert business_usage(sandbox, headers)["estimated_time_to_regain_access"] == 5
    assert sandbox.state.ledger == []
    await sandbox.send(reader.id, "x")


async def test_a_proxys_page_and_slow_answers_can_be_ordered(sandbox, reader):
    sandbox.state.faults.add(Fault("html", methods="messages", status=502, count=1))
    headers = {"Authorization": f"Bearer {sandbox.state.access.token}"}
    url = f"{sandbox.url}/v26.0/me/messages"
    async with sandbox.http.post(url, json=sandbox.to(reader.id, "x"), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    sandbox.state.faults.add(Fault("slow_after", methods="messages", seconds=0.3, count=1))
    began = time.monotonic()
    sending = asyncio.create_task(sandbox.send(reader.id, "x"))
    while not sandbox.state.ledger:
        await asyncio.sleep(0.01)
    await sending
    assert time.monotonic() - began >= 0.3


async def test_an_echo_is_lost_late_or_doubled(sandbox, reader):
    async with webhook(sandbox, fields=["message_echoes", "messages"]) as hook:
        for action in ("event_lost", "event_late", "event_twice"):
            sandbox.state.faults.add(Fault(action, methods="message_echoes", count=1, seconds=0.2))
        for text in ("হারায়", "দেরি", "দুবার", "সাধারণ"):
            await sandbox.send(reader.id, text)
        echoes = await hook.wait("echo", 4)
    assert [echo["message"]["text"] for echo in echoes] == ["দুবার", "দুবার", "সাধারণ", "দেরি"]


# -- many people, control, disk ---------------------------------------------------------------------------------------


async def test_made_up_people_cost_nothing_until_they_act(sandbox):
    group = sandbox.readers.add_virtual_people(
        7_200_000_000_000_001, 10_000, blocked=0.1, deactivated=0.1, outside=0.2, locales=("bn_IN", "en_US"), seed=3
    )
    ids = [str(group.first_id + number) for number in range(300)]
    sandbox.state.meter.limits = GraphLimits(per_second=0)
    answers = [await sandbox.call("POST", "me/messages", sandbox.to(one, "x")) for one in ids]
    codes = [answer.get("error", {}).get("code", 0) for _, answer in answers]
    assert 30 <= codes.count(551) <= 90
    assert 30 <= codes.count(10) <= 90
    assert codes.count(0) == 300 - codes.count(551) - codes.count(10)
    assert sandbox.state.people.people == {}
    assert sandbox.state.counters()["people"] == 10_000
    outside = ids[codes.index(10)]
    sandbox.readers.send_text(outside, "হাই")
    await sandbox.send(outside, "x")
    assert list(sandbox.state.people.people) == [outside]
    sandbox.state.advance(DAY)
    assert await sandbox.refused_send(ids[codes.index(0)], "x") == (10, 2018278)


async def test_everything_that_readers_do_can_be_ordered_over_http(sandbox):
    person = await sandbox.order("POST", "/people", {"first_name": "রহিম", "locale": "en_US"})
    path = f"/people/{person['id']}"
    profile = {
        "get_started": {"payload": "START"},
        "persistent_menu": [
            {"locale": "default", "call_to_actions": [{"type": "postback", "title": "খবর", "payload": "m"}]}
        ],
    }
    await sandbox.ok("POST", "me/messenger_profile", profile)
    assert (await sandbox.order("GET", f"{path}/welcome"))["get_started"] is True
    assert (await sandbox.order("POST", f"{path}/get-started", {"ref": "x"}))["kind"] == "postback"
    assert (await sandbox.order("POST", f"{path}/menu", {"title": "খবর"}))["text"] == "খবর"
    assert (await sandbox.order("GET", "/profile?locale=en_US"))["menu"][0]["title"] == "খবর"
    await sandbox.order("POST", f"{path}/text", {"text": "হাই"})
    await sandbox.order("POST", f"{path}/file", {"kind": "audio", "base64": "AAAA", "content_type": "audio/mp4"})
    mid = await sandbox.send(person["id"], "খবর")
    await sandbox.order("POST", f"{path}/react", {"mid": mid, "emoji": "😮"})
    assert (await sandbox.order("GET", f"{path}/messages?limit=1"))[0]["reactions"] == {"person": "😮"}
    await sandbox.order("POST", f"{path}/close-window")
    assert (await sandbox.order("GET", path))["window_open"] is False
    before = (await sandbox.order("GET", "/clock"))["now"]
    assert (await sandbox.order("POST", "/clock", {"seconds": 3600}))["now"] - before >= 3600
    assert (await sandbox.order("GET", "/ledger"))["total"] == 1
    assert (await sandbox.order("GET", "/counters"))["ledger"] == 1
    await sandbox.order(
        "POST", "/faults", {"action": "status", "methods": "me", "code": 190, "chats": None, "name": "a"}
    )
    assert await sandbox.refused("GET", "me") == (190, None)
    assert [rule["struck"] for rule in await sandbox.order("GET", "/faults")] == [1]
    await sandbox.order("DELETE", "/faults?name=a")
    await sandbox.order("PUT", "/limits", {"per_second": 0})
    assert (await sandbox.order("PUT", "/usage", {"call_count": 76}))["call_count"] == 76
    assert (await sandbox.order("PUT", "/usage", {}))["call_count"] == 0
    for wrong in ("/people/1/text", f"{path}/dance", f"{path}/text"):
        async with sandbox.http.post(f"{sandbox.url}/sandbox/messenger{wrong}", json={}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, "refused")
    await sandbox.order("POST", "/reset")
    assert await sandbox.order("GET", "/people") == []


async def test_a_restarted_sandbox_shows_the_same_phones(tmp_path):
    async with messenger_sandbox(GraphState.open(folder=tmp_path)) as sandbox:
        reader = sandbox.readers.add_person("রহিম", started=True)
        sandbox.readers.add_virtual_people(7_200_000_000_000_001, 50)
        await sandbox.ok("POST", "me/messenger_profile", {"get_started": {"payload": "START"}})
        sandbox.readers.send_text(reader.id, "হাই")
        await sandbox.send(reader.id, {"text": "খবর", "metadata": "1:2:3:4"})
        await sandbox.ok("POST", "me/subscribed_apps", subscribed_fields="messages")
        sandbox.readers.send_file(reader.id, data=b"\x89PNG")
        sandbox.state.advance(DAY + 1)
        before = sandbox.readers.view(reader.id)
        ledger = sandbox.state.ledger
        sandbox.state.close()
    state = GraphState.open(folder=tmp_path)
    async with messenger_sandbox(state) as sandbox:
        assert sandbox.readers.view(reader.id) == before
        assert state.ledger == ledger
        assert state.webhook.fields == ("messages",)
        assert state.profile.get_started == "START"
        assert state.people.count() == 51
        assert await sandbox.refused_send(reader.id, "x") == (10, 2018278)
        state.reset()
        state.close()
    again = GraphState.open(folder=tmp_path)
    assert (again.people.people, again.ledger, again.profile.fields) == ({}, [], {})
    again.close()
