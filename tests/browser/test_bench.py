"""Every model's face does what a body at the door can do, and shows only what the model has (screens 6, W13)."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.server import Running

READER, M2, M, C2, M3, C = "LM000101", "LM000102", "LM000103", "LM000104", "LM000105", "LM000107"
MODELS = {
    # serial: card reader, metal key, bolt from inside, Qi
    READER: (True, False, False, False),
    M2: (True, True, True, False),
    M: (True, True, True, False),
    C2: (True, False, False, True),
    M3: (True, True, True, True),
    C: (False, True, False, False),
}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Bench:
    """One lock's face in a browser."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin

    def use(self, serial: str) -> None:
        """Opens the face and waits for the lock."""
        self.page.goto(f"{self.origin}/bench/{serial}")
        expect(self.words).not_to_have_text("Looking for this lock.")
        self.page.evaluate(
            """() => { window.said = []; const words = document.querySelector("#words");
            new MutationObserver(() => window.said.push(words.textContent.trim())).observe(words, { characterData: true, subtree: true, childList: true }); }"""
        )

    def has_said(self, words: str) -> None:
        """The lens said so, if only for the moment in which nobody looked."""
        self.page.wait_for_function("words => window.said.includes(words)", arg=words)

    @property
    def words(self) -> Locator:
        """What the lens says."""
        return self.page.locator("#words")

    @property
    def lens(self) -> Locator:
        """The lens itself."""
        return self.page.locator("#lens")

    def press(self, name: str) -> None:
        """A hand does something."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def wake(self) -> None:
        """Touches the lens until it is awake."""
        if self.lens.get_attribute("data-state") != "awake":
            self.press("Touch the lens")
        expect(self.words).to_have_text("Type the digits, then the check mark.")

    def type(self, digits: str) -> None:
        """Touches digits and the check mark, at once: however busy the machine is, no pause between two of them ends the entry (CODE-9)."""
        keys = [*(f'[data-digit="{digit}"]' for digit in digits), '[data-do="check"]']
        self.lens.evaluate("(lens, keys) => keys.forEach((key) => lens.querySelector(key).click())", keys)


@pytest.fixture
def bench(browser: Browser, demo: Running) -> Iterator[Bench]:
    """A desk-size window in English."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield Bench(context.new_page(), demo.address)
    context.close()


def fine(page: Page) -> None:
    """No finding of the accessibility check, and nothing to scroll sideways."""
    found = Axe().run(page, options=AXE).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.rule("LOCK-2")
@pytest.mark.parametrize("serial", MODELS)
def test_a_face_has_what_its_model_has_and_nothing_else(bench: Bench, serial: str) -> None:
    """No NFC, no card; no cylinder, no metal key; Qi where there is Qi; readers are wired."""
    card, key, bolt, qi = MODELS[serial]
    bench.use(serial)
    wired = serial == READER
    shown = {
        "Tap the card": card,
        "Metal key": key,
        "Throw the bolt from inside": bolt,
        "Hold a Qi power bank to the lens": qi,
        "Cut the power": wired,
        "Pull the battery": not wired,
        "Open inside": True,
        "Walk away": True,
    }
    for name, there in shown.items():
        expect(bench.page.get_by_role("button", name=name, exact=True)).to_have_count(1 if there else 0)
    expect(bench.page.get_by_text("Qi: Not on this model.")).to_be_visible(visible=not qi)


@pytest.mark.parametrize("serial", MODELS)
def test_a_wrong_code_is_not_accepted_and_leaves_no_digits(bench: Bench, serial: str) -> None:
    """The lens blinks and says so in words; what happened is told without the digits; the code takes one try."""
    bench.use(serial)
    bench.wake()
    bench.type("90817263")
    bench.has_said("Not accepted.")
    expect(bench.page.locator("#happened li").first).to_have_text(re.compile(r"^\d\d:\d\d:\d\d code refused$"))
    expect(bench.page.locator("#tries")).to_contain_text(re.compile(r"of \d+"))
    assert "90817263" not in bench.page.content()


@pytest.mark.parametrize("serial", [one for one, has in MODELS.items() if has[0]])
def test_somebody_elses_card_is_not_accepted(bench: Bench, serial: str) -> None:
    """Every model with a reader."""
    bench.use(serial)
    bench.page.get_by_label("Card").select_option(label="Somebody else's card")
    bench.press("Tap the card")
    bench.has_said("Not accepted.")
    expect(bench.page.locator("#happened li").first).to_contain_text("refused")


@pytest.mark.rule("LOCK-9")
@pytest.mark.parametrize("serial", [one for one, has in MODELS.items() if has[1]])
def test_metal_key_and_inside_handle_always_open(bench: Bench, serial: str) -> None:
    """Whatever the mind believes; both are in what happened."""
    bench.use(serial)
    bench.press("Metal key")
    expect(bench.page.locator("#happened li").first).to_contain_text("metal key turned")
    bench.press("Open inside")
    expect(bench.page.locator("#happened li").first).to_contain_text("opened from inside")


def test_without_battery_the_lens_is_dark_and_afterwards_its_clock_is_lost(bench: Bench) -> None:
    """The digits are gone, too; fresh batteries bring them back."""
    bench.use(C)
    bench.press("Pull the battery")
    expect(bench.words).to_have_text("No power.")
    expect(bench.lens).to_have_attribute("data-state", "no power")
    expect(bench.lens.get_by_role("button", name="1", exact=True)).to_be_hidden()
    expect(bench.page.locator("#power")).to_have_text("No power.")
    bench.press("Put fresh batteries in")
    expect(bench.page.locator("#happened li").first).to_contain_text("started, clock lost")
    expect(bench.page.locator("#time")).to_have_text("lost")
    expect(bench.page.locator("#power")).to_have_text("Battery 100 %")
    bench.wake()


def test_a_reader_without_power_and_with_it_again(bench: Bench) -> None:
    """Wired: its power is cut and restored."""
    bench.use(READER)
    expect(bench.page.locator("#power")).to_have_text("Wired")
    bench.press("Cut the power")
    expect(bench.words).to_have_text("No power.")
    bench.press("Restore the power")
    expect(bench.page.locator("#power")).to_have_text("Wired")


def test_the_keypad_works_by_keyboard_on_the_lens_and_nowhere_else(bench: Bench) -> None:
    """L touches it, 0 to 9 type, Enter is the check mark; elsewhere keys do nothing."""
    bench.use(M3)
    bench.page.get_by_role("link", name="All locks").focus()
    bench.page.keyboard.press("l")
    bench.page.keyboard.press("5")
    expect(bench.words).to_have_text("Asleep. Touch the lens.")
    bench.page.get_by_role("button", name="Touch the lens").focus()
    bench.page.keyboard.press("l")
    expect(bench.words).to_have_text("Type the digits, then the check mark.")
    for digit in "90817264":
        bench.page.keyboard.press(digit)
    bench.page.keyboard.press("Enter")
    bench.has_said("Not accepted.")


def test_walking_away_is_said_and_undone_by_any_hand(bench: Bench) -> None:
    """No phone reaches the lock meanwhile."""
    bench.use(M2)
    bench.press("Walk away")
    expect(bench.page.get_by_text("You walked away: no phone reaches this lock")).to_be_visible()
    expect(bench.page.get_by_role("button", name="Walk away")).to_have_attribute("aria-pressed", "true")
    bench.press("Touch the lens")
    expect(bench.page.get_by_text("You walked away")).to_be_hidden()


def test_a_reader_without_signal_says_so_and_still_works(bench: Bench) -> None:
    """Only what has a network can lose it; the code is still compared by the lock itself."""
    bench.use(READER)
    bench.page.get_by_text("Faults", exact=True).click()
    bench.press("Lose signal")
    expect(bench.page.get_by_text("No signal: changes wait.")).to_be_visible()
    bench.wake()
    bench.type("90817265")
    bench.has_said("Not accepted.")
    bench.press("Lose signal")
    expect(bench.page.get_by_text("No signal: changes wait.")).to_be_hidden()
    bench.use(M2)
    bench.page.get_by_text("Faults", exact=True).click()
    expect(bench.page.get_by_role("button", name="Lose signal")).to_be_hidden()


def test_time_passes_in_place(bench: Bench) -> None:
    """An hour later the wall says so, and the lock still believes its clock."""
    bench.use(M2)
    before = bench.page.request.get(f"{bench.origin}/demo/clock").json()
    with bench.page.expect_response(lambda answer: answer.url.endswith("/demo/clock") and answer.request.method == "POST") as passed:
        bench.press("One hour passes")
    assert passed.value.json()["offset_ms"] - before["offset_ms"] == 3_600_000
    zone, minutes = ZoneInfo("America/New_York"), range(0, 600, 60)  # real time goes on while this page is read
    walls = [datetime.fromtimestamp(passed.value.json()["now_ms"] / 1000 + later_s, zone).strftime("%H:%M") for later_s in minutes]
    expect(bench.page.locator("#clock")).to_have_text(re.compile(f" ({'|'.join(walls)})$"))
    expect(bench.page.locator("#time")).to_contain_text(re.compile("good|coarse"))


def test_the_locks_words_are_read_in_spanish(browser: Browser, demo: Running) -> None:
    """A lock knows no languages; the page does."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-MX", color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(f"{demo.address}/bench/{M2}")
        page.get_by_role("button", name="Tocar la lente").click()
        expect(page.locator("#words")).to_have_text(re.compile("^Marque los dígitos y .* la marca de verificación"))
        fine(page)
    finally:
        context.close()


@pytest.mark.parametrize("size", [(390, 844), (320, 640), (1280, 900)], ids=lambda size: f"{size[0]} px")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bench_and_tour_can_be_used_by_everybody(browser: Browser, demo: Running, size: tuple[int, int], scheme: str) -> None:
    """Tour, shelf, mailbox and faces of three kinds: no finding, nothing to scroll sideways."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        for path in ("/demo/", "/bench/?q=1", "/demo/mail", f"/bench/{READER}", f"/bench/{C2}", f"/bench/{M}"):
            page.goto(f"{demo.address}{path}")
            expect(page.get_by_text("DEMONSTRATION, no real door")).to_be_visible()
            fine(page)
    finally:
        context.close()


def test_the_shelf_finds_a_lock_and_leads_to_it(bench: Bench) -> None:
    """By door or serial; what is not there is said."""
    bench.page.goto(f"{bench.origin}/bench/")
    bench.page.get_by_label("Door or serial").fill("package")
    bench.page.keyboard.press("Enter")
    bench.page.get_by_role("link", name="Use this lock: Package Room").click()
    expect(bench.page.get_by_role("heading", level=1)).to_have_text("Package Room, Lock M, no network")
    bench.page.goto(f"{bench.origin}/bench/?q=nowhere")
    expect(bench.page.get_by_text('No door called "nowhere".')).to_be_visible()
