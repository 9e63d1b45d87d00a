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
from collections.abc import Callable, Container
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final, Generic, TypeVar

from newsbot.errors import NewsbotError

__all__ = ["ACTIONS", "FaultPlan", "FaultRule"]

ACTIONS: Final = ("status", "html", "drop_before", "drop_after", "half", "slow", "slow_after", "trickle")


Chat = int | str  #: as the platform names it


@dataclass(slots=True)
class FaultRule:
    """One rule. Every condition must hold; `probability` draws from a generator seeded with `seed`."""

    actions: ClassVar[tuple[str, ...]] = ACTIONS  #: what a platform's server can do

    action: str
    methods: str = "*"  #: name pattern, any case: `send*`
    chats: frozenset[Chat] | None = None  #: None: every chat, and requests without one
    status: int = 500
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
        if self.action not in self.actions:
            raise ValueError(f"fault action {self.action!r} is not one of {', '.join(self.actions)}")
        self._random = random.Random(self.seed)  # noqa: S311  (repeatable on purpose)

    def refusal(self) -> NewsbotError:
        """What a rule with the action `status` answers, in the platform's form."""
        raise NotImplementedError

    def strikes(self, method: str, chat_id: Chat | None) -> bool:
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
        """The rule and how often it has struck."""
        names = [one.name for one in fields(self) if not one.name.startswith("_")]
        told = {name: getattr(self, name) for name in names}
        return {**told, "chats": sorted(self.chats, key=str) if self.chats is not None else None}


Rule = TypeVar("Rule", bound=FaultRule)


class FaultPlan(Generic[Rule]):
    """The rules in force; the first that strikes decides."""

    def __init__(self) -> None:
        self.faults: list[Rule] = []

    def add(self, fault: Rule) -> Rule:
        self.faults.append(fault)
        return fault

    def clear(self, name: str | None = None) -> None:
        """Remove all rules, or those of one name."""
        self.faults[:] = [fault for fault in self.faults if name is not None and fault.name != name]

    def choose(self, method: str, chat_id: Callable[[], Chat | None], actions: Container[str] = ACTIONS) -> Rule | None:
        """The rule that strikes now, of those with one of `actions`; the others don't even count the request."""
        if not self.faults:
            return None
        chat = chat_id()
        return next((rule for rule in self.faults if rule.action in actions and rule.strikes(method, chat)), None)
