"""An article as a reader is shown it: a line of a list, or a card. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import OpenArticle, Subscribe, Unsubscribe, View
from newsbot.conversation.turn import House, Turn
from newsbot.domain.article import Article
from newsbot.domain.message import Button, CardReply, Headline, MessageRef
from newsbot.domain.topic import Topic, Topics
from newsbot.text.clipping import Unit, clip
from newsbot.text.dates import relative_time

__all__ = ["card_of", "follow_button", "headlines_of", "main_topic"]

WORTH_SAYING: Final = timedelta(minutes=10)  #: an update sooner than this after publishing is still the same news
LONGEST_HEADLINE: Final = 180  #: graphemes in a list; the longest of 20,000 real headlines has half as many


def headlines_of(articles: Sequence[Article], turn: Turn) -> tuple[Headline, ...]:
    """Numbered from one, as the reader may type them."""
    return tuple(
        Headline(
            number=turn.translate.number(number),
            headline=_short(article.headline),
            kicker=_short(article.kicker),
            when=relative_time(article.published_at, turn.now, turn.language, turn.zone),
            action=encode(OpenArticle(article.id)),
            url=article.url,
            image_url=article.image_url,
        )
        for number, article in enumerate(articles, start=1)
    )


def card_of(article: Article, house: House, turn: Turn, *, replaces: MessageRef | None = None) -> CardReply:
    _ = turn.translate
    topic = main_topic(article, house.topics)
    follow = follow_button(topic, turn, view=View.CARD, article_id=article.id)
    read = Button(_("Read in full"), url=article.url)
    return CardReply(
        headline=article.headline,
        url=article.url,
        kicker=article.kicker,
        summary=article.summary,
        source=_source(article, house, turn),
        when=relative_time(article.published_at, turn.now, turn.language, turn.zone),
        image_url=article.image_url,
        labels=_labels(article, turn),
        share_label=_("Share"),
        buttons=((read,), (follow,)) if follow else ((read,),),
        replaces=replaces,
    )


def _source(article: Article, house: House, turn: Turn) -> str:
    """Newsroom and reporter; where the newsroom signs itself, once."""
    newsroom = house.newsroom
    byline = "" if article.byline in newsroom.names.values() else article.byline
    return ", ".join(part for part in (newsroom.name(turn.language), byline) if part)


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
        return Button(
            _("Unfollow {topic}", topic=name), encode(Unsubscribe((topic.id,), view=view, article_id=article_id))
        )
    return Button(_("Follow {topic}", topic=name), encode(Subscribe((topic.id,), view=view, article_id=article_id)))


def _labels(article: Article, turn: Turn) -> tuple[str, ...]:
    _ = turn.translate
    labels = [_("Breaking")] if article.breaking else []
    if article.updated_at and article.updated_at - article.published_at >= WORTH_SAYING:
        labels.append(_("Updated {when}", when=relative_time(article.updated_at, turn.now, turn.language, turn.zone)))
    return tuple(labels)


def _short(line: str) -> str:
    # Counting graphemes is most of what a list costs; no text has more of them than code points.
    return line if len(line) <= LONGEST_HEADLINE else clip(line, LONGEST_HEADLINE, unit=Unit.GRAPHEME)
