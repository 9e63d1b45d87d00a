"""The command menu in Telegram's apps: per language and scope, set only where it differs from what stands there.

A menu for some people's chats (editors) hides the one for all there, so it holds everything; taken away, they see the
one for all again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, TypeVar

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from newsbot.channels.telegram.api import TelegramApi
from newsbot.domain.message import CommandMenu
from newsbot.errors import NewsbotError
from newsbot.text.clipping import clip

COMMANDS_LIMIT: Final = 100  #: per scope and language (Bot API, setMyCommands)
DESCRIPTION_LIMIT: Final = 256  #: of one command
ABOUT_LIMIT: Final = 512  #: before the first message (setMyDescription)
SHORT_LIMIT: Final = 120  #: on the profile and in shared links (setMyShortDescription)
PERSONAL: Final = frozenset({"mydata", "forgetme"})  #: not offered in groups, where one person would act for all

_log = structlog.get_logger(channel="telegram")

T = TypeVar("T")
Commands = tuple[tuple[str, str], ...]


async def publish(api: TelegramApi, menu: CommandMenu) -> None:
    """Make Telegram's apps show the menu. The first language is also shown to whoever speaks none of them.

    Never raises for what Telegram answers: the menu then waits for the next start.
    """
    changes = [
        _publish_commands(api, scope, language, shown)
        for language, commands in _with_fallback(menu.commands).items()
        for scope, shown in _per_scope(commands, menu.only_in)
    ]
    changes += [_publish_about(api, language, about) for language, about in _with_fallback(menu.about).items()]
    for outcome in await asyncio.gather(*changes, return_exceptions=True):
        if isinstance(outcome, NewsbotError):
            _log.warning("telegram did not take the command menu", why=str(outcome))
        elif isinstance(outcome, BaseException):
            raise outcome


async def _publish_commands(
    api: TelegramApi, scope: BotCommandScope, language: str, wanted: tuple[BotCommand, ...]
) -> None:
    shown = await api.patiently(
        "getMyCommands", lambda: api.bot.get_my_commands(scope=scope, language_code=language or None)
    )
    if tuple(shown) == wanted:
        return
    if wanted:
        await api.patiently(
            "setMyCommands", lambda: api.bot.set_my_commands(wanted, scope=scope, language_code=language or None)
        )
    else:
        await api.patiently(
            "deleteMyCommands", lambda: api.bot.delete_my_commands(scope=scope, language_code=language or None)
        )


async def _publish_about(api: TelegramApi, language: str, about: str) -> None:
    code = language or None
    description, short = clip(about, ABOUT_LIMIT), clip(about, SHORT_LIMIT)
    known = await api.patiently("getMyDescription", lambda: api.bot.get_my_description(language_code=code))
    if known.description != description:
        await api.patiently("setMyDescription", lambda: api.bot.set_my_description(description, language_code=code))
    known_short = await api.patiently(
        "getMyShortDescription", lambda: api.bot.get_my_short_description(language_code=code)
    )
    if known_short.short_description != short:
        await api.patiently(
            "setMyShortDescription", lambda: api.bot.set_my_short_description(short, language_code=code)
        )


def _with_fallback(per_language: Mapping[str, T]) -> dict[str, T]:
    """'' is Telegram's 'every other language'."""
    first = next(iter(per_language), None)
    return {} if first is None else {"": per_language[first], **per_language}


def _per_scope(commands: Commands, only_in: tuple[str, ...]) -> list[tuple[BotCommandScope, tuple[BotCommand, ...]]]:
    listed = tuple(BotCommand(name, clip(description, DESCRIPTION_LIMIT)) for name, description in commands)
    in_private = listed[:COMMANDS_LIMIT]
    if only_in:
        return [(BotCommandScopeChat(int(chat_id)), in_private) for chat_id in only_in if chat_id.isdecimal()]
    in_groups = tuple(command for command in listed if command.command not in PERSONAL)[:COMMANDS_LIMIT]
    return [(BotCommandScopeAllPrivateChats(), in_private), (BotCommandScopeAllGroupChats(), in_groups)]
