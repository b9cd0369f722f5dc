"""What would hinder somebody on a page: checked by axe, on the page as it stands."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

FITS = "document.documentElement.scrollWidth <= innerWidth"

# "today 23:28" is "on Sun 22 Nov at 23:28" after midnight: each time as long as it can be, which is what its title says.
FITS_ANOTHER_DAY = f"""(() => {{
  const times = [...document.querySelectorAll("time[title]")].map((time) => [time, time.textContent]);
  for (const [time] of times) time.textContent = time.title;
  const fits = {FITS};
  for (const [time, text] of times) time.textContent = text;
  return fits;
}})()"""


def none_on(page: Page) -> None:
    """No rule of WCAG 2.2 AA is broken here, nor one of good practice; nothing is wider than the screen."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    said = [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]]
    assert not said, f"{page.url}\n" + "\n".join(said)
    assert page.evaluate(FITS), f"{page.url} scrolls sideways"
    assert page.evaluate(FITS_ANOTHER_DAY), f"{page.url} scrolls sideways on another day, when its times are said with their day"
