"""The desk's drafts: everybody's in a list, one of them to write, look at and send to oneself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from newsbot.articles.query_parser import parse_query
from newsbot.channels.pictures import PictureFile
from newsbot.desk.dashboard.approval_pages import hand_in
from newsbot.desk.dashboard.draft_view import choices, fields_in, look_values
from newsbot.desk.dashboard.paths import DRAFT, draft_of, draft_path
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Route, Visit, whole_number
from newsbot.desk.draft_form import Fields, fields_of, filled_in
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.preview import audience_in_words, manner_in_words
from newsbot.desk.refusals import parent_of
from newsbot.desk.roles import Right
from newsbot.desk.to_my_phone import send_to_phone_in_words
from newsbot.desk.turn import own_subjects
from newsbot.domain.alert import AlertClass, AlertText
from newsbot.errors import ChannelUnavailable, InvalidMessage

__all__ = ["ROUTES"]

LISTED: Final = 50
FOUND: Final = 20  #: articles of a search
LARGEST_PICTURE: Final = 3 * 1024 * 1024  #: bytes


async def _list(visit: Visit) -> web.Response:
    drafts = await visit.desk.drafts.listed(limit=LISTED)
    subjects = await own_subjects(visit.desk.house.articles, drafts)
    who = [await visit.name_of(draft.changed_by or draft.editor) for draft in drafts]
    return await visit.page("drafts.html", drafts=list(zip(drafts, subjects, who, strict=True)))


async def _begin(visit: Visit) -> web.Response:
    """The same form begins one draft, however often it is sent."""
    draft = await visit.desk.drafts.begin(visit.address, event=visit.event, waits=False, now=visit.now)
    return await visit.back(draft_path(draft.id))


async def _show(visit: Visit) -> web.Response:
    return await _page(visit, await draft_of(visit))


async def _page(
    visit: Visit,
    draft: Draft,
    fields: Fields | None = None,
    *,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    theirs: Fields | None = None,
) -> web.Response:
    """`fields`: as they were typed, where they are not what is kept. `theirs`: what another has kept meanwhile."""
    values: dict[str, Any] = await look_values(visit, draft)
    article = await visit.desk.house.articles.get(draft.article_id) if draft.article_id else None
    shown = fields or fields_of(draft, visit)
    alert = await visit.desk.alerts.by_origin(draft.origin) if draft.state.final else None
    return await visit.page(
        "draft.html",
        status=status,
        **values,
        **choices(visit, shown),
        wrong=wrong or {},
        theirs=theirs,
        their_audience=audience_in_words(visit.desk, visit, draft.audience),
        their_manner=manner_in_words(visit.desk, draft, visit),
        their_name=await visit.name_of(draft.changed_by or draft.editor),
        article=article,
        alert=alert,
    )


async def _save(visit: Visit) -> web.Response:
    """What two people save at once is never lost: the later one sees both, and decides."""
    draft, fields = await draft_of(visit), fields_in(visit)
    if not draft.state.open:
        return await visit.back(draft_path(draft.id), visit.translate("This draft can't be changed any more."))
    if visit.text("do") == "article" and not fields.text.strip():  # instead of a text, there is nothing to keep
        return await visit.back(f"{draft_path(draft.id)}/article")
    wanted, wrong = _wanted(visit, draft, fields)
    if visit.text("revision") != str(draft.revision):
        theirs = fields_of(draft, visit)
        if theirs == fields:
            return await visit.back(draft_path(draft.id))
        return await _page(visit, draft, fields, status=409, wrong=wrong, theirs=theirs)
    uploaded = "" if wrong else await _uploaded(visit, wrong)  # it would stand in their chat for nothing
    if uploaded and wanted.text is not None and not wanted.corrects:
        wanted = replace(wanted, text=replace(wanted.text, picture=uploaded))
    if wrong:
        return await _page(visit, draft, fields, status=422, wrong=wrong)
    kept = await keep_draft(visit.desk, draft, wanted, by=visit.actor, now=visit.now)
    if kept is None:
        now = await draft_of(visit)
        return await _page(visit, now, fields, status=409, theirs=fields_of(now, visit))
    if visit.text("do") == "send":
        return await visit.back(f"{draft_path(draft.id)}/send")
    if visit.text("do") == "submit":
        return await hand_in(visit, kept)
    if visit.text("do") == "article":
        return await visit.back(f"{draft_path(draft.id)}/article")
    if visit.text("do") == "phone":
        parent, window = await parent_of(visit.desk, kept), await visit.desk.house.subscribers.window(visit.address)
        said = await send_to_phone_in_words(visit.desk, visit, kept, parent, visit.address, window)
        return await visit.back(draft_path(draft.id), said)
    return await visit.back(draft_path(draft.id), visit.translate("Saved."))


def _wanted(visit: Visit, draft: Draft, fields: Fields) -> tuple[Draft, dict[str, str]]:
    house = visit.desk.house
    return filled_in(
        draft,
        fields,
        visit,
        topics=[topic.id for topic in house.topics],
        languages=house.catalog.languages,
        channels=list(visit.desk.outlets),
    )


async def _uploaded(visit: Visit, wrong: dict[str, str]) -> str:
    """The reference of the picture that came with the form, '' without one."""
    _ = visit.translate
    file, shelf = visit.form.get("upload"), visit.desk.pictures
    if not isinstance(file, web.FileField):
        return ""
    content = file.file.read(LARGEST_PICTURE + 1)
    if not content:
        return ""
    if shelf is None or not shelf.may_keep(visit.address.channel):
        wrong["picture"] = _("Who isn't on Telegram can't upload a picture. Give its web address.")
        return ""
    if len(content) > LARGEST_PICTURE:
        wrong["picture"] = _("The picture is too large: at most {n} MB.", n=LARGEST_PICTURE // 1024**2)
        return ""
    try:
        return await shelf.keep(visit.address.user_id, PictureFile(content, file.content_type, "picture"))
    except InvalidMessage:
        wrong["picture"] = _("This is no picture that can be sent. JPEG, PNG, GIF and WebP can.")
    except ChannelUnavailable:
        wrong["picture"] = _("The picture can't be uploaded just now. Please try again soon.")
    return ""


async def _preview(visit: Visit) -> web.Response:
    """Of what stands in the form now, unsaved: the part of the page that lives."""
    draft = await draft_of(visit)
    wanted, wrong = _wanted(visit, draft, fields_in(visit))
    if "text" in wrong and not draft.article_id:
        wanted = replace(wanted, text=AlertText())
    values = await look_values(visit, wanted)
    return web.Response(text=visit.fragment("preview.html", **values), content_type="text/html")


async def _drop(visit: Visit) -> web.Response:
    draft = await draft_of(visit)
    if draft.state.open:
        dropped = replace(draft, state=DraftState.DROPPED)
        await keep_draft(visit.desk, draft, dropped, by=visit.actor, now=visit.now)
    return await visit.back("/desk/drafts", visit.translate("Cancelled. Nothing was sent."))


# --- one of our articles instead of a text ---------------------------------------------------------------------------


async def _articles(visit: Visit) -> web.Response:
    draft, words = await draft_of(visit), visit.request.query.get("q", "").strip()
    articles = visit.desk.house.articles
    if words:
        query = parse_query(words, now=visit.now, zone=visit.zone)
        found = (await articles.search(query, limit=FOUND, now=visit.now)).articles
    else:
        found = (await articles.latest(limit=FOUND, now=visit.now)).articles
    return await visit.page("draft_article.html", draft=draft, words=words, articles=found)


async def _take_article(visit: Visit) -> web.Response:
    """`article`: its number; 0: a text again."""
    _ = visit.translate
    draft, number = await draft_of(visit), whole_number(visit.text("article"))
    if not draft.state.open or draft.corrects or number is None:
        raise Refusal.missing()
    wanted = replace(draft, article_id=0)
    if number:
        article = await visit.desk.house.articles.get(number)
        if article is None or article.withdrawn_at is not None or article.published_at > visit.now:
            return await visit.back(draft_path(draft.id), _("This article can't be sent."))
        cls = AlertClass.BREAKING if article.breaking else draft.cls
        wanted = replace(wanted, article_id=article.id, text=None, cls=cls, state=DraftState.READY)
    kept = await keep_draft(visit.desk, draft, wanted, by=visit.actor, now=visit.now)
    return await visit.back(
        draft_path(draft.id), "" if kept else _("Somebody else has changed it: this is how it is now.")
    )


async def _picture(visit: Visit) -> web.Response:
    """A picture that lies with Telegram, for the preview."""
    reference, shelf = visit.request.query.get("of", ""), visit.desk.pictures
    if shelf is None or not reference or len(reference) > 300:
        raise Refusal.missing()
    try:
        file = await shelf.fetch(reference)
    except (InvalidMessage, ChannelUnavailable):
        raise Refusal.missing() from None
    # The preview that follows what is typed shows it again and again; a reference stands for the same picture always.
    kept = {"Cache-Control": "private, max-age=3600"}
    return web.Response(body=file.content, content_type=file.media_type, headers=kept)


ROUTES: Final = (
    Route("GET", "/desk/drafts", Right.DRAFT, _list),
    Route("POST", "/desk/drafts", Right.DRAFT, _begin),
    Route("GET", DRAFT, Right.DRAFT, _show),
    Route("POST", DRAFT, Right.DRAFT, _save),
    Route("POST", f"{DRAFT}/preview", Right.DRAFT, _preview),
    Route("POST", f"{DRAFT}/drop", Right.DRAFT, _drop),
    Route("GET", f"{DRAFT}/article", Right.DRAFT, _articles),
    Route("POST", f"{DRAFT}/article", Right.DRAFT, _take_article),
    Route("GET", "/desk/picture", Right.WATCH, _picture),
)
