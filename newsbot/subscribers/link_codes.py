"""What the rest of the house asks of one-time codes, with which a reader shows that two chats are theirs.

A code is made in one chat and brought to the other, which then asks for a yes. It holds for a quarter of an hour and
for one chat. It is kept only as its fingerprint, and is never logged.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final, Protocol

from newsbot.domain.subscriber import Address
from newsbot.errors import NewsbotError
from newsbot.text.digits import to_ascii_digits

__all__ = ["LIFE", "MOST_WRONG", "WRONG_FOR", "LinkCodes", "TooManyWrong", "fingerprint", "new_code", "read_code"]

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  #: without 0 and O, 1, I and L, and U, which are mistaken for others
LENGTH: Final = 8  #: 39 bits: with MOST_WRONG guesses an hour nobody meets one by chance
LIFE: Final = timedelta(minutes=15)
MOST_WRONG: Final = 5  #: wrong codes that a reader may bring in WRONG_FOR
WRONG_FOR: Final = timedelta(hours=1)


class TooManyWrong(NewsbotError):
    """This reader has brought too many wrong codes lately."""


class LinkCodes(Protocol):
    """Raises StoreUnavailable. One contract suite (`tests/contracts/test_link_codes.py`) runs against every
    implementation.
    """

    async def make(self, address: Address) -> str:
        """A code for this reader, in place of the one before."""
        ...

    async def find(self, address: Address, code: str) -> Address | None:
        """Who made the code that this reader brought (as `read_code` gives it); None where nobody did, or it no longer
        holds. A code that the same reader has taken is still found. Raises TooManyWrong.
        """
        ...

    async def take(self, address: Address, code: str) -> bool:
        """Use the code up, and remember for LIFE whom this reader is asked about. False where another was quicker."""
        ...

    async def asked(self, address: Address) -> Address | None:
        """Whom this reader is asked about; None when that was too long ago."""
        ...

    async def answered(self, address: Address) -> None:
        """The question is over."""
        ...

    async def forget(self, address: Address) -> None:
        """Everything that is kept of this reader."""
        ...


def new_code() -> str:
    """Of letters and digits, both, so that it is no word and no number."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not code.isalpha() and not code.isdigit():
            return code


def read_code(typed: str) -> str:
    """A code as it was typed: in small letters, in Bengali digits, with spaces or dashes; '' for what is none."""
    code = to_ascii_digits(typed).upper().replace(" ", "").replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def fingerprint(code: str) -> str:
    return hashlib.blake2b(code.encode(), digest_size=16, person=b"newsbot link").hexdigest()
