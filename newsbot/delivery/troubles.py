"""One article or alert that can't be dealt with must not hold up the others; it is tried again, and told of once."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog

from newsbot.errors import NewsbotError, StoreUnavailable

log = structlog.get_logger()


class Troubles:
    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    async def guarded(self, name: str, work: Awaitable[bool]) -> bool:
        """What `work` says, or False if it failed. Raises StoreUnavailable: then nothing else can be done either."""
        try:
            done = await work
        except StoreUnavailable:
            raise
        except NewsbotError as error:
            self._complain(name, str(error))
        except Exception as error:
            self._complain(name, f"unforeseen {type(error).__name__}: {error}", traceback=True)
        else:
            self._reasons.pop(name, None)
            return done
        return False

    def _complain(self, name: str, reason: str, *, traceback: bool = False) -> None:
        """Say it once, until it is over or something else is the matter."""
        if self._reasons.get(name) != reason:
            self._reasons[name] = reason
            log.warning("planning failed", what=name, reason=reason, exc_info=traceback)
