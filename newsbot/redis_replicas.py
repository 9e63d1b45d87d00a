"""Writes that a promoted replica must know: they count once a replica has them.

Redis answers first and replicates then, so a replica that lags and is promoted has forgotten what its primary was the
last to hear. WAIT asks how many replicas have everything that its connection wrote; it holds up nobody but that
connection. The stream of writes has an order: a replica that has one of them has all before it, whoever wrote them.

How many must have it: as many as the setting says; without it one, where there is any. A replica that is gone, or is
still taking its copy, is waited for a while and then no longer: an alert that nobody gets on the night of an election
is worse than the risk, which is told. One that is there and lags is waited for however long it takes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics
from newsbot.redis_client import Script

LOOK_EVERY: Final = 5.0  #: seconds between two looks at which replicas there are, while anything is written that counts
CONFIRMS_WITHIN: Final = 1_000  #: milliseconds; well under the client's ANSWER_TIMEOUT
GONE_AFTER: Final = 30.0  #: seconds that a server's only replica is waited for when it isn't there
#: the same where the server is another than before, a promoted replica or one that restarted: those that remain come to
#: it within seconds, and often there are none
COME_WITHIN: Final = 5.0

#: overwritten before each WAIT, which on a connection that wrote nothing says that everybody has it
_KEY: Final = "newsbot:replicated"
_MARK: Final = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1], '')"

_log = structlog.get_logger()


class ReplicaBehind(StoreUnavailable):
    """Redis has done it, and could forget it: no replica has confirmed it in time."""


class Replicas:
    """Of one server. `wanted`: how many must confirm, 0: none is asked; None: one, where there is any. `clock`:
    seconds, for how long one has been away.

    Raises ReplicaBehind, and what the Redis client raises.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        wanted: int | None = None,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._wanted = wanted
        self._clock = clock
        metrics = metrics or Metrics()
        self._awaited, self._gone_figure = metrics.redis_replicas_awaited, metrics.redis_replica_gone
        self._looked_at = float("-inf")
        self._history = ""  # the server's; another one after a restart or a promotion
        self._online = 0
        self._were_there = False
        self._gone_since: float | None = None
        self._patience = GONE_AFTER
        self._given_up = False
        self._behind = False  # the last write that was waited for was not confirmed
        self._awaited.set(self.needed)

    @property
    def needed(self) -> int:
        """How many must confirm a write, as of the last look."""
        return self._wanted if self._wanted is not None else int(self._were_there and not self._given_up)

    @property
    def warning(self) -> str:
        """What is sent at a risk now; '' where there is none that was not there at the start."""
        if not self._given_up or self._wanted is not None:
            return ""
        return (
            "its replica is gone and no longer waited for: if an older copy were promoted now, readers could be "
            "alerted twice; start a replica, it is waited for as soon as it follows"
        )

    async def look(self) -> None:
        """At which replicas there are; rarely, unless `look_again` was called."""
        if self._wanted == 0 or self._clock() - self._looked_at < LOOK_EVERY:
            return
        info: dict[str, Any] = await self._redis.info("replication")
        now = self._looked_at = self._clock()
        if info.get("role") != "master":
            return  # it takes no writes
        history, before = str(info.get("master_replid", "")), self._history
        self._history = history
        if before and history != before:
            self._gone_since, self._patience = None, COME_WITHIN
        self._online = online(info)
        if self._online:
            if self._given_up:
                _log.info("a replica of Redis follows again and is waited for")
            self._were_there, self._given_up, self._gone_since, self._patience = True, False, None, GONE_AFTER
        elif self._were_there and not self._given_up:
            self._gone_since = now if self._gone_since is None else self._gone_since
            if self._wanted is None and now - self._gone_since >= self._patience:
                self._given_up = True
                _log.warning("Redis' replica is gone and is no longer waited for", seconds=round(self._patience))
        self._awaited.set(self.needed)
        self._gone_figure.set(self._given_up)

    def look_again(self) -> None:
        """The next time: the server was away, and another may have taken its place."""
        self._looked_at = float("-inf")

    async def follow(self) -> None:
        """Before anything is begun that would have to be taken back: raises ReplicaBehind while replicas that did not
        confirm the last write are not there yet. Else nothing is asked.
        """
        if self._behind:
            await self.barrier()

    async def barrier(self) -> None:
        """Returns once enough replicas have all that was written before, by whomever."""
        await self.look()
        if not self.needed:
            self._behind = False
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in self._confirming():
                pipe.execute_command(*command)
            _, confirmed = await pipe.execute()
        self._judge(confirmed)

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[bytes | str | int]) -> Any:
        """The script's answer, once enough replicas have what it wrote. Where they have it not in time it is done all
        the same, and may be done again.
        """
        await self.look()
        if not self.needed:
            self._behind = False
            return await script(self._redis, keys, args)
        answer, _, confirmed = await script.followed(self._redis, keys, args, *self._confirming())
        self._judge(confirmed)
        return answer

    def _confirming(self) -> tuple[tuple[str | int, ...], ...]:
        return ("EVAL", _MARK, 1, _KEY), ("WAIT", self.needed, CONFIRMS_WITHIN)

    def _judge(self, confirmed: int) -> None:
        self._behind = int(confirmed) < self.needed
        if not self._behind:
            return
        self.look_again()
        if self._wanted is not None and self._online < self._wanted:
            raise ReplicaBehind(
                f"{self._wanted} replicas of Redis are to have each delivery (NEWSBOT_REDIS_REPLICAS), and "
                f"{self._online} follow: start the others, or lower the setting"
            )
        if not self._online:
            raise ReplicaBehind("Redis had a replica, and it is gone: soon it will no longer be waited for")
        raise ReplicaBehind(
            f"Redis' replica doesn't follow: promoted now, it would not know who was written to. See to it and to its "
            f"network ({confirmed} of {self.needed} confirmed within {CONFIRMS_WITHIN / 1_000:g} s), or disconnect it"
        )


def online(replication: dict[str, Any]) -> int:
    """Replicas that have a copy and follow, by INFO's section."""
    links = [link for name, link in replication.items() if re.fullmatch(r"slave\d+", name)]
    return sum(isinstance(link, dict) and link.get("state") == "online" for link in links)
