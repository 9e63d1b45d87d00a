"""Approvals in SQL, on SQLite and PostgreSQL alike (`approvals.ApprovalStore` says what each method promises)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update

from newsbot.database import Database
from newsbot.desk.approvals import LIFE, Approval, ApprovalState
from newsbot.desk.audit import Actor, Place
from newsbot.desk.schema import desk_approvals as approvals
from newsbot.domain.subscriber import Address

_WRITERS = 0x6E657773_00000006  #: the lock of those who ask: of a draft one waits


class SqlApprovalStore:
    """`ApprovalStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, draft_id: int, revision: int, digest: str, *, by: Actor, now: datetime
    ) -> tuple[Approval, bool]:
        waits = (approvals.c.draft_id == draft_id) & (approvals.c.state == ApprovalState.WAITING.value)
        row = {
            "draft_id": draft_id,
            "revision": revision,
            "digest": digest,
            "asked_by": str(by.address),
            "asked_name": by.name,
            "asked_from": by.place.value,
            "asked_at": now,
            "expires_at": now + LIFE,
            "state": ApprovalState.WAITING.value,
        }
        async with self._database.writing(lock=_WRITERS) as connection:
            known = [_approval(one) for one in (await connection.execute(select(approvals).where(waits))).mappings()]
            for one in known:
                if (one.revision, one.digest) == (revision, digest) and one.waits(now):
                    return one, False
            await connection.execute(update(approvals).where(waits).values(state=ApprovalState.REPLACED.value))
            made = await connection.execute(insert(approvals).values(row).returning(*approvals.c))
            return _approval(made.mappings().one()), True

    async def get(self, approval_id: int) -> Approval | None:
        if not 0 < approval_id < 2**63:
            return None
        async with self._database.reading() as connection:
            query = select(approvals).where(approvals.c.id == approval_id)
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _approval(row)

    async def of_draft(self, draft_id: int) -> Approval | None:
        query = select(approvals).where(approvals.c.draft_id == draft_id).order_by(approvals.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _approval(row)

    async def waiting(self, *, now: datetime) -> tuple[Approval, ...]:
        waits = (approvals.c.state == ApprovalState.WAITING.value) & (approvals.c.expires_at > now)
        async with self._database.reading() as connection:
            rows = await connection.execute(select(approvals).where(waits).order_by(approvals.c.id))
            return tuple(_approval(row) for row in rows.mappings())

    async def decide(self, approval_id: int, state: ApprovalState, *, by: Actor, now: datetime) -> Approval | None:
        waits = (approvals.c.state == ApprovalState.WAITING.value) & (approvals.c.expires_at > now)
        decided = (
            update(approvals)
            .where(approvals.c.id == approval_id, waits)
            .values(state=state.value, decided_by=str(by.address), decided_name=by.name, decided_at=now)
            .returning(*approvals.c)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(decided)).mappings().first()
        return None if row is None else _approval(row)

    async def overdue(self, *, now: datetime) -> bool:
        async with self._database.reading() as connection:
            query = select(approvals.c.id).where(_overdue(now)).limit(1)
            return (await connection.execute(query)).first() is not None

    async def expire(self, *, now: datetime) -> tuple[Approval, ...]:
        expired = update(approvals).where(_overdue(now)).values(state=ApprovalState.EXPIRED.value)
        async with self._database.writing() as connection:
            rows = await connection.execute(expired.returning(*approvals.c))
            return tuple(_approval(row) for row in rows.mappings())

    async def retain(self, *, keep_since: datetime, but_of: Collection[int]) -> int:
        old = (approvals.c.asked_at < keep_since) & approvals.c.draft_id.not_in(but_of)
        async with self._database.writing() as connection:
            return (await connection.execute(delete(approvals).where(old))).rowcount


def _overdue(now: datetime) -> ColumnElement[bool]:
    return (approvals.c.state == ApprovalState.WAITING.value) & (approvals.c.expires_at <= now)


def _approval(row: RowMapping) -> Approval:
    return Approval(
        id=row["id"],
        draft_id=row["draft_id"],
        revision=row["revision"],
        digest=row["digest"],
        asked_by=Actor(address=Address.parse(row["asked_by"]), name=row["asked_name"], place=Place(row["asked_from"])),
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        state=ApprovalState(row["state"]),
        decided_by=Address.parse(row["decided_by"]) if row["decided_by"] is not None else None,
        decided_name=row["decided_name"] or "",
        decided_at=row["decided_at"],
    )
