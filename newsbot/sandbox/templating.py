"""The sandbox's Jinja templates: everything is escaped, XML too, and an undefined name is a mistake."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

_environment = Environment(
    loader=PackageLoader("newsbot.sandbox"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, /, **values: object) -> str:
    return _environment.get_template(template).render(**values)
