"""Articles: what came, how each stands with readers and why, and what an editor may do about it.

| page | what |
|---|---|
| `GET /desk/articles` | the newest, `?before=`; `?q=` searches as readers do, `?page=` |
| `GET /desk/articles/7` | one article |
| `POST /desk/articles/7/change` | its topics, and whether it is breaking news |
| `POST /desk/articles/7/hold`, `release`, `alert` | held back, let go, readers alerted of it now |
| `POST /desk/articles/7/broadcast` | begins a draft that shows it, for whom an alert of it would be |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from newsbot.delivery.policy import Reason, class_of
from newsbot.desk import articles
from newsbot.desk.alert_words import name_of, state_of
from newsbot.desk.article_words import refusal_in_words, state_in_words, why
from newsbot.desk.articles import Result, Seen, State
from newsbot.desk.audit_words import act_in_words
from newsbot.desk.dashboard.paths import alert_path, draft_path
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.roles import Right
from newsbot.domain.article import Cursor
from newsbot.text.clipping import Unit, clip

__all__ = ["ROUTES"]

LAST_PAGE: Final = 50  #: of a search
LONGEST_SEARCH: Final = 200  #: characters


async def _list(visit: Visit) -> web.Response:
    query = visit.request.query
    words = clip(query.get("q", "").strip(), LONGEST_SEARCH, unit=Unit.GRAPHEME)
    page = min(visit.asked_number("page"), LAST_PAGE)
    if words:
        found = await articles.search(visit.desk, visit, words, page=page)
    else:
        found = await articles.newest(visit.desk, before=_cursor(query.get("before", "")))
    return await visit.page(
        "articles.html",
        words=words,
        page=page,
        more=found.more and page < LAST_PAGE,
        first=not query.get("before") and not page,
        following=found.next.text if found.next else "",
        lines=[{"seen": one, "article": one.article, **_shown(visit, one)} for one in found.seen],
    )


async def _show(visit: Visit) -> web.Response:
    article = await visit.desk.house.articles.get(visit.number("id"))
    if article is None:
        raise Refusal.missing()
    (seen,) = await articles.look_at(visit.desk, [article])
    _ = visit.translate
    deeds = await visit.desk.audit.of(articles.article_subject(article.id))
    return await visit.page(
        "article.html",
        seen=seen,
        article=article,
        why=why(seen, visit),
        may_change=visit.may(Right.ARTICLES),
        may_hold=seen.state in (State.WAITING, State.LATER),
        may_alert=seen.state in (State.WAITING, State.HELD, State.LEFT),
        may_broadcast_it=visit.may(Right.DRAFT) and articles.may_be_broadcast(article, visit.now),
        second=visit.desk.approval.asks_for(class_of(article)),
        alerts=[(alert, name_of(alert, _), state_of(alert, _)) for alert in seen.alerts],
        deeds=[(one, act_in_words(one.act, _)) for one in deeds],
        all_topics=[(topic.id, topic.label(visit.language)) for topic in visit.desk.house.topics],
        **_shown(visit, seen),
    )


def _shown(visit: Visit, seen: Seen) -> dict[str, Any]:
    known = visit.desk.house.topics
    return {
        "state": state_in_words(seen.state, visit.translate),
        "good": seen.state is State.ALERTED,
        "topics": [topic.name(visit.language) for topic in known.known(seen.article.topics)],
    }


async def _change(visit: Visit) -> web.Response:
    topics = [topic for topic in visit.form.getall("topics", []) if isinstance(topic, str)]
    number, breaking = visit.number("id"), bool(visit.text("breaking"))
    result = await articles.change(visit.desk, number, topics=topics, breaking=breaking, by=visit.actor, now=visit.now)
    return await _back(visit, result, visit.translate("It was changed."))


async def _hold(visit: Visit) -> web.Response:
    result = await articles.hold(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
    return await _back(visit, result, visit.translate("It is held back."))


async def _release(visit: Visit) -> web.Response:
    result = await articles.release(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
    return await _back(visit, result, visit.translate("It was let go, and is decided now."))


async def _alert(visit: Visit) -> web.Response:
    # The alert is made once, however often this is sent: its origin is the article.
    made = await articles.alert_now(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
    if made is Result.NEEDS_APPROVAL:
        return await _broadcast(visit)
    if isinstance(made, Reason | Result):
        return await _back(visit, made, "")
    return await visit.back(alert_path(made.id), visit.translate("Readers are alerted."))


async def _broadcast(visit: Visit) -> web.Response:
    """To the last page of a draft that shows it: nothing goes out before it is sent there, or approval asked for."""
    article = await visit.desk.house.articles.get(visit.number("id"))
    if article is None:
        raise Refusal.missing()
    if not articles.may_be_broadcast(article, visit.now):
        return await visit.back(f"/desk/articles/{article.id}", visit.translate("This article can't be sent."))
    event = f"{visit.event}:{article.id}"
    draft = await articles.begin_broadcast(visit.desk, article, by=visit.actor, event=event, now=visit.now)
    for_somebody = article.breaking or draft.audience.topics
    if visit.may_broadcast and for_somebody:
        return await visit.back(f"{draft_path(draft.id)}/send")
    said = "" if for_somebody else visit.translate("It has no topic that readers can follow: choose whom it is for.")
    return await visit.back(draft_path(draft.id), said)


async def _back(visit: Visit, result: Reason | Result, done: str) -> web.Response:
    if result is Result.GONE:
        raise Refusal.missing()
    said = done if result is Result.DONE else refusal_in_words(result, visit.translate)
    return await visit.back(f"/desk/articles/{visit.number('id')}", said)


def _cursor(text: str) -> Cursor | None:
    """None for one that isn't ours: then from the newest."""
    try:
        return Cursor.parse(text)
    except ValueError:
        return None


_ARTICLE: Final = r"/desk/articles/{id:\d{1,18}}"
_DEEDS: Final[dict[str, Callable[[Visit], Awaitable[web.Response]]]] = {
    "change": _change,
    "hold": _hold,
    "release": _release,
    "alert": _alert,
    "broadcast": _broadcast,
}
_RIGHTS: Final = {"alert": Right.BROADCAST, "broadcast": Right.DRAFT}

ROUTES: Final = (
    Route("GET", "/desk/articles", Right.WATCH, _list),
    Route("GET", _ARTICLE, Right.WATCH, _show),
    *(
        Route("POST", f"{_ARTICLE}/{deed}", _RIGHTS.get(deed, Right.ARTICLES), handler)
        for deed, handler in _DEEDS.items()
    ),
)
