"""What the desk's pages draw on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from newsbot.desk.sessions import Keys, Sessions
from newsbot.desk.turn import Desk
from newsbot.desk.watching import Watching
from newsbot.i18n import Catalog

__all__ = ["DASHBOARD", "Dashboard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the pages draw on."""

    desk: Desk
    keys: Keys
    watching: Watching
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
