"""An editor breaks news from the phone, and the whole program is killed again and again while it goes out.

Telegram's side is the judge: who got it there, and how often.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.sandbox.telegram import FloodLimits, SandboxState, create_telegram_app
from tests.crash.test_the_whole_program_is_killed import Town
from tests.newsroom_folder import TOKEN
from tests.programs import run_to_end
from tests.telegram_sandbox import running_app, until

EDITOR = 6_000_000_001
FIRST, READERS = 7_000_000_001, 300
KILLS = 4
IN_FLIGHT = 12
WORDS = "ভোট গণনা শেষ হয়েছে; ফল জানা যাবে রাত দশটায়।"
BETTER = "ভোট গণনা শেষ হয়েছে; ফল জানা যাবে কাল সকালে।"

BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
LATIN = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with running_app(create_telegram_app(state)) as url:
        town = Town(state, url, tmp_path)
        town.settings |= {
            "NEWSBOT_ADMINS": f"telegram:{EDITOR}",
            "NEWSBOT_TELEGRAM__RATE": "100",
            "NEWSBOT_DELIVERY__IN_FLIGHT": str(IN_FLIGHT),
        }
        town.readers.add_user("সম্পাদক", user_id=EDITOR, started=True)
        town.readers.add_virtual_users(FIRST, READERS)
        yield town
    state.close()


async def _subscribe_everybody(town: Town) -> None:
    lines = [json.dumps({"format": "newsbot-subscribers", "version": 1})]
    for reader in range(FIRST, FIRST + READERS):
        preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
        since = "2026-01-18T10:00:00+00:00"
        lines.append(json.dumps({"address": f"telegram:{reader}", "since": since, "preferences": preferences}))
    (town.folder / "readers.jsonl").write_text("\n".join(lines), "utf-8")
    status, _, err = await run_to_end(
        "subscribers", "import", "readers.jsonl", folder=town.folder, settings=town.settings
    )
    assert status == 0, err


def _got(town: Town) -> Counter[int]:
    """How often each reader got it, as Telegram has written it down."""
    return Counter(
        entry.chat_id for entry in town.state.ledger if WORDS in entry.text and FIRST <= entry.chat_id < FIRST + READERS
    )


async def _button(town: Town, label: str) -> tuple[int, str]:
    """The newest button of the editor's chat with this label: its message and its data."""

    def found() -> tuple[int, str] | None:
        for bubble in reversed(town.readers.view(EDITOR, EDITOR, limit=50)):
            for row in (bubble.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        return bubble["message_id"], button["callback_data"]
        return None

    await until(lambda: found() is not None, seconds=60)
    pressed = found()
    assert pressed is not None
    return pressed


async def _press(town: Town, label: str) -> None:
    message_id, data = await _button(town, label)
    town.readers.press(EDITOR, message_id, data=data)


async def _broadcast(town: Town, *, breaking: bool) -> None:
    town.readers.send_text(EDITOR, "/broadcast")
    await _button(town, "বাতিল")
    town.readers.send_text(EDITOR, WORDS)
    if breaking:
        await _press(town, "ব্রেকিং")
        await _button(town, "✅ 🔴")
    await _press(town, "আগে দেখুন")
    await _press(town, "পাঠান…")
    await _press(town, f"হ্যাঁ, {_bengali(READERS)}")


async def _told(town: Town, words: str) -> str:
    """The newest answer to the editor with these words, when there is one."""
    await until(lambda: any(words in text for text in town.answers(EDITOR)), seconds=90)
    return next(text for text in reversed(town.answers(EDITOR)) if words in text)


def _reading(town: Town, words: str) -> int:
    """How many copies with these words stand in readers' chats now."""
    return sum(text == words or text.endswith(f"\n{words}") for one in _got(town) for text in town.answers(one))


@pytest.mark.parametrize("breaking", [False, True], ids=["ordinary", "breaking"])
async def test_nobody_is_skipped_and_nobody_is_told_twice_but_those_in_doubt(town: Town, breaking: bool) -> None:
    dice = random.Random(20260118 + breaking)
    await _subscribe_everybody(town)
    async with town.bot() as running:
        await _broadcast(town, breaking=breaking)
        await _press(town, f"হ্যাঁ, {_bengali(READERS)}")
        # Somewhere between the press and the first message, or a little later.
        await asyncio.sleep(dice.uniform(0.0, 0.4))
        running.process.kill()
        await running.ended()
    for _ in range(KILLS - 1):
        async with town.bot() as running:
            before = len(_got(town))
            enough = min(before + dice.randrange(20, 80), READERS - IN_FLIGHT)
            await until(lambda enough=enough: len(_got(town)) >= enough, seconds=60)
            running.process.kill()
            await running.ended()
    async with town.bot() as running:
        report = "যাঁদের জন্য"
        await until(lambda: any(report in text for text in town.answers(EDITOR)), seconds=90)
        assert await running.stop() == 0

    got = _got(town)
    reported = next(text for text in town.answers(EDITOR) if report in text)
    assert f"{report}: {_bengali(READERS)}" in reported
    sent = int(reported.translate(LATIN).partition("পাঠানো হয়েছে: ")[2].split()[0])
    # Whoever is reported as sent got it; whoever got it and is not, is among those in doubt.
    assert sent <= len(got) <= READERS
    assert READERS - sent <= KILLS * IN_FLIGHT
    missing = READERS - len(got)
    doubled = sum(times - 1 for times in got.values())
    if breaking:
        assert missing == 0
        assert doubled <= KILLS * IN_FLIGHT
        assert max(got.values()) <= 2
    else:
        assert doubled == 0
        assert missing <= KILLS * IN_FLIGHT
    status, out, err = await run_to_end("alerts", "list", folder=town.folder, settings=town.settings)
    assert status == 0, err
    assert f"{READERS}" in out


async def test_a_stop_a_correction_and_a_recall_are_brought_to_their_end(town: Town) -> None:
    await _subscribe_everybody(town)
    async with town.bot() as running:
        await _broadcast(town, breaking=False)
        await until(lambda: len(_got(town)) >= READERS // 2, seconds=60)
        await _press(town, "⏹")
        await _told(town, "বন্ধ করা হয়েছে")
        stopped_at = len(_got(town))
        running.process.kill()
        await running.ended()
    async with town.bot() as running:
        reported = await _told(town, "পাঠানো হয়েছে: ")
        got = _got(town)
        assert len(got) <= stopped_at + IN_FLIGHT < READERS
        copies = int(reported.translate(LATIN).partition("পাঠানো হয়েছে: ")[2].split()[0])
        assert len(got) - IN_FLIGHT <= copies <= len(got)
        await _press(town, "✏️")
        await _told(town, "লেখাটি যেমন হওয়া উচিত")
        town.readers.send_text(EDITOR, BETTER)
        await _press(town, "কপিগুলো বদলান")
        await _press(town, f"{_bengali(copies)}টি কপি বদলান")
        await until(lambda: _reading(town, BETTER) >= copies // 5, seconds=60)
        running.process.kill()
        await running.ended()
    assert _reading(town, BETTER) < copies
    async with town.bot() as running:
        assert f"সংশোধিত: {_bengali(copies)}" in await _told(town, "সংশোধিত: ")
        assert (_reading(town, BETTER), _reading(town, WORDS)) == (copies, len(got) - copies)
        await _press(town, "🗑")
        await _press(town, f"{_bengali(copies)}টি কপি মুছুন")
        await until(lambda: _reading(town, BETTER) <= copies * 4 // 5, seconds=60)
        running.process.kill()
        await running.ended()
    assert _reading(town, BETTER) > 0
    async with town.bot() as running:
        await _told(town, "মোছা হয়েছে: ")
        assert (_reading(town, BETTER), _reading(town, WORDS)) == (0, len(got) - copies)
        assert await running.stop() == 0
    assert _got(town) == got
    assert set(got.values()) == {1}


def _bengali(number: int) -> str:
    return str(number).translate(BENGALI)
