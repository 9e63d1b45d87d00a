"""Who may do what on the desk, whichever way they come: a person has one role, a role has rights. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["RIGHTS", "Right", "Role", "rights_of"]


class Role(StrEnum):
    """The weightiest first. As it is stored, and as it is typed in a command."""

    OWNER = "owner"
    EDITOR = "editor"
    WRITER = "writer"
    VIEWER = "viewer"


class Right(StrEnum):
    """What a verb, a button or a page asks for."""

    FIGURES = "figures"  #: readers, alerts and sources in figures
    WATCH = "watch"  #: what goes out and what became of it
    DRAFT = "draft"  #: write, preview, send to one's own phone, ask for a draft to be sent
    BROADCAST = "broadcast"  #: send to readers; pause, let go on, stop, retry
    CORRECT = "correct"  #: change or delete what readers have
    ARTICLES = "articles"  #: change an article's topics, hold it back, alert readers of it now
    APPROVE = "approve"  #: let go out what somebody else has asked for
    AUDIT = "audit"  #: who did what
    ROLES = "roles"  #: give roles and take them


_VIEWER: Final = frozenset({Right.FIGURES, Right.WATCH})
_WRITER: Final = _VIEWER | {Right.DRAFT}
_EDITOR: Final = _WRITER | {Right.BROADCAST, Right.CORRECT, Right.ARTICLES, Right.APPROVE, Right.AUDIT}

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset(Right),
    Role.EDITOR: _EDITOR,
    Role.WRITER: _WRITER,
    Role.VIEWER: _VIEWER,
}


def rights_of(role: Role | None) -> frozenset[Right]:
    """None: of somebody who is not of the desk."""
    return RIGHTS[role] if role is not None else frozenset()
