"""What an editor's phone needs of the sandbox: formatted texts, albums, forwards, groups with administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from newsbot.sandbox.telegram import SandboxError, User
from tests.sandbox_server import RunningSandbox, png, running_sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def editor(sandbox: RunningSandbox) -> User:
    return sandbox.readers.add_user("সম্পাদক")


async def _heard(sandbox: RunningSandbox, kind: str = "message") -> list[dict[str, Any]]:
    found = await sandbox.ok("getUpdates", allowed_updates=["message", "channel_post", "edited_channel_post"])
    return [update[kind] for update in found if kind in update]


async def test_formatting_reaches_the_bot_beside_what_is_found_by_itself(sandbox: RunningSandbox, editor: User) -> None:
    sandbox.readers.send_text(
        editor.id,
        " জরুরি খবর: paper.example.com",
        entities=[
            {"type": "bold", "offset": 1, "length": 5},
            {"type": "text_link", "offset": 7, "length": 3, "url": "https://example.org/১"},
        ],
    )
    [message] = await _heard(sandbox)
    assert message["text"] == "জরুরি খবর: paper.example.com"
    assert message["entities"] == [
        {"offset": 0, "length": 5, "type": "bold"},
        {"offset": 6, "length": 3, "type": "text_link", "url": "https://example.org/১"},
        {"offset": 11, "length": 17, "type": "url"},
    ]
    with pytest.raises(SandboxError, match="invalid offset"):
        sandbox.readers.send_text(editor.id, "x", entities=[{"type": "bold", "offset": 0, "length": 9}])


async def test_an_album_is_several_messages_of_one_group(sandbox: RunningSandbox, editor: User) -> None:
    sandbox.readers.send_album(editor.id, [png(4, 4), png(5, 5), png(6, 6)], caption="তিনটি ছবি")
    heard = await _heard(sandbox)
    assert [message["photo"][0]["width"] for message in heard] == [4, 5, 6]
    assert [message.get("caption") for message in heard] == ["তিনটি ছবি", None, None]
    assert len({message["media_group_id"] for message in heard}) == 1
    with pytest.raises(SandboxError, match="2 to 10 pictures"):
        sandbox.readers.send_album(editor.id, [png(4, 4)])


async def test_a_passed_on_message_says_where_it_is_from(sandbox: RunningSandbox, editor: User) -> None:
    bold = [{"type": "bold", "offset": 0, "length": 5}]
    sandbox.readers.forward(editor.id, "জরুরি: ভূমিকম্প", entities=bold, channel="দেশ সংবাদ সংস্থা")
    sandbox.readers.forward(editor.id, "ঘটনাস্থল থেকে", photo=png(7, 7), person="শফিক")
    agency, witness = await _heard(sandbox)
    assert agency["forward_origin"]["chat"]["title"] == "দেশ সংবাদ সংস্থা"
    assert agency["entities"] == [{"offset": 0, "length": 5, "type": "bold"}]
    assert (witness["forward_origin"]["sender_user_name"], witness["caption"]) == ("শফিক", "ঘটনাস্থল থেকে")
    with pytest.raises(SandboxError, match="from which channel or person"):
        sandbox.readers.forward(editor.id, "x")


async def test_only_administrators_write_in_a_channel_and_the_bot_hears_them(
    sandbox: RunningSandbox, editor: User
) -> None:
    other, guest = (sandbox.readers.add_user(name) for name in ("রহিম", "করিম"))
    channel = sandbox.readers.add_group(
        "জোনাকি", kind="channel", members=[editor.id, other.id, guest.id], bot_status="administrator"
    )
    sandbox.readers.promote_member(channel.id, other.id)
    first = sandbox.readers.send_text(editor.id, "এক", chat_id=channel.id)
    sandbox.readers.send_text(other.id, "দুই", chat_id=channel.id)
    sandbox.readers.edit_text(editor.id, first["message_id"], "এক!", chat_id=channel.id)
    with pytest.raises(SandboxError, match="no administrator"):
        sandbox.readers.send_text(guest.id, "তিন", chat_id=channel.id)
    assert [post["text"] for post in await _heard(sandbox, "channel_post")] == ["এক", "দুই"]
    [edited] = await _heard(sandbox, "edited_channel_post")
    assert (edited["text"], edited["sender_chat"]["title"], "from" in edited) == ("এক!", "জোনাকি", False)


async def test_who_administers_a_group_can_be_asked_and_changes(sandbox: RunningSandbox, editor: User) -> None:
    member = sandbox.readers.add_user("রহিম")
    group = sandbox.readers.add_group("আড্ডা", kind="supergroup", members=[editor.id, member.id])

    async def standing() -> tuple[str, list[str]]:
        one = await sandbox.ok("getChatMember", chat_id=group.id, user_id=member.id)
        all_of_them = await sandbox.ok("getChatAdministrators", chat_id=group.id)
        return one["status"], [admin["status"] for admin in all_of_them]

    assert await standing() == ("member", ["creator"])
    sandbox.readers.promote_member(group.id, member.id)
    assert await standing() == ("administrator", ["creator", "administrator"])
    sandbox.readers.promote_member(group.id, member.id, promoted=False)
    assert await standing() == ("member", ["creator"])
    with pytest.raises(SandboxError, match="is creator"):
        sandbox.readers.promote_member(group.id, editor.id)


async def test_an_administrator_can_write_in_the_groups_name(sandbox: RunningSandbox, editor: User) -> None:
    member = sandbox.readers.add_user("রহিম")
    group = sandbox.readers.add_group("আড্ডা", kind="supergroup", members=[editor.id, member.id])
    sandbox.readers.send_text(editor.id, "/subscribe", chat_id=group.id, anonymous=True)
    [message] = await _heard(sandbox)
    assert (message["from"]["username"], message["sender_chat"]["id"]) == ("GroupAnonymousBot", group.id)
    with pytest.raises(SandboxError, match="no administrator"):
        sandbox.readers.send_text(member.id, "/subscribe", chat_id=group.id, anonymous=True)


async def test_a_group_that_forbids_pictures_says_so(sandbox: RunningSandbox, editor: User) -> None:
    group = sandbox.readers.add_group("আড্ডা", members=[editor.id])
    sandbox.readers.mute_bot(group.id)
    picture = sandbox.state.pictures.add(png(4, 4))
    assert await sandbox.refused("sendMessage", chat_id=group.id, text="x") == (
        "Bad Request: not enough rights to send text messages to the chat"
    )
    assert await sandbox.refused("sendPhoto", chat_id=group.id, photo=picture.file_id) == (
        "Bad Request: not enough rights to send photos to the chat"
    )


async def test_commands_of_ones_own_chat_need_a_chat(sandbox: RunningSandbox, editor: User) -> None:
    scope = {"type": "chat", "chat_id": editor.id}
    commands = [{"command": "broadcast", "description": "x"}]
    assert await sandbox.refused("setMyCommands", commands=commands, scope=scope) == "Bad Request: chat not found"
    sandbox.readers.start(editor.id)
    await sandbox.ok("setMyCommands", commands=commands, scope=scope)
    assert sandbox.state.commands_for(editor.id, editor.id) == commands
