"""Readers on two channels, whatever they do on both sides, and whatever breaks in between.

Both sides of a link choose the same, at most one of them wants alerts, and one does where one can. In between a process
dies between journal and Redis, and Redis is emptied.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from newsbot.database import connect_database
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.linking import CannotLink
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import NOW

Result = TypeVar("Result")

PEOPLE = tuple(Address(channel, user) for channel in ("telegram", "messenger") for user in ("1", "2"))
people = st.sampled_from(PEOPLE)
changes = st.fixed_dictionaries(
    {},
    optional={
        "language": st.sampled_from(["bn", "en"]),
        "topics": st.frozensets(st.sampled_from(["sports", "politics", "খেলা"])),
        "paused": st.booleans(),
        "stopped": st.booleans(),
        "onboarded": st.just(True),
    },
)


class Linked(RuleBasedStateMachine):
    redis_url: str
    template: Path

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.mkdtemp(prefix="newsbot-links-")
        shutil.copyfile(self.template, f"{self.folder}/db.sqlite3")
        self.pairs: dict[Address, Address] = {}  # both ways
        self.behind = False  # something stands in the journal only

        async def connect_both() -> None:
            self.database = connect_database(f"sqlite:///{self.folder}/db.sqlite3", Path(self.folder))
            self.redis = await connect(self.redis_url)
            await self.redis.flushdb()
            self.journal = SqlJournal(self.database, {"telegram": "1", "messenger": "2"}, ("telegram", "messenger"))
            self.store = RedisSubscriberStore(self.journal, self.redis)

        self.run(connect_both())

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.run(self.redis.aclose())
            self.run(self.database.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    def run(self, doing: Awaitable[Result]) -> Result:
        return self.loop.run_until_complete(doing)

    def part(self, address: Address) -> None:
        if (other := self.pairs.pop(address, None)) is not None:
            del self.pairs[other]

    @rule(one=people, other=people)
    def link(self, one: Address, other: Address) -> None:
        may = one.channel != other.channel and self.pairs.get(one, other) == other and self.pairs.get(other, one) == one
        try:
            self.run(self.store.link(one, other, now=NOW))
        except CannotLink:
            assert not may
        else:
            assert may
            self.pairs |= {one: other, other: one}

    @rule(one=people, other=people)
    def link_and_die_before_redis(self, one: Address, other: Address) -> None:
        try:
            self.run(self.journal.link(one, other, now=NOW, initial=Preferences()))
        except CannotLink:
            return
        self.pairs |= {one: other, other: one}
        self.behind = True

    @rule(one=people)
    def unlink(self, one: Address) -> None:
        assert self.run(self.store.unlink(one, now=NOW)) == self.pairs.get(one)
        self.part(one)

    @rule(one=people, wanted=changes)
    def change(self, one: Address, wanted: dict[str, Any]) -> None:
        changed = self.run(self.store.change(one, "changed", lambda they: replace(they, **wanted), now=NOW))
        assert {name: getattr(changed.preferences, name) for name in wanted} == wanted

    @rule(one=people, wanted=changes)
    def change_and_die_before_redis(self, one: Address, wanted: dict[str, Any]) -> None:
        self.run(self.journal.change(one, "x", lambda they: replace(they, **wanted), now=NOW, initial=Preferences()))
        self.behind = True

    @rule(one=people)
    def cannot_be_reached(self, one: Address) -> None:
        if self.run(self.store.get(one)) is not None:
            self.run(self.store.change(one, "unreachable", lambda they: replace(they, unreachable=True), now=NOW))

    @rule(one=people)
    def write(self, one: Address) -> None:
        self.run(self.store.touch(one, now=NOW))

    @rule(one=people)
    def forget(self, one: Address) -> None:
        self.run(self.store.forget(one, now=NOW))
        self.part(one)

    @rule()
    def replay(self) -> None:
        self.run(self.store.replay_recent())
        self.behind = False

    @rule()
    def lose_redis(self) -> None:
        self.run(self.redis.flushdb())
        self.run(self.store.replay_recent())
        self.behind = False

    @invariant()
    def both_sides_are_one_reader_who_is_alerted_once(self) -> None:
        if not hasattr(self, "loop"):
            return
        known = {one: self.run(self.journal.get(one)) for one in PEOPLE}
        for one, they in known.items():
            partner = self.pairs.get(one)
            assert partner is None or they is not None
            if they is None:
                continue
            assert they.preferences.linked_with == partner
            assert partner is not None or they.preferences.extra == ()
            if partner is not None and one.channel == "telegram":
                self.are_one(they, known[partner])

    def are_one(self, one: Subscriber, other: Subscriber | None) -> None:
        assert other is not None
        both = one.preferences, other.preferences
        assert len({replace(each, unreachable=False, extra=()) for each in both}) == 1
        wanting = sum(each.wants_alerts for each in both)
        can = not (one.preferences.paused or one.preferences.stopped) and not all(each.unreachable for each in both)
        assert wanting == int(can)
        assert one.preferences.wants_alerts or not can or one.preferences.unreachable

    @invariant()
    def the_working_copy_says_what_the_journal_says(self) -> None:
        if not hasattr(self, "loop") or self.behind:
            return
        for one in PEOPLE:
            known, found = self.run(self.journal.get(one)), self.run(self.store.get(one))
            assert (found and replace(found, active_at=None)) == known
        counts = self.run(self.store.counts())
        everyone = [one for address in PEOPLE if (one := self.run(self.journal.get(address)))]
        assert counts.reachable == sum(one.preferences.wants_alerts for one in everyone)


def test_linked_readers_are_one_reader_whatever_breaks(redis_server: str, sqlite_template: Path) -> None:
    machine: Any = type("Machine", (Linked,), {"redis_url": redis_server, "template": sqlite_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
