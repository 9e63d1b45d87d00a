"""The error that the Graph API answers with, read from whatever came. Pure.

It decides by its code and subcode, never by its text; the text is for people, the trace for the platform's support.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from newsbot.channels.http_exchange import Answer, redact


@dataclass(frozen=True, slots=True)
class GraphError:
    """`status` is HTTP's; `code` and `subcode` are 0 where the answer names none; `trace`: `fbtrace_id`."""

    status: int
    code: int = 0
    subcode: int = 0
    message: str = ""
    trace: str = ""

    def __str__(self) -> str:
        numbers = f"{self.code}/{self.subcode}" if self.subcode else str(self.code)
        said = f"{self.message} " if self.message else ""
        trace = f", fbtrace_id {self.trace}" if self.trace else ""
        return f"{said}(error {numbers}, HTTP {self.status}{trace})"


def object_of(answer: Answer) -> dict[str, Any] | None:
    """The JSON object in an answer; None where it is something else."""
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def error_of(answer: Answer, parsed: dict[str, Any] | None) -> GraphError | None:
    """The error in an answer, whose `object_of` is `parsed`; None where it carries none and its status is a success."""
    error = parsed.get("error") if parsed is not None else None
    if isinstance(error, dict):
        return GraphError(
            answer.status,
            _number(error.get("code")),
            _number(error.get("error_subcode")),
            _line(error.get("message")),
            _line(error.get("fbtrace_id")),
        )
    if error is not None or not 200 <= answer.status < 300:
        return GraphError(answer.status, message=_line(error))
    return None


def _number(value: object) -> int:
    """Codes come as numbers, and now and then as strings."""
    if isinstance(value, bool):
        return 0
    try:
        return int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0


def _line(value: object) -> str:
    return redact(" ".join(value.split()))[:300] if isinstance(value, str) else ""
