"""Bytes of feeds and pages to text, by what they are rather than by what they say they are.

Portals declare ISO-8859-1 or UTF-16 and send UTF-8; one stray byte makes a guessing decoder turn a whole
feed into Cyrillic. So: a byte order mark, else UTF-8 if it is valid, else UTF-8 with replacement where 99 %
is valid, and only then what is declared.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

__all__ = ["decode"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF16_STARTS: Final = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # no mark, but markup in two-byte units
_BROKEN_AT_MOST = 0.01  #: share of characters that may be replaced before UTF-8 is doubted
_DECLARED: Final = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._-]{2,20})""", re.IGNORECASE)
_IN_HEADER: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._-]{2,20})""", re.IGNORECASE)
_TRUSTED: Final = re.compile(
    r"utf-?(8|16|32)(-?[lb]e)?|(windows|cp)-?(125\d|874)|iso-?8859-?\d{1,2}|latin-?1|us-ascii|koi8-[ru]"
    r"|shift_?jis|euc-?(jp|kr)|gb(k|2312|18030)|big5",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 2_048  #: bytes in which an XML declaration or a meta element is looked for


def decode(data: bytes, content_type: str = "") -> str:
    """The text without byte order mark; what can't be decoded is U+FFFD. `content_type`: the header. Never raises."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for start, encoding in _UTF16_STARTS:
        if data.startswith(start):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    as_utf8 = data.decode("utf-8", "replace")
    if as_utf8.count("\ufffd") <= _BROKEN_AT_MOST * len(as_utf8):
        return as_utf8
    encoding = _declared(data, content_type)
    return data.decode(encoding, "replace") if encoding else as_utf8


def _declared(data: bytes, content_type: str) -> str:
    in_document = _DECLARED.search(data[:_DECLARED_WITHIN])
    in_header = _IN_HEADER.search(content_type)
    named = [in_header[1] if in_header else "", in_document[1].decode("ascii") if in_document else ""]
    for name in named:
        if _TRUSTED.fullmatch(name):
            try:
                return codecs.lookup(name).name
            except LookupError:
                continue
    return ""
