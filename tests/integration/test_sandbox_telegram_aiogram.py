"""aiogram, whose pydantic models check every answer, against the sandbox: polling and webhook.

It is imported where it is used: that takes seconds, and every run of tests reads this file.
"""

import asyncio

import pytest
from aiohttp import web

from newsbot.sandbox.telegram import Fault
from tests.sandbox_server import png, running_sandbox
from tests.telegram_sandbox import running_app, until


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox):
    import aiogram
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url))
    async with aiogram.Bot(sandbox.token, session=session, default=DefaultBotProperties(parse_mode="HTML")) as client:
        yield client


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম", started=True)


def a_dispatcher(heard):
    import aiogram
    from aiogram.filters import CommandStart

    dispatcher = aiogram.Dispatcher()

    @dispatcher.message(CommandStart(deep_link=True))
    async def start(message, command):
        heard.append(command.args)
        button = aiogram.types.InlineKeyboardButton(text="খেলা", callback_data="sports")
        markup = aiogram.types.InlineKeyboardMarkup(inline_keyboard=[[button]])
        await message.answer("<b>স্বাগতম</b>", reply_markup=markup)

    @dispatcher.message()
    async def anything(message):
        heard.append(message.content_type)
        return aiogram.methods.SendMessage(chat_id=message.chat.id, text=f"<i>{message.content_type.value}</i>")

    @dispatcher.callback_query()
    async def pressed(query):
        heard.append(query.data)
        await query.answer("হলো")
        await query.message.edit_text("বদলে গেছে")

    @dispatcher.my_chat_member()
    async def standing(update):
        heard.append(update.new_chat_member.status)

    return dispatcher


async def talk(sandbox, reader, heard):
    readers = sandbox.readers
    readers.start(reader.id, "topic-sports")
    await until(lambda: len(readers.view(reader.id, reader.id)) == 2)
    greeting = readers.view(reader.id, reader.id)[-1]
    assert (greeting["text"], greeting["entities"][0]["type"]) == ("স্বাগতম", "bold")
    query = readers.press(reader.id, greeting["message_id"], data="sports")
    assert await readers.callback_answer(query) == {"text": "হলো", "show_alert": False, "url": None}
    await until(lambda: readers.view(reader.id, reader.id)[-1]["text"] == "বদলে গেছে")
    readers.send_sticker(reader.id)
    await until(lambda: readers.view(reader.id, reader.id)[-1].get("text") == "sticker")
    readers.block(reader.id)
    await until(lambda: len(heard) == 4)
    assert heard == ["topic-sports", "sports", "sticker", "kicked"]
    await until(lambda: len(sandbox.state.updates) == 0)


async def test_a_dispatcher_polls(sandbox, bot, reader):
    heard = []
    dispatcher = a_dispatcher(heard)
    polling = asyncio.create_task(dispatcher.start_polling(bot, polling_timeout=5, handle_signals=False))
    try:
        await talk(sandbox, reader, heard)
    finally:
        await dispatcher.stop_polling()
        await polling


@pytest.mark.parametrize("in_background", [True, False], ids=["answers at once", "answers with a method"])
async def test_a_dispatcher_is_called_by_webhook(sandbox, bot, reader, in_background):
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application

    heard = []
    dispatcher = a_dispatcher(heard)
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token="secret-1", handle_in_background=in_background)
    handler.register(app, path="/hook")
    setup_application(app, dispatcher, bot=bot)
    async with running_app(app) as url:
        assert await bot.set_webhook(f"{url}/hook", secret_token="secret-1") is True
        await talk(sandbox, reader, heard)
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (0, None)


async def test_every_answer_fits_the_models(sandbox, bot, reader):
    from aiogram import types

    me = await bot.get_me()
    assert (me.is_bot, me.username) == (True, "newsbot_sandbox_bot")
    text = await bot.send_message(
        reader.id, '<b>ক</b> <a href="https://example.org/">খ</a>', disable_notification=True, protect_content=True
    )
    assert [entity.type for entity in text.entities] == ["bold", "text_link"]
    assert (await text.reply("উত্তর")).reply_to_message.message_id == text.message_id
    photo = await bot.send_photo(reader.id, types.BufferedInputFile(png(30, 20), "a.png"), caption="ছবি")
    assert (await bot.download(photo.photo[-1])).read() == png(30, 20)
    media = types.InputMediaPhoto(media=types.BufferedInputFile(png(50, 20), "b.png"), caption="<i>অন্য</i>")
    assert (await photo.edit_media(media)).photo[-1].width == 50
    assert (await photo.edit_caption(caption="নতুন")).caption == "নতুন"
    assert (await bot.copy_message(reader.id, reader.id, photo.message_id)).message_id > photo.message_id
    assert await bot.delete_messages(reader.id, [photo.message_id]) is True
    assert await bot.send_chat_action(reader.id, "typing") is True
    commands = [types.BotCommand(command="latest", description="সর্বশেষ")]
    scope = types.BotCommandScopeAllPrivateChats()
    assert await bot.set_my_commands(commands, scope=scope, language_code="bn") is True
    [command] = await bot.get_my_commands(scope=scope, language_code="bn")
    assert (command.command, command.description) == ("latest", "সর্বশেষ")
    group = sandbox.readers.add_group("আড্ডা", kind="supergroup", members=[reader.id], bot_status="administrator")
    assert (await bot.get_chat(group.id)).title == "আড্ডা"
    statuses = [member.status for member in await bot.get_chat_administrators(group.id)]
    assert statuses == ["creator", "administrator"]
    assert (await bot.get_chat_member(reader.id, reader.id)).status == "member"
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert (await bot.get_my_name()).name == "Newsbot"
    channel = sandbox.readers.add_group("চ্যানেল", kind="channel", username="a_channel", bot_status="administrator")
    post = await bot.send_message("@a_channel", "খবর", link_preview_options=types.LinkPreviewOptions(is_disabled=True))
    assert (post.chat.type, post.sender_chat.id, post.link_preview_options.is_disabled) == ("channel", channel.id, True)


async def test_each_refusal_becomes_the_librarys_own_exception(sandbox, bot, reader):
    import aiogram
    from aiogram.exceptions import (
        TelegramBadRequest,
        TelegramForbiddenError,
        TelegramMigrateToChat,
        TelegramNetworkError,
        TelegramRetryAfter,
        TelegramUnauthorizedError,
    )

    group = sandbox.readers.add_group("আড্ডা")
    moved = sandbox.readers.migrate(group.id)
    with pytest.raises(TelegramMigrateToChat) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.migrate_to_chat_id == moved.id
    message = await bot.send_message(reader.id, "x")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await message.edit_text("x")
    sandbox.state.faults.add(Fault("status", status=429, retry_after=30, count=1))
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(reader.id, "x")
    assert flood.value.retry_after == 30
    sandbox.state.faults.add(Fault("drop_before", count=1))
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(reader.id, "x")
    sandbox.readers.block(reader.id)
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(reader.id, "x")
    stranger = aiogram.Bot("4242:nobody", session=bot.session)
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
