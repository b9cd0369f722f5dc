"""Firmware in the browser: from two holders' signatures to a lock, in parts and over a link that breaks."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_bluetooth import Stairs, at_doors, stairs
from tests.server import Running

__all__ = ["stairs"]


def firmware(demo: Running, *said: str) -> None:
    """One step of the publisher's, on the table or at the service."""
    environ = {**demo.environ, "LIMEN_DEMO": "1"}
    done = subprocess.run([sys.executable, "-m", "limen", "firmware", *said], env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.rule("LOCK-11")
def test_dana_brings_her_lock_its_new_software(stairs: Stairs, demo: Running, tmp_path: Path) -> None:
    """Two holders signed it, the service aimed it: after the list is confirmed the parts go, a broken link breaks nothing, and the rest follows."""
    keys, archive, image = tmp_path / "keys", str(tmp_path / "archive"), tmp_path / "lock.bin"
    image.write_bytes(bytes(range(256)) * 64)
    firmware(demo, "keys", str(keys))
    firmware(demo, "trust", *(str(path) for path in sorted(keys.glob("*.pub"))))
    firmware(demo, "add", archive, str(image), "--model", "C2", "--number", "41", "--version", "900")
    for holder in ("kf-1.key", "kf-3.key"):
        firmware(demo, "sign", archive, "--key", str(keys / holder))
    firmware(demo, "publish", archive)
    firmware(demo, "aim", "--model", "C2", "--number", "41")
    door = at_doors(stairs).locator(".door-row", has=stairs.page.get_by_role("heading", name="Unit 4B")).get_attribute("data-door")
    page = stairs.page
    page.goto(f"{stairs.address}/home/doors/{door}/update")
    stairs.home.cut_after = stairs.home.sent + 60
    page.get_by_role("button", name="Update").click()
    confirmed = page.locator('[data-when="confirmed"]')
    expect(confirmed).to_be_visible(timeout=60_000)
    expect(confirmed).to_contain_text("A part of the lock's new software is there. The next update brings the rest.")
    confirmed.get_by_role("button", name="Continue").click()
    expect(confirmed).to_contain_text("The lock has its new software.", timeout=90_000)
    expect(page.locator('[data-step="image"]')).to_have_text("New software for the lock 16 of 16")
