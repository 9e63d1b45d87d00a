"""Telegram's own markup parser, from the real TDLib, offline: what our HTML means to Telegram."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

tdjson = pytest.importorskip("tdjson", reason="TDLib's wheel (tdjson) is not there for this platform")


def _execute(request: dict[str, object]) -> dict[str, object]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    return json.loads(answer) if answer else {}


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


class MarkupRefusedError(Exception):
    """Telegram refuses this HTML."""


@dataclass(frozen=True)
class Parsed:
    text: str
    entities: tuple[tuple[str, str, str], ...]  #: (type, the text it covers, its url or '')


def parse_html(html: str) -> Parsed:
    answer = _execute({"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}})
    if answer["@type"] == "error":
        raise MarkupRefusedError(str(answer["message"]).removeprefix("Can't parse entities: "))
    text = str(answer["text"])
    units = text.encode("utf-16-le")
    entities = []
    for entity in answer["entities"]:  # type: ignore[attr-defined]
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        kind = entity["type"]["@type"].removeprefix("textEntityType")
        entities.append((kind, units[start:end].decode("utf-16-le"), entity["type"].get("url", "")))
    return Parsed(text, tuple(entities))
