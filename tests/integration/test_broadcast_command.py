"""Broadcasting from the terminal, as its user runs it: the real process, for the running newsbot to deliver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.bootstrap import Parts
from newsbot.config import load_settings
from newsbot.domain.alert import AlertState, Outcome, Totals
from newsbot.domain.subscriber import Subscriber
from newsbot.sandbox.demo import create_sandbox_app
from newsbot.subscribers.transfer import export_lines
from tests.builders import a_subscriber, an_address
from tests.newsroom_folder import Newsroom
from tests.telegram_sandbox import running_app


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        yield Newsroom(tmp_path, address)


async def _one_reader(folder: Path) -> str:
    """A file with a reader of sports."""
    readers = folder / "readers.jsonl"
    reader = a_subscriber("sports", address=an_address("501"))

    async def one() -> AsyncIterator[Subscriber]:
        yield reader

    readers.write_text("".join([f"{line}\n" async for line in export_lines(one())]), "utf-8")
    return str(readers)


async def test_broadcast_says_to_how_many_before_it_sends_and_can_be_stopped(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    status, out, err = await newsroom.run("subscribers", "import", await _one_reader(tmp_path))
    assert status == 0, out + err
    send = ("broadcast", "--text", "সেতু খুলে দেওয়া হলো")
    status, out, _ = await newsroom.run(*send, "--topic", "politics", "--yes")
    assert status == 1
    status, out, err = await newsroom.run(*send, "--topic", "sports", "--breaking", "--yes")
    assert (status, err) == (0, "")
    assert "This goes to 1 reader; it takes less than a minute." in out
    assert "Broadcast 1 is handed over" in out
    status, out, _ = await newsroom.run("broadcast", "stop", "1")
    assert (status, out) == (0, "Alert 1 is stopped.\n")
    status, _, err = await newsroom.run("broadcast", "resume", "1")
    assert (status, err) == (1, "Alert 1 is stopped.\n")
    status, _, err = await newsroom.run("broadcast", "resume", "1", "--channel", "messenger")
    assert (status, err) == (2, "newsbot: --channel messenger: it is not configured; there are console, telegram\n")
    status, _, err = await newsroom.run("broadcast", "retry", "1", "--yes")
    assert (status, err) == (1, "Alert 1 is stopped: there is nothing to try again.\n")  # nobody was its audience yet
    later = ("--at", "2099-01-01 10:00", "--markup", "--button", "সরাসরি=https://news.example/live", "--yes")
    status, out, err = await newsroom.run("broadcast", "--text", "*সেতু* খুলে দেওয়া হলো", *later)
    assert (status, err) == (0, "")
    assert "! The same words were sent on" in out
    assert "Draft 3: It goes out on" in out
    assert (await newsroom.run("broadcast", "call-off", "3"))[:2] == (0, "Draft 3 was called off.\n")
    assert (await newsroom.run("broadcast", "call-off", "3"))[::2] == (1, "Draft 3 is ready.\n")
    for verb in ("pause", "retry"):
        status, _, err = await newsroom.run("broadcast", verb, "9")
        assert (status, err) == (1, "newsbot: There is no alert 9 (newsbot alerts list).\n")


async def test_what_failed_is_tried_again_from_the_terminal_once(newsroom: Newsroom, tmp_path: Path) -> None:
    await newsroom.run("subscribers", "import", await _one_reader(tmp_path))
    await newsroom.run("broadcast", "--text", "সেতু খুলে দেওয়া হলো", "--yes")
    async with Parts(load_settings(newsroom.env_file)) as parts:
        alerts, now = await parts.alerts(), parts.clock()
        await alerts.turn(1, AlertState.STOPPED, of=(AlertState.PLANNED,), now=now)
        await alerts.keep_totals(1, Totals(audience=1, outcomes={Outcome.STOPPED: 1}))
    status, out, err = await newsroom.run("broadcast", "retry", "1", "--yes")
    assert (status, err) == (0, "")
    assert "Alert 1 certainly did not reach 1 reader; to try again takes less than a minute." in out
    assert "Alert 2 is handed over" in out
    status, _, err = await newsroom.run("broadcast", "retry", "1", "--yes")
    assert (status, err) == (1, "Alert 1 was tried again already (alert 2): there is nothing to try again.\n")
    status, _, err = await newsroom.run("broadcast", "retry", "1", "--channel", "fax")
    assert (status, err) == (2, "newsbot: --channel fax: it is not configured; there are console, telegram\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--text: there is not a word to send"),
        (("--text", "…"), "--text: there is not a word to send"),
        (("--text", "খ" * 5000), "--text: It is 904 characters too long: 4,096 fit."),
        (("--text", "খবর", "--topic", "sport"), "--topic sport: there is no such topic; there are"),
        (("--text", "খবর", "--at", "কাল"), "--at কাল: it is no time; examples: --at 18:30"),
        (("--text", "খবর", "--at", "2020-01-01 10:00"), "--at: The time it should go out at is over."),
        (("--text", "খবর", "--button", "দেখুন"), "--button দেখুন: it needs a label and an address"),
        (("--text", "খবর", "--button", f"{'খ' * 31}=https://news.example"), "the label with at most 30 letters"),
        (
            ("--text", "খবর", *("--button", "ক=https://news.example") * 4),
            "--button: at most 3 of them fit under a text",
        ),
        (("--text", "খবর", "--language", "fr"), "--language fr: the bot doesn't speak it; it speaks bn, en"),
    ],
)
async def test_a_broadcast_that_can_not_be_is_told_in_one_line(
    newsroom: Newsroom, arguments: tuple[str, ...], told: str
) -> None:
    status, _, err = await newsroom.run("broadcast", *arguments)
    assert status == 2
    assert told in err


async def test_of_what_is_refused_no_draft_is_left_and_two_terminals_do_not_disturb_each_other(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    await newsroom.run("subscribers", "import", await _one_reader(tmp_path))
    send = ("broadcast", "--yes", "--at")
    assert (await newsroom.run(*send, "2020-01-01 10:00", "--text", "সেতু খুলে দেওয়া হলো"))[0] == 2
    texts = ("সেতু খুলে দেওয়া হলো", "সেতু আবার বন্ধ")
    done = await asyncio.gather(*(newsroom.run(*send, "2099-01-01 10:00", "--text", text) for text in texts))
    assert [(status, err) for status, _, err in done] == [(0, ""), (0, "")]
    told = sorted(line for _, out, _ in done for line in out.splitlines() if line.startswith("Draft"))
    assert [line.partition(":")[0] for line in told] == ["Draft 1", "Draft 2"]


async def test_what_a_second_person_must_approve_waits_for_them_also_from_the_terminal(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    with newsroom.env_file.open("a", encoding="utf-8") as settings:
        settings.write("NEWSBOT_DESK__APPROVAL=breaking\n")
    await newsroom.run("subscribers", "import", await _one_reader(tmp_path))
    status, out, err = await newsroom.run("broadcast", "--text", "সেতু ভেঙে পড়েছে", "--breaking", "--yes")
    assert (status, err) == (0, "")
    assert "Draft 1 waits for a second person's approval" in out
    status, out, _ = await newsroom.run("alerts", "list")
    assert (status, out) == (0, "No alerts yet.\n")
    status, out, err = await newsroom.run("broadcast", "--text", "সেতু খুলে দেওয়া হলো", "--yes")
    assert (status, err) == (0, "")
    assert "Broadcast 1 is handed over" in out
