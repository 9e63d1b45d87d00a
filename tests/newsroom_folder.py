"""A folder with the settings of a bot for the sandbox, and the program's commands run in it as its user runs them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from newsbot.sandbox.bot_settings import write_bot_settings
from newsbot.sandbox.messenger import PageAccount
from tests.programs import clean_environment, free_port, run_to_end

TOKEN = "10000001:token-of-these-tests_0123456789"
#: a newsroom with one topic and no source
NEWSROOM = """
[newsroom]
name = { bn = "দৈনিক নমুনা" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা" }
"""


class Newsroom:
    """`address`: where the sandbox is; `page`: the Facebook Page that the bot speaks for too."""

    def __init__(self, folder: Path, address: str, page: PageAccount | None = None) -> None:
        write_bot_settings(folder, address, "a-token-for-tests", page)
        self.folder, self.port, self.sandbox = folder, free_port(), address
        env_file = folder / "bot.env"
        more = f"NEWSBOT_DATA_DIR={folder / 'data'}\nNEWSBOT_WEB__PORT={self.port}\nNEWSBOT_LOG__LEVEL=warning\n"
        env_file.write_text(env_file.read_text("utf-8") + more, "utf-8")
        self.env_file = env_file

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        return await run_to_end("--env-file", str(self.env_file), *arguments, folder=self.folder)

    async def chat(self, *lines: str, user: str = "me") -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "newsbot", "--env-file", str(self.env_file), "chat", "--user", user),
            cwd=self.folder,
            env=clean_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, err = await process.communicate("\n".join(lines).encode())
        assert process.returncode == 0, err.decode()
        return out.decode()
