"""Misbehaviour on order: which requests, how often, and what happens to them instead.

status        answered with `status` (429 with `retry_after`, 500, 401 …) and not carried out
html          a proxy's page with `status` (502) instead of JSON, not carried out
drop_before   connection closed, not carried out
drop_after    carried out, then the connection is closed: the answer is lost
half          carried out, half of the answer arrives, then the connection is closed
slow          carried out after `seconds`
slow_after    carried out, answered after `seconds`
trickle       carried out, the answer comes in bytes, spread over `seconds`
"""

from __future__ import annotations

import fnmatch
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["ACTIONS", "Fault", "FaultPlan"]

ACTIONS: Final = ("status", "html", "drop_before", "drop_after", "half", "slow", "slow_after", "trickle")


@dataclass(slots=True)
class Fault:
    """One rule. Every condition must hold; `probability` draws from a generator seeded with `seed`."""

    action: str
    methods: str = "*"  #: name pattern, any case: `send*`
    chats: frozenset[int] | None = None  #: None: every chat, and requests without one
    status: int = 500
    description: str = ""
    retry_after: int | None = None
    seconds: float = 0.0
    skip: int = 0  #: let so many matching requests through first
    count: int | None = None  #: then strike so often, None: for ever
    probability: float = 1.0
    seed: int = 0
    name: str = ""  #: who ordered it, or why
    seen: int = 0
    struck: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"fault action {self.action!r} is not one of {', '.join(ACTIONS)}")
        self._random = random.Random(self.seed)  # noqa: S311  (repeatable on purpose)

    def strikes(self, method: str, chat_id: int | None) -> bool:
        if not fnmatch.fnmatchcase(method.lower(), self.methods.lower()):
            return False
        if self.chats is not None and chat_id not in self.chats:
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.count is not None and self.struck >= self.count):
            return False
        if self.probability < 1 and self._random.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def json(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "methods": self.methods,
            "chats": sorted(self.chats) if self.chats is not None else None,
            "status": self.status,
            "description": self.description,
            "retry_after": self.retry_after,
            "seconds": self.seconds,
            "skip": self.skip,
            "count": self.count,
            "probability": self.probability,
            "seed": self.seed,
            "name": self.name,
            "seen": self.seen,
            "struck": self.struck,
        }


class FaultPlan:
    """The rules in force; the first that strikes decides."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        self.faults.clear()

    def choose(self, method: str, chat_id: Callable[[], int | None]) -> Fault | None:
        if not self.faults:
            return None
        chat = chat_id()
        return next((fault for fault in self.faults if fault.strikes(method, chat)), None)
