"""Pictures that Telegram holds, fetched for other channels."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator

import pytest

from newsbot.channels.pictures import PictureFile
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.pictures import TelegramShelf, fetch_picture
from newsbot.delivery.pacing import Lane, Unpaced
from newsbot.errors import ChannelUnavailable, InvalidMessage
from tests.sandbox_server import png
from tests.telegram_sandbox import TelegramSandbox, telegram_sandbox


class Turns(Unpaced):
    """Notes who asked for a turn."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Lane]] = []

    async def turn(self, chat_id: str, lane: Lane) -> None:
        self.taken.append((chat_id, lane))


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as sandbox:
        yield sandbox


async def test_a_picture_comes_as_it_is_held(sandbox: TelegramSandbox) -> None:
    held = sandbox.state.pictures.add(png(40, 30))
    assert await fetch_picture(sandbox.api, held.file_id) == PictureFile(png(40, 30), "image/png", "picture.png")


async def test_a_picture_that_is_not_held_is_gone(sandbox: TelegramSandbox) -> None:
    with pytest.raises(InvalidMessage, match="no longer has"):
        await fetch_picture(sandbox.api, "AgACAgQAAxkB-unknown")


async def test_a_telegram_that_is_away_is_unavailable_and_shows_no_token(unused_tcp_port: int) -> None:
    async with telegram_sandbox() as sandbox:
        token = sandbox.state.account.token
        away = TelegramApi(sandbox.api._session, token, api_url=f"http://127.0.0.1:{unused_tcp_port}")
        with pytest.raises(ChannelUnavailable) as raised:
            await fetch_picture(away, "AgACAgQ")
    assert token not in "".join(traceback.format_exception(raised.value))


async def test_an_uploaded_picture_stands_in_its_uploaders_chat_and_is_held_from_then_on(
    sandbox: TelegramSandbox,
) -> None:
    sandbox.readers.add_user("Rahima", user_id=501, started=True)
    pacing = Turns()
    shelf = TelegramShelf(sandbox.api, pacing)
    reference = await shelf.keep("501", PictureFile(png(40, 30), "image/png", "bridge"))
    assert pacing.taken == [("501", Lane.REPLY)]  # a broadcast at the limit must leave room for it
    assert await shelf.fetch(reference) == PictureFile(png(40, 30), "image/png", "picture.png")
    assert sandbox.readers.view(501, 501)[-1]["photo_url"]


async def test_what_is_no_picture_and_whom_the_bot_may_not_write_to_are_refused(sandbox: TelegramSandbox) -> None:
    shelf = TelegramShelf(sandbox.api, Unpaced())
    with pytest.raises(InvalidMessage, match="no picture"):
        await shelf.keep("501", PictureFile(b"<svg onload=alert(1)>", "image/png", "x"))
    with pytest.raises(InvalidMessage, match="does not take"):
        await shelf.keep("502", PictureFile(png(40, 30), "image/png", "x"))
    assert [shelf.may_keep(channel) for channel in ("telegram", "messenger")] == [True, False]
