"""Bytes are decoded by what they are, not by what they say they are."""

from __future__ import annotations

import pytest

from newsbot.ingest.decoding import decode

TEXT = "<p>ঢাকায় বৃষ্টি, résumé</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_recognised_whatever_is_declared(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "text/html; charset=windows-1252") == TEXT


def test_a_stray_byte_is_replaced_where_the_rest_is_utf8() -> None:
    data = (TEXT * 20).encode() + b"\xff"
    assert decode(data, "text/xml; charset=koi8-r") == TEXT * 20 + "\ufffd"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ("naïve café déjà vu".encode("windows-1252"), "text/html; charset=windows-1252"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + "naïve café déjà vu".encode("latin-1"), ""),
        (b"<meta charset='iso-8859-1'>" + "naïve café déjà vu".encode("latin-1"), "text/html"),
    ],
)
def test_what_is_declared_counts_when_it_is_not_utf8(data: bytes, content_type: str) -> None:
    assert decode(data, content_type).endswith("naïve café déjà vu")


@pytest.mark.parametrize("declared", ["base64", "zip", "idna", "rot13", "nonsense", "undefined", "unicode_escape"])
def test_only_character_sets_are_believed(declared: str) -> None:
    assert decode(b"\xff\xfe\xfd\xfc"[::-1] * 9, f"text/html; charset={declared}").count("\ufffd") == 36
