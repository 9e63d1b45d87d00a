"""What the platform says of our quota, read from whatever comes, and what is done about it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.channels.http_exchange import Answer
from newsbot.channels.messenger.governor import Governor
from newsbot.channels.messenger.usage import (
    APP_USAGE,
    BUSINESS_USAGE,
    LONGEST,
    LOOK_AGAIN,
    SLOW_FOR,
    SLOWEST,
    Usage,
    restraint_of,
    usage_of,
)
from newsbot.delivery.pacing import Restraint, Stop
from newsbot.errors import StoreUnavailable

SAMPLE = (
    '{"106378625516323":[{"type":"messenger","call_count":1,"total_cputime":1,"total_time":1,'
    '"estimated_time_to_regain_access":0}]}'
)


def business(**fields: object) -> dict[str, str]:
    return {BUSINESS_USAGE: json.dumps({"106378625516323": [{"type": "messenger"} | fields]})}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Usage()),
        ({BUSINESS_USAGE: SAMPLE}, Usage(1)),
        ({APP_USAGE: '{"call_count":28,"total_time":25,"total_cputime":25}'}, Usage(28)),
        ({BUSINESS_USAGE: SAMPLE, APP_USAGE: '{"call_count":96}'}, Usage(96)),
        (business(call_count=3, total_cputime=80, total_time=7), Usage(80)),
        (business(call_count=100, estimated_time_to_regain_access=12), Usage(100, timedelta(minutes=12))),
        (business(call_count="77", estimated_time_to_regain_access="0.5"), Usage(77, timedelta(seconds=30))),
        (business(type="ads_insights", call_count=99), Usage()),  # another quota than ours
        (business(call_count=None, total_time=True, total_cputime=[9]), Usage()),
        (business(call_count=-3, total_time="NaN", total_cputime="many"), Usage()),
        (business(call_count=float("inf"), estimated_time_to_regain_access=10**30), Usage(0, LONGEST)),
        ({BUSINESS_USAGE: '{"1":{"type":"messenger","call_count":5}}'}, Usage(5)),
        ({BUSINESS_USAGE: '{"1":[{"call_count":5},7,null],"2":"x"}'}, Usage(5)),
        ({BUSINESS_USAGE: "[1]", APP_USAGE: "null"}, Usage()),
        ({BUSINESS_USAGE: "{", APP_USAGE: ""}, Usage()),
    ],
)
def test_headers_are_read_as_far_as_they_can_be(headers: dict[str, str], expected: Usage) -> None:
    assert usage_of(headers) == expected


@given(st.dictionaries(st.sampled_from([BUSINESS_USAGE, APP_USAGE]), st.text()))
def test_no_header_stumbles(headers: dict[str, str]) -> None:
    usage = usage_of(headers)
    assert usage.percent >= 0
    assert timedelta(0) <= usage.regain <= LONGEST


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(0), None),
        (Usage(74.9), None),
        (Usage(75), Restraint(stretch=175, lasting=SLOW_FOR)),
        (Usage(79.9), Restraint(stretch=175, lasting=SLOW_FOR)),
        (Usage(80), Restraint(stretch=250, lasting=SLOW_FOR)),
        (Usage(94.9), Restraint(stretch=SLOWEST, lasting=SLOW_FOR)),
        (Usage(95), Restraint(Stop.PUSHES, SLOWEST, LOOK_AGAIN)),
        (Usage(130), Restraint(Stop.PUSHES, SLOWEST, LOOK_AGAIN)),
        (Usage(10, timedelta(minutes=3)), Restraint(Stop.EVERYTHING, lasting=timedelta(minutes=3))),
    ],
)
def test_we_slow_down_at_three_quarters_and_pushes_stop_at_95(usage: Usage, expected: Restraint | None) -> None:
    assert restraint_of(usage) == expected


class Throttle:
    def __init__(self) -> None:
        self.told: list[Restraint] = []
        self.away = False

    async def restrain(self, restraint: Restraint) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.told.append(restraint)


async def test_a_quota_is_told_once_and_again_while_it_holds() -> None:
    throttle, now = Throttle(), [0.0]
    governor = Governor(throttle, clock=lambda: now[0])
    full = Answer(200, b"{}", headers=business(call_count=96))
    for _ in range(100):
        await governor.watch(full)
    pushes_stop = Restraint(Stop.PUSHES, SLOWEST, LOOK_AGAIN)
    assert throttle.told == [pushes_stop]
    now[0] += LOOK_AGAIN.total_seconds() * 0.6
    await governor.watch(full)
    assert throttle.told == [pushes_stop] * 2
    await governor.watch(Answer(200, b"{}", headers=business(call_count=3)))
    assert throttle.told == [pushes_stop] * 2


async def test_a_refusal_for_the_quotas_sake_stops_everything_at_once() -> None:
    throttle = Throttle()
    governor = Governor(throttle)
    await governor.watch(Answer(200, b"{}", headers=business(call_count=76)))
    body = b'{"error":{"code":80006,"message":"too many"}}'
    await governor.watch(Answer(400, body, headers=business(call_count=76, estimated_time_to_regain_access=2)))
    await governor.watch(Answer(200, b'{"error":{"code":613}}'))
    assert [(told.stop, told.lasting) for told in throttle.told] == [
        (Stop.NOBODY, SLOW_FOR),
        (Stop.EVERYTHING, timedelta(minutes=2)),
        (Stop.EVERYTHING, timedelta(minutes=1)),
    ]


async def test_what_could_not_be_told_is_told_with_the_next_answer() -> None:
    throttle = Throttle()
    governor = Governor(throttle)
    full = Answer(200, b"{}", headers=business(call_count=96))
    throttle.away = True
    await governor.watch(full)
    throttle.away = False
    await governor.watch(full)
    assert len(throttle.told) == 1


async def test_how_full_the_quota_is_is_shown_where_the_platform_says_it() -> None:
    shown: list[float] = []
    governor = Governor(Throttle(), used=shown.append)
    await governor.watch(Answer(200, b"{}"))
    for count in (12, 12, 80):
        await governor.watch(Answer(200, b"{}", headers=business(call_count=count)))
    await governor.watch(Answer(200, b"{}"))
    assert shown == [12, 80]
