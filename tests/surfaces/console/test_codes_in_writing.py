"""Somebody's own codes on paper or by mail, ordered by staff who see no digits (CODE-8, PEOPLE-7, PEOPLE-8)."""

import re

import pypdfium2
import pytest

from limen.console import letter
from limen.credentials import services as credentials
from limen.kernel.actors import Actor
from limen.notices import queries as notices
from limen.people import queries as people_read
from limen.people import services as people
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import Desk, Page
from tests.unit.fleet.house import ANA

DIGITS = re.compile(r"\d{4,}")


@pytest.fixture
def rosa(desk: Desk) -> Desk:
    """Rosa has neither phone nor e-mail; her code waits at the Package Room."""
    with unit_of_work():
        desk.house.people["Rosa"] = people.add_person(first="Rosa", last="Lind", email=None, smartphone=False, by=ANA, now=desk.house.now)
    desk.house.give("Rosa", desk.groups["Residents"])
    return desk


def own_code(desk: Desk, who: str, door: str) -> str:
    person_id = desk.house.people[who]
    with unit_of_work():
        return credentials.show_code(
            person_id=person_id, door_id=desk.house.doors[door], by=Actor(person_id=person_id, via="test"), now=desk.house.now
        )


def read(answer: Page) -> str:
    """The words of a letter, all its sheets."""
    document = pypdfium2.PdfDocument(answer.raw.content)
    return "\n".join(sheet.get_textpage().get_text_range() for sheet in document).replace("\r\n", "\n")


@pytest.mark.rule("CODE-8")
def test_a_letter_is_a_file_with_digits_and_the_page_has_none(rosa: Desk) -> None:
    """Large type, her name, each door with what it waits for; she has it in her list."""
    path = rosa.person("Rosa") + "/codes"
    page = rosa.get("Ana", path)
    assert page.says(
        "Print a letter",
        "The letter shows the code. Printing is recorded, and Rosa is told.",
        "The code works at Package Room after that door is updated, due today.",
    )
    assert "Send by e-mail" not in page.text
    assert rosa.post("Ana", path, {"do": "mail"}, follow=False).says("There is no e-mail address.")
    answer = rosa.post("Ana", path, {"do": "letter"}, follow=False)
    assert answer.raw.headers["Content-Type"] == "application/pdf"
    assert answer.raw.headers["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert "no-store" in answer.raw.headers["Cache-Control"]
    words, own = read(answer), own_code(rosa, "Rosa", "Package Room")
    assert "For Rosa" in words and "Package Room" in words and "It works after this door is updated." in words
    assert own in re.sub(r"\s", "", words)
    assert own not in page.html and own not in rosa.get("Ana", path).html
    rosa.settle()
    told = {notice.title for notice in notices.notices_of(rosa.house.people["Rosa"])}
    both = "A letter with your code was printed: Package Room / Se imprimió una carta con su código: Package Room"
    assert both in told, "nobody knows yet which language Rosa reads"


@pytest.mark.rule("PEOPLE-7")
def test_codes_go_to_the_address_that_is_known(desk: Desk) -> None:
    """No address can be typed; the page says where they went, once."""
    path = desk.person("Dana") + "/codes"
    done = desk.post("Ana", path, {"do": "mail", "email": "thief@example.org"})
    assert done.says("Code sent to dana@example.org.")
    assert "Code sent to" not in desk.get("Ana", path).text
    desk.settle()
    [letter] = [one for one in notices.mailbox() if one.subject.startswith("Your code")]
    assert letter.to == "dana@example.org" and own_code(desk, "Dana", "Package Room") in letter.body
    assert not DIGITS.search(letter.subject)


def test_only_who_changes_people_writes_codes(desk: Desk) -> None:
    """Others are not shown the buttons, and are refused when they send the form anyway."""
    path = desk.person("Dana") + "/codes"
    assert "Print a letter" not in desk.get("Ben", path).text
    for do in ("letter", "mail"):
        assert desk.post("Ben", path, {"do": do}, follow=False).status == 403
        assert desk.post("Sofia", path, {"do": do}, follow=False).status == 404
    desk.settle()
    assert not [one for one in notices.mailbox() if one.subject.startswith("Your code")]


@pytest.mark.rule("PEOPLE-7")
def test_who_is_paused_gets_no_letter(desk: Desk) -> None:
    """The buttons go, and the form says why."""
    path = desk.person("Dana") + "/codes"
    desk.post("Ana", desk.person("Dana") + "/pause", {})
    assert "Print a letter" not in desk.get("Ana", path).text
    refused = desk.post("Ana", path, {"do": "letter"}, follow=False)
    assert refused.status == 409 and refused.says("There is no code to send")


def test_a_building_is_not_harvested_by_letters(desk: Desk) -> None:
    """Forty in an hour by one of the staff, then not before the next."""
    path = desk.person("Dana") + "/codes"
    assert [desk.post("Ana", path, {"do": "letter"}, follow=False).status for _ in range(41)] == [200] * 40 + [429]


@pytest.mark.parametrize(("codes", "sheets"), [(4, 1), (5, 2)])
def test_what_fits_on_one_sheet_is_not_spread_over_two(rosa: Desk, codes: int, sheets: int) -> None:
    """Three common doors and a home fit on one; no door is parted from its digits."""
    place, who = places.property_view(rosa.house.property_id), people_read.person_view(rosa.house.people["Rosa"])
    made = letter.pdf(place, who, [letter.Code(f"Door {n}", f"{n}845920", waits=False) for n in range(1, codes + 1)], rosa.house.now)
    read = [sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(made)]
    assert len(read) == sheets
    for n in range(1, codes + 1):
        assert [f"Door {n}" in words for words in read] == [f"{n}84" in words for words in read]
