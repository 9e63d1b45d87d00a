"""Every channel's kit. A new channel adds a line."""

from __future__ import annotations

from typing import Final

from tests.conformance.console_kit import ConsoleKit
from tests.conformance.kit import ChannelKit
from tests.conformance.messenger_kit import MessengerKit
from tests.conformance.telegram_kit import TelegramKit

KITS: Final[dict[str, type[ChannelKit]]] = {
    "telegram": TelegramKit,
    "messenger": MessengerKit,
    "console": ConsoleKit,
}
