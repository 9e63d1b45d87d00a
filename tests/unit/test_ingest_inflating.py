"""Decompression within a limit."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest

from newsbot.ingest.fetching import TooLarge, Unreachable, UnusableContent
from newsbot.ingest.inflating import Inflater

TEXT = ("আজকের খবর। " * 500).encode()
LIMIT = 64 * 1024


def inflate(encoding: str, data: bytes, *, limit: int = LIMIT, piece: int = 1_000, cut: bool = False) -> bytes:
    inflater = Inflater(encoding, limit, cut=cut)
    for start in range(0, len(data), piece):
        inflater.feed(data[start : start + piece])
    return inflater.finish()


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize("piece", [1, 7, 1_000, 100_000])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("gzip", gzip.compress(TEXT[:3_000]) + gzip.compress(TEXT[3_000:])),
        ("gzip", gzip.compress(TEXT) + b"\0" * 20),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "zlib", "raw deflate", "two members", "padded"],
)
def test_each_encoding_that_servers_send_is_undone(encoding: str, data: bytes, piece: int) -> None:
    assert inflate(encoding, data, piece=piece) == TEXT


def test_an_empty_body_is_empty_in_every_encoding() -> None:
    assert [inflate(encoding, b"") for encoding in ("", "gzip", "deflate")] == [b"", b"", b""]


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b"\0" * 50 * 1024 * 1024, compresslevel=9)
    assert len(bomb) < 60_000
    inflater = Inflater("gzip", 1024 * 1024)
    with pytest.raises(TooLarge, match="larger than the 1,024 KB allowed"):
        inflater.feed(bomb)
    assert sum(map(len, inflater._parts)) <= 1024 * 1024 + 1


def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not() -> None:
    for encoding, data in [("", b"x" * LIMIT), ("gzip", gzip.compress(b"x" * LIMIT))]:
        assert len(inflate(encoding, data)) == LIMIT
    for encoding, data in [("", b"x" * (LIMIT + 1)), ("gzip", gzip.compress(b"x" * (LIMIT + 1)))]:
        with pytest.raises(TooLarge):
            inflate(encoding, data)


def test_what_may_be_cut_is_cut_at_the_limit() -> None:
    noise = os.urandom(LIMIT * 2)
    assert inflate("", noise, cut=True) == noise[:LIMIT]
    assert inflate("gzip", gzip.compress(noise), cut=True) == noise[:LIMIT]


def test_compressed_data_that_breaks_off_is_no_body() -> None:
    with pytest.raises(Unreachable, match="broke off"):
        inflate("gzip", gzip.compress(TEXT)[:-12])


def test_damaged_data_is_told() -> None:
    with pytest.raises(UnusableContent, match="damaged"):
        inflate("gzip", b"this was never compressed")


def test_an_encoding_that_was_not_asked_for_is_told() -> None:
    with pytest.raises(UnusableContent, match="'br', which was not asked for"):
        Inflater("br", LIMIT)
