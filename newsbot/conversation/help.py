"""Answers to everything that is no wish we can fulfil: help, thanks, stickers, commands and buttons we don't know."""

from __future__ import annotations

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import Help, UnknownCommand, Unsupported
from newsbot.conversation.reading import latest_button, topics_button
from newsbot.conversation.shared_chats import how_to_have_news_sent
from newsbot.conversation.turn import House, Turn, rows, text
from newsbot.domain.message import Button, Span, TextReply
from newsbot.text.clipping import Unit, clip

__all__ = ["answer_media", "button_word", "help_text", "old_button", "thanks", "unknown_command"]

LONGEST_WORD = 40  #: graphemes of an unknown command that we repeat
#: what else the administrators of a shared chat can do
CHAT_COMMANDS = "/topics /mytopics /unsubscribe /settings /language /pause /resume /stop /mydata /forgetme"


def help_text(house: House, turn: Turn) -> TextReply:
    _ = turn.translate
    topic = next((topic.name(turn.language) for topic in house.topics), "")
    reading = (
        Span(_("Reading"), "bold"),
        Span("\n/latest – " + _("the latest news; also: /latest {topic} 5", topic=topic)),
        Span("\n/search – " + _("find stories: /search Padma Bridge")),
    )
    following = (
        Span(_("Following"), "bold"),
        Span("\n/topics – " + _("choose the topics you follow")),
        Span("\n/mytopics – " + _("what you follow, and since when")),
        Span("\n/subscribe, /unsubscribe – " + _("the same by name: /subscribe {topic}", topic=topic)),
    )
    yours: tuple[Span, ...] = (
        Span(_("Your settings"), "bold"),
        Span("\n/settings, /language, /pause, /resume, /stop"),
        Span("\n/mydata, /forgetme – " + _("see or delete what is kept about you")),
    )
    if house.entrances.others(turn.incoming.address.channel):
        yours = (*yours, Span("\n/link, /unlink – " + _("read here and in another app as one reader")))
    plain = _(
        "You can also simply write: a topic's name, the number of a story, or words to search for. "
        "Bengali, English and Banglish are all understood."
    )
    if turn.in_channel:
        return text(how_to_have_news_sent(house, turn), (Span(CHAT_COMMANDS),))
    if turn.in_group:
        return text(reading, how_to_have_news_sent(house, turn), (Span(CHAT_COMMANDS),))
    return text(reading, following, yours, plain, buttons=rows(latest_button(turn), topics_button(turn)))


def thanks(turn: Turn) -> TextReply:
    return text(turn.translate("Thank you for reading."))


def button_word(turn: Turn) -> TextReply:
    """We don't guess which message is meant: older ones stand in the chat, with their buttons."""
    said = turn.translate("Please press that button itself: typed, it doesn't say which message it belongs to.")
    return text(said, buttons=_ways_on(turn))


def unknown_command(turn: Turn, unknown: UnknownCommand) -> TextReply:
    _ = turn.translate
    word = clip(unknown.word, LONGEST_WORD, unit=Unit.GRAPHEME)
    if unknown.suggestion:
        said = _("I don't know /{word}; did you mean /{command}?", word=word, command=unknown.suggestion)
    else:
        said = _("I don't know /{word}. /help shows what you can do here.", word=word)
    return text(said, buttons=_ways_on(turn))


def old_button(turn: Turn) -> TextReply:
    _ = turn.translate
    return text(_("This button is from an earlier version and no longer works. These do:"), buttons=_ways_on(turn))


def answer_media(turn: Turn, sent: Unsupported) -> TextReply:
    """What we can't read is answered by what we can do."""
    _ = turn.translate
    match sent.media:
        case "sticker" | "animation" | "text":
            said = _("Nice! But I only understand words.")
        case "voice" | "audio" | "video_note":
            said = _("I can't listen to messages yet; please write what you are looking for.")
        case "photo" | "video":
            said = _("I can't look at pictures yet; please write what you are looking for.")
        case _:
            said = _("I can't use this kind of message; please write what you are looking for.")
    return text(said, _("Write a topic's name or a few words to search for."), buttons=_ways_on(turn))


def _ways_on(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    if turn.in_group:
        return rows(latest_button(turn))
    return rows(latest_button(turn), topics_button(turn), Button(turn.translate("Help"), encode(Help())))
