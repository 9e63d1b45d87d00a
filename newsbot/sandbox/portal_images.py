"""Lead pictures, drawn: a sky in the section's colours, a sun, and three ranges of hills, different for every article.

Written as PNG with a palette by hand, since a picture library would be a large dependency for this; 640 × 360, 3 KB.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache
from random import Random
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360

_Colour = tuple[int, int, int]

#: section → (sky above, sky below, sun, nearest hills)
_COLOURS: Final[dict[str, tuple[_Colour, _Colour, _Colour, _Colour]]] = {
    "national": ((0, 92, 74), (168, 216, 190), (224, 62, 62), (6, 58, 48)),
    "politics": ((52, 48, 110), (214, 196, 226), (246, 190, 92), (34, 30, 72)),
    "world": ((14, 76, 140), (178, 220, 240), (255, 226, 140), (10, 46, 86)),
    "economy": ((92, 84, 22), (240, 228, 168), (255, 255, 236), (58, 52, 12)),
    "sports": ((10, 110, 52), (214, 240, 176), (255, 255, 240), (8, 66, 34)),
    "entertainment": ((118, 18, 92), (250, 190, 170), (255, 226, 120), (72, 10, 60)),
    "country": ((44, 120, 110), (248, 226, 170), (250, 150, 70), (30, 72, 44)),
    "technology": ((14, 24, 56), (92, 150, 214), (196, 240, 255), (8, 14, 36)),
    "education": ((150, 64, 20), (250, 222, 178), (255, 246, 216), (92, 38, 12)),
    "health": ((0, 110, 130), (206, 242, 238), (255, 255, 255), (0, 70, 84)),
    "lifestyle": ((176, 74, 92), (252, 222, 206), (255, 244, 200), (110, 40, 58)),
    "opinion": ((72, 74, 82), (222, 220, 214), (250, 246, 234), (38, 40, 46)),
}
_SKY_STEPS: Final = 64
_SUN: Final = _SKY_STEPS
_HILLS: Final = 3


@lru_cache(maxsize=256)
def lead_picture(section: str, number: int) -> bytes:
    """The PNG for an article; the same for the same section and number."""
    above, below, sun, near = _COLOURS.get(section, _COLOURS["opinion"])
    palette = [_between(above, below, step / (_SKY_STEPS - 1)) for step in range(_SKY_STEPS)]
    palette.append(sun)
    palette += [_between(below, near, (hill + 1) / _HILLS) for hill in range(_HILLS)]
    return _png(palette, _scene(Random(f"{section}-{number}")))  # noqa: S311 - a picture, not a secret


def _scene(random: Random) -> list[bytes]:
    """Rows of palette numbers."""
    sun_x, sun_y, radius = random.randint(120, 520), random.randint(90, 170), random.randint(34, 58)
    rows = []
    for y in range(HEIGHT):
        row = bytearray([min(_SKY_STEPS - 1, y * _SKY_STEPS // 300)]) * WIDTH
        half = math.isqrt(max(0, radius**2 - (y - sun_y) ** 2))
        row[sun_x - half : sun_x + half] = bytes([_SUN]) * (2 * half)
        rows.append(row)
    for hill in range(_HILLS):
        base, swell, phase = 210 + 45 * hill, random.uniform(14, 34), random.uniform(0, math.tau)
        length, ripple = random.uniform(0.008, 0.016), random.uniform(3, 9)
        for x in range(WIDTH):
            top = int(base + swell * math.sin(x * length + phase) + ripple * math.sin(x * length * 3.7 + phase * 2))
            for y in range(max(0, top), HEIGHT):
                rows[y][x] = _SUN + 1 + hill
    return [bytes(row) for row in rows]


def _between(start: _Colour, end: _Colour, share: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _png(palette: list[_Colour], rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)  # 8 bits a pixel, palette
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(sum(palette, ()))), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
