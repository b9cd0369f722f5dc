"""Doors from a file."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError

from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM
from limen.kernel.previews import Imported, Preview, Stopped
from limen.kernel.tables import NotReadable
from limen.places import importing, queries, services
from limen.places.models import Door
from limen.storage import ledger
from limen.storage.transactions import unit_of_work

HARBOR = Path(__file__).parents[2] / "data" / "doors.csv"
MODELS = {"M": False, "M2": False, "M3": False, "C": False, "C2": False, "R": True}
HEADING = "Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes\n"


def preview(house: UUID, text: str) -> Preview:
    return services.preview_doors(property_id=house, models=MODELS, data=(HEADING + text).encode())


def load(house: UUID, text: str, now: datetime) -> Imported:
    return services.import_doors(property_id=house, models=MODELS, data=(HEADING + text).encode(), by=SYSTEM, now=now)


@pytest.mark.rule("PLACE-5")
def test_a_whole_building_arrives_and_the_same_file_again_changes_nothing(house: UUID, now: datetime) -> None:
    """128 doors, 120 units; the second time there is nothing to do (J1)."""
    data = HARBOR.read_bytes()
    assert services.preview_doors(property_id=house, models=MODELS, data=data).summary == "128 new, 0 not imported."
    assert not queries.doors(house) and not queries.units(house)
    done = services.import_doors(property_id=house, models=MODELS, data=data, by=SYSTEM, now=now)
    assert done.summary == "128 new, 0 not imported." and len(done.made) == 128
    before = (queries.doors(house), queries.units(house))
    assert (len(before[0]), len(before[1])) == (128, 120)
    again = services.import_doors(property_id=house, models=MODELS, data=data, by=SYSTEM, now=now)
    assert again.summary == "Nothing to do: all 128 lines are here already." and not again.made
    assert (queries.doors(house), queries.units(house)) == before


@pytest.mark.rule("PLACE-6")
def test_a_door_that_forbids_codes_or_sharing_arrives_so(house: UUID, now: datetime) -> None:
    """As the columns of the file say."""
    services.import_doors(property_id=house, models=MODELS, data=HARBOR.read_bytes(), by=SYSTEM, now=now)
    gym, roof = queries.door_named(house, "Gym"), queries.door_named(house, "Roof")
    assert gym and roof
    assert (gym.share_allowed, gym.codes_allowed, roof.share_allowed, roof.codes_allowed) == (True, False, False, False)


@pytest.mark.rule("PLACE-5")
def test_good_lines_arrive_and_bad_ones_come_back_with_their_reason(house: UUID, now: datetime) -> None:
    """Line, column and reason; the file of bad lines has the same columns plus Reason."""
    text = "Gym,common,,C2,,LM1,,\nRoof,attic,,M3,,,,\nUnit 1A,unit,1A,M,,LM1,,\nShort,common\n"
    shown = preview(house, text)
    assert shown.summary == "1 new, 3 not imported."
    assert [row.reasons for row in shown.of("bad")] == [
        ('Line 3, Kind: "attic" is not a kind of door. Write entrance, common, unit or service.',),
        ('Line 4, Serial: "LM1" belongs to another door already.',),
        ("Line 5 has 2 cells, the first line has 8.",),
    ]
    assert shown.bad_csv().decode("utf-8-sig").splitlines()[0].endswith("Doorcodes,Reason")
    assert load(house, text, now).bad == 3
    assert [door.name for door in queries.doors(house)] == ["Gym"]


@pytest.mark.rule("PLACE-5", "LOCK-2")
def test_a_device_that_cannot_be_is_not_planned(house: UUID, now: datetime) -> None:
    """No such model, a network that the model has not, a serial that stands on no label; capitals are ours to set right."""
    shown = preview(house, "Gym,common,,Z9,,,,\nRoof,common,,M3,yes,,,\nAttic,common,,M,,LM 7!,,\nGarage,entrance,,r,yes,LM-8,,\n")
    assert [row.reasons for row in shown.of("bad")] == [
        ('Line 2, Model: "Z9" is not a model. Write M, M2, M3, C, C2, R, or leave it empty.',),
        ('Line 3, Connected: a device of model "M3" has no network. Write no.',),
        ('Line 4, Serial: "LM 7!" is not a serial. It has letters, digits and hyphens, as on the label.',),
    ]
    text = "Garage,entrance,,r,yes,LM-8,,\n"
    assert load(house, text, now).new == 1
    assert preview(house, text).rows[0].status == "same"
    garage = queries.door_named(house, "Garage")
    assert garage and (garage.planned_model, garage.connected) == ("R", True)


def test_a_changed_line_changes_the_door_and_says_what(house: UUID, now: datetime) -> None:
    """Only what the file says differently."""
    load(house, "Gym,common,,R,no,,yes,yes\n", now)
    changed = "Gym,common,,R,yes,LM9,yes,no\n"
    (row,) = preview(house, changed).rows
    assert row.status == "changed"
    assert row.reasons == ("Line 2: the connection changes.", "Line 2: doorcodes changes.", "Line 2: the serial changes.")
    assert load(house, changed, now).changed == 1
    gym = queries.door_named(house, "Gym")
    assert gym and (gym.connected, gym.codes_allowed, gym.planned_serial) == (True, False, "LM9")


@pytest.mark.parametrize(("column", "most"), [("Door", 120), ("Unit", 60), ("Serial", 32)])
def test_a_cell_that_no_door_can_hold_comes_back_with_its_reason(house: UUID, now: datetime, column: str, most: int) -> None:
    """Line, column, reason; one character less arrives. A database that counts would stop the import at every try."""
    cells = {"Door": "Unit 1A", "Kind": "unit", "Unit": "1A", "Model": "", "Serial": ""}
    heading = ",".join(cells)
    for length, bad in ((most + 1, 1), (most, 0)):
        data = f"{heading}\n{','.join((cells | {column: 'x' * length}).values())}\n".encode()
        shown = services.preview_doors(property_id=house, models=MODELS, data=data)
        assert [row.reasons for row in shown.of("bad")] == [(f"Line 2, {column}: is longer than {most} characters.",)] * bad
        assert services.import_doors(property_id=house, models=MODELS, data=data, by=SYSTEM, now=now).bad == bad


@pytest.mark.rule("PLACE-6", "OPS-2")
def test_what_a_file_forbids_at_a_door_is_remembered_and_journaled(house: UUID, now: datetime) -> None:
    """A restore from an older copy finds it in the ledger (test_replay); who changed which fields of which door stands in the journal."""
    load(house, "Gym,common,,,,,yes,yes\nRoof,common,,,,,yes,yes\n", now)
    gym = queries.door_named(house, "Gym")
    assert gym
    for text, allowed in (("no,yes", {"share": "0", "codes": "1"}), ("no,no", {"share": "0", "codes": "0"})):
        load(house, f"Gym,common,,,,,{text}\nRoof,common,,,,,yes,yes\n", now)
        line = [line for line in ledger.lines() if line.kind == "door_rules"][-1]
        assert line.facts == {"door": str(gym.id), "others": "1"} | allowed
    edits = [entry for entry in journal.entries(property_id=house) if entry.verb == "door.edited"]
    assert [(entry.target, dict(entry.detail)) for entry in edits] == [
        (f"door:{gym.id}", {"fields": "codes_allowed"}),
        (f"door:{gym.id}", {"fields": "share_allowed"}),
    ]


def test_a_door_does_not_move_and_keeps_a_frozen_kind(house: UUID, now: datetime) -> None:
    """Both would change whose history it holds."""
    load(house, "Gym,common,,,,,,\nUnit 1A,unit,1A,,,,,\n", now)
    gym = queries.door_named(house, "Gym")
    assert gym
    services.device_came(door_id=gym.id, networked=False, now=now)
    shown = preview(house, "Gym,entrance,,,,,,\nUnit 1A,unit,1B,,,,,\n")
    assert [row.reasons[0] for row in shown.of("bad")] == [
        'Line 2, Kind: "Gym" is common and has had a device. Its kind cannot change any more.',
        'Line 3, Unit: "Unit 1A" belongs to "1A" here. A door does not move; make a new one.',
    ]


def test_a_line_that_comes_twice_is_the_same_or_contradicts(house: UUID, now: datetime) -> None:
    """Nothing is guessed."""
    shown = preview(house, "Gym,common,,,,,,\ngym,common,,,,,,\nGym,common,,,,,,\nGym,entrance,,,,,,\n")
    assert [row.status for row in shown.rows] == ["new", "bad", "same", "bad"]
    assert shown.rows[3].reasons == ('Line 5, Door: line 2 says otherwise about "Gym". We do not guess.',)


def test_units_are_made_once_whatever_their_capitals(house: UUID, now: datetime) -> None:
    """Two doors of one unit in one file."""
    load(house, "Unit 1A,unit,1A,,,,,\nUnit 1A Terrace,unit,1a,,,,,\n", now)
    assert [unit.name for unit in queries.units(house)] == ["1A"]
    assert len(queries.doors_of_unit(queries.units(house)[0].id)) == 2


def test_notes_tell_what_holds_for_the_whole_file(house: UUID) -> None:
    """Columns that are not read, and a doubtful encoding."""
    shown = services.preview_doors(
        property_id=house, models=MODELS, data="Door,Kind,Colour,Reason\nBöiler,service,red,x\n".encode("cp1252")
    )
    assert shown.notes == ('The column "Colour" is not read.', "The file was read as Windows-1252. Check the names with accents.")
    with pytest.raises(NotReadable):
        services.preview_doors(property_id=house, models=MODELS, data=b"PK\x03\x04")


@pytest.mark.rule("PLACE-5")
@pytest.mark.django_db(transaction=True)
def test_an_interrupted_import_goes_on_with_the_same_file(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written stays, the broken batch leaves nothing, nothing comes twice."""
    with unit_of_work():
        portfolio = services.create_portfolio(name="P", by=SYSTEM, now=now)
        house = services.create_property(
            portfolio_id=portfolio, name="H", address="", city_line="", time_zone="UTC", profile="US", by=SYSTEM, now=now
        )
    data, real, seen = HARBOR.read_bytes(), importing._door, []

    def failing(*args: object) -> Door:
        seen.append(args)
        if len(seen) == 70:
            raise DatabaseError("disk full")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_door", failing)
    lines: list[tuple[int, int]] = []
    with pytest.raises(Stopped) as stopped:
        services.import_doors(
            property_id=house, models=MODELS, data=data, by=SYSTEM, now=now, progress=lambda line, total: lines.append((line, total))
        )
    assert stopped.value.title == "Stopped at line 52." and lines == [(50, 128)]
    assert len(queries.doors(house)) == 50
    done = services.import_doors(property_id=house, models=MODELS, data=data, by=SYSTEM, now=now)
    assert (done.new, done.same, len(queries.doors(house))) == (78, 50, 128)


def test_an_import_is_in_the_journal_with_its_counts(house: UUID, now: datetime) -> None:
    """Who imported how much, not what."""
    load(house, "Gym,common,,,,,,\n", now)
    entry = journal.entries(property_id=house)[0]
    assert (entry.verb, dict(entry.detail)) == ("doors.imported", {"new": 1, "changed": 0})


def test_the_template_can_be_uploaded_as_it_is(house: UUID) -> None:
    """Its examples are good lines."""
    assert services.preview_doors(property_id=house, models=MODELS, data=services.TEMPLATE).summary == "2 new, 0 not imported."
