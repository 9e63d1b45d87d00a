"""The next best thing to send when Messenger refuses a message for its form. Pure.

A refusal is certainly not a message, so trying once more doubles nothing.
"""

from __future__ import annotations

from typing import Final

from newsbot.channels.messenger.wire import Message
from newsbot.domain.attempt import Reason, Refused

FORM: Final = frozenset({Reason.BAD_MARKUP, Reason.TOO_LONG})  #: plain text may be taken


def next_best(message: Message, refused: Refused) -> Message | None:
    """Without the pictures that were refused, or as text; None where there is nothing left to try.

    The platform has one code for nearly all that may be wrong with a message, pictures that it couldn't fetch too.
    """
    if refused.stop:
        return None
    if refused.reason is Reason.BAD_PICTURE:
        return message.without_picture()
    if refused.reason is Reason.BAD_REQUEST:
        return message.without_picture() or message.plainer()
    return message.plainer() if refused.reason in FORM else None
