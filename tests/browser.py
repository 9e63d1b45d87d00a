"""A real browser for tests: Debian's Chromium, driven by Playwright, started once for all that take `chromium`.

The shell without a window of its own comes first: it is the same engine at half the work of the whole browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:  # every run of tests reads this file, and few need a browser
    from playwright.async_api import Browser

FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--accept-lang=en-US,en",  # the shell asks for no language by itself
]

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")

#: for whole files: the browser lives on one event loop, so its tests run on that
IN_BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Raises RuntimeError where there is none: a test that can't look is no test."""
    from playwright.async_api import async_playwright, expect

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        raise RuntimeError(
            "Chromium is not installed: apt-get install chromium-headless-shell, or set CHROMIUM to its path"
        )
    expect.set_options(timeout=15_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def fresh(chromium: Browser) -> AsyncIterator[Browser]:
    """As if nobody had used it: a page has a context of its own, with cookies and storage, that ends with the block."""
    assert chromium.contexts == []
    try:
        yield chromium
    finally:
        for context in chromium.contexts:
            await context.close()
