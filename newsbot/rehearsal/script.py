"""What goes wrong in a rehearsal, and when: fault scripts, TOML files with one table a fault.

    [[fault]]
    kind = "kill-worker"   # see KINDS
    at = "10%"             # when so many readers have it; or "5s" after the first message; or "random": by the seed
    times = 8              # how often (1)
    every = "10%"          # and how far apart ("10%" or "5s")
    for = "3s"             # how long, where it lasts; what strikes requests also "20%": until so many more have it
    share = 0.05           # of the requests, or of the readers, that it strikes
    wait = "10s"           # that a flood tells the program to wait

`kind` says what: see KINDS. Moments are of the whole audience, so that a script fits any number of readers.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from newsbot.errors import ConfigurationError

KINDS: Final = {
    "kill-worker": "one process that delivers dies (SIGKILL) and is started again",
    "kill-all": "every process of the program dies and is started again",
    "stop-worker": "one process that delivers is told to stop (SIGTERM) and is started again",
    "freeze-worker": "one process that delivers sleeps for so long, and then goes on as if nothing had happened",
    "restart-redis": "the Redis server dies and is started again",
    "freeze-redis": "the Redis server does not answer for so long",
    "database-away": "the database does not answer for so long: nobody can read it or write to it",
    "flood": "that share of requests is told to wait (429); `wait` says how long, 3 s unless said otherwise",
    "errors": "that share of requests gets a proxy's page (502)",
    "lost": "that share of requests is carried out and its answer lost",
    "slow": "answers come seconds late",
    "trickle": "answers come byte by byte",
    "outage": "nothing gets through to the platform",
    "clock-jump": "the clock of the program's processes jumps; `by` says how far, like 1h or -1h",
    "blocked": "that share of readers has blocked the bot; from the beginning",
    "migrations": "so many of the groups get a new id meanwhile (`times`)",
}
LASTING: Final = frozenset({"freeze-worker", "freeze-redis", "database-away"})  #: these need `for`
OF_ANSWERS: Final = frozenset({"errors", "lost", "slow", "trickle", "outage"})  #: whether it was sent may be unknown
OF_REQUESTS: Final = OF_ANSWERS | {"flood"}
PASSED_BY: Final = OF_REQUESTS - {"outage"}  #: some get it all the same

FLOOD_WAIT: Final = 3.0  #: seconds that a flood tells the program to wait

_SECONDS: Final = re.compile(r"(-?)(\d+(?:\.\d+)?)(s|m|h)")
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Moment:
    """When so much of the audience has it, or so many seconds after the first message."""

    share: float | None = None
    seconds: float | None = None
    random: bool = False  #: to be drawn

    def reached(self, share: float, seconds: float) -> bool:
        if self.share is not None:
            return share >= self.share
        return seconds >= (self.seconds or 0.0)

    def plus(self, other: Moment, times: int) -> Moment:
        if self.random:
            return self
        if self.share is not None:
            return Moment(share=self.share + (other.share or 0.0) * times)
        return Moment(seconds=(self.seconds or 0.0) + (other.seconds or 0.0) * times)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, once. `lasts`: seconds; 0: to the end, or at once over. `spans`: instead of seconds,
    the share of the audience that gets it meanwhile; 0: `lasts` counts.
    """

    kind: str
    at: Moment
    lasts: float = 0.0
    share: float = 1.0
    by: float = 0.0  #: seconds
    wait: float = FLOOD_WAIT  #: seconds
    spans: float = 0.0

    @property
    def told(self) -> str:
        """For people."""
        return self.kind + (f" for {self.lasts:g} s" if self.lasts else f" for {self.spans:.0%}" if self.spans else "")


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    faults: tuple[Fault, ...] = ()

    def drawn(self, seed: int) -> Script:
        """With every random moment drawn: a share of the audience, neither at its very beginning nor its end."""
        dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        faults = tuple(
            replace(fault, at=Moment(share=dice.uniform(0.02, 0.97))) if fault.at.random else fault
            for fault in self.faults
        )
        return replace(self, faults=faults)

    @property
    def blocked(self) -> float:
        """Share of readers who have blocked the bot."""
        return sum(fault.share for fault in self.faults if fault.kind == "blocked")

    @property
    def groups(self) -> int:
        return sum(fault.kind == "migrations" for fault in self.faults)

    @property
    def playable(self) -> tuple[Fault, ...]:
        """What happens while it goes out."""
        return tuple(fault for fault in self.faults if fault.kind != "blocked")


def shipped() -> dict[str, str]:
    """Scripts that come with the program: name → its first line, without the #."""
    found = {}
    for file in sorted(files(__package__).joinpath("scripts").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            found[file.name.removesuffix(".toml")] = file.read_text("utf-8").splitlines()[0].removeprefix("#").strip()
    return found


def load_script(name: str) -> Script:
    """A shipped one by its name, or a file. Raises ConfigurationError."""
    if name in shipped():
        text = files(__package__).joinpath("scripts", f"{name}.toml").read_text("utf-8")
        return parse_script(name, text)
    try:
        return parse_script(name, Path(name).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"--faults {name}: it can't be read ({reason}); give a file, or one of {', '.join(shipped())}"
        ) from None


def parse_script(name: str, text: str) -> Script:
    """Raises ConfigurationError, one line a mistake."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"--faults {name}: it is not TOML ({error})") from None
    tables = found.pop("fault", [])
    mistakes = [f"--faults {name}: {key!r} is not understood; write [[fault]] tables" for key in found]
    faults: list[Fault] = []
    if not isinstance(tables, list):
        raise ConfigurationError(f"--faults {name}: write [[fault]], with two brackets")
    for number, table in enumerate(tables, start=1):
        try:
            faults += _read(table)
        except (ValueError, TypeError) as error:
            mistakes.append(f"--faults {name}: fault {number}: {error}")
    if mistakes:
        raise ConfigurationError(mistakes)
    return Script(name, tuple(faults))


def _read(table: Mapping[str, Any]) -> list[Fault]:
    known = {"kind", "at", "times", "every", "for", "share", "by", "wait"}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{unknown[0]!r} is not understood; there are {', '.join(sorted(known))}")
    kind = table.get("kind")
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    times = table.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= 10_000:
        raise ValueError(f"times {times!r} is not a number from 1 to 10000")
    share = table.get("share", 1.0)
    if not isinstance(share, int | float) or not 0 < share <= 1:
        raise ValueError(f"share {share!r} is not a number above 0, at most 1")
    span = _moment(table["for"]) if "for" in table else Moment()
    lasts, spans = span.seconds or 0.0, span.share or 0.0
    if spans and kind not in PASSED_BY:
        raise ValueError(f'nobody gets it meanwhile: {kind} needs its time in seconds, for = "3s"')
    if kind in LASTING and lasts <= 0:
        raise ValueError(f'{kind} needs how long: for = "3s"')
    by = _seconds(table["by"]) if "by" in table else 0.0
    if kind == "clock-jump" and not by:
        raise ValueError('clock-jump needs how far: by = "1h", or by = "-1h"')
    wait = _seconds(table["wait"]) if "wait" in table else FLOOD_WAIT
    if wait <= 0 or ("wait" in table and kind != "flood"):
        raise ValueError('wait is how long a flood tells the program to wait: wait = "3s"')
    at = _moment(table.get("at", "0s"))
    every = _moment(table["every"]) if "every" in table else Moment()
    if at.random and "every" in table:
        raise ValueError("random moments have no distance: leave every out")
    if times > 1 and "every" in table and (every.share is None) != (at.share is None):
        raise ValueError("at and every must both be in %, or both in seconds")
    return [Fault(kind, at.plus(every, number), lasts, float(share), by, wait, spans) for number in range(times)]


def _moment(text: object) -> Moment:
    if text == "random":
        return Moment(random=True)
    if isinstance(text, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text.strip())):
        if float(match[1]) > 100:
            raise ValueError(f"{text} is more than everybody")
        return Moment(share=float(match[1]) / 100)
    seconds = _seconds(text)
    if seconds < 0:
        raise ValueError(f"{text!r} is before the first message")
    return Moment(seconds=seconds)


def _seconds(text: object) -> float:
    match = _SECONDS.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'{text!r} is not a time; write "5s", "2m" or "1h"')
    return (-1 if match[1] else 1) * float(match[2]) * _UNITS[match[3]]
