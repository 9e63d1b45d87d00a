"""When failures say that the fault is not the readers': what is held back, which alert pauses, when all sending waits.

All of it is one channel's: the same alert goes on on the others.

Nobody is marked, and no delivery is given up, on the word of an answer that may be one of many wrong ones: verdicts
about readers and about the message wait until a message is accepted, or until the alert has had no answer for a while.
When there are too many in a row (`outcomes.Streak`), the alert pauses, and those readers' turn comes when it goes on.

No I/O: told of every answer, it says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from newsbot.delivery.outcomes import TROUBLES, Sign, not_now
from newsbot.delivery.work import Settlement, Work
from newsbot.domain.attempt import Reason

BELIEVED_AFTER: Final = 2.0  #: seconds without another answer after which a short run of verdicts counts


@dataclass(slots=True)
class Ruling:
    settle: list[Settlement] = field(default_factory=list)
    #: subscribers whose outcome was settled before, and who may be marked now
    mark: list[tuple[str, Reason]] = field(default_factory=list)
    pause: str = ""  #: the alert pauses on this channel, for this reason (`Pause.reason`)
    hold: bool = False  #: the platform is away: nothing is claimed until it answers
    halt: bool = False  #: it refuses our account: nothing is claimed until that is mended


class Breaker:
    """Of one channel. `room`: readers who may be begun at once; at most two thirds of it is held back."""

    def __init__(self, room: int) -> None:
        self._most = room * 2 // 3
        self._troubles = 0
        self._unwell: dict[Work, None] = {}  # alerts with failures since a message was accepted

    @property
    def clean(self) -> bool:
        """An accepted message changes nothing."""
        return not self._troubles and not self._unwell

    def judge(self, one: Settlement, now: float) -> Ruling:
        work, sign = one.job.work, one.verdict.sign
        work.answered_at = now
        ruling = Ruling()
        self._troubles = self._troubles + 1 if sign is Sign.TROUBLE else 0
        ruling.hold = self._troubles >= TROUBLES
        ruling.halt = sign is Sign.ACCOUNT
        if sign is Sign.WELL:
            self._recover(work, ruling)
        about_us = sign in (Sign.READER, Sign.MESSAGE)
        if about_us and work.doubted:
            one.verdict = not_now(one.verdict)
            ruling.settle.append(one)
        elif about_us and not (sign is Sign.READER and work.believed):
            self._unwell[work] = None
            work.streak = work.streak.after(sign)
            work.held_back.append(one)
            self._make_room(ruling)
        else:
            ruling.settle.append(one)
        reason = work.streak.broken
        if reason and not work.doubted:
            self._pause(work, reason, ruling)
        return ruling

    def answers_again(self) -> None:
        """The platform answered our question: sending goes on, and the next trouble is enough to wait again."""
        self._troubles = TROUBLES - 1

    def believe(self, now: float | None = None) -> Ruling:
        """Alerts that have had no answer for a while, or all (without `now`): what it seems is so."""
        ruling = Ruling()
        for work in self._unwell:
            if now is None or now - work.answered_at >= BELIEVED_AFTER:
                self._release(work, work.held_back, ruling)
        return ruling

    def forget(self, work: Work) -> None:
        """It is over, and nothing of it is held back."""
        self._unwell.pop(work, None)

    def _recover(self, well: Work, ruling: Ruling) -> None:
        for work in self._unwell:
            if work is well:
                work.streak = work.streak.after(Sign.WELL)
                self._release(work, work.held_back, ruling)
            else:
                work.streak = work.streak.others_well()
                self._release(work, [one for one in work.held_back if one.verdict.sign is Sign.READER], ruling)
        self._unwell = {work: None for work in self._unwell if work.streak.refused}

    @staticmethod
    def _release(work: Work, those: Iterable[Settlement], ruling: Ruling) -> None:
        released = list(those)
        ruling.settle += released
        work.held_back = [one for one in work.held_back if one not in released]
        ruling.mark += work.marks
        work.marks = []

    def _make_room(self, ruling: Ruling) -> None:
        """Who is held back still counts as begun. The oldest is settled then; only the mark is held back."""
        held = [one for work in self._unwell for one in work.held_back]
        if len(held) <= self._most:
            return
        oldest = held[0]
        work = oldest.job.work
        work.held_back.remove(oldest)
        if oldest.verdict.unreachable is not None:
            work.marks.append((oldest.job.to.user_id, oldest.verdict.unreachable))
        oldest.verdict = replace(oldest.verdict, unreachable=None, strike=False)
        ruling.settle.append(oldest)

    def _pause(self, work: Work, reason: str, ruling: Ruling) -> None:
        for one in work.held_back:
            one.verdict = not_now(one.verdict)
        ruling.settle += work.held_back
        ruling.pause = reason
        work.held_back, work.marks = [], []
        work.streak = work.streak.after(Sign.WELL)
        work.doubted = reason
        self._unwell.pop(work, None)
