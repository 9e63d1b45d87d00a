"""Roles and the audit log on the web desk."""

from __future__ import annotations

import csv
import io
import re

import pytest

from newsbot.desk.audit import Act, Actor, Entry, Filter, Place
from newsbot.desk.audit_words import ACTS, KINDS
from newsbot.desk.invitations import LIFE
from newsbot.desk.roles import Role
from newsbot.domain.subscriber import Address
from tests.builders import NOW
from tests.desk_pages import going_out
from tests.desk_site import ADDRESSES, DeskSite, desk_site
from tests.newsdesk import EDITOR, TERMINAL

__all__ = ["desk_site"]

SALMA = Address("telegram", "9400")
MARKUP = "<script>alert(1)</script>\"'&"


async def role_of(site: DeskSite, address: Address = SALMA) -> Role | None:
    person = await site.staff.person(address)
    return person.role if person is not None else None


async def test_a_role_is_given_changed_and_taken_and_each_is_written_down(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/give", person="৯৪০০", role="writer", name="Salma")
    assert "Salma is writer now. They were told in their chat." in page.words
    assert "Salma writer" in page.words
    page = await owner.post("/desk/people/give", person="telegram:9400", role="editor")
    assert "Salma is editor now." in page.words
    page = await owner.post("/desk/people/take", person="telegram:9400")
    assert "Salma has no role any more. They were told in their chat." in page.words
    assert len(desk_site.newsdesk.channel.chat(SALMA)) == 3
    assert await role_of(desk_site) is None
    entries = await desk_site.newsdesk.audit.of(f"person:{SALMA}")
    assert [str(entry.act) for entry in entries] == ["role.given", "role.given", "role.taken"]
    assert {(entry.actor.address, entry.actor.place) for entry in entries} == {(ADDRESSES[Role.OWNER], Place.DESK)}


@pytest.mark.parametrize(
    ("person", "role", "told"),
    [
        ("salma", "writer", "Whom do you mean?"),
        ("", "writer", "Whom do you mean?"),
        ("telegram:", "writer", "Whom do you mean?"),
        ("nowhere:9400", "writer", "Whom do you mean?"),
        (MARKUP, "writer", "Whom do you mean?"),
        ("9400", "king", "Choose a role."),
        ("9400", MARKUP, "Choose a role."),
        (str(EDITOR), "viewer", "NEWSBOT_ADMINS"),
    ],
)
async def test_what_can_not_be_given_is_told_and_changes_nothing(
    desk_site: DeskSite, person: str, role: str, told: str
) -> None:
    before = await desk_site.staff.everybody()
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/give", person=person, role=role)
    assert page.status == 422
    assert told in page.words
    assert "<script>alert" not in page.text
    assert await desk_site.staff.everybody() == before


async def test_a_name_is_words_and_no_markup(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/give", person="9400", role="writer", name=MARKUP)
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in page.words
    page = await owner.get("/desk/audit")
    assert "<script>alert" not in page.text


async def test_who_takes_their_own_role_is_out(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/take", person=str(ADDRESSES[Role.OWNER]))
    assert page.status == 401


async def test_an_invitation_is_made_once_shown_once_and_can_be_withdrawn(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/invite", role="writer", once="the-same-form-sent-twice")
    [link] = re.findall(r"https://t\.me/demo_bot\?start=role_[a-z0-9]+", page.words)
    assert f'<a href="{link}"' in page.text
    assert link not in repr(desk_site.newsdesk.sessions)
    await owner.post("/desk/people/invite", role="writer", once="the-same-form-sent-twice")
    assert len(await desk_site.newsdesk.invitations.open(now=NOW)) == 1
    page = await owner.get("/desk/people")
    assert link not in page.words
    assert "Links that nobody has used yet" in page.words
    page = await owner.post("/desk/people/invitations/1/withdraw")
    assert "The invitation is withdrawn." in page.words
    assert await desk_site.newsdesk.invitations.open(now=NOW) == ()
    acts = [str(one.act) for one in await desk_site.newsdesk.audit.entries(Filter(act="role"), limit=2)]
    assert acts == ["role.offer_withdrawn", "role.offered"]


async def test_an_invitation_that_could_not_be_made_is_made_when_its_form_is_sent_again(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    desk_site.newsdesk.audit.away = True
    assert (await owner.post("/desk/people/invite", role="writer", once="the-same-form-sent-twice")).status == 503
    desk_site.newsdesk.audit.away = False
    page = await owner.post("/desk/people/invite", role="writer", once="the-same-form-sent-twice")
    assert "start=role_" in page.words


async def test_the_language_is_chosen_on_a_page_that_answers_a_form(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    page = await owner.post("/desk/people/give", person="nobody", role="writer")
    page = await owner.post("/desk/language", language="bn", back=page.field("back"))
    assert (page.status, '<html lang="bn">' in page.text) == (200, True)


async def test_an_invitation_that_is_over_is_not_shown(desk_site: DeskSite) -> None:
    owner = await desk_site.sign_in(Role.OWNER)
    await owner.post("/desk/people/invite", role="viewer")
    desk_site.newsdesk.later(seconds=LIFE.total_seconds() / 2)
    assert "Links that nobody has used yet" in (await owner.get("/desk/people")).words
    desk_site.newsdesk.later(seconds=LIFE.total_seconds() / 2 - 1)
    browser = await desk_site.sign_in(Role.OWNER)
    desk_site.newsdesk.later(seconds=1)
    assert "Links that nobody has used yet" not in (await browser.get("/desk/people")).words


# --- the log ---------------------------------------------------------------------------------------------------------


async def written(site: DeskSite, count: int = 1, *, name: str = "Karim", subject: str = "alert:1") -> None:
    karim = Actor(address=Address("telegram", "9500"), name=name, place=Place.CHAT)
    for number in range(count):
        entry = Entry(
            karim,
            Act.PAUSED,
            subject,
            before={"state": "running"},
            after={"state": "paused", "number": number},
            at=site.newsdesk.now,
        )
        await site.newsdesk.audit.write(entry)


async def test_the_log_says_who_did_what_when_from_where_before_and_after(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    await written(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get("/desk/audit?person=telegram:9500")
    assert "Karim · paused · Message 1" in page.words
    assert "in chat · telegram:9500" in page.words
    assert "before state running" in page.words
    assert "after state paused" in page.words
    assert 'href="/desk/alerts/1"' in page.text


async def test_the_log_says_in_bengali_what_it_was_done_to(desk_site: DeskSite) -> None:
    await written(desk_site, subject="draft:12")
    await written(desk_site, subject="person:telegram:9500")
    await written(desk_site, subject=f"person:{ADDRESSES[Role.WRITER]}")
    editor = await desk_site.sign_in(Role.EDITOR, "bn")
    words = (await editor.get("/desk/audit")).words
    assert "খসড়া ১২" in words
    assert "draft:12" not in words
    assert "· telegram:9500 " in words
    assert "Karim · সাময়িক বিরতি · Rahima " in words  # who has a name is called by it
    assert "person:" not in words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("?kind=alert", True),
        ("?kind=role", False),
        ("?person=telegram:9500", True),
        ("?person=telegram:1", False),
        ("?subject=alert:1", True),
        ("?subject=alert:2", False),
        ("?since=2025-11-01", True),
        ("?since=2035-11-01", False),
        ("?until=2025-11-01", False),
        ("?before=1", False),
        # what can't be understood asks for nothing
        ("?kind=nothing&person=x&since=yesterday&before=-1", True),
        ("?before=99999999999999999999", True),
    ],
)
async def test_the_log_is_asked_by_person_kind_subject_and_day(desk_site: DeskSite, query: str, shown: bool) -> None:
    await written(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get(f"/desk/audit{query}")
    assert page.status == 200
    assert ("Karim · paused" in page.words) is shown
    file = await editor.get(f"/desk/audit.csv{query}")
    assert ("alert.paused" in file.text) is shown


async def test_the_log_is_turned_over_page_by_page(desk_site: DeskSite) -> None:
    await written(desk_site, 60)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get("/desk/audit?kind=alert")
    assert page.text.count("<time") == 50
    [older] = re.findall(r'href="(/desk/audit\?[^"]*before=[^"]*)"', page.text)
    page = await editor.get(older.replace("&amp;", "&"))
    assert page.text.count("<time") == 10
    assert "Older ones" not in page.words


async def test_the_file_holds_the_whole_log_and_no_formula(desk_site: DeskSite) -> None:
    await written(desk_site, 1200)
    await written(desk_site, name="=cmd()", subject="@x")
    editor = await desk_site.sign_in(Role.EDITOR)
    file = await editor.get("/desk/audit.csv?person=telegram:9500")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert file.text.startswith("\ufeffid,time,address")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert len(rows) == 1201
    assert (rows[0]["name"], rows[0]["subject"]) == ("'=cmd()", "'@x")
    assert (rows[1]["after"], rows[1]["from"]) == ('{"state": "paused", "number": 1199}', "chat")


async def test_everybody_who_did_something_can_be_chosen(desk_site: DeskSite) -> None:
    await desk_site.staff.give(SALMA, Role.WRITER, name="Salma", by=TERMINAL, now=NOW)
    await desk_site.staff.take(SALMA, by=TERMINAL, now=NOW)
    editor = await desk_site.sign_in(Role.EDITOR)
    assert '<option value="telegram:9400">Salma</option>' in (await editor.get("/desk/audit")).text


def test_every_act_has_its_words_and_every_kind_its_name() -> None:
    assert ACTS.keys() == {str(act) for act in Act}
    assert KINDS.keys() == {act.partition(".")[0] for act in Act}
