"""What every channel that alerts are sent on promises of its pusher, before a platform that enforces its rules."""

from __future__ import annotations

from typing import Any

import pytest

from newsbot.channels.channel import Operation, Recipient
from newsbot.domain.attempt import Reason, Refused, Sent
from newsbot.domain.message import Button, CardReply, NoticeReply, Span
from tests.conformance.kits import KITS

NOTICE = NoticeReply(spans=(Span("জরুরি খবর"),), buttons=((Button("কেন পেলাম?", "1:why:7"),),))
CARD = CardReply(headline="সেতু খুলল", url="https://news.example/1", summary="আজ সকালে।", source="নদীবার্তা", when="আজ")


@pytest.fixture(params=[name for name, kit in KITS.items() if kit().pushing() is not None])
def kit(request: pytest.FixtureRequest) -> Any:
    return KITS[request.param]()


@pytest.mark.parametrize("reply", [NOTICE, CARD], ids=["notice", "card"])
async def test_a_push_arrives_once_while_the_window_is_open(kit: Any, reply: NoticeReply | CardReply) -> None:
    async with kit.pushing() as before:
        prepared = before.pusher.prepare(Operation.SEND, reply)
        to = Recipient(before.user_id, window_until=before.window_until, delivery="7:1:0:12")
        attempt = await before.pusher.push(prepared, to)
        assert isinstance(attempt, Sent)
        assert attempt.message_id
        assert before.arrived() >= 1


async def test_outside_a_window_nothing_is_sent_where_there_are_windows(kit: Any) -> None:
    async with kit.pushing() as before:
        prepared = before.pusher.prepare(Operation.SEND, NOTICE)
        arrived = before.arrived()
        attempt = await before.pusher.push(prepared, Recipient(before.user_id))
        if kit.windows:
            assert isinstance(attempt, Refused)
            assert attempt.reason is Reason.OUTSIDE_WINDOW
            assert not attempt.stop
            assert before.arrived() == arrived
        else:
            assert isinstance(attempt, Sent)


async def test_a_prepared_push_is_sent_to_many_and_compared_by_what_it_is(kit: Any) -> None:
    async with kit.pushing() as before:
        prepared = before.pusher.prepare(Operation.SEND, NOTICE)
        assert isinstance(hash(prepared), int)
        for number in range(3):
            to = Recipient(before.user_id, window_until=before.window_until, delivery=f"7:1:0:{number}")
            assert isinstance(await before.pusher.push(prepared, to), Sent)
        assert before.arrived() >= 3


async def test_the_platform_can_be_asked_whether_it_answers(kit: Any) -> None:
    async with kit.pushing() as before:
        arrived = before.arrived()
        assert await before.pusher.answers()
        assert before.arrived() == arrived
