"""Languages that the press tables here don't speak, and Babel does: any that a catalogue is added for.

English is our own table too, since Babel takes 0.1 s to load and nobody else needs it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["elsewhere"]


@lru_cache(maxsize=64)
def elsewhere(language: str) -> Locale | None:
    """Babel's locale of a language that is neither ours nor unknown."""
    if language in {"bn", "en"}:
        return None
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError, TypeError):
        return None
