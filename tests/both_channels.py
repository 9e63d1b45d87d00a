"""The whole program on both channels, as a process: a newsroom's folder, Telegram's sandbox and the Graph API's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsbot.bootstrap import Parts
from newsbot.config import load_settings
from newsbot.delivery.ending import totals_of
from newsbot.domain.alert import Totals
from newsbot.sandbox.messenger.page_side import PageSide
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox
from tests.newsroom_folder import TOKEN
from tests.programs import Program, free_port, program, ready, run_to_end
from tests.telegram_sandbox import running_app, until

EDITOR = 6_000_000_001
PATIENCE = 60.0  #: seconds for whatever is waited for; the machine may be busy
NEWSROOM = """
[newsroom]
name = { bn = "দৈনিক নমুনা", en = "Daily Sample" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা", en = "Sports" }
"""


@dataclass
class BothChannels:
    folder: Path
    state: SandboxState
    telegram: ReaderSide
    messenger: MessengerSandbox
    settings: dict[str, str]
    port: int
    persons: list[str] = field(default_factory=list)
    users: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Program]:
        """The program, ready, with its webhook registered."""
        async with program("run", folder=self.folder, settings=self.settings) as started:
            await ready(self.port, started)
            url = f"http://127.0.0.1:{self.port}/messenger/webhook"
            await self.messenger.order("PUT", "/webhook", {"url": url})
            yield started

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        return await run_to_end(*arguments, folder=self.folder, settings=self.settings)

    async def subscribe(self, users: Iterable[int], persons: Iterable[str], *, language: str = "bn") -> None:
        """Readers who are known already, as an import brings them; those of Messenger have written to nobody yet."""
        self.users, self.persons = [*self.users, *users], [*self.persons, *persons]
        lines = [json.dumps({"format": "newsbot-subscribers", "version": 1})]
        for address in (*(f"telegram:{one}" for one in users), *(f"messenger:{one}" for one in persons)):
            preferences = {"language": language, "timezone": "Asia/Dhaka", "topics": ["sports"], "onboarded": True}
            since = "2026-01-18T10:00:00+00:00"
            lines.append(json.dumps({"address": address, "since": since, "preferences": preferences}))
        (self.folder / "readers.jsonl").write_text("\n".join(lines), "utf-8")
        status, _, err = await self.run("subscribers", "import", "readers.jsonl")
        assert status == 0, err

    async def totals(self, alert: int = 1) -> Totals:
        """As the program has it, while it is down."""
        env_file = self.folder / "both.env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in self.settings.items()), "utf-8")
        async with Parts(load_settings(env_file, data_dir=self.folder / "data")) as parts:
            return await totals_of(await parts.ledgers(), alert)

    async def press(self, label: str, editor: int = EDITOR) -> None:
        """The newest button with this label in the editor's chat, once there is one."""

        def found() -> tuple[int, str] | None:
            for bubble in reversed(self.telegram.view(editor, editor, limit=50)):
                for row in (bubble.get("reply_markup") or {}).get("inline_keyboard", []):
                    for button in row:
                        if label in button["text"] and "callback_data" in button:
                            return bubble["message_id"], button["callback_data"]
            return None

        await until(lambda: found() is not None, seconds=PATIENCE)
        pressed = found()
        assert pressed is not None
        self.telegram.press(editor, pressed[0], data=pressed[1])

    async def tap(self, person: str, label: str) -> None:
        """What begins so in the Page's last message to the person, once it is there."""

        def found() -> str | None:
            replies = (self.messenger.readers.view(person) or [{}])[-1].get("quick_replies", ())
            return next((one["payload"] for one in replies if one["title"].startswith(label)), None)

        await until(lambda: found() is not None, seconds=PATIENCE)
        self.messenger.readers.tap_quick_reply(person, found())

    def on_telegram(self, words: str) -> Counter[int]:
        """Who has a message with these words there, and how often."""
        return Counter(
            entry.chat_id for entry in self.state.ledger if words in entry.text and entry.chat_id in self.users
        )

    def on_messenger(self, alert: int = 1) -> Counter[str]:
        """The same of an alert: each of its messages carries its delivery's id."""
        known = set(self.persons)
        return Counter(
            entry.person_id
            for entry in self.messenger.state.ledger
            if entry.person_id in known and entry.metadata.startswith(f"{alert}:")
        )

    async def answered(self, person: str, words: str) -> str:
        """The newest of the Page's messages to the person with these words, once there is one."""

        def found() -> list[str]:
            return [one for one in self.said_to(person) if words in one]

        await until(lambda: bool(found()), seconds=PATIENCE)
        return found()[-1]

    @property
    def page(self) -> PageSide:
        return PageSide(self.messenger.state)

    def said_to(self, person: str) -> list[str]:
        """What the Page has written there, oldest first: texts, and templates as JSON."""
        bubbles = [one for one in self.messenger.readers.view(person) if not one["outgoing"]]
        return [one["text"] or json.dumps(one["attachments"], ensure_ascii=False) for one in bubbles]

    def told_editor(self, editor: int = EDITOR) -> list[str]:
        bubbles = self.telegram.view(editor, editor, limit=100)
        return [one.get("text") or one.get("caption", "") for one in bubbles if one.get("from", {}).get("is_bot")]


@asynccontextmanager
async def both_channels(folder: Path, **settings: str) -> AsyncIterator[BothChannels]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with running_app(create_telegram_app(state)) as url, messenger_sandbox() as messenger:
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        account, port = messenger.state.account, free_port()
        values: dict[str, Any] = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_MESSENGER__PAGE_ID": account.id,
            "NEWSBOT_MESSENGER__PAGE_TOKEN": account.token,
            "NEWSBOT_MESSENGER__APP_SECRET": account.app_secret,
            "NEWSBOT_MESSENGER__VERIFY_TOKEN": account.verify_token,
            "NEWSBOT_MESSENGER__API_URL": messenger.url,
            "NEWSBOT_WEB__PORT": str(port),
            "NEWSBOT_ADMINS": f"telegram:{EDITOR}",
        }
        readers = ReaderSide(state)
        readers.add_user("সম্পাদক", user_id=EDITOR, started=True)
        yield BothChannels(folder, state, readers, messenger, values | settings, port)
    state.close()
