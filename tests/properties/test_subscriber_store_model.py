"""The storage of subscribers against a dictionary: whatever happens in between, both say the same.

In between: Redis is emptied, its scripts are forgotten, a process dies between journal and Redis, the journal is
replayed, everything is rebuilt.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from newsbot.database import connect_database
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.store import SubscriberCounts
from tests.builders import NOW

Result = TypeVar("Result")

user_ids = st.sampled_from(["1", "2", "-3", "007", "9007199254740993", "নাম"])
topics = st.frozensets(st.sampled_from(["sports", "politics", "খেলা"]))
preferences = st.builds(
    Preferences,
    language=st.sampled_from(["bn", "en"]),
    timezone=st.sampled_from(["Asia/Dhaka", "UTC"]),
    topics=topics,
    paused=st.booleans(),
    stopped=st.booleans(),
    unreachable=st.booleans(),
    onboarded=st.booleans(),
    extra=st.sampled_from([(), (("note", "ক"),)]),
)


class Store(RuleBasedStateMachine):
    redis_url: str
    template: Path

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.mkdtemp(prefix="newsbot-model-")
        shutil.copyfile(self.template, f"{self.folder}/db.sqlite3")
        self.known: dict[str, Subscriber] = {}
        self.given = 0
        self.now = NOW
        self.behind: set[str] = set()  # changed in the journal only

        async def connect_both() -> None:
            self.database = connect_database(f"sqlite:///{self.folder}/db.sqlite3", Path(self.folder))
            self.redis = await connect(self.redis_url)
            await self.redis.flushdb()
            self.journal = SqlJournal(self.database, {"telegram": "1"})
            self.store = RedisSubscriberStore(self.journal, self.redis)
            await self.store.replay_recent()  # as at each start: then Redis is known not to have been lost

        self.run(connect_both())

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.run(self.redis.aclose())
            self.run(self.database.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    def run(self, doing: Awaitable[Result]) -> Result:
        return self.loop.run_until_complete(doing)

    def keep(self, user_id: str, changed: Preferences) -> None:
        known = self.known.get(user_id)
        if known is None:
            address = Address("telegram", user_id)
            self.known[user_id] = Subscriber(
                address=address, number=self.given, version=1, preferences=changed, since=self.now
            )
            self.given += 1
        elif known.preferences != changed:
            self.known[user_id] = replace(known, preferences=changed, version=known.version + 1)

    @rule(user_id=user_ids, wanted=preferences)
    def change(self, user_id: str, wanted: Preferences) -> None:
        changed = self.run(self.store.change(Address("telegram", user_id), "x", lambda _: wanted, now=self.now))
        self.keep(user_id, wanted)
        self.behind.discard(user_id)
        assert changed == self.known[user_id]

    @rule(user_id=user_ids, wanted=preferences)
    def change_and_die_before_redis(self, user_id: str, wanted: Preferences) -> None:
        address = Address("telegram", user_id)
        self.run(self.journal.change(address, "x", lambda _: wanted, now=self.now, initial=Preferences()))
        before = self.known.get(user_id)
        self.keep(user_id, wanted)
        if self.known[user_id] != before:
            self.behind.add(user_id)

    @rule(user_id=user_ids)
    def touch(self, user_id: str) -> None:
        if user_id in self.behind:
            self.replay()
        self.run(self.store.touch(Address("telegram", user_id), now=self.now))
        if (known := self.known.get(user_id)) is not None:
            today = datetime(self.now.year, self.now.month, self.now.day, tzinfo=UTC)
            self.keep(user_id, replace(known.preferences, unreachable=False))
            self.known[user_id] = replace(self.known[user_id], active_at=today)

    @rule(user_id=user_ids)
    def forget(self, user_id: str) -> None:
        was_known = self.run(self.store.forget(Address("telegram", user_id), now=self.now))
        assert was_known is (self.known.pop(user_id, None) is not None)
        self.behind.discard(user_id)

    @rule(old=user_ids, new=user_ids)
    def move(self, old: str, new: str) -> None:
        moved = self.run(self.store.move(Address("telegram", old), Address("telegram", new), now=self.now))
        known = self.known.get(old)
        if known is not None and old != new:
            del self.known[old]
            if new in self.known:
                there = self.known[new].preferences
                self.keep(new, replace(there, topics=there.topics | known.preferences.topics))
            else:
                self.known[new] = replace(known, address=Address("telegram", new), version=known.version + 1)
            self.behind -= {old, new}
        assert moved == (None if known is None else self.known[new])

    @rule()
    def replay(self) -> None:
        self.run(self.store.replay_recent())
        self.behind.clear()

    @rule()
    def rebuild(self) -> None:
        self.run(self.store.rebuild())
        self.nobody_was_active()
        self.behind.clear()

    @rule()
    def lose_redis(self) -> None:
        self.run(self.redis.flushdb())
        self.run(self.store.replay_recent())
        self.nobody_was_active()
        self.behind.clear()

    @rule()
    def forget_scripts(self) -> None:
        self.run(self.redis.script_flush())

    @rule(days=st.integers(1, 10))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def nobody_was_active(self) -> None:
        # Activity is kept in Redis only.
        self.known = {user_id: replace(one, active_at=None) for user_id, one in self.known.items()}

    @invariant()
    def everyone_is_as_the_dictionary_says(self) -> None:
        if not hasattr(self, "loop"):
            return
        for user_id in ("1", "2", "-3", "007", "9007199254740993", "নাম"):
            if user_id not in self.behind:
                found = self.run(self.store.get(Address("telegram", user_id)))
                assert found == self.known.get(user_id)

    @invariant()
    def everyone_is_counted(self) -> None:
        if not hasattr(self, "loop") or self.behind:
            return
        subscribers = [one.preferences for one in self.known.values() if not one.preferences.stopped]
        reachable = [one for one in subscribers if not (one.paused or one.unreachable)]
        followed = [topic for one in reachable for topic in one.topics]
        assert self.run(self.store.counts()) == SubscriberCounts(
            len(subscribers), len(reachable), {topic: followed.count(topic) for topic in sorted(set(followed))}
        )

    @invariant()
    def the_journal_has_everyone_once(self) -> None:
        if not hasattr(self, "loop"):
            return

        async def all_of_them() -> list[Subscriber]:
            return [replace(one, active_at=None) async for one in self.store.all()]

        known = sorted(self.known.values(), key=lambda one: one.number)
        assert self.run(all_of_them()) == [replace(one, active_at=None) for one in known]


def test_the_store_is_a_dictionary_whatever_breaks(redis_server: str, sqlite_template: Path) -> None:
    machine: Any = type("Machine", (Store,), {"redis_url": redis_server, "template": sqlite_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
