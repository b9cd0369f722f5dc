"""What an import says of a line is said in Spanish too, down to the last one."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

from limen.console.retelling import in_the_readers_words, retold
from limen.fleet import queries as fleet
from limen.people import services as people
from limen.places import services as places
from tests.cast import Harbor
from tests.unit.identity.conftest import house

__all__ = ["house"]

DATA = Path(__file__).parents[2] / "data"
BAD_DOORS = b"""Door,Kind,Unit,Connected,ShareAllowed,Doorcodes,Extra,Model,Serial
,common,,,,,
Cellar,cave,,,,,
Unit 9Z,unit,,,,,
Attic,common,2A,,,,
Shed,service,,perhaps,,,
 Yard ,common,,,,,
Broken,common
Bin,common,,,,,,Z9,
Mill,common,,yes,,,,M3,
Den,common,,,,,,,LM 7!
"""
ENGLISH = re.compile(r"\b(is|are|the|not|says|read|removed|belongs|line|has)\b")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('Line 8, Unit: "99Z" is not a unit of 88 Harbor Street. Add the unit or correct the line.',
         'Línea 8, Unit: "99Z" no es un apartamento de 88 Harbor Street. Agregue el apartamento o corrija la línea.'),
        ("Line 91: spaces and capitals removed from the e-mail.", "Línea 91: se quitaron espacios y mayúsculas: el correo."),
        ("Line 12: living in 4B ends on 2 Jan 2027.", "Línea 12: deja de vivir en 4B el 2 ene 2027."),
        ("Line 3 has 2 cells, the first line has 7.", "Línea 3: tiene 2 celdas; la primera línea tiene 7."),
        ("Two columns could be the e-mail. Choose one.", "Dos columnas podrían ser: el correo. Elija una."),
        ("Something nobody translated.", "Something nobody translated."),
    ],
)  # fmt: skip
def test_a_sentence_is_said_again_with_what_stood_in_its_gaps(said: str, told: str) -> None:
    """What people typed stays as they typed it; words of ours and months do not."""
    with translation.override("es"):
        assert retold(said) == told


@pytest.mark.rule("PLACE-5")
def test_no_reason_of_a_real_file_is_left_in_english(house: Harbor, now: datetime) -> None:
    """The rent roll of the demonstration with its bad and its changed lines, and doors with every fault of their own."""
    files = [
        people.preview_people(property_id=house.property_id, data=(DATA / "rent_roll.csv").read_bytes(), now=now),
        places.preview_doors(property_id=house.property_id, models=fleet.networks(), data=BAD_DOORS),
    ]
    with translation.override("es"):
        told = [in_the_readers_words(one) for one in files]
    for before, after in zip(files, told, strict=True):
        said = [reason for row in after.rows for reason in row.reasons] + list(after.notes)
        assert len(said) == sum(len(row.reasons) for row in before.rows) + len(before.notes) > 5
        left = [one for one in said if ENGLISH.search(re.sub(r'"[^"]*"', "", one))]
        assert left == []
        assert "Línea" in after.bad_csv().decode()


def test_in_english_nothing_is_touched(house: Harbor) -> None:
    """The very same preview."""
    seen = places.preview_doors(property_id=house.property_id, models=fleet.networks(), data=BAD_DOORS)
    with translation.override("en"):
        assert in_the_readers_words(seen) is seen
