"""What a reader wants, whichever way it was said: typed in any script, as a command, or by a button."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsbot.domain.article import Cursor


class View(StrEnum):
    """The message in which something is switched, so that it can be shown anew. Stands in buttons: lasting."""

    NONE = ""  #: typed: answered by a message of its own
    WELCOME = "w"
    TOPICS = "t"
    CARD = "c"
    LIST = "l"
    SETTINGS = "s"
    UNDONE = "u"  #: the confirmation of what is being undone
    ASKED = "q"  #: the question that is being answered


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A word that should have named a topic and names none; `suggestion` is the id of the topic that is spelt most
    like it.
    """

    word: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    payload: str = ""  #: of the link that was followed: `topic-<id>`, `article-<id>`


@dataclass(frozen=True, slots=True)
class Latest:
    topic: str = ""  #: '' is all of them
    count: int = 0  #: 0 is as many as we think best
    before: Cursor | None = None
    after: Cursor | None = None
    in_place: bool = False  #: show it in the message whose button was pressed
    when: str = ""  #: the reader's words for a time: only what was published then
    left_out: tuple[str, ...] = ()  #: further topics that were named: a list shows one
    unrecognised: tuple[Unrecognised, ...] = ()


@dataclass(frozen=True, slots=True)
class ChooseFilter:
    """Which topic's latest? `topic` is the one shown now."""

    topic: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class OpenArticle:
    article_id: int


@dataclass(frozen=True, slots=True)
class ShowStory:
    """All that tell one story, by the id of the article that began it."""

    story: int


@dataclass(frozen=True, slots=True)
class OpenNumber:
    number: int  #: in the list shown last, from 1


@dataclass(frozen=True, slots=True)
class OpenLink:
    url: str


@dataclass(frozen=True, slots=True)
class ShowTopics:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    topics: tuple[str, ...] = ()
    unrecognised: tuple[Unrecognised, ...] = ()
    view: View = View.NONE
    article_id: int = 0  #: of the card, where `view` is one


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    topics: tuple[str, ...] = ()
    everything: bool = False
    unrecognised: tuple[Unrecognised, ...] = ()
    view: View = View.NONE
    article_id: int = 0


@dataclass(frozen=True, slots=True)
class StopTopic:
    """Pressed under an alert: no more of this topic."""

    topic: str
    alert_id: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """Why was I sent this? `alert_id` is 0 under the preview that an editor is shown."""

    alert_id: int = 0


@dataclass(frozen=True, slots=True)
class MyTopics:
    pass


@dataclass(frozen=True, slots=True)
class Search:
    words: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of a search made before; the token finds its words."""

    token: str
    page: int  #: from 0


@dataclass(frozen=True, slots=True)
class ShowSettings:
    pass


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    language: str = ""  #: '' asks
    view: View = View.NONE


@dataclass(frozen=True, slots=True)
class Pause:
    view: View = View.NONE


@dataclass(frozen=True, slots=True)
class Resume:
    view: View = View.NONE


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class MyData:
    pass


@dataclass(frozen=True, slots=True)
class ForgetMe:
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Connect this chat with the reader's on another channel."""

    code: str = ""  #: as it was typed; '': show one


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """Yes to the question that a code brought up."""


@dataclass(frozen=True, slots=True)
class Unlink:
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class KeepMe:
    """No to the question of ForgetMe."""


@dataclass(frozen=True, slots=True)
class NeverMind:
    """No to any other question."""


@dataclass(frozen=True, slots=True)
class ButtonWord:
    """Typed words of a button that mean nothing without the message it stands under: yes, older, undo."""


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class FinishWelcome:
    """Done choosing topics for the first time."""


@dataclass(frozen=True, slots=True)
class Greeting:
    pass


@dataclass(frozen=True, slots=True)
class Thanks:
    pass


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    word: str
    suggestion: str = ""  #: the command that is spelt most like it, without its slash


@dataclass(frozen=True, slots=True)
class OldButton:
    """A button that we no longer know."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A sticker, a picture, a voice message…, or a text without a word in it."""

    media: str = ""


@dataclass(frozen=True, slots=True)
class ShowMissed:
    """What waits from when the reader could not be written to."""


@dataclass(frozen=True, slots=True)
class DeclineMissed:
    """Not now."""


@dataclass(frozen=True, slots=True)
class KeepAlerts:
    """Yes, go on: the answer to the question before a window closes."""


@dataclass(frozen=True, slots=True)
class Reacted:
    """To one of our messages. Nothing is answered, but perhaps something is offered."""


@dataclass(frozen=True, slots=True)
class NotForUs:
    """Said in a group, to others. Nothing is answered."""


@dataclass(frozen=True, slots=True)
class Left:
    """The reader blocked the bot, or it was put out of the group. Nothing can be answered."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """The reader unblocked the bot. They have said nothing, so nothing is answered."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new id."""

    user_id: str


#: What a button can carry; see `actions`.
Pressable = (
    Latest
    | ChooseFilter
    | OpenArticle
    | ShowStory
    | ShowTopics
    | Subscribe
    | Unsubscribe
    | MyTopics
    | SearchPage
    | ShowSettings
    | ChooseLanguage
    | Pause
    | Resume
    | Stop
    | MyData
    | ForgetMe
    | Link
    | ConfirmLink
    | Unlink
    | ShowMissed
    | DeclineMissed
    | KeepAlerts
    | KeepMe
    | NeverMind
    | Help
    | FinishWelcome
    | StopTopic
    | Why
)
#: What changes something for the reader, and may be asked about.
Askable = Subscribe | Unsubscribe | Pause | Resume | Stop


@dataclass(frozen=True, slots=True)
class Ask:
    """Typed words that seem to wish for this. Done when the reader presses yes: words are easily misunderstood."""

    wish: Askable
    words: str = ""  #: as they were typed, where they may have been meant as a search


Intent = (
    Pressable
    | Start
    | Ask
    | Reacted
    | Greeting
    | ButtonWord
    | OpenNumber
    | OpenLink
    | Search
    | Thanks
    | UnknownCommand
    | OldButton
    | Unsupported
    | NotForUs
    | Left
    | CameBack
    | Moved
)
