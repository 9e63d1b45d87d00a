"""/desk: the link that opens the web desk in a browser."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.sessions import LINK_LIFE, Offer
from newsbot.desk.turn import Desk
from newsbot.domain.message import Button, Span

__all__ = ["ENTRANCE", "enter"]

ENTRANCE: Final = "/desk/enter/"  #: and the link's secret
_MINUTES: Final = int(LINK_LIFE.total_seconds() // 60)


async def enter(desk: Desk, turn: Turn) -> Replies:
    _ = turn.translate
    incoming = turn.incoming
    secret = await desk.sessions.offer(Offer(incoming.address, turn.language, turn.now, incoming.sender_name))
    link = f"{desk.web_address()}{ENTRANCE}{secret}"
    # A chat app refuses a button to an address that only this machine knows.
    button = Button(_("Open the desk"), url=link) if link.startswith("https://") else None
    return (
        text(
            (Span(_("Your way to the desk:") + "\n"), Span(link, url=link)),
            _(
                "The link holds for {n} minutes, once. Pass it on to nobody: who opens it acts as you.",
                n=_MINUTES,
            ),
            buttons=rows(button),
        ),
    )
