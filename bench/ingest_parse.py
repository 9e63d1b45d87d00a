"""How fast feeds and pages are read, beside the bare libraries in the same run: `python -m bench ingest_parse`.

A made feed of 200 items and the golden pages; the feeds of `NEWSBOT_SHARED_DATA` too, where it is set.
Medians of ROUNDS; the ratio says how much of the time is ours.
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser

from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.summariser import summarise
from newsbot.text.tokens import content_fingerprint

ROUNDS = 15
DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAGES = sorted((Path(__file__).parents[1] / "tests" / "golden" / "pages").glob("*.html"))
ITEM = (
    "<item><title>নদীর দুই পাড়ে গাছ লাগাবে স্কুলের শিক্ষার্থীরা {n}</title>"
    "<link>https://paper.example/national/{n}</link><guid>https://paper.example/national/{n}</guid>"
    "<category>জাতীয়</category><pubDate>Tue, 10 Mar 2026 17:45:00 +0600</pubDate>"
    "<description>&lt;p&gt;সোনাপুরের ছয়টি বিদ্যালয়ের শিক্ষার্থীরা দশ হাজার চারা রোপণ করবে।&lt;/p&gt;</description></item>"
)


def made_feed(items: int = 200) -> bytes:
    listed = "".join(ITEM.format(n=n) for n in range(items))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>দিনের আলো</title>{listed}</channel></rss>'.encode()


def median_seconds(work: Callable[[], object]) -> float:
    work()  # imports and caches
    took: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def compare_feed(name: str, data: bytes) -> None:
    ours = partial(parse_feed, data, base_url="https://paper.example/rss", tz=DHAKA, now=NOW)
    items, mine = len(ours().items), median_seconds(ours)
    bare = median_seconds(lambda: feedparser.parse(io.BytesIO(data)))
    print(
        f"feed {name}: {items} items, {mine * 1e3:.1f} ms, {items / mine:,.0f} items/s; "
        f"feedparser alone {bare * 1e3:.1f} ms; ratio {mine / bare:.2f}"
    )


def compare_pages() -> None:
    import trafilatura

    ours = bare = 0.0
    for path in PAGES:
        data = path.read_bytes()
        mine = median_seconds(partial(extract_page, data, base_url="https://p.example/n/12345", tz=DHAKA, now=NOW))
        theirs = median_seconds(partial(trafilatura.bare_extraction, data, with_metadata=True))
        ours, bare = ours + mine, bare + theirs
        print(f"page {path.stem}: {mine * 1e3:.1f} ms; trafilatura {theirs * 1e3:.1f} ms; ratio {mine / theirs:.2f}")
    print(f"pages: {len(PAGES) / ours:,.0f}/s; trafilatura {len(PAGES) / bare:,.0f}/s; ratio {ours / bare:.2f}")


def text_steps() -> None:
    page = extract_page(PAGES[-1].read_bytes(), base_url="https://p.example/n/12345", tz=DHAKA, now=NOW)
    summary = median_seconds(lambda: summarise(page.headline, page.body))
    fingerprint = median_seconds(lambda: content_fingerprint(page.headline, page.body))
    print(f"summary {summary * 1e6:.0f} µs; fingerprint {fingerprint * 1e6:.0f} µs")


def import_costs() -> None:
    """Time and memory of a first import, each in a process of its own."""
    measure = (
        "import sys, time\n"
        "used = lambda: int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1]) / 1024\n"
        "before, start = used(), time.perf_counter()\n"
        "__import__(sys.argv[1])\n"
        "print(f'{(time.perf_counter() - start) * 1e3:.0f} ms, {used() - before:.0f} MB')"
    )
    for module in ("selectolax.lexbor", "feedparser", "trafilatura", "newsbot.ingest.page_extractor"):
        cost = subprocess.run([sys.executable, "-c", measure, module], capture_output=True, text=True, check=True)
        print(f"import {module}: {cost.stdout.strip()}")


def main() -> None:
    import_costs()
    compare_feed("made", made_feed())
    folder = os.environ.get("NEWSBOT_SHARED_DATA")
    for path in sorted((Path(folder) / "feeds").glob("*.xml")) if folder else ():
        compare_feed(path.stem, path.read_bytes())
    compare_pages()
    text_steps()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
