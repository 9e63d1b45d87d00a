"""What a channel's own menu shows, commands or actions, and the words of /help."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import Help, Latest, Link, MyTopics, ShowSettings, ShowTopics, Stop
from newsbot.conversation.words import Verb
from newsbot.domain.message import Button, CommandMenu, StandingMenu
from newsbot.domain.source import Newsroom
from newsbot.domain.topic import Topics
from newsbot.i18n import N_, Catalog, Translator

__all__ = ["DESCRIPTIONS", "command_menu", "standing_menu"]

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
    Verb.LINK: N_("read here and in another app as one reader"),
    Verb.MY_DATA: N_("everything kept about you, as a file"),
    Verb.FORGET_ME: N_("delete everything kept about you"),
    Verb.HELP: N_("what you can do here"),
    Verb.START: N_("begin, or come back"),
}


def command_menu(catalog: Catalog, newsroom: Newsroom, *, linking: bool = False) -> CommandMenu:
    """Every command but what is only said, in every language, the most used first.

    `linking`: the newsroom can be read on several channels.
    """
    shown = {verb: words for verb, words in DESCRIPTIONS.items() if linking or verb is not Verb.LINK}
    about = N_("The news of {newsroom}: read the latest, search it, follow your topics. Press “Start” to begin.")
    translators = {code: catalog.translator(code) for code in catalog.languages}
    return CommandMenu(
        commands={
            code: tuple((verb.value, translate(words)) for verb, words in shown.items())
            for code, translate in translators.items()
        },
        about={code: translate(about, newsroom=newsroom.name(code)) for code, translate in translators.items()},
    )


def standing_menu(catalog: Catalog, newsroom: Newsroom, topics: Topics, *, linking: bool = False) -> StandingMenu:
    """The same as actions, in every language: what everyone needs, then each topic's latest. Language, pausing and the
    reader's own data are in the settings. `linking`: as of `command_menu`.
    """
    translators = {code: catalog.translator(code) for code in catalog.languages}
    return StandingMenu(
        entries={code: _entries(translate, newsroom, topics, linking) for code, translate in translators.items()},
        begin={code: _("Begin, and choose my topics") for code, _ in translators.items()},
        questions={
            code: (
                Button(_("What is the latest news?"), encode(Latest())),
                Button(_("What can you do?"), encode(Help())),
            )
            for code, _ in translators.items()
        },
        about={
            code: _(
                "The news of {newsroom}: read the latest, search it, follow your topics.", newsroom=newsroom.name(code)
            )
            for code, _ in translators.items()
        },
    )


def _entries(_: Translator, newsroom: Newsroom, topics: Topics, linking: bool) -> tuple[Button, ...]:
    connect = (Button(_("Connect chats"), encode(Link())),) if linking else ()
    return (
        Button(_("Latest news"), encode(Latest())),
        Button(_("Choose topics"), encode(ShowTopics())),
        Button(_("My topics"), encode(MyTopics())),
        Button(_("Settings"), encode(ShowSettings())),
        *connect,
        Button(_("Stop everything"), encode(Stop())),
        Button(_("Help"), encode(Help())),
        Button(_("Our website"), url=newsroom.site),
        *(Button(topic.label(_.language), encode(Latest(topic.id))) for topic in topics),
    )
