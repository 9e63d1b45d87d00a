"""Files that a bot sends to be kept (sendDocument): their bytes, names and kinds."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newsbot.sandbox.telegram.errors import bad_request
from newsbot.sandbox.upload import Upload

__all__ = ["Document", "DocumentStore"]


@dataclass(frozen=True, slots=True)
class Document:
    """A stored file; `unique_id` names its bytes and name, `file_id` is what a bot sends it again with."""

    unique_id: str
    file_id: str
    content_type: str
    name: str
    size: int

    @property
    def path(self) -> str:
        """`file_path` of getFile."""
        return f"documents/{self.unique_id}"

    def json(self) -> dict[str, Any]:
        """The Bot API's `Document`."""
        return {
            "file_name": self.name,
            "mime_type": self.content_type,
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


class DocumentStore:
    """Documents by id; in a folder if there is one, else in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "documents" if folder is not None else None
        self._bytes: dict[str, bytes] = {}
        self._documents: dict[str, Document] = {}
        if self._folder is not None and self._folder.is_dir():
            for described in sorted(self._folder.glob("*.json")):
                document = Document(**json.loads(described.read_text("utf-8")))
                self._keep(document, described.with_suffix("").read_bytes())

    def add(self, upload: Upload) -> Document:
        """Keep a file. Raises ApiError if it is empty."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        digest = hashlib.sha256(f"{upload.filename}\0{upload.content_type}\0".encode() + upload.data).digest()
        document = Document(
            unique_id="AgAD" + base64.urlsafe_b64encode(digest[:9]).decode(),
            file_id="BQACAgQAAxkB" + base64.urlsafe_b64encode(digest[:24]).decode(),
            content_type=upload.content_type,
            name=upload.filename,
            size=len(upload.data),
        )
        if document.unique_id not in self._documents:
            self._keep(document, upload.data)
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                # The bytes first: what is described is complete.
                (self._folder / document.unique_id).write_bytes(upload.data)
                (self._folder / f"{document.unique_id}.json").write_text(json.dumps(asdict(document)), "utf-8")
        return document

    def get(self, any_id: str) -> Document | None:
        return self._documents.get(any_id)

    def data(self, document: Document) -> bytes:
        return self._bytes[document.unique_id]

    def _keep(self, document: Document, data: bytes) -> None:
        self._documents[document.unique_id] = self._documents[document.file_id] = document
        self._bytes[document.unique_id] = data
