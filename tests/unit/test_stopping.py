"""The clock of a stop, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from newsbot.stopping import MOMENT, By, Stopping
from tests.virtual_time import run


async def _goes_on_all_the_same(answer: asyncio.Event) -> None:
    """Like a statement that a database doesn't answer."""
    while not answer.is_set():
        with suppress(asyncio.CancelledError):
            await answer.wait()


async def _takes_its_time(seconds: float) -> None:
    try:
        await asyncio.sleep(3_600)
    finally:
        await asyncio.sleep(seconds)


def test_nothing_is_limited_until_a_stop_is_begun() -> None:
    async def story() -> None:
        stopping = Stopping()
        assert stopping.left(By.ANSWERS) is None
        assert stopping.at_most(300, By.ENDED) == 300
        slow = asyncio.create_task(_takes_its_time(300))
        await asyncio.sleep(0)
        await stopping.end([slow], By.ANSWERS)
        assert asyncio.get_running_loop().time() == 300
        assert stopping.unfinished == []

    run(story())


def test_each_step_has_its_moment_counted_from_the_first_word_of_it() -> None:
    async def story() -> None:
        clock = asyncio.get_running_loop().time
        stopping = Stopping()
        stopping.begin()
        await asyncio.sleep(2)
        stopping.begin(RuntimeError("too late to be the reason"))
        assert stopping.error is None
        assert stopping.left(By.ANSWERS) == By.ANSWERS.value - 2
        assert stopping.at_most(1, By.ANSWERS) == 1
        for by in By:
            async with stopping.until(by):
                await asyncio.sleep(3_600)
            assert clock() == by.value
        assert [stopping.left(by) for by in By] == [0] * len(By)
        assert clock() < 10

    run(story())


def test_tasks_that_go_on_all_the_same_are_left_and_named() -> None:
    async def story() -> None:
        stopping = Stopping()
        stopping.begin()
        answer = asyncio.Event()
        hanging = asyncio.create_task(_goes_on_all_the_same(answer), name="planner")
        slow = asyncio.create_task(_takes_its_time(3), name="sources")
        await asyncio.sleep(0)
        await stopping.end([hanging, slow], By.ANSWERS)
        assert asyncio.get_running_loop().time() == By.ANSWERS.value
        assert stopping.unfinished == ["planner"]
        assert slow.cancelled()
        answer.set()
        await hanging
        assert stopping.unfinished == []

    run(story())


def test_however_late_it_is_a_task_that_nothing_holds_up_may_end() -> None:
    async def story() -> None:
        stopping = Stopping()
        stopping.begin()
        await asyncio.sleep(60)
        quick = asyncio.create_task(_takes_its_time(MOMENT / 2), name="quick")
        await asyncio.sleep(0)
        await stopping.end([quick], By.TASKS)
        assert stopping.unfinished == []

    run(story())
