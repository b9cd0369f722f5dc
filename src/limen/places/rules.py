"""What a building, a door and a line of a door file may be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from limen.kernel.problems import Problem
from limen.kernel.tables import Column, Row

PROFILES: Final = ("US", "NYC", "EU")
KINDS: Final = ("entrance", "common", "unit", "service")
NAME_MAX_CHARS: Final = 120
ADDRESS_MAX_CHARS: Final = 200
OFFICE_PHONE_MAX_CHARS: Final = 40
UNIT_MAX_CHARS: Final = 60
MODEL_MAX_CHARS: Final = 20
SERIAL_MAX_CHARS: Final = 32
"""As in the certificate of a device (protocol A.3)."""
SERIAL: Final = re.compile(r"[0-9A-Za-z-]+")
CODE_DIGITS: Final = range(4, 10)
KEY_PAUSE_S: Final = range(5, 21)
ENGAGED_S: Final = (5, 10)
AJAR_S: Final = range(10, 3_601)
STALENESS_DAYS: Final = range(1, 91)
FLOORS: Final = range(-20, 201)
HOLIDAYS_MAX: Final = 64
"""What the config of a lock holds (protocol B.1)."""
HOLIDAY_AHEAD: Final = timedelta(days=5 * 366)
HOLIDAY_KEPT_DAYS: Final = 3
"""So long a day that has passed stays in the config: a clock may be behind, and hours may run past midnight."""

COLUMNS: Final = (
    Column("Door", "the door", ("Door name", "Name")),
    Column("Kind", "the kind", ("Door kind", "Type")),
    Column("Unit", "the unit", ("Apartment", "Apt"), required=False),
    Column("Model", "the model", required=False),
    Column("Connected", "the connection", ("Network", "Online"), required=False),
    Column("Serial", "the serial", ("Serial number", "Serial no"), required=False),
    Column("ShareAllowed", "sharing", ("Sharing", "Share allowed"), required=False),
    Column("Doorcodes", "the doorcodes", ("Codes", "Doorcodes allowed"), required=False),
)
NAME_MISSING: Final = {
    "portfolio": "Give the portfolio a name.",
    "building": "Give the building a name.",
    "unit": "Give the unit a name.",
    "door": "Give the door a name.",
    "holiday": "Give the holiday a name.",
}
YES: Final = frozenset({"yes", "y", "true", "1"})
NO: Final = frozenset({"no", "n", "false", "0"})


Models: TypeAlias = Mapping[str, bool]
"""The models that there are, and whether each has a network of its own (devices.yaml)."""


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """A door as a line of a file, or a form, describes it."""

    name: str
    kind: str
    unit: str
    connected: bool
    share_allowed: bool
    codes_allowed: bool
    model: str
    serial: str


def floor_of_unit(name: str) -> int | None:
    """The floor that a unit's name tells: 4 for 4B, 12 for 1204, None where it begins with no digit."""
    digits = name[: len(name) - len(name.lstrip("0123456789"))]
    if not digits:
        return None
    return int(digits[:-2]) if len(digits) > 2 else int(digits)


def check_property(*, name: str, time_zone: str, profile: str) -> None:
    """Raises Problem for a building that cannot be (PLACE-1)."""
    check_name(name, "building", NAME_MAX_CHARS)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Problem(
            "time_zone_unknown", '"%(zone)s" is not a time zone.', "Name it as in America/New_York.", gaps={"zone": time_zone}
        ) from None
    if profile not in PROFILES:
        raise Problem("profile_unknown", "Choose a privacy profile: US, NYC or EU.")


def check_name(name: str, what: str, most: int) -> None:
    """Raises Problem for an empty or endless name."""
    if not name.strip():
        raise Problem("name_missing", NAME_MISSING[what])
    if len(name) > most:
        raise Problem("name_too_long", "A name has at most %(most)s characters.", gaps={"most": most})


def check_reached(*, address: str | None, city_line: str | None, office_phone: str | None) -> None:
    """Raises Problem for an address that is none, and for lines that are longer than they are kept (PLACE-1); None is not looked at."""
    if address is not None and not address.strip():
        raise Problem("address_missing", "Give the building an address.")
    if len(address or "") > ADDRESS_MAX_CHARS or len(city_line or "") > ADDRESS_MAX_CHARS:
        raise Problem("address_too_long", "An address has at most %(most)s characters.", gaps={"most": ADDRESS_MAX_CHARS})
    if len(office_phone or "") > OFFICE_PHONE_MAX_CHARS:
        raise Problem("office_phone_too_long", "A telephone number has at most %(most)s characters.", gaps={"most": OFFICE_PHONE_MAX_CHARS})


def check_planned(model: str, serial: str) -> None:
    """Raises Problem for a planned device that no device can be."""
    if len(model) > MODEL_MAX_CHARS or len(serial) > SERIAL_MAX_CHARS:
        most = {"model": MODEL_MAX_CHARS, "serial": SERIAL_MAX_CHARS}
        raise Problem("planned_too_long", "A model has at most %(model)s characters, a serial %(serial)s.", gaps=most)


def check_kind(kind: str, has_unit: bool) -> None:
    """Raises Problem unless a unit's door has a unit and no other door has one (PLACE-3)."""
    if kind not in KINDS:
        raise Problem("kind_unknown", "Choose what kind of door it is: entrance, common, unit or service.")
    if (kind == "unit") != has_unit:
        raise Problem("kind_and_unit", "A door of kind unit belongs to one unit, and no other door does.")


def facts_of(row: Row, models: Models) -> tuple[DoorFacts, list[tuple[str, str]]]:
    """What a line says, and what is wrong with it as pairs of column and reason; empty flags mean unconnected, shared and with codes."""
    cell = {column.name: row.cells.get(column.name, "") for column in COLUMNS}
    longest = {"Door": NAME_MAX_CHARS, "Unit": UNIT_MAX_CHARS, "Serial": SERIAL_MAX_CHARS}
    flags = {name: _flag(cell[name], default) for name, default in (("Connected", False), ("ShareAllowed", True), ("Doorcodes", True))}
    wrong = [(name, f'"{cell[name]}" is neither yes nor no.') for name, value in flags.items() if value is None]
    wrong += [(name, "is longer than a name can be.") for name in sorted(row.too_long)]
    wrong += [(name, "a formula is not read here. Write the words.") for name in sorted(row.formulas)]
    kind = cell["Kind"].casefold()
    if not cell["Door"]:
        wrong.append(("Door", "is empty."))
    wrong += [(name, f"is longer than {most} characters.") for name, most in longest.items() if len(cell[name]) > most]
    if kind not in KINDS:
        wrong.append(("Kind", f'"{cell["Kind"]}" is not a kind of door. Write entrance, common, unit or service.'))
    elif kind == "unit" and not cell["Unit"]:
        wrong.append(("Unit", "is empty. A door of kind unit belongs to a unit."))
    elif kind != "unit" and cell["Unit"]:
        wrong.append(("Unit", f'"{cell["Unit"]}" stands at a door of kind {kind}. Only a door of kind unit belongs to one.'))
    model = cell["Model"].upper()
    wrong += _wrong_device(model, cell["Serial"], models, connected=bool(flags["Connected"]))
    facts = DoorFacts(
        cell["Door"], kind, cell["Unit"], bool(flags["Connected"]), bool(flags["ShareAllowed"]), bool(flags["Doorcodes"]),
        model, cell["Serial"],
    )  # fmt: skip
    return facts, wrong


def _wrong_device(model: str, serial: str, models: Models, *, connected: bool) -> Iterator[tuple[str, str]]:
    if model and model not in models:
        yield "Model", f'"{model}" is not a model. Write {", ".join(models)}, or leave it empty.'
    elif model and connected and not models[model]:
        yield "Connected", f'a device of model "{model}" has no network. Write no.'
    if serial and not SERIAL.fullmatch(serial):
        yield "Serial", f'"{serial}" is not a serial. It has letters, digits and hyphens, as on the label.'


def _flag(text: str, default: bool) -> bool | None:
    if not text:
        return default
    return True if text.casefold() in YES else False if text.casefold() in NO else None
