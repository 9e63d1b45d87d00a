"""How an alert is worded: an article's card, or what an editor wrote, with the buttons of someone who is disturbed.

A push is read later than it was sent, so its times are a day and an hour, not "5 minutes ago". Readers are told the
same by language, by the topic that brought it to them, and by whether many read it together (`Variant`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from newsbot.articles.store import ArticleStore
from newsbot.channels.channel import Operation
from newsbot.conversation.actions import encode
from newsbot.conversation.cards import bare_card
from newsbot.conversation.intents import Pause, StopTopic, Why
from newsbot.delivery.composer import Composed, Variant
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertText
from newsbot.domain.message import Button, CardReply, NoticeReply, Rows
from newsbot.domain.source import Newsroom
from newsbot.domain.topic import Topics
from newsbot.i18n import Catalog, Translator
from newsbot.text.dates import format_datetime

__all__ = ["AlertComposer"]

_NO_TEXT: Final = AlertText()


class AlertComposer:
    """Implements `Composer`. Also what an editor's preview is made by: readers see exactly that."""

    def __init__(
        self,
        articles: ArticleStore,
        topics: Topics,
        newsroom: Newsroom,
        catalog: Catalog,
        *,
        clock: Callable[[], datetime],
        timezone: ZoneInfo,
        edits: bool = True,
    ) -> None:
        """`edits`: see `Traits`; where copies stay as they are, a correction is a message of its own."""
        self._articles = articles
        self._topics = topics
        self._newsroom = newsroom
        self._catalog = catalog
        self._clock = clock
        self._timezone = timezone
        self._edits = edits

    async def compose(self, alert: Alert, variant: Variant) -> Composed | None:
        if alert.kind is AlertKind.RECALL:
            return Composed(Operation.DELETE)
        translate = self._catalog.translator(variant.language)
        if alert.article_id:
            card = await self._card(alert, translate)
            if card is None:
                return None
            reply: CardReply | NoticeReply = replace(card, buttons=(*card.buttons, *self._ways_out(alert, variant)))
        else:
            written = alert.text or _NO_TEXT
            reply = NoticeReply(
                spans=written.spans,
                picture=written.picture,
                labels=_labels(alert, translate),
                buttons=(*((button,) for button in written.buttons), *self._ways_out(alert, variant)),
            )
        operation = Operation.EDIT if alert.kind.edits and self._edits else Operation.SEND
        return Composed(operation, replace(reply, silent=alert.silent))

    async def _card(self, alert: Alert, translate: Translator) -> CardReply | None:
        article = await self._articles.get(alert.article_id)
        if article is None or article.withdrawn_at is not None:
            return None

        def said(moment: datetime) -> str:
            return format_datetime(moment, translate.language, self._timezone, self._clock())

        labels = _labels(alert, translate)
        if alert.kind is AlertKind.UPDATE:
            labels = (translate("Breaking"),) if article.breaking else ()
            article = replace(article, updated_at=article.updated_at or alert.created_at)
        return bare_card(article, self._newsroom, translate, said, labels=labels)

    def _ways_out(self, alert: Alert, variant: Variant) -> Rows:
        """No more of this, and why it came. None where many read: a button acts for one."""
        if variant.shared:
            return ()
        _ = self._catalog.translator(variant.language)
        topic = self._topics.get(variant.topic)
        if topic is None:
            less = Button(_("Pause alerts"), encode(Pause()))
        else:
            less = Button(
                _("Stop {topic}", topic=topic.name(_.language)), encode(StopTopic(topic.id, _shown_alert(alert)))
            )
        return ((less, Button(_("Why this?"), encode(Why(_shown_alert(alert))))),)


def _shown_alert(alert: Alert) -> int:
    """The alert that the reader has before them: a correction changes the copies of another."""
    return alert.of if alert.kind.edits else alert.id


def _labels(alert: Alert, translate: Translator) -> tuple[str, ...]:
    _ = translate
    breaking = (_("Breaking"),) if alert.cls is AlertClass.BREAKING else ()
    # Who is reached only after the correction reads the same as who was reached before it.
    corrected = alert.kind is AlertKind.CORRECTION or alert.version > 1
    return (*breaking, _("Corrected")) if corrected else breaking
