"""Victor stands before the sign with a phone (LINK-2, LINK-4, LINK-7, LINK-9; screens 4)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.cellar import cellar
from tests.browser.hindrances import none_on
from tests.browser.test_bench import fine
from tests.server import Running


@pytest.fixture
def theo(someone: Callable[..., Page], demo: Running) -> Page:
    """Theo may open the Package Room and has the app, so he is listed there; he is at his doors."""
    page = someone()
    page.goto(f"{demo.address}/demo/")
    page.get_by_role("button", name="Sign in as Theo").click()
    page.wait_for_url(re.compile("/home/"))
    if "/home/consent" in page.url:
        page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("heading", name="My doors")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Open ")).first).to_be_visible()
    expect(page.locator("html[data-signal=there]")).to_be_attached()  # his phone is registered: only then he is listed
    return page


@pytest.fixture
def victor(someone: Callable[..., Page]) -> Page:
    """A visitor's phone."""
    return someone()


def sign(page: Page, demo: Running) -> str:
    """The address that the QR of the Package Room holds."""
    page.goto(f"{demo.address}/demo/")
    found = page.locator('a[href^="/v/"]').first.get_attribute("href")
    assert found is not None
    return f"{demo.address}{found}"


def talk(victor: Page, theo: Page) -> None:
    """The name is on the screen; Theo answers."""
    victor.get_by_role("button", name="Call T. Whitfield").click()
    theo.get_by_role("button", name="Answer").or_(theo.get_by_role("link", name="Answer")).first.click()
    expect(victor.get_by_role("heading", name=re.compile("Talking to T. Whitfield"))).to_be_visible()


def hang_up(page: Page) -> None:
    """Until the service knows, too: else it would be open for a while, and whoever rings next finds Theo in another call."""
    with page.expect_response(lambda answer: '"do":"stop"' in (answer.request.post_data or "")) as told:
        page.get_by_role("button", name="Hang up").click()
    assert told.value.ok
    expect(page.get_by_role("heading", name="Call ended.")).to_be_visible()


@pytest.mark.rule("LINK-2", "LINK-7")
def test_a_visitor_finds_a_name_by_keyboard_calls_and_stops(victor: Page, theo: Page, demo: Running) -> None:
    """Short, unknown, found; calling, ringing, stopped; and what to do next. Checked for everybody at each step; no cookie at the end."""
    address = sign(victor, demo)
    victor.context.clear_cookies()
    victor.goto(address)
    expect(victor.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    fine(victor)
    for asked, said in (("w", "Type at least 2 letters, or a unit number."), ("zzz", 'Nobody listed as "zzz".')):
        victor.get_by_label("Name or unit").fill(asked)
        victor.keyboard.press("Enter")
        expect(victor.get_by_role("status").filter(has_text=said)).to_be_visible()
    victor.get_by_label("Name or unit").fill("whi")
    victor.keyboard.press("Enter")
    expect(victor.get_by_text(re.compile(r'\d match(es)? for "whi"'))).to_be_visible()
    fine(victor)
    call = victor.get_by_role("button", name="Call T. Whitfield")
    call.focus()
    victor.keyboard.press("Enter")
    expect(victor.get_by_role("heading", name="Calling T. Whitfield")).to_be_focused()
    expect(victor.get_by_text(re.compile(r"Ringing, \d+ seconds"))).to_be_visible()
    fine(victor)
    expect(theo.get_by_text("Visitor at Package Room").or_(theo.get_by_text("Visitor at the Package Room")).first).to_be_visible()
    victor.get_by_role("button", name="Stop calling").click()
    expect(victor.get_by_role("heading", name="You stopped the call.")).to_be_focused()
    expect(victor.get_by_role("navigation", name="What to do next")).to_be_visible()
    fine(victor)
    victor.reload()
    expect(victor.get_by_role("heading", name="You stopped the call.")).to_be_visible()  # a reload never rings anybody
    victor.get_by_role("link", name="Back to names").click()
    expect(victor.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    assert victor.context.cookies() == []


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize("how", ["the phone knows", "nobody is told"])
def test_a_lost_network_is_said_and_comes_back(victor: Page, theo: Page, demo: Running, how: str) -> None:
    """Both read it, also where the network goes without a word; the call stays open for 20 seconds and goes on."""
    with cellar(demo.address) as place:
        victor.goto(sign(victor, demo).replace(demo.address, place.address) + "?q=whi")
        talk(victor, theo)
        expect(victor.locator("#call")).to_have_attribute("data-sound", "yes")
        if how == "nobody is told":
            place.fall_silent()
        else:
            victor.context.set_offline(True)
        expect(victor.get_by_role("heading", name="We lost the connection.")).to_be_visible()
        expect(victor.get_by_text(re.compile(r"Trying again, \d+ seconds\."))).to_be_visible()
        lost = theo.get_by_role("status").filter(has_text="We lost the connection. Trying again.")
        expect(lost).to_be_visible()
        place.back()
        victor.context.set_offline(False)
        expect(victor.get_by_role("heading", name=re.compile("Talking to T. Whitfield"))).to_be_visible()
        expect(lost).to_be_hidden()
        hang_up(victor)


LOSES = """(() => {
  const send = WebSocket.prototype.send;
  let lost = false;
  WebSocket.prototype.send = function (said) {
    if (lost || !String(said).includes('"t":"%s"')) return send.call(this, said);
    lost = true;
  };
})()"""


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize("what", ["offer", "answer"])
def test_sound_flows_although_the_first_word_between_the_browsers_was_lost(victor: Page, theo: Page, demo: Running, what: str) -> None:
    """A socket that went at the wrong moment costs seconds, never the whole call."""
    for one in (victor, theo):
        one.add_init_script(LOSES % what)
    victor.goto(sign(victor, demo) + "?q=whi")
    talk(victor, theo)
    expect(victor.locator("#call")).to_have_attribute("data-line", "talking")
    expect(theo.locator("#call")).to_have_attribute("data-sound", "yes")
    hang_up(victor)


DESKS = """(() => {
  const Real = AudioContext;
  window.desks = [];
  window.AudioContext = class extends Real { constructor(...how) { super(...how); window.desks.push(this); } };
})()"""
STRONGEST = """async () => {
  const [desk] = window.desks.slice(-1);
  const ear = desk.createAnalyser();
  desk.createMediaStreamSource(document.getElementById("sound").srcObject).connect(ear);
  const heard = new Float32Array(ear.fftSize);
  for (let most = 0; ; await new Promise((later) => setTimeout(later, 20))) {
    ear.getFloatTimeDomainData(heard);
    most = Math.max(most, ...heard.map(Math.abs));
    if (most > 0) return most;
  }
}"""


@pytest.mark.rule("LINK-4")
def test_a_visitor_beside_a_street_hears_it_louder(victor: Page, theo: Page, demo: Running) -> None:
    """Once, not twice, and as it comes again at the second press; no button while there is nothing to hear."""
    victor.add_init_script(DESKS)
    victor.goto(sign(victor, demo) + "?q=whi")
    louder, sound = victor.get_by_role("button", name="Louder"), victor.locator("#sound")
    talk(victor, theo)
    expect(louder).to_have_attribute("aria-pressed", "false")
    louder.click()
    expect(louder).to_have_attribute("aria-pressed", "true")
    expect(sound).to_have_js_property("muted", True)
    assert victor.evaluate("window.desks.map((desk) => desk.state)") == ["running"]
    assert victor.evaluate(STRONGEST) > 0, "what comes over the line is there to be made stronger"
    none_on(victor)
    louder.click()
    expect(sound).to_have_js_property("muted", False)
    expect(louder).to_have_attribute("aria-pressed", "false")
    hang_up(victor)


SHUTS = """(() => {
  const real = Object.getOwnPropertyDescriptor(WebSocket.prototype, "readyState").get;
  Object.defineProperty(WebSocket.prototype, "readyState", { get() { return window.shut ? WebSocket.CLOSED : real.call(this); } });
})()"""
SENDS_WITHOUT = "() => { window.shut = true; document.getElementById('words').form.requestSubmit(); window.shut = false; }"


@pytest.mark.rule("LINK-7")
def test_what_is_typed_without_a_socket_stays_to_be_sent_again(victor: Page, theo: Page, demo: Running) -> None:
    """On either side: it is not among what was said before it went."""
    for one in (victor, theo):
        one.add_init_script(SHUTS)
    victor.goto(sign(victor, demo) + "?q=whi")
    talk(victor, theo)
    victor.locator("[data-part=typing] summary").click()
    theo.get_by_role("button", name="Type").click()
    for here, there, words in ((victor, theo, "Flowers for 4B"), (theo, victor, "I am coming down")):
        here.locator("#words").fill(words)
        here.evaluate(SENDS_WITHOUT)
        expect(here.locator("#words")).to_have_value(words)
        expect(here.locator("[aria-live] li[data-from=me]")).to_have_count(0)
        here.get_by_role("button", name="Send").click()
        expect(here.locator("#words")).to_have_value("")
        expect(here.locator("[aria-live] li[data-from=me]")).to_have_text([words])
        expect(there.get_by_text(words)).to_have_count(1)
    hang_up(victor)


OUTPUTS = """(() => {
  const real = MediaDevices.prototype.enumerateDevices;
  const names = { default: "Default - Headset earpiece", 1: "Headset earpiece", 2: "Speakerphone" };
  let outputs = 0;
  MediaDevices.prototype.enumerateDevices = async function () {
    outputs = 0;
    const found = await real.call(this);
    return found.filter((one) => one.kind !== "audiooutput" || window.listed !== "one" || one.deviceId === "default").map((one) => {
      if (one.kind !== "audiooutput") return one;
      const label = one.deviceId === "default" ? names.default : (names[(outputs += 1)] ?? "Other");
      return { kind: one.kind, deviceId: one.deviceId, groupId: one.groupId, label };
    });
  };
})()"""
SINK = "document.getElementById('sound').sinkId"
LOUD = "navigator.mediaDevices.enumerateDevices().then((all) => all.find((one) => one.label === 'Speakerphone').deviceId)"


def test_the_resident_chooses_the_speaker_where_the_phone_has_one(victor: Page, theo: Page, demo: Running) -> None:
    """W11: a toggle that moves the sound of the call to the loud output and back; when that output goes, so does the button."""
    theo.add_init_script(OUTPUTS)
    victor.goto(sign(victor, demo) + "?q=whi")
    talk(victor, theo)
    speaker = theo.get_by_role("button", name="Speaker")
    expect(speaker).to_have_attribute("aria-pressed", "false")
    assert theo.evaluate(SINK) == ""
    none_on(theo)
    speaker.press("Enter")
    expect(speaker).to_have_attribute("aria-pressed", "true")
    assert theo.evaluate(SINK) == theo.evaluate(LOUD) != ""
    speaker.click()
    expect(speaker).to_have_attribute("aria-pressed", "false")
    assert theo.evaluate(SINK) == ""
    speaker.click()
    expect(speaker).to_have_attribute("aria-pressed", "true")
    theo.evaluate("() => { window.listed = 'one'; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }")
    expect(speaker).to_be_hidden()
    assert theo.evaluate(SINK) == ""
    hang_up(victor)


def test_without_a_loud_output_to_choose_there_is_no_speaker_button(victor: Page, theo: Page, demo: Running) -> None:
    """W11: a browser that lists none, as on most phones, offers nothing that would do nothing."""
    victor.goto(sign(victor, demo) + "?q=whi")
    talk(victor, theo)
    expect(theo.get_by_role("button", name="Mute")).to_be_visible()
    expect(theo.locator("#call")).to_have_attribute("data-sound", "yes")
    expect(theo.get_by_role("button", name="Speaker")).to_be_hidden()
    hang_up(victor)


def test_the_directory_works_without_any_script(browser: Browser, demo: Running) -> None:
    """And in Spanish, on a narrow and dark screen."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="es-MX", color_scheme="dark", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(sign(page, demo))
        page.get_by_label("Nombre o apartamento").fill("w")
        page.get_by_role("button", name="Buscar").click()
        expect(page.get_by_text("Escriba al menos 2 letras, o un número de apartamento.")).to_be_visible()
        assert "Para llamar hace falta JavaScript. La oficina: 212 555 0100." in page.content()
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    finally:
        context.close()


@pytest.mark.rule("LINK-2")
def test_larger_text_is_larger_fits_and_comes_along(someone: Callable[..., Page], theo: Page, demo: Running) -> None:
    """W12a, on the narrowest screen and in the longer language; from the directory to the search, the help and the call, and back to the usual size."""
    victor = someone(viewport={"width": 320, "height": 640}, locale="es-MX")
    victor.goto(sign(victor, demo) + "?q=whi")
    heading, size = victor.get_by_role("heading", name="¿A quién visita?"), "one => parseFloat(getComputedStyle(one).fontSize)"
    usual = heading.evaluate(size)
    none_on(victor)
    victor.get_by_role("link", name="Texto más grande").click()
    expect(victor.locator("html[data-text=larger]")).to_be_attached()
    assert heading.evaluate(size) >= 1.3 * usual
    expect(victor.get_by_label("Nombre o apartamento")).to_have_value("whi")
    none_on(victor)
    for link, title in (("Ayuda", "Cómo entrar"), ("Volver a los nombres", "¿A quién visita?")):
        victor.get_by_role("link", name=link).click()
        expect(victor.get_by_role("heading", name=title)).to_be_visible()
        expect(victor.locator("html[data-text=larger]")).to_be_attached()
        none_on(victor)
    victor.get_by_label("Nombre o apartamento").fill("whi")
    victor.get_by_role("button", name="Buscar").click()
    victor.get_by_role("button", name="Llamar a T. Whitfield").click()
    theo.get_by_role("button", name="Answer").click()
    expect(victor.get_by_role("heading", name=re.compile("Hablando con T. Whitfield"))).to_be_visible()
    expect(victor.locator("html[data-text=larger]")).to_be_attached()
    none_on(victor)
    victor.get_by_role("button", name="Colgar").click()
    victor.get_by_role("link", name="Volver a los nombres").click()
    victor.get_by_role("link", name="Texto más pequeño").click()
    expect(victor.locator("html[data-text]")).to_have_count(0)
    assert heading.evaluate(size) == usual and victor.context.cookies("http://localhost") == victor.context.cookies()
