"""Why a page of the desk was not served, in words that say what to do."""

from __future__ import annotations

from typing import Self

from newsbot.i18n import N_

__all__ = ["Refusal", "refusal_of"]


class Refusal(Exception):
    """An answer other than the page. `title`, `what`: messages of the catalogue; `values`: what stands in `what`."""

    def __init__(self, status: int, title: str, what: str, **values: str | int) -> None:
        super().__init__(title)
        self.status, self.title, self.what, self.values = status, title, what, values

    @classmethod
    def signed_out(cls) -> Self:
        return cls(
            401,
            N_("Please sign in"),
            N_("Write /desk to the bot in your chat: its answer is a link that lets you in here."),
        )

    @classmethod
    def link_over(cls) -> Self:
        return cls(
            410,
            N_("This link holds no more"),
            N_("It was used already, or it is too old. Write /desk to the bot in your chat for a new one."),
        )

    @classmethod
    def no_right(cls, why: str) -> Self:
        """`why`: in their language already."""
        return cls(403, N_("Not for your role"), why)

    @classmethod
    def foreign(cls) -> Self:
        return cls(
            403,
            N_("Nothing was done"),
            N_("The form did not come from a page of the desk, or its page is too old. Open it anew and try again."),
        )

    @classmethod
    def missing(cls) -> Self:
        return cls(404, N_("There is no such page"), N_("Perhaps what it was about is no longer kept."))


def refusal_of(status: int) -> Refusal:
    """What is said for an HTTP status. Made anew each time: an exception keeps every place where it was raised."""
    match status:
        case 404 | 405:
            return Refusal.missing()
        case 413:
            return Refusal(413, N_("That is too large"), N_("Please choose a smaller picture, or write less."))
        case 503:
            return Refusal(
                503,
                N_("That can't be done just now"),
                N_("The database doesn't answer. Please try again soon: however often you do, nothing is done twice."),
            )
        case _ if status >= 500:
            return Refusal(500, N_("Something went wrong"), N_("It was noted. Please try again."))
        case _:
            return Refusal(400, N_("The desk did not understand that"), N_("Open the page anew and try again."))
