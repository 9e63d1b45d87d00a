"""What axe, an accessibility checker that we did not write, finds on a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

_SCRIPT = Path(__file__).parent / "node/node_modules/axe-core/axe.min.js"
_GRAVE = ("serious", "critical")


@cache
def _source() -> str:
    assert _SCRIPT.is_file(), "run `npm ci` in tests/node first"
    return _SCRIPT.read_text("utf-8")


async def grave_faults(page: Page | Frame) -> list[str]:
    """One line for each place: rule, what is wrong, which element. Of the frame itself, not of frames within it."""
    await page.evaluate(_source())
    found: dict[str, Any] = await page.evaluate("axe.run(document, {iframes: false, resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']}: {node['target']} {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]
