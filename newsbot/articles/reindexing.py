"""Keeps the index of words up to date: what an older version of the analyser indexed is indexed anew.

In the background, in small transactions, the newest articles first; each article is found as it is until its turn. An
article takes some milliseconds: 100,000 of them about half an hour, half of it pauses for those who write meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.errors import StoreError

BATCH: Final = 50  #: articles in a transaction
PAUSE: Final = 0.2  #: seconds between two
AFTER_FAILURE: Final = 25  #: pauses until a database that is away is asked again
REST: Final = 3_600.0  #: seconds until it is looked again, in case an older program wrote meanwhile

log = structlog.get_logger()


async def keep_index_up_to_date(
    store: ArticleStore,
    *,
    batch: int = BATCH,
    pause: float = PAUSE,
    rest: float = REST,
    made: Callable[[int], object] = lambda _: None,
) -> None:
    """Work until cancelled. `made` is told how many articles were indexed anew, batch by batch."""
    total = 0
    while True:
        try:
            count = await store.index_anew(batch)
        except StoreError as error:
            log.warning("index not kept up to date", cause=str(error))
            await asyncio.sleep(AFTER_FAILURE * pause)
            continue
        if count:
            if not total:
                log.info("articles are indexed anew")
            total += count
            made(count)
        elif total:
            log.info("index is up to date", articles=total)
            total = 0
        await asyncio.sleep(pause if count else rest)
