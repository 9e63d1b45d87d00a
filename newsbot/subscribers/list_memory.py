"""What the rest of the house asks of the short memory of what a reader was shown last.

It lets a typed `৩` open the third of the last list, and a button carry a search whose words don't fit into it. Losing
it loses nothing but this comfort.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from newsbot.domain.subscriber import Address

REMEMBERED_FOR: Final = timedelta(days=7)  #: from when it was last shown
TOKEN_LENGTH: Final = 16  #: hexadecimal digits: 64 bits tell apart all that is asked in a week


class ListMemory(Protocol):
    """Raises StoreUnavailable. One contract suite (`tests/contracts/test_list_memory.py`) runs against every
    implementation.
    """

    async def keep_list(self, address: Address, article_ids: Sequence[int]) -> None:
        """The list that was just shown to this reader, in its order, in place of the one before."""
        ...

    async def last_list(self, address: Address) -> tuple[int, ...]:
        """() when nothing was shown lately."""
        ...

    async def keep_words(self, words: str) -> str:
        """Keep the words of a search; the token (`token_of(words)`) finds them again. Not kept: who asked."""
        ...

    async def words(self, token: str) -> str | None:
        """None when it is too long ago."""
        ...

    async def forget(self, address: Address) -> None: ...


def token_of(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_LENGTH]
