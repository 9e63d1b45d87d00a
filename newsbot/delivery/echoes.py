"""What a channel reports of our own messages: it settles deliveries whose answer never came."""

from __future__ import annotations

from newsbot.delivery.ledger import Ledger, Settle, parse_delivery_id
from newsbot.domain.alert import Outcome

__all__ = ["settle_echo"]


async def settle_echo(ledger: Ledger, delivery: str, message_id: str) -> bool:
    """`delivery`: what the message carried (`Recipient.delivery`). False: it is no delivery of ours.

    May come before the answer, after it, instead of it, and more than once. Raises StoreUnavailable: then the echo is
    worth another try.
    """
    found = parse_delivery_id(delivery)
    if found is None:
        return False
    unit, position = found
    await ledger.settle(unit, [Settle(position, Outcome.SENT, message_id)])
    return True
