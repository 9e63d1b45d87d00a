"""What the portal's own system tells the bot at once: breaking news, and an article that was withdrawn."""

from __future__ import annotations

import sys
from typing import Final

import aiohttp
from aiohttp import web

from newsbot.sandbox.portal_articles import PortalArticle
from newsbot.sandbox.portal_samples import sections

WITHIN: Final = aiohttp.ClientTimeout(total=5)  #: for the bot to answer; the newsroom's page waits


class CmsPush:
    """`bot`: where the bot's web server is; `token`: its NEWSBOT_INGEST__TOKEN."""

    def __init__(self, bot: str, token: str) -> None:
        self._address = f"{bot}/api/articles"
        self._token = token
        #: the portal's address in the bot's settings, known once it serves; a browser may know it by another name
        self.portal = ""

    async def break_news(self, article: PortalArticle) -> bool:
        """Bring an article with `breaking: true`. False, and the reason on standard error, where it wasn't taken."""
        section = sections()[article.section]
        fields = {
            "@type": "NewsArticle",
            "url": self.portal + article.path,
            "headline": article.headline,
            "alternativeHeadline": article.kicker,
            "articleBody": article.body,
            "articleSection": section.name,
            "author": article.byline,
            "image": self.portal + article.image_path,
            "datePublished": article.published_at.isoformat(),
            "breaking": True,
        }
        return await self._tell("POST", {name: value for name, value in fields.items() if value})

    async def withdraw(self, article: PortalArticle) -> bool:
        """Take an article back from the bot. False, and the reason on standard error, where it wasn't told."""
        return await self._tell("DELETE", {"url": self.portal + article.path})

    async def _tell(self, method: str, body: dict[str, object]) -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=WITHIN) as session,
                session.request(
                    method, self._address, json=body, headers={"Authorization": f"Bearer {self._token}"}
                ) as answer,
            ):
                if answer.status != 200:
                    _say(f"the bot answered {answer.status} to {method} {body['url']}: {await answer.text()}")
                return answer.status == 200
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            _say(f"the bot was not told {method} {body['url']} ({type(error).__name__})")
            return False


CMS_PUSH: Final = web.AppKey("cms_push", CmsPush)


def _say(line: str) -> None:
    sys.stderr.write(f"sandbox: {line}\n")
    sys.stderr.flush()
