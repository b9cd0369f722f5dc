"""People and households from a rent roll."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError

from limen.fleet import queries as fleet
from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM
from limen.kernel.previews import Imported, Preview, Stopped
from limen.kernel.tables import NotReadable
from limen.people import importing, queries, services
from limen.people.models import Person, Residency
from limen.places import queries as places
from limen.places import services as place_services
from limen.storage import kms
from limen.storage.transactions import unit_of_work

DATA = Path(__file__).parents[2] / "data"
ROLL = (DATA / "rent_roll.csv").read_bytes()
HEADING = "Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone\n"
DANA = "4B,Dana,Reyes,dana@example.org,212 555 0100,Current,06/01/2026,05/31/2027,Resident,yes\n"


@pytest.fixture
def harbor(house: UUID, now: datetime) -> UUID:
    """The building with all its 120 units."""
    place_services.import_doors(property_id=house, models=fleet.networks(), data=(DATA / "doors.csv").read_bytes(), by=SYSTEM, now=now)
    return house


def preview(house: UUID, now: datetime, data: bytes = ROLL) -> Preview:
    return services.preview_people(property_id=house, data=data, now=now)


def load(house: UUID, now: datetime, data: bytes = ROLL) -> Imported:
    return services.import_people(property_id=house, data=data, by=SYSTEM, now=now)


def home(house: UUID, name: str, now: datetime) -> list[str]:
    unit = places.unit_named(house, name)
    assert unit
    return [person.name for person in queries.household(unit.id, now)]


@pytest.mark.rule("PLACE-5")
def test_the_preview_writes_nothing_and_explains_every_line(harbor: UUID, now: datetime) -> None:
    """Of 197 lines, each new, changed, the same or not imported (J1)."""
    shown = preview(harbor, now)
    assert shown.summary == "171 new, 4 changed, 10 the same, 12 not imported." and shown.to_import == 175
    assert not Person.objects.exists() and len(shown.rows) == 197
    assert [row.line for row in shown.of("changed")] == [64, 91, 156, 188]
    assert [row.line for row in shown.of("same")] == [46, 51, 70, 81, 83, 145, 154, 168, 179, 196]
    assert [row.line for row in shown.of("bad")] == [2, 8, 32, 47, 67, 71, 78, 108, 128, 133, 181, 190]
    assert all(row.reasons for row in (*shown.of("bad"), *shown.of("changed")))


@pytest.mark.rule("PLACE-5")
@pytest.mark.parametrize(
    "sentence",
    [
        'Line 8, Unit: "99Z" is not a unit of 88 Harbor Street. Add the unit or correct the line.',
        'Line 32, LeaseEnd: "02/30/2027" is not a date.',
        "Line 91: spaces and capitals removed from the e-mail.",
        "Line 128, Email: belongs to Zoë Okafor; this line says Someone Else. We do not guess.",
    ],
)
def test_reasons_are_sentences_with_line_column_and_value(harbor: UUID, now: datetime, sentence: str) -> None:
    """Exactly the words of the screen (W5)."""
    assert sentence in {reason for row in preview(harbor, now).rows for reason in row.reasons}


@pytest.mark.rule("PLACE-5")
def test_good_lines_arrive_and_the_same_file_again_changes_nothing(harbor: UUID, now: datetime) -> None:
    """Also a day later."""
    done = load(harbor, now)
    assert done.summary == "171 new, 4 changed, 10 the same, 12 not imported." and len(done.made) == 174
    before = (Person.objects.count(), Residency.objects.count())
    assert before == (174, 175)
    again = load(harbor, now + timedelta(days=1))
    assert again.summary == "Nothing to do: all 185 lines are here already." and (again.bad, again.made) == (12, ())
    assert (Person.objects.count(), Residency.objects.count()) == before


def test_each_status_means_what_it_says(harbor: UUID, now: datetime) -> None:
    """Past does not live here, Notice still does, Future does later."""
    load(harbor, now)
    assert home(harbor, "2J", now) == [] and "Grace Al-Farsi" not in home(harbor, "10E", now)
    assert "Uma Kowalczyk" in home(harbor, "PH-2", now)
    assert "Uma Kowalczyk" in home(harbor, "PH-2", datetime(2026, 12, 16, 4, 59, tzinfo=UTC))
    assert "Uma Kowalczyk" not in home(harbor, "PH-2", datetime(2026, 12, 16, 5, tzinfo=UTC))
    assert "Ivana Cohen" not in home(harbor, "7D", now)
    assert "Ivana Cohen" in home(harbor, "7D", datetime(2027, 1, 14, 5, tzinfo=UTC))
    assert "Tariq Al-Farsi" in home(harbor, "4F", now + timedelta(days=30))


def test_one_person_in_two_units_is_one_person(harbor: UUID, now: datetime) -> None:
    """José Haddad of 9A and 3D."""
    load(harbor, now)
    jose = queries.person_of_email("jose.haddad124@example.org")
    assert jose and [unit.name for unit in queries.units_of(jose.id, harbor, now)] in (["9A", "3D"], ["3D", "9A"])


def test_people_without_a_smartphone_arrive_as_such(harbor: UUID, now: datetime) -> None:
    """And everybody's fields as typed."""
    load(harbor, now)
    zoe, victor = queries.person_of_email("zoe.okafor149@example.org"), queries.person_of_email("victor.leroux115@example.org")
    assert zoe and victor
    assert (zoe.name, zoe.phone, zoe.smartphone, zoe.status) == ("Zoë Okafor", "+1 212 555 0103", False, "pending")
    assert (victor.name, victor.email) == ("Victor Le Roux", "victor.leroux115@example.org")


def test_a_formula_arrives_as_harmless_words(harbor: UUID, now: datetime) -> None:
    """Nothing that a spreadsheet would run, neither here nor in the file of bad lines."""
    load(harbor, now)
    found = queries.person_of_email("formula@example.org")
    assert found and found.first == "HYPERLINK http x y"


@pytest.mark.rule("PLACE-5")
def test_the_bad_lines_can_be_corrected_and_uploaded(harbor: UUID, now: datetime) -> None:
    """The same columns plus Reason, each cell as it stood."""
    load(harbor, now)
    shown = preview(harbor, now)
    lines = list(csv.DictReader(io.StringIO(shown.bad_csv().decode("utf-8-sig"))))
    assert len(lines) == 12 and all(line["Reason"].startswith("Line ") for line in lines)
    assert lines[0]["Phone"] == "'+1 212 555 0106"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows([line | {"Unit": "2J", "Email": "omar@example.org", "First": "Omar"} for line in lines if line["Unit"] == "99Z"])
    assert load(harbor, now, text.getvalue().encode()).summary == "1 new, 0 not imported."
    omar = queries.person_of_email("omar@example.org")
    assert omar and omar.phone == "+1 212 555 0189"


@pytest.mark.rule("PLACE-5")
@pytest.mark.django_db(transaction=True)
def test_an_interrupted_import_goes_on_with_the_same_file(harbor: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes twice, nothing is half there."""
    real, batches = importing._write, []

    def failing(*args: object) -> None:
        batches.append(1)
        real(*args)  # type: ignore[arg-type]
        if len(batches) == 3:
            raise DatabaseError("disk full")

    monkeypatch.setattr(importing, "_write", failing)
    with pytest.raises(Stopped) as stopped:
        load(harbor, now)
    assert stopped.value.title == "Stopped at line 102."
    half = Person.objects.count()
    assert 80 <= half <= 100
    done = load(harbor, now)
    assert len(done.made) == 174 - half and (Person.objects.count(), Residency.objects.count()) == (174, 175)


def test_progress_tells_how_far_it_is(harbor: UUID, now: datetime) -> None:
    """ "Reading line 61 of 197."."""
    seen: list[tuple[int, int]] = []
    services.import_people(property_id=harbor, data=ROLL, by=SYSTEM, now=now, progress=lambda line, total: seen.append((line, total)))
    assert seen[0] == (50, 197) and seen[-1] == (197, 197) and len(seen) == 4


def test_the_next_months_roll_changes_what_it_says(house: UUID, now: datetime, heard: list[tuple[str, str]]) -> None:
    """A new telephone, a notice, then gone: each said as news."""
    load(house, now, (HEADING + DANA).encode())
    load(house, now, (HEADING + DANA.replace("0100", "0199").replace("Current", "Notice")).encode())
    dana = queries.person_of_email("dana@example.org")
    assert dana and dana.phone == "212 555 0199"
    (residency,) = queries.residencies(person_id=dana.id, now=now)
    assert residency.until == datetime(2027, 6, 1, 4, tzinfo=UTC)
    heard.clear()
    load(house, now, (HEADING + DANA.replace("Current", "Past").replace("05/31/2027", "11/20/2026")).encode())
    assert queries.residencies(person_id=dana.id, now=now) == ()
    assert set(heard) == {("residency.changed", str(dana.id)), ("residency.ended", str(dana.id))}


def test_dates_are_read_as_the_country_writes_them_unless_chosen(house: UUID, annex: UUID, now: datetime) -> None:
    """And the preview says how."""
    assert "Dates are read month/day/year: 01/02/2027 is 2 Jan 2027." in preview(house, now, HEADING.encode()).notes
    assert "Dates are read day/month/year: 02/01/2027 is 2 Jan 2027." in preview(annex, now, HEADING.encode()).notes
    shown = services.preview_people(property_id=house, data=(HEADING + DANA).encode(), now=now, order="dmy")
    assert shown.rows[0].reasons == ('Line 2, LeaseEnd: "05/31/2027" is not a date.',)


def test_a_file_that_cannot_be_read_is_refused_whole(house: UUID, now: datetime) -> None:
    """With one sentence; nothing is written."""
    for data, title in ((b"\x00\x01", "This is not a CSV file."), (b"Unit,First\n", 'There is no column "Last".')):
        with pytest.raises(NotReadable) as refused:
            load(house, now, data)
        assert refused.value.title == title
    two = (HEADING.replace("Phone", "E-mail") + DANA).encode()
    with pytest.raises(NotReadable, match="Two columns could be the e-mail"):
        preview(house, now, two)
    shown = services.preview_people(property_id=house, data=two, now=now, chosen={"Email": "Email"})
    assert shown.summary == "1 new, 0 not imported."


@pytest.mark.rule("PRIVACY-8")
def test_everybody_gets_a_key_of_their_own(house: UUID, now: datetime) -> None:
    """So that one can be forgotten without the others."""
    done = load(house, now, (HEADING + DANA + "2A,Rosa,Haddad,,,Current,06/01/2020,,Resident,no\n").encode())
    dana, rosa = done.made
    with unit_of_work():
        services.forget(person_id=dana, by=SYSTEM, now=now)
    assert queries.person_view(dana).name == "Somebody who left" and queries.person_view(rosa).name == "Rosa Haddad"
    assert kms.living_keys("person:") == [f"person:{rosa}"]


def test_mails_are_counted_and_the_journal_keeps_counts_only(house: UUID, now: datetime) -> None:
    """One invitation for each new person with an address."""
    text = (HEADING + DANA + "2A,Rosa,Haddad,,,Current,06/01/2020,,Resident,no\n").encode()
    assert preview(house, now, text).mails == 1
    load(house, now, text)
    assert preview(house, now, text).mails == 0
    entry = journal.entries(property_id=house)[0]
    assert (entry.verb, dict(entry.detail)) == ("people.imported", {"new": 2, "changed": 0, "bad": 0})


def test_the_template_is_a_good_file(house: UUID, now: datetime) -> None:
    """Its example can be uploaded as it is."""
    assert preview(house, now, services.TEMPLATE).summary == "1 new, 0 not imported."
    assert importing.order_of("EU") == "dmy" and importing.order_of("US") == "mdy"
