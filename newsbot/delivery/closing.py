"""What the rest of the house asks of the list of windows that close soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.domain.window import Window


@dataclass(frozen=True, slots=True)
class Closing:
    """A subscriber who follows something, whose alerts come here, and whose window closes soon."""

    segment: int
    position: int  #: in the segment
    user_id: str
    language: str
    timezone: str
    window: Window


class ClosingWindows(Protocol):
    """Of one channel account. Raises StoreUnavailable."""

    async def segments(self) -> tuple[int, ...]: ...

    async def closing(
        self, segment: int, *, after: datetime, until: datetime, start: int = 0
    ) -> tuple[tuple[Closing, ...], int | None]:
        """Some of those who have not been asked since they were last heard of, from the position `start` on; and the
        position to go on from, None: those were all.
        """
        ...

    async def ask(self, found: Sequence[Closing]) -> tuple[Closing, ...]:
        """Note that they are asked now. Of one segment. Returns those whom nobody has asked meanwhile, and who have
        not been heard of.
        """
        ...
