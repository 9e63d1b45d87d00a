"""When a reader may be written to, on channels where the platform counts from what the reader did last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Opener(IntEnum):
    """What a reader did that opens a window. One byte in Redis: a number never changes its meaning."""

    MESSAGE = 1  #: wrote, or sent something
    BUTTON = 2  #: pressed a button, a quick reply or an entry of the menu; Get Started
    REACTION = 3  #: reacted to one of our messages
    REFERRAL = 4  #: followed a link into a conversation that existed
    AD = 5  #: wrote for the first time after an advertisement that leads into the chat
    OPT_IN = 6  #: wrote through a plugin on the newsroom's site


@dataclass(frozen=True, slots=True)
class Window:
    """Until `expires_at` (aware) we may write; `opened_by` is its evidence."""

    expires_at: datetime
    opened_by: Opener
