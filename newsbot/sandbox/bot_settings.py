"""What a bot must be told to run against this sandbox: `bot.env` and `newsroom.toml` in the sandbox's folder."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from newsbot.sandbox import DEMO_CHANNEL, DEMO_EDITOR_ID, DEMO_TOKEN
from newsbot.sandbox.messenger import PageAccount


def write_bot_settings(folder: Path, address: str, cms_token: str, page: PageAccount | None = None) -> None:
    """`address`: where the sandbox serves, `http://127.0.0.1:8090`; `cms_token`: what its portal will show the bot.

    `page`: the Facebook Page that the bot is to speak for too.
    """
    newsroom = folder / "newsroom.toml"
    template = files("newsbot.sandbox").joinpath("content/newsroom.toml").read_text("utf-8")
    newsroom.write_text(template.replace("{portal}", address), "utf-8")
    (folder / "bot.env").write_text(
        f"NEWSBOT_TELEGRAM__API_URL={address}\n"
        f"NEWSBOT_TELEGRAM__TOKEN={DEMO_TOKEN}\n"
        f"NEWSBOT_NEWSROOM={newsroom.absolute()}\n"
        f"NEWSBOT_INGEST__TOKEN={cms_token}\n"
        f"NEWSBOT_ADMINS=telegram:{DEMO_EDITOR_ID}\n"
        f"NEWSBOT_TELEGRAM__CHANNEL=@{DEMO_CHANNEL}\n" + (_page_settings(address, page) if page is not None else ""),
        "utf-8",
    )


def _page_settings(address: str, page: PageAccount) -> str:
    return (
        f"NEWSBOT_MESSENGER__API_URL={address}\n"
        f"NEWSBOT_MESSENGER__PAGE_ID={page.id}\n"
        f"NEWSBOT_MESSENGER__PAGE_TOKEN={page.token}\n"
        f"NEWSBOT_MESSENGER__APP_SECRET={page.app_secret}\n"
        f"NEWSBOT_MESSENGER__VERIFY_TOKEN={page.verify_token}\n"
    )
