"""What people tap: quick replies, buttons, menu, ice breakers, Get Started, links and ads that lead into the chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.limits import LIMITS
from newsbot.sandbox.messenger.model import Person, StoredMessage
from newsbot.sandbox.messenger.writing_side import WritingSide

__all__ = ["TappingSide", "buttons_of"]

Tappable = Mapping[str, Any]


class TappingSide(WritingSide):
    """The part of `ReaderSide` that is about taps. What is tapped is named by its payload or by its title."""

    def tap_quick_reply(
        self, person_id: str, payload: str | None = None, *, title: str | None = None
    ) -> dict[str, Any]:
        """Tap one under the last message; all of them vanish."""
        last = self.state.messages.last(person_id)
        replies = last.content.get("quick_replies", ()) if last is not None and last.app_id else ()
        reply = _pick(replies, payload, title, "quick reply under the last message")
        content = {"text": reply["title"], "quick_reply": {"payload": reply.get("payload", "")}}
        return self._write(person_id, content, cause="BUTTON")

    def tap_button(
        self, person_id: str, mid: str, payload: str | None = None, *, title: str | None = None
    ) -> dict[str, Any]:
        """Tap a postback button of a template; it can be tapped again."""
        buttons = [one for one in buttons_of(self._message(person_id, mid)) if one.get("type") == "postback"]
        button = _pick(buttons, payload, title, "postback button in that message")
        return self._postback(self._able(person_id), button["title"], button["payload"])

    def tap_menu(self, person_id: str, payload: str | None = None, *, title: str | None = None) -> dict[str, Any]:
        """Tap an entry of the persistent menu."""
        items = self.state.profile.menu(self.person(person_id).locale)
        postbacks = [item for item in items if item["type"] == "postback"]
        item = _pick(postbacks, payload, title, "entry in the menu")
        return self._postback(self._able(person_id), item["title"], item["payload"])

    def tap_ice_breaker(
        self, person_id: str, payload: str | None = None, *, title: str | None = None
    ) -> dict[str, Any]:
        """Tap a question of the empty thread."""
        self._empty_thread(person_id, "Ice breakers stand")
        questions = self.state.profile.ice_breakers(self.person(person_id).locale)
        named = [{**question, "title": question["question"]} for question in questions]
        question = _pick(named, payload, title, "ice breaker")
        person = self._able(person_id)
        return self._postback(person, question["title"], question["payload"], self._come_by(person))

    def get_started(self, person_id: str, ref: str | None = None) -> dict[str, Any]:
        """The button of an empty thread, after a link with `ref` if one is given or was opened before."""
        person = self._able(person_id)
        payload = self.state.profile.get_started
        if payload is None:
            raise SandboxError("There is no Get Started button: the profile sets none, or ice breakers in its place")
        self._empty_thread(person_id, "Get Started stands")
        if ref is not None:
            self.open_link(person_id, ref)
        return self._postback(person, "Get Started", payload, self._come_by(person))

    def open_link(self, person_id: str, ref: str | None = None) -> None:
        """Open `m.me/<page>?ref=…`. In a thread that there is, the Page is told; in an empty one with the first tap."""
        person = self._able(person_id)
        if ref is None:
            return
        if len(ref) > LIMITS["ref"]:
            raise SandboxError(f"A ref has at most {LIMITS['ref']} characters")
        referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if not self._has_thread(person):
            self._came_by(person, referral)
            return
        self._open(person, "REFERRAL")
        self.state.push("messaging_referrals", person_id, {"referral": referral})

    def click_ad(self, person_id: str, ad_id: str, *, ref: str = "", title: str = "") -> None:
        """Click an ad that leads into the chat: the window opens, for seven days, with the message that follows."""
        person = self._able(person_id)
        referral: dict[str, Any] = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": ad_id}
        if ref:
            referral["ref"] = ref
        if title:
            referral["ads_context_data"] = {"ad_title": title}
        self._came_by(person, referral)
        if self._has_thread(person):
            self.state.push("messaging_referrals", person_id, {"referral": referral})

    # -- inside -------------------------------------------------------------------------------------------------------

    def _postback(
        self, person: Person, title: str, payload: str, referral: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        message = self.state.post(person, {"text": title}, kind="postback")
        told: dict[str, Any] = {"mid": message.mid, "title": title, "payload": payload}
        if referral is not None:
            told["referral"] = dict(referral)
        self._open(person, "BUTTON")
        self.state.push("messaging_postbacks", person.id, {"postback": told}, at=message.at)
        return self.state.messages.bubble(message)

    def _came_by(self, person: Person, referral: Mapping[str, Any]) -> None:
        person.referral = referral
        self.state.people.save(person)

    def _has_thread(self, person: Person) -> bool:
        return person.started and (
            bool(self.state.messages.thread(person.id)) or self.state.people.is_virtual(person.id)
        )

    def _empty_thread(self, person_id: str, what: str) -> None:
        if self.state.messages.thread(person_id):
            raise SandboxError(f"{what} in an empty thread only")


def buttons_of(message: StoredMessage) -> list[Tappable]:
    """Every button of a template, an element's after the other's."""
    payload = (message.content.get("attachment") or {}).get("payload") or {}
    owners = [payload, *payload.get("elements", ())]
    return [button for owner in owners for button in owner.get("buttons") or ()]


def _pick(shown: Iterable[Tappable], payload: str | None, title: str | None, what: str) -> Tappable:
    """The one that is named. Raises SandboxError, saying what there is."""
    shown = list(shown)
    if payload is None and title is None:
        raise SandboxError(f"Name the {what} by its payload or its title")
    for one in shown:
        if payload in (None, one.get("payload")) and title in (None, one.get("title")):
            return one
    there = ", ".join(f"{one.get('title')!r} ({one.get('payload')!r})" for one in shown) or "none at all"
    raise SandboxError(f"There is no {what} {payload if title is None else title!r}; there is {there}")
