"""What people do in Messenger. Each act queues the events that a webhook would get."""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.model import Person, VirtualPeople
from newsbot.sandbox.messenger.tapping_side import TappingSide
from newsbot.sandbox.messenger.writing_side import LIKE

__all__ = ["LIKE", "ReaderSide"]

#: what events call the reactions of the picker; any other emoji is `other`
_REACTIONS: Final = {"❤": "love", "😆": "smile", "😮": "wow", "😢": "sad", "😠": "angry", "👍": "like", "👎": "dislike"}


class ReaderSide(TappingSide):
    """The other end of every thread. Plain methods; see the package's docstring for the shapes."""

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

    def add_virtual_people(
        self,
        first_id: int,
        count: int,
        *,
        blocked: float = 0.0,
        deactivated: float = 0.0,
        outside: float = 0.0,
        locales: tuple[str, ...] = ("bn_IN",),
        seed: int = 0,
        slow: float = 0.0,
        slow_seconds: float = 0.0,
    ) -> VirtualPeople:
        """A range of ids that are all readers who wrote just now, but for the given fractions. Costs nothing."""
        if first_id <= 0 or count <= 0 or blocked + deactivated + outside > 1 or not locales:
            raise SandboxError(
                "A range needs a positive first id and count, a locale, and fractions of at most 1 in all"
            )
        group = VirtualPeople(
            first_id,
            count,
            self.state.clock(),
            blocked,
            deactivated,
            outside,
            locales,
            seed,
            slow,
            slow_seconds,
        )
        self.state.add_range(group)
        return group

    def persons(self) -> list[Person]:
        """Everyone who was added one by one or has done something; not the rest of made-up ranges."""
        return sorted(self.state.people.people.values(), key=lambda person: int(person.id))

    def view(self, person_id: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """The last bubbles of the thread, oldest first."""
        self.person(person_id)
        messages = self.state.messages.thread(person_id)[-limit:]
        return [self.state.messages.bubble(message) for message in messages]

    def welcome(self, person_id: str) -> dict[str, Any]:
        """What the empty thread shows: {"greeting", "get_started": bool, "ice_breakers": [{"question", "payload"}]}."""
        person, profile = self.person(person_id), self.state.profile
        breakers = profile.ice_breakers(person.locale)
        return {
            "greeting": profile.greeting(person.locale),
            "get_started": profile.get_started is not None,
            "ice_breakers": breakers,
        }

    # -- reactions, reading -------------------------------------------------------------------------------------------

    def react(self, person_id: str, mid: str, emoji: str = "❤") -> dict[str, Any]:
        """React to a message, which opens the window."""
        person, message = self._able(person_id), self._message(person_id, mid)
        message.reactions["person"] = emoji
        self.state.changed(message)
        self._open(person, "REACTION")
        name = _REACTIONS.get(emoji.rstrip("\ufe0f"), "other")
        reaction = {"reaction": name, "emoji": emoji, "action": "react", "mid": mid}
        self.state.push("message_reactions", person_id, {"reaction": reaction})
        return self.state.messages.bubble(message)

    def unreact(self, person_id: str, mid: str) -> dict[str, Any]:
        message = self._message(person_id, mid)
        if message.reactions.pop("person", None) is None:
            raise SandboxError("There is no reaction to take back")
        self.state.changed(message)
        self.state.push("message_reactions", person_id, {"reaction": {"action": "unreact", "mid": mid}})
        return self.state.messages.bubble(message)

    def read(self, person_id: str) -> None:
        """Look at the thread: all that the Page wrote is read."""
        self._able(person_id)
        for message in reversed(self.state.messages.thread(person_id)):
            if message.read:
                break
            if message.app_id:
                message.read = True
                self.state.changed(message)
        self.state.push("message_reads", person_id, {"read": {"watermark": self.state.now_ms()}})

    # -- standing -----------------------------------------------------------------------------------------------------

    def block(self, person_id: str) -> None:
        """Block the Page's messages; the Page is told nothing."""
        self._set(person_id, blocked=True)

    def unblock(self, person_id: str) -> None:
        self._set(person_id, blocked=False)

    def delete_account(self, person_id: str) -> None:
        """The account is gone, as if deactivated; the Page is told nothing."""
        self._set(person_id, deactivated=True)

    def delete_conversation(self, person_id: str) -> None:
        """The person's app shows an empty thread again; the Page is told nothing, and the window stays as it was."""
        self.state.messages.forget(self.person(person_id).id)
        self.state.tell("cleared", person_id)

    def close_window(self, person_id: str) -> None:
        """End the window now, as if its time were over."""
        person = self.person(person_id)
        self._set(person_id, window_until=min(person.window_until, self.state.clock()))

    def stop(self, person_id: str) -> None:
        """Stop the Page's notifications by Messenger's own control: the event that also opts in says so."""
        self._tell_consent(self._set(person_id, opted_out=True), "STOP_NOTIFICATIONS")

    def resume(self, person_id: str) -> None:
        self._tell_consent(self._set(person_id, opted_out=False), "RESUME_NOTIFICATIONS")

    def _tell_consent(self, person: Person, status: str) -> None:
        optin = {
            "type": "notification_messages",
            "payload": "news",
            "notification_messages_token": f"token-{person.id}",
            "notification_messages_status": status,
        }
        self.state.push("messaging_optins", person.id, {"optin": optin})

    def _set(self, person_id: str, **changes: Any) -> Person:
        person = self.person(person_id)
        for name, value in changes.items():
            setattr(person, name, value)
        self.state.people.save(person)
        self.state.tell_person(person)
        return person
