"""Python's collector of reference cycles, for a process that runs for long and makes many short-lived objects.

By default it looks at every object there is each time some thousands were made: with the libraries' hundred thousands,
a tenth of the time of a broadcast.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (5_000, 20, 20)  #: objects, and rounds of the younger generation, between two collections


def settle_down() -> None:
    """What there is now stays: it isn't looked at any more. Call it when everything is opened."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
