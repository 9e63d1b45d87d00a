"""The arguments of a method, however they came: query string, urlencoded form, multipart form or JSON.

Values are text, as on the wire; a JSON body's other values are written back as JSON, which is what the real server
does. Reading a number never fails: what is no number is 0, what is out of range is brought into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.upload import Upload

__all__ = ["Arguments", "read_arguments", "read_json"]

MAX_FILE_BYTES: Final = 50 * 1024 * 1024
_TRUE: Final = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a method was called with; unknown names are simply never asked for."""

    values: Mapping[str, str]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def boolean(self, name: str) -> bool:
        return self.values.get(name, "").strip().lower() in _TRUE

    def integer(self, name: str, default: int = 0, low: int = -(1 << 63), high: int = (1 << 63) - 1) -> int:
        """The leading integer of the value, clamped; 0 if there is none, `default` if the argument is absent."""
        if name not in self.values:
            return default
        match = re.match(r"\s*(-?[0-9]{1,30})", self.values[name])
        return max(low, min(high, int(match.group(1)) if match is not None else 0))

    def json(self, name: str, problem: str) -> Any:
        """The value read as JSON, None if absent or empty; raises 400 `problem` if it isn't JSON."""
        raw = self.values.get(name, "")
        return read_json(raw, problem) if raw else None


def read_json(raw: str, problem: str) -> Any:
    """The JSON in an argument. Raises 400 `problem`, or says that a string in it is half a character."""
    try:
        value = json.loads(raw)
        if "\\u" in raw:  # only an escape can smuggle in a lone surrogate
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except (ValueError, RecursionError):
        raise bad_request(problem) from None


async def read_arguments(request: web.Request) -> Arguments:
    """Everything a request says. Raises ApiError for a body that cannot be read."""
    values: dict[str, str] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.method == "POST" and request.can_read_body:
        match request.content_type:
            case "application/json":
                values |= _from_json(await request.read())
            case "multipart/form-data":
                try:
                    _read_form(await request.post(), values, files)
                except (ValueError, AssertionError) as error:
                    raise bad_request(f"can't read the multipart form: {error}") from None
            case "application/x-www-form-urlencoded":
                _read_form(await request.post(), values, files)
            case _:
                await request.read()
    for name, value in values.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            what = "text" if name in {"text", "caption"} else "strings"
            raise bad_request(f"{what} must be encoded in UTF-8") from None
    return Arguments(values, files)


def _from_json(body: bytes) -> dict[str, str]:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("can't parse JSON object: expected an Object")
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in parsed.items()
        if value is not None
    }


def _read_form(
    form: MultiMapping[str | bytes | bytearray | web.FileField], values: dict[str, str], files: dict[str, Upload]
) -> None:
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename or name, value.content_type, value.file.read())
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
