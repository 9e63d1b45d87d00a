"""Who sent this body: HMAC-SHA256 by the app's secret over the bytes as they came.

The platform signs the bytes that it sends, in which everything beyond ASCII is escaped (`\\u09b8`). The same JSON
written anew has other bytes and another signature, so a body is verified before it is parsed and never after.
"""

from __future__ import annotations

import hmac
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
ALARM_AFTER: Final = 5  #: refusals within ALARM_WITHIN
ALARM_WITHIN: Final = 60.0  #: seconds
ALARM_AGAIN: Final = 600.0  #: seconds until it is said again

_FORM: Final = re.compile(r"sha256=([0-9a-f]{64})", re.IGNORECASE)


def sign(secret: str, body: bytes) -> str:
    """The header's value for this body."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def read_signature(header: str) -> bytes | None:
    """The 32 bytes that the header holds; None if it holds none. SHA-1, the older form, is none."""
    form = _FORM.fullmatch(header.strip())
    return bytes.fromhex(form[1]) if form else None


def is_signed(body: bytes, signature: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets made it. Takes the same time whichever, and wherever they differ."""
    made = [hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256"), signature) for secret in secrets]
    return any(made)


class RefusalAlarm:
    """Says when refusals are more than somebody's knocking: with a wrong secret we lose everything that comes in, and
    after an hour the platform ends the subscription.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: seconds that only grow."""
        self._clock = clock
        self._refusals: deque[float] = deque(maxlen=ALARM_AFTER)
        self._raised_at = float("-inf")

    def refused(self) -> bool:
        """One more; whether it is time to raise the alarm."""
        now = self._clock()
        self._refusals.append(now)
        many = len(self._refusals) == ALARM_AFTER and now - self._refusals[0] <= ALARM_WITHIN
        if not many or now - self._raised_at < ALARM_AGAIN:
            return False
        self._raised_at = now
        return True
