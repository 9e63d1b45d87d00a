"""What a server's last words become."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsbot.embedded_redis_process import failure_in, is_torn

LINE = "12300:M 24 Nov 2026 03:42:34.076 # {}\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup",
            "is damaged (Bad file",
        ),
        ("Invalid AOF manifest file format", "is damaged (Invalid AOF manifest"),
        ("Internal error in RDB reading offset 0, function at rdb.c:1", "is damaged (Internal error"),
        ("Error writing to the AOF file: No space left on device", "make room"),
        ("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...", "make room"),
        ("Can't open or create append-only dir appendonlydir: Permission denied", "make the data folder writable"),
        ("Something nobody has heard of", "does not start (Something nobody has heard of); see"),
    ],
)
def test_the_reason_is_told_in_one_line_with_what_to_do(tmp_path: Path, said: str, told: str) -> None:
    line = failure_in(LINE.format("Server initialized") + LINE.format(said), tmp_path, "does not start")
    assert told in line
    assert str(tmp_path) in line
    assert "\n" not in line


def test_a_server_that_says_nothing_is_told_too(tmp_path: Path) -> None:
    assert "no word from it" in failure_in("", tmp_path, "does not start")


def test_half_a_record_is_told_from_damage() -> None:
    assert is_torn(LINE.format("Unexpected end of file reading the append only file x. You can: 1) Make a backup"))
    assert not is_torn(LINE.format("Bad file format reading the append only file x"))
