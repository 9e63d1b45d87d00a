"""What the portal's own system tells the bot at once: an article that was withdrawn (`DELETE /api/articles`)."""

from __future__ import annotations

import sys
from typing import Final

import aiohttp
from aiohttp import web

WITHIN: Final = aiohttp.ClientTimeout(total=5)  #: for the bot to answer; the newsroom's page waits


class CmsPush:
    """`bot`: where the bot's web server is; `token`: its NEWSBOT_INGEST__TOKEN."""

    def __init__(self, bot: str, token: str) -> None:
        self._address = f"{bot}/api/articles"
        self._token = token
        #: the portal's address in the bot's settings, known once it serves; a browser may know it by another name
        self.portal = ""

    async def withdraw(self, path: str) -> None:
        """Ask for the withdrawal of the article at `path`; where that fails, standard error says why."""
        try:
            async with (
                aiohttp.ClientSession(timeout=WITHIN) as session,
                session.delete(
                    self._address,
                    json={"url": self.portal + path},
                    headers={"Authorization": f"Bearer {self._token}"},
                ) as answer,
            ):
                if answer.status != 200:
                    _say(f"the bot answered {answer.status} to the withdrawal of {path}: {await answer.text()}")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            _say(f"the bot was not told of the withdrawal of {path} ({type(error).__name__})")


CMS_PUSH: Final = web.AppKey("cms_push", CmsPush)


def _say(line: str) -> None:
    sys.stderr.write(f"sandbox: {line}\n")
    sys.stderr.flush()
