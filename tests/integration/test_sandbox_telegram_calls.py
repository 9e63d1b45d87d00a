"""The envelope and the errors, asked with plain HTTP."""

import json
import random
from collections import Counter

import aiohttp
import pytest

from newsbot.sandbox.telegram import FloodLimits, SandboxState
from newsbot.sandbox.telegram.server import METHODS
from tests.sandbox_server import UNLIMITED, png, running_sandbox


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম", started=True)


async def test_the_bot_knows_itself(sandbox):
    me = await sandbox.ok("getMe")
    assert me["id"] == sandbox.state.account.id
    assert (me["is_bot"], me["first_name"], me["username"]) == (True, "Newsbot", "newsbot_sandbox_bot")


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot10000:{wrong}/getMe", 401, "Unauthorized"),
        ("/botnonsense/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot0123:abc/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot{token}/noSuchMethod", 404, "Not Found: method not found"),
        ("/bot{token}", 404, "Not Found"),
        ("/bot{token}/a/b", 404, "Not Found"),
    ],
)
async def test_a_wrong_address_is_refused(sandbox, path, status, description):
    url = sandbox.url + path.format(token=sandbox.token, wrong="x" * 30)
    async with sandbox.http.get(url) as answer:
        assert answer.status == status
        assert answer.content_type == "application/json"
        assert await answer.json() == {"ok": False, "error_code": status, "description": description}


async def test_every_way_of_passing_arguments_works_and_method_names_have_no_case(sandbox, reader):
    url = f"{sandbox.url}/bot{sandbox.token}/SENDmessage"
    given = {"chat_id": str(reader.id), "text": "এক & দুই", "no_such_argument": "x"}
    form = aiohttp.FormData(quote_fields=False)
    for name, value in given.items():
        form.add_field(name, value)
    form.add_field("padding", b"x", filename="x.bin")  # makes it multipart
    for ask in (
        sandbox.http.get(url, params=given),
        sandbox.http.post(url, params=given),
        sandbox.http.post(url, data=given),
        sandbox.http.post(url, data=form),
        sandbox.http.post(url, json={**given, "chat_id": reader.id, "reply_markup": {"inline_keyboard": []}}),
    ):
        async with ask as answer:
            body = await answer.json()
            assert (answer.status, body["ok"]) == (200, True)
            assert body["result"]["text"] == "এক & দুই"
    assert len(sandbox.state.ledger) == 5


async def test_a_body_that_is_not_json_is_refused(sandbox):
    url = f"{sandbox.url}/bot{sandbox.token}/getMe"
    async with sandbox.http.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 400
        assert (await answer.json())["description"] == "Bad Request: can't parse JSON object"


async def test_a_message_comes_back_as_the_bot_api_has_it(sandbox, reader):
    first = await sandbox.ok("sendMessage", chat_id=reader.id, text="এক")
    message = await sandbox.ok(
        "sendMessage",
        chat_id=reader.id,
        text='<b>শিরোনাম</b>\n<a href="https://example.org/১">পড়ুন</a>',
        parse_mode="HTML",
        reply_parameters={"message_id": first["message_id"]},
        reply_markup={"inline_keyboard": [[{"text": "ক", "callback_data": "k"}]]},
        link_preview_options={"prefer_large_media": True, "show_above_text": True},
        disable_notification=True,
        protect_content=True,
    )
    assert message.pop("date") == first["date"] == sandbox.state.now()
    assert message.pop("from")["is_bot"] is True
    assert message == {
        "message_id": first["message_id"] + 1,
        "chat": {"id": reader.id, "first_name": "রহিম", "type": "private"},
        "reply_to_message": first,
        "has_protected_content": True,
        "text": "শিরোনাম\nপড়ুন",
        "entities": [
            {"offset": 0, "length": 7, "type": "bold"},
            {"offset": 8, "length": 5, "type": "text_link", "url": "https://example.org/১"},
        ],
        "link_preview_options": {"prefer_large_media": True, "show_above_text": True},
        "reply_markup": {"inline_keyboard": [[{"text": "ক", "callback_data": "k"}]]},
    }
    bubble = sandbox.readers.view(reader.id, reader.id)[-1]
    assert (bubble["silent"], bubble["outgoing"]) == (True, False)
    assert bubble["preview"] == {"url": "https://example.org/১", "above": True, "large": True}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": "x"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 999, "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": "reader"}, "Bad Request: message text is empty"),
        ({"chat_id": 999}, "Bad Request: message text is empty"),
        ({"chat_id": 999, "text": " "}, "Bad Request: chat not found"),
        ({"chat_id": "reader", "text": " "}, "Bad Request: text must be non-empty"),
        ({"chat_id": "reader", "text": "<b>x", "parse_mode": "HTML"},
         'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
        ({"chat_id": "reader", "text": "x", "reply_parameters": {"message_id": 5}},
         "Bad Request: message to be replied not found"),
        ({"chat_id": "reader", "text": "x", "message_thread_id": 5}, "Bad Request: message thread not found"),
        ({"chat_id": "bot", "text": "x"}, "Forbidden: the bot can't send messages to the bot"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_send_is_said_in_telegrams_words_and_order(sandbox, reader, arguments, expected):
    who = {"reader": reader.id, "bot": sandbox.state.account.id}
    if arguments.get("chat_id") in who:
        arguments = {**arguments, "chat_id": who[arguments["chat_id"]]}
    assert await sandbox.refused("sendMessage", **arguments) == expected
    assert sandbox.state.ledger == []


async def test_a_reply_to_a_message_that_is_gone_can_be_allowed(sandbox, reader):
    message = await sandbox.ok(
        "sendMessage",
        chat_id=reader.id,
        text="x",
        reply_parameters={"message_id": 99, "allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in message


async def test_who_never_started_blocked_or_left_cannot_be_written_to(sandbox):
    stranger, blocker, gone = (sandbox.readers.add_user(name, started=name != "a") for name in "abc")
    sandbox.readers.block(blocker.id)
    sandbox.readers.delete_account(gone.id)
    refusals = [await sandbox.call("sendMessage", chat_id=user.id, text="x") for user in (stranger, blocker, gone)]
    assert [(body["error_code"], body["description"]) for body in refusals] == [
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
    ]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_groups_refuse_a_bot_that_was_kicked_or_left(sandbox, reader, kind):
    group = sandbox.readers.add_group("সংবাদ", kind=kind, members=[reader.id], bot_status="administrator")
    sent = await sandbox.ok("sendMessage", chat_id=group.id, text="x")
    assert ("sender_chat" in sent) is (kind == "channel")
    sandbox.readers.remove_bot(group.id, reader.id)
    kicked = await sandbox.call("sendMessage", chat_id=group.id, text="x")
    sandbox.readers.leave_bot(group.id)
    left = await sandbox.call("sendMessage", chat_id=group.id, text="x")
    sandbox.readers.delete_group(group.id)
    deleted = await sandbox.call("sendMessage", chat_id=group.id, text="x")
    assert [(body["error_code"], body["description"]) for body in (kicked, left, deleted)] == [
        (403, f"Forbidden: bot was kicked from the {kind} chat"),
        (403, f"Forbidden: bot is not a member of the {kind} chat"),
        (403, f"Forbidden: the {kind} chat was deleted"),
    ]


async def test_a_bot_without_rights_cannot_write(sandbox, reader):
    channel = sandbox.readers.add_group("চ্যানেল", kind="channel", username="news_channel")
    group = sandbox.readers.add_group("আড্ডা")
    sandbox.readers.mute_bot(group.id)
    assert (
        await sandbox.refused("sendMessage", chat_id="@News_Channel", text="x")
        == "Bad Request: need administrator rights in the channel chat"
    )
    assert (
        await sandbox.refused("sendMessage", chat_id=group.id, text="x")
        == "Bad Request: not enough rights to send text messages to the chat"
    )
    sandbox.readers.promote_bot(channel.id, reader.id)
    assert (await sandbox.ok("sendMessage", chat_id="@news_channel", text="x"))["chat"]["username"] == "news_channel"


async def test_a_group_that_moved_says_where_to(sandbox, reader):
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id])
    moved = sandbox.readers.migrate(group.id)
    body = await sandbox.call("sendMessage", chat_id=group.id, text="x")
    assert body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": moved.id},
    }
    assert (await sandbox.ok("sendMessage", chat_id=moved.id, text="x"))["chat"]["type"] == "supergroup"
    assert str(moved.id).startswith("-100")


async def test_topics_of_a_forum_are_kept_on_messages(sandbox):
    forum = sandbox.readers.add_group("ফোরাম", kind="supergroup", forum=True)
    sandbox.readers.add_topic(forum.id, 4)
    message = await sandbox.ok("sendMessage", chat_id=forum.id, text="x", message_thread_id=4)
    assert (message["message_thread_id"], message["is_topic_message"]) == (4, True)


async def test_too_many_messages_are_answered_429_in_body_and_header():
    state = SandboxState.open(limits=FloodLimits(per_second=2, retry_after=7))
    async with running_sandbox(state) as sandbox:
        readers = [sandbox.readers.add_user(name, started=True) for name in "abc"]
        for reader in readers[:2]:
            await sandbox.ok("sendMessage", chat_id=reader.id, text="x")
        url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
        async with sandbox.http.post(url, json={"chat_id": readers[2].id, "text": "x"}) as answer:
            assert answer.status == 429
            assert answer.headers["Retry-After"] == "7"
            assert await answer.json() == {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 7",
                "parameters": {"retry_after": 7},
            }
        assert state.counters()["refused"] == 1
        assert len(state.ledger) == 2


async def test_a_refused_message_costs_no_flood_budget():
    state = SandboxState.open(limits=FloodLimits(per_second=1))
    async with running_sandbox(state) as sandbox:
        reader = sandbox.readers.add_user("a", started=True)
        for _ in range(3):
            await sandbox.refused("sendMessage", chat_id=reader.id, text="<b>", parse_mode="HTML")
        await sandbox.ok("sendMessage", chat_id=reader.id, text="x")


async def test_a_range_of_made_up_readers_can_be_written_to_at_once():
    async with running_sandbox(SandboxState.open(limits=UNLIMITED)) as sandbox:
        sandbox.readers.add_virtual_users(6_000_000_000, 100_000, blocked=0.2, deactivated=0.1, seed=5)
        answers = [await sandbox.call("sendMessage", chat_id=6_000_000_000 + n, text="x") for n in range(300)]
        blocked = sum(body.get("description") == "Forbidden: bot was blocked by the user" for body in answers)
        gone = sum(body.get("description") == "Forbidden: user is deactivated" for body in answers)
        assert 30 < blocked < 90
        assert 10 < gone < 60
        assert sum(body["ok"] for body in answers) == 300 - blocked - gone == len(sandbox.state.ledger)
        assert sandbox.readers.users() == []
        assert sandbox.state.counters()["users"] == 100_000
        assert await sandbox.refused("sendMessage", chat_id=6_000_100_000, text="x") == "Bad Request: chat not found"


async def test_editing_replaces_text_and_buttons_and_says_when_nothing_changes(sandbox, reader):
    sent = await sandbox.ok("sendMessage", chat_id=reader.id, text="<b>এক</b>", parse_mode="HTML")
    where = {"chat_id": reader.id, "message_id": sent["message_id"]}
    same = await sandbox.refused("editMessageText", **where, text="<strong>এক</strong>", parse_mode="HTML")
    assert same == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    edited = await sandbox.ok("editMessageText", **where, text="এক")
    assert (edited["text"], edited.get("entities"), edited["message_id"]) == ("এক", None, sent["message_id"])
    assert edited["edit_date"] >= sent["date"]
    button = {"inline_keyboard": [[{"text": "ক", "callback_data": "k"}]]}
    assert (await sandbox.ok("editMessageReplyMarkup", **where, reply_markup=button))["reply_markup"] == button
    assert "not modified" in await sandbox.refused("editMessageReplyMarkup", **where, reply_markup=button)
    assert "reply_markup" not in await sandbox.ok("editMessageReplyMarkup", **where)
    stored = sandbox.state.messages.stored(reader.id, sent["message_id"])
    assert [content.text.text for _, content, _ in stored.history] == ["এক"] * 3


async def test_what_cannot_be_edited_or_deleted_is_refused(sandbox, reader):
    typed = sandbox.readers.send_text(reader.id, "হ্যালো")["message_id"]
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id])
    theirs = sandbox.readers.send_text(reader.id, "কথা", chat_id=group.id)["message_id"]
    reader_chat = {"chat_id": reader.id}
    assert await sandbox.refused("editMessageText", **reader_chat, message_id=99, text="x") == (
        "Bad Request: message to edit not found"
    )
    assert await sandbox.refused("editMessageText", **reader_chat, text="x") == (
        "Bad Request: message identifier is not specified"
    )
    assert await sandbox.refused("editMessageText", **reader_chat, message_id=typed, text="x") == (
        "Bad Request: message can't be edited"
    )
    assert await sandbox.refused("deleteMessage", **reader_chat, message_id=99) == (
        "Bad Request: message to delete not found"
    )
    assert await sandbox.refused("deleteMessage", chat_id=group.id, message_id=theirs) == (
        "Bad Request: message can't be deleted"
    )
    assert await sandbox.ok("deleteMessage", **reader_chat, message_id=typed) is True
    assert await sandbox.refused("editMessageCaption", **reader_chat, message_id=typed, caption="x") == (
        "Bad Request: message to edit not found"
    )


async def test_several_messages_are_deleted_at_once_and_gone_ones_are_skipped(sandbox, reader):
    ids = [(await sandbox.ok("sendMessage", chat_id=reader.id, text=text))["message_id"] for text in "abc"]
    assert await sandbox.ok("deleteMessages", chat_id=reader.id, message_ids=[ids[0], 999, ids[2]]) is True
    assert [bubble["text"] for bubble in sandbox.readers.view(reader.id, reader.id)] == ["b"]


async def test_messages_are_copied_and_forwarded(sandbox, reader):
    other = sandbox.readers.add_user("করিম", started=True)
    typed = sandbox.readers.send_text(reader.id, "সংবাদ https://example.org/1")["message_id"]
    source = {"chat_id": other.id, "from_chat_id": reader.id, "message_id": typed}
    copy = await sandbox.ok("copyMessage", **source)
    assert set(copy) == {"message_id"}
    forwarded = await sandbox.ok("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "রহিম"
    assert [bubble["text"] for bubble in sandbox.readers.view(other.id, other.id)] == ["সংবাদ https://example.org/1"] * 2
    assert await sandbox.refused("copyMessage", **{**source, "message_id": 999}) == (
        "Bad Request: message to copy not found"
    )
    protected = await sandbox.ok("sendMessage", chat_id=reader.id, text="x", protect_content=True)
    assert await sandbox.refused("forwardMessage", **{**source, "message_id": protected["message_id"]}) == (
        "Bad Request: message has protected content and can't be forwarded"
    )


async def test_commands_are_kept_by_scope_and_language_and_the_menu_takes_the_narrowest(sandbox, reader):
    def commands(*names):
        return [{"command": name, "description": f"{name}!"} for name in names]

    await sandbox.ok("setMyCommands", commands=commands("help"))
    await sandbox.ok("setMyCommands", commands=commands("latest"), language_code="bn")
    await sandbox.ok("setMyCommands", commands=commands("desk"), scope={"type": "chat", "chat_id": reader.id})
    assert await sandbox.ok("getMyCommands") == commands("help")
    assert await sandbox.ok("getMyCommands", language_code="bn") == commands("latest")
    assert await sandbox.ok("getMyCommands", language_code="en") == []
    assert sandbox.state.commands_for(reader.id, reader.id) == commands("desk")
    await sandbox.ok("deleteMyCommands", scope=json.dumps({"type": "chat", "chat_id": reader.id}))
    assert sandbox.state.commands_for(reader.id, reader.id) == commands("latest")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 'Bad Request: parameter "commands" is required'),
        ({"commands": [{"command": "Bad-Name", "description": "x"}]}, "Bad Request: BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x"}] * 101}, "Bad Request: BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [{"command": "a", "description": "x"}], "language_code": "bengali"},
         "Bad Request: invalid language code specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 999}}, "Bad Request: chat not found"),
    ],
)  # fmt: skip
async def test_commands_that_telegram_refuses_are_refused(sandbox, arguments, expected):
    assert await sandbox.refused("setMyCommands", **arguments) == expected


async def test_names_descriptions_and_menu_are_kept_by_language(sandbox, reader):
    for kind, key in (("Name", "name"), ("Description", "description"), ("ShortDescription", "short_description")):
        await sandbox.ok(f"setMy{kind}", **{key: "খবর"}, language_code="bn")
        assert await sandbox.ok(f"getMy{kind}", language_code="bn") == {key: "খবর"}
        assert await sandbox.ok(f"getMy{kind}") == {key: "Newsbot" if kind == "Name" else ""}
    assert await sandbox.ok("getChatMenuButton", chat_id=reader.id) == {"type": "commands"}
    app = {"type": "web_app", "text": "খুলুন", "web_app": {"url": "https://example.org/"}}
    await sandbox.ok("setChatMenuButton", chat_id=reader.id, menu_button=app)
    assert await sandbox.ok("getChatMenuButton", chat_id=reader.id) == app


async def test_chats_and_members_can_be_asked_about(sandbox, reader):
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id], bot_status="administrator")
    assert (await sandbox.ok("getChat", chat_id=reader.id))["first_name"] == "রহিম"
    assert (await sandbox.ok("getChat", chat_id=group.id))["title"] == "আড্ডা"
    member = await sandbox.ok("getChatMember", chat_id=group.id, user_id=reader.id)
    assert (member["status"], member["user"]["id"]) == ("creator", reader.id)
    admins = await sandbox.ok("getChatAdministrators", chat_id=group.id)
    assert [admin["status"] for admin in admins] == ["creator", "administrator"]
    assert await sandbox.ok("getChatMemberCount", chat_id=group.id) == 2
    assert await sandbox.refused("getChatMember", chat_id=group.id, user_id=999) == "Bad Request: user not found"
    assert await sandbox.ok("leaveChat", chat_id=group.id) is True
    assert await sandbox.refused("getChat", chat_id=group.id) == "Forbidden: bot is not a member of the group chat"


async def test_chat_actions_reach_the_followers(sandbox, reader):
    with sandbox.state.changes.subscribe(reader.id) as changes:
        assert await sandbox.ok("sendChatAction", chat_id=reader.id, action="typing") is True
        change = await changes.next()
        assert (change.kind, change.data) == ("action", {"action": "typing"})
    assert await sandbox.refused("sendChatAction", chat_id=reader.id, action="dancing") == (
        "Bad Request: wrong parameter action in request"
    )


def test_the_methods_that_newsbot_needs_are_all_there():
    needed = (
        "getMe getUpdates setWebhook deleteWebhook getWebhookInfo sendMessage sendPhoto sendDocument "
        "editMessageText editMessageCaption editMessageReplyMarkup editMessageMedia deleteMessage deleteMessages "
        "answerCallbackQuery sendChatAction copyMessage forwardMessage setMyCommands getMyCommands "
        "deleteMyCommands setMyName getMyName setMyDescription getMyDescription setMyShortDescription "
        "getMyShortDescription getChat getChatMember getChatAdministrators getChatMemberCount leaveChat "
        "setChatMenuButton getChatMenuButton getFile logOut close"
    )
    assert sorted(METHODS) == sorted(needed.lower().split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": "a\ud800"}, "Bad Request: text must be encoded in UTF-8"),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "\ud800", "callback_data": "x"}]]}},
         "Bad Request: strings must be encoded in UTF-8"),
        ({"text": "a", "reply_markup": '{"inline_keyboard": [[{"text": "x", "callback_data": "\\ud800"}]]}'},
         "Bad Request: strings must be encoded in UTF-8"),
    ],
)  # fmt: skip
async def test_half_a_character_is_refused_wherever_it_stands(sandbox, reader, arguments, expected):
    assert await sandbox.refused("sendMessage", chat_id=reader.id, **arguments) == expected


async def test_no_request_breaks_the_server(sandbox, reader):
    """Two thousand requests with arguments of every shape, most of them wrong: each gets the API's own answer."""
    dice = random.Random(20261124)
    message = sandbox.readers.start(reader.id)["message_id"]
    sandbox.state.pictures.add(png(3, 3))
    scraps = [
        None, True, -1, 0, message, reader.id, 2**70, 0.5, "", "x", "<b>x</b>", "<b>", "HTML", "@x", "attach://x",
        "খ" * 70, "http://127.0.0.1:9/", "{", [], {}, [[]], "\ud800", "tg://user?id=5", ["x"], "bn", "typing", "chat",
    ]  # fmt: skip
    keys = [
        "text", "type", "url", "callback_data", "keyboard", "inline_keyboard", "message_id", "offset", "length",
        "media", "caption", "scope", "chat_id", "user_id", "command", "description", "is_disabled", "web_app", "user",
        "copy_text",
    ]  # fmt: skip

    def value(depth=0):
        roll = dice.random()
        if depth > 3 or roll < 0.5:
            return dice.choice(scraps)
        if roll < 0.7:
            return [value(depth + 1) for _ in range(dice.randrange(3))]
        return {dice.choice(keys): value(depth + 1) for _ in range(dice.randrange(4))}

    names = [
        "chat_id", "from_chat_id", "message_id", "message_ids", "text", "caption", "parse_mode", "entities", "media",
        "caption_entities", "photo", "reply_markup", "reply_parameters", "link_preview_options", "message_thread_id",
        "offset", "limit", "allowed_updates", "url", "secret_token", "max_connections", "commands", "scope", "name",
        "language_code", "description", "short_description", "menu_button", "action", "user_id", "callback_query_id",
        "file_id",
    ]  # fmt: skip
    methods = sorted(set(METHODS) - {"leavechat"})
    codes = Counter()
    for _ in range(2000):
        arguments = {name: value() for name in dice.sample(names, 8)}
        if dice.random() < 0.8:
            arguments["chat_id"] = reader.id
        if dice.random() < 0.5:
            arguments |= {"text": "x", "photo": "x", "message_id": message}
        body = await sandbox.call(dice.choice(methods), **arguments)
        codes[body.get("error_code", 200)] += 1
    assert set(codes) <= {200, 400, 403, 409, 429}
    assert codes[200] > 200
    assert codes[400] > 200
