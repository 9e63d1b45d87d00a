"""What an editor may want to think about before sending: who has it, or its story, already; links that lead nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from newsbot.delivery.policy import story_begun_by, story_of
from newsbot.desk.drafts import Draft
from newsbot.desk.link_check import links_of
from newsbot.desk.turn import Desk, Speaking, totals_of
from newsbot.domain.alert import Alert, AlertKind, marks_of
from newsbot.text.dates import format_datetime
from newsbot.text.normalise import same_text

__all__ = ["Told", "doubts_of", "told_by"]

SAME_WITHIN: Final = timedelta(hours=24)  #: the same words sent twice in a day are worth a question
LOOKED_AT: Final = 50  #: of the newest broadcasts, for the same words


@dataclass(frozen=True, slots=True)
class Told:
    """What a broadcast tells: of which story, and whether also those who were told of it by another article."""

    story: str
    again: bool = False

    def mark(self, article_id: int) -> str:
        """Who bears it is left out."""
        return marks_of(self.story, article_id, again=self.again)[0]


async def told_by(desk: Desk, draft: Draft) -> Told:
    """An editor who sends a further article of a story that was alerted means its readers to have it: only who has
    that very article is left out. A wrong guess of ours must not hide what an editor sends.
    """
    article = await desk.house.articles.get(draft.article_id) if draft.article_id else None
    if article is None:
        return Told(story_begun_by(draft.article_id) if draft.article_id else draft.origin)
    story = story_of(article)
    told = [alert for alert in await desk.alerts.of_story(story) if not alert.kind.touches_copies]
    return Told(story, again=any(alert.article_id != article.id for alert in told))


async def doubts_of(desk: Desk, speak: Speaking, draft: Draft, *, links: bool) -> list[str]:
    """What an editor may want to think about; none of it forbids anything."""
    _ = speak.translate
    doubts = []
    if draft.article_id and not draft.corrects:
        doubts += [await _alerted_before(desk, speak, draft, alert) for alert in await _sent(desk, draft)]
    if draft.text and not draft.corrects and (twin := await _same_words(desk, speak, draft)):
        when = format_datetime(twin.created_at, speak.language, speak.zone, speak.now)
        doubts.append(_("The same words were sent on {when}.", when=when))
    if draft.text and not draft.corrects and (known := await _headline_alerted(desk, speak, draft.text.plain)):
        doubts.append(known)
    if draft.text and not draft.corrects and not links_of(draft.text):
        doubts.append(_("There is no link in it: readers can't read on."))
    if draft.text and links:
        tried = links_of(draft.text)
        ours = await desk.house.articles.known_urls(tried) if tried else {}
        dead = await desk.dead_links(tuple(url for url in tried if url not in ours))
        doubts += [_("This link leads nowhere, or doesn't answer: {url}", url=url) for url in dead]
    return doubts


async def _sent(desk: Desk, draft: Draft) -> list[Alert]:
    """Alerts of the draft's article; while there are none, of others of its story."""
    own = await desk.alerts.of_article(draft.article_id)
    article = await desk.house.articles.get(draft.article_id)
    of_story = await desk.alerts.of_story(story_of(article)) if article else ()
    sends = [[alert for alert in alerts if not alert.kind.touches_copies] for alerts in (own, of_story)]
    return sends[0] or sends[1]


async def _alerted_before(desk: Desk, speak: Speaking, draft: Draft, alert: Alert) -> str:
    _ = speak.translate
    when = format_datetime(alert.created_at, speak.language, speak.zone, speak.now)
    sent = (await totals_of(desk, alert)).sent
    if alert.article_id != draft.article_id:
        return _.plural(
            "Another article of this story went to {n} reader on {when}; this goes to them too.",
            "Another article of this story went to {n} readers on {when}; this goes to them too.",
            sent,
            when=when,
        )
    return _.plural(
        "This article went to {n} reader on {when}; who got it is left out.",
        "This article went to {n} readers on {when}; who got it is left out.",
        sent,
        when=when,
    )


async def _headline_alerted(desk: Desk, speak: Speaking, words: str) -> str:
    """What is written begins with the headline of an article whose readers have been alerted within the day."""
    _ = speak.translate
    first = words.strip().partition("\n")[0]
    alerts = [
        alert
        for alert in await desk.alerts.recent(limit=LOOKED_AT)
        if alert.article_id and not alert.kind.touches_copies and speak.now - alert.created_at <= SAME_WITHIN
    ]
    headlines = await desk.house.articles.headlines({alert.article_id for alert in alerts})
    for alert in alerts:
        headline = headlines.get(alert.article_id)
        if headline is not None and same_text(headline, first):
            when = format_datetime(alert.created_at, speak.language, speak.zone, speak.now)
            return _.plural(
                "An article with this headline went to {n} reader on {when}; this goes to them too.",
                "An article with this headline went to {n} readers on {when}; this goes to them too.",
                (await totals_of(desk, alert)).sent,
                when=when,
            )
    return ""


async def _same_words(desk: Desk, speak: Speaking, draft: Draft) -> Alert | None:
    recent = await desk.alerts.recent(limit=LOOKED_AT, by_editors=True)
    words = draft.text.plain if draft.text else ""
    return next(
        (
            alert
            for alert in recent
            if alert.kind is AlertKind.BROADCAST
            and alert.text is not None
            and speak.now - alert.created_at <= SAME_WITHIN
            and same_text(alert.text.plain, words)
        ),
        None,
    )
