"""Who gets it, and how urgent it is: one message whose buttons switch, each to a state that it names."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation.turn import Turn, rows
from newsbot.desk.actions import Press, Verb, encode, press_button
from newsbot.desk.draft_alert import reach_of, readers_of
from newsbot.desk.drafts import Draft
from newsbot.desk.preview import audience_in_words, time_set_in_words
from newsbot.desk.turn import Desk
from newsbot.domain.alert import AlertClass
from newsbot.domain.message import Button, ChoiceReply, MessageRef, Option
from newsbot.i18n import language_name

__all__ = ["at_a_time_button", "changed_by", "choose_audience"]


async def choose_audience(desk: Desk, turn: Turn, draft: Draft, *, replaces: MessageRef | None = None) -> ChoiceReply:
    _ = turn.translate
    reach = readers_of(await reach_of(desk, draft, None))
    words = audience_in_words(desk, turn, draft.audience)
    question = _("Who should get it, and how?")
    now = _.plural("Now: {audience} – {n} reader.", "Now: {audience} – {n} readers.", reach, audience=words)
    now = " ".join(filter(None, (now, time_set_in_words(desk, draft, turn))))

    def option(label: str, verb: Verb, name: str, chosen: bool) -> Option:
        wanted = f"{'-' if chosen else '+'}{name}"
        return Option(label, encode(Press(verb, draft.id, draft.revision, wanted)), chosen)

    everyone = Option(_("Everyone"), encode(Press(Verb.EVERYONE, draft.id, draft.revision)), not draft.audience.topics)
    topics = [
        option(topic.label(turn.language), Verb.TOPIC, topic.id, topic.id in draft.audience.topics)
        for topic in desk.house.topics
    ]
    codes = desk.house.catalog.languages
    languages = [
        option(language_name(code), Verb.LANGUAGE, code, code in draft.audience.languages)
        for code in (codes if len(codes) > 1 else ())
    ]
    breaking = option(_("🔴 Breaking"), Verb.BREAKING, "breaking", draft.cls is AlertClass.BREAKING)
    silent = option(_("🔕 Silent"), Verb.SILENT, "quiet", draft.silent)
    return ChoiceReply(
        question=f"{question}\n\n{now}",
        options=(everyone, *topics, *languages, breaking, silent),
        buttons=rows(
            press_button(_("Preview"), Verb.PREVIEW, draft.id, draft.revision),
            at_a_time_button(turn, draft),
            press_button(_("Cancel"), Verb.DROP, draft.id),
        ),
        replaces=replaces,
    )


def at_a_time_button(turn: Turn, draft: Draft) -> Button:
    """Asks for the time, or for another."""
    _ = turn.translate
    label = _("🕗 At a time…") if draft.send_at is None else _("🕗 Another time…")
    return press_button(label, Verb.AT_A_TIME, draft.id, draft.revision)


def changed_by(
    draft: Draft,
    press: Press,
    *,
    topics: tuple[str, ...],
    languages: tuple[str, ...],
    channels: tuple[str, ...] = (),
) -> Draft:
    """The draft with what the button wants. Pure. `topics`, `languages`, `channels`: all there are, in their order.

    It counts whatever the draft's revision was when the button was made: two that are pressed in a hurry both count.
    """
    audience = draft.audience
    match press.verb:
        case Verb.EVERYONE:
            return replace(draft, audience=replace(audience, topics=()))
        case Verb.TOPIC:
            return replace(draft, audience=replace(audience, topics=_with(audience.topics, press, topics)))
        case Verb.LANGUAGE:
            return replace(draft, audience=replace(audience, languages=_with(audience.languages, press, languages)))
        case Verb.FOLLOW_UP:
            return replace(draft, audience=replace(audience, channels=_with(audience.channels, press, channels)))
        case Verb.BREAKING:
            return replace(draft, cls=AlertClass.BREAKING if press.wanted else AlertClass.TOPIC)
        case Verb.SILENT:
            return replace(draft, silent=press.wanted)
        case _:
            return draft


def _with(chosen: tuple[str, ...], press: Press, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in known if (press.wanted if one == press.name else one in chosen))
