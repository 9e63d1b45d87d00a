"""Pictures that a channel holds, as other channels want them: bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureFile:
    """`media_type`: image/jpeg and the like."""

    content: bytes
    media_type: str = "image/jpeg"
    name: str = "picture.jpg"


#: a channel's own reference → the picture. Raises ChannelUnavailable, and InvalidMessage for what isn't there any more
FetchPicture = Callable[[str], Awaitable[PictureFile]]
