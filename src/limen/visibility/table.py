"""The table `privacy.yaml`, read once; every retention class is shown as some data of it, or to nobody."""

from functools import cache
from importlib import resources

import yaml

from limen.visibility.rules import DATA, BadTable, Row, read_rows

FILE = "privacy.yaml"


@cache
def rows() -> tuple[Row, ...]:
    """The visibility rows. Raises BadTable."""
    return read_rows(_file()["visibility"])


@cache
def shown_as() -> dict[str, str | None]:
    """The data that a class of the retention table falls under; None: no screen, export or answer shows it. Raises BadTable."""
    table = dict(_file()["shown_as"])
    nobody = table.pop("nobody")
    if not set(table.values()) <= DATA:
        raise BadTable("shown_as names data that the table does not know")
    return table | dict.fromkeys(nobody)


@cache
def retention_classes() -> frozenset[str]:
    """Every class that has a retention rule."""
    return frozenset(rule["cls"] for rule in _file()["retention"]["rules"] if rule["cls"] != "any")


@cache
def retention_rows() -> tuple[dict[str, object], ...]:
    """The retention rows as they stand in the file, for whoever computes deadlines."""
    return tuple(dict(row) for row in _file()["retention"]["rules"])


@cache
def golden_cases() -> tuple[dict[str, dict[str, object]], ...]:
    """The file's own examples of deadlines; the engine must reproduce each."""
    return tuple(_file()["golden"]["cases"])


@cache
def _file() -> dict:  # type: ignore[type-arg]  # a file; its readers check what they take from it
    loaded = yaml.safe_load((resources.files("limen.visibility") / FILE).read_text("utf-8"))
    if not isinstance(loaded, dict):
        raise BadTable(FILE)
    return loaded
