"""Journeys of residents through the real app at real (simulated) locks: J2, J6, the beginning of J7, and J8 (screens, section 8)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from limen.cli.rehearsal.bodies import Face
from tests.browser.cellar import Cellar, cellar
from tests.server import Running

HOME, PARCELS = "LM000140", "LM000103"
LISTENS = """
  window.lines = [];
  const Line = RTCPeerConnection;
  window.RTCPeerConnection = class extends Line { constructor(...a) { super(...a); window.lines.push(this); } };
"""
HEARD = """async () => {
  let packets = 0;
  for (const line of window.lines) if (line.connectionState !== "closed")
    for (const said of (await line.getStats()).values()) if (said.type === "inbound-rtp" && said.kind === "audio") packets += said.packetsReceived;
  return packets;
}"""
SEEN = """() => {
  window.seen = [];
  for (const row of document.querySelectorAll("[data-lock]"))
    new MutationObserver(() => window.seen.push(row.dataset.opening)).observe(row, { attributeFilter: ["data-opening"] });
}"""


def sign_in(page: Page, address: str, who: str) -> None:
    """As one of the cast; agrees to the policy the first time."""
    page.goto(f"{address}/demo/")
    page.locator(f'form[action="/demo/sign-in/{who}"] button').first.click()
    page.wait_for_url(re.compile("/home/"))
    if page.url.endswith("/home/consent"):
        page.locator("button[value=agree]").click()
        page.wait_for_url(re.compile("/home/$"))


def fetched(page: Page) -> None:
    """The phone has its doors, and the app is kept for when there is no signal."""
    expect(page.locator("html[data-signal=there][data-kept=all]")).to_be_attached(timeout=60_000)


def face(demo: Running, serial: str) -> Face:
    """Hands at a lock."""
    return Face((Path(demo.data) / "locks-url").read_text().strip(), serial)


def walk_away(lock: Face) -> None:
    """Nobody is near any more, and the lock knows it: what a page does next comes by another way."""
    lock.do("walk_away")
    for _ in range(100):
        lock.settled()
        if lock.view["away"]:
            return
    raise AssertionError("the lock still takes somebody for near")


def test_a_favourite_stands_on_top_and_is_forgotten_at_the_sign_out(demo: Running, someone: Callable[..., Page]) -> None:
    """W7: chosen by key on the page of the door, kept on this phone alone; whoever uses it next finds nothing of it."""
    dana = someone()
    sign_in(dana, demo.address, "dana")
    names = dana.locator("#doors h2")
    expect(names.first).to_have_text("Unit 4B")
    dana.get_by_role("link", name="Gym", exact=True).click()
    star = dana.get_by_role("button", name="Show Gym first")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    dana.goto(f"{demo.address}/home/")
    expect(names.first).to_have_text("Gym")
    expect(dana.locator("#doors > li").first).to_contain_text("first")
    expect(dana.locator("#doors [data-part=open][data-kind=primary]")).to_have_text(re.compile("Open Gym"))
    dana.goto(f"{demo.address}/home/me")
    dana.get_by_role("button", name="Sign out").click()
    dana.wait_for_url(lambda url: "/home/me" not in url)
    sign_in(dana, demo.address, "theo")
    expect(names.first).to_have_text("Unit 4B")


@pytest.mark.rule("LOCK-3")
@pytest.mark.rule("SYNC-3")
@pytest.mark.rule("PEOPLE-6")
def test_j2_first_opening_with_phone_and_lock_offline(untouched: Running, someone: Callable[..., Page]) -> None:
    """J2: agree once; without signal the first opening sets the door up, the second does not; out of reach says so."""
    with cellar(untouched.address) as place:
        dana = someone()
        sign_in(dana, place.address, "dana")
        expect(dana.get_by_role("heading", name="My doors")).to_be_visible()
        expect(dana.get_by_text("First opening sets it up").first).to_be_visible()
        fetched(dana)
        place.cut()
        dana.reload()
        expect(dana.locator("#offline")).to_contain_text(
            re.compile(
                r"No signal\. This phone opens your doors until \w{3} \d+ \w{3}( \d{4})? \d\d:\d\d\. Your codes go on working\. "
                r"This is from (today|\w{3} \d+ \w{3}) \d\d:\d\d\."
            )
        )
        dana.get_by_role("link", name="Unit 4B").click()
        dana.wait_for_url(re.compile("/home/doors/"), wait_until="load")
        dana.evaluate(SEEN)
        with face(untouched, HOME) as lock:
            dana.get_by_role("button", name="Open Unit 4B").click()
            expect(dana.get_by_text("Open. You have 10 seconds.")).to_be_visible()
            expect(dana.get_by_text("Turn the outside knob.")).to_be_visible()
            assert "setting_up" in dana.evaluate("window.seen")
            assert "Open for 10 seconds." in lock.until_words("Open for")
            dana.evaluate("window.seen.length = 0")
            dana.get_by_role("button", name="Open Unit 4B").click()
            dana.wait_for_function("() => window.seen.at(-1) === 'open'")
            assert "setting_up" not in dana.evaluate("window.seen")
            walk_away(lock)
            dana.get_by_role("button", name="Open Unit 4B").click()
            expect(dana.get_by_text("We cannot reach the lock. Go closer, within 10 feet, and tap again.")).to_be_visible()
            lock.do("lens")
        place.back()
        dana.goto(f"{place.address}/home/")
        fetched(dana)


LASTS = """(row) => new Promise((ended, late) => {
  setTimeout(() => late(new Error(row.dataset.opening)), 30_000);
  let since = 0;
  new MutationObserver(() => {
    if (row.dataset.opening === "open") since = performance.now();
    else if (since) ended(performance.now() - since);
  }).observe(row, { attributeFilter: ["data-opening"] });
  row.querySelector("[data-do=open]").click();
})"""
RUNS = "(opening) => getComputedStyle(opening.querySelector('.lens .run')).animationDuration"


@pytest.mark.rule("LOCK-4")
def test_an_opening_is_shown_as_long_as_the_door_stays_open(demo: Running, someone: Callable[..., Page]) -> None:
    """Where the page says five seconds, the circle runs for five, and then the row is as before; ten, where it says ten."""
    theo = someone(service_workers="block")
    sign_in(theo, demo.address, "theo")
    expect(theo.locator("html[data-signal=there]")).to_be_attached()
    row = theo.locator(".door-row", has=theo.get_by_role("heading", name="Main Entrance"))
    opening = row.locator(".opening")
    for seconds in (10, 5):
        opening.evaluate("(opening, seconds) => { opening.dataset.engaged = seconds; }", seconds)
        assert row.evaluate(LASTS) > 1000 * seconds - 100  # a busy machine may be late, never early
        opening.evaluate("(opening) => { opening.dataset.state = 'open'; }")
        assert opening.evaluate(RUNS) == f"{seconds}s"


def test_j2_a_browser_without_bluetooth_shows_the_code(place: Cellar, someone: Callable[..., Page]) -> None:
    """J2, step 6: Theo's browser cannot talk to locks; each row offers the code, and it comes when asked for, also without signal."""
    theo = someone(service_workers="block")
    theo.route(
        "**/home/",
        lambda route: route.fulfill(response=(got := route.fetch()), body=got.text().replace('content="websocket"', 'content="bluetooth"')),
    )
    sign_in(theo, place.address, "theo")
    theo.goto(f"{place.address}/home/")
    expect(theo.locator("#unsupported")).to_be_visible()
    expect(theo.locator("#unsupported")).to_have_text(
        "This browser cannot talk to locks. Your code and card work. To open by phone, use Chrome on Android."
    )
    expect(theo.get_by_role("button", name="Open Unit 4B")).to_be_hidden()
    theo.get_by_role("link", name="Show the code for Unit 4B").click()
    theo.wait_for_url(re.compile("/home/codes"), wait_until="load")
    row = theo.locator(".code-row", has=theo.get_by_role("heading", name="Unit 4B"))
    assert not re.search(r"\d{7}", row.inner_text())
    row.get_by_role("button", name="Show the code for Unit 4B").click()
    expect(row.locator(".digits")).to_contain_text(re.compile(r"\d{3,4}"))
    shown = row.locator(".digits").inner_text()
    row.get_by_role("button", name="Hide").click()
    expect(row.locator(".digits")).to_be_empty()
    place.cut()
    row.get_by_role("button", name="Show the code for Unit 4B").click()
    expect(row.locator(".digits")).to_have_text(re.compile(r"\d"))
    assert row.locator(".digits").inner_text() == shown


def at_an_update(dana: Page, place: Cellar, door: str) -> Page:
    """Dana, signed in, with all that her phone fetches, at the update of one of her doors."""
    sign_in(dana, place.address, "dana")
    fetched(dana)
    dana.get_by_role("link", name=door).click()
    dana.get_by_role("link", name=f"Update {door}").click()
    dana.wait_for_url(re.compile("/update$"), wait_until="load")
    return dana


@pytest.mark.rule("SYNC-6")
@pytest.mark.rule("SYNC-12")
def test_j6_dana_updates_the_package_room(place: Cellar, someone: Callable[..., Page]) -> None:
    """J6: steps with what happens now, a check with the time from the receipt, the battery; nothing is left to hand in."""
    dana = at_an_update(someone(), place, "Package Room")
    expect(dana.get_by_text("Stay within 10 feet and keep this screen open.")).to_be_visible()
    dana.get_by_role("button", name="Update", exact=True).click()
    expect(dana.get_by_text(re.compile(r"Up to date\. Confirmed by the lock today \d\d:\d\d\."))).to_be_visible()
    expect(dana.locator("[data-when=confirmed]")).to_contain_text(re.compile(r"Battery \d+ %\."))
    dana.goto(f"{place.address}/home/carry")
    expect(dana.get_by_text("0 sealed records to hand in")).to_be_visible()


@pytest.mark.rule("SYNC-6")
def test_j6_an_update_without_signal_leaves_its_proof_on_the_phone(place: Cellar, someone: Callable[..., Page]) -> None:
    """The hollow check: done at the lock, not handed in; with signal it goes up."""
    dana = at_an_update(someone(), place, "Alley Gate")
    place.cut()
    dana.get_by_role("button", name="Update", exact=True).click()
    expect(
        dana.get_by_text(re.compile(r"Updated at the lock today \d\d:\d\d\. The proof is on this phone and goes up when there is signal\."))
    ).to_be_visible()
    place.back()
    dana.goto(f"{place.address}/home/carry")
    expect(dana.get_by_text("0 sealed records to hand in")).to_be_visible()


@pytest.mark.rule("CODE-4")
@pytest.mark.rule("CODE-6")
def test_j7_a_code_for_the_plumber(demo: Running, place: Cellar, someone: Callable[..., Page]) -> None:
    """J7, steps 1 to 4: M18 before and after, digits once, M19, and the lock opens that never heard of it."""
    dana = someone()
    sign_in(dana, place.address, "dana")
    dana.goto(f"{place.address}/home/guests/code")
    warning = "This code cannot be taken back once you share it. To be able to end access, invite your guest to the app."
    expect(dana.get_by_text(warning).first).to_be_visible()
    dana.get_by_label("Door", exact=True).select_option(label="Package Room")
    dana.get_by_label("For").fill("Plumber")
    dana.get_by_role("button", name="Make the code").click()
    expect(dana.locator(".digits")).to_be_visible()
    digits = re.sub(r"\D", "", dana.locator(".digits span[aria-hidden]").all_inner_texts().__repr__())
    assert len(digits) >= 7
    expect(dana.get_by_text(warning).last).to_be_visible()
    dana.reload()
    assert digits not in re.sub(r"\s", "", dana.content())
    dana.goto(f"{place.address}/home/guests")
    dana.get_by_text("Can I end this code?").first.click()
    expect(
        dana.get_by_text(re.compile(r"This code cannot be taken back\. It ends by itself at the end of today \(\w{3} \d+ \w{3}\)\.")).first
    ).to_be_visible()
    with face(demo, PARCELS) as lock:
        assert lock.type(digits).startswith("Open for")
    with face(demo, HOME) as lock:
        assert lock.type(digits) == "Not accepted."


@pytest.mark.rule("LINK-4")
@pytest.mark.rule("LINK-5")
@pytest.mark.rule("LINK-7")
def test_j8_flowers(demo: Running, place: Cellar, someone: Callable[..., Page]) -> None:
    """J8: Victor rings, Dana answers, sound flows both ways, what he types arrives, the code appears on his screen and opens."""
    dana, victor = someone(), someone(permissions=["microphone"])
    for one in (dana, victor):
        one.add_init_script(LISTENS)
    victor.goto(f"{place.address}/demo/")
    sign = victor.locator('a[href^="/v/"]').first.get_attribute("href") or ""
    sign_in(dana, place.address, "dana")
    fetched(dana)
    victor.goto(place.address + sign)
    victor.get_by_role("searchbox").fill("whi")
    victor.get_by_role("button", name="Find").click()
    victor.get_by_role("button", name="Call D. Whitfield").click()
    expect(dana.get_by_role("heading", name="Visitor at the Package Room")).to_be_focused()
    dana.get_by_role("button", name="Answer").click()
    expect(dana.get_by_role("heading", name="Talking, Package Room")).to_be_visible()
    expect(victor.get_by_role("heading", name=re.compile("^Talking"))).to_be_visible()
    for one in (dana, victor):
        one.wait_for_function(f"async () => (await ({HEARD})()) > 0")
    victor.locator("[data-part=typing] summary").click()
    victor.locator("#words").fill("Flowers for 4B")
    victor.get_by_role("button", name="Send").click()
    expect(dana.get_by_text('They wrote: "Flowers for 4B"')).to_be_visible()
    dana.get_by_role("button", name="Make a code for them").click()
    expect(dana.get_by_text("The code is on their screen.")).to_be_visible()
    expect(victor.locator("[data-part=code] .digits")).to_be_visible()
    code = re.sub(r"\D", "", "".join(victor.locator("[data-part=code] .digits span[aria-hidden]").all_inner_texts()))
    assert code not in re.sub(r"\s", "", dana.content())
    with face(demo, PARCELS) as lock:
        assert lock.type(code).startswith("Open for")
    dana.get_by_role("button", name="Hang up").click()
    expect(dana.get_by_role("heading", name="Call ended. A code was made.")).to_be_visible()
    expect(victor.get_by_role("heading", name="Call ended.")).to_be_visible()


@pytest.mark.rule("LINK-7")
def test_ring_me_now_rings(place: Cellar, someone: Callable[..., Page]) -> None:
    """The test ring goes the way of a real one, and the page says that it rang."""
    dana = someone()
    sign_in(dana, place.address, "dana")
    expect(dana.locator("html[data-signal=there]")).to_be_attached()  # her phone is registered: only then she is listed
    dana.goto(f"{place.address}/home/me/intercom")
    expect(dana.get_by_text("Visitors see: D. Whitfield")).to_be_visible()
    dana.get_by_role("button", name="Ring me now").click()
    dana.get_by_role("button", name="Answer").click()
    expect(dana.get_by_text("It rang.")).to_be_visible()
