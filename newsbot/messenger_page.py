"""The newsroom's Facebook Page, over the parts that `bootstrap` opens: its Graph API, and how it should show itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from newsbot.bootstrap import Parts
from newsbot.channels.channel import Loss
from newsbot.channels.http_exchange import Answer
from newsbot.channels.messenger.enforcement import Enforcement
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.profile import Profile, wanted_profile
from newsbot.channels.messenger.profile_sync import ProfileCalls, ProfileSync
from newsbot.channels.messenger.receiver import CHANNEL
from newsbot.channels.messenger.watchdog import SubscriptionMemory
from newsbot.conversation.menu import standing_menu
from newsbot.errors import ConfigurationError

NO_PAGE = "NEWSBOT_MESSENGER__PAGE_ID: it is missing; docs/messenger.md says, step by step, how a Page is connected"


class MessengerPage:
    """The Page of the settings, which must name one: else ConfigurationError."""

    def __init__(self, parts: Parts) -> None:
        messenger = parts.settings.messenger
        if messenger.page_id is None or messenger.page_token is None or messenger.app_secret is None:
            raise ConfigurationError(NO_PAGE)
        self._parts = parts
        self.id = messenger.page_id
        self.account = f"{CHANNEL}:{self.id}"
        self.token = messenger.page_token.get_secret_value()
        self.app_secret = messenger.app_secret.get_secret_value()

    async def api(
        self, token: str | None = None, *, watch: Callable[[Answer], Awaitable[None]] | None = None
    ) -> GraphApi:
        """With the Page's token, or another one of the same app. `watch`: see `GraphApi`."""
        messenger = self._parts.settings.messenger
        session = await self._parts.session()
        return GraphApi(
            session,
            self.id,
            token or self.token,
            self.app_secret,
            messenger.api_url,
            messenger.graph_version,
            watch=watch,
        )

    async def sync(self) -> ProfileSync:
        calls = ProfileCalls(await self._parts.redis(), self.account)
        return ProfileSync(await self.api(), calls, clock=self._parts.clock)

    async def enforcement(self) -> Enforcement:
        return Enforcement(await self._parts.redis(), self.account)

    async def subscription_memory(self) -> SubscriptionMemory:
        return SubscriptionMemory(await self._parts.redis(), self.account)

    def profile(self) -> tuple[Profile, tuple[Loss, ...]]:
        """What the Page should show, and what of it can't be shown as meant."""
        file = self._parts.newsroom
        several = len(self._parts.accounts.keys() - {"console"}) > 1
        menu = standing_menu(self._parts.catalog, file.newsroom, file.topics, linking=several)
        return wanted_profile(menu, default=self._parts.settings.language)
