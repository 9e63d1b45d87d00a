"""Alerts in memory (`newsbot.delivery.alerts.AlertStore`), over a MemoryArticleStore: its outbox is the articles'.

`away` makes it as unreachable as a server that is down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from newsbot.delivery.alerts import Decision, Standing
from newsbot.domain.alert import Alert, AlertClass, AlertState, AlertText, NewAlert, Pause, Totals
from newsbot.errors import StoreUnavailable
from tests.fakes import MemoryArticleStore

_URGENCY = list(AlertClass)


@dataclass
class MemoryAlertStore:
    articles: MemoryArticleStore = field(default_factory=MemoryArticleStore)
    away: bool = False
    _alerts: dict[int, Alert] = field(default_factory=dict)
    _decisions: dict[int, Decision] = field(default_factory=dict)
    _next_id: int = 1

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable

    async def create(self, new: NewAlert, *, now: datetime) -> Alert:
        self._reach()
        known = await self.by_origin(new.origin)
        if known is not None:
            return known
        values = {one.name: getattr(new, one.name) for one in fields(NewAlert)}
        alert = Alert(**values, id=self._next_id, state=AlertState.PLANNED, created_at=now)
        self._next_id += 1
        self._alerts[alert.id] = alert
        return alert

    async def decide(self, decision: Decision, new: NewAlert | None, *, now: datetime) -> Alert | None:
        self._reach()
        before = self._decisions.get(decision.article_id)
        article = await self.articles.get(decision.article_id)
        if before is None:
            if article is not None and article.held_at is not None and (new is None or new.by is None):
                return None
            alert = await self.create(new, now=now) if new is not None else None
            self._decisions[decision.article_id] = replace(decision, alert_id=alert.id if alert else 0)
        else:
            alert = self._alerts.get(before.alert_id)
        await self.articles.mark_announced([decision.article_id], now=now)
        return alert

    async def decision(self, article_id: int) -> Decision | None:
        self._reach()
        return self._decisions.get(article_id)

    async def get(self, alert_id: int) -> Alert | None:
        self._reach()
        return self._alerts.get(alert_id)

    async def by_origin(self, origin: str) -> Alert | None:
        return next(iter(self._those(lambda alert: alert.origin == origin)), None)

    async def of_article(self, article_id: int) -> tuple[Alert, ...]:
        return self._those(lambda alert: alert.article_id == article_id)

    async def of_story(self, story: str) -> tuple[Alert, ...]:
        return self._those(lambda alert: alert.story == story)

    async def about(self, article_ids: Collection[int], stories: Collection[str]) -> tuple[Alert, ...]:
        return self._those(lambda one: one.article_id in article_ids or one.story in stories)

    async def decisions(self, article_ids: Collection[int]) -> Mapping[int, Decision]:
        self._reach()
        return {number: self._decisions[number] for number in article_ids if number in self._decisions}

    async def copies_touched(self, alert_id: int) -> tuple[Alert, ...]:
        return self._those(lambda alert: alert.of == alert_id and alert.kind.touches_copies)

    async def retries(self, alert_id: int) -> tuple[Alert, ...]:
        return self._those(lambda alert: alert.of == alert_id and not alert.kind.touches_copies)

    async def standing(self) -> tuple[Standing, ...]:
        alerts = self._those(lambda alert: not alert.state.final)
        planned = [alert for alert in alerts if alert.state is AlertState.PLANNED]
        touched = {alert.of for alert in planned if alert.kind.touches_copies}
        ordered = sorted(alerts, key=lambda alert: (_URGENCY.index(alert.cls), alert.id))
        return tuple(
            [Standing(alert, held=alert.id in touched or await self._sends_withdrawn(alert)) for alert in ordered]
        )

    async def unaccounted(self) -> tuple[Alert, ...]:
        return self._those(lambda alert: alert.state.final and alert.totals is None)

    async def accounted(self, *, since: datetime) -> tuple[Alert, ...]:
        return self._those(
            lambda alert: alert.ended_at is not None and alert.ended_at >= since and alert.totals is not None
        )

    async def withdrawn(self, *, since: datetime) -> tuple[Alert, ...]:
        made_since = self._those(lambda alert: alert.created_at >= since)
        return tuple([alert for alert in made_since if await self._sends_withdrawn(alert)])

    async def _sends_withdrawn(self, alert: Alert) -> bool:
        article = await self.articles.get(alert.article_id)
        return article is not None and article.withdrawn_at is not None and not alert.kind.touches_copies

    async def recent(self, *, limit: int = 10, by_editors: bool = False, before: int = 0) -> tuple[Alert, ...]:
        kept = self._those(lambda alert: alert.by is not None or not by_editors)[::-1]
        return tuple(alert for alert in kept if not before or alert.id < before)[:limit]

    async def made(self, since: datetime, until: datetime, *, limit: int) -> tuple[Alert, ...]:
        sent = self._those(lambda one: since <= one.created_at < until and not one.kind.touches_copies)
        return tuple(sorted(sent, key=lambda one: (one.created_at, one.id), reverse=True)[:limit])

    async def count_since(self, source: str, cls: AlertClass, since: datetime) -> int:
        return len(self._those(lambda one: (one.source, one.cls) == (source, cls) and one.created_at >= since))

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
        self._reach()
        alert = self._alerts.get(alert_id)
        if alert is None or alert.state not in of:
            return False
        alert = replace(alert, state=to, reason=reason)
        if to is AlertState.RUNNING:
            alert = replace(alert, started_at=alert.started_at or now)
        if to.final:
            alert = replace(alert, ended_at=now, totals=totals)
        self._alerts[alert_id] = alert
        return True

    async def pause(self, alert_id: int, channel: str, reason: str, *, now: datetime) -> bool:
        self._reach()
        alert = self._alerts.get(alert_id)
        if alert is None or alert.state is not AlertState.RUNNING or channel in alert.pauses:
            return False
        pauses = {**alert.pauses, channel: Pause(reason, now)}
        self._alerts[alert_id] = replace(alert, pauses=dict(sorted(pauses.items())))
        return True

    async def resume(self, alert_id: int, channel: str) -> bool:
        self._reach()
        alert = self._alerts.get(alert_id)
        if alert is None or channel not in alert.pauses:
            return False
        left = {other: reason for other, reason in alert.pauses.items() if other != channel}
        self._alerts[alert_id] = replace(alert, pauses=left)
        return True

    async def keep_totals(self, alert_id: int, totals: Totals) -> None:
        self._reach()
        alert = self._alerts.get(alert_id)
        if alert is not None and alert.state.final:
            self._alerts[alert_id] = replace(alert, totals=totals)

    async def replace_text(self, alert_id: int, text: AlertText, *, now: datetime) -> Alert | None:
        self._reach()
        alert = self._alerts.get(alert_id)
        if alert is None:
            return None
        alert = self._alerts[alert_id] = replace(
            alert, text=text, first_text=alert.first_text or alert.text, version=alert.version + 1
        )
        return alert

    async def retain(self, *, keep_since: datetime) -> int:
        self._reach()
        old = self._those(lambda alert: alert.state.final and alert.created_at < keep_since)
        for alert in old:
            del self._alerts[alert.id]
        self._decisions = {key: one for key, one in self._decisions.items() if one.at >= keep_since}
        return len(old)

    def _those(self, wanted: Callable[[Alert], bool]) -> tuple[Alert, ...]:
        self._reach()
        return tuple(alert for _, alert in sorted(self._alerts.items()) if wanted(alert))
