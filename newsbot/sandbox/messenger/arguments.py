"""The arguments of a call, however they came: query string, urlencoded form, multipart form or JSON.

What a form or a query carries is text; where an object is expected the text is read as JSON, as the platform does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.upload import Upload

__all__ = ["MAX_FILE_BYTES", "Arguments", "from_form", "read_arguments"]

MAX_FILE_BYTES: Final = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call says; unknown names are simply never asked for."""

    values: Mapping[str, Any]
    upload: Upload | None = None

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """The value as text; empty if there is none. Raises GraphError for an object."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        raise bad_parameter(f"param {name} must be a string.")

    def object(self, name: str) -> dict[str, Any] | None:
        """The object, None if there is none. Raises GraphError for anything else."""
        value = self._json(name)
        if value is None or isinstance(value, dict):
            return value
        raise bad_parameter(f"param {name} must be a JSON object.")

    def array(self, name: str) -> list[Any] | None:
        """The array, None if there is none; a text is taken for a list with commas. Raises GraphError."""
        value = self.values.get(name)
        if isinstance(value, str) and not value.lstrip().startswith("["):
            return [part.strip() for part in value.split(",") if part.strip()]
        value = self._json(name)
        if value is None or isinstance(value, list):
            return value
        raise bad_parameter(f"param {name} must be an array.")

    def names(self, name: str) -> list[str]:
        """The texts of an array, none if there is no array. Raises GraphError for what is no text."""
        values = self.array(name) or []
        if not all(isinstance(value, str) for value in values):
            raise bad_parameter(f"param {name} must be an array of strings.")
        return values

    def _json(self, name: str) -> Any:
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except (ValueError, RecursionError):
            raise bad_parameter(f"param {name} must be valid JSON.") from None


def from_form(text: str) -> dict[str, str]:
    """The values of an urlencoded text."""
    return dict(parse_qsl(text, keep_blank_values=True))


async def read_arguments(request: web.Request) -> Arguments:
    """Everything a request says. Raises GraphError for a body that can't be read."""
    values: dict[str, Any] = dict(request.query)
    upload = None
    if request.can_read_body:
        match request.content_type:
            case "application/json":
                values |= _from_json(await request.read())
            case "multipart/form-data":
                upload = await _read_multipart(request, values)
            case _:
                values |= from_form((await request.read()).decode("utf-8", "replace"))
    return Arguments(values, upload)


def _from_json(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
        if b"\\u" in body:  # only an escape can smuggle in half a character
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise bad_parameter("The body can't be read as JSON.") from None
    if not isinstance(parsed, dict):
        raise bad_parameter("The body must be a JSON object.")
    return parsed


async def _read_multipart(request: web.Request, values: dict[str, Any]) -> Upload | None:
    upload = None
    try:
        form = await request.post()
    except (ValueError, AssertionError):
        raise bad_parameter("The multipart form can't be read.") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            upload = Upload(value.filename or name, value.content_type, value.file.read())
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    return upload
