"""The desk's pages as its menu shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from newsbot.desk.roles import Right
from newsbot.i18n import N_

__all__ = ["MENU", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Shown to who has the right; None: to everybody of the desk. `label`: a message of the catalogue."""

    path: str
    label: str
    right: Right | None = None

    def holds(self, path: str) -> bool:
        """Whether the page at `path` belongs to it."""
        return path == self.path or (self.path != "/desk" and path.startswith(f"{self.path}/"))


MENU: Final[tuple[Entry, ...]] = (
    Entry("/desk", N_("Overview")),
    Entry("/desk/drafts", N_("Drafts"), Right.DRAFT),
    Entry("/desk/alerts", N_("Alerts"), Right.WATCH),
    Entry("/desk/approvals", N_("Approvals"), Right.DRAFT),
    Entry("/desk/articles", N_("Articles"), Right.WATCH),
    Entry("/desk/figures", N_("Figures"), Right.FIGURES),
    Entry("/desk/people", N_("People"), Right.ROLES),
    Entry("/desk/audit", N_("Who did what"), Right.AUDIT),
)
