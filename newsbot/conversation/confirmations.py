"""What is said when something was chosen: to one reader, and in a chat that many share, where nobody is "you"."""

from __future__ import annotations

from newsbot.conversation.turn import Turn

# Each takes the names of the topics as one text.


def follows(turn: Turn, topics: str) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("From now on, news on {topics} is sent here.", topics=topics)
    return _("You now follow {topics}.", topics=topics)


def follows_again(turn: Turn, topics: str) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("News is sent here again: {topics}.", topics=topics)
    return _("Welcome back! You follow {topics} again.", topics=topics)


def follows_already(turn: Turn, topics: str) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("News on {topics} is already sent here.", topics=topics)
    return _("You already follow {topics}.", topics=topics)


def follows_no_longer(turn: Turn, topics: str) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("News on {topics} is no longer sent here.", topics=topics)
    return _("You no longer follow {topics}.", topics=topics)


def does_not_follow(turn: Turn, topics: str) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("News on {topics} is not sent here.", topics=topics)
    return _("You don't follow {topics}.", topics=topics)


def follows_nothing_any_more(turn: Turn) -> str:
    _ = turn.translate
    return _("No topic's news is sent here any more.") if turn.in_group else _("You no longer follow any topic.")


def follows_nothing_yet(turn: Turn) -> str:
    _ = turn.translate
    return _("No topic's news is sent here yet.") if turn.in_group else _("You don't follow any topic yet.")


def following(turn: Turn) -> str:
    """Above the list of topics."""
    _ = turn.translate
    return _("News sent here:") if turn.in_group else _("You follow:")


def is_paused(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("Nothing is sent here for now; /resume turns it on again.")
    return _("Your alerts are paused; /resume turns them on again.")


def has_stopped(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("Nothing is sent here any more; /resume turns it on again.")
    return _("You have stopped, so nothing is sent to you; /start brings you back.")


def paused(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("Nothing is sent here for now. The topics are kept; /resume turns it on again.")
    return _("Your alerts are paused. Your topics are kept; /resume turns the alerts on again.")


def resumed(turn: Turn) -> str:
    _ = turn.translate
    return _("News is sent here again.") if turn.in_group else _("Your alerts are on again.")


def stopped(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_group:
        return _(
            "Nothing more will be sent here. What was chosen is kept; /resume turns it on again, "
            "/forgetme deletes everything."
        )
    return _(
        "You have stopped: nothing more will be sent to you. What you chose is kept; "
        "/start brings you back. To have it deleted, write /forgetme."
    )


def speaks(turn: Turn) -> str:
    """In the language that was just chosen."""
    _ = turn.translate
    return _("From now on I write here in English.") if turn.in_group else _("From now on I write to you in English.")


def everything_kept(turn: Turn) -> str:
    _ = turn.translate
    return _("Everything that is kept about this chat.") if turn.in_group else _("Everything that is kept about you.")


def nothing_kept(turn: Turn) -> str:
    _ = turn.translate
    return _("Nothing is kept about this chat.") if turn.in_group else _("Nothing is kept about you.")


def delete_everything(turn: Turn) -> str:
    """A question."""
    _ = turn.translate
    if turn.in_channel:
        return _("To delete everything that is kept about this channel, write /forgetme yes. This can't be undone.")
    if turn.in_group:
        return _("Delete everything that is kept about this chat: its language, its topics and their history?")
    return _("Delete everything that is kept about you: your language, your topics and their history?")


def deleted(turn: Turn) -> str:
    _ = turn.translate
    if turn.in_group:
        return _("Everything about this chat has been deleted.")
    return _("Everything about you has been deleted. /start begins anew.")
