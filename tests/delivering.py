"""A worker without a channel, for tests of what comes before it and after it: it claims, and says that it was sent."""

from __future__ import annotations

from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import Claim, Ledger, Settle, Unit
from newsbot.domain.alert import Outcome


async def begin(alerts: AlertStore, ledger: Ledger, *, count: int = 1, worker: str = "worker") -> tuple[Unit, Claim]:
    """Take the next unit that may be worked on and claim its first readers: their requests are on their way."""
    claimable = {one.alert.id: one.alert for one in await alerts.standing() if one.claimable(ledger.channel)}
    taken = await ledger.take(worker, list(claimable))
    assert taken is not None
    return taken.unit, await ledger.claim(taken.unit, worker, count, claimable[taken.unit.alert_id])


async def answered(ledger: Ledger, unit: Unit, claim: Claim, outcome: Outcome = Outcome.SENT) -> None:
    results = [Settle(reader.position, outcome, f"{unit.alert_id}{reader.position}") for reader in claim.readers]
    await ledger.settle(unit, results)


async def deliver(alerts: AlertStore, ledger: Ledger, *, worker: str = "worker") -> list[str]:
    """Send all that may be sent now; says to whom, in order."""
    claimable = {one.alert.id: one.alert for one in await alerts.standing() if one.claimable(ledger.channel)}
    told: list[str] = []
    while taken := await ledger.take(worker, list(claimable)):
        unit = taken.unit
        while (claim := await ledger.claim(unit, worker, 100, claimable[unit.alert_id])).readers:
            told += [reader.user_id for reader in claim.readers]
            await answered(ledger, unit, claim)
        await ledger.close(unit, worker, Outcome.EXPIRED)
    return told
