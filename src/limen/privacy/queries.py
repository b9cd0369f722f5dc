"""Until when something is kept, by the table that ships with the product."""

from functools import cache

from limen.privacy import rules
from limen.privacy.rules import Deadline, Record, Rule, Step
from limen.visibility import queries as visibility

__all__ = ["Deadline", "Record", "Step", "kept_until", "on_the_way"]


def kept_until(record: Record) -> Deadline | None:
    """The earliest deadline of a record and what happens then (PRIVACY-1)."""
    return rules.deadline(_rules(), record)


def on_the_way(record: Record) -> tuple[Step, ...]:
    """What happens to a record before its end."""
    return rules.steps(_rules(), record)


@cache
def _rules() -> tuple[Rule, ...]:
    return rules.read_rules(visibility.retention_rows())
