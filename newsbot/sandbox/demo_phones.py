"""The phones that the demo page can show side by side: readers' on Telegram and Messenger, the editor's, the channel.

Each has a key by which the page's address remembers it: a Telegram user's id, a channel's, or `m` and a Messenger id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsbot.sandbox.messenger import Person
from newsbot.sandbox.messenger_phone import MessengerPhones
from newsbot.sandbox.phone import Phones
from newsbot.sandbox.telegram import User

MOST_PHONES: Final = 8  #: shown at once


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """`name`: on its button; `title`: above it; `app`: whose links it opens, "" for a chat that nobody writes in."""

    key: str
    name: str
    title: str
    path: str
    app: str
    look: str = ""  #: a class for its frame: editor, messenger


class DemoPhones:
    """Every phone there is, in the order of its buttons, in the page's language (`w`: its words)."""

    def __init__(self, phones: Phones, messenger: MessengerPhones, w: Mapping[str, str]) -> None:
        self._phones = phones
        self._messenger = messenger
        self._w = w

    def shown(self, asked: str) -> list[DemoPhone]:
        """Those that the address asks for, `7,m71000,8`; without any a reader's on each app, and the editor's."""
        keys = [key for key in asked.split(",") if key.isascii()]
        found = [phone for key in keys[:MOST_PHONES] if (phone := self._by_key(key)) is not None]
        return found or [
            self._reader(self._phones.readers_or_first()[0]),
            self._messenger_person(self._messenger.people_or_first()[0]),
            self._editor(),
        ]

    def all(self, shown: Sequence[DemoPhone]) -> list[DemoPhone]:
        """With a button each; made-up readers only if they are shown."""
        known = [
            *(self._reader(user) for user in self._phones.readers_or_first()),
            *(self._messenger_person(person) for person in self._messenger.people_or_first()),
            self._editor(),
            self._channel(),
        ]
        keys = {phone.key for phone in known}
        return known + [phone for phone in shown if phone.key not in keys]

    def _by_key(self, key: str) -> DemoPhone | None:
        if key.startswith("m"):
            person = self._messenger.state.people.get(key[1:])
            return self._messenger_person(person) if person is not None else None
        if key.removeprefix("-").isdecimal():
            editor, channel = self._editor(), self._channel()
            if key in (editor.key, channel.key):
                return editor if key == editor.key else channel
            user = self._phones.state.people.user(int(key))
            return self._reader(user) if user is not None else None
        return None

    def _reader(self, user: User) -> DemoPhone:
        title = self._w["telegram_of"].format(name=user.first_name)
        return DemoPhone(str(user.id), user.first_name, title, f"/phone/{user.id}?embedded=1", "telegram")

    def _messenger_person(self, person: Person) -> DemoPhone:
        return DemoPhone(
            f"m{person.id}",
            self._w["on_messenger"].format(name=person.first_name),
            self._w["messenger_of"].format(name=person.first_name),
            f"/messenger/phone/{person.id}?embedded=1",
            "messenger",
            "messenger",
        )

    def _editor(self) -> DemoPhone:
        user = self._phones.editor()
        return DemoPhone(
            str(user.id), user.first_name, self._w["editors_phone"], f"/phone/{user.id}?embedded=1", "", "editor"
        )

    def _channel(self) -> DemoPhone:
        chat = self._phones.channel()
        reader = self._phones.readers_or_first()[0]
        path = f"/phone/{reader.id}?chat={chat.id}&embedded=1"
        return DemoPhone(str(chat.id), self._w["the_channel"], self._w["public_channel"], path, "")
