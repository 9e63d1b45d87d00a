"""Writing, sending, correcting and recalling on the web desk, over HTTP and without JavaScript."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsbot.channels.pictures import PictureFile
from newsbot.desk.audit import Act
from newsbot.desk.dashboard.visit import Dashboard
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.roles import Role
from newsbot.desk.sessions import new_secret
from newsbot.domain.alert import AlertClass, AlertKind, AlertText, Audience
from newsbot.domain.message import Button, Span
from newsbot.errors import InvalidMessage
from tests.builders import a_draft
from tests.desk_pages import over, written
from tests.desk_site import ADDRESSES, Browser, DeskSite, Page, desk_site
from tests.newsdesk import TERMINAL

__all__ = ["Dashboard", "desk_site"]

TEXT = "*সেতু* খুলে দেওয়া হলো: [পড়ুন](https://news.example/1)"


async def begun(browser: Browser) -> str:
    """The path of a new draft."""
    page = await browser.post("/desk/drafts")
    found = re.search(r'action="(/desk/drafts/\d+)" enctype', page.text)
    assert found, page.text
    return found[1]


async def saved(browser: Browser, path: str, text: str = TEXT, **fields: Any) -> Page:
    page = await browser.get(path)
    form = {"revision": page.field("revision"), "text": text, "do": "save", "when": "now", "class": "ordinary"}
    return await browser.post(path, **(form | fields))


async def draft(site: DeskSite, number: int = 1) -> Draft:
    found = await site.newsdesk.drafts.get(number)
    assert found is not None
    return found


async def alerts(site: DeskSite) -> int:
    return len(await site.newsdesk.alerts.recent(limit=100))


async def test_the_list_names_who_wrote_also_when_they_have_no_role_any_more(desk_site: DeskSite) -> None:
    writer = ADDRESSES[Role.WRITER]
    browser = await desk_site.sign_in(Role.WRITER)
    await saved(browser, await begun(browser), "খবর")
    await desk_site.staff.take(writer, by=TERMINAL, now=desk_site.newsdesk.now)
    page = await (await desk_site.sign_in(Role.EDITOR)).get("/desk/drafts")
    assert "খবর is being written Rahima" in page.words
    assert str(writer) not in page.words


async def test_the_list_clips_what_is_long(desk_site: DeskSite) -> None:
    editor = await desk_site.sign_in(Role.EDITOR)
    await saved(editor, await begun(editor), "খবর " * 100)
    words = (await editor.get("/desk/drafts")).words
    assert 10 < words.count("খবর") < 30


# --- writing ---------------------------------------------------------------------------------------------------------


async def test_a_draft_is_written_kept_and_shown_as_telegram_shows_it(desk_site: DeskSite) -> None:
    await desk_site.newsdesk.readers(5, "sports")
    writer = await desk_site.sign_in(Role.WRITER)
    path = await begun(writer)
    page = await saved(writer, path, topic="sports", silent="yes", label="সরাসরি", url="https://news.example/live")
    assert page.status == 200
    assert "Saved. " in page.words
    kept = await draft(desk_site)
    assert kept.text == AlertText(
        (Span("সেতু", "bold"), Span(" খুলে দেওয়া হলো: "), Span("পড়ুন", url="https://news.example/1")),
        "",
        (Button("সরাসরি", url="https://news.example/live"),),
    )
    assert (kept.audience, kept.silent, kept.cls) == (Audience(("sports",)), True, AlertClass.TOPIC)
    assert "This goes to 5 readers. who follow" in page.words
    assert "<b>সেতু</b> খুলে দেওয়া হলো: <a href=" in page.text
    assert "of 4,096 characters" in page.words
    assert "সরাসরি ↗" in page.words
    assert "Go on to sending…" not in page.words  # a writer sends nothing
    assert [entry.act for entry in await desk_site.newsdesk.audit.of("draft:1")] == [Act.DRAFT_SAVED]


async def test_a_draft_is_begun_once_by_one_form(desk_site: DeskSite) -> None:
    writer, once = await desk_site.sign_in(Role.WRITER), new_secret()
    for _ in range(3):
        await writer.post("/desk/drafts", once=once)
    assert await desk_site.newsdesk.drafts.get(2) is None


async def test_a_draft_of_the_desk_does_not_wait_for_what_is_said_in_chat(desk_site: DeskSite) -> None:
    await begun(await desk_site.sign_in(Role.EDITOR))
    editor = ADDRESSES[Role.EDITOR]
    assert await desk_site.newsdesk.drafts.waiting(editor, since=desk_site.newsdesk.now - timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  … "}, "There is not a word in it."),
        ({"picture": "javascript:alert(1)"}, "This is no web address."),
        ({"label": "সরাসরি", "url": "file:///etc"}, "A button needs the address of a page"),
        ({"label": "", "url": "https://news.example"}, "A button needs a label"),
        ({"when": "then", "at": "কাল"}, "This is no time."),
        ({"when": "then", "at": "2001-01-01T10:00"}, "This time is over: choose one that is still to come."),
        ({"when": "then", "at": "2999-01-01T10:00"}, "This is too far ahead"),
    ],
)
async def test_a_mistake_is_told_and_what_was_typed_stays(
    desk_site: DeskSite, fields: dict[str, str], said: str
) -> None:
    await desk_site.newsdesk.readers(2)
    writer = await desk_site.sign_in(Role.WRITER)
    path = await begun(writer)
    page = await saved(writer, path, **fields)
    assert page.status == 422
    assert said in page.words
    if "text" not in fields:
        assert "*সেতু* খুলে দেওয়া হলো" in page.text
    assert (await draft(desk_site)).revision == 1


async def test_of_two_who_save_at_once_the_later_sees_both_and_nothing_is_lost(desk_site: DeskSite) -> None:
    await written(desk_site)
    owner, editor = await desk_site.sign_in(Role.OWNER), await desk_site.sign_in(Role.EDITOR)
    await saved(owner, "/desk/drafts/1", "প্রথম জনের লেখা")
    page = await editor.post("/desk/drafts/1", revision="2", text="দ্বিতীয় জনের লেখা", do="save", when="now")
    assert page.status == 409
    assert "Rahima has changed this draft meanwhile" in page.words
    assert "প্রথম জনের লেখা" in page.text
    assert "দ্বিতীয় জনের লেখা" in page.text
    kept = await draft(desk_site)
    assert kept.text is not None
    assert kept.text.plain == "প্রথম জনের লেখা"
    page = await editor.post("/desk/drafts/1", revision=page.field("revision"), text="দুজনের লেখা", do="save", when="now")
    assert page.status == 200
    kept = await draft(desk_site)
    assert kept.text is not None
    assert kept.text.plain == "দুজনের লেখা"


async def test_the_preview_shows_what_is_typed_and_keeps_nothing(desk_site: DeskSite) -> None:
    await written(desk_site)
    writer = await desk_site.sign_in(Role.WRITER)
    page = await writer.post("/desk/drafts/1/preview", text="_নতুন_ <b>লেখা</b>", topic="politics", when="now")
    assert page.status == 200
    assert "<i>নতুন</i> &lt;b&gt;লেখা&lt;/b&gt;" in page.text
    assert "Nobody would get this." in page.text
    assert (await draft(desk_site)).revision == 2


async def test_markup_in_every_field_is_text(desk_site: DeskSite) -> None:
    await written(desk_site)
    owner = await desk_site.sign_in()
    for path in ("/desk/drafts", "/desk/drafts/1", "/desk/drafts/1/send", "/desk/drafts/1/article?q=<script>x"):
        page = await owner.get(path)
        assert page.status == 200
        assert "<script>" not in page.text
        assert "<u>" not in page.text
        assert "<i>" not in page.text


async def test_one_of_our_articles_is_found_and_taken(desk_site: DeskSite) -> None:
    desk = desk_site.newsdesk
    await desk.readers(2)
    stored = await desk.articles.put(a_draft(headline="পদ্মা সেতু <b>খুলল"), now=desk.now, announce=True)
    editor = await desk_site.sign_in(Role.EDITOR)
    path = await begun(editor)
    page = await editor.get(f"{path}/article?q=পদ্মা")
    assert "পদ্মা সেতু <b>খুলল" in page.words
    page = await editor.post(f"{path}/article", article=str(stored.article.id))
    assert "One of our articles পদ্মা সেতু <b>খুলল" in page.words
    assert (await draft(desk_site)).article_id == stored.article.id
    page = await editor.post(f"{path}/article", article="999")
    assert "This article can't be sent." in page.words


class Shelf:
    """Implements `PictureShelf`."""

    kept: tuple[str, PictureFile] | None = None

    def may_keep(self, channel: str) -> bool:
        return channel == "telegram"

    async def keep(self, user_id: str, picture: PictureFile) -> str:
        if not picture.content.startswith(b"\xff\xd8\xff"):
            raise InvalidMessage
        self.kept = user_id, picture
        return "file-7"

    async def fetch(self, reference: str) -> PictureFile:
        assert self.kept is not None
        return self.kept[1]


async def test_a_picture_is_uploaded_kept_and_shown(desk_site: DeskSite) -> None:
    shelf = Shelf()
    object.__setattr__(desk_site.newsdesk.desk, "pictures", shelf)
    await desk_site.newsdesk.readers(2)
    editor = await desk_site.sign_in(Role.EDITOR)
    path = await begun(editor)
    page = await upload(editor, path, b"no picture")
    assert (page.status, "This is no picture that can be sent." in page.words) == (422, True)
    page = await upload(editor, path, b"\xff\xd8\xff and so on")
    assert page.status == 200
    assert 'src="/desk/picture?of=file-7"' in page.text
    assert "With the picture that was uploaded" in page.words
    kept = await draft(desk_site)
    assert kept.text is not None
    assert kept.text.picture == "file-7"
    page = await saved(editor, path, picture="file-7")  # the box beside it stays ticked
    kept = await draft(desk_site)
    assert kept.text is not None
    assert kept.text.picture == "file-7"
    async with editor.http.get(f"{editor.base}/desk/picture?of=file-7") as answer:
        assert (answer.content_type, await answer.read()) == ("image/jpeg", b"\xff\xd8\xff and so on")
        assert answer.headers["Cache-Control"] == "private, max-age=3600"  # not asked of Telegram at every key


async def test_a_picture_is_uploaded_when_nothing_else_is_wrong(desk_site: DeskSite) -> None:
    shelf = Shelf()
    object.__setattr__(desk_site.newsdesk.desk, "pictures", shelf)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await upload(editor, await begun(editor), b"\xff\xd8\xff and so on", text="")
    assert (page.status, "There is not a word in it." in page.words) == (422, True)
    assert shelf.kept is None


async def upload(browser: Browser, path: str, content: bytes, *, text: str = TEXT) -> Page:
    from aiohttp import FormData

    page = await browser.get(path)
    form = FormData()
    for name, value in {"csrf": browser.token, "revision": page.field("revision"), "text": text, "do": "save"}.items():
        form.add_field(name, value)
    form.add_field("upload", content, filename="bridge.jpg", content_type="image/jpeg")
    return await browser._ask("POST", path, data=form)


# --- sending ---------------------------------------------------------------------------------------------------------


async def test_it_goes_to_ones_own_phone_first(desk_site: DeskSite) -> None:
    await written(desk_site)
    writer = await desk_site.sign_in(Role.WRITER)
    page = await saved(writer, "/desk/drafts/1", do="phone")
    assert "It went to you, the way it goes to readers." in page.words
    ((_, _reply, to),) = desk_site.newsdesk.pusher.pushed
    assert to.user_id == ADDRESSES[Role.WRITER].user_id
    assert await alerts(desk_site) == 0


async def test_it_is_sent_once_however_often_the_button_is_pressed(desk_site: DeskSite) -> None:
    await written(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await saved(editor, "/desk/drafts/1", do="send")
    assert page.title == "Send it?"
    assert "Yes, send to 5 readers" in page.words
    revision = page.field("revision")
    page = await editor.post("/desk/drafts/1/send", revision=revision)
    assert page.title == "Broadcast 1"
    assert "It goes out." in page.words
    for _ in range(2):
        page = await editor.post("/desk/drafts/1/send", revision=revision)
        assert "it is sent once" in page.words
    assert await alerts(desk_site) == 1
    page = await editor.get("/desk/drafts/1")
    assert "sent" in page.words
    assert "Telegram" in page.words
    assert "The same words were sent" not in page.words  # it is they
    assert "Nobody would get this" not in page.words


async def test_nothing_is_doubted_of_what_is_not_written_yet(desk_site: DeskSite) -> None:
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/drafts")
    assert page.title == "Draft 1"
    assert "Worth a thought" not in page.words
    page = await saved(editor, "/desk/drafts/1", "ঠিকানা ছাড়া", do="save")
    assert "Worth a thought" in page.words


async def test_what_was_changed_meanwhile_is_not_sent(desk_site: DeskSite) -> None:
    await written(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/drafts/1/send", revision="1")
    assert "Somebody else has changed it" in page.words
    assert await alerts(desk_site) == 0


async def test_it_goes_out_at_its_time_and_is_called_off_before(desk_site: DeskSite) -> None:
    await written(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    at = (desk_site.newsdesk.now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")  # Dhaka is six hours ahead
    await saved(editor, "/desk/drafts/1", when="then", at=at)
    page = await editor.get("/desk/drafts/1/send")
    page = await editor.post("/desk/drafts/1/send", revision=page.field("revision"))
    assert "It goes out on" in page.words
    assert (await draft(desk_site)).state is DraftState.SCHEDULED
    page = await editor.post("/desk/drafts/1/call-off")
    assert "It was called off" in page.words
    assert (await draft(desk_site)).state is DraftState.READY


async def test_a_drill_says_what_would_happen_and_nothing_does(desk_site: DeskSite) -> None:
    await written(desk_site)
    writer = await desk_site.sign_in(Role.WRITER)
    page = await writer.post("/desk/drafts/1/drill")
    assert "This was a drill" in page.words
    assert "Telegram readers now 5 messages made ready 2" in page.words
    assert await alerts(desk_site) == 0
    assert desk_site.newsdesk.pusher.pushed == []
    assert (await draft(desk_site)).state is DraftState.READY


# --- correcting ------------------------------------------------------------------------------------------------------


async def test_what_was_sent_is_corrected_and_what_it_said_before_is_kept(desk_site: DeskSite) -> None:
    await over(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/alerts/1/correct")
    assert page.title == "Correction of 1"
    assert "&lt;b&gt;Breaking&lt;/b&gt; &amp; entering</textarea>" in page.text
    number = int(page.field("revision")) and max((await desk_site.newsdesk.drafts.listed(limit=1))[0].id, 1)
    page = await saved(editor, f"/desk/drafts/{number}", "ঠিক লেখা", do="send")
    assert page.title == "Change what readers have in their chats?"
    assert "Yes, change it for 5 readers" in page.words
    page = await editor.post(f"/desk/drafts/{number}/send", revision=page.field("revision"))
    assert page.title == "Correction of 1"
    correction = await desk_site.newsdesk.alert(2)
    assert (correction.kind, correction.of) == (AlertKind.CORRECTION, 1)
    page = await editor.get("/desk/alerts/1/versions")
    assert page.words.index("ঠিক লেখা") < page.words.index("As it was sent")
    assert "Rahima" in page.words
    assert "Correction of 1 – is being prepared." in (await editor.get("/desk/alerts/1")).words
    page = await editor.get("/desk/alerts/1/recall")
    assert "Take it back? ঠিক লেখা" in page.words  # what readers have by now


async def test_what_was_sent_is_taken_back_once(desk_site: DeskSite) -> None:
    await over(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get("/desk/alerts/1/recall")
    assert "Delete 5 copies from readers' chats?" in page.words
    page = await editor.post("/desk/alerts/1/recall")
    assert "The copies are being deleted." in page.words
    page = await editor.post("/desk/alerts/1/recall")
    assert "It was recalled already." in page.words
    assert [one.kind for one in await desk_site.newsdesk.alerts.copies_touched(1)] == [AlertKind.RECALL]


async def test_what_is_older_than_two_days_stays_as_it_is(desk_site: DeskSite) -> None:
    await over(desk_site)
    desk_site.newsdesk.later(hours=49)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/alerts/1/correct")
    assert "older than 48 hours" in page.words
    assert "Delete" not in (await editor.get("/desk/alerts/1/recall")).words


async def test_readers_where_nothing_can_be_changed_are_written_to_only_if_that_is_chosen(desk_site: DeskSite) -> None:
    outlet = replace(desk_site.newsdesk.desk.outlets["telegram"], edits=False)
    object.__setattr__(desk_site.newsdesk.desk, "outlets", {"telegram": outlet})
    await over(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/alerts/1/correct")
    assert "On Telegram nothing can be changed. Write to its 5 readers: a new message." in page.words
    (kept,) = await desk_site.newsdesk.drafts.listed(limit=5)
    page = await saved(editor, f"/desk/drafts/{kept.id}", "ঠিক লেখা", do="send")
    assert "Yes, change it" not in page.words
    page = await saved(editor, f"/desk/drafts/{kept.id}", "ঠিক লেখা", do="send", channel="telegram")
    assert "Yes, change it for 5 readers" in page.words
