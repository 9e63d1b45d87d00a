"""Which words of a search that found nothing are kept: those that could be anybody's. Pure."""

from __future__ import annotations

import re
from typing import Final

from newsbot.text.tokens import tokens

__all__ = ["OTHERS", "words_to_keep"]

OTHERS: Final = ""  #: under which all are counted whose words aren't kept
MOST_WORDS: Final = 6  #: a longer one is a sentence, or pasted
LONGEST: Final = 60  #: characters
_SOMEBODYS: Final = re.compile(r"@|://|\d{6,}")  #: an address, a telephone number, a number of an account


def words_to_keep(search: str) -> str:
    """Its words as they are compared, a space between two; OTHERS where they may say who searched."""
    found = tokens(search)
    words = " ".join(found)
    if (
        not 0 < len(found) <= MOST_WORDS
        or len(words) > LONGEST
        or _SOMEBODYS.search(search)
        or _SOMEBODYS.search(words)
    ):
        return OTHERS
    return words
