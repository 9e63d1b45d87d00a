"""What a bot must be told to run against this sandbox: `bot.env` and `newsroom.toml` in the sandbox's folder."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from newsbot.sandbox import DEMO_CHANNEL, DEMO_EDITOR_ID, DEMO_TOKEN


def write_bot_settings(folder: Path, address: str, cms_token: str) -> None:
    """`address`: where the sandbox serves, `http://127.0.0.1:8090`; `cms_token`: what its portal will show the bot."""
    newsroom = folder / "newsroom.toml"
    template = files("newsbot.sandbox").joinpath("content/newsroom.toml").read_text("utf-8")
    newsroom.write_text(template.replace("{portal}", address), "utf-8")
    (folder / "bot.env").write_text(
        f"NEWSBOT_TELEGRAM__API_URL={address}\n"
        f"NEWSBOT_TELEGRAM__TOKEN={DEMO_TOKEN}\n"
        f"NEWSBOT_NEWSROOM={newsroom.absolute()}\n"
        f"NEWSBOT_INGEST__TOKEN={cms_token}\n"
        f"NEWSBOT_ADMINS=telegram:{DEMO_EDITOR_ID}\n"
        f"NEWSBOT_TELEGRAM__CHANNEL=@{DEMO_CHANNEL}\n",
        "utf-8",
    )
