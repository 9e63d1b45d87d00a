"""One request of every route of the desk, for what holds for all of them (`tests/integration/test_desk_rights.py`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from newsbot.articles.store import SourceState
from newsbot.delivery.curves import Point
from newsbot.desk.approving import ask_for_approval
from newsbot.desk.audit import Actor, Place
from newsbot.desk.drafts import DraftState
from newsbot.desk.roles import Right, Role
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, AlertText, NewAlert
from newsbot.domain.message import Button, Span
from newsbot.domain.subscriber import Address
from newsbot.rollups.days import day_of
from newsbot.rollups.figures import Figure, Series
from tests.builders import a_draft
from tests.desk_site import ADDRESSES, DeskSite
from tests.newsdesk import EDITOR


async def nothing(site: DeskSite) -> None:
    return


async def going_out(site: DeskSite) -> None:
    """Alert 1, a broadcast to five readers, of whom two have it."""
    desk = site.newsdesk
    await desk.readers(5, "sports")
    text = AlertText((Span("<b>Breaking</b> & entering"),))
    new = NewAlert(
        origin="broadcast:1",
        kind=AlertKind.BROADCAST,
        cls=AlertClass.BREAKING,
        story="broadcast:1",
        expires_at=desk.now + timedelta(hours=3),
        text=text,
        by=EDITOR,
    )
    await desk.alerts.create(new, now=desk.now)
    await desk.plan(1)
    await desk.deliver(1, most=2)


async def over(site: DeskSite) -> None:
    """Alert 1 has come to everybody."""
    await going_out(site)
    await site.newsdesk.deliver(1)
    await site.newsdesk.finish(1)


async def stopped(site: DeskSite) -> None:
    """Alert 1 was stopped before three of its five readers had it."""
    await going_out(site)
    desk = site.newsdesk
    await desk.alerts.turn(1, AlertState.STOPPED, of=(AlertState.RUNNING,), now=desk.now)
    await desk.ledger.release(1)
    await desk.alerts.keep_totals(1, await desk.ledger.totals(1))


async def paused(site: DeskSite) -> None:
    await going_out(site)
    of = (AlertState.RUNNING,)
    await site.newsdesk.alerts.turn(1, AlertState.PAUSED, of=of, now=site.newsdesk.now)


async def written(site: DeskSite) -> None:
    """Draft 1, by the owner, at revision 2, with markup in every field; five readers."""
    desk = site.newsdesk
    await desk.readers(5, "sports")
    owner = ADDRESSES[Role.OWNER]
    draft = await desk.drafts.begin(owner, event="e1", waits=False, now=desk.now)
    text = AlertText(
        (Span('<script>"&', "bold", 'https://news.example/?"><i>'),),
        "",
        (Button("<u>", url="https://news.example/<u>"),),
    )
    await desk.drafts.change(replace(draft, text=text), now=desk.now)


async def a_ready_draft(site: DeskSite) -> None:
    """Draft 1, by the newsroom's owner."""
    desk = site.newsdesk
    await desk.readers(5, "sports")
    draft = await desk.drafts.begin(EDITOR, event="e1", now=desk.now)
    text = AlertText((Span("<b>Breaking</b> & entering"),))
    await desk.drafts.change(replace(draft, state=DraftState.READY, text=text), now=desk.now)


async def asked_for(site: DeskSite, by: Address = EDITOR) -> None:
    """Draft 1 waits for a second person, as approval 1."""
    await a_ready_draft(site)
    draft = await site.newsdesk.drafts.get(1)
    assert draft is not None
    asker = Actor(address=by, name="Asker", place=Place.CHAT)
    await ask_for_approval(site.newsdesk.desk, draft, by=asker, now=site.newsdesk.now)


async def asked_by_a_writer(site: DeskSite) -> None:
    await asked_for(site, ADDRESSES[Role.WRITER])


def count(site: DeskSite, days_ago: int, figure: Figure, many: int, part: str = "") -> None:
    """What that day adds to a figure of the channel."""
    desk = site.newsdesk
    day = day_of(desk.now, desk.speech().zone) - timedelta(days=days_ago)
    desk.rollups.add(day, Series("telegram", "12", figure, part), many)


async def a_month_is_counted(site: DeskSite) -> None:
    """Readers who come and go, alerts and one delivery with its curve, searches without results, sources in trouble."""
    await over(site)
    desk = site.newsdesk
    for days_ago in range(40):
        count(site, days_ago, Figure.SUBSCRIBERS, 120 - days_ago if days_ago % 7 else -60)
        count(site, days_ago, Figure.REACHABLE, 100 - days_ago if days_ago % 7 else -70)
        for number, topic in enumerate(("sports", "politics", "a-topic-of-old")):
            count(site, days_ago, Figure.TOPIC, 40 - 10 * number, topic)
        count(site, days_ago, Figure.LANGUAGE, 90, "bn")
        count(site, days_ago, Figure.LANGUAGE, 10, "en")
        for number, figure in enumerate((Figure.NEW, Figure.RETURNED, Figure.LEFT, Figure.BLOCKED, Figure.SENT)):
            count(site, days_ago, figure, (days_ago * (number + 3)) % 17)
        count(site, days_ago, Figure.ALERTS, days_ago % 5, "ordinary")
        count(site, days_ago, Figure.ARTICLES, 12, "main")
    count(site, 2, Figure.FAILURES, 7, "main")
    for words in ("ডেঙ্গু হাসপাতালের ঠিকানা", "metro rail", "metro rail"):
        await desk.rollups.note(words, day_of(desk.now, desk.speech().zone))
    for seconds, reached in ((0, 0), (4, 2), (20, 4), (30, 5)):
        at = desk.now + timedelta(seconds=seconds)
        await desk.curves.keep(1, Point(at, reached, reached))
    await desk.articles.save_source_state(SourceState("main", failures=3, error="HTTP 503 Service Unavailable"))


async def an_article_waits(site: DeskSite) -> None:
    """Article 1 is in the outbox."""
    await site.newsdesk.articles.put(a_draft(1, topics=("sports",)), now=site.newsdesk.now, announce=True)


@dataclass(frozen=True)
class Example:
    """`route`: as in the table of routes; `path`: as a browser asks; `prepare`: what must be there before.

    `status`: of who may do it; a POST's page after its redirect.
    """

    method: str
    route: str
    right: Right | None
    path: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    prepare: Callable[[DeskSite], Awaitable[None]] = nothing

    @property
    def asked(self) -> str:
        return self.path or self.route


DRAFT = r"/desk/drafts/{id:\d{1,18}}"
FORM = {"revision": "2", "do": "save", "text": '*<b>"&* <script>alert(1)</script>', "class": "ordinary", "when": "now"}
APPROVAL = r"/desk/approvals/{id:\d{1,18}}"
ARTICLE = r"/desk/articles/{id:\d{1,18}}"
ALERT = r"/desk/alerts/{id:\d{1,18}}"

EXAMPLES = (
    Example("GET", "/desk", None),
    Example("GET", "/desk/alerts", Right.WATCH, prepare=going_out),
    Example("GET", ALERT, Right.WATCH, path="/desk/alerts/1", prepare=going_out),
    Example("GET", f"{ALERT}/live", Right.WATCH, path="/desk/alerts/1/live", prepare=over),
    Example("POST", f"{ALERT}/pause", Right.BROADCAST, path="/desk/alerts/1/pause", prepare=going_out),
    Example("POST", f"{ALERT}/resume", Right.BROADCAST, path="/desk/alerts/1/resume", prepare=paused),
    Example("POST", f"{ALERT}/stop", Right.BROADCAST, path="/desk/alerts/1/stop", prepare=going_out),
    Example("POST", f"{ALERT}/retry", Right.BROADCAST, path="/desk/alerts/1/retry", prepare=stopped),
    Example("GET", "/desk/drafts", Right.DRAFT, prepare=written),
    Example("POST", "/desk/drafts", Right.DRAFT),
    Example("GET", DRAFT, Right.DRAFT, path="/desk/drafts/1", prepare=written),
    Example("POST", DRAFT, Right.DRAFT, path="/desk/drafts/1", prepare=written, form=FORM),
    Example("POST", f"{DRAFT}/preview", Right.DRAFT, path="/desk/drafts/1/preview", prepare=written, form=FORM),
    Example("POST", f"{DRAFT}/drop", Right.DRAFT, path="/desk/drafts/1/drop", prepare=written),
    Example("GET", f"{DRAFT}/article", Right.DRAFT, path="/desk/drafts/1/article?q=%3Cb%3E", prepare=written),
    Example(
        "POST", f"{DRAFT}/article", Right.DRAFT, path="/desk/drafts/1/article", prepare=written, form={"article": "0"}
    ),
    Example("GET", "/desk/picture", Right.WATCH, path="/desk/picture?of=1", status=404),
    Example("GET", f"{DRAFT}/send", Right.BROADCAST, path="/desk/drafts/1/send", prepare=written),
    Example(
        "POST", f"{DRAFT}/send", Right.BROADCAST, path="/desk/drafts/1/send", prepare=written, form={"revision": "2"}
    ),
    Example("POST", f"{DRAFT}/drill", Right.DRAFT, path="/desk/drafts/1/drill", prepare=written),
    Example("POST", f"{DRAFT}/call-off", Right.BROADCAST, path="/desk/drafts/1/call-off", prepare=written),
    Example("GET", f"{ALERT}/versions", Right.WATCH, path="/desk/alerts/1/versions", prepare=going_out),
    Example("POST", f"{ALERT}/correct", Right.CORRECT, path="/desk/alerts/1/correct", prepare=going_out),
    Example("GET", f"{ALERT}/recall", Right.CORRECT, path="/desk/alerts/1/recall", prepare=going_out),
    Example("POST", f"{ALERT}/recall", Right.CORRECT, path="/desk/alerts/1/recall", prepare=going_out),
    Example("GET", "/desk/approvals", Right.DRAFT, prepare=asked_for),
    Example("GET", APPROVAL, Right.DRAFT, path="/desk/approvals/1", prepare=asked_for),
    Example("POST", f"{APPROVAL}/approve", Right.APPROVE, path="/desk/approvals/1/approve", prepare=asked_for),
    Example("POST", f"{APPROVAL}/refuse", Right.DRAFT, path="/desk/approvals/1/refuse", prepare=asked_by_a_writer),
    Example("GET", "/desk/people", Right.ROLES),
    Example("POST", "/desk/people/give", Right.ROLES, form={"person": "77", "role": "viewer"}),
    Example("POST", "/desk/people/take", Right.ROLES, form={"person": "telegram:9300"}),
    Example("POST", "/desk/people/invite", Right.ROLES, form={"role": "writer"}),
    Example(
        "POST",
        r"/desk/people/invitations/{id:\d{1,18}}/withdraw",
        Right.ROLES,
        path="/desk/people/invitations/1/withdraw",
    ),
    Example("GET", "/desk/audit", Right.AUDIT, prepare=going_out),
    Example("GET", "/desk/audit.csv", Right.AUDIT, prepare=going_out),
    Example("GET", "/desk/articles", Right.WATCH, prepare=an_article_waits),
    Example("GET", ARTICLE, Right.WATCH, path="/desk/articles/1", prepare=an_article_waits),
    Example("POST", f"{ARTICLE}/change", Right.ARTICLES, path="/desk/articles/1/change", prepare=an_article_waits),
    Example("POST", f"{ARTICLE}/hold", Right.ARTICLES, path="/desk/articles/1/hold", prepare=an_article_waits),
    Example("POST", f"{ARTICLE}/release", Right.ARTICLES, path="/desk/articles/1/release", prepare=an_article_waits),
    Example("POST", f"{ARTICLE}/alert", Right.BROADCAST, path="/desk/articles/1/alert", prepare=an_article_waits),
    Example("POST", f"{ARTICLE}/broadcast", Right.DRAFT, path="/desk/articles/1/broadcast", prepare=an_article_waits),
    Example("GET", "/desk/figures", Right.FIGURES, prepare=over),
    Example("GET", r"/desk/figures/{table:[a-z]{1,20}}.csv", Right.FIGURES, path="/desk/figures/readers.csv"),
    Example("POST", "/desk/leave", None),
    Example("POST", "/desk/leave-everywhere", None),
    Example("POST", "/desk/language", None, form={"language": "bn", "back": "/desk"}),
)
