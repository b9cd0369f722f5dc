"""What would hinder somebody on a page: checked by axe, on the page as it stands."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def none_on(page: Page) -> None:
    """No rule of WCAG 2.2 AA is broken here, nor one of good practice; nothing is wider than the screen."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    said = [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]]
    assert not said, f"{page.url}\n" + "\n".join(said)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
