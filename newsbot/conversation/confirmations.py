"""What is said when something was chosen: to one reader, and in a chat that many share, where nobody is "you"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from newsbot.conversation.turn import Turn
from newsbot.i18n import N_


@dataclass(frozen=True, slots=True)
class Said:
    one: str  #: to one reader
    here: str  #: in a group or a channel

    def to(self, turn: Turn, **values: str) -> str:
        return turn.translate(self.here if turn.in_group else self.one, **values)


# `topics`: their names as one text

FOLLOWS: Final = Said(N_("You now follow {topics}."), N_("From now on, news on {topics} is sent here."))
FOLLOWS_AGAIN: Final = Said(N_("Welcome back! You follow {topics} again."), N_("News is sent here again: {topics}."))
FOLLOWS_ALREADY: Final = Said(N_("You already follow {topics}."), N_("News on {topics} is already sent here."))
FOLLOWS_NO_LONGER: Final = Said(N_("You no longer follow {topics}."), N_("News on {topics} is no longer sent here."))
DOES_NOT_FOLLOW: Final = Said(N_("You don't follow {topics}."), N_("News on {topics} is not sent here."))
FOLLOWS_NOTHING_ANY_MORE: Final = Said(
    N_("You no longer follow any topic."), N_("No topic's news is sent here any more.")
)
FOLLOWS_NOTHING_YET: Final = Said(N_("You don't follow any topic yet."), N_("No topic's news is sent here yet."))
FOLLOWING: Final = Said(N_("You follow:"), N_("News sent here:"))  #: above the list

IS_PAUSED: Final = Said(
    N_("Your alerts are paused; /resume turns them on again."),
    N_("Nothing is sent here for now; /resume turns it on again."),
)
HAS_STOPPED: Final = Said(
    N_("You have stopped, so nothing is sent to you; /start brings you back."),
    N_("Nothing is sent here any more; /resume turns it on again."),
)
PAUSED: Final = Said(
    N_("Your alerts are paused. Your topics are kept; /resume turns the alerts on again."),
    N_("Nothing is sent here for now. The topics are kept; /resume turns it on again."),
)
ARE_ON: Final = Said(N_("Your alerts are on."), N_("News is sent here."))
RESUMED: Final = Said(N_("Your alerts are on again."), N_("News is sent here again."))
STOPPED: Final = Said(
    N_(
        "You have stopped: nothing more will be sent to you. What you chose is kept; "
        "/start brings you back. To have it deleted, write /forgetme."
    ),
    N_(
        "Nothing more will be sent here. What was chosen is kept; /resume turns it on again, "
        "/forgetme deletes everything."
    ),
)
SETTINGS: Final = Said(N_("Your settings"), N_("Settings"))
SPEAKS: Final = Said(N_("From now on I write to you in English."), N_("From now on I write here in English."))

# Asked before typed words change anything.
ASKS_TO_FOLLOW: Final = Said(N_("Follow {topics}?"), N_("Should news on {topics} be sent here?"))
ASKS_TO_UNFOLLOW: Final = Said(N_("Unfollow {topics}?"), N_("Should news on {topics} no longer be sent here?"))
ASKS_TO_UNFOLLOW_ALL: Final = Said(
    N_("Unfollow all topics? You follow: {topics}."),
    N_("Should no topic's news be sent here any more? Sent now: {topics}."),
)
ASKS_TO_PAUSE: Final = Said(
    N_("Pause your alerts? Your topics are kept."), N_("Should nothing be sent here for now? The topics are kept.")
)
ASKS_TO_RESUME: Final = Said(N_("Turn your alerts on again?"), N_("Should news be sent here again?"))
ASKS_TO_STOP: Final = Said(
    N_("Stop sending you news altogether? What you chose is kept."),
    N_("Should news no longer be sent here at all? What was chosen is kept."),
)

EVERYTHING_KEPT: Final = Said(N_("Everything that is kept about you."), N_("Everything that is kept about this chat."))
NOTHING_KEPT: Final = Said(N_("Nothing is kept about you."), N_("Nothing is kept about this chat."))
DELETE_EVERYTHING: Final = Said(
    N_("Delete everything that is kept about you: your language, your topics and their history?"),
    N_("Delete everything that is kept about this chat: its language, its topics and their history?"),
)
DELETED: Final = Said(
    N_("Everything about you has been deleted. /start begins anew."),
    N_("Everything about this chat has been deleted."),
)
