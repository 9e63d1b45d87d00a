"""What people do in Messenger: write, tap, react, block. Each act queues the events that a webhook would get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.model import Person, StoredMessage
from newsbot.sandbox.messenger.state import GraphState

__all__ = ["ReaderSide"]

LIKE: Final = 369239263222822  #: the small 👍 sticker


class ReaderSide:
    """The other end of every thread. Plain methods; see the package's docstring for the shapes."""

    def __init__(self, state: GraphState) -> None:
        self.state = state

    # -- people -------------------------------------------------------------------------------------------------------

    def add_person(
        self,
        first_name: str,
        *,
        person_id: str | None = None,
        last_name: str = "",
        locale: str = "bn_IN",
        started: bool = False,
    ) -> Person:
        """A new person, who has not written to the Page yet unless `started` (then their window is open)."""
        people = self.state.people
        person_id = person_id if person_id is not None else people.new_id()
        if not (person_id.isascii() and person_id.isdecimal()) or people.get(person_id) is not None:
            raise SandboxError(f"{person_id!r} is no id of digits, or there already is such a person")
        person = Person(person_id, first_name, last_name, locale)
        people.save(person)
        if started:
            person.wrote_at = self.state.clock()
            people.open_window(person, "MESSAGE", self.state.clock())
        self.state.tell_person(person)
        return person

    def person(self, person_id: str) -> Person:
        """The person; raises SandboxError for an unknown id."""
        person = self.state.people.get(person_id)
        if person is None:
            raise SandboxError(f"There is no person {person_id}")
        return person

    def persons(self) -> list[Person]:
        return sorted(self.state.people.people.values(), key=lambda person: int(person.id))

    def view(self, person_id: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """The last bubbles of the thread, oldest first."""
        self.person(person_id)
        messages = self.state.messages.thread(person_id)[-limit:]
        return [self.state.messages.bubble(message) for message in messages]

    # -- writing ------------------------------------------------------------------------------------------------------

    def send_text(self, person_id: str, text: str, *, reply_to: str | None = None) -> dict[str, Any]:
        """Write a message."""
        if not text:
            raise SandboxError("Nobody can send an empty message")
        return self._write(person_id, {"text": text}, reply_to=reply_to)

    def send_sticker(self, person_id: str, sticker_id: int = LIKE) -> dict[str, Any]:
        """A sticker; the thumb without anything else."""
        payload = {"url": f"https://scontent.example/sticker/{sticker_id}.png", "sticker_id": sticker_id}
        return self._write(person_id, {"attachments": [{"type": "sticker", "payload": payload}]})

    def tap_quick_reply(
        self, person_id: str, payload: str | None = None, *, title: str | None = None
    ) -> dict[str, Any]:
        """Tap one under the last message, named by payload or title; all of them vanish."""
        last = self.state.messages.last(person_id)
        replies = last.content.get("quick_replies", ()) if last is not None and last.app_id else ()
        for reply in replies:
            if (payload is not None and reply.get("payload") == payload) or (
                title is not None and reply.get("title") == title
            ):
                content = {"text": reply["title"], "quick_reply": {"payload": reply["payload"]}}
                return self._write(person_id, content)
        shown = [reply.get("payload") for reply in replies]
        raise SandboxError(f"There is no quick reply {payload or title!r} under the last message; there are {shown}")

    def _write(self, person_id: str, content: Mapping[str, Any], *, reply_to: str | None = None) -> dict[str, Any]:
        person = self._able(person_id)
        if reply_to is not None:
            self._message(person_id, reply_to)
        message = self.state.post(person, content, reply_to=reply_to)
        told: dict[str, Any] = {"mid": message.mid, **content}
        if reply_to is not None:
            told["reply_to"] = {"mid": reply_to, "is_self_reply": not self._message(person_id, reply_to).app_id}
        person.wrote_at = self.state.clock()
        self._open(person, "MESSAGE")
        self.state.push("messages", person_id, {"message": told})
        return self.state.messages.bubble(message)

    # -- tapping ------------------------------------------------------------------------------------------------------

    def get_started(self, person_id: str, ref: str | None = None) -> dict[str, Any]:
        """The button of an empty thread, after a link with `ref` if there is one."""
        person = self._able(person_id)
        payload = self.state.profile.get_started
        if payload is None:
            raise SandboxError("There is no Get Started button: the profile sets none, or ice breakers in its place")
        if self.state.messages.thread(person_id):
            raise SandboxError("Get Started stands in an empty thread only")
        referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"} if ref is not None else None
        return self._postback(person, "Get Started", payload, referral)

    def tap_button(
        self, person_id: str, mid: str, payload: str | None = None, *, title: str | None = None
    ) -> dict[str, Any]:
        """Tap a postback button of a template, named by payload or title."""
        message = self._message(person_id, mid)
        for button in buttons_of(message):
            if button.get("type") == "postback" and (
                (payload is not None and button.get("payload") == payload)
                or (title is not None and button.get("title") == title)
            ):
                return self._postback(self._able(person_id), button["title"], button["payload"])
        raise SandboxError(f"The message has no postback button {payload or title!r}")

    def _postback(
        self, person: Person, title: str, payload: str, referral: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        message = self.state.post(person, {"text": title}, kind="postback")
        told: dict[str, Any] = {"mid": message.mid, "title": title, "payload": payload}
        if referral is not None:
            told["referral"] = dict(referral)
        self._open(person, "BUTTON")
        self.state.push("messaging_postbacks", person.id, {"postback": told})
        return self.state.messages.bubble(message)

    # -- standing -----------------------------------------------------------------------------------------------------

    def block(self, person_id: str) -> None:
        """Block the Page's messages; the Page is told nothing."""
        self._set_blocked(person_id, blocked=True)

    def unblock(self, person_id: str) -> None:
        self._set_blocked(person_id, blocked=False)

    def _set_blocked(self, person_id: str, *, blocked: bool) -> None:
        person = self.person(person_id)
        person.blocked = blocked
        self.state.people.save(person)
        self.state.tell_person(person)

    def close_window(self, person_id: str) -> None:
        """End the window now, as if its time were over."""
        person = self.person(person_id)
        person.window_until = min(person.window_until, self.state.clock())
        self.state.people.save(person)
        self.state.tell_person(person)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _open(self, person: Person, cause: str) -> None:
        self.state.people.open_window(person, cause, self.state.clock())
        self.state.tell_person(person)

    def _able(self, person_id: str) -> Person:
        """The person, if they can write at all."""
        person = self.person(person_id)
        if person.deactivated:
            raise SandboxError(f"{person.name} has deleted their account")
        if person.blocked:
            raise SandboxError(f"{person.name} has blocked the Page and must unblock it first")
        return person

    def _message(self, person_id: str, mid: str) -> StoredMessage:
        message = self.state.messages.get(mid)
        if message is None or message.person_id != person_id:
            raise SandboxError(f"There is no message {mid} in the thread of {person_id}")
        return message


def buttons_of(message: StoredMessage) -> list[Mapping[str, Any]]:
    """Every button of a template, an element's after the other's."""
    payload = (message.content.get("attachment") or {}).get("payload") or {}
    owners = [payload, *payload.get("elements", ())]
    return [button for owner in owners for button in owner.get("buttons") or ()]
