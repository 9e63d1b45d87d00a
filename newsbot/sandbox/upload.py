"""A file that a call brings with it, whichever server takes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart form."""

    filename: str
    content_type: str
    data: bytes
