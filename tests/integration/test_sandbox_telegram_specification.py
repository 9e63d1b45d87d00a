"""Every answer and update of the sandbox against the Bot API's machine-readable specification."""

import json
import os
from pathlib import Path

import pytest

from newsbot.sandbox.telegram.server import METHODS
from tests.sandbox_server import png, running_sandbox

SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no shared data beside the project"),
]

#: Younger than the specification's version, or sent by the real server without being documented.
BEYOND = {"can_send_welcome_messages", "new_chat_member", "new_chat_participant"}
PLAIN = {"Integer": int, "String": str, "Float": (int, float), "Boolean": bool, "True": bool}


class Specification:
    def __init__(self, path):
        parsed = json.loads(path.read_text())
        self.methods, self.types = parsed["methods"], parsed["types"]

    def problems(self, value, kinds, where):
        """What is wrong with a value that must be one of `kinds`; the shortest list of complaints."""
        return min((self._problems(value, kind, where) for kind in kinds), key=len)

    def _problems(self, value, kind, where):
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: no array"]
            inner = kind.removeprefix("Array of ")
            return [problem for n, item in enumerate(value) for problem in self._problems(item, inner, f"{where}[{n}]")]
        if kind in PLAIN:
            right = isinstance(value, PLAIN[kind]) and (kind in {"Boolean", "True"} or not isinstance(value, bool))
            return [] if right else [f"{where}: {value!r} is no {kind}"]
        described = self.types[kind]
        if "subtypes" in described:
            return self.problems(value, described["subtypes"], where)
        if not isinstance(value, dict):
            return [f"{where}: no {kind}"]
        fields = {field["name"]: field for field in described.get("fields", [])}
        problems = [
            f"{where}: {kind} lacks {name}" for name, f in fields.items() if f["required"] and name not in value
        ]
        for name, item in value.items():
            if name in fields:
                problems += self.problems(item, fields[name]["types"], f"{where}.{name}")
            elif name not in BEYOND:
                problems.append(f"{where}: {kind} has no field {name}")
        return problems


@pytest.fixture(scope="module")
def specification():
    return Specification(SHARED / "telegram" / "api.json")


def test_every_method_is_one_of_the_bot_api(specification):
    assert set(METHODS) <= {name.lower() for name in specification.methods}


async def test_every_answer_and_update_is_shaped_as_specified(specification):
    asked = set()
    async with running_sandbox() as sandbox:

        async def ask(method, **arguments):
            result = await sandbox.ok(method, **arguments)
            asked.add(method.lower())
            assert specification.problems(result, specification.methods[method]["returns"], method) == []
            return result

        readers = sandbox.readers
        reader = readers.add_user("রহিম", last_name="উদ্দিন", username="rahim")
        other = readers.add_user("করিম")
        chat = {"chat_id": reader.id}
        readers.start(reader.id, "x")
        await ask("getMe")
        buttons = {
            "inline_keyboard": [
                [{"text": "ক", "callback_data": "k"}, {"text": "খ", "url": "https://example.org/"}],
                [{"text": "গ", "copy_text": {"text": "কপি"}}],
            ]
        }
        markup = (
            "<b>ক</b><i>খ</i><u>গ</u><s>ঘ</s><tg-spoiler>ঙ</tg-spoiler><code>চ</code>"
            '<pre><code class="language-py">ছ</code></pre><a href="https://example.org/">জ</a>'
            '<a href="tg://user?id=5">ঝ</a><blockquote expandable>ঞ</blockquote>'
            '<tg-emoji emoji-id="5">😀</tg-emoji> /help #খেলা @news_desk x@y.org example.org'
        )
        sent = await ask("sendMessage", **chat, text=markup, parse_mode="HTML", reply_markup=buttons)
        where = {**chat, "message_id": sent["message_id"]}
        await ask(
            "sendMessage",
            **chat,
            text="x",
            reply_parameters={"message_id": sent["message_id"]},
            link_preview_options={"url": "https://example.org/", "prefer_small_media": True},
            protect_content=True,
        )
        await ask("editMessageReplyMarkup", **where)
        await ask("editMessageText", **where, text="নতুন", reply_markup=buttons)
        query = readers.press(reader.id, sent["message_id"], data="k")
        await ask("answerCallbackQuery", callback_query_id=query, text="x")
        picture = sandbox.state.pictures.add(png(9, 9))
        photo = await ask(
            "sendPhoto", **chat, photo=picture.file_id, caption="x", has_spoiler=True, show_caption_above_media=True
        )
        shown = {**chat, "message_id": photo["message_id"]}
        await ask("editMessageCaption", **shown, caption="<b>y</b>", parse_mode="HTML")
        await ask("editMessageMedia", **shown, media={"type": "photo", "media": picture.file_id})
        await ask("getFile", file_id=picture.file_id)
        await ask("copyMessage", **chat, from_chat_id=reader.id, message_id=sent["message_id"])
        await ask("forwardMessage", **chat, from_chat_id=reader.id, message_id=sent["message_id"])
        await ask("sendChatAction", **chat, action="typing")
        await ask("deleteMessage", **where)
        await ask("deleteMessages", **chat, message_ids=[photo["message_id"]])
        await ask("setMyCommands", commands=[{"command": "help", "description": "x"}])
        await ask("getMyCommands")
        await ask("deleteMyCommands")
        for text in ("Name", "Description", "ShortDescription"):
            await ask(f"setMy{text}", language_code="bn")
            await ask(f"getMy{text}")
        await ask("setChatMenuButton", menu_button={"type": "commands"})
        await ask("getChatMenuButton", **chat)
        readers.send_sticker(reader.id)
        readers.send_photo(reader.id, png(3, 3), caption="x")
        readers.send_album(reader.id, [png(3, 3), png(4, 4)], caption="x")
        readers.send_text(reader.id, "x y", entities=[{"type": "bold", "offset": 0, "length": 1}])
        readers.forward(reader.id, "x", channel="সংস্থা")
        readers.forward(reader.id, "x", photo=png(3, 3), person="রহিম")
        readers.send_location(reader.id, 23.8, 90.4)
        readers.send_contact(reader.id, "+8801700000000", "x")
        readers.edit_text(reader.id, readers.send_text(reader.id, "/help")["message_id"], "/latest")
        readers.block(reader.id)
        for kind in ("group", "supergroup", "channel"):
            group = readers.add_group(
                "আড্ডা", kind=kind, members=[reader.id, other.id], bot_status="left", forum=kind == "supergroup"
            )
            readers.promote_member(group.id, other.id)
            readers.add_bot(group.id, reader.id)
            readers.promote_bot(group.id, reader.id)
            readers.send_text(reader.id, "x", chat_id=group.id, anonymous=kind == "supergroup")
            await ask("sendMessage", chat_id=group.id, text="x")
            await ask("getChat", chat_id=group.id)
            await ask("getChatMember", chat_id=group.id, user_id=reader.id)
            await ask("getChatAdministrators", chat_id=group.id)
            await ask("getChatMemberCount", chat_id=group.id)
            if kind == "group":
                readers.migrate(group.id)
            else:
                await ask("leaveChat", chat_id=group.id)
        await ask("getChat", **chat)
        await ask("setWebhook", url="http://127.0.0.1:9/")
        await ask("getWebhookInfo")
        await ask("deleteWebhook")
        updates = await ask("getUpdates")
        await ask("logOut")
        await ask("close")
    kinds = {key for update in updates for key in update} - {"update_id"}
    assert kinds == {"message", "edited_message", "channel_post", "callback_query", "my_chat_member"}
    assert set(METHODS) - asked <= {"senddocument"}
