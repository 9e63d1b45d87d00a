"""The event loop that programs run on: uvloop, which is quicker, where there is one."""

from __future__ import annotations

import asyncio
from typing import Any


def loop_runner() -> Any:
    """What runs a coroutine to its end, as `asyncio.run` does."""
    try:
        import uvloop
    except ImportError:  # no wheel for this platform
        return asyncio.run
    return uvloop.run
