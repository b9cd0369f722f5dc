"""Which check comes next, and what leaves as trouble with hardware (SUPPORT-2, SUPPORT-3). Models, checks and symptoms are data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class BadTable(Exception):
    """A check of the table asks for a capability that cannot be read."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step staff take, in its order; `condition` names a capability of the model."""

    id: str
    condition: str
    say: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a check produced: `recovered` closes the case without an escalation."""

    check: str
    recovered: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """The checks and symptoms as the product ships them."""

    checks: tuple[Check, ...]
    hardware: frozenset[str]
    not_hardware: frozenset[str]


BATTERIES: Final = "power.kind == batteries"
FORMS: Final = "form in ("


def read_tables(data: Mapping[str, object]) -> Tables:
    """Checks and symptoms from the device table. Raises BadTable or KeyError for what cannot be meant."""
    symptoms = data["symptoms"]
    rows = data["checks"]
    if not isinstance(symptoms, dict) or not isinstance(rows, list):
        raise BadTable("checks and symptoms")
    checks = tuple(Check(str(row["id"]), str(row["if"]), str(row["say"])) for row in rows)
    return Tables(checks, frozenset(symptoms["hardware"]), frozenset(symptoms["not_hardware"]))


def applies(check: Check, model: Mapping[str, object]) -> bool:
    """True if this model can be checked so; a wired reader has no batteries to change."""
    if check.condition == BATTERIES:
        power = model.get("power")
        return isinstance(power, dict) and power.get("kind") == "batteries"
    if check.condition.startswith(FORMS):
        return str(model.get("form")) in {form.strip() for form in check.condition[len(FORMS) : -1].split(",")}
    if check.condition.isidentifier():
        return bool(model.get(check.condition))
    raise BadTable(check.condition)


def next_check(tables: Tables, model: Mapping[str, object], results: Sequence[Result]) -> Check | None:
    """The first check this model has that was not tried; None when all were, or when one of them helped."""
    if any(result.recovered for result in results):
        return None
    tried = {result.check for result in results}
    return next((check for check in tables.checks if applies(check, model) and check.id not in tried), None)


def qualifies(tables: Tables, model: Mapping[str, object], symptom: str, results: Iterable[Result]) -> bool:
    """True for real trouble with hardware: a hardware symptom, and every check of the model tried without help (SUPPORT-3)."""
    tried = list(results)
    if symptom in tables.not_hardware or symptom not in tables.hardware:
        return False
    return not any(result.recovered for result in tried) and next_check(tables, model, tried) is None
