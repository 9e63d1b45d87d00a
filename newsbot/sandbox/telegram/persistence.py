"""The sandbox's memory on disk: one SQLite file of JSON records, so that a restarted demo shows the same phones.

    record   kind, id → body     user, chat, message, update, range, meta; the newest state of each
    ledger   one row per accepted send, only ever added to

Writing lags behind by a fraction of a second and is complete after `close`. People of made-up ranges and what they
were sent are not written: a rehearsal with a hundred thousand of them needs no disk.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from newsbot.sandbox.telegram.entities import Entity
from newsbot.sandbox.telegram.formatting import FormattedText
from newsbot.sandbox.telegram.keyboards import Markup
from newsbot.sandbox.telegram.model import Content, LedgerEntry, StoredMessage

__all__ = ["SandboxFile", "message_from_json", "message_to_json"]

BUSY_TIMEOUT: Final = 1.0  #: seconds to wait for another program that reads the file

_SCHEMA = """
create table if not exists record (kind text not null, id text not null, body text not null, primary key (kind, id))
without rowid; create table if not exists ledger (at real not null, chat_id integer not null, method text not null,
                                   message_id integer not null, text text not null);
"""


class SandboxFile:
    """The file, opened for one sandbox. Its methods are called from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "telegram.sqlite3", check_same_thread=False, timeout=BUSY_TIMEOUT)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.executescript(_SCHEMA)

    def records(self) -> Iterator[tuple[str, str, Any]]:
        for kind, key, body in self._db.execute("select kind, id, body from record order by kind, id"):
            yield kind, key, json.loads(body)

    def ledger(self) -> list[LedgerEntry]:
        rows = self._db.execute("select at, chat_id, method, message_id, text from ledger order by rowid")
        texts: dict[str, str] = {}  # the copies of a broadcast share one
        return [
            LedgerEntry(at, chat_id, method, message_id, texts.setdefault(text, text))
            for at, chat_id, method, message_id, text in rows
        ]

    def write(self, records: Mapping[tuple[str, str], str | None], ledger: Iterable[LedgerEntry]) -> None:
        """Store records (None removes one) and add ledger rows, in one transaction."""
        with self._db:
            self._db.executemany(
                "insert into record values (?, ?, ?) on conflict do update set body = excluded.body",
                [(*key, body) for key, body in records.items() if body is not None],
            )
            self._db.executemany(
                "delete from record where kind = ? and id = ?", [key for key, body in records.items() if body is None]
            )
            self._db.executemany(
                "insert into ledger values (?, ?, ?, ?, ?)",
                [(row.at, row.chat_id, row.method, row.message_id, row.text) for row in ledger],
            )

    def clear(self) -> None:
        with self._db:
            self._db.execute("delete from record")
            self._db.execute("delete from ledger")

    def close(self) -> None:
        self._db.close()


def message_to_json(message: StoredMessage) -> dict[str, Any]:
    return {
        **{
            key: getattr(message, key)
            for key in [
                "chat_id",
                "message_id",
                "date",
                "sender_id",
                "reply_to",
                "thread_id",
                "silent",
                "protected",
                "edit_date",
                "deleted",
                "forward_origin",
                "media_group_id",
                "anonymous",
            ]
        },
        "content": _content_to_json(message.content),
        "markup": asdict(message.markup),
        "history": [[when, _content_to_json(content), asdict(markup)] for when, content, markup in message.history],
    }


def message_from_json(saved: dict[str, Any]) -> StoredMessage:
    history = tuple(
        (when, _content_from_json(content), Markup(**markup)) for when, content, markup in saved.pop("history")
    )
    content = _content_from_json(saved.pop("content"))
    return StoredMessage(**{**saved, "content": content, "markup": Markup(**saved["markup"]), "history": history})


def _content_to_json(content: Content) -> dict[str, Any]:
    return {
        "text": content.text.text,
        "entities": [asdict(entity) for entity in content.text.entities],
        "kind": content.kind,
        "media": content.media,
        "link_preview": content.link_preview,
        "above": content.above,
        "spoiler": content.spoiler,
    }


def _content_from_json(saved: dict[str, Any]) -> Content:
    entities = tuple(Entity(**entity) for entity in saved.pop("entities"))
    return Content(**{**saved, "text": FormattedText(saved["text"], entities)})
