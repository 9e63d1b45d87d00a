"""The desk's Jinja templates: everything is escaped, and an undefined name is a mistake."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["STATIC", "render", "static"]

STATIC: Final = Path(__file__).with_name("static")


@cache
def static(name: str) -> str:
    """The address of a file of ours, which changes with what stands in it: a browser may keep it for ever."""
    fingerprint = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/desk/static/{name}?{fingerprint}"


_environment: Final = Environment(
    loader=PackageLoader("newsbot.desk.dashboard"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # or the disk is asked at each use of each template whether it has changed
)
_environment.globals["static"] = static


def render(template: str, /, **values: object) -> str:
    return _environment.get_template(template).render(**values)
