"""No button of a call ends in silence, on either side of the door: before there is a call, and where there is no signal (LINK-7)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hindrances import none_on
from tests.browser.test_visitor import sign, talk, theo, victor
from tests.server import Running, running

__all__ = ["theo", "victor"]

CALLS = re.compile(r"/v/\w+/calls\?")
NO_SIGNAL = "No signal. Try again where there is some."
NOTHING = "We got no answer, so we do not know if it rang. Wait a minute, then call again."


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demonstration of their own: one address may ring one home eight times in ten minutes, and the visitor's tests do."""
    with running(tmp_path_factory.mktemp("demo"), "demo") as server:
        yield server


def find(victor: Page, demo: Running) -> None:
    """Theo's name, on Victor's screen."""
    victor.goto(sign(victor, demo) + "?q=whi")


@pytest.mark.rule("LINK-7")
def test_a_call_is_stopped_before_it_exists_and_rings_no_longer_once_it_does(victor: Page, theo: Page, demo: Running) -> None:
    """The service takes its time: the screen says at once that it was stopped, and what was made meanwhile is ended."""
    find(victor, demo)
    waiting: list[Route] = []
    victor.route(CALLS, lambda route: waiting.append(route))
    victor.get_by_role("button", name="Call T. Whitfield").click()
    victor.get_by_role("button", name="Stop calling").click()
    expect(victor.get_by_role("heading", name="You stopped the call.")).to_be_focused()
    with victor.expect_response(re.compile(r"/v/\w+/calls/[0-9a-f-]+\?")) as told:
        waiting[0].continue_()
    assert told.value.json()["state"] == "cancelled"
    expect(victor.get_by_role("heading", name="You stopped the call.")).to_be_visible()
    expect(theo.get_by_role("heading", name="Visitor at the Package Room")).to_be_hidden()
    none_on(victor)


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize("how", ["no signal", "no answer"])
def test_a_call_that_could_not_be_made_says_so(victor: Page, theo: Page, demo: Running, how: str) -> None:
    """With what is known: nobody was called, or nobody knows; and a way on."""
    find(victor, demo)

    def away(route: Route) -> None:
        victor.context.set_offline(how == "no signal")
        route.fulfill(status=502, body="<h1>Bad gateway</h1>") if how == "no answer" else route.abort()

    victor.route(CALLS, away)
    victor.get_by_role("button", name="Call T. Whitfield").click()
    said = NOTHING if how == "no answer" else "No signal, so nobody was called. Call again where there is some."
    expect(victor.get_by_role("heading", name=said)).to_be_focused()
    expect(victor.get_by_role("link", name="Call again")).to_be_visible()
    expect(victor.get_by_role("button", name="Stop calling")).to_be_hidden()


@pytest.mark.rule("LINK-7")
def test_without_signal_the_residents_page_of_a_call_says_so_at_every_button(victor: Page, theo: Page, demo: Running) -> None:
    """Declining and answering were not done and can be tried again; hanging up is done here, and the other screen follows."""
    find(victor, demo)
    victor.get_by_role("button", name="Call T. Whitfield").click()
    expect(theo.get_by_role("alertdialog").get_by_role("button", name="Answer")).to_be_visible()
    theo.goto(f"{demo.address}/home/calls")
    theo.goto(demo.address + (theo.locator('a[href^="/home/call/"]').first.get_attribute("href") or ""))
    expect(theo.get_by_role("button", name="Decline")).to_be_visible()
    theo.context.set_offline(True)
    theo.get_by_role("button", name="Decline").click()
    expect(theo.get_by_role("alert").filter(has_text=NO_SIGNAL)).to_be_visible()
    theo.get_by_role("button", name="Answer").click()
    expect(theo.get_by_role("heading", name="You are not in the call")).to_be_focused()
    expect(theo.get_by_text(NO_SIGNAL)).to_be_visible()
    none_on(theo)
    theo.context.set_offline(False)
    theo.get_by_role("button", name="Try again").click()
    expect(theo.get_by_role("heading", name="Talking, Package Room")).to_be_visible()
    theo.context.set_offline(True)
    theo.get_by_role("button", name="Hang up").click()
    expect(theo.get_by_role("heading", name="Call ended.")).to_be_focused()
    expect(theo.get_by_text("Without signal the visitor's screen ends the call by itself, within a minute.")).to_be_visible()
    theo.context.set_offline(False)
    expect(victor.get_by_role("heading", name="Call ended.")).to_be_visible()


TOLD = """(() => {
  const fetched = fetch;
  window.fetch = (path, how) => {
    if (how?.method === "POST") sessionStorage.setItem("told", `${path.split("?")[0]} ${how.keepalive}`);
    return fetched(path, how);
  };
})()"""


@pytest.mark.rule("LINK-7")
def test_who_ends_a_call_and_goes_on_has_ended_it(victor: Page, theo: Page, demo: Running) -> None:
    """On both sides the service is told also by a page that goes: nobody rings or talks to nobody until a line is missed."""
    for one in (victor, theo):
        one.add_init_script(TOLD)
    find(victor, demo)
    talk(victor, theo)
    victor.get_by_role("button", name="Hang up").click()
    find(victor, demo)
    expect(theo.get_by_role("heading", name="Call ended.")).to_be_visible()
    assert re.fullmatch(r"/v/\w+/calls/[\w-]+ true", victor.evaluate("sessionStorage.told"))
    theo.goto(f"{demo.address}/home/")
    victor.get_by_role("button", name="Call T. Whitfield").click()
    victor.get_by_role("link", name="Call again").click()
    theo.get_by_role("alertdialog").get_by_role("button", name="Decline").click()
    theo.goto(f"{demo.address}/home/codes")
    expect(victor.get_by_role("heading", name="They cannot take the call now.")).to_be_visible()
    assert re.fullmatch(r"/home/api/calls/[\w-]+/decline true", theo.evaluate("sessionStorage.told"))
