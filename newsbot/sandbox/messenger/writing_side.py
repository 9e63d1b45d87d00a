"""What people write: text, stickers, pictures, places, links; and what they change or take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger.model import Person, StoredMessage
from newsbot.sandbox.messenger.state import GraphState
from newsbot.sandbox.upload import Upload

__all__ = ["LIKE", "WritingSide"]

LIKE: Final = 369239263222822  #: the small 👍 sticker; 369239343222814 and 369239383222810 are larger ones


class WritingSide:
    """The part of `ReaderSide` that is about messages of the person's own."""

    def __init__(self, state: GraphState) -> None:
        self.state = state

    def person(self, person_id: str) -> Person:
        """The person; raises SandboxError for an unknown id."""
        person = self.state.people.get(person_id)
        if person is None:
            raise SandboxError(f"There is no person {person_id}")
        return person

    def send_text(self, person_id: str, text: str, *, reply_to: str | None = None) -> dict[str, Any]:
        """Write a message; one that begins with a command of the profile's says so."""
        if not text.strip():
            raise SandboxError("Nobody can send an empty message")
        content: dict[str, Any] = {"text": text}
        word, _, rest = text.partition(" ")
        names = [command["name"] for command in self.state.profile.commands(self.person(person_id).locale)]
        if word.startswith("/") and word[1:] in names:
            # The app shows the command as a chip: its slash is no part of the text.
            content = {"text": f"{word[1:]} {rest}".strip(), "commands": [{"name": word[1:]}]}
        return self._write(person_id, content, reply_to=reply_to)

    def send_sticker(self, person_id: str, sticker_id: int = LIKE) -> dict[str, Any]:
        """A sticker; the thumb without anything else."""
        payload = {"url": f"{self.state.address}/sticker/{sticker_id}.png", "sticker_id": sticker_id}
        return self._write(person_id, {"attachments": [{"type": "sticker", "payload": payload}]})

    def send_file(
        self,
        person_id: str,
        kind: str = "image",
        *,
        data: bytes = b"",
        content_type: str = "image/png",
        filename: str = "",
    ) -> dict[str, Any]:
        """A picture, recording, video or file; without `data` its address leads nowhere."""
        if kind not in ("image", "audio", "video", "file", "reel"):
            raise SandboxError(f"There are images, audio, video, files and reels, but no {kind!r}")
        upload = Upload(filename or kind, content_type, data) if data else None
        attachment = self.state.attachments.add(kind, self.state.clock(), upload=upload)
        self.state.keep_attachment(attachment)
        url = self.state.address + (attachment.url or f"/{kind}/{attachment.id}")
        return self._write(person_id, {"attachments": [{"type": kind, "payload": {"url": url}}]})

    def send_location(self, person_id: str, latitude: float, longitude: float) -> dict[str, Any]:
        payload = {"coordinates": {"lat": latitude, "long": longitude}}
        return self._write(person_id, {"attachments": [{"type": "location", "payload": payload}]})

    def send_link(self, person_id: str, url: str, *, title: str = "", text: str = "") -> dict[str, Any]:
        """Share a page: an attachment of no kind of its own, beside the text if there is one."""
        shared = {"type": "fallback", "payload": {"url": url, "title": title}}
        return self._write(person_id, {**({"text": text} if text else {}), "attachments": [shared]})

    def edit_text(self, person_id: str, mid: str, text: str) -> dict[str, Any]:
        """Change a message of one's own."""
        message = self._own(person_id, mid)
        message.content, message.edited = {**message.content, "text": text}, True
        self.state.changed(message)
        self.state.push("message_edits", person_id, {"message_edit": {"mid": mid, "text": text, "num_edit": 1}})
        return self.state.messages.bubble(message)

    def take_back(self, person_id: str, mid: str) -> None:
        """Unsend a message of one's own: the Page must forget it."""
        message = self._own(person_id, mid)
        message.deleted = True
        self.state.changed(message)
        self.state.push("messages", person_id, {"message": {"mid": mid, "is_deleted": True}})

    # -- inside -------------------------------------------------------------------------------------------------------

    def _write(
        self, person_id: str, content: Mapping[str, Any], *, reply_to: str | None = None, cause: str = "MESSAGE"
    ) -> dict[str, Any]:
        person = self._able(person_id)
        told: dict[str, Any] = dict(content)
        if reply_to is not None:
            answered = self._message(person_id, reply_to)
            told["reply_to"] = {"mid": reply_to, "is_self_reply": not answered.app_id}
        referral = self._come_by(person)
        if referral is not None and referral["source"] == "ADS":
            told["referral"], cause = referral, "AD"
        message = self.state.post(person, content, reply_to=reply_to)
        person.wrote_at = self.state.clock()
        self._open(person, cause)
        self.state.push("messages", person_id, {"message": {"mid": message.mid, **told}}, at=message.at)
        return self.state.messages.bubble(message)

    def _come_by(self, person: Person) -> dict[str, Any] | None:
        """The link or ad that the person came by; it is told once."""
        referral, person.referral = person.referral, None
        return dict(referral) if referral is not None else None

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

    def _own(self, person_id: str, mid: str) -> StoredMessage:
        message = self._message(person_id, mid)
        if message.app_id or message.kind != "message" or message.deleted:
            raise SandboxError("Only a message of one's own can be changed or taken back")
        return message
