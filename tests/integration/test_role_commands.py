"""Roles from the terminal, as its user runs it: the real process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.sandbox.demo import create_sandbox_app
from tests.newsroom_folder import Newsroom
from tests.telegram_sandbox import running_app


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        newsroom = Newsroom(tmp_path, address)
        lines = newsroom.env_file.read_text("utf-8").splitlines(keepends=True)
        newsroom.env_file.write_text("".join(line for line in lines if "NEWSBOT_ADMINS" not in line), "utf-8")
        yield newsroom


async def test_roles_are_given_and_taken_and_one_owner_stays(newsroom: Newsroom) -> None:
    status, out, err = await newsroom.run("roles", "give", "telegram:501", "owner", "--name", "রহিমা")
    assert (status, out, err) == (0, "রহিমা (telegram:501) – owner\n", "")
    status, _, err = await newsroom.run("roles", "take", "telegram:501")
    assert (status, err) == (1, "newsbot: They are the last owner: make somebody else one first.\n")
    status, out, _ = await newsroom.run("roles", "give", "telegram:502", "editor")
    assert status == 0
    status, out, _ = await newsroom.run("roles")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["owner", "telegram:501"], ["editor", "telegram:502"]]
    assert "given by console:" in out
    status, out, _ = await newsroom.run("roles", "take", "telegram:502")
    assert (status, out) == (0, "telegram:502 – no role\n")
    status, _, err = await newsroom.run("roles", "give", "messenger:7", "viewer")
    assert (status, err) == (2, "newsbot: messenger:7: this channel is not configured; configured: telegram\n")
    status, _, err = await newsroom.run("roles", "give", "rahima", "viewer")
    assert status == 2
    assert "is not an address" in err
