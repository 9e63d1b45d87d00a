"""Sends what was confirmed for a time when that has come, exactly once, or tells that it was missed.

It is one loop over rows in SQL, done by one process at a time, and a step done twice does no harm:

    scheduled  →  due      nobody can call it off any more; of several who try, one succeeds
    due        →  sent     once its alert is made, which is made once per cause
    due        →  missed   everything was down at its time, and for longer than an alert lives; or it can't be sent any
                           more (its article was withdrawn, or has changed since a second person approved it; who
                           confirmed it may not send any more): who wrote and who confirmed it are told
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from newsbot.desk.approving import no_longer_backed
from newsbot.desk.audit import NEWSBOT, Act, Entry, draft_subject
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.handing_over import make_alert
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.roles import Right
from newsbot.desk.turn import Desk, Speech
from newsbot.errors import StoreError

__all__ = ["Schedule"]

LOOK_EVERY: Final = timedelta(seconds=1)
WAIT: Final = timedelta(seconds=5)  #: after a store was away

log = structlog.get_logger()


class Schedule:
    """`wake` is called when there is an alert to plan."""

    def __init__(self, desk: Desk, *, wake: Callable[[], None] = lambda: None) -> None:
        self._desk = desk
        self._wake = wake

    async def run(self) -> None:
        """Until cancelled. A store that is away is waited for."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("what is scheduled waits", cause=str(error))
                await asyncio.sleep(WAIT.total_seconds())
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        """Do what is due. Raises StoreUnavailable."""
        for draft in await self._desk.drafts.due(now=self._desk.house.clock()):
            await self._send(draft)

    async def _send(self, draft: Draft) -> None:
        desk, now = self._desk, self._desk.house.clock()
        if draft.state is DraftState.SCHEDULED:
            due = await desk.drafts.change(replace(draft, state=DraftState.DUE), now=now)
            if due is None:  # it was called off in the last moment
                return
            draft = due
        if await desk.alerts.by_origin(draft.origin) is None and await self._is_missed(draft):
            await self._miss(draft)
            return
        alert = await make_alert(desk, draft, await parent_of(desk, draft), now=now)
        if await desk.drafts.change(replace(draft, state=DraftState.SENT), now=now) is None:
            return
        log.info("a scheduled draft goes out", draft=draft.id, alert=alert.id)
        self._wake()

    async def _is_missed(self, draft: Draft) -> bool:
        """Too late by more than an alert's life, or it can't be sent any more."""
        house, now = self._desk.house, self._desk.house.clock()
        if draft.send_at is not None and now - draft.send_at > self._desk.expire:
            return True
        speak = Speech(
            translate=house.catalog.translator(house.language),
            now=now,
            zone=house.zone,
        )
        wanted, parent = replace(draft, send_at=None), await parent_of(self._desk, draft)
        return bool(
            await refusal_of(self._desk, speak, wanted, parent) or await no_longer_backed(self._desk, speak, draft)
        )

    async def _miss(self, draft: Draft) -> None:
        desk, now = self._desk, self._desk.house.clock()
        log.error("a scheduled draft was not sent", draft=draft.id, time=str(draft.send_at))
        concerned = {draft.editor} | ({draft.confirmed_by.address} if draft.confirmed_by else set())
        reached = {one for one in concerned if one.channel in desk.outlets and await desk.staff.may(one, Right.DRAFT)}
        reached = reached or {person.address for person in await desk.staff.who_may(Right.BROADCAST)}
        # First of all who is told: the other way round nobody would be if we died in between.
        for editor in sorted(reached):
            await desk.bulletins.open(draft.id, editor, BulletinKind.MISSED, now=now)
        async with desk.audit.together():
            if await desk.drafts.change(replace(draft, state=DraftState.MISSED), now=now) is not None:
                after = {"time": draft.send_at.isoformat() if draft.send_at else ""}
                await desk.audit.write(Entry(NEWSBOT, Act.MISSED, draft_subject(draft.id), at=now, after=after))
