"""What a rehearsal showed: the figures, and in words whether it may go on like this tomorrow. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

CHART_WIDTH: Final = 60
_BARS: Final = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`--json` prints just this. What was sent is the sandbox's count, never the program's."""

    readers: int
    rate: int  #: messages a second that are allowed
    workers: int
    faults: str  #: the script's name, '' for none
    seed: int
    audience: int  #: subscribers it was for
    sent: int  #: of them, who got it
    skipped: int  #: who got nothing, and of whom the program says nothing that explains it
    duplicates: int  #: copies beyond each reader's first
    unknown: int  #: as the program reports them: their answer never came
    refused: Mapping[str, int]  #: as the program reports them, by reason
    other: Mapping[str, int]  #: other outcomes, as the program reports them
    disagreements: int  #: readers of whom ledger and sandbox say different things
    compared: int  #: readers of whom both were asked
    bound: int  #: readers whom one dead process may leave in doubt
    deaths: int  #: of the program's processes that deliver
    disturbed: int  #: requests whose answers the faults took away or made late
    utilisation: float  #: messages that were sent by those that were allowed, from the first to the last
    worst_second: int  #: the most in any second
    too_many_requests: int  #: 429s that the limits gave; those of the script not counted
    seconds_to_half: float
    seconds_to_all: float
    reply_p50_idle_ms: float
    reply_p99_idle_ms: float
    reply_p50_ms: float
    reply_p99_ms: float
    replies: int
    worker_cpu_s_per_1000: float
    worker_rss_mb: float
    redis_round_trips_per_message: float
    redis_commands_per_message: float
    ended: str  #: state of the alert
    curve: Sequence[int] = field(default_factory=tuple)  #: messages in each second
    played: Sequence[str] = field(default_factory=tuple)  #: kinds of faults, as they happened
    missed: Sequence[str] = field(default_factory=tuple)  #: those whose moment had not come when the alert was over
    failed: Sequence[str] = field(default_factory=tuple)  #: those that could not be made to happen, and why

    def json(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}

    @property
    def in_doubt(self) -> int:
        """Readers at most of whom nobody can know whether they got it, or who may get it twice. A worker that slept may
        finish what it had begun, beside the one that took its work over.
        """
        return self.bound * (self.deaths + self.played.count("freeze-worker")) + self.disturbed

    @property
    def problems(self) -> list[str]:
        """What is not good, in words: promises that were broken, then the pace."""
        return self.broken + self.over_the_pace

    @property
    def broken(self) -> list[str]:
        """Promises about who gets it and what is known of it."""
        found = []
        if self.ended != "done":
            found.append(f"the alert did not come to its end: it is {self.ended}")
        if self.skipped:
            found.append(f"{self.skipped:,} readers were skipped")
        if self.disagreements:
            found.append(f"of {self.disagreements:,} readers the ledger says what the sandbox did not see")
        if self.sent > self.audience:
            found.append(f"{self.sent:,} got it, and it was for {self.audience:,}")
        found += [f"the fault {one} did not happen, and this shows nothing of it" for one in self.failed]
        allowed = f"{self.in_doubt:,} at most are allowed after {self.deaths} deaths"
        allowed += f" and {self.disturbed:,} lost or late answers" if self.disturbed else ""
        if self.duplicates > self.in_doubt:
            found.append(f"{self.duplicates:,} duplicates; {allowed}")
        if self.unknown > self.in_doubt:
            found.append(f"{self.unknown:,} unknown; {allowed}")
        return found

    @property
    def over_the_pace(self) -> list[str]:
        """Nobody is skipped or told twice for it: what was refused is sent after the pause that was asked for."""
        found = []
        if self.worst_second > self.rate:
            found.append(f"{self.worst_second:,} messages in one second; {self.rate:,} are allowed")
        if self.too_many_requests:
            found.append(f"{self.too_many_requests:,} requests went over the limit (429)")
        return found


def percentile(values: Sequence[float], share: float) -> float:
    """0.0 when there are none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def chart(curve: Sequence[int], limit: int, width: int = CHART_WIDTH) -> list[str]:
    """A line of bars, each so many seconds, as high as the share of the limit that was used."""
    if not curve:
        return []
    per_bar = max(1, math.ceil(len(curve) / width))
    bars = [curve[start : start + per_bar] for start in range(0, len(curve), per_bar)]
    line = "".join(_BARS[min(8, round(8 * sum(bar) / len(bar) / limit))] for bar in bars)
    unit = "second" if per_bar == 1 else f"{per_bar} seconds"
    return [f"  {limit:>6,}/s ┤{line}", f"{'each a ' + unit:>18}  █ the whole limit"]


def in_words(report: Report) -> list[str]:
    """For people: an editor-in-chief first, then who runs the servers."""
    lines = [
        (
            f"{report.sent:,} of {report.audience:,} readers got it: half of them in {_time(report.seconds_to_half)}, "
            f"all in {_time(report.seconds_to_all)}."
        ),
        f"Skipped {report.skipped:,} · twice {report.duplicates:,} · unknown {report.unknown:,}"
        + "".join(f" · {name.replace('_', ' ')} {count:,}" for name, count in report.refused.items())
        + "".join(f" · {name.replace('_', ' ')} {count:,}" for name, count in report.other.items()),
        f"Ledger and sandbox agree about {report.compared - report.disagreements:,} of {report.compared:,} readers.",
        "",
        *chart(report.curve, report.rate),
        "",
        (
            f"rate          {report.utilisation:.1%} of {report.rate:,}/s used, at most {report.worst_second:,} in any "
            f"second, {report.too_many_requests:,} refused (429)"
        ),
        (
            f"replies       p50 {report.reply_p50_ms:.0f} ms, p99 {report.reply_p99_ms:.0f} ms ({report.replies:,}); "
            f"without a broadcast {report.reply_p50_idle_ms:.0f} and {report.reply_p99_idle_ms:.0f} ms"
        ),
        (
            f"processes     {report.worker_cpu_s_per_1000:.2f} s of CPU for 1,000 messages, at most "
            f"{report.worker_rss_mb:.0f} MB each, {report.deaths} died"
        ),
        (
            f"Redis         {report.redis_round_trips_per_message:.2f} round trips and "
            f"{report.redis_commands_per_message:.2f} commands a message"
        ),
    ]
    if report.played:
        lines.append(f"went wrong    {_counted(report.played)}")
    if report.missed:
        lines.append(f"not tried     {_counted(report.missed)}: the alert was over before")
    lines.append("")
    lines += [f"NOT GOOD: {problem}." for problem in report.problems] or ["Every promise was kept."]
    return lines


def _counted(kinds: Sequence[str]) -> str:
    return ", ".join(f"{kind} × {kinds.count(kind)}" for kind in dict.fromkeys(kinds))


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
