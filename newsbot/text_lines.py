"""Texts in, JSON lines out, for the commands that show from outside what the program makes of a text.

Input is one text, or a text a line, or JSON lines: a string, or an object with `text`, or with `headline` and `body`
under the names that data sets use. Answers repeat what says which text they are for (`id`, `url`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO, Final

__all__ = ["answers", "as_line", "records", "text_of"]

Record = Mapping[str, Any]

_NAMES: Final = ("id", "url", "query")
_TITLES: Final = ("headline", "title")
_BODIES: Final = ("body", "article", "articleBody", "document", "content")


def records(stream: BinaryIO, *, lines: bool = False) -> Iterator[Record]:
    """The texts of a file as objects; of a line that is no JSON among JSON lines, `{"line": n, "error": …}`.

    `lines`: each line of plain text is one. What is no UTF-8 is replaced. Blank lines are none.
    """
    numbered = ((number, line.decode("utf-8-sig", "replace")) for number, line in enumerate(stream, 1))
    first = next(((number, line) for number, line in numbered if line.strip()), None)
    if first is None:
        return
    rest = chain((first,), numbered)
    if _is_json(first[1]):
        yield from (_record(number, line) for number, line in rest if line.strip())
    elif lines:
        yield from ({"text": line.rstrip("\r\n")} for _, line in rest if line.strip())
    else:
        yield {"text": "".join(line for _, line in rest)}


def answers(given: Iterable[Record], answer: Callable[[Record], Record]) -> Iterator[Record]:
    """What `answer` says of each, with its name; errors pass through."""
    for record in given:
        if "error" in record:
            yield record
        else:
            yield {**{name: record[name] for name in _NAMES if name in record}, **answer(record)}


def as_line(record: Record) -> bytes:
    """One line of JSON. A lone surrogate, which JSON can carry and UTF-8 can't, becomes a question mark."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def text_of(record: Record) -> str:
    """All that the record says: its text, or headline and body."""
    return _word(record, ("text",)) or "\n".join(filter(None, (headline_of(record), body_of(record))))


def headline_of(record: Record) -> str:
    return _word(record, _TITLES)


def body_of(record: Record) -> str:
    return _word(record, _BODIES) or _word(record, ("text",))


def _word(record: Record, names: Iterable[str]) -> str:
    return next((value for name in names if isinstance(value := record.get(name), str) and value), "")


def _is_json(line: str) -> bool:
    if not line.lstrip().startswith(("{", '"')):
        return False
    try:
        return isinstance(json.loads(line), (dict, str))
    except (ValueError, RecursionError):
        return False


def _record(number: int, line: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"line": number, "error": f"not JSON ({type(error).__name__})"}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, dict):
        return value
    return {"line": number, "error": "neither a text nor an object"}
