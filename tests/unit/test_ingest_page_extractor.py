"""Golden pages: each layout of the press beside exactly what must be read from it, and pages that are odd or hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.values import EmptyDocument, ExtractedPage, NotAPage

PAGES = Path(__file__).parents[1] / "golden" / "pages"
DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
URL = "https://paper.example/national/123456"


def read(markup: str | bytes, url: str = URL) -> ExtractedPage:
    data = markup.encode() if isinstance(markup, str) else markup
    return extract_page(data, content_type="text/html", base_url=url, tz=DHAKA, now=NOW)


def as_json(page: ExtractedPage) -> dict[str, Any]:
    return {
        "url": page.url,
        "canonical_url": page.canonical_url,
        "headline": page.headline,
        "kicker": page.kicker,
        "byline": page.byline,
        "section": page.section,
        "date_line": page.date_line,
        "published_at": page.published_at.isoformat() if page.published_at else None,
        "updated_at": page.updated_at.isoformat() if page.updated_at else None,
        "image_url": page.image_url,
        "language": page.language,
        "description": page.description,
        "paragraphs": list(page.paragraphs),
        "latest": [
            [item.url, item.kicker, item.headline, item.published_at.isoformat() if item.published_at else None]
            for item in page.latest
        ],
    }


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_a_page_yields_exactly_what_stands_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    assert as_json(read(path.read_bytes(), expected["url"])) == expected
