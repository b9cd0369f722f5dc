"""An installer reads the sticker with the camera, or types it; what is no sticker is said before any lock is asked."""

import base64
import io
from collections.abc import Callable

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.hindrances import none_on
from tests.browser.test_console_journeys import DESK, staff
from tests.server import Running

SERIAL, DOOR = "LM000108", "Boiler Room"
Someone = Callable[..., Page]

CAMERA = """
// A camera whose picture the test holds before it, and a reader of QR codes: Chromium has one where its system has (Android, macOS), Linux has none.
const picture = document.createElement("canvas");
picture.width = picture.height = 400;
const held = picture.getContext("2d");
globalThis.hold = async (address) => {
  const seen = new Image();
  seen.src = address;
  await seen.decode();
  held.drawImage(seen, 0, 0, 400, 400);
};
navigator.mediaDevices.getUserMedia = async () => {
  if (globalThis.camera === "denied") throw new DOMException("no", "NotAllowedError");
  if (globalThis.camera === "none") throw new DOMException("none", "NotFoundError");
  globalThis.stream = picture.captureStream(10);
  setInterval(() => held.fillRect(0, 0, 1, 1), 50);
  return globalThis.stream;
};
globalThis.BarcodeDetector = class {
  static getSupportedFormats = async () => ["qr_code"];
  async detect(video) {
    const frame = document.createElement("canvas");
    [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
    frame.getContext("2d").drawImage(video, 0, 0);
    return (await globalThis.readCodes(frame.toDataURL())).map((rawValue) => ({ rawValue }));
  }
};
"""


def codes(address: str) -> list[str]:
    """What stands in the QR codes of a picture, read by somebody else's library."""
    with Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))) as picture:
        return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]


def hold(page: Page, text: str) -> None:
    """A QR code in front of the camera."""
    page.evaluate("address => hold(address)", segno.make_qr(text).png_data_uri(scale=8))


def sticker_of(server: Running, someone: Someone) -> str:
    """The text under the cover of the lock, whose inside button is then pressed."""
    face = someone(**DESK)
    face.goto(f"{server.address}/bench/{SERIAL}")
    expect(face.locator("#sticker")).not_to_be_empty()
    face.locator('[data-do="button"]').first.click()
    expect(face.get_by_text("inside button pressed").first).to_be_visible()
    return face.locator("#sticker").text_content() or ""


def at_the_door(server: Running, someone: Someone) -> Page:
    """Ana at the page of the door, with a camera."""
    ana = staff(someone(**DESK), server.address, "ana")
    ana.expose_function("readCodes", codes)
    ana.add_init_script(CAMERA)
    ana.goto(f"{server.address}/c/doors?q=Boiler")
    ana.get_by_role("link", name=DOOR).first.click()
    ana.goto(f"{ana.url.split('?')[0]}/activate")
    return ana


@pytest.mark.rule("LOCK-10")
def test_a_lock_is_activated_by_the_qr_code_that_the_camera_sees(untouched: Running, someone: Someone) -> None:
    """Another QR code is said to be no lock's and looking goes on; the camera is off as soon as the sticker is read, and the tap stays with the installer."""
    text = sticker_of(untouched, someone)
    ana = at_the_door(untouched, someone)
    ana.get_by_role("button", name="Scan with the camera").click()
    expect(ana.get_by_text("Hold the QR code into the picture.")).to_be_visible()
    hold(ana, f"{untouched.address}/v/whatever")
    expect(ana.get_by_text("This is not the QR code of a lock.")).to_be_visible()
    none_on(ana)
    hold(ana, text)
    expect(ana.get_by_text("It is read. Now tap Activate.")).to_be_visible()
    assert ana.evaluate("stream.getTracks().every((track) => track.readyState === 'ended')")
    expect(ana.get_by_role("button", name="Activate", exact=True)).to_be_focused()
    ana.keyboard.press("Enter")
    expect(ana.get_by_text("Active since")).to_be_visible()


@pytest.mark.rule("LOCK-10")
def test_without_a_camera_the_text_is_typed(demo: Running, someone: Someone) -> None:
    """No camera, no leave to use it, a text that is none: each says what to do, and what was typed stays."""
    ana = at_the_door(demo, someone)
    scan = ana.get_by_role("button", name="Scan with the camera")
    for camera, said in (("none", "There is no camera here."), ("denied", "This page may not use the camera.")):
        ana.evaluate("camera => { globalThis.camera = camera; }", camera)
        scan.click()
        expect(ana.get_by_text(said)).to_be_visible()
        none_on(ana)
    ana.evaluate("() => { globalThis.camera = null; }")
    scan.click()
    ana.get_by_role("button", name="Stop the camera").click()
    expect(scan).to_be_focused()
    assert ana.evaluate("stream.getTracks().every((track) => track.readyState === 'ended')")
    ana.get_by_label("Text of the QR code").fill("NCFI5K6:UQ")
    ana.get_by_role("button", name="Activate", exact=True).click()
    expect(ana.locator("[data-when=no_sticker]")).to_be_focused()
    expect(ana.get_by_text("This is not the text of a lock's QR code.")).to_be_visible()
    none_on(ana)
    ana.locator("[data-when=no_sticker] button").click()
    expect(ana.get_by_label("Text of the QR code")).to_be_focused()
    expect(ana.get_by_label("Text of the QR code")).to_have_value("NCFI5K6:UQ")


@pytest.mark.rule("LOCK-10")
def test_a_browser_that_reads_no_codes_offers_no_camera(demo: Running, someone: Someone) -> None:
    """Such as every one on Linux."""
    ana = staff(someone(**DESK), demo.address, "ana")
    ana.goto(f"{demo.address}/c/doors?q=Boiler")
    ana.get_by_role("link", name=DOOR).first.click()
    ana.goto(f"{ana.url.split('?')[0]}/activate")
    expect(ana.get_by_label("Text of the QR code")).to_be_visible()
    expect(ana.get_by_role("button", name="Scan with the camera")).to_be_hidden()
