"""The audience's view of what goes out: counted by the server that sent it, for people that are made up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from newsbot.sandbox.telegram import Fault, SandboxState
from tests.sandbox_server import UNLIMITED, RunningSandbox, running_sandbox

FIRST = 7_000_000_000


async def _send_all(sandbox: RunningSandbox, count: int, text: str) -> list[dict[str, Any]]:
    return [await sandbox.call("sendMessage", chat_id=FIRST + number, text=text) for number in range(count)]


async def test_a_wave_counts_readers_once_and_tells_copies_corrections_and_recalls() -> None:
    async with running_sandbox() as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 5)
        other = sandbox.readers.add_user("রহিম", started=True)
        sent = await _send_all(sandbox, 5, "জরুরি")
        await sandbox.ok("sendMessage", chat_id=other.id, text="জরুরি")  # is no simulated reader
        await sandbox.ok("sendMessage", chat_id=FIRST, text="জরুরি")
        ids = [answer["result"]["message_id"] for answer in sent]
        for text in ("ঠিক করা", "আরও ঠিক"):
            await sandbox.ok("editMessageText", chat_id=FIRST, message_id=ids[0], text=text)
        await sandbox.ok("deleteMessages", chat_id=FIRST + 1, message_ids=[ids[1]])
        await sandbox.ok("deleteMessage", chat_id=FIRST, message_id=ids[0])
        await _send_all(sandbox, 5, "পরের খবর")
        newest, before = sandbox.state.audience.json()["waves"]
    assert (newest["text"], newest["readers"], newest["last_reader"]) == ("পরের খবর", 5, FIRST + 4)
    assert {name: before[name] for name in ("text", "readers", "twice", "corrected", "recalled")} == {
        "text": "জরুরি",
        "readers": 5,
        "twice": 1,
        "corrected": 1,
        "recalled": 2,
    }


async def test_refusals_and_floods_are_counted_whoever_causes_them() -> None:
    async with running_sandbox() as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 40, blocked=0.5)
        answers = await _send_all(sandbox, 40, "খবর")
        blocked = sum(not answer["ok"] for answer in answers)
        await _send_all(sandbox, 40, "আবার")
        sandbox.state.faults.add(Fault("status", methods="send*", status=429, retry_after=1, count=3))
        await _send_all(sandbox, 4, "আবারও")
        figures = sandbox.state.audience.json()
    assert 5 < blocked < 35
    assert (figures["refused"], figures["floods"]) == (blocked, 3)


async def test_who_is_slow_to_be_reached_gets_it_at_once_and_the_bot_its_answer_late() -> None:
    async with running_sandbox() as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 1, slow=1.0, slow_seconds=0.3)
        started = asyncio.get_running_loop().time()
        await sandbox.ok("sendMessage", chat_id=FIRST, text="খবর")
        late = asyncio.get_running_loop().time() - started
    assert late >= 0.3


async def test_the_fraction_of_slow_readers_is_fixed_by_the_range() -> None:
    state = SandboxState.open()
    async with running_sandbox(state) as sandbox:
        group = sandbox.readers.add_virtual_users(FIRST, 10_000, slow=0.1, slow_seconds=2.0)
    slow = [number for number in range(10_000) if group.lateness(FIRST + number)]
    assert 850 < len(slow) < 1150
    assert {state.people.lateness(FIRST + number) for number in slow} == {2.0}
    assert state.people.lateness(FIRST - 1) == 0.0


async def test_after_a_restart_what_made_up_readers_got_can_still_be_changed_and_deleted(tmp_path: Path) -> None:
    state = SandboxState.open(tmp_path, limits=UNLIMITED)
    async with running_sandbox(state) as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 3)
        sent = [answer["result"] for answer in await _send_all(sandbox, 3, "জরুরি")]
    state.close()
    state = SandboxState.open(tmp_path, limits=UNLIMITED)
    async with running_sandbox(state) as sandbox:
        where = {"chat_id": FIRST, "message_id": sent[0]["message_id"]}
        assert (await sandbox.ok("editMessageText", **where, text="ঠিক করা"))["date"] == sent[0]["date"]
        await sandbox.ok("deleteMessage", chat_id=FIRST + 1, message_id=sent[1]["message_id"])
        [wave] = state.audience.json()["waves"]
    assert (wave["readers"], wave["corrected"], wave["recalled"]) == (3, 1, 1)
    state.close()


async def test_a_reset_forgets_the_figures_too() -> None:
    async with running_sandbox() as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 2)
        await _send_all(sandbox, 2, "খবর")
        sandbox.state.reset()
        figures = sandbox.state.audience.json()
    assert (figures["waves"], sum(figures["curve"]), figures["refused"]) == ([], 0, 0)


async def test_what_went_to_a_handful_does_not_hide_what_went_to_many() -> None:
    async with running_sandbox() as sandbox:
        sandbox.readers.add_virtual_users(FIRST, 6)
        await _send_all(sandbox, 6, "ব্রেকিং")
        for number in range(4):
            await _send_all(sandbox, 1, f"স্বাগতম {number}")
        texts = [wave["text"] for wave in sandbox.state.audience.json()["waves"]]
    assert texts == ["ব্রেকিং", "স্বাগতম 3", "স্বাগতম 2"]
