"""What the desk's pages draw on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web

from newsbot.delivery.curves import CurveStore
from newsbot.desk.dashboard.shared_parts import SharedParts
from newsbot.desk.oversight import Inboxes
from newsbot.desk.sessions import Keys, Sessions
from newsbot.desk.turn import Desk
from newsbot.desk.watching import Watching
from newsbot.domain.source import Source
from newsbot.i18n import Catalog

__all__ = ["DASHBOARD", "Dashboard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the pages draw on."""

    desk: Desk
    keys: Keys
    watching: Watching
    curves: CurveStore
    sources: Sequence[Source] = ()
    inboxes: Inboxes = field(default_factory=dict)
    shared: SharedParts = field(default_factory=SharedParts)
    secure: bool  #: browsers reach it by https only

    @property
    def sessions(self) -> Sessions:
        return self.desk.sessions

    @property
    def catalog(self) -> Catalog:
        return self.desk.house.catalog

    def now(self) -> datetime:
        return self.desk.house.clock()


DASHBOARD: Final = web.AppKey("dashboard", Dashboard)
