"""Tells the budget that all processes share what each answer says of our quota, and of refusals for its sake.

What to do is decided by `usage` and `outcomes`, purely; here it is told once, and again while it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

from newsbot.channels.http_exchange import Answer
from newsbot.channels.messenger.graph_error import error_of, object_of
from newsbot.channels.messenger.outcomes import UNDATED_FLOOD, is_rate_limit
from newsbot.channels.messenger.usage import APP_USAGE, BUSINESS_USAGE, restraint_of, usage_of
from newsbot.delivery.pacing import Restraint, Stop, Throttle
from newsbot.errors import StoreError

_log = structlog.get_logger(channel="messenger")

#: what a restraint is worth, compared with another
_WEIGHT: Final = {Stop.NOBODY: 0, Stop.PUSHES: 1, Stop.EVERYTHING: 2}


class Governor:
    """`watch` goes into `GraphApi(watch=…)`. `clock`: seconds that only grow. `used` is told how many per cent of the
    fullest quota are, each time the platform says something new.
    """

    def __init__(
        self,
        throttle: Throttle,
        *,
        clock: Callable[[], float] = monotonic,
        used: Callable[[float], None] = lambda percent: None,
    ) -> None:
        self._throttle = throttle
        self._used = used
        self._clock = clock
        self._told: Restraint | None = None
        self._told_until = 0.0  # when the half of it is over
        self._said: tuple[str | None, str | None] = (None, None)
        self._plenty = True  # `_said` asks for nothing

    async def watch(self, answer: Answer) -> None:
        """Never raises: an answer is an answer, even while Redis is away."""
        said = answer.headers.get(BUSINESS_USAGE), answer.headers.get(APP_USAGE)
        now = self._clock()
        refused = answer.status != 200 or b'"error"' in answer.body
        if not refused and said == self._said and (self._plenty or now < self._told_until):
            return
        restraint = _refusal(answer) if refused else None
        if restraint is None:
            usage = usage_of(answer.headers)
            restraint = restraint_of(usage)
            self._said, self._plenty = said, restraint is None
            if said != (None, None):
                self._used(usage.percent)
        if restraint is None or (restraint == self._told and now < self._told_until):
            return
        try:
            await self._throttle.restrain(restraint)
        except StoreError as error:
            _log.warning("a full quota can't be told to the others", reason=str(error))
            return
        if self._told is None or now >= self._told_until or _WEIGHT[restraint.stop] > _WEIGHT[self._told.stop]:
            _log.warning(
                "the platform's quota fills up",
                stops=restraint.stop.value or "nobody",
                pace_percent=round(10_000 / restraint.stretch),
                seconds=round(restraint.lasting.total_seconds()),
            )
        self._told, self._told_until = restraint, now + restraint.lasting.total_seconds() / 2


def _refusal(answer: Answer) -> Restraint | None:
    error = error_of(answer, object_of(answer))
    if error is None or not is_rate_limit(error):
        return None
    return Restraint(Stop.EVERYTHING, lasting=usage_of(answer.headers).regain or UNDATED_FLOOD)
