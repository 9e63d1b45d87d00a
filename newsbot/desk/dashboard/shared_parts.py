"""What all who watch one thing see alike: rendered once for each look at it, however many watch."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Final

__all__ = ["SharedParts"]

MOST: Final = 64  #: kept at a time; more than are watched at once


class SharedParts:
    """Of one process."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[object, Mapping[str, str]]] = {}

    def of(self, key: Hashable, look: object, make: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        """What `make` made of this very `look` when `key` (what it is of, in which language) first asked for it."""
        known = self._made.get(key)
        if known is not None and known[0] is look:
            return known[1]
        made = make()
        if len(self._made) >= MOST:
            self._made.clear()
        self._made[key] = look, made
        return made
