"""Decompression that stops at a limit: a bomb of a few kilobytes must not become gigabytes in memory."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from newsbot.ingest.fetching import TooLarge, Unreachable, UnusableContent

if TYPE_CHECKING:
    from zlib import _Decompress as _Decoder

__all__ = ["ACCEPT_ENCODING", "GZIP_MAGIC", "Inflater"]

ACCEPT_ENCODING: Final = "gzip, deflate"
GZIP_MAGIC: Final = b"\x1f\x8b"


class Inflater:
    """Collects a body piece by piece, decompressed, up to `limit` bytes.

    `encoding` is the Content-Encoding header. With `cut` a body that reaches the limit ends there; otherwise it is
    TooLarge.
    Raises UnusableContent for encodings we did not ask for and for data that isn't what the header says.
    """

    def __init__(self, encoding: str, limit: int, *, cut: bool = False) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise UnusableContent(f"the answer is compressed as {self._encoding[:40]!r}, which was not asked for")
        self._limit = limit
        self._cut = cut
        self._parts: list[bytes] = []
        self._size = 0
        self._received = 0
        self._plain = self._encoding in ("", "identity")
        self._decoder: _Decoder | None = None  # None: a compressed part is about to begin
        self._beginning = b""  # of such a part, while it is too short to say what it is
        self._ended = True

    @property
    def full(self) -> bool:
        """Nothing more will be taken."""
        return self._size >= self._limit and self._cut

    def feed(self, data: bytes) -> None:
        """Take the next bytes from the wire. Raises TooLarge when either form passes the limit."""
        self._received += len(data)
        if self._received > self._limit and not self._cut:
            raise self._too_large()
        if self._plain:
            self._take(data)
            return
        data, self._beginning = self._beginning + data, b""
        while data and not self.full:
            data = self._inflate(data)

    def finish(self) -> bytes:
        """The whole body. Raises Unreachable if compressed data ended too early."""
        if not (self._plain or self._ended or self.full):
            raise Unreachable("the compressed answer broke off")
        return b"".join(self._parts)

    def _inflate(self, data: bytes) -> bytes:
        """Decompress some of `data`; returns what is still to do."""
        if self._decoder is None:
            first_part = not self._parts
            if len(data) < 2:
                self._beginning, self._ended = data, not first_part
                return b""
            if not first_part and not data.startswith(GZIP_MAGIC):
                return b""  # padding after the end is common and harmless
            self._decoder, self._ended = _decoder_for(data, self._encoding), False
        try:
            # One byte more than fits tells a body of exactly the limit from a larger one.
            self._take(self._decoder.decompress(data, self._limit - self._size + 1))
        except zlib.error as error:
            raise UnusableContent("the compressed answer is damaged") from error
        rest = self._decoder.unused_data or self._decoder.unconsumed_tail
        if self._decoder.eof:
            self._decoder, self._ended = None, True
        return rest

    def _take(self, data: bytes) -> None:
        room = self._limit - self._size
        if len(data) > room:
            if not self._cut:
                raise self._too_large()
            data = data[:room]
        self._parts.append(data)
        self._size += len(data)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the answer is larger than the {self._limit // 1024:,} KB allowed")


def _decoder_for(data: bytes, encoding: str) -> _Decoder:
    """By its first two bytes: what some servers call deflate has no header (RFC 9110, 8.4.1.2)."""
    zlib_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    if encoding == "deflate" and not zlib_header and not data.startswith(GZIP_MAGIC):
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as the header says
