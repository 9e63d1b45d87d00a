"""python-telegram-bot, with its own transport and updater, against the sandbox."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import telegram
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters
from telegram.request import HTTPXRequest

from newsbot.sandbox.telegram import Fault
from tests.sandbox_server import png, running_sandbox
from tests.telegram_sandbox import until


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox):
    async with telegram.Bot(
        sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot", request=HTTPXRequest()
    ) as client:
        yield client


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম", started=True)


async def test_an_application_polls_answers_edits_and_hears_of_blocks(sandbox, reader):
    heard = []
    application = (
        Application.builder()
        .token(sandbox.token)
        .base_url(f"{sandbox.url}/bot")
        .base_file_url(f"{sandbox.url}/file/bot")
        .build()
    )

    async def start(update, context):
        heard.append(context.args)
        button = telegram.InlineKeyboardButton("খেলা", callback_data="topic-sports")
        await update.effective_message.reply_html(
            "<b>স্বাগতম</b>", reply_markup=telegram.InlineKeyboardMarkup([[button]])
        )

    async def pressed(update, context):
        query = update.callback_query
        await query.answer("যোগ হলো", show_alert=True)
        await query.edit_message_text(f"আপনি {query.data} বেছেছেন", reply_markup=query.message.reply_markup)

    async def anything(update, context):
        heard.append(telegram.helpers.effective_message_type(update.effective_message))

    async def standing(update, context):
        heard.append(update.my_chat_member.new_chat_member.status)

    async def failed(update, context):
        heard.append(context.error)

    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(ChatMemberHandler(standing))
    application.add_handler(MessageHandler(filters.ALL, anything))
    application.add_error_handler(failed)
    readers = sandbox.readers
    async with application:
        await application.updater.start_polling(poll_interval=0, timeout=5)
        await application.start()
        readers.start(reader.id, "topic-sports")
        await until(lambda: len(readers.view(reader.id, reader.id)) == 2)
        greeting = readers.view(reader.id, reader.id)[-1]
        assert (greeting["text"], greeting["entities"][0]["type"]) == ("স্বাগতম", "bold")
        query = readers.press(reader.id, greeting["message_id"], row=0, column=0)
        answer = await readers.callback_answer(query)
        assert answer == {"text": "যোগ হলো", "show_alert": True, "url": None}
        await until(lambda: "edit_date" in readers.view(reader.id, reader.id)[-1])
        assert readers.view(reader.id, reader.id)[-1]["text"] == "আপনি topic-sports বেছেছেন"
        readers.send_sticker(reader.id)
        readers.send_location(reader.id, 23.8, 90.4)
        readers.send_contact(reader.id, "+8801700000000", "রহিম")
        readers.send_photo(reader.id, png(4, 4))
        group = readers.add_group("আড্ডা", members=[reader.id], bot_status="left")
        readers.add_bot(group.id, reader.id)
        readers.promote_bot(group.id, reader.id)
        readers.block(reader.id)
        await until(lambda: len(heard) == 9)
        await application.updater.stop()
        await application.stop()
    assert heard == [
        ["topic-sports"],
        telegram.constants.MessageType.STICKER,
        telegram.constants.MessageType.LOCATION,
        telegram.constants.MessageType.CONTACT,
        telegram.constants.MessageType.PHOTO,
        "member",
        telegram.constants.MessageType.NEW_CHAT_MEMBERS,
        "administrator",
        "kicked",
    ]
    assert len(sandbox.state.updates) == 0


async def test_every_method_gives_objects_the_library_understands(sandbox, bot, reader):
    me = await bot.get_me()
    assert (me.is_bot, me.id, bot.username) == (True, sandbox.state.account.id, "newsbot_sandbox_bot")
    message = await bot.send_message(
        reader.id,
        "<b>শিরোনাম</b>",
        parse_mode=ParseMode.HTML,
        link_preview_options=telegram.LinkPreviewOptions(url="https://example.org/1", show_above_text=True),
        disable_notification=True,
    )
    assert abs((datetime.now(UTC) - message.date).total_seconds()) < 60
    assert message.parse_entities() == {message.entities[0]: "শিরোনাম"}
    assert message.link_preview_options.show_above_text is True
    reply = await message.reply_text("উত্তর", do_quote=True)
    assert reply.reply_to_message.message_id == message.message_id
    edited = await message.edit_text("নতুন", reply_markup=telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("ক", url="https://example.org/")))  # fmt: skip
    assert (edited.text, edited.reply_markup.inline_keyboard[0][0].url) == ("নতুন", "https://example.org/")
    photo = await bot.send_photo(reader.id, io.BytesIO(png(30, 20)), caption="ছবি", filename="a.png")
    assert (photo.photo[-1].width, photo.caption) == (30, "ছবি")
    again = await bot.send_photo(reader.id, photo.photo[-1].file_id)
    assert again.photo == photo.photo
    media = telegram.InputMediaPhoto(png(50, 20), caption="<i>অন্য</i>", parse_mode=ParseMode.HTML)
    assert (await again.edit_media(media)).photo[-1].width == 50
    assert (await photo.edit_caption("নতুন ছবি")).caption == "নতুন ছবি"
    file = await bot.get_file(photo.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == png(30, 20)
    copy = await bot.copy_message(reader.id, reader.id, message.message_id)
    assert copy.message_id == again.message_id + 1
    forwarded = await bot.forward_message(reader.id, reader.id, message.message_id)
    assert isinstance(forwarded.forward_origin, telegram.MessageOriginUser)
    assert await bot.send_chat_action(reader.id, telegram.constants.ChatAction.TYPING) is True
    assert await bot.delete_message(reader.id, copy.message_id) is True
    assert await bot.delete_messages(reader.id, [forwarded.message_id, 12345]) is True
    commands = [telegram.BotCommand("latest", "সর্বশেষ")]
    scope = telegram.BotCommandScopeChat(reader.id)
    assert await bot.set_my_commands(commands, scope=scope, language_code="bn") is True
    assert await bot.get_my_commands(scope=scope, language_code="bn") == tuple(commands)
    assert await bot.delete_my_commands(scope=scope, language_code="bn") is True
    assert await bot.set_my_name("খবর", language_code="bn") is True
    assert (await bot.get_my_name(language_code="bn")).name == "খবর"
    assert await bot.set_my_description("বর্ণনা") is True
    assert (await bot.get_my_description()).description == "বর্ণনা"
    assert await bot.set_my_short_description("ছোট") is True
    assert (await bot.get_my_short_description()).short_description == "ছোট"
    assert await bot.set_chat_menu_button(menu_button=telegram.MenuButtonCommands()) is True
    assert isinstance(await bot.get_chat_menu_button(), telegram.MenuButtonCommands)
    group = sandbox.readers.add_group("আড্ডা", members=[reader.id], bot_status="administrator", kind="supergroup")
    assert (await bot.get_chat(group.id)).title == "আড্ডা"
    assert (await bot.get_chat(reader.id)).first_name == "রহিম"
    assert isinstance(await bot.get_chat_member(group.id, reader.id), telegram.ChatMemberOwner)
    admins = await bot.get_chat_administrators(group.id)
    assert [type(admin) for admin in admins] == [telegram.ChatMemberOwner, telegram.ChatMemberAdministrator]
    assert await bot.get_chat_member_count(group.id) == 2
    assert await bot.leave_chat(group.id) is True
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.set_webhook("http://127.0.0.1:9/", secret_token="x", allowed_updates=["message"]) is True
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)
    assert await bot.delete_webhook() is True
    updates = await bot.get_updates(timeout=0)
    assert [update.my_chat_member.new_chat_member.status for update in updates] == ["left"]
    assert await bot.close() is True
    assert await bot.log_out() is True


async def test_each_refusal_becomes_the_librarys_own_exception(sandbox, bot, reader, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    group = sandbox.readers.add_group("আড্ডা")
    moved = sandbox.readers.migrate(group.id)
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.new_chat_id == moved.id
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(12345, "x")
    with pytest.raises(BadRequest, match="Can't parse entities: can't find end tag corresponding to start tag \"b\""):
        await bot.send_message(reader.id, "<b>x", parse_mode=ParseMode.HTML)
    sandbox.readers.block(reader.id)
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(reader.id, "x")
    sandbox.readers.unblock(reader.id)
    faults = sandbox.state.faults
    faults.add(Fault("status", status=429, retry_after=30, count=1))
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(reader.id, "x")
    assert flood.value.retry_after == timedelta(seconds=30)
    for action in ("html", "drop_after"):
        faults.add(Fault(action, status=502, count=1))
        with pytest.raises(NetworkError):
            await bot.send_message(reader.id, "x")
    await bot.set_webhook("http://127.0.0.1:9/")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    stranger = telegram.Bot("4242:nobody", base_url=f"{sandbox.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    assert [row.text for row in sandbox.state.ledger] == ["x"]  # the one whose answer was lost
