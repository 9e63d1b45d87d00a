"""Approval in chat: what the second person is asked, what they press, and what both are told of it."""

from __future__ import annotations

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.approvals import Approval, ApprovalState
from newsbot.desk.approving import still_waits
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.deciding import Decided, Verdict, approve, is_same_person, refuse_or_take_back
from newsbot.desk.draft_alert import as_readers_see_it, reach_of, readers_of
from newsbot.desk.drafts import Draft
from newsbot.desk.preview import audience_in_words, manner_in_words
from newsbot.desk.refusals import parent_of
from newsbot.desk.roles import Right
from newsbot.desk.turn import Desk, Speaking, actor_of
from newsbot.domain.message import AnyReply, MessageRef, TextReply, Toast
from newsbot.text.dates import clock_time

__all__ = ["outcome_of", "press_approval", "request_of", "verdict_in_words", "waits_answer"]


async def request_of(
    desk: Desk, turn: Turn, approval: Approval, draft: Draft
) -> tuple[tuple[AnyReply, ...], TextReply]:
    """What a second person is shown: how readers would see it, and under it the question."""
    _ = turn.translate
    parent = await parent_of(desk, draft)
    seen = await as_readers_see_it(desk, draft, parent, first=turn.language)
    reach = readers_of(await reach_of(desk, draft, parent))
    if parent is not None:
        what = _.plural("It changes {n} copy.", "It changes {n} copies.", reach)
        manner = ""
    else:
        words = audience_in_words(desk, turn, draft.audience)
        what = _.plural(
            "This goes to {n} reader: {audience}.", "This goes to {n} readers: {audience}.", reach, audience=words
        )
        manner = manner_in_words(desk, draft, turn)
    until = clock_time(approval.expires_at, turn.language, turn.zone)
    buttons = rows(
        press_button(_("✅ Approve: it goes out"), Verb.APPROVE, approval.id),
        press_button(_("❌ Refuse"), Verb.REFUSE, approval.id),
        columns=1,
    )
    asked = _("{who} asks for your approval, until {when}.", who=_asker(approval, turn), when=until)
    return seen, text(asked, what, manner, buttons=buttons)


async def waits_answer(desk: Desk, turn: Turn, approval: Approval, *, replaces: MessageRef | None = None) -> TextReply:
    """What who asked is told meanwhile."""
    _ = turn.translate
    others = [
        person
        for person in await desk.staff.who_may(Right.APPROVE)
        if not await is_same_person(desk, person.address, approval.asked_by.address)
    ]
    if not others:
        said = _("Nobody else may approve it. An owner can give somebody the role: /roles")
        return text(_("It waits for a second person."), said, replaces=replaces)
    until = clock_time(approval.expires_at, turn.language, turn.zone)
    names = ", ".join(person.name or str(person.address) for person in others)
    back = press_button(_("Take it back"), Verb.REFUSE, approval.id)
    return text(
        _("It waits for a second person, until {when}. Nothing has gone out.", when=until),
        _("Asked: {names}", names=names),
        buttons=rows(back),
        replaces=replaces,
    )


async def press_approval(desk: Desk, turn: Turn, press: Press) -> Replies:
    actor = actor_of(turn)
    if press.verb is Verb.APPROVE:
        decided = await approve(desk, turn, press.id, by=actor)
    else:
        decided = await refuse_or_take_back(desk, press.id, by=actor, now=turn.now)
    if decided.approval is not None and turn.pressed is not None and decided.verdict is not Verdict.OWN:
        for bulletin in await desk.bulletins.of_alert(decided.approval.id, BulletinKind.APPROVAL):
            if bulletin.editor == actor.address and bulletin.message_id == turn.pressed.message_id:
                await desk.bulletins.close(bulletin)  # what it says is said here
    said = verdict_in_words(turn, decided)
    if decided.verdict is Verdict.OWN:
        return (Toast(text=said), text(said))
    details = None
    if decided.handed_over is not None and decided.handed_over.alert is not None:
        details = press_button(turn.translate("Details"), Verb.SHOW, decided.handed_over.alert.id)
    return Toast(text=said), text(said, buttons=rows(details), replaces=turn.pressed)


def verdict_in_words(speak: Speaking, decided: Decided) -> str:
    """What came of a press, for who pressed."""
    _ = speak.translate
    match decided.verdict:
        case Verdict.APPROVED if decided.handed_over is not None and decided.handed_over.scheduled:
            return _("Approved. It goes out at its time.")
        case Verdict.APPROVED:
            return _("Approved. It goes out.")
        case Verdict.REFUSED if decided.approval is not None and _taken_back(decided.approval):
            return _("Taken back. Nothing was sent; the draft stays.")
        case Verdict.REFUSED:
            return _("Refused. Nothing was sent.")
        case Verdict.OVER if decided.approval is not None:
            return outcome_of(decided.approval, speak)
        case Verdict.OWN:
            return _("You have asked for it yourself: a second person must approve it.")
        case Verdict.CHANGED:
            return _("It was changed since you were asked, so it did not go out. It must be asked for anew.")
        case Verdict.IMPOSSIBLE:
            return decided.why
        case _:
            return _("This request is no longer kept.")


def outcome_of(approval: Approval, speak: Speaking, *, draft: Draft | None = None) -> str:
    """What became of it. `draft`: as it is now, where that is known."""
    _ = speak.translate
    who = approval.decided_name or (str(approval.decided_by) if approval.decided_by is not None else "")
    match approval.state:
        case ApprovalState.APPROVED:
            return _("{who} approved it: it goes out.", who=who)
        case ApprovalState.REFUSED if _taken_back(approval):
            return _("{who} took it back. Nothing was sent.", who=who)
        case ApprovalState.REFUSED:
            return _("{who} refused it. Nothing was sent.", who=who)
        case ApprovalState.WAITING if draft is not None and still_waits(approval, draft, speak.now):
            return _("It waits for a second person.")
        case ApprovalState.WAITING if approval.waits(speak.now):
            return _("The draft was changed or dropped since. Nothing was sent.")
        case ApprovalState.WAITING | ApprovalState.EXPIRED:
            return _("Nobody approved it in time. Nothing was sent; it can be asked for anew.")
        case ApprovalState.REPLACED:
            return _("It was asked for anew, with changes.")


def _taken_back(approval: Approval) -> bool:
    return approval.decided_by == approval.asked_by.address


def _asker(approval: Approval, turn: Turn) -> str:
    return approval.asked_by.name or str(approval.asked_by.address) or turn.translate("An editor")
