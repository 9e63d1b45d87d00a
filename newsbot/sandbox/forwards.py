"""Messages that a phone can pass on to the bot (`content/forwards.toml`): an agency's flash, a witness's picture."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from newsbot.sandbox.portal_images import lead_picture
from newsbot.sandbox.telegram.formatting import FormattedText, read_text

PICTURE_NUMBER = 7  #: which of the section's pictures


@dataclass(frozen=True, slots=True)
class Forward:
    """One message, and whose it was: a channel's or a person's."""

    id: str
    title: Mapping[str, str]  #: by language: what its button says
    content: FormattedText
    channel: str = ""
    person: str = ""
    picture: str = ""  #: the section whose picture it has

    @property
    def photo(self) -> bytes | None:
        return lead_picture(self.picture, PICTURE_NUMBER) if self.picture else None

    @property
    def entities(self) -> list[dict[str, Any]]:
        return [entity.json() for entity in self.content.entities]


@cache
def forwards() -> dict[str, Forward]:
    """All of them by id, in the order of the file."""
    text = files("newsbot.sandbox").joinpath("content", "forwards.toml").read_text("utf-8")
    return {
        entry["id"]: Forward(content=read_text(entry.pop("html"), "HTML", ""), **entry)
        for entry in tomllib.loads(text)["forward"]
    }
