"""Who lives: workers count their heartbeats in a place that all see, and each observer watches the counts.

Who is silent for a while on the *observer's* monotonic clock is gone. A time to live on the server would do for less,
until the server's clock jumps: back, and nobody can take over for as long; forward, and two do the same work.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

LIFE: Final = timedelta(seconds=15)  #: how long one may be silent before another takes over

_ours: Final[set[str]] = set()  # the names of this process


def new_name() -> str:
    """A worker's name, which nobody ever had: it says which process of which machine it is."""
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
    _ours.add(name)
    return name


def retire(name: str) -> None:
    """This process won't work by that name any more."""
    _ours.discard(name)


def is_gone(name: str) -> bool:
    """Whether it is known to have ended: a process of this machine that is gone needn't be waited for."""
    host, _, rest = name.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # A container's processes get the same ids each time it starts.
        return name not in _ours
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Watch:
    """What one observer has seen of the others' heartbeats."""

    def __init__(self, life: timedelta = LIFE) -> None:
        self._life = life.total_seconds()
        self._seen: dict[str, tuple[bytes, float]] = {}  # beats, and when they were first seen

    def silent(self, beats: Mapping[str, bytes]) -> frozenset[str]:
        """Note everyone's count as it is now; who is gone, or has stood still for too long?"""
        now = time.monotonic()
        # Who is not there now begins anew when they come back: their count may have begun anew too.
        self._seen = {
            name: before if (before := self._seen.get(name)) and before[0] == count else (count, now)
            for name, count in beats.items()
        }
        return frozenset(n for n, (_, since) in self._seen.items() if is_gone(n) or now - since > self._life)

    def restart(self) -> None:
        """Nobody could beat for a while: everyone gets their whole time again."""
        self._seen.clear()
