"""Pictures and other files: fetched or uploaded, checked, kept, and named by ids that live ninety days.

What is at an address of this machine is fetched, as the platform fetches what it is given; other addresses are never
asked and taken on trust, since a sandbox has no network.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from yarl import URL

from newsbot.sandbox.messenger.arguments import MAX_FILE_BYTES
from newsbot.sandbox.messenger.errors import bad_parameter
from newsbot.sandbox.messenger.shapes import MEDIA, check_web_address
from newsbot.sandbox.upload import Upload

__all__ = ["ATTACHMENTS_PATH", "Attachment", "AttachmentStore", "fetch"]

ATTACHMENTS_PATH: Final = "/sandbox/messenger/files/"
ID_LIFE: Final = 90 * 86_400.0  #: seconds
MAX_IMAGE_BY_URL: Final = 8 * 1024 * 1024
FIRST_ID: Final = 1_900_000_000_000_001
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_KINDS: Final = {"image": "image/", "audio": "audio/", "video": "video/"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was accepted. `url` is where it can be read, or was taken from."""

    id: str
    kind: str
    at: float  #: seconds since 1970
    url: str
    content_type: str
    digest: str = ""  #: names the bytes; empty: they were never fetched
    filename: str = ""
    reusable: bool = False


class AttachmentStore:
    """Attachments by id, bytes by digest: in a folder, or in memory without one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "files" if folder is not None else None
        self._data: dict[str, bytes] = {}
        self._next_id = FIRST_ID
        self.by_id: dict[str, Attachment] = {}

    def add(
        self, kind: str, at: float, *, url: str = "", upload: Upload | None = None, reusable: bool = False
    ) -> Attachment:
        """Take a file that was uploaded, or the address of one that stays where it is.

        What can't be used again and has no bytes is not kept.
        """
        digest = ""
        if upload is not None:
            digest = hashlib.blake2b(upload.data, digest_size=16).hexdigest()
            self._keep(digest, upload.data)
            url = url or ATTACHMENTS_PATH + digest
        attachment = Attachment(
            str(self._next_id),
            kind,
            at,
            url,
            upload.content_type if upload is not None else "",
            digest,
            upload.filename if upload is not None else "",
            reusable,
        )
        self._next_id += 1
        if reusable or digest:
            self.by_id[attachment.id] = attachment
        return attachment

    def restore(self, attachment: Attachment) -> None:
        self.by_id[attachment.id] = attachment
        self._next_id = max(self._next_id, int(attachment.id) + 1)

    def usable(self, attachment_id: Any, kind: str, now: float) -> Attachment:
        """The attachment of that id, if it may be used again. Raises GraphError."""
        attachment = self.by_id.get(str(attachment_id))
        if attachment is None or not attachment.reusable or now - attachment.at >= ID_LIFE:
            raise bad_parameter("Attachment ID is invalid or has expired.", 2018074)
        if attachment.kind != kind:
            raise bad_parameter(f"The attachment is no {kind}.", 2018074)
        return attachment

    def data(self, digest: str) -> tuple[str, bytes] | None:
        """Content type and bytes."""
        attachment = next((one for one in self.by_id.values() if one.digest == digest), None)
        if attachment is None:
            return None
        if self._folder is None:
            return attachment.content_type, self._data[digest]
        path = self._folder / digest
        return (attachment.content_type, path.read_bytes()) if path.is_file() else None

    def _keep(self, digest: str, data: bytes) -> None:
        if self._folder is None:
            self._data[digest] = data
            return
        path = self._folder / digest
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def check_upload(upload: Upload, kind: str) -> None:
    """Raises GraphError for a file that is too large, empty, or of another kind."""
    if len(upload.data) > MAX_FILE_BYTES:
        raise bad_parameter("The attachment is larger than 25 MB.", 2018109)
    if not upload.data or not upload.content_type.startswith(_KINDS.get(kind, "")):
        raise bad_parameter(f"Incorrect attachment type: the file is no {kind}.", 2018047)


async def fetch(session: aiohttp.ClientSession, url: Any, kind: str) -> Upload | None:
    """What is at an address of this machine; None for any other address. Raises GraphError."""
    check_web_address(url, "attachment[payload][url]")
    address = URL(url)
    if not _is_loopback(address):
        return None
    most = MAX_IMAGE_BY_URL if kind == "image" else MAX_FILE_BYTES
    try:
        async with session.get(address, timeout=_TIMEOUT, allow_redirects=False) as answer:
            if answer.status != 200:
                raise _unreachable()
            data = await answer.content.read(most + 1)
            while len(data) <= most and (more := await answer.content.read(most)):
                data += more
            content_type = answer.content_type
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise _unreachable() from None
    if len(data) > most:
        raise bad_parameter("The attachment is too large.", 2018109)
    upload = Upload(address.name, content_type, data)
    check_upload(upload, kind)
    return upload


def check_kind(kind: Any) -> str:
    """Raises GraphError for what is no kind of file."""
    if kind not in MEDIA:
        raise bad_parameter(f"param message[attachment][type] must be one of {{{', '.join(MEDIA)}}}.")
    return str(kind)


def _unreachable() -> Exception:
    return bad_parameter("Failed to fetch the file from the url.", 2018008)


def _is_loopback(address: URL) -> bool:
    try:
        return ipaddress.ip_address(address.host or "").is_loopback
    except ValueError:
        return address.host == "localhost"
