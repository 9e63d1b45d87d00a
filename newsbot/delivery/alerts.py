"""What the rest of the house asks of the storage of alerts. SQL: an alert is a row, made once per cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsbot.domain.alert import Alert, AlertClass, AlertState, AlertText, NewAlert, Totals

#: how old a worker's knowledge of what stands may be: who could not read it for three seconds claims nothing more, and
#: asking and claiming take their time too
STANDING_KNOWN: Final = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the planner decided for an article. `reason` as `policy` names it: `alerted`, `too_old`, `no_topic`…"""

    article_id: int
    reason: str
    at: datetime
    alert_id: int = 0  #: 0: none was made


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not over, and what a worker must know of it before each batch."""

    alert: Alert
    #: claims wait: it sends an article that was withdrawn, or its copies are about to be corrected or recalled
    held: bool = False

    def claimable(self, channel: str) -> bool:
        return self.alert.state is AlertState.RUNNING and not self.held and channel not in self.alert.pauses


class AlertStore(Protocol):
    """Raises StoreUnavailable when the database is away. One contract suite (`tests/contracts/test_alert_store.py`)
    runs against every implementation.
    """

    async def create(self, new: NewAlert, *, now: datetime) -> Alert:
        """Store it as `planned`. If its origin has made an alert before, that one is returned as it is now."""
        ...

    async def decide(self, decision: Decision, new: NewAlert | None, *, now: datetime) -> Alert | None:
        """In one transaction: keep the decision, make the alert (if any), and take the article out of the outbox.

        Safe to repeat: the first decision for an article stands. Of one that an editor holds back nothing is decided,
        unless an editor wants the alert (`NewAlert.by`).
        """
        ...

    async def decision(self, article_id: int) -> Decision | None: ...

    async def get(self, alert_id: int) -> Alert | None: ...

    async def by_origin(self, origin: str) -> Alert | None: ...

    async def of_article(self, article_id: int) -> tuple[Alert, ...]:
        """Every alert that shows this article, oldest first."""
        ...

    async def of_story(self, story: str) -> tuple[Alert, ...]: ...

    async def about(self, article_ids: Collection[int], stories: Collection[str]) -> tuple[Alert, ...]:
        """Every alert that shows one of these articles or tells one of these stories, oldest first."""
        ...

    async def decisions(self, article_ids: Collection[int]) -> Mapping[int, Decision]:
        """Of those of them that were decided."""
        ...

    async def copies_touched(self, alert_id: int) -> tuple[Alert, ...]:
        """Corrections and recalls of this alert, oldest first."""
        ...

    async def retries(self, alert_id: int) -> tuple[Alert, ...]:
        """Retries of this alert, oldest first."""
        ...

    async def standing(self) -> tuple[Standing, ...]:
        """All that are planned, running or paused: breaking before topic before digest, then oldest first.

        Raises StoreUnavailable also where they can be read and nothing can be written: nobody could stop them.
        """
        ...

    async def unaccounted(self) -> tuple[Alert, ...]:
        """Those that have ended and have no totals yet, oldest first: some of their deliveries are still open."""
        ...

    async def accounted(self, *, since: datetime) -> tuple[Alert, ...]:
        """Those that have ended since and have totals, oldest first: what is unknown or held may still be settled."""
        ...

    async def withdrawn(self, *, since: datetime) -> tuple[Alert, ...]:
        """Those made since, over or not, that sent an article which is withdrawn now: their copies may be recalled.

        Oldest first; without corrections and recalls.
        """
        ...

    async def recent(self, *, limit: int = 10, by_editors: bool = False, before: int = 0) -> tuple[Alert, ...]:
        """Newest first. `by_editors`: only what an editor made; `before`: only older ones than this id; 0: from the
        newest.
        """
        ...

    async def made(self, since: datetime, until: datetime, *, limit: int) -> tuple[Alert, ...]:
        """Those made from `since` to before `until` that send something, newest first."""
        ...

    async def count_since(self, source: str, cls: AlertClass, since: datetime) -> int:
        """Alerts of this class that the source's articles caused."""
        ...

    async def turn(
        self,
        alert_id: int,
        to: AlertState,
        *,
        of: Collection[AlertState],
        now: datetime,
        reason: str = "",
        totals: Totals | None = None,
    ) -> bool:
        """Change the state if it is one of `of` now; False if it isn't (somebody was quicker, or it is over).

        To `running`: `started_at` is set the first time. To a final state: `ended_at`, and `totals` if given.
        """
        ...

    async def pause(self, alert_id: int, channel: str, reason: str, *, now: datetime) -> bool:
        """It pauses itself on one channel, and goes on elsewhere. False if it doesn't run, or has paused there."""
        ...

    async def resume(self, alert_id: int, channel: str) -> bool:
        """Let it go on there. False if it had not paused itself there."""
        ...

    async def keep_totals(self, alert_id: int, totals: Totals) -> None:
        """Of an alert that has ended, when its last deliveries settled after it."""
        ...

    async def replace_text(self, alert_id: int, text: AlertText, *, now: datetime) -> Alert | None:
        """For the readers who are still to come; `version` grows. None if there is no such alert."""
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete decisions, and alerts that have ended, from before; says how many alerts."""
        ...
