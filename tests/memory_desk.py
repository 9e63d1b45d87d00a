"""The desk's stores in memory, at the height of their protocols. `away`: as unreachable as a server that is down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from newsbot.desk.approvals import LIFE as APPROVAL_LIFE
from newsbot.desk.approvals import Approval, ApprovalState
from newsbot.desk.audit import LEAST_KEPT_DAYS, NEWSBOT, Act, Actor, Entry, Filter
from newsbot.desk.bulletins import Bulletin, BulletinKind, claimed_at
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.invitations import LIFE as INVITATION_LIFE
from newsbot.desk.invitations import Invitation, mark_of
from newsbot.desk.people import Person, refuse_role, role_entry
from newsbot.desk.roles import Role
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreUnavailable

_Key = tuple[int, Address, BulletinKind]


@dataclass
class _Server:
    away: bool = False

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable


@dataclass
class MemoryDraftStore(_Server):
    """Implements `newsbot.desk.drafts.DraftStore`."""

    _drafts: dict[int, Draft] = field(default_factory=dict)
    _begun: dict[tuple[Address, str], int] = field(default_factory=dict)
    _next_id: int = 1

    async def begin(
        self, editor: Address, *, event: str, corrects: int = 0, waits: bool = True, now: datetime
    ) -> Draft:
        self._reach()
        if (editor, event) in self._begun:
            return self._drafts[self._begun[editor, event]]
        for draft in self._drafts.values():
            if waits and draft.editor == editor and draft.state is DraftState.WRITING:
                state = DraftState.READY if draft.text or draft.article_id else DraftState.DROPPED
                self._drafts[draft.id] = replace(draft, state=state, revision=draft.revision + 1)
        state = DraftState.WRITING if waits else DraftState.READY
        begun = Draft(id=self._next_id, editor=editor, state=state, corrects=corrects, changed_at=now)
        self._next_id += 1
        self._drafts[begun.id] = begun
        self._begun[editor, event] = begun.id
        return begun

    async def get(self, draft_id: int) -> Draft | None:
        self._reach()
        return self._drafts.get(draft_id)

    async def change(self, draft: Draft, *, now: datetime) -> Draft | None:
        self._reach()
        known = self._drafts.get(draft.id)
        if known is None or known.revision != draft.revision or known.state.final:
            return None
        changed = self._drafts[draft.id] = replace(draft, revision=draft.revision + 1, changed_at=now)
        return changed

    async def latest(self, editor: Address) -> Draft | None:
        self._reach()
        ours = [draft for draft in self._drafts.values() if draft.editor == editor]
        return max(ours, key=lambda draft: (draft.changed_at, draft.id), default=None)

    async def waiting(self, editor: Address, *, since: datetime) -> Draft | None:
        self._reach()
        ours = (draft for draft in self._drafts.values() if draft.editor == editor and draft.changed_at >= since)
        return max(
            (draft for draft in ours if draft.state is DraftState.WRITING), key=lambda draft: draft.id, default=None
        )

    async def listed(self, *, limit: int) -> tuple[Draft, ...]:
        self._reach()
        shown = [
            one
            for one in self._drafts.values()
            if one.state is not DraftState.DROPPED and (one.text is not None or one.article_id)
        ]
        return tuple(sorted(shown, key=lambda one: (one.changed_at, one.id), reverse=True)[:limit])

    async def due(self, *, now: datetime) -> tuple[Draft, ...]:
        self._reach()
        confirmed = await self.scheduled()
        return tuple(one for one in confirmed if one.state is DraftState.DUE or (one.send_at and one.send_at <= now))

    async def scheduled(self) -> tuple[Draft, ...]:
        self._reach()
        confirmed = (one for one in self._drafts.values() if one.state in (DraftState.SCHEDULED, DraftState.DUE))
        return tuple(sorted(confirmed, key=lambda one: (one.send_at or one.changed_at, one.id)))

    async def retain(self, *, keep_since: datetime) -> int:
        self._reach()
        kept = (DraftState.SCHEDULED, DraftState.DUE)
        drafts = self._drafts.values()
        old = [one.id for one in drafts if one.changed_at < keep_since and one.state not in kept]
        for draft_id in old:
            del self._drafts[draft_id]
        return len(old)


@dataclass
class MemoryBulletinStore(_Server):
    """Implements `newsbot.desk.bulletins.BulletinStore`."""

    _bulletins: dict[_Key, Bulletin] = field(default_factory=dict)

    async def open(
        self, alert_id: int, editor: Address, kind: BulletinKind, *, now: datetime, message_id: str = ""
    ) -> bool:
        self._reach()
        key = (alert_id, editor, kind)
        known = self._bulletins.get(key)
        if known is None:
            self._bulletins[key] = Bulletin(
                alert_id=alert_id, editor=editor, kind=kind, message_id=message_id, touched_at=now
            )
        elif message_id:
            self._bulletins[key] = replace(known, message_id=message_id, shown="", closed=False)
        return known is None

    async def standing(self) -> tuple[Bulletin, ...]:
        self._reach()
        return tuple(one for one in self._in_order() if not one.closed)

    async def of_alert(self, alert_id: int, kind: BulletinKind) -> tuple[Bulletin, ...]:
        self._reach()
        return tuple(one for one in self._in_order() if one.alert_id == alert_id and one.kind is kind)

    async def claim(self, bulletin: Bulletin, *, now: datetime) -> bool:
        self._reach()
        known = self._bulletins.get(_key(bulletin))
        if known is None or known.closed:
            return False
        if (known.touched_at, known.message_id) != (bulletin.touched_at, bulletin.message_id):
            return False
        self._bulletins[_key(bulletin)] = replace(known, touched_at=claimed_at(bulletin, now))
        return True

    async def written(self, bulletin: Bulletin, *, message_id: str, shown: str, closed: bool = False) -> None:
        self._reach()
        known = self._bulletins.get(_key(bulletin))
        if known is not None and known.message_id == bulletin.message_id:
            self._bulletins[_key(bulletin)] = replace(known, message_id=message_id, shown=shown, closed=closed)

    async def close(self, bulletin: Bulletin) -> None:
        self._reach()
        if known := self._bulletins.get(_key(bulletin)):
            self._bulletins[_key(bulletin)] = replace(known, closed=True)

    async def forget(self, alert_id: int, kind: BulletinKind, *, before: datetime) -> None:
        self._reach()
        for bulletin in await self.of_alert(alert_id, kind):
            if bulletin.touched_at < before:
                del self._bulletins[_key(bulletin)]

    async def retain(self, *, keep_since: datetime) -> int:
        self._reach()
        old = [key for key, bulletin in self._bulletins.items() if bulletin.touched_at < keep_since]
        for key in old:
            del self._bulletins[key]
        return len(old)

    def _in_order(self) -> list[Bulletin]:
        return sorted(self._bulletins.values(), key=lambda one: (one.alert_id, str(one.editor), one.kind.value))


@dataclass
class MemoryAuditLog(_Server):
    """Implements `newsbot.desk.audit.AuditLog`."""

    _entries: list[Entry] = field(default_factory=list)

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        self._reach()
        yield

    async def write(self, entry: Entry) -> None:
        self._reach()
        last = self._entries[-1].id if self._entries else 0
        self._entries.append(replace(entry, id=last + 1))

    async def of(self, subject: str) -> tuple[Entry, ...]:
        self._reach()
        return tuple(entry for entry in self._entries if entry.subject == subject)

    async def entries(self, wanted: Filter, *, limit: int) -> tuple[Entry, ...]:
        self._reach()
        return tuple(entry for entry in reversed(self._entries) if _is_wanted(entry, wanted))[:limit]

    async def trim(self, *, keep_since: datetime, now: datetime) -> int:
        self._reach()
        keep_since = min(keep_since, now - timedelta(days=LEAST_KEPT_DAYS, hours=1))
        gone = [entry for entry in self._entries if entry.at < keep_since]
        self._entries = [entry for entry in self._entries if entry not in gone]
        if gone:
            after = {"deleted": len(gone), "older_than": keep_since.isoformat()}
            await self.write(Entry(actor=NEWSBOT, act=Act.AUDIT_TRIMMED, after=after, at=now))
        return len(gone)


def _is_wanted(entry: Entry, wanted: Filter) -> bool:
    return (
        (wanted.address is None or entry.actor.address == wanted.address)
        and (not wanted.act or entry.act == wanted.act or entry.act.startswith(f"{wanted.act}."))
        and (not wanted.subject or entry.subject == wanted.subject)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
        and (not wanted.before or entry.id < wanted.before)
    )


@dataclass
class MemoryInvitationStore(_Server):
    """Implements `newsbot.desk.invitations.InvitationStore`."""

    _invitations: dict[str, Invitation] = field(default_factory=dict)
    _next_id: int = 1

    async def make(self, code: str, role: Role, by: Address, *, now: datetime) -> Invitation:
        self._reach()
        made = Invitation(id=self._next_id, role=role, by=by, made_at=now, expires_at=now + INVITATION_LIFE)
        self._next_id += 1
        self._invitations[mark_of(code)] = made
        return made

    async def look(self, code: str, *, now: datetime) -> Invitation | None:
        self._reach()
        found = self._invitations.get(mark_of(code))
        return found if found is not None and now < found.expires_at else None

    async def take(self, code: str, *, now: datetime) -> Invitation | None:
        found = await self.look(code, now=now)
        return self._invitations.pop(mark_of(code)) if found else None

    async def open(self, *, now: datetime) -> tuple[Invitation, ...]:
        self._reach()
        return tuple(one for one in self._invitations.values() if now < one.expires_at)

    async def withdraw(self, invitation_id: int, *, now: datetime) -> Invitation | None:
        for mark, one in self._invitations.items():
            if one.id == invitation_id and now < one.expires_at:
                return self._invitations.pop(mark)
        return None


@dataclass
class MemoryApprovalStore(_Server):
    """Implements `newsbot.desk.approvals.ApprovalStore`."""

    _approvals: dict[int, Approval] = field(default_factory=dict)
    _next_id: int = 1

    async def ask(
        self, draft_id: int, revision: int, digest: str, *, by: Actor, now: datetime
    ) -> tuple[Approval, bool]:
        self._reach()
        for one in self._approvals.values():
            if one.draft_id == draft_id and one.state is ApprovalState.WAITING:
                if (one.revision, one.digest) == (revision, digest) and one.waits(now):
                    return one, False
                self._approvals[one.id] = replace(one, state=ApprovalState.REPLACED)
        made = Approval(
            id=self._next_id,
            draft_id=draft_id,
            revision=revision,
            digest=digest,
            asked_by=by,
            asked_at=now,
            expires_at=now + APPROVAL_LIFE,
        )
        self._next_id += 1
        self._approvals[made.id] = made
        return made, True

    async def get(self, approval_id: int) -> Approval | None:
        self._reach()
        return self._approvals.get(approval_id)

    async def of_draft(self, draft_id: int) -> Approval | None:
        self._reach()
        return next((one for one in reversed(self._approvals.values()) if one.draft_id == draft_id), None)

    async def waiting(self, *, now: datetime) -> tuple[Approval, ...]:
        self._reach()
        return tuple(one for one in self._approvals.values() if one.waits(now))

    async def decide(self, approval_id: int, state: ApprovalState, *, by: Actor, now: datetime) -> Approval | None:
        self._reach()
        known = self._approvals.get(approval_id)
        if known is None or not known.waits(now):
            return None
        decided = replace(known, state=state, decided_by=by.address, decided_name=by.name, decided_at=now)
        self._approvals[approval_id] = decided
        return decided

    async def overdue(self, *, now: datetime) -> bool:
        self._reach()
        return bool(self._overdue(now))

    async def expire(self, *, now: datetime) -> tuple[Approval, ...]:
        self._reach()
        expired = tuple(replace(one, state=ApprovalState.EXPIRED) for one in self._overdue(now))
        self._approvals |= {one.id: one for one in expired}
        return expired

    async def retain(self, *, keep_since: datetime, but_of: Collection[int]) -> int:
        self._reach()
        old = [one for one in self._approvals.values() if one.asked_at < keep_since and one.draft_id not in but_of]
        for one in old:
            del self._approvals[one.id]
        return len(old)

    def _overdue(self, now: datetime) -> list[Approval]:
        return [one for one in self._approvals.values() if one.state is ApprovalState.WAITING and not one.waits(now)]


@dataclass
class MemoryPeopleStore(_Server):
    """Implements `newsbot.desk.people.PeopleStore`."""

    audit: MemoryAuditLog = field(default_factory=MemoryAuditLog)
    _people: dict[Address, Person] = field(default_factory=dict)

    async def all(self) -> tuple[Person, ...]:
        self._reach()
        return tuple(sorted(self._people.values(), key=lambda person: str(person.address)))

    async def set_role(
        self,
        address: Address,
        role: Role | None,
        *,
        name: str = "",
        by: Actor,
        settled: Collection[Address],
        now: datetime,
    ) -> Person:
        self._reach()
        before = self._people.get(address) or Person(address=address, role=None)
        refuse_role(before, role, self._people.values(), settled)
        if before.role is role:
            return before
        after = Person(address=address, role=role, name=before.name or name, since=now, by=by.address)
        self._people[address] = after
        await self.audit.write(role_entry(before, after, by, now))
        return after

    async def call(self, address: Address, name: str) -> None:
        self._reach()
        known = self._people.get(address) or Person(address=address, role=None)
        self._people[address] = replace(known, name=name)


def _key(bulletin: Bulletin) -> _Key:
    return bulletin.alert_id, bulletin.editor, bulletin.kind
