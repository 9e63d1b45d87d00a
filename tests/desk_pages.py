"""One request of every route of the desk, for what holds for all of them (`tests/integration/test_desk_rights.py`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from newsbot.desk.roles import Right
from tests.desk_site import DeskSite


async def nothing(site: DeskSite) -> None:
    return


@dataclass(frozen=True)
class Example:
    """`route`: as in the table of routes; `path`: as a browser asks; `prepare`: what must be there before.

    `status`: of who may do it; a POST's page after its redirect.
    """

    method: str
    route: str
    right: Right | None
    path: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    prepare: Callable[[DeskSite], Awaitable[None]] = nothing

    @property
    def asked(self) -> str:
        return self.path or self.route


EXAMPLES = (
    Example("GET", "/desk", None),
    Example("POST", "/desk/leave", None),
    Example("POST", "/desk/leave-everywhere", None),
    Example("POST", "/desk/language", None, form={"language": "bn", "back": "/desk"}),
)
