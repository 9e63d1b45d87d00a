"""Several replies to one message, as Messenger can show them together. Pure.

A notice on the pressed button doesn't exist here: it becomes the first line of the text that follows, a message of its
own, or nothing where another reply says the same. Quick replies vanish with the next message, so those of all replies
stand under the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsbot.channels.messenger.buttons import cards_of
from newsbot.channels.messenger.renderer import Rendered, render
from newsbot.channels.messenger.wire import QUICK_REPLIES
from newsbot.domain.message import AnyReply, ChoiceReply, Span, TextReply, Toast


def render_answer(replies: Sequence[AnyReply]) -> list[Rendered]:
    """One for each reply, in order. One without messages is said by the next that has some, or by the last."""
    said = _with_notices(replies)
    rendered = [Rendered(()) if reply is None else render(reply) for reply in said]
    return _quick_replies_last(rendered)


def _with_notices(replies: Sequence[AnyReply]) -> list[AnyReply | None]:
    """The replies, None for a notice that another says."""
    said: list[AnyReply | None] = list(replies)
    for place, notice in enumerate(replies):
        if not isinstance(notice, Toast):
            continue
        if any(_says(reply, notice.text) for reply in said if reply is not None and reply is not notice):
            said[place] = None
            continue
        following = said[place + 1] if place + 1 < len(said) else None
        if isinstance(following, TextReply):
            said[place + 1] = replace(following, paragraphs=((Span(notice.text),), *following.paragraphs))
            said[place] = None
        elif isinstance(following, ChoiceReply):
            said[place + 1] = replace(following, question=f"{notice.text}\n\n{following.question}")
            said[place] = None
    return said


def _says(reply: AnyReply, notice: str) -> bool:
    match reply:
        case TextReply():
            return notice in reply.plain
        case ChoiceReply():
            return notice in reply.question
        case _:
            return False


def _quick_replies_last(rendered: list[Rendered]) -> list[Rendered]:
    """Those of earlier replies go under the last message; what finds no room there becomes buttons that stay."""
    places = [place for place, one in enumerate(rendered) if one.messages]
    if len(places) < 2:
        return rendered
    moved = list(rendered)
    final = moved[places[-1]].messages[-1]
    under = list(final.quick_replies)
    for place in places[:-1]:
        one = moved[place]
        *before, last = one.messages
        offered = {button.action for button in under}
        wanted = [button for button in last.quick_replies if button.action not in offered]
        room = QUICK_REPLIES - len(under)
        under += wanted[:room]
        messages = (*before, last.with_quick_replies(()), *cards_of(wanted[room:]))
        moved[place] = replace(one, messages=messages)
    one = moved[places[-1]]
    moved[places[-1]] = replace(one, messages=(*one.messages[:-1], final.with_quick_replies(under)))
    return moved
