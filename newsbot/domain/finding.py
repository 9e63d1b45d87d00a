"""What somebody who looks after the program is told of one thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    WELL = "ok"
    WRONG = "WRONG"  #: it must be mended
    NOTE = "note"  #: worth knowing


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how it is, what was looked at, in words; the words of what is wrong say what to do."""

    state: State
    what: str
    words: str
