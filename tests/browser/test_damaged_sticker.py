"""A lock whose sticker cannot be read is activated by what stands under its battery cover."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hindrances import none_on
from tests.browser.test_console_journeys import DESK, staff
from tests.server import Running

SERIAL, DOOR = "LM000108", "Boiler Room"
Someone = Callable[..., Page]


def under_the_cover(server: Running, someone: Someone) -> tuple[str, str]:
    """Name and digits as they are read at the lock, whose inside button is then pressed."""
    face = someone(**DESK)
    face.goto(f"{server.address}/bench/{SERIAL}")
    expect(face.locator("#cover")).not_to_be_empty()
    name, first, second = (face.locator("#cover").text_content() or "").split()
    face.locator('[data-do="button"]').first.click()
    expect(face.get_by_text("inside button pressed").first).to_be_visible()
    return name, first + second


def installing(server: Running, someone: Someone, name: str) -> Page:
    """Ana at the page of the door, with the name typed."""
    ana = staff(someone(**DESK), server.address, "ana")
    ana.goto(f"{server.address}/c/doors?q=Boiler")
    ana.get_by_role("link", name=DOOR).first.click()
    ana.goto(f"{ana.url.split('?')[0]}/activate")
    ana.get_by_text("Sticker damaged?").click()
    none_on(ana)
    ana.get_by_label("Name, 8 letters and digits").fill(name)
    return ana


def tell(ana: Page, digits: str) -> None:
    """Types the digits and sends them."""
    ana.get_by_label("The 8 digits").fill(digits)
    ana.get_by_role("button", name="Activate with the digits").click()


@pytest.mark.rule("LOCK-10")
def test_a_lock_is_activated_by_its_eight_digits_wrong_first_then_right(untouched: Running, someone: Someone) -> None:
    """The page says how many tries are left, to none; after another press the right digits go the whole way to the lock's own signature."""
    name, digits = under_the_cover(untouched, someone)
    ana = installing(untouched, someone, name.lower())
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    for left in ("4", "3", "2", "1"):
        tell(ana, wrong)
        expect(ana.get_by_text(f"Tries left for this press of the button: {left}")).to_be_visible()
        ana.locator("[data-when=wrong_digits] button").click()
    tell(ana, wrong)
    expect(ana.get_by_text("and no try is left. Press the button inside the lock again.")).to_be_visible()
    none_on(ana)
    ana.locator("[data-when=wrong_digits_last] button").click()
    tell(ana, digits)
    expect(ana.get_by_text("No try is left for this press of the button.")).to_be_visible()
    ana.locator("[data-when=reason-press_again] button").click()

    assert under_the_cover(untouched, someone) == (name, digits)
    tell(ana, f"{digits[:4]} {digits[4:]}")
    expect(ana.get_by_text("Active since")).to_be_visible()
