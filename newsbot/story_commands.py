"""The commands about stories, over the parts that `bootstrap` opens. They work beside a running newsbot."""

from __future__ import annotations

import typer

from newsbot.alert_commands import article_named
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.ingest.story_decider import Rarity
from newsbot.ingest.story_explaining import explain, words_of


async def stories_why(settings: Settings, wanted: tuple[str, str]) -> None:
    """Print what made two articles (ids or addresses) one story, or what kept them apart."""
    async with Parts(settings) as parts:
        articles = await parts.articles()
        one, other = [await article_named(articles, name) for name in wanted]
        rarity = Rarity(*await articles.word_counts(words_of(one, other), now=parts.clock()))
        lines = list(explain(one, other, rarity, parts.timezone))
    for line in lines:
        typer.echo(line)
