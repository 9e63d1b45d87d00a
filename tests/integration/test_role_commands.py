"""Roles from the terminal, as its user runs it: the real process."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.bootstrap import Parts
from newsbot.config import load_settings
from newsbot.desk.roles import Role
from newsbot.desk.sql_invitations import SqlInvitationStore
from newsbot.sandbox.demo import create_sandbox_app
from tests.newsroom_folder import Newsroom
from tests.telegram_sandbox import running_app

#: nobody in these tests has begun a chat
NOT_TOLD = "They could not be told: they have to write to the bot first. Let them know yourself.\n"


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        newsroom = Newsroom(tmp_path, address)
        lines = newsroom.env_file.read_text("utf-8").splitlines(keepends=True)
        newsroom.env_file.write_text("".join(line for line in lines if "NEWSBOT_ADMINS" not in line), "utf-8")
        yield newsroom


async def test_roles_are_given_and_taken_and_one_owner_stays(newsroom: Newsroom) -> None:
    status, out, _ = await newsroom.run("roles", "give", "telegram:501", "owner", "--name", "রহিমা")
    assert (status, out) == (0, f"রহিমা (telegram:501) – owner\n{NOT_TOLD}")
    status, _, err = await newsroom.run("roles", "take", "telegram:501")
    assert (status, err) == (1, "newsbot: They are the last owner: make somebody else one first.\n")
    status, out, _ = await newsroom.run("roles", "give", "telegram:502", "editor")
    assert status == 0
    status, out, _ = await newsroom.run("roles")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["owner", "telegram:501"], ["editor", "telegram:502"]]
    assert "given by console:" in out
    status, out, _ = await newsroom.run("roles", "take", "telegram:502")
    assert (status, out) == (0, f"telegram:502 – no role\n{NOT_TOLD}")
    status, _, err = await newsroom.run("roles", "give", "messenger:7", "viewer")
    assert (status, err) == (2, "newsbot: messenger:7: this channel is not configured; configured: telegram\n")
    status, _, err = await newsroom.run("roles", "give", "rahima", "viewer")
    assert status == 2
    assert "is not an address" in err


async def test_an_invitation_is_a_link_that_can_be_withdrawn(newsroom: Newsroom) -> None:
    status, out, err = await newsroom.run("roles", "invite", "editor")
    assert (status, err) == (0, "")
    told, link = out.splitlines()
    assert re.fullmatch(r"Send this to one person\. .* can become editor, until \d{4}-\d\d-\d\d \d\d:\d\d:", told)
    assert re.fullmatch(r"https://t\.me/\w+\?start=role_[a-z2-9]{20}", link)
    async with Parts(load_settings(newsroom.env_file)) as parts:
        invitations, now = SqlInvitationStore(await parts.database()), parts.clock()
        found = await invitations.look(link.rpartition("role_")[2], now=now)
        assert found is not None
        assert (found.role, found.by.channel) == (Role.EDITOR, "console")
        assert await invitations.withdraw(found.id, now=now) == found
    assert (await newsroom.run("roles", "invite", "boss"))[0] == 2
