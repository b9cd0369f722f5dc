"""A building in a morning (J1): preview, import, the bad lines, and the same file again. The numbers are those of the files."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from limen.notices import queries as notices
from limen.places import queries as places
from tests.surfaces.console.desk import Desk, Page

DATA = Path(__file__).parents[2] / "data"


def upload(desk: Desk, kind: str, data: bytes, name: str = "file.csv", who: str = "Ana") -> Page:
    """Chooses a file; the answer is the preview, or what is wrong."""
    return desk.post(who, "/c/import", {"kind": kind, "file": SimpleUploadedFile(name, data, "text/csv")})


@pytest.fixture
def empty(office: Desk) -> Desk:
    """A second building of Ana's, without a door; chosen by its address."""
    from limen.places import services as building
    from limen.storage.transactions import unit_of_work
    from tests.unit.fleet.house import ANA

    house = office.house
    with unit_of_work():
        house.property_id = building.create_property(
            portfolio_id=house.portfolio_id, name="90 Harbor Street", address="90 Harbor Street", city_line="New York",
            time_zone="America/New_York", profile="US", by=ANA, now=house.now,
        )  # fmt: skip
    office.get("Ana", f"/c/{house.property_id}/")
    return office


@pytest.mark.rule("PLACE-5")
def test_a_building_arrives_in_a_morning(empty: Desk) -> None:
    """Doors, then people, word for word as agreed; the same file again changes nothing."""
    assert empty.get("Ana", "/c/").says("No doors yet. Import your doors, or add one.")
    seen = upload(empty, "doors", (DATA / "doors.csv").read_bytes(), "doors.csv")
    assert seen.says("doors.csv, 128 lines", "Nothing is saved yet.", "128 new doors", "Import 128 doors")
    assert places.doors(empty.house.property_id) == ()
    assert empty.post("Ana", "/c/import/run").says("128 new, 0 not imported.")
    assert len(places.doors(empty.house.property_id)) == 128

    seen = upload(empty, "people", (DATA / "rent_roll.csv").read_bytes(), "rent_roll.csv")
    assert seen.says(
        "rent_roll.csv, 197 lines",
        "Nothing is saved yet.",
        "171 new people",
        '"99Z" is not a unit of 90 Harbor Street.',
        "Line 91: spaces and capitals removed from the e-mail.",
        "Show all 12",
        "Download the 12 lines",
        "Import 175 people",
        "Dates are read month/day/year: 01/02/2027 is 2 Jan 2027.",
    )
    bad = empty.get("Ana", "/c/import/bad")
    assert bad.raw["Content-Type"] == "text/csv; charset=utf-8"
    heading = bad.raw.content.decode("utf-8-sig").splitlines()[0]
    assert heading == (DATA / "rent_roll.csv").read_text("utf-8-sig").splitlines()[0] + ",Reason"
    assert empty.post("Ana", "/c/import/run").says("171 new, 4 changed, 10 the same, 12 not imported.")

    again = upload(empty, "people", (DATA / "rent_roll.csv").read_bytes())
    assert again.says("Nothing to do: all 185 lines are here already.")
    assert "Import 1" not in again.text


@pytest.mark.rule("PEOPLE-4")
def test_everybody_new_with_an_address_is_invited_at_once(office: Desk) -> None:
    """The preview says how many invitations go out, and that many go out; who lives in 4B already is told of Kim."""
    roll = "Unit,First,Last,Email,Status,LeaseStart\n4B,Kim,Park,kim@example.org,Current,06/01/2026\n2A,Lou,Reed,,Current,06/01/2026\n"
    seen = upload(office, "people", roll.encode())
    assert seen.says("1 new person", "Mails go out: 1 invitation.")
    office.settle()
    before = {letter.id for letter in notices.mailbox()}
    office.post("Ana", "/c/import/run")
    office.settle()
    sent = {letter.to: letter.subject for letter in notices.mailbox() if letter.id not in before}
    assert [to for to, subject in sent.items() if "invites you" in subject] == ["kim@example.org"]
    assert {to for to, subject in sent.items() if subject == "Somebody was added to your home"} == {"dana@example.org", "theo@example.org"}


def test_files_that_cannot_be_read_say_why(office: Desk) -> None:
    """Wrong files are refused with a sentence, and nothing is kept half."""
    assert upload(office, "people", b"PK\x03\x04rest of a workbook").says("This is not a CSV file.", "It looks like an Excel workbook.")
    assert upload(office, "people", b"").says("There is a problem")
    assert upload(office, "doors", b"Nothing,Known\n1,2\n").says("There is a problem")
    two = "Unit,First,Last,Email,E-mail,Status,LeaseStart\n4B,A,B,a@example.org,b@example.org,Current,06/01/2026\n"
    asked = upload(office, "people", two.encode())
    assert asked.status == 422
    assert asked.says("Two columns could be the e-mail. Choose one.")
    chosen = office.post("Ana", "/c/import/preview", {"column-Email": "E-mail"})
    assert chosen.says("1 new person")


def test_a_form_without_file_or_kind_says_what_is_missing(office: Desk) -> None:
    """Missing values are named."""
    assert office.post("Ana", "/c/import", {"kind": "doors"}).says("Choose a file.")
    file = SimpleUploadedFile("a.csv", b"x", "text/csv")
    assert office.post("Ana", "/c/import", {"file": file}).says("Choose whether the file lists doors or people.")
    assert office.get("Ana", "/c/import/preview").status == 409


def test_a_file_that_is_too_large_is_refused(office: Desk) -> None:
    """The limit is told beside the field, before anything is read."""
    answer = upload(office, "doors", b"x" * (700 * 1024 + 1))
    assert answer.status == 413 and answer.says("This file is larger than 700 kB. Split it into parts.", "There is a problem")


def test_a_body_beyond_the_limit_is_refused_before_it_is_parsed(office: Desk) -> None:
    """Nobody fills the disk with a form."""
    answer = office.client("Ana").post("/c/import", b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=str(50_000_000))
    assert answer.status_code == 413


def test_a_file_belongs_to_its_session_and_building(office: Desk) -> None:
    """What Ana uploaded, nobody else imports; and not into another building."""
    upload(office, "doors", (DATA / "doors.csv").read_bytes())
    office.staff("Lea", access="full")
    assert office.post("Lea", "/c/import/run").status == 409


def test_cells_that_look_like_formulas_are_named_and_never_run(office: Desk) -> None:
    """In people's names the words are kept and the page says so; in doors the line is bad; no file we write holds one."""
    roll = "Unit,First,Last,Email,Status,LeaseStart\n4B,=HYPERLINK(1),B,kim@example.org,Current,06/01/2026\n"
    seen = upload(office, "people", roll.encode())
    assert seen.says("Line 2: the first name held a formula. It was not run")
    doors = (DATA / "doors.csv").read_text("utf-8-sig").splitlines()
    cells = doors[1].split(",")
    seen = upload(office, "doors", f"{doors[0]}\n=1+1,{','.join(cells[1:])}\n".encode())
    assert seen.says("1 cannot be imported", "a formula is not read here. Write the words.")
    written = office.get("Ana", "/c/import/bad").raw.content.decode("utf-8-sig")
    assert not any(cell.startswith(("=", "+", "@")) for line in written.splitlines() for cell in line.split(","))


def test_dates_are_read_the_other_way_when_told(office: Desk) -> None:
    """[Change]: 01/02/2027 is then 1 Feb."""
    roll = "Unit,First,Last,Email,Status,LeaseStart\n4B,Kim,Park,kim@example.org,Future,01/02/2027\n"
    upload(office, "people", roll.encode())
    assert office.post("Ana", "/c/import/preview", {"order": "dmy"}).says("Dates are read day/month/year")


def test_progress_is_told_line_by_line(office: Desk) -> None:
    """ "Reading line 61 of 197." comes from how far it is."""
    from django.core.cache import cache

    from limen.console import uploads

    upload(office, "doors", (DATA / "doors.csv").read_bytes())
    mark = office.client("Ana").session[uploads.KEPT]
    cache.set(f"console-import:{mark}", [61, 197], 60)
    assert '"Reading line 61 of 197."' in office.get("Ana", "/c/import/progress").html


def test_templates_can_be_imported_as_they_are(office: Desk) -> None:
    """What we hand out, we can read."""
    for kind in ("doors", "people"):
        template = office.get("Ana", f"/c/import/{kind}/template").raw.content
        seen = upload(office, kind, template.replace(b"dana@example.org", b"dana.reyes@example.org"))
        assert seen.says("Nothing is saved yet.")
        assert "cannot be imported" not in seen.text
    assert office.get("Ana", "/c/import/cats/template").status == 404
