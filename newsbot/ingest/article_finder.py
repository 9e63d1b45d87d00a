"""Which stored article a new find is: the same address in any spelling. The same words are the store's to see.

The store holds the fingerprint of every text, so `ArticleStore.put` recognises a copy under another address by itself
and in one transaction. Addresses are settled here, before a page is fetched, since they save the fetch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newsbot.domain.article import Article
from newsbot.ingest.canonical_url import same_page_addresses

__all__ = ["addresses_to_look_up", "find_article"]


def addresses_to_look_up(urls: Iterable[str]) -> tuple[str, ...]:
    """Every address that any of these canonical `urls` may be stored under, each once."""
    return tuple(dict.fromkeys(twin for url in urls for twin in same_page_addresses(url)))


def find_article(urls: Iterable[str], known: Mapping[str, Article]) -> Article | None:
    """The stored article that one of `urls` leads to, the exact spelling before its twins; `known` is by address."""
    candidates = tuple(urls)
    for url in (*candidates, *addresses_to_look_up(candidates)):
        if url in known:
            return known[url]
    return None
