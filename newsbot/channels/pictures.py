"""Pictures that a channel holds, as other channels want them: bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PictureFile:
    """`media_type`: image/jpeg and the like."""

    content: bytes
    media_type: str = "image/jpeg"
    name: str = "picture.jpg"


#: a channel's own reference → the picture. Raises ChannelUnavailable, and InvalidMessage for what isn't there any more
FetchPicture = Callable[[str], Awaitable[PictureFile]]


class PictureShelf(Protocol):
    """Where pictures that an editor uploads lie, for all channels."""

    def may_keep(self, channel: str) -> bool:
        """Whether a picture of somebody on this channel can be kept."""
        ...

    async def keep(self, user_id: str, picture: PictureFile) -> str:
        """Its reference from now on. It stands in this person's chat. Raises ChannelUnavailable, InvalidMessage,
        StoreUnavailable.
        """
        ...

    async def fetch(self, reference: str) -> PictureFile:
        """See `FetchPicture`."""
        ...
