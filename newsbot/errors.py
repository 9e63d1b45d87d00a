"""Everything Newsbot raises on purpose. An exception's docstring is its default message."""

from __future__ import annotations

from collections.abc import Sequence


class NewsbotError(Exception):
    """Newsbot could not do this."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class ConfigurationError(NewsbotError):
    """The settings are wrong."""

    def __init__(self, mistakes: Sequence[str] | str) -> None:
        #: one line a mistake: which setting, why it is refused, an example that works
        self.mistakes: tuple[str, ...] = (mistakes,) if isinstance(mistakes, str) else tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class StartError(NewsbotError):
    """A server, port, file or folder that the program needs can't be used; nothing was changed."""


class StoreError(NewsbotError):
    """The storage did not do what was asked; nothing is known to be stored."""


class StoreUnavailable(StoreError):
    """The storage can't be reached at the moment."""


class IngestError(NewsbotError):
    """Something from a source could not be used; the others go on."""


class DeliveryError(NewsbotError):
    """A message could not be delivered."""


class ChannelUnavailable(DeliveryError):
    """The chat platform can't be asked at the moment."""


class InvalidMessage(NewsbotError):
    """A message breaks the rules of the channel it is meant for."""
