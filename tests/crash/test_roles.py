"""Two processes of each role share the work. Those that lead are frozen: others go on, and when the frozen ones wake
nothing is done twice.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.crash.shared_work import FIRST, a_shared_newsroom, headline
from tests.programs import WITHIN
from tests.telegram_sandbox import until

READERS, IN_FLIGHT = 40, 4
WRITERS = range(1001, 1006)
LED = ("bot", "ingest", "deliver")


async def test_whoever_leads_freezes_and_wakes_and_nothing_is_done_twice(tmp_path: Path) -> None:
    async with a_shared_newsroom(tmp_path, readers=READERS) as newsroom:
        newsroom.settings |= {"NEWSBOT_TELEGRAM__RATE": "15", "NEWSBOT_DELIVERY__IN_FLIGHT": str(IN_FLIGHT)}
        for writer in WRITERS:
            newsroom.readers.add_user("পাঠক", user_id=writer)
        await newsroom.start(*LED, *LED, "web")
        await until(lambda: newsroom.read > 0, seconds=WITHIN)  # a first read announces nothing
        newsroom.publish(1)
        await newsroom.sent(headline(1), at_least=10)

        frozen = [await newsroom.leader(role) for role in LED]
        for leader in frozen:
            leader.freeze()
        newsroom.publish(2)
        for writer in WRITERS:
            newsroom.readers.send_text(writer, f"/asked_{writer}_while_frozen")
        # Silent for fifteen seconds, each is followed by the other.
        for writer in WRITERS:
            await until(lambda one=writer: bool(newsroom.copies(f"/asked_{one}_while_frozen")), seconds=2 * WITHIN)
        await newsroom.sent(headline(2), at_least=10)
        for leader in frozen:
            assert await newsroom.leader(leader.role) is not leader

        for leader in frozen:
            leader.wake()
        newsroom.publish(3)
        for writer in WRITERS:
            newsroom.readers.send_text(writer, f"/asked_{writer}_afterwards")
        for leader in frozen:
            await until(lambda one=leader: "another process leads" in one.said, seconds=WITHIN)
        await newsroom.sent(headline(3), at_least=READERS)
        for writer in WRITERS:
            await until(lambda one=writer: bool(newsroom.copies(f"/asked_{one}_afterwards")), seconds=WITHIN)
        first, *others = await newsroom.ended()
        await newsroom.stop()

    everybody = Counter(range(FIRST, FIRST + READERS))
    assert len(others) == 2  # each article alerted once
    for number, one in enumerate(others, 2):
        assert (one.totals.audience, one.totals.sent, one.totals.skipped) == (READERS, READERS, 0)
        assert newsroom.copies(headline(number)) == everybody
    # Who sends froze in the middle of the first: what it had begun may be in doubt, and nobody has it twice.
    assert (first.totals.sent + first.totals.unknown, first.totals.skipped) == (READERS, 0)
    assert first.totals.unknown <= IN_FLIGHT
    assert set(newsroom.copies(headline(1)).values()) == {1}
    for writer in WRITERS:
        for when in ("while_frozen", "afterwards"):
            assert newsroom.copies(f"/asked_{writer}_{when}") == Counter([writer])
    assert newsroom.most_reading == 1
