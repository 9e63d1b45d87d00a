"""The conversation: what a reader did in, replies out. The same on every channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, assert_never

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.channels.channel import USUAL, Traits
from newsbot.channels.entrances import Entrances
from newsbot.conversation import (
    alert_buttons,
    asking,
    catching_up,
    linking,
    onboarding,
    reading,
    searching,
    settings,
    shared_chats,
    subscriptions,
    windows,
)
from newsbot.conversation.help import answer_media, button_word, help_text, old_button, thanks, unknown_command
from newsbot.conversation.intents import (
    Ask,
    ButtonWord,
    CameBack,
    ChooseFilter,
    ChooseLanguage,
    ConfirmLink,
    DeclineMissed,
    FinishWelcome,
    ForgetMe,
    Greeting,
    Help,
    Intent,
    KeepAlerts,
    KeepMe,
    Latest,
    Left,
    Link,
    Moved,
    MyData,
    MyTopics,
    NeverMind,
    NotForUs,
    OldButton,
    OpenArticle,
    OpenLink,
    OpenNumber,
    Pause,
    Reacted,
    Resume,
    Search,
    SearchPage,
    ShowMissed,
    ShowSettings,
    ShowStory,
    ShowTopics,
    Start,
    Stop,
    StopTopic,
    Subscribe,
    Thanks,
    UnknownCommand,
    Unlink,
    Unsubscribe,
    Unsupported,
    Why,
)
from newsbot.conversation.turn import House, Replies, Turn, begin_turn, noted, text
from newsbot.conversation.understanding import is_stop_word, understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import Ledger, Settle, Unit
from newsbot.domain.alert import Outcome
from newsbot.domain.attempt import Attempt, Sent
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, TextReply
from newsbot.domain.source import Newsroom
from newsbot.domain.subscriber import Address, as_unreachable
from newsbot.domain.topic import Topics
from newsbot.errors import ChannelUnavailable, StoreError
from newsbot.i18n import Catalog
from newsbot.rollups.figures import VainSearches
from newsbot.subscribers.link_codes import LinkCodes
from newsbot.subscribers.list_memory import ListMemory
from newsbot.subscribers.store import SubscriberStore

__all__ = ["Dialogue"]

log = structlog.get_logger()

MOST_SHOWING: Final = 1_000  #: answers on their way that make deliveries good

#: What promises the reader something that must have been stored.
PROMISES: Final = (
    Start,
    Subscribe,
    Unsubscribe,
    StopTopic,
    ChooseLanguage,
    Pause,
    Resume,
    Stop,
    ForgetMe,
    FinishWelcome,
    ConfirmLink,
    Unlink,
)


class Dialogue:
    """Answers readers. `language` and `timezone` are those of readers who have chosen none.

    `names`: what the bot is called in mentions, without the @; unknown names are fine, then any is taken for ours.
    `entrances`: of all channels on which the newsroom can be read; None: readers can't connect their chats.
    `administers`: see `Channel.is_administrator`. `public_channel`: the newsroom's own, which is sent what breaks.
    """

    def __init__(
        self,
        *,
        articles: ArticleStore,
        subscribers: SubscriberStore,
        memory: ListMemory,
        alerts: AlertStore,
        codes: LinkCodes,
        administers: Callable[[IncomingMessage], Awaitable[bool]],
        topics: Topics,
        newsroom: Newsroom,
        catalog: Catalog,
        clock: Callable[[], datetime],
        language: str = "bn",
        timezone: str = "Asia/Dhaka",
        names: frozenset[str] = frozenset(),
        entrances: Entrances | None = None,
        public_channel: Address | None = None,
        vain_searches: VainSearches | None = None,
        traits: Traits = USUAL,
        held: Ledger | None = None,
    ) -> None:
        self._showing: dict[str, tuple[int, tuple[tuple[Unit, ...], ...]]] = {}  # by event
        self.house = House(
            articles=articles,
            subscribers=subscribers,
            memory=memory,
            topics=topics,
            newsroom=newsroom,
            catalog=catalog,
            vocabulary=Vocabulary(topics, frozenset(name.casefold().lstrip("@") for name in names)),
            clock=clock,
            language=language,
            timezone=timezone,
            alerts=alerts,
            vain_searches=vain_searches,
            codes=codes,
            entrances=entrances or Entrances(),
            administers=administers,
            public_channel=public_channel,
            traits=traits,
            held=held,
        )

    async def answer(self, incoming: IncomingMessage) -> Replies:
        """What to reply; () for what asks for no reply.

        Raises StoreUnavailable only where nobody waits for an answer (the reader blocked us): it is worth another try.
        """
        intent = understand(incoming, self.house.vocabulary)
        if self.house.traits.stop_word and is_stop_word(intent, incoming.text):
            intent = Stop()
        if isinstance(intent, ShowMissed) and incoming.kind is Kind.TEXT and not self.house.traits.windows:
            intent = Latest()  # nothing ever waits here
        match intent:
            case NotForUs():
                return ()
            case Left():
                return await self._left(incoming)
            case CameBack():
                return await self._came_back(incoming)
            case Moved():
                return await self._moved(incoming, intent)
        turn = await begin_turn(self.house, incoming)
        try:
            refusal = await shared_chats.refusal(self.house, turn, intent)
            replies = await self._respond(turn, intent) if refusal is None else refusal
            if turn.known is None and isinstance(intent, PROMISES):
                await self._note_stranger(incoming)
            if self.house.traits.windows:
                replies = await self._besides(turn, intent, replies)
            return shared_chats.as_posts(replies) if turn.in_channel else replies
        except (StoreError, ChannelUnavailable) as error:
            log.warning(
                "reader not served", wish=type(intent).__name__, cause=str(error), channel=incoming.address.channel
            )
            return (_apology(turn, intent),)

    async def answered(self, incoming: IncomingMessage, attempts: Sequence[Attempt]) -> None:
        """What became of the replies to this. Who was shown what they missed has got it now."""
        showing = self._showing.pop(incoming.event_id, None)
        if showing is None or self.house.held is None:
            return
        position, units = showing
        # From the end: something may have been said before them.
        each = zip(reversed(units), reversed(attempts), strict=False)
        made_good = [(unit, attempt.message_id) for of, attempt in each if isinstance(attempt, Sent) for unit in of]
        try:
            for unit, message_id in made_good:
                await self.house.held.settle(unit, [Settle(position, Outcome.SENT, message_id)])
        except StoreError as error:  # they are offered it once more
            log.warning("what a reader caught up with is not noted", cause=str(error), address=str(incoming.address))

    async def _show_missed(self, turn: Turn) -> Replies:
        shown = await catching_up.show_missed(self.house, turn)
        if turn.known is not None and any(shown.units):
            self._showing[turn.incoming.event_id] = turn.known.slot.position, shown.units
            while len(self._showing) > MOST_SHOWING:  # whoever was never answered
                del self._showing[next(iter(self._showing))]
        return shown.replies

    async def _besides(self, turn: Turn, intent: Intent, replies: Replies) -> Replies:
        """The answer stands, whatever can't be looked up beside it."""
        try:
            replies = await windows.with_notice(self.house, turn, intent, replies)
            return *replies, *await catching_up.offer(self.house, turn, intent, replies)
        except StoreError as error:
            log.warning("nothing said beside the answer", cause=str(error))
            return replies

    async def _note_stranger(self, incoming: IncomingMessage) -> None:
        """Their contact could not be noted before they were registered. What they were promised is kept without it."""
        try:
            await noted(self.house, incoming)
        except StoreError as error:
            log.warning("a new reader's contact is not noted", cause=str(error), address=str(incoming.address))

    async def _came_back(self, incoming: IncomingMessage) -> Replies:
        """A reader who unblocked us has said nothing. A group that we are new in is told what we are for."""
        house = self.house
        before = await house.subscribers.get(incoming.address)
        await noted(house, incoming)
        greeted = before is not None and not before.preferences.unreachable
        if incoming.chat_kind is not ChatKind.GROUP or greeted:
            return ()
        return (shared_chats.introduction(house, await begin_turn(house, incoming)),)

    async def _left(self, incoming: IncomingMessage) -> Replies:
        house = self.house
        if await house.subscribers.get(incoming.address):  # a stranger is not registered by leaving
            await house.subscribers.change(incoming.address, "unreachable", as_unreachable, now=house.clock())
        return ()

    async def _moved(self, incoming: IncomingMessage, moved: Moved) -> Replies:
        if moved.user_id:
            new = Address(incoming.address.channel, moved.user_id)
            await self.house.subscribers.move(incoming.address, new, now=self.house.clock())
        return ()

    async def _respond(self, turn: Turn, intent: Intent) -> Replies:
        house = self.house
        match intent:
            case Start():
                return await onboarding.start(house, turn, intent)
            case FinishWelcome():
                return await onboarding.finish_welcome(house, turn)
            case Latest():
                return await reading.latest(house, turn, intent)
            case ChooseFilter():
                return await reading.choose_filter(house, turn, intent)
            case OpenArticle():
                return await reading.open_article(house, turn, intent)
            case ShowStory():
                return await reading.show_story(house, turn, intent)
            case OpenNumber():
                return await reading.open_number(house, turn, intent)
            case OpenLink():
                return await reading.open_link(house, turn, intent)
            case Search():
                return await searching.search(house, turn, intent)
            case SearchPage():
                return await searching.search_page(house, turn, intent)
            case ShowTopics():
                return await subscriptions.show_topics(house, turn, intent)
            case Subscribe():
                return await subscriptions.subscribe(house, turn, intent)
            case Unsubscribe():
                return await subscriptions.unsubscribe(house, turn, intent)
            case StopTopic():
                return await alert_buttons.stop_topic(house, turn, intent)
            case Why():
                return await alert_buttons.why(house, turn, intent)
            case MyTopics():
                return await subscriptions.my_topics(house, turn)
            case ShowSettings():
                return await settings.show_settings(house, turn)
            case ChooseLanguage():
                return await settings.choose_language(house, turn, intent)
            case Pause():
                return await settings.pause(house, turn, intent)
            case Resume():
                return await settings.resume(house, turn, intent)
            case Stop():
                return await settings.stop(house, turn, intent)
            case MyData():
                return await settings.my_data(house, turn)
            case ForgetMe():
                return await settings.forget_me(house, turn, intent)
            case Link():
                return await linking.link(house, turn, intent)
            case ConfirmLink():
                return await linking.confirm_link(house, turn)
            case Unlink():
                return await linking.unlink(house, turn, intent)
            case ShowMissed():
                return await self._show_missed(turn)
            case DeclineMissed():
                return await catching_up.decline(house, turn)
            case KeepAlerts():
                return await windows.keep_alerts(house, turn)
            case KeepMe():
                return await settings.keep_me(turn)
            case Ask():
                return await asking.ask(house, turn, intent)
            case NeverMind():
                return asking.never_mind(turn)
            case ButtonWord():
                return (button_word(turn),)
            case Greeting():
                return await onboarding.greet(house, turn)
            case Help():
                return (help_text(house, turn),)
            case Thanks():
                return (thanks(turn),)
            case UnknownCommand():
                return (unknown_command(turn, intent),)
            case OldButton():
                return (old_button(turn),)
            case Unsupported():
                return (answer_media(turn, intent),)
            case NotForUs() | Left() | CameBack() | Moved() | Reacted():
                return ()
            case unreachable:
                assert_never(unreachable)


def _apology(turn: Turn, intent: Intent) -> TextReply:
    _ = turn.translate
    if isinstance(intent, PROMISES) and not (isinstance(intent, ForgetMe | Unlink) and not intent.confirmed):
        return text(_("That could not be saved just now. Please try again in a little while."))
    return text(_("I can't reach that just now. Please try again in a little while."))
