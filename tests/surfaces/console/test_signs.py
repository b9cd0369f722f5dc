"""QR signs: what is printed is what works (LINK-1, LINK-6, LINK-8)."""

from datetime import timedelta
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp

from limen.intercom import queries as intercom
from limen.intercom.models import Call
from tests.surfaces.console.desk import Desk

DOTS_PER_POINT = 3


def scanned(pdf: bytes) -> tuple[str, tuple[float, float], str]:
    """What a phone reads from the printed sheet, its size in millimetres, and its words."""
    document = pypdfium2.PdfDocument(pdf)
    sheet = document[0]
    found = zxingcpp.read_barcodes(sheet.render(scale=DOTS_PER_POINT).to_pil())
    size = tuple(round(points / 72 * 25.4, 1) for points in sheet.get_size())
    words = sheet.get_textpage().get_text_range()
    document.close()
    return found[0].text, size, words


@pytest.mark.rule("LINK-1", "LINK-8")
def test_a_sign_prints_in_its_size_and_a_new_one_ends_the_old(desk: Desk) -> None:
    """100 by 150 mm, an address for who cannot scan; replaced, the old code is dead at once and the new sheet is right there."""
    page = desk.post("Ana", "/c/links", {"door": str(desk.house.doors["Package Room"])})
    assert page.says("Sign of Package Room", "88 Harbor Street", "Print")
    link = intercom.link_of(desk.house.doors["Package Room"])
    assert link is not None
    address, size, words = scanned(desk.get("Ana", f"/c/links/{link.id}/print").raw.content)
    assert address.endswith(f"/v/{link.code}")
    assert size == (100.0, 150.0)
    for said in ("88 Harbor Street", "Package Room", "Visiting? Scan here.", address.split("://")[1], "No app, no account, no camera."):
        assert said in words
    drawing = desk.get("Ana", f"/c/links/{link.id}/print.svg").raw
    assert drawing["Content-Type"] == "image/svg+xml"
    assert b'width="100mm" height="150mm"' in drawing.content

    page = desk.post("Ana", f"/c/links/{link.id}/rotate")
    assert page.says("The old sign stopped working at 14:02. Put up the new one now.", "Print")
    fresh = intercom.link_of(desk.house.doors["Package Room"])
    assert fresh is not None and fresh.code != link.code
    assert intercom.live_link(link.code) is None
    assert scanned(desk.get("Ana", f"/c/links/{fresh.id}/print").raw.content)[0].endswith(fresh.code)
    assert desk.get("Ana", f"/c/links/{link.id}").status == 404


@pytest.mark.rule("LINK-1")
def test_a_unit_door_has_no_sign(office: Desk) -> None:
    """It is not offered, and asked for anyway it is refused."""
    page = office.get("Ana", "/c/links")
    assert page.says("A unit door has no sign.", "Make a sign")
    assert "Unit 4B" not in page.text
    answer = office.post("Ana", "/c/links", {"door": str(office.house.doors["Unit 4B"])})
    assert answer.status == 409
    assert answer.says("A unit door has no sign.")
    assert office.post("Ana", "/c/links", {"door": "not a door"}).status == 404


@pytest.mark.rule("LINK-6")
def test_a_door_without_device_says_that_it_gives_no_code(office: Desk) -> None:
    """Before the sign is put up."""
    page = office.post("Ana", "/c/links", {"door": str(office.house.doors["Gym"])})
    assert page.says("No code can be made at this door: no device is active.")


@pytest.mark.rule("LINK-9")
def test_the_calls_of_a_sign_are_switched_off_and_on_where_it_stands(office: Desk) -> None:
    """The page and the list say how it is and since when; it is for those who may replace the sign, and it is in the journal."""
    office.post("Ana", "/c/links", {"door": str(office.house.doors["Gym"])})
    link = intercom.link_of(office.house.doors["Gym"])
    assert link is not None
    path = f"/c/links/{link.id}"
    page = office.get("Ana", path)
    assert (
        page.says("Switched off, this sign rings nobody", "Switch calls off")
        and "Calls are switched off." not in office.get("Ana", "/c/links").text
    )
    page = office.post("Ana", f"{path}/calls", {"calls": "off"})
    assert page.says("Calls from this sign are switched off. Since today 14:02.", "Switch calls on")
    assert office.get("Ana", "/c/links").says("Calls are switched off.")
    assert intercom.live_link(link.code) is None
    assert "Switch calls" not in office.get("Milo", path).text
    assert office.post("Milo", f"{path}/calls", {"calls": "on"}).status == 403
    assert intercom.live_link(link.code) is None
    page = office.post("Ana", f"{path}/calls", {"calls": "on"})
    assert page.says("Calls from this sign are switched on.", "Switch calls off")
    assert intercom.live_link(link.code) is not None


def test_the_sign_counts_its_calls_of_this_month_and_names_nobody(desk: Desk) -> None:
    """Made and answered, also those from the sign before; last month's are not among them."""
    house = desk.house
    room, dana = house.doors["Package Room"], house.people["Dana"]
    desk.post("Ana", "/c/links", {"door": str(room)})
    link = intercom.link_of(room)
    assert link is not None
    assert desk.get("Ana", f"/c/links/{link.id}").says("No calls in November.")
    month = house.now.replace(day=1, hour=12)
    for number, (made_at, answered_at) in enumerate(((month, month), (house.now, None), (month - timedelta(days=1), month))):
        Call.objects.create(
            id=UUID(int=number), link_id=link.id, door_id=room, person_id=dana, state="ended", token_hash=bytes([number]),
            visitor_mark=b"mark", made_at=made_at, answered_at=answered_at, ended_at=made_at,
        )  # fmt: skip
    page = desk.post("Ana", f"/c/links/{link.id}/rotate")
    assert page.says("2 calls in November, 1 answered.")
    assert "Dana" not in page.text


def test_long_names_fit_on_the_sheet(office: Desk) -> None:
    """Letters get smaller before they leave the paper."""
    from limen.console import panel

    words = panel.Words(
        "The Residences at 1188 North Harbor Boulevard East", "Łódź — 東 entrance " * 4, panel.address_of("A" * 16), "212 555 0100"
    )
    assert scanned(panel.pdf(words))[0] == panel.address_of("A" * 16)
    assert panel.svg(words).startswith(b"<svg")
    assert b"<script" not in panel.svg(panel.Words("<script>", "&", "http://x/v/A", ""))
