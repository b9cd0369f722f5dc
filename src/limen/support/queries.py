"""What staff should try next on a device that does not work."""

from collections.abc import Sequence
from functools import cache

from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.support import rules
from limen.support.rules import Check, Result, Tables

__all__ = ["Check", "Result", "is_hardware", "next_check"]


def next_check(model: str, results: Sequence[Result]) -> Check | None:
    """The next check for a model, in order; None when all were tried or one helped (SUPPORT-2). NotYours for an unknown model."""
    return rules.next_check(_tables(), _capabilities(model), results)


def is_hardware(model: str, symptom: str, results: Sequence[Result]) -> bool:
    """True if it qualifies as trouble with hardware (SUPPORT-3)."""
    return rules.qualifies(_tables(), _capabilities(model), symptom, results)


@cache
def _tables() -> Tables:
    return rules.read_tables(fleet.device_table())


def _capabilities(model: str) -> dict[str, object]:
    models = fleet.device_table()["models"]
    assert isinstance(models, list)  # a table of our own
    found = next((row for row in models if row["id"] == model), None)
    if found is None:
        raise NotYours
    return dict(found)
