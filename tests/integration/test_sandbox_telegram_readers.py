"""The readers' side: what a bot hears of it, what pages can follow, and what a restart finds again."""

import sqlite3

import pytest
from aiohttp import web

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxError, SandboxState
from tests.sandbox_server import UNLIMITED, png, running_sandbox
from tests.telegram_sandbox import running_app


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম", language_code="bn")


async def test_the_start_button_carries_its_payload_and_opens_the_chat(sandbox, reader):
    assert await sandbox.refused("sendMessage", chat_id=reader.id, text="x") == (
        "Forbidden: bot can't initiate conversation with a user"
    )
    sandbox.readers.start(reader.id, "article-123")
    [update] = await sandbox.ok("getUpdates")
    assert update["message"]["text"] == "/start article-123"
    assert update["message"]["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    assert update["message"]["from"]["language_code"] == "bn"
    await sandbox.ok("sendMessage", chat_id=reader.id, text="x")


async def test_a_pressed_button_reaches_the_bot_and_its_answer_the_reader(sandbox, reader):
    sandbox.readers.start(reader.id)
    buttons = {
        "inline_keyboard": [[{"text": "সাইট", "url": "https://example.org/"}], [{"text": "ক", "callback_data": "k"}]]
    }
    sent = await sandbox.ok("sendMessage", chat_id=reader.id, text="x", reply_markup=buttons)
    query_id = sandbox.readers.press(reader.id, sent["message_id"], data="k")
    query = (await sandbox.ok("getUpdates"))[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (query_id, "k", reader.id)
    assert query["message"] == sent
    assert query["chat_instance"] == sandbox.state.chat_instance(reader.id)
    assert await sandbox.ok("answerCallbackQuery", callback_query_id=query_id, text="হলো") is True
    assert await sandbox.readers.callback_answer(query_id) == {"text": "হলো", "show_alert": False, "url": None}
    too_late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await sandbox.refused("answerCallbackQuery", callback_query_id=query_id) == too_late
    assert await sandbox.refused("answerCallbackQuery", callback_query_id="5") == too_late
    with pytest.raises(SandboxError, match="does something in the app"):
        sandbox.readers.press(reader.id, sent["message_id"], row=0, column=0)
    with pytest.raises(SandboxError, match="no button with the data 'z'"):
        sandbox.readers.press(reader.id, sent["message_id"], data="z")


async def test_blocking_and_unblocking_are_told_to_the_bot(sandbox, reader):
    sandbox.readers.start(reader.id)
    sandbox.readers.block(reader.id)
    sandbox.readers.block(reader.id)
    with pytest.raises(SandboxError, match="has blocked the bot"):
        sandbox.readers.send_text(reader.id, "x")
    sandbox.readers.start(reader.id)
    updates = await sandbox.ok("getUpdates")
    members = [update["my_chat_member"] for update in updates if "my_chat_member" in update]
    assert [(m["old_chat_member"]["status"], m["new_chat_member"]["status"]) for m in members] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert members[0]["new_chat_member"]["until_date"] == 0
    assert [update.get("message", {}).get("text") for update in updates] == ["/start", None, None, "/start"]


async def test_a_bot_in_a_group_sees_commands_mentions_and_replies_only(sandbox, reader):
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id])
    sent = await sandbox.ok("sendMessage", chat_id=group.id, text="x")
    for text in ("কথা", "/latest", "ও @newsbot_sandbox_bot শোনো"):
        sandbox.readers.send_text(reader.id, text, chat_id=group.id)
    sandbox.readers.send_text(reader.id, "উত্তর", chat_id=group.id, reply_to=sent["message_id"])
    heard = [update["message"]["text"] for update in await sandbox.ok("getUpdates")]
    assert heard == ["/latest", "ও @newsbot_sandbox_bot শোনো", "উত্তর"]
    sandbox.readers.promote_bot(group.id, reader.id)
    sandbox.readers.send_text(reader.id, "কথা", chat_id=group.id)
    assert (await sandbox.ok("getUpdates"))[-1]["message"]["text"] == "কথা"


async def test_joining_leaving_and_moving_of_groups_is_told_to_the_bot(sandbox, reader):
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id], bot_status="left")
    sandbox.readers.add_bot(group.id, reader.id)
    sandbox.readers.promote_bot(group.id, reader.id)
    moved = sandbox.readers.migrate(group.id)
    sandbox.readers.remove_bot(moved.id, reader.id)
    told = []
    for update in await sandbox.ok("getUpdates"):
        if "my_chat_member" in update:
            member = update["my_chat_member"]
            told.append((member["old_chat_member"]["status"], member["new_chat_member"]["status"]))
        else:
            told.append(next(key for key in update["message"] if key.startswith(("new_chat_members", "migrate"))))
    assert told == [
        ("left", "member"),
        "new_chat_members",
        ("member", "administrator"),
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        ("administrator", "kicked"),
    ]


async def test_edits_by_readers_are_told_deletions_are_not(sandbox, reader):
    message_id = sandbox.readers.start(reader.id)["message_id"]
    sandbox.readers.edit_text(reader.id, message_id, "/help")
    sandbox.readers.delete_for_me(reader.id, message_id)
    updates = await sandbox.ok("getUpdates")
    assert [set(update) - {"update_id"} for update in updates] == [{"message"}, {"edited_message"}]
    assert updates[1]["edited_message"]["text"] == "/help"
    assert sandbox.readers.view(reader.id, reader.id) == []


# -- pictures ---------------------------------------------------------------------------------------------------------


async def test_a_picture_is_fetched_from_this_machine_kept_and_sent_again_by_its_id(sandbox, reader):
    sandbox.readers.start(reader.id)
    picture = png(40, 20)
    site = web.Application()

    async def serve(request):
        kind = {"page": "text/html", "text": "text/plain"}.get(request.match_info["kind"], "image/png")
        return web.Response(body=picture if kind == "image/png" else b"x", content_type=kind)

    site.router.add_get("/{kind}", serve)
    async with running_app(site) as url:
        sent = await sandbox.ok(
            "sendPhoto", chat_id=reader.id, photo=f"{url}/a.png", caption="<b>ক</b>", parse_mode="HTML"
        )
        not_a_picture = await sandbox.refused("sendPhoto", chat_id=reader.id, photo=f"{url}/page")
    [size] = sent["photo"]
    assert (size["width"], size["height"], size["file_size"]) == (40, 20, len(picture))
    assert (sent["caption"], sent["caption_entities"]) == ("ক", [{"offset": 0, "length": 1, "type": "bold"}])
    assert not_a_picture == "Bad Request: wrong type of the web page content"
    again = await sandbox.ok("sendPhoto", chat_id=reader.id, photo=size["file_id"])
    assert again["photo"] == [size]
    file = await sandbox.ok("getFile", file_id=size["file_id"])
    async with sandbox.http.get(f"{sandbox.url}/file/bot{sandbox.token}/{file['file_path']}") as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", picture)
    bubble = sandbox.readers.view(reader.id, reader.id)[-1]
    async with sandbox.http.get(sandbox.url + bubble["photo_url"]) as answer:
        assert await answer.read() == picture


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        ("", "Bad Request: there is no photo in the request"),
        ("AgACnonsense", "Bad Request: wrong file identifier/HTTP URL specified"),
        ("https://example.org/a.png", "Bad Request: failed to get HTTP URL content"),
        ("http://127.0.0.1:9/a.png", "Bad Request: failed to get HTTP URL content"),
        ("ftp://example.org/a.png", "Bad Request: wrong file identifier/HTTP URL specified"),
    ],
)
async def test_a_picture_that_cannot_be_had_is_refused(sandbox, reader, photo, expected):
    sandbox.readers.start(reader.id)
    assert await sandbox.refused("sendPhoto", chat_id=reader.id, photo=photo) == expected
    assert sandbox.state.ledger == []


async def test_captions_and_pictures_are_edited_and_texts_are_not_captions(sandbox, reader):
    sandbox.readers.start(reader.id)
    first, second = (sandbox.state.pictures.add(png(width, 10)).file_id for width in (10, 20))
    sent = await sandbox.ok("sendPhoto", chat_id=reader.id, photo=first, caption="এক")
    where = {"chat_id": reader.id, "message_id": sent["message_id"]}
    assert (await sandbox.ok("editMessageCaption", **where, caption="দুই"))["caption"] == "দুই"
    assert "caption" not in await sandbox.ok("editMessageCaption", **where)
    assert await sandbox.refused("editMessageText", **where, text="x") == (
        "Bad Request: there is no text in the message to edit"
    )
    media = {"type": "photo", "media": second, "caption": "<i>তিন</i>", "parse_mode": "HTML"}
    edited = await sandbox.ok("editMessageMedia", **where, media=media)
    assert (edited["photo"][0]["width"], edited["caption"]) == (20, "তিন")
    text = await sandbox.ok("sendMessage", chat_id=reader.id, text="x")
    assert await sandbox.refused(
        "editMessageCaption", chat_id=reader.id, message_id=text["message_id"], caption="x"
    ) == ("Bad Request: there is no caption in the message to edit")


async def test_a_reader_sends_pictures_and_only_pictures(sandbox, reader):
    bubble = sandbox.readers.send_photo(reader.id, png(5, 5), caption="দেখুন")
    assert bubble["photo_url"].startswith("/sandbox/telegram/files/")
    [update] = await sandbox.ok("getUpdates")
    assert (update["message"]["photo"][0]["width"], update["message"]["caption"]) == (5, "দেখুন")
    with pytest.raises(SandboxError, match="IMAGE_PROCESS_FAILED"):
        sandbox.readers.send_photo(reader.id, b"%PDF-1.7")


# -- following and restarting -----------------------------------------------------------------------------------------


async def test_pages_can_follow_what_happens_in_a_chat(sandbox, reader):
    other = sandbox.readers.add_user("করিম", started=True)
    with sandbox.state.changes.subscribe(reader.id) as changes:
        sandbox.readers.start(reader.id)
        await sandbox.ok("sendMessage", chat_id=other.id, text="অন্যের")
        sent = await sandbox.ok("sendMessage", chat_id=reader.id, text="এক", disable_notification=True)
        where = {"chat_id": reader.id, "message_id": sent["message_id"]}
        await sandbox.ok("editMessageText", **where, text="দুই")
        await sandbox.ok("deleteMessage", **where)
        await sandbox.ok("setMyCommands", commands=[{"command": "help", "description": "x"}])
        sandbox.readers.block(reader.id)
        seen = [await changes.next() for _ in range(6)]
    assert [change.kind for change in seen] == ["message", "message", "edited", "deleted", "commands", "chat"]
    assert [(change.data["text"], change.data["outgoing"], change.data["silent"]) for change in seen[:3]] == [
        ("/start", True, False),
        ("এক", False, True),
        ("দুই", False, True),
    ]
    assert seen[3].data == {"message_ids": [sent["message_id"]]}
    assert seen[5].data["bot_status"] == "kicked"


async def test_a_follower_that_falls_behind_is_told_to_look_again(sandbox, reader):
    with sandbox.state.changes.subscribe(reader.id) as changes:
        for number in range(1500):
            sandbox.readers.send_text(reader.id, str(number))
        assert (await changes.next()).kind == "overflow"
        assert (await changes.next()).data["text"] == "1001"


async def test_a_restart_finds_the_same_phones(tmp_path):
    def open_state():
        return SandboxState.open(tmp_path / "sandbox", limits=UNLIMITED)

    state = open_state()
    async with running_sandbox(state) as sandbox:
        readers = sandbox.readers
        reader = readers.add_user("রহিম", username="rahim")
        readers.add_virtual_users(9_000_000_000, 1000, blocked=0.5, language_codes=("bn", "en"))
        group = readers.add_group("আড্ডা", members=[reader.id])
        readers.start(reader.id, "x")
        buttons = {"inline_keyboard": [[{"text": "ক", "callback_data": "k"}]]}
        sent = await sandbox.ok(
            "sendMessage", chat_id=reader.id, text="<b>এক</b> https://a.org", parse_mode="HTML", reply_markup=buttons
        )
        await sandbox.ok(
            "editMessageText", chat_id=reader.id, message_id=sent["message_id"], text="<i>দুই</i>", parse_mode="HTML"
        )
        picture = state.pictures.add(png(8, 8))
        await sandbox.ok("sendPhoto", chat_id=reader.id, photo=picture.file_id)
        for number in range(12):
            await sandbox.ok("sendMessage", chat_id=group.id, text=str(number))
        await sandbox.ok("setMyCommands", commands=[{"command": "help", "description": "x"}])
        await sandbox.ok("setWebhook", url="http://127.0.0.1:9/", allowed_updates=["message"])
        readers.send_text(reader.id, "অপেক্ষায়")
        before = [readers.view(chat, reader.id) for chat in (reader.id, group.id)]
        ledger, info = state.ledger, await sandbox.ok("getWebhookInfo")
    state.close()

    state = open_state()
    async with running_sandbox(state) as sandbox:
        readers = sandbox.readers
        assert [user.username for user in readers.users()] == ["rahim"]
        assert readers.user(9_000_000_005).language_code in {"bn", "en"}
        assert [readers.view(chat, reader.id) for chat in (reader.id, group.id)] == before
        assert state.ledger == ledger
        again = await sandbox.ok("getWebhookInfo")
        assert (again["url"], again["allowed_updates"]) == (info["url"], ["message"])
        await sandbox.ok("deleteWebhook")
        assert [update["message"]["text"] for update in await sandbox.ok("getUpdates")] == ["/start x", "অপেক্ষায়"]
        assert await sandbox.ok("getMyCommands") == [{"command": "help", "description": "x"}]
        assert state.pictures.data(picture) == png(8, 8)
        newer = await sandbox.ok("sendMessage", chat_id=reader.id, text="নতুন")
        assert newer["message_id"] > before[1][-1]["message_id"]
        stored = state.messages.stored(reader.id, sent["message_id"])
        assert [content.text.text for _, content, _ in stored.history] == ["এক https://a.org"]
        state.reset()
        assert readers.users() == []
    state.close()
    state = open_state()
    assert (ReaderSide(state).users(), state.ledger, len(state.updates)) == ([], [], 0)
    state.close()


async def test_a_hundred_thousand_made_up_readers_cost_nothing_until_they_act(tmp_path):
    state = SandboxState.open(tmp_path, limits=FloodLimits(per_second=0, chat_per_second=0))
    readers = ReaderSide(state)
    readers.add_virtual_users(7_000_000_000, 100_000, blocked=0.1, never_started=0.05, seed=1)
    sample = [readers.user(7_000_000_000 + number) for number in range(0, 100_000, 20)]
    assert 400 < sum(user.blocked for user in sample) < 600
    assert 180 < sum(not user.started for user in sample) < 320
    assert readers.users() == []
    first = next(user for user in sample if user.started and not user.blocked)
    readers.block(first.id)
    assert [user.id for user in readers.users()] == [first.id]
    state.close()


def test_impossible_requests_are_refused_with_a_sentence(sandbox, reader):
    refusals = [
        (lambda: sandbox.readers.user(5), "There is no user 5"),
        (lambda: sandbox.readers.add_user("x", user_id=reader.id), "There already is a user"),
        (lambda: sandbox.readers.send_text(reader.id, " "), "An empty message cannot be sent"),
        (lambda: sandbox.readers.send_text(reader.id, "x" * 4097), "at most 4096"),
        (lambda: sandbox.readers.send_text(reader.id, "x", chat_id=-5), "There is no group -5"),
        (lambda: sandbox.readers.add_group("x", kind="forum"), "is not a kind of group"),
        (lambda: sandbox.readers.add_virtual_users(1, 10, blocked=0.9, deactivated=0.2), "at most 1 in all"),
    ]
    for act, sentence in refusals:
        with pytest.raises(SandboxError, match=sentence):
            act()
    sandbox.readers.delete_account(reader.id)
    with pytest.raises(SandboxError, match="has deleted their account"):
        sandbox.readers.send_text(reader.id, "x")


async def test_ids_go_on_after_a_reset(sandbox, reader):
    message_id = sandbox.readers.start(reader.id)["message_id"]
    [update] = await sandbox.ok("getUpdates")
    sandbox.state.reset()
    other = sandbox.readers.add_user("করিম")
    assert sandbox.readers.start(other.id)["message_id"] == message_id + 1
    [newer] = await sandbox.ok("getUpdates")
    assert newer["update_id"] == update["update_id"] + 1


def test_what_could_not_be_written_is_written_later(tmp_path):
    state = SandboxState.open(tmp_path)
    readers = ReaderSide(state)
    reader = readers.add_user("রহিম")
    state.flush()
    readers.start(reader.id)
    other_program = sqlite3.connect(tmp_path / "telegram.sqlite3", isolation_level=None)
    other_program.execute("begin exclusive")
    batch = state.saver.collect()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        state.saver.write(batch)
    state.saver.put_back(batch)
    other_program.execute("rollback")
    other_program.close()
    state.close()
    again = SandboxState.open(tmp_path)
    assert [bubble["text"] for bubble in ReaderSide(again).view(reader.id, reader.id)] == ["/start"]
    assert len(again.updates) == 1
    again.close()
