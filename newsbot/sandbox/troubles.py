"""What can go wrong at Telegram, by the name of a button: each a few faults that stay until all is well again."""

from __future__ import annotations

from typing import Final

from newsbot.sandbox.faults import FaultPlan
from newsbot.sandbox.telegram import Fault, SandboxState

WRITING: Final = ("send*", "edit*", "delete*")  #: what a broadcast, a correction and a recall consist of

#: flood: one request in twelve is told to wait · errors: every fourth gets a proxy's page · lost: one in twelve is
#: carried out and its answer lost · slow: answers come three seconds late · outage: nothing gets through, either way
KINDS: Final = ("flood", "errors", "lost", "slow", "outage")


def trouble(state: SandboxState, kind: str, *, on: bool) -> None:
    """Begin or end one kind of trouble. Raises ValueError for a kind there isn't."""
    if kind not in KINDS:
        raise ValueError(f"There is no trouble {kind!r}, only {', '.join(KINDS)}")
    _end(state.faults, kind)
    if on:
        for fault in _faults(kind):
            state.faults.add(fault)


def all_well(state: SandboxState) -> None:
    """End everything, faults ordered by other means too."""
    state.faults.clear()


def troubles(state: SandboxState) -> dict[str, int]:
    """What is in force, and how often it has struck."""
    struck: dict[str, int] = {}
    for fault in state.faults.faults:
        name = fault.name or "other"
        struck[name] = struck.get(name, 0) + fault.struck
    return struck


def _faults(kind: str) -> list[Fault]:
    match kind:
        case "flood":
            return [Fault("status", one, status=429, retry_after=3, probability=1 / 12, name=kind) for one in WRITING]
        case "errors":
            return [Fault("html", one, status=502, probability=0.25, name=kind) for one in WRITING]
        case "lost":
            return [Fault("drop_after", one, probability=1 / 12, name=kind) for one in WRITING]
        case "slow":
            return [Fault("slow_after", one, seconds=3.0, name=kind) for one in WRITING]
        case _:
            return [Fault("drop_before", name=kind)]


def _end(plan: FaultPlan[Fault], kind: str) -> None:
    plan.clear(kind)
