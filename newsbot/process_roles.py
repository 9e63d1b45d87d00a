"""What a process of the program does. One does everything, or several share the work, on as many machines as wished."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any, Final

from newsbot.errors import ConfigurationError

Work = Callable[[], Coroutine[Any, Any, None]]  #: begun when called; it may be begun again after it was cancelled


class Role(StrEnum):
    ALL = "all"
    BOT = "bot"  #: receives by polling, answers readers, keeps editors informed
    INGEST = "ingest"  #: reads the sources
    DELIVER = "deliver"  #: plans alerts and sends them
    WEB = "web"  #: webhooks, the CMS's push, the articles for others


#: first word of a task's name → whose work it is
_OF: Final = {
    "intake": Role.BOT,
    "answers": Role.BOT,
    "menus": Role.BOT,
    "watchdog": Role.BOT,
    "desk": Role.BOT,
    "figures": Role.BOT,
    "delivery": Role.DELIVER,
    "planner": Role.DELIVER,
    "schedule": Role.DELIVER,
    "repair": Role.DELIVER,
    "keeping": Role.DELIVER,
    "curves": Role.DELIVER,
    "sources": Role.INGEST,
    "summaries": Role.INGEST,
    "retention": Role.INGEST,
    "rollups": Role.INGEST,
}

#: done by every process that has the role; the rest is done by one of them at a time. (An inbox sees to that itself.)
_BY_ALL: Final = frozenset({"delivery", "answers", "menus", "figures"})


def share_of(role: Role, work: Mapping[str, Work]) -> tuple[dict[str, Work], dict[Role, dict[str, Work]]]:
    """What a process of this role does itself, and what only one process at a time does, by the role it belongs to."""
    own: dict[str, Work] = {}
    led: dict[Role, dict[str, Work]] = {}
    for name, one in work.items():
        kind = name.partition(" ")[0]
        of = _OF[kind]
        if role not in (Role.ALL, of):
            continue
        if kind in _BY_ALL:
            own[name] = one
        else:
            led.setdefault(of, {})[name] = one
    return own, led


def refuse_without_servers(role: Role, redis_url: str | None) -> None:
    """Raises ConfigurationError for a process that others could not work with."""
    if role is not Role.ALL and redis_url is None:
        raise ConfigurationError(
            f"NEWSBOT_REDIS_URL: it is missing, and --role {role} needs it: all processes must reach the same Redis. "
            "(One process that does everything needs none: newsbot run.)"
        )
