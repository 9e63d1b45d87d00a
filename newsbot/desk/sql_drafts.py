"""Drafts in SQL, on SQLite and PostgreSQL alike (`drafts.DraftStore` says what each method promises)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, case, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database
from newsbot.delivery.alert_json import audience_from_json, audience_to_json, text_from_json, text_to_json
from newsbot.desk.audit import Actor, Place
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.schema import desk_drafts as drafts
from newsbot.domain.alert import AlertClass, Audience
from newsbot.domain.subscriber import Address

_WRITERS = 0x6E657773_00000004  #: the lock of those who begin drafts: of one event, one
_OPEN = [state.value for state in DraftState if not state.final]
_CONFIRMED = [DraftState.SCHEDULED.value, DraftState.DUE.value]
#: what was confirmed for a time and is still to go out, in the words of its index
_SCHEDULED = select(drafts).where(text("state IN ('scheduled', 'due')")).order_by(drafts.c.send_at, drafts.c.id)
_HAS_MESSAGE = drafts.c.message.is_not(None) | (drafts.c.article_id != 0)


class SqlDraftStore:
    """`DraftStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, editor: Address, *, event: str, corrects: int = 0, waits: bool = True, now: datetime
    ) -> Draft:
        ours = drafts.c.editor == str(editor)
        async with self._database.writing(lock=_WRITERS) as connection:
            begun = (
                (await connection.execute(select(drafts).where(ours, drafts.c.begun_by == event))).mappings().first()
            )
            if begun is not None:
                return _draft(begun)
            if waits:
                await connection.execute(
                    update(drafts)
                    .where(ours, drafts.c.state == DraftState.WRITING.value)
                    .values(
                        state=case((_HAS_MESSAGE, DraftState.READY.value), else_=DraftState.DROPPED.value),
                        revision=drafts.c.revision + 1,
                    )
                )
            row = {
                "editor": str(editor),
                "state": (DraftState.WRITING if waits else DraftState.READY).value,
                "revision": 1,
                "begun_by": event,
                "event": "",
                "message": None,
                "article_id": 0,
                "audience": audience_to_json(Audience()),
                "cls": AlertClass.TOPIC.value,
                "silent": False,
                "corrects": corrects,
                "changed_at": now,
            }
            draft_id = (await connection.execute(insert(drafts).values(row).returning(drafts.c.id))).scalar_one()
            draft = await _one(connection, draft_id)
        assert draft is not None
        return draft

    async def get(self, draft_id: int) -> Draft | None:
        if not 0 < draft_id < 2**63:
            return None
        async with self._database.reading() as connection:
            return await _one(connection, draft_id)

    async def change(self, draft: Draft, *, now: datetime) -> Draft | None:
        values: dict[str, Any] = {
            "state": draft.state.value,
            "revision": draft.revision + 1,
            "event": draft.event,
            "message": text_to_json(draft.text),
            "article_id": draft.article_id,
            "audience": audience_to_json(draft.audience),
            "cls": draft.cls.value,
            "silent": draft.silent,
            "send_at": draft.send_at,
            "changed_at": now,
            "changed_by": None if draft.changed_by is None else str(draft.changed_by),
            "confirmed_by": _actor_to_json(draft.confirmed_by),
        }
        as_known = (drafts.c.id == draft.id) & (drafts.c.revision == draft.revision) & drafts.c.state.in_(_OPEN)
        async with self._database.writing() as connection:
            changed = await connection.execute(update(drafts).where(as_known).values(values))
            return await _one(connection, draft.id) if changed.rowcount == 1 else None

    async def latest(self, editor: Address) -> Draft | None:
        newest = (
            select(drafts)
            .where(drafts.c.editor == str(editor))
            .order_by(drafts.c.changed_at.desc(), drafts.c.id.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(newest)).mappings().first()
        return None if row is None else _draft(row)

    async def waiting(self, editor: Address, *, since: datetime) -> Draft | None:
        query = select(drafts).where(
            drafts.c.editor == str(editor),
            drafts.c.changed_at >= since,
            drafts.c.state == DraftState.WRITING.value,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query.order_by(drafts.c.id.desc()).limit(1))).mappings().first()
        return None if row is None else _draft(row)

    async def listed(self, *, limit: int) -> tuple[Draft, ...]:
        shown = (drafts.c.state != DraftState.DROPPED.value) & _HAS_MESSAGE
        newest = select(drafts).where(shown).order_by(drafts.c.changed_at.desc(), drafts.c.id.desc())
        return await self._select(newest.limit(max(limit, 0)))

    async def due(self, *, now: datetime) -> tuple[Draft, ...]:
        come = or_(drafts.c.state == DraftState.DUE.value, drafts.c.send_at <= now)
        return await self._select(_SCHEDULED.where(come))

    async def scheduled(self) -> tuple[Draft, ...]:
        return await self._select(_SCHEDULED)

    async def _select(self, query: Select[Any]) -> tuple[Draft, ...]:
        async with self._database.reading() as connection:
            return tuple(_draft(row) for row in (await connection.execute(query)).mappings())

    async def retain(self, *, keep_since: datetime) -> int:
        async with self._database.writing() as connection:
            old = (drafts.c.changed_at < keep_since) & drafts.c.state.not_in(_CONFIRMED)
            return (await connection.execute(delete(drafts).where(old))).rowcount


async def _one(connection: AsyncConnection, draft_id: int) -> Draft | None:
    row = (await connection.execute(select(drafts).where(drafts.c.id == draft_id))).mappings().first()
    return None if row is None else _draft(row)


def _draft(row: RowMapping) -> Draft:
    return Draft(
        id=row["id"],
        editor=Address.parse(row["editor"]),
        state=DraftState(row["state"]),
        revision=row["revision"],
        event=row["event"],
        text=text_from_json(row["message"]),
        article_id=row["article_id"],
        audience=audience_from_json(row["audience"]),
        cls=AlertClass(row["cls"]),
        silent=row["silent"],
        corrects=row["corrects"],
        send_at=row["send_at"],
        changed_at=row["changed_at"],
        changed_by=None if row["changed_by"] is None else Address.parse(row["changed_by"]),
        confirmed_by=_actor_from_json(row["confirmed_by"]),
    )


def _actor_to_json(actor: Actor | None) -> dict[str, str] | None:
    return None if actor is None else {"address": str(actor.address), "name": actor.name, "place": actor.place.value}


def _actor_from_json(found: Mapping[str, str] | None) -> Actor | None:
    if found is None:
        return None
    return Actor(address=Address.parse(found["address"]), name=found["name"], place=Place(found["place"]))
