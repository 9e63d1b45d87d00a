"""Alerts in SQL, on SQLite and PostgreSQL alike (`alerts.AlertStore` says what each method promises)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import WRITERS, articles
from newsbot.database import Database, UtcTime, insert_into
from newsbot.delivery.alert_json import (
    audience_from_json,
    audience_to_json,
    text_from_json,
    text_to_json,
    totals_from_json,
    totals_to_json,
)
from newsbot.delivery.alerts import Decision, Standing
from newsbot.delivery.schema import alert_pauses, alert_points, alerts, article_decisions
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, AlertText, NewAlert, Pause, Totals
from newsbot.domain.subscriber import Address

_URGENCY = case({cls.value: place for place, cls in enumerate(AlertClass)}, value=alerts.c.cls)
_NEWEST = (alerts.c.created_at.desc(), alerts.c.id.desc())
_SENDS = alerts.c.kind.in_([kind.value for kind in AlertKind if not kind.touches_copies])


class SqlAlertStore:
    """`AlertStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, new: NewAlert, *, now: datetime) -> Alert:
        async with self._database.writing() as connection:
            return await self._create(connection, new, now)

    async def decide(self, decision: Decision, new: NewAlert | None, *, now: datetime) -> Alert | None:
        # With the lock of those who write articles: none of them may put back what is taken out here.
        async with self._database.writing(lock=WRITERS) as connection:
            query = select(article_decisions.c.alert_id).where(article_decisions.c.article_id == decision.article_id)
            before = (await connection.execute(query)).first()
            if before is None:
                if (new is None or new.by is None) and await _is_held(connection, decision.article_id):
                    return None
                alert = await self._create(connection, new, now) if new is not None else None
                row = {
                    "article_id": decision.article_id,
                    "reason": decision.reason,
                    "at": decision.at,
                    "alert_id": alert.id if alert is not None else None,
                }
                await connection.execute(insert(article_decisions).values(row))
            else:
                alert = await _one(connection, alerts.c.id == before.alert_id) if before.alert_id else None
            waiting = (articles.c.id == decision.article_id) & articles.c.announced_at.is_(None)
            await connection.execute(update(articles).where(waiting).values(announced_at=now, held_at=None))
            return alert

    async def _create(self, connection: AsyncConnection, new: NewAlert, now: datetime) -> Alert:
        row = insert_into(alerts, self._database.dialect).values(_row(new, now))
        await connection.execute(row.on_conflict_do_nothing(index_elements=["origin"]))
        alert = await _one(connection, alerts.c.origin == new.origin)
        assert alert is not None
        return alert

    async def decision(self, article_id: int) -> Decision | None:
        async with self._database.reading() as connection:
            query = select(article_decisions).where(article_decisions.c.article_id == article_id)
            row = (await connection.execute(query)).first()
        return None if row is None else Decision(row.article_id, row.reason, row.at, row.alert_id or 0)

    async def get(self, alert_id: int) -> Alert | None:
        if not 0 < alert_id < 2**63:
            return None
        async with self._database.reading() as connection:
            return await _one(connection, alerts.c.id == alert_id)

    async def by_origin(self, origin: str) -> Alert | None:
        async with self._database.reading() as connection:
            return await _one(connection, alerts.c.origin == origin)

    async def of_article(self, article_id: int) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.article_id == article_id))

    async def of_story(self, story: str) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.story == story))

    async def about(self, article_ids: Collection[int], stories: Collection[str]) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.article_id.in_(article_ids) | alerts.c.story.in_(stories)))

    async def decisions(self, article_ids: Collection[int]) -> Mapping[int, Decision]:
        query = select(article_decisions).where(article_decisions.c.article_id.in_(article_ids))
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {row.article_id: Decision(row.article_id, row.reason, row.at, row.alert_id or 0) for row in rows}

    async def copies_touched(self, alert_id: int) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.of_alert == alert_id, ~_SENDS))

    async def retries(self, alert_id: int) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.of_alert == alert_id, _SENDS))

    async def standing(self) -> tuple[Standing, ...]:
        touching = alerts.alias("touching")
        about_to_be_touched = exists().where(
            touching.c.of_alert == alerts.c.id,
            touching.c.kind != AlertKind.RETRY.value,
            touching.c.state == AlertState.PLANNED.value,
            touching.c.ended_at.is_(None),
        )
        withdrawn = _SENDS & articles.c.withdrawn_at.is_not(None)
        # Who can't write that an alert is stopped could not stop it.
        await self._database.refuse_unwritable()
        on_postgresql = self._database.dialect == "postgresql"
        read_only = func.current_setting("transaction_read_only") if on_postgresql else literal("off")
        query = (
            select(
                alerts,
                read_only.label("read_only"),
                func.coalesce(withdrawn | about_to_be_touched, False).label("held"),
            )
            .outerjoin(articles, articles.c.id == alerts.c.article_id)
            .where(alerts.c.ended_at.is_(None))
            .order_by(_URGENCY, alerts.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
            if any(row["read_only"] == "on" for row in rows):
                self._database.refuse_read_only()
            pauses = await _pauses(connection, rows)
        return tuple(Standing(_alert(row, pauses.get(row["id"])), bool(row["held"])) for row in rows)

    async def unaccounted(self) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.ended_at.is_not(None), alerts.c.totals.is_(None)))

    async def accounted(self, *, since: datetime) -> tuple[Alert, ...]:
        return await self._select(_oldest_first(alerts.c.ended_at >= since, alerts.c.totals.is_not(None)))

    async def withdrawn(self, *, since: datetime) -> tuple[Alert, ...]:
        query = _oldest_first(alerts.c.created_at >= since, _SENDS, articles.c.withdrawn_at.is_not(None))
        return await self._select(query.join(articles, articles.c.id == alerts.c.article_id))

    async def recent(self, *, limit: int = 10, by_editors: bool = False, before: int = 0) -> tuple[Alert, ...]:
        query = select(alerts).order_by(alerts.c.id.desc()).limit(max(limit, 0))
        if before:
            query = query.where(alerts.c.id < min(before, 2**63 - 1))
        return await self._select(query.where(alerts.c.editor.is_not(None)) if by_editors else query)

    async def made(self, since: datetime, until: datetime, *, limit: int) -> tuple[Alert, ...]:
        within = (alerts.c.created_at >= since) & (alerts.c.created_at < until) & _SENDS
        return await self._select(select(alerts).where(within).order_by(*_NEWEST).limit(limit))

    async def count_since(self, source: str, cls: AlertClass, since: datetime) -> int:
        caused = (alerts.c.source == source) & (alerts.c.cls == cls.value) & (alerts.c.created_at >= since)
        async with self._database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(alerts).where(caused))).scalar_one()

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
        values: dict[str, Any] = {"state": to.value, "reason": reason}
        if to is AlertState.RUNNING:
            values["started_at"] = func.coalesce(alerts.c.started_at, literal(now, UtcTime()))
        if to.final:
            values |= {"ended_at": now, "totals": totals_to_json(totals)}
        # What it is of is asked in the same statement: of two who turn it at once, one is told that it did not.
        there = (alerts.c.id == alert_id) & alerts.c.state.in_([state.value for state in of])
        async with self._database.writing() as connection:
            return (await connection.execute(update(alerts).where(there).values(values))).rowcount == 1

    async def pause(self, alert_id: int, channel: str, reason: str, *, now: datetime) -> bool:
        values = [alerts.c.id, literal(channel), literal(reason), literal(now, UtcTime())]
        runs = select(*values).where(alerts.c.id == alert_id, alerts.c.state == AlertState.RUNNING.value)
        insertion = insert_into(alert_pauses, self._database.dialect)
        insertion = insertion.from_select(["alert_id", "channel", "reason", "at"], runs)
        async with self._database.writing() as connection:
            return (await connection.execute(insertion.on_conflict_do_nothing())).rowcount == 1

    async def resume(self, alert_id: int, channel: str) -> bool:
        there = (alert_pauses.c.alert_id == alert_id) & (alert_pauses.c.channel == channel)
        async with self._database.writing() as connection:
            return (await connection.execute(delete(alert_pauses).where(there))).rowcount == 1

    async def keep_totals(self, alert_id: int, totals: Totals) -> None:
        ended = (alerts.c.id == alert_id) & alerts.c.ended_at.is_not(None)
        async with self._database.writing() as connection:
            await connection.execute(update(alerts).where(ended).values(totals=totals_to_json(totals)))

    async def replace_text(self, alert_id: int, text: AlertText, *, now: datetime) -> Alert | None:
        async with self._database.writing() as connection:
            first = func.coalesce(alerts.c.first_message, alerts.c.message)
            values = {"message": text_to_json(text), "first_message": first, "version": alerts.c.version + 1}
            await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(values))
            return await _one(connection, alerts.c.id == alert_id)

    async def retain(self, *, keep_since: datetime) -> int:
        old = (alerts.c.created_at < keep_since) & alerts.c.ended_at.is_not(None)
        async with self._database.writing() as connection:
            gone = select(alerts.c.id).where(old)
            await connection.execute(delete(alert_pauses).where(alert_pauses.c.alert_id.in_(gone)))
            await connection.execute(delete(alert_points).where(alert_points.c.alert_id.in_(gone)))
            await connection.execute(delete(article_decisions).where(article_decisions.c.at < keep_since))
            return (await connection.execute(delete(alerts).where(old))).rowcount

    async def _select(self, query: Select[Any]) -> tuple[Alert, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
            pauses = await _pauses(connection, rows)
        return tuple(_alert(row, pauses.get(row["id"])) for row in rows)


async def _is_held(connection: AsyncConnection, article_id: int) -> bool:
    held = select(articles.c.id).where(articles.c.id == article_id, articles.c.held_at.is_not(None))
    return (await connection.execute(held)).first() is not None


def _oldest_first(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(alerts).where(*conditions).order_by(alerts.c.id)


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> Alert | None:
    row = (await connection.execute(select(alerts).where(condition))).mappings().first()
    return None if row is None else _alert(row, (await _pauses(connection, [row])).get(row["id"]))


async def _pauses(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[int, dict[str, Pause]]:
    """Alert → channel → why; only what stands can have paused itself."""
    found: dict[int, dict[str, Pause]] = {}
    standing = [row["id"] for row in rows if row["ended_at"] is None]
    if standing:
        query = select(alert_pauses).where(alert_pauses.c.alert_id.in_(standing)).order_by(alert_pauses.c.channel)
        for row in await connection.execute(query):
            found.setdefault(row.alert_id, {})[row.channel] = Pause(row.reason, row.at)
    return found


def _row(new: NewAlert, now: datetime) -> dict[str, Any]:
    return {
        "origin": new.origin,
        "kind": new.kind.value,
        "cls": new.cls.value,
        "state": AlertState.PLANNED.value,
        "story": new.story,
        "article_id": new.article_id or None,
        "of_alert": new.of or None,
        "source": new.source,
        "editor": str(new.by) if new.by is not None else None,
        "created_at": now,
        "expires_at": new.expires_at,
        "silent": new.silent,
        "again": new.again,
        "audience": audience_to_json(new.audience),
        "message": text_to_json(new.text),
    }


def _alert(row: RowMapping, pauses: Mapping[str, Pause] | None = None) -> Alert:
    return Alert(
        id=row["id"],
        origin=row["origin"],
        kind=AlertKind(row["kind"]),
        cls=AlertClass(row["cls"]),
        state=AlertState(row["state"]),
        reason=row["reason"],
        pauses=pauses or {},
        story=row["story"],
        article_id=row["article_id"] or 0,
        of=row["of_alert"] or 0,
        source=row["source"],
        by=Address.parse(row["editor"]) if row["editor"] is not None else None,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        silent=row["silent"],
        again=row["again"],
        version=row["version"],
        audience=audience_from_json(row["audience"]),
        text=text_from_json(row["message"]),
        first_text=text_from_json(row["first_message"]),
        totals=totals_from_json(row["totals"]),
    )
