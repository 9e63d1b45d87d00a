"""Everything of the Graph API beside sending: profile, files, batch, tokens, subscriptions, who has the thread."""

import io
import json

import aiohttp
import pytest
from aiohttp import web

from newsbot.sandbox.messenger.access import proof_of
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from tests.messenger_sandbox import messenger_sandbox
from tests.sandbox_server import png
from tests.telegram_sandbox import running_app

DAY = 24 * 3600.0


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_person("রহিম", last_name="উদ্দিন", started=True)


def menu(*items):
    return {
        "get_started": {"payload": "START"},
        "persistent_menu": [{"locale": "default", "call_to_actions": list(items)}],
    }


def item(**more):
    return {"type": "postback", "title": "খবর", "payload": "m", **more}


# -- profile ----------------------------------------------------------------------------------------------------------


async def test_a_profile_is_kept_field_by_field(sandbox):
    whole = {
        **menu(item()),
        "greeting": [{"locale": "default", "text": "ক" * 160}],
        "ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "কী?", "payload": "q"}] * 4}],
    }
    assert await sandbox.ok("POST", "me/messenger_profile", whole) == {"result": "success"}
    asked = await sandbox.ok("GET", "me/messenger_profile", fields="greeting,persistent_menu,commands")
    assert asked["data"] == [
        {
            "greeting": whole["greeting"],
            "persistent_menu": whole["persistent_menu"],
            "subject_to_new_eu_privacy_rules": False,
        }
    ]
    assert await sandbox.refused("DELETE", "me/messenger_profile", {"fields": ["get_started"]}) == (100, 2018145)
    await sandbox.ok("DELETE", "me/messenger_profile", {"fields": ["persistent_menu", "get_started"]})
    left = await sandbox.ok("GET", "me/messenger_profile", fields="get_started,persistent_menu")
    assert left == {"data": []}


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"get_started": {}},
        {"get_started": {"payload": "x" * 1001}},
        {"greeting": [{"locale": "bn_IN", "text": "x"}]},
        {"greeting": [{"locale": "default", "text": "x" * 161}]},
        {"persistent_menu": menu(item())["persistent_menu"]},
        menu(),
        menu(*[item()] * 21),
        menu(item(title="ক" * 31)),
        menu(item(payload="x" * 1001)),
        menu(item(type="nested", call_to_actions=[])),
        menu({"type": "web_url", "title": "x", "url": "example.org"}),
        {"ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "x", "payload": "q"}] * 5}]},
        {"ice_breakers": [{"locale": "bn_IN", "call_to_actions": [{"question": "x", "payload": "q"}]}]},
        {"commands": [{"locale": "default", "commands": [{"name": "/x", "description": "x"}]}]},
        {"commands": [{"locale": "default", "commands": [{"name": "x" * 33, "description": "x"}]}]},
        {"commands": [{"locale": "default", "commands": [{"name": "x", "description": "x" * 65}]}]},
        {"commands": [{"locale": "default", "commands": [{"name": "x", "description": "x"}] * 101}]},
    ],
    ids=str,
)
async def test_a_profile_that_is_too_long_or_misshapen_changes_nothing(sandbox, profile):
    assert (await sandbox.refused("POST", "me/messenger_profile", profile))[0] == 100
    assert sandbox.state.profile.fields == {}


async def test_the_profile_can_be_called_ten_times_in_ten_minutes(sandbox):
    for _ in range(10):
        await sandbox.ok("GET", "me/messenger_profile", fields="greeting")
    assert await sandbox.refused("POST", "me/messenger_profile", menu(item())) == (613, None)
    sandbox.state.advance(601)
    await sandbox.ok("POST", "me/messenger_profile", menu(item()))


# -- files ------------------------------------------------------------------------------------------------------------


def form(kind="image", data=None, content_type="image/png", **payload):
    fields = aiohttp.FormData()
    fields.add_field("message", json.dumps({"attachment": {"type": kind, "payload": payload}}))
    file = io.BytesIO(png(2, 2) if data is None else data)
    fields.add_field("filedata", file, filename="a.png", content_type=content_type)
    return fields


async def upload(sandbox, fields, edge="message_attachments"):
    headers = {"Authorization": f"Bearer {sandbox.state.access.token}"}
    async with sandbox.http.post(f"{sandbox.url}/v26.0/me/{edge}", data=fields, headers=headers) as answer:
        return await answer.json()


async def test_an_uploaded_picture_is_used_for_ninety_days(sandbox, reader):
    attachment_id = (await upload(sandbox, form(is_reusable=True)))["attachment_id"]
    picture = {"attachment": {"type": "image", "payload": {"attachment_id": attachment_id}}}
    await sandbox.send(reader.id, picture)
    url = sandbox.readers.view(reader.id)[-1]["attachments"][0]["payload"]["url"]
    async with sandbox.http.get(sandbox.url + url) as answer:
        assert await answer.read() == png(2, 2)
    sandbox.state.advance(89 * DAY)
    sandbox.readers.send_text(reader.id, "হাই")
    await sandbox.send(reader.id, picture)
    sandbox.state.advance(DAY)
    sandbox.readers.send_text(reader.id, "হাই")
    assert await sandbox.refused_send(reader.id, picture) == (100, 2018074)


async def test_a_picture_of_this_machine_is_fetched_and_others_are_taken_on_trust(sandbox, reader):
    served = {
        "/a.png": (png(2, 2), "image/png"),
        "/page": (b"<html>", "text/html"),
        "/large.png": (b"\0" * 9_000_000, "image/png"),
    }

    async def serve(request):
        if request.path not in served:
            raise web.HTTPNotFound
        data, content_type = served[request.path]
        return web.Response(body=data, content_type=content_type)

    app = web.Application()
    app.router.add_get("/{name}", serve)

    def picture(url, **more):
        return {"attachment": {"type": "image", "payload": {"url": url, **more}}}

    async with running_app(app) as site:
        await sandbox.send(reader.id, picture(f"{site}/a.png"))
        body = sandbox.to(reader.id, picture(f"{site}/a.png", is_reusable=True))
        assert (await sandbox.ok("POST", "me/messages", body))["attachment_id"]
        assert (await sandbox.refused_send(reader.id, picture(f"{site}/none.png"))) == (100, 2018008)
        assert (await sandbox.refused_send(reader.id, picture(f"{site}/page"))) == (100, 2018047)
        assert (await sandbox.refused_send(reader.id, picture(f"{site}/large.png"))) == (100, 2018109)
    await sandbox.send(reader.id, picture("https://example.org/elsewhere.png"))
    assert len(sandbox.state.ledger) == 3


async def test_a_file_comes_with_a_message_in_one_form(sandbox, reader):
    fields = form("file", b"a,b\n", "text/csv")
    fields.add_field("recipient", json.dumps({"id": reader.id}))
    fields.add_field("messaging_type", "RESPONSE")
    assert (await upload(sandbox, fields, "messages"))["message_id"].startswith("m_")
    assert sandbox.readers.view(reader.id)[-1]["attachments"][0]["type"] == "file"


async def test_files_that_are_none_are_refused(sandbox, reader):
    for fields in (
        form(data=b""),
        form(content_type="text/html"),
        form("sticker"),
        form(url="https://example.org/a.png"),
    ):
        assert (await upload(sandbox, fields))["error"]["code"] == 100
    unknown = {"attachment": {"type": "image", "payload": {"attachment_id": "123456"}}}
    assert await sandbox.refused_send(reader.id, unknown) == (100, 2018074)


@pytest.mark.parametrize("beyond", [1, 2 << 20], ids=["a byte", "the request"])
async def test_a_file_of_more_than_25_mb_is_refused_as_too_large(sandbox, beyond):
    answer = await upload(sandbox, form("file", b"\0" * (25 * 1024 * 1024 + beyond), "application/pdf"))
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 2018109)


# -- batch ------------------------------------------------------------------------------------------------------------


async def batch(sandbox, calls, **more):
    body = {"batch": calls, "access_token": sandbox.state.access.token, **more}
    async with sandbox.http.post(f"{sandbox.url}/v26.0/", json=body) as answer:
        return answer.status, await answer.json()


async def test_a_batch_is_answered_call_by_call(sandbox, reader):
    def sending(text):
        message = json.dumps({"text": text})
        body = f'recipient={{"id":"{reader.id}"}}&message={message}&messaging_type=UPDATE'
        return {"method": "POST", "relative_url": "me/messages", "body": body}

    status, answers = await batch(
        sandbox, [sending("এক"), sending("ক" * 2001), {"method": "GET", "relative_url": "me?fields=name"}]
    )
    assert (status, [answer["code"] for answer in answers]) == (200, [200, 400, 200])
    assert json.loads(answers[1]["body"])["error"]["code"] == 100
    assert json.loads(answers[2]["body"])["name"] == sandbox.state.account.name
    assert any(header["name"] == "X-App-Usage" for header in answers[0]["headers"])
    assert sandbox.texts(reader.id) == ["এক"]


async def test_a_batch_of_more_than_fifty_is_refused(sandbox):
    asking = {"method": "GET", "relative_url": "me"}
    assert (await batch(sandbox, [asking] * 50))[0] == 200
    status, answer = await batch(sandbox, [asking] * 51)
    assert (status, answer["error"]["code"]) == (400, 1)
    assert (await batch(sandbox, []))[0] == 400


async def test_a_call_of_a_batch_may_name_a_version_and_one_that_is_none_is_refused_alone(sandbox):
    calls = [
        {"method": "GET", "relative_url": "v25.0/me"},
        {"method": "GET", "relative_url": "v99.0/me"},
        {"method": "POST", "relative_url": "me/messages", "body": 7},
        {"method": "POST"},
        "me",
    ]
    _, answers = await batch(sandbox, calls)
    assert [answer["code"] for answer in answers] == [200, 400, 400, 400, 400]
    assert {"name": "facebook-api-version", "value": "v25.0"} in answers[0]["headers"]
    assert json.loads(answers[1]["body"])["error"]["code"] == 2500


@pytest.mark.parametrize("fields", [[[]], [{}], [7], "x", {}], ids=str)
async def test_fields_that_are_no_names_are_refused(sandbox, fields):
    assert (await sandbox.refused("DELETE", "me/messenger_profile", {"fields": fields}))[0] == 100
    assert (await sandbox.refused("POST", "me/subscribed_apps", {"subscribed_fields": fields}))[0] == 100


# -- tokens, people, subscriptions ------------------------------------------------------------------------------------


async def test_what_a_token_is_good_for_can_be_asked(sandbox):
    account = sandbox.state.account
    told = (await sandbox.ok("GET", "debug_token", input_token=account.token))["data"]
    assert (told["type"], told["is_valid"], told["profile_id"], told["app_id"]) == (
        "PAGE",
        True,
        account.id,
        account.app_id,
    )
    assert "pages_messaging" in told["scopes"]
    sandbox.state.access.refuse("password")
    url, query = f"{sandbox.url}/debug_token", {"input_token": account.token, "access_token": account.app_token}
    async with sandbox.http.get(url, params=query) as answer:
        told = (await answer.json())["data"]
    assert (told["is_valid"], told["error"]["subcode"]) == (False, 460)
    async with sandbox.http.get(url, params={**query, "input_token": "another"}) as answer:
        assert (await answer.json())["data"]["is_valid"] is False


async def test_a_readers_profile_can_be_asked_where_there_is_one(sandbox, reader):
    told = await sandbox.ok("GET", reader.id, fields="first_name,last_name,locale,timezone")
    assert told == {"first_name": "রহিম", "last_name": "উদ্দিন", "locale": "bn_IN", "timezone": 6, "id": reader.id}
    sandbox.state.standing.profile_access = False
    assert await sandbox.ok("GET", reader.id) == {}
    sandbox.state.standing.profile_access = True
    reader.phone_only = True
    assert await sandbox.refused("GET", reader.id) == (100, 2018218)
    stranger = sandbox.readers.add_person("অচেনা")
    assert await sandbox.refused("GET", stranger.id) == (100, 2018001)


async def test_the_subscription_is_the_pages(sandbox):
    path = f"{sandbox.state.account.id}/subscribed_apps"
    assert (await sandbox.refused("POST", path))[0] == 100
    assert (await sandbox.refused("POST", path, subscribed_fields="messages,nonsense"))[0] == 100
    assert await sandbox.ok("POST", path, subscribed_fields="messages,message_echoes") == {"success": True}
    (app,) = (await sandbox.ok("GET", path))["data"]
    assert app["subscribed_fields"] == ["messages", "message_echoes"]
    sandbox.state.standing.permissions = ("pages_messaging",)
    assert (await sandbox.refused("GET", path))[0] == 200
    sandbox.state.standing.permissions = ("pages_messaging", "pages_manage_metadata")
    assert await sandbox.ok("DELETE", path) == {"success": True}
    assert await sandbox.ok("GET", path) == {"data": []}


async def test_a_thread_is_passed_and_taken_back(sandbox, reader):
    ours = sandbox.state.account.app_id

    async def owner():
        (row,) = (await sandbox.ok("GET", "me/thread_owner", recipient=reader.id))["data"]
        return row["thread_owner"]["app_id"]

    assert await owner() == ours
    to = {"recipient": {"id": reader.id}}
    await sandbox.ok("POST", "me/pass_thread_control", {**to, "target_app_id": INBOX_APP_ID})
    assert await owner() == INBOX_APP_ID
    await sandbox.ok("POST", "me/take_thread_control", to)
    assert await owner() == ours
    assert (await sandbox.refused("POST", "me/pass_thread_control", {**to, "target_app_id": "1"}))[0] == 100


@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "123456789"), ("POST", "123456789/messages"), ("GET", "me/nothing"), ("DELETE", "me")]
)
async def test_what_there_is_not_has_the_platforms_error(sandbox, verb, path):
    assert await sandbox.refused(verb, path) == (100, 33)


async def test_calls_work_without_a_version_and_with_the_token_in_the_query(sandbox, reader):
    account = sandbox.state.account
    query = {"access_token": account.token, "appsecret_proof": proof_of(account.token, account.app_secret)}
    body = {"recipient": json.dumps({"id": reader.id}), "message": json.dumps({"text": "ফর্ম"})}
    async with sandbox.http.post(f"{sandbox.url}/{account.id}/messages", data=body, params=query) as answer:
        assert (answer.status, answer.headers["facebook-api-version"]) == (200, "v21.0")
    assert sandbox.texts(reader.id) == ["ফর্ম"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"message": "\\ud800"}', b"\xff\xfe", b'{"recipient": "x"}', b"null"])
async def test_a_body_that_is_none_is_refused_and_never_an_error_of_ours(sandbox, body):
    headers = {"Authorization": f"Bearer {sandbox.state.access.token}", "Content-Type": "application/json"}
    async with sandbox.http.post(f"{sandbox.url}/v26.0/me/messages", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100)
