"""The numbers on the pages of the protocol are the program's: who builds from the pages alone builds the same lock."""

import re
from enum import IntEnum
from pathlib import Path

import pytest

import limen.lock
import limen.wire
from limen.lock.capabilities import Model, read_models
from limen.wire import limits
from limen.wire.envelope import Typ
from limen.wire.events import Kind, Method, Result
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from tests.tidy.project import TOP

PAGES = TOP / "docs" / "protocol"


def page(name: str) -> str:
    return Path(PAGES / f"{name}.md").read_text(encoding="utf-8")


def cells(text: str) -> list[list[str]]:
    """The rows of all tables, each as its trimmed cells."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def values(members: type[IntEnum]) -> set[int]:
    return {int(member) for member in members}


def test_the_page_of_limits_has_every_limit_with_its_number() -> None:
    """None is missing, none is left over, each has the value that the program uses."""
    said = {row[0].strip("`"): int(row[1].replace(",", "")) for row in cells(page("limits")) if row[0].startswith("`")}
    assert said == {name: value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}


@pytest.mark.parametrize(("place", "members"), [(0, Kind), (2, Method), (4, Result)], ids=["kind", "method", "result"])
def test_the_page_of_the_record_names_every_number_of_an_event(place: int, members: type[IntEnum]) -> None:
    """Kinds, methods and results stand side by side in one table."""
    table = page("record").partition("| kind |")[2].partition("\n\n")[0]
    assert {int(row[place]) for row in cells(table) if row[place].isdigit()} == values(members)


def test_the_page_of_statements_names_every_class_and_the_page_of_encoding_every_type() -> None:
    """A grant's class and a statement's type are numbers on the wire."""
    classes = next(row for row in cells(page("statements")) if row[0] == "1")
    assert {int(one) for one in classes} == values(Cls)
    types = re.findall(r"\b65\d{3}\b", " ".join(row[0] for row in cells(page("encoding"))))
    assert {int(one) for one in types} == values(Typ)


def test_the_page_of_operations_names_every_operation_status_and_reason() -> None:
    """What is asked, what is answered, and why not."""
    text = page("operations")
    assert {int(row[0].split()[0]) for row in cells(text) if row[0][:1].isdigit()} == values(Op)
    statuses, told, recorded = (text.partition(f"**O-{number}**")[2].partition("\n\n")[0] for number in (2, 11, 12))
    assert {int(n) for n in re.findall(r"(\d+) [A-Z]{2}", statuses)} == values(Status)
    words = {int(number): word for number, word in re.findall(r"(\d+) ([a-z_]+)", told + recorded)}
    assert words == {int(reason): reason.word for reason in Reason if reason is not Reason.REFUSED}


def test_every_file_of_vectors_is_named_where_somebody_looks_for_it_and_no_other_is() -> None:
    """In the table by parts, and on the page whose clauses it proves."""
    files = {path.name for path in (Path(limen.wire.__file__ or "").parent / "vectors").glob("*.json")}
    named = set(re.findall(r"`(\w+\.json)`", page("vectors")))
    told = [line for path in PAGES.glob("*.md") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("Vectors: ")]
    assert named == files == set(re.findall(r"`(\w+\.json)`", " ".join(told)))


def test_the_table_of_vectors_names_every_type_of_statement() -> None:
    """Whoever builds a lock finds an example of each (the grant's neighbours by their number)."""
    said = {int(number) for number in re.findall(r"\b65\d{3}\b", page("vectors"))}
    assert said == values(Typ)


def test_the_page_of_ownership_has_every_model_with_its_number_and_all_that_decides_for_it() -> None:
    """A lock from other hands bears name and number of the row that it fulfils: what stands there is what ours does."""
    table = page("ownership").partition("| model |")[2].partition("\n\n")[0]
    models = read_models(Path(limen.lock.__file__ or "").with_name("devices.yaml").read_text(encoding="utf-8"))
    assert {row[0]: row[1:] for row in cells(table) if row[0] in models} == {name: told(model) for name, model in models.items()}


def told(model: Model) -> list[str]:
    """The cells behind the name."""
    assert model.door_sensor == model.exit_sensor
    has = (model.keypad, model.nfc, model.camera, model.cylinder, model.privacy_deadbolt, model.jumpstart)
    on_a_wire = (model.wired, model.connected, model.door_sensor)
    flags = ["yes" if one else "no" for one in (*has, *on_a_wire)]
    return [str(model.number), f"{model.capacity:,}", *flags, " or ".join(str(ms // 1000) for ms in sorted(model.engaged_ms))]
