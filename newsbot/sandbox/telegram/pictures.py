"""Pictures: what is one, how large it is, where it is kept, and fetching one by URL from this machine only."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from yarl import URL

from newsbot.sandbox.telegram.errors import ApiError, bad_request
from newsbot.sandbox.telegram.links import BadLink, check_link

__all__ = ["Picture", "PictureStore", "fetch_picture"]

MAX_BY_URL: Final = 5 * 1024 * 1024
MAX_UPLOAD: Final = 10 * 1024 * 1024
FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
WRONG_FILE: Final = "wrong file identifier/HTTP URL specified"


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture; `unique_id` names its bytes, `file_id` is what a bot sends it again with."""

    unique_id: str
    file_id: str
    content_type: str
    width: int
    height: int
    size: int

    @property
    def path(self) -> str:
        """`file_path` of getFile."""
        return f"photos/{self.unique_id}.{self.content_type.rpartition('/')[2]}"

    def json(self) -> dict[str, Any]:
        """The Bot API's `PhotoSize`."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "width": self.width,
            "height": self.height,
            "file_size": self.size,
        }


class PictureStore:
    """Pictures by id; in a folder if there is one, else in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "pictures" if folder is not None else None
        self._bytes: dict[str, bytes] = {}
        self._pictures: dict[str, Picture] = {}
        if self._folder is not None and self._folder.is_dir():
            for file in sorted(self._folder.iterdir()):
                self.add(file.read_bytes())

    def add(self, data: bytes) -> Picture:
        """Keep a picture. Raises ApiError if it isn't one that Telegram takes."""
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > MAX_UPLOAD:
            raise bad_request("file is too big")
        kind = image_size(data)
        if kind is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        content_type, width, height = kind
        if width + height > 10_000 or not 1 / 20 <= width / max(height, 1) <= 20:
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        digest = hashlib.sha256(data).digest()
        unique_id = "AQAD" + base64.urlsafe_b64encode(digest[:9]).decode()
        file_id = "AgACAgQAAxkB" + base64.urlsafe_b64encode(digest[:24]).decode()
        picture = Picture(unique_id, file_id, content_type, width, height, len(data))
        if unique_id not in self._pictures:
            self._pictures[unique_id] = self._pictures[file_id] = picture
            self._bytes[unique_id] = data
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                (self._folder / unique_id).write_bytes(data)
        return picture

    def get(self, any_id: str) -> Picture | None:
        return self._pictures.get(any_id)

    def data(self, picture: Picture) -> bytes:
        return self._bytes[picture.unique_id]


def image_size(data: bytes) -> tuple[str, int, int] | None:
    """(content type, width, height) of a PNG, JPEG, GIF or WebP; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return "image/png", width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return "image/gif", width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_size(data)
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg_size(data)
    return None


def _webp_size(data: bytes) -> tuple[str, int, int] | None:
    form = data[12:16]
    if form == b"VP8X" and len(data) >= 30:
        return "image/webp", int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return "image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return "image/webp", width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(data: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + length
    return None


async def fetch_picture(session: aiohttp.ClientSession, url: str) -> bytes:
    """The bytes at an http address of this machine; no other is ever asked. Raises ApiError as Telegram does."""
    try:
        address = URL(check_link(url))
    except (BadLink, ValueError):
        raise bad_request(WRONG_FILE) from None
    if not _is_loopback(address):
        raise _unreachable()
    try:
        async with session.get(address, timeout=FETCH_TIMEOUT, allow_redirects=False) as answer:
            if answer.status != 200:
                raise _unreachable()
            if not answer.content_type.startswith("image/"):
                raise bad_request("wrong type of the web page content")
            data = await answer.content.read(MAX_BY_URL + 1)
            while len(data) <= MAX_BY_URL and (more := await answer.content.read(MAX_BY_URL)):
                data += more
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise _unreachable() from None
    if len(data) > MAX_BY_URL or image_size(data) is None:
        raise bad_request("wrong type of the web page content")
    return data


def _unreachable() -> ApiError:
    return bad_request("failed to get HTTP URL content")


def _is_loopback(address: URL) -> bool:
    try:
        return address.scheme in {"http", "https"} and ipaddress.ip_address(address.host or "").is_loopback
    except ValueError:
        return False
