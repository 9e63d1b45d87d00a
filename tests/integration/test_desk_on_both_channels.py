"""An editor's broadcast with a picture, its correction and its recall, where one channel can't change what it has sent;
and an editor who works on the Page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.both_channels import EDITOR, PATIENCE, BothChannels, both_channels
from tests.sandbox_server import png
from tests.telegram_sandbox import until

USER = 7_000_000_001
PERSON, COLLEAGUE = "6100000000000001", "6100000000000002"

WORDS, BETTER = "ভোট গণনা শেষ হয়েছে", "ভোট গণনা এখনো চলছে"


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    editors = f"telegram:{EDITOR},messenger:{COLLEAGUE}"
    async with both_channels(tmp_path, NEWSBOT_ADMINS=editors) as newsroom:
        newsroom.telegram.add_user("পাঠক", user_id=USER, started=True)
        for person in (PERSON, COLLEAGUE):
            newsroom.messenger.readers.add_person("পাঠক", person_id=person, started=True)
        await newsroom.subscribe([USER], [PERSON])
        yield newsroom


async def _told(newsroom: BothChannels, words: str) -> None:
    await until(lambda: any(words in said for said in newsroom.told_editor()), seconds=PATIENCE)


def _read_by(newsroom: BothChannels, user: int) -> list[str]:
    bubbles = newsroom.telegram.view(user, user)
    return [one.get("text") or one.get("caption", "") for one in bubbles if one.get("from", {}).get("is_bot")]


async def test_a_picture_goes_to_both_and_a_correction_is_a_message_where_nothing_can_be_changed(
    newsroom: BothChannels,
) -> None:
    async with newsroom.running():
        newsroom.messenger.readers.send_text(PERSON, "/help")
        await newsroom.answered(PERSON, "-এর বট")
        newsroom.telegram.send_text(EDITOR, "/broadcast")
        await _told(newsroom, "ফরোয়ার্ড করুন")
        newsroom.telegram.send_photo(EDITOR, png(30, 20), caption=WORDS)
        await newsroom.press("আগে দেখুন")
        await _told(newsroom, "মেসেঞ্জার: ১ জন")
        await newsroom.press("পাঠান…")
        await newsroom.press("হ্যাঁ, ২")
        await newsroom.answered(PERSON, WORDS)
        await until(lambda: any(WORDS in said for said in _read_by(newsroom, USER)), seconds=PATIENCE)
        assert any('"type": "image"' in said for said in newsroom.said_to(PERSON))

        await newsroom.press("সংশোধন")
        await _told(newsroom, "এখন আছে:")
        newsroom.telegram.send_text(EDITOR, BETTER)
        await newsroom.press("মেসেঞ্জারেও পাঠান")
        await _told(newsroom, "নতুন বার্তা হিসেবে পাবেন")
        await newsroom.press("কপিগুলো বদলান")
        await newsroom.press("হ্যাঁ, ১টি কপি")
        assert "সংশোধিত" in await newsroom.answered(PERSON, BETTER)
        await until(lambda: any(BETTER in said for said in _read_by(newsroom, USER)), seconds=PATIENCE)
        assert not any(WORDS in said for said in _read_by(newsroom, USER))
        assert any(WORDS in said for said in newsroom.said_to(PERSON))


async def test_an_editor_broadcasts_from_the_page(newsroom: BothChannels) -> None:
    readers = newsroom.messenger.readers
    async with newsroom.running():
        readers.send_text(PERSON, "/help")
        await newsroom.answered(PERSON, "-এর বট")
        readers.send_text(COLLEAGUE, "/broadcast")
        await newsroom.answered(COLLEAGUE, "ফরোয়ার্ড করুন")
        readers.send_text(COLLEAGUE, WORDS)
        await newsroom.tap(COLLEAGUE, "আগে দেখুন")
        await newsroom.tap(COLLEAGUE, "পাঠান…")
        await newsroom.tap(COLLEAGUE, "হ্যাঁ, ২")
        await newsroom.answered(PERSON, WORDS)
        await until(lambda: any(WORDS in said for said in _read_by(newsroom, USER)), seconds=PATIENCE)
        await newsroom.answered(COLLEAGUE, "বার্তা ১")
        assert newsroom.on_messenger() == {PERSON: 1}
