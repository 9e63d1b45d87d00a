"""The Send API: what is accepted, what is refused with which code, and the window."""

import pytest

from newsbot.sandbox.messenger.access import proof_of
from tests.messenger_sandbox import messenger_sandbox, webhook

DAY = 24 * 3600


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_person("রহিম", started=True)


def button(**more):
    return {"type": "postback", "title": "আরও", "payload": "more", **more}


def buttons(*given, text="বাছুন"):
    payload = {"template_type": "button", "text": text, "buttons": list(given)}
    return {"attachment": {"type": "template", "payload": payload}}


def cards(*elements):
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": list(elements)}}}


def card(**more):
    return {"title": "শিরোনাম", "subtitle": "খবর", **more}


def reply(**more):
    return {"content_type": "text", "title": "খেলা", "payload": "t:sports", **more}


async def test_a_message_is_shown_to_its_reader_and_written_down(sandbox, reader):
    mid = await sandbox.send(reader.id, "নমস্কার", messaging_type="UPDATE")
    assert mid.startswith("m_")
    (bubble,) = sandbox.readers.view(reader.id)
    assert (bubble["mid"], bubble["text"], bubble["outgoing"]) == (mid, "নমস্কার", False)
    (row,) = sandbox.state.ledger
    assert (row.person_id, row.mid, row.messaging_type, row.text) == (reader.id, mid, "UPDATE", "নমস্কার")


@pytest.mark.parametrize(
    "message",
    [
        "ক" * 2000,
        {"text": "বাছুন", "quick_replies": [reply(title="ক" * 20, payload="x" * 1000)] * 13},
        {"text": "x", "metadata": "m" * 1000},
        buttons(*[button(title="ক" * 20, payload="x" * 1000)] * 3, text="ক" * 640),
        cards(*[card(title="ক" * 80, subtitle="খ" * 80, buttons=[button()] * 3)] * 10),
        cards(card(default_action={"type": "web_url", "url": "https://example.org/1"})),
        {**cards(card()), "quick_replies": [reply()]},
    ],
    ids=["text", "quick replies", "metadata", "buttons", "cards", "default action", "cards with quick replies"],
)
async def test_what_just_fits_is_accepted(sandbox, reader, message):
    await sandbox.send(reader.id, message)


@pytest.mark.parametrize(
    "message",
    [
        "ক" * 2001,
        "",
        "  \n",
        {"text": 7},
        {},
        {"text": "x", "attachment": buttons(button())["attachment"]},
        {"text": "x", "quick_replies": [reply()] * 14},
        {"text": "x", "quick_replies": [reply(title="ক" * 21)]},
        {"text": "x", "quick_replies": [reply(payload="x" * 1001)]},
        {"text": "x", "quick_replies": [reply(content_type="location")]},
        {"quick_replies": [reply()]},
        {"text": "x", "metadata": "m" * 1001},
        buttons(button(), text="ক" * 641),
        buttons(),
        buttons(*[button()] * 4),
        buttons(button(title="ক" * 21)),
        buttons(button(payload="x" * 1001)),
        buttons(button(type="nested")),
        buttons({"type": "web_url", "title": "x", "url": "javascript:alert(1)"}),
        cards(),
        cards(*[card()] * 11),
        cards(card(title="ক" * 81)),
        cards(card(subtitle="ক" * 81)),
        cards(card(buttons=[button()] * 4)),
        cards({"title": "শুধু শিরোনাম"}),
        cards(card(default_action={"type": "web_url", "url": "https://example.org/", "title": "x"})),
        {"attachment": {"type": "sticker", "payload": {"url": "https://example.org/"}}},
        {"attachments": [{"type": "image", "payload": {"url": "https://example.org/1.png"}}] * 31},
    ],
    ids=str,
)
async def test_what_is_too_long_or_misshapen_is_refused(sandbox, reader, message):
    assert (await sandbox.refused_send(reader.id, message))[0] == 100
    assert sandbox.readers.view(reader.id) == []
    assert sandbox.state.ledger == []


async def test_a_closed_window_refuses_until_the_reader_writes_again(sandbox, reader):
    sandbox.state.advance(DAY - 60)
    await sandbox.send(reader.id, "এখনও খোলা", messaging_type="UPDATE")
    sandbox.state.advance(61)
    assert await sandbox.refused_send(reader.id, "বন্ধ") == (10, 2018278)
    assert await sandbox.refused_send(reader.id, "বন্ধ", messaging_type="UPDATE") == (10, 2018278)
    assert await sandbox.refused(
        "POST", "me/messages", {"recipient": {"id": reader.id}, "sender_action": "typing_on"}
    ) == (10, 2018278)
    sandbox.readers.send_text(reader.id, "খবর কী?")
    await sandbox.send(reader.id, "আবার খোলা")
    assert sandbox.texts(reader.id) == ["এখনও খোলা", "আবার খোলা"]


async def test_one_readers_window_can_be_closed_alone(sandbox, reader):
    other = sandbox.readers.add_person("করিম", started=True)
    sandbox.readers.close_window(reader.id)
    assert await sandbox.refused_send(reader.id, "x") == (10, 2018278)
    await sandbox.send(other.id, "x")


@pytest.mark.parametrize("tag", ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE", "NEWS"])
async def test_dead_and_unknown_tags_are_refused_within_the_window_too(sandbox, reader, tag):
    assert await sandbox.refused_send(reader.id, "x", messaging_type="MESSAGE_TAG", tag=tag) == (100, None)


async def test_a_person_may_answer_for_seven_days(sandbox, reader):
    sandbox.state.advance(7 * DAY - 60)
    await sandbox.send(reader.id, "উত্তর", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    sandbox.state.advance(61)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert await sandbox.refused_send(reader.id, "উত্তর", **tagged) == (10, 2018278)


async def test_a_person_may_answer_a_tap_while_its_window_is_open(sandbox, reader):
    reader.wrote_at = 0.0
    await sandbox.send(reader.id, "উত্তর", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")


async def test_the_news_lane_is_closed(sandbox, reader):
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "NON_PROMOTIONAL_SUBSCRIPTION"}
    assert await sandbox.refused_send(reader.id, "x", **tagged) == (10, 2018065)
    old_form = {"messaging_type": "NON_PROMOTIONAL_SUBSCRIPTION"}
    assert await sandbox.refused_send(reader.id, "x", **old_form) == (100, None)


async def test_who_cannot_be_reached_has_a_code_of_their_own(sandbox, reader):
    assert await sandbox.refused_send("7100000000999999", "x") == (100, 2018001)
    stranger = sandbox.readers.add_person("অচেনা")
    assert await sandbox.refused_send(stranger.id, "x") == (100, 2018001)
    sandbox.readers.block(reader.id)
    assert await sandbox.refused_send(reader.id, "x") == (551, 1545041)
    sandbox.readers.unblock(reader.id)
    await sandbox.send(reader.id, "x")


async def test_only_the_pages_own_token_is_let_in(sandbox, reader):
    url = f"{sandbox.url}/v26.0/me/messages"
    body = sandbox.to(reader.id, "x")
    for token, code in [("", 2500), ("EAAwrong", 190)]:
        async with sandbox.http.post(url, json=body, params={"access_token": token}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, code)
    sandbox.state.access.trouble = "expired"
    assert await sandbox.refused_send(reader.id, "x") == (190, 463)
    assert sandbox.state.ledger == []


async def test_a_proof_of_another_secret_is_refused_and_a_missing_one_if_it_is_required(sandbox):
    account = sandbox.state.account
    right = proof_of(account.token, account.app_secret)
    wrong = proof_of(account.token, "another")
    assert (await sandbox.ok("GET", "me", appsecret_proof=right))["id"] == account.id
    assert (await sandbox.refused("GET", "me", appsecret_proof=wrong))[0] == 100
    assert (await sandbox.ok("GET", "me"))["name"] == account.name
    sandbox.state.access.proof_required = True
    assert (await sandbox.refused("GET", "me"))[0] == 100
    assert (await sandbox.ok("GET", "me", appsecret_proof=right))["id"] == account.id


@pytest.mark.parametrize(
    ("version", "served"), [("v26.0", "v26.0"), ("v27.0", "v27.0"), ("v20.0", "v21.0"), ("v3.2", "v21.0")]
)
async def test_a_version_that_was_answers_as_the_oldest_that_lives(sandbox, version, served):
    headers = {"Authorization": f"Bearer {sandbox.state.account.token}"}
    async with sandbox.http.get(f"{sandbox.url}/{version}/me", headers=headers) as answer:
        assert (answer.status, answer.headers["facebook-api-version"]) == (200, served)


@pytest.mark.parametrize(
    "path", ["v99.0/me", "v26.5/me", "v26/me", "v26.0.1/me", "v0.0", "v99.0/", "v99.0/me/messages"]
)
async def test_a_version_that_never_was_is_refused_without_a_token(sandbox, path):
    async with sandbox.http.get(f"{sandbox.url}/{path}") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, 2500)


async def test_an_echo_brings_back_the_metadata(sandbox, reader):
    async with webhook(sandbox) as hook:
        mid = await sandbox.send(reader.id, {"text": "খবর", "metadata": "alert:1:2:3"})
        (echo,) = await hook.wait("echo")
    assert (echo["sender"]["id"], echo["recipient"]["id"]) == (sandbox.state.account.id, reader.id)
    assert echo["message"] == {
        "mid": mid,
        "is_echo": True,
        "app_id": int(sandbox.state.account.app_id),
        "metadata": "alert:1:2:3",
        "text": "খবর",
    }


async def test_a_page_with_the_news_permission_may_send_news_outside_the_window(sandbox, reader):
    sandbox.state.standing.news_page = True
    sandbox.readers.close_window(reader.id)
    await sandbox.send(reader.id, "খবর", messaging_type="MESSAGE_TAG", tag="NON_PROMOTIONAL_SUBSCRIPTION")
    assert await sandbox.refused_send(reader.id, "খবর", messaging_type="UPDATE") == (10, 2018278)


async def test_who_cannot_receive_for_a_reason_of_the_platforms_has_its_code(sandbox, reader):
    reader.unreachable = True
    assert await sandbox.refused_send(reader.id, "x") == (10, 2018108)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"messaging_type": "UTILITY"}, (100, 1893029)),
        ({"messaging_type": "PROMOTION"}, (100, None)),
        ({"messaging_type": "MESSAGE_TAG"}, (100, None)),
        ({"messaging_type": "RESPONSE", "tag": "HUMAN_AGENT"}, (100, None)),
        ({"notification_type": "LOUD"}, (100, None)),
        ({"reply_to": {"mid": "m_unknown"}}, (100, None)),
        ({"recipient": None}, (100, None)),
        ({"recipient": {"comment_id": "1_2"}}, (100, None)),
        ({"recipient": {"notification_messages_token": "t"}}, (100, None)),
        ({"recipient": {"id": "1", "user_ref": "2"}}, (100, None)),
        ({"message": None}, (100, None)),
        ({"sender_action": "typing_on"}, (100, None)),
        ({"message": None, "sender_action": "dance"}, (100, None)),
    ],
    ids=str,
)
async def test_a_call_that_asks_for_what_there_is_not_is_refused(sandbox, reader, changes, code):
    assert await sandbox.refused("POST", "me/messages", {**sandbox.to(reader.id, "x"), **changes}) == code
    assert sandbox.state.ledger == []


async def test_one_time_notifications_are_not_granted(sandbox, reader):
    template = {"template_type": "one_time_notif_req", "title": "জানাবেন?", "payload": "otn"}
    message = {"attachment": {"type": "template", "payload": template}}
    assert await sandbox.refused_send(reader.id, message) == (100, 2018144)


async def test_sender_actions_go_alone_and_are_seen(sandbox, reader):
    bubble = sandbox.readers.send_text(reader.id, "হাই")

    async def act(action, **payload):
        body = {"recipient": {"id": reader.id}, "sender_action": action}
        answer = await sandbox.ok("POST", "me/messages", {**body, **({"payload": payload} if payload else {})})
        assert answer == {"recipient_id": reader.id}

    with sandbox.state.changes.subscribe(chat_id=reader.id) as changes:
        await act("typing_on")
        assert (await changes.next()).data == {"action": "typing_on"}
    await act("mark_seen")
    assert sandbox.readers.view(reader.id)[0]["read"]
    await act("react", message_id=bubble["mid"], reaction="👍")
    assert sandbox.readers.view(reader.id)[0]["reactions"] == {"page": "👍"}
    await act("unreact", message_id=bubble["mid"])
    assert sandbox.readers.view(reader.id)[0]["reactions"] == {}
    assert sandbox.state.ledger == []


async def test_a_message_comes_without_a_sound_and_as_an_answer_if_it_says_so(sandbox, reader):
    asked = sandbox.readers.send_text(reader.id, "কী খবর?")
    await sandbox.send(reader.id, "ভালো", notification_type="SILENT_PUSH", reply_to={"mid": asked["mid"]})
    bubble = sandbox.readers.view(reader.id)[-1]
    assert bubble["silent"]
    assert bubble["reply_to"] == {"mid": asked["mid"], "text": "কী খবর?"}
