"""The newsroom's own public channel on Telegram: which one it is, and whether the bot may post there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telegram import ChatFullInfo, ChatMember, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import TelegramError

from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.receiver import CHANNEL, BotIdentity
from newsbot.domain.attempt import Refused, Unreachable
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError

__all__ = ["PublicChannel", "find_public_channel"]

SETTING: Final = "NEWSBOT_TELEGRAM__CHANNEL"


@dataclass(frozen=True, slots=True)
class PublicChannel:
    """`problem`: in words, why the bot may not post there now and what to do; '': it may."""

    address: Address
    title: str
    problem: str = ""


async def find_public_channel(api: TelegramApi, reference: str, bot: BotIdentity) -> PublicChannel:
    """`reference`: `@name` or `-100…`, as in the settings.

    Raises ConfigurationError where it is no channel that Telegram shows to this bot, StartError when Telegram doesn't
    answer.
    """

    async def chat() -> ChatFullInfo | None:
        try:
            return await api.bot.get_chat(reference)
        except TelegramError as error:
            if isinstance(outcomes.from_error(error), Unreachable):  # not found, or the bot was removed
                return None
            raise

    async def standing() -> ChatMember | None:
        try:
            return await api.bot.get_chat_member(reference, bot.id)
        except TelegramError as error:
            if isinstance(outcomes.from_error(error), Unreachable | Refused):
                return None
            raise

    found = await api.patiently("getChat", chat)
    how = f"add @{bot.username} to its administrators in Telegram, with the right to post messages"
    if found is None:
        raise ConfigurationError(
            f"{SETTING}: Telegram shows this bot no {reference}; check the name, or if it is right, {how}"
        )
    if found.type != "channel":
        raise ConfigurationError(
            f"{SETTING}: {reference} is a {found.type}, not a channel; for a group, write /subscribe in it instead"
        )
    member = await api.patiently("getChatMember", standing)
    may_post = isinstance(member, ChatMemberOwner) or (
        isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    )
    return PublicChannel(
        Address(CHANNEL, str(found.id)),
        found.title or reference,
        problem="" if may_post else f"the bot may not post in {reference}: {how}",
    )
