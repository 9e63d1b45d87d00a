"""Whether the links in a message lead anywhere. A warning for the editor, who may know better."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from newsbot.domain.alert import AlertText
from newsbot.ingest.fetching import (
    AddressRefused,
    BadStatus,
    Bounds,
    Fetch,
    Fetcher,
    FetchError,
    Purpose,
    TooSlow,
    Unreachable,
)

__all__ = ["BOUNDS", "MOST_LINKS", "LinkCheck", "links_of"]

MOST_LINKS: Final = 5  #: that are tried of one message
PATIENCE: Final = timedelta(seconds=4)  #: for each, all at once: the editor waits
#: for the fetcher: what a page says is of no interest. It pauses for no host, or it would be late with the second link
BOUNDS: Final = {Purpose.ROBOTS: Bounds(64 * 1024, PATIENCE)}
GONE: Final = frozenset({404, 410, 500, 502, 503, 504})  #: others (401, 403, 429) are what a page says to a program

_LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """`allow_private`: links into this machine's network are fine, as in the demo."""

    fetcher: Fetcher
    allow_private: bool = False

    async def dead(self, urls: Iterable[str]) -> tuple[str, ...]:
        """Those of the first few that lead nowhere, or don't answer in time."""
        tried = tuple(dict.fromkeys(urls))[:MOST_LINKS]
        answers = await asyncio.gather(*(self._answers(url) for url in tried))
        return tuple(url for url, answers_ in zip(tried, answers, strict=True) if not answers_)

    async def _answers(self, url: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds() + 1):  # should it wait for a connection
                await self.fetcher.get(Fetch(url=url, purpose=Purpose.ROBOTS, allow_private=self.allow_private))
        except BadStatus as error:
            return error.status not in GONE
        except (TimeoutError, TooSlow, Unreachable, AddressRefused):
            return False
        except FetchError:  # it answered, with something that we would not read
            return True
        return True


def links_of(text: AlertText) -> tuple[str, ...]:
    """Addresses that readers can press: of links and buttons, and those that stand in the text."""
    linked = [span.url for span in text.spans if span.url] + [button.url for button in text.buttons]
    typed = [found.rstrip(".,;:!?)।") for found in _LINK.findall(text.plain)]
    return tuple(dict.fromkeys((*linked, *typed)))
