"""An article as a reader is shown it: a line of a list, or a card. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as changed
from datetime import datetime, timedelta
from typing import Final

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import OpenArticle, Subscribe, Unsubscribe, View
from newsbot.conversation.turn import House, Turn
from newsbot.domain.article import Article
from newsbot.domain.message import Button, CardReply, Headline, MessageRef
from newsbot.domain.source import Newsroom
from newsbot.domain.topic import Topic, Topics
from newsbot.i18n import Translator
from newsbot.text.clipping import Unit, clip
from newsbot.text.dates import relative_time

__all__ = ["bare_card", "card_of", "follow_button", "headlines_of", "main_topic", "more"]

WORTH_SAYING: Final = timedelta(minutes=10)  #: an update sooner than this after publishing is still the same news
LONGEST_HEADLINE: Final = 180  #: graphemes in a list; the longest of 20,000 real headlines has half as many


_ALONE: Final[Mapping[int, int]] = {}


def headlines_of(
    articles: Sequence[Article], turn: Turn, *, others: Mapping[int, int] = _ALONE
) -> tuple[Headline, ...]:
    """Numbered from one, as the reader may type them. `others`: story → how many more tell it."""
    return tuple(
        Headline(
            number=turn.translate.number(number),
            headline=_short(article.headline),
            kicker=_short(article.kicker),
            when=_beside(
                relative_time(article.published_at, turn.now, turn.language, turn.zone),
                more(others.get(article.tells, 0), turn.translate),
            ),
            open_label=turn.translate("Read {number}", number=turn.translate.number(number)),
            action=encode(OpenArticle(article.id)),
            url=article.url,
            image_url=article.image_url,
        )
        for number, article in enumerate(articles, start=1)
    )


def card_of(article: Article, house: House, turn: Turn, *, replaces: MessageRef | None = None) -> CardReply:
    """As an answer: times count from now, and its topic can be followed."""

    def said(moment: datetime) -> str:
        return relative_time(moment, turn.now, turn.language, turn.zone)

    labels = (turn.translate("Breaking"),) if article.breaking else ()
    card = bare_card(article, house.newsroom, turn.translate, said, labels=labels)
    follow = follow_button(main_topic(article, house.topics), turn, view=View.CARD, article_id=article.id)
    return changed(card, buttons=(*card.buttons, (follow,)) if follow else card.buttons, replaces=replaces)


def bare_card(
    article: Article,
    newsroom: Newsroom,
    translate: Translator,
    said: Callable[[datetime], str],
    *,
    labels: Sequence[str],
) -> CardReply:
    """What every card has. `said`: how a time is written; `labels`: the lines above it, *updated* follows them."""
    _ = translate
    updated = article.updated_at
    if updated and updated - article.published_at >= WORTH_SAYING:
        labels = (*labels, _("Updated {when}", when=said(updated)))
    return CardReply(
        headline=article.headline,
        url=article.url,
        kicker=article.kicker,
        summary=article.summary,
        source=_source(article, newsroom, translate.language),
        when=said(article.published_at),
        image_url=article.image_url,
        labels=tuple(labels),
        share_label=_("Share"),
        buttons=((Button(_("Read in full"), url=article.url),),),
    )


def _source(article: Article, newsroom: Newsroom, language: str) -> str:
    """Newsroom and reporter; where the newsroom signs itself, once."""
    byline = "" if article.byline in newsroom.names.values() else article.byline
    return ", ".join(part for part in (newsroom.name(language), byline) if part)


def main_topic(article: Article, topics: Topics) -> Topic | None:
    """The most trusted of its topics that is still configured."""
    return next((topics[topic_id] for topic_id in article.topics if topic_id in topics), None)


def follow_button(topic: Topic | None, turn: Turn, *, view: View, article_id: int = 0) -> Button | None:
    """Follow or unfollow; none in a group, and none where we can't tell which it should be."""
    if topic is None or turn.in_group or turn.failure:
        return None
    _ = turn.translate
    name = topic.name(turn.language)
    if topic.id in turn.followed:
        unfollow = encode(Unsubscribe((topic.id,), view=view, article_id=article_id))
        return Button(_("Unfollow {topic}", topic=name), unfollow, short=_("Unfollow"))
    follow = encode(Subscribe((topic.id,), view=view, article_id=article_id))
    return Button(_("Follow {topic}", topic=name), follow, short=_("Follow"))


def more(count: int, translate: Translator) -> str:
    """'আরও ৩টি', '' for none."""
    return translate.plural("{n} more", "{n} more", count) if count else ""


def _beside(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _short(line: str) -> str:
    # Counting graphemes is most of what a list costs; no text has more of them than code points.
    return line if len(line) <= LONGEST_HEADLINE else clip(line, LONGEST_HEADLINE, unit=Unit.GRAPHEME)
