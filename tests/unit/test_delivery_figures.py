"""What the delivery worker tells Prometheus and the log, in virtual time."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from newsbot.delivery.ledger import Tier
from newsbot.domain.alert import AlertClass
from newsbot.domain.attempt import Reason, Scope, TryLater
from tests.delivery_desk import Desk
from tests.unit.test_delivery_worker import BLOCKED, BREAKING, SECONDS, TOPIC, in_virtual_time, sometimes


def figure(desk: Desk, name: str, **labels: str) -> float | None:
    return desk.metrics.registry.get_sample_value(f"newsbot_{name}", {"channel": "telegram", **labels})


@in_virtual_time
async def test_figures_tell_what_became_of_deliveries() -> None:
    desk = Desk()
    await desk.readers(range(10))
    desk.platform.answer = sometimes({3: [BLOCKED], 4: [TryLater(SECONDS, Reason.FLOOD)]})
    alert = await desk.alert(BREAKING)
    async with desk.working():
        await desk.closed(alert)
        await asyncio.sleep(1)
    assert figure(desk, "deliveries_total", cls="breaking", outcome="sent") == 9
    assert figure(desk, "deliveries_total", cls="breaking", outcome="blocked") == 1
    assert figure(desk, "deliveries_total", cls="breaking", outcome="postponed") == 1
    assert figure(desk, "first_push_seconds_count", cls="breaking") == 1
    assert figure(desk, "deliveries_in_flight") == 0
    assert figure(desk, "delivery_holding") == 0
    assert figure(desk, "claim_readers_sum") == 11  # the postponed one twice
    assert figure(desk, "units_total", event="taken") == 1
    assert figure(desk, "units_total", event="done") == 1


@in_virtual_time
async def test_figures_tell_what_became_of_readers_whom_a_dead_worker_left_begun() -> None:
    for cls, became in ((BREAKING, "waiting"), (TOPIC, "unknown")):
        desk = Desk()
        await desk.readers(range(10))
        await _dies_with(desk, 3, cls)
        assert figure(desk, "deliveries_recovered_total", became=became) == 3
        assert figure(desk, "units_total", event="taken_over") == 1


async def _dies_with(desk: Desk, begun: int, cls: AlertClass) -> None:
    """A worker that has so many begun; another delivers what is left."""
    alert = await desk.alert(cls)
    taken = await desk.ledger.take("dead", [alert.id])
    assert taken is not None
    await desk.ledger.claim(taken.unit, "dead", begun, alert)
    desk.ledger.dead.add("dead")
    async with desk.working():
        await desk.closed(alert)


@in_virtual_time
async def test_figures_tell_that_nothing_is_sent_while_the_platform_is_away() -> None:
    desk = Desk()
    await desk.readers(range(100))
    desk.platform.well = False
    desk.platform.answer = lambda to: TryLater(SECONDS, Reason.NO_CONNECTION, Scope.CHANNEL)
    alert = await desk.alert()
    async with desk.working():
        await asyncio.sleep(5)
        assert figure(desk, "delivery_holding") == 1
        assert figure(desk, "delivery_holds_total", reason="platform_away") == 1
        desk.platform.well, desk.platform.answer = True, sometimes({})
        await desk.closed(alert, within=300)
        await asyncio.sleep(1)
        assert figure(desk, "delivery_holding") == 0


@in_virtual_time
async def test_a_line_for_each_delivery_says_what_happened_where() -> None:
    desk = Desk()
    await desk.readers(range(2))
    desk.platform.answer = sometimes({1: [BLOCKED]})
    alert = await desk.alert()
    with capture_logs() as lines:
        async with desk.working():
            await desk.closed(alert)
    unit = f"{alert.id}:{int(Tier.REST)}:0"
    deliveries = [line for line in lines if line["event"] == "delivery"]
    assert [(one["log_level"], one["to"], one["outcome"]) for one in deliveries] == [
        ("debug", "0", "sent"),
        ("debug", "1", "blocked"),
    ]
    for one in deliveries:
        assert (one["alert"], one["channel"], one["unit"]) == (alert.id, "telegram", unit)
        assert one["position"] == int(one["to"])
        assert 0 < one["seconds"] < 5
