"""The commands as a channel's own menu shows them, and the words of /help."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.words import Verb
from newsbot.domain.message import CommandMenu
from newsbot.domain.source import Newsroom
from newsbot.i18n import N_, Catalog

__all__ = ["DESCRIPTIONS", "command_menu"]

DESCRIPTIONS: Final[dict[Verb, str]] = {
    Verb.LATEST: N_("the latest news, or a topic's"),
    Verb.SEARCH: N_("find stories by words"),
    Verb.TOPICS: N_("choose the topics you follow"),
    Verb.MY_TOPICS: N_("what you follow, and since when"),
    Verb.SUBSCRIBE: N_("follow topics by name"),
    Verb.UNSUBSCRIBE: N_("unfollow topics by name, or all"),
    Verb.SETTINGS: N_("your settings"),
    Verb.LANGUAGE: N_("choose your language"),
    Verb.PAUSE: N_("pause alerts for now"),
    Verb.RESUME: N_("turn alerts on again"),
    Verb.STOP: N_("stop; what you chose is kept"),
    Verb.MY_DATA: N_("everything kept about you, as a file"),
    Verb.FORGET_ME: N_("delete everything kept about you"),
    Verb.HELP: N_("what you can do here"),
    Verb.START: N_("begin, or come back"),
}


def command_menu(catalog: Catalog, newsroom: Newsroom) -> CommandMenu:
    """Every command but what is only said, in every language, the most used first."""
    about = N_("The news of {newsroom}: read the latest, search it, follow your topics. Press “Start” to begin.")
    translators = {code: catalog.translator(code) for code in catalog.languages}
    return CommandMenu(
        commands={
            code: tuple((verb.value, translate(words)) for verb, words in DESCRIPTIONS.items())
            for code, translate in translators.items()
        },
        about={code: translate(about, newsroom=newsroom.name(code)) for code, translate in translators.items()},
    )
