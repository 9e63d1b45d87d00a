"""How the Page and its app stand with the platform: restricted or not, with which permissions, live or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from newsbot.sandbox.messenger.errors import GraphError

__all__ = ["RESTRICTIONS", "Standing"]

PERMISSIONS: Final = ("pages_messaging", "pages_manage_metadata", "pages_show_list")

#: code, subcode and sentence by what the Page is restricted for
RESTRICTIONS: Final = {
    "temporary": (10, 1893063, "(#10) This Page is temporarily restricted from sending messages."),
    "policy": (368, None, "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
    "messaging": (368, 2534122, "(#368) This Page is restricted from messaging."),
    "sending": (368, 2534029, "(#368) This Page can't send messages now."),
}


@dataclass(slots=True)
class Standing:
    """What the platform grants."""

    restriction: str = ""  #: a key of RESTRICTIONS; empty: none
    permissions: tuple[str, ...] = PERMISSIONS
    live: bool = True  #: the app is published; before that it can write to nobody without a role on it
    news_page: bool = False  #: in the News Page Index: news may be sent outside the window
    human_agent: bool = True  #: the Human Agent feature was granted
    profile_access: bool = True  #: readers' profiles may be asked for

    def __post_init__(self) -> None:
        if self.restriction and self.restriction not in RESTRICTIONS:
            raise ValueError(f"There is no restriction {self.restriction!r}, only {', '.join(RESTRICTIONS)}")

    def check_sending(self) -> None:
        """Whether messages may be sent at all. Raises GraphError."""
        if self.restriction:
            code, subcode, message = RESTRICTIONS[self.restriction]
            raise GraphError(code, message, subcode)
        self.check_permission("pages_messaging")
        if not self.live:
            raise GraphError(
                200, "(#200) Cannot message users who are not admins, developers or testers of the app until it is live"
            )

    def check_permission(self, permission: str) -> None:
        if permission not in self.permissions:
            raise GraphError(
                230 if permission == "pages_messaging" else 200, f"(#200) Requires {permission} permission to manage it"
            )
