"""The matrix of privacy.md 4, written by hand a second time: what each role sees of each kind of record that exists.

Roles in the order of ROLES. `Y` yes, `-` no. The letters that stand for something the product does not have yet (a: household sharing, c: a
person's API grant, f: a recorded incident, h: a released photo, b: a support grant) are `-` here, because such a relation is never given.
"""

from limen.visibility.rules import RecordFacts

ROLES = ("self", "host", "co_resident", "pm_of_door", "pm_elsewhere", "security", "neighbour")

RELATIONS: dict[str, frozenset[str]] = {
    "self": frozenset({"self"}),
    "host": frozenset({"host"}),
    "co_resident": frozenset({"resident_of_unit", "co_resident_unless_masked", "co_resident_that_it_exists"}),
    "pm_of_door": frozenset({"pm_of_door", "pm_of_property", "pm_in_scope"}),
    "pm_elsewhere": frozenset({"pm_of_property"}),
    "security": frozenset({"security_of_building"}),
    "neighbour": frozenset(),
}


def _rec(data: str, door: str = "any", subject: str = "any", restricted: bool = False) -> RecordFacts:
    return RecordFacts(data, door, subject, restricted)


# id, records it speaks of, and one letter for each role above
MATRIX: tuple[tuple[str, tuple[RecordFacts, ...], str], ...] = (
    ("V1", (_rec("event", "unit", "resident"),), "Y------"),
    ("V2", (_rec("event", "unit", "guest"),), "YYY----"),
    ("V3", (_rec("event", "unit", "staff"),), "Y-YY---"),
    ("V4", (_rec("event", "unit", "vendor"),), "Y-YY---"),
    ("V5", (_rec("event", "unit", "unknown"),), "--Y----"),
    ("V6", tuple(_rec("photo", "unit", s) for s in ("guest", "unknown")), "YYY----"),
    ("V7", (_rec("event", "common", "resident"),), "YY-Y-Y-"),
    ("V8", (_rec("event", "common", "guest"),), "YY-Y-Y-"),
    ("V9", (_rec("event", "common", "staff"), _rec("event", "common", "vendor")), "YY-Y-Y-"),
    ("V9 service", tuple(_rec("event", "service", s) for s in ("resident", "guest", "staff", "vendor", "unknown")), "Y--Y-Y-"),
    ("V10", tuple(_rec("photo", d, s) for d in ("common", "service") for s in ("resident", "guest", "unknown")), "YY---Y-"),
    ("V11", tuple(_rec("event", d, s, True) for d in ("common", "service") for s in ("resident", "guest", "staff")), "Y------"),
    ("V12", (_rec("call", "common"),), "Y--Y-Y-"),
    ("V13", (_rec("grant", "common", "resident"), _rec("grant", "unit", "resident")), "YY-Y---"),
    ("V13 guest at a unit door", (_rec("grant", "unit", "guest"),), "YYYY---"),
    ("V14", (_rec("secret", "unit", "resident"), _rec("secret", "common", "staff")), "Y------"),
    ("V15", (_rec("journal"),), "Y--Y---"),
    ("V16", (_rec("health", "unit", "none"), _rec("health", "common", "none")), "--YYY--"),
    ("V17", (_rec("ledger"),), "Y------"),
    ("V19 resident, staff, vendor", tuple(_rec("contact", "any", s) for s in ("resident", "staff", "vendor")), "YY-Y---"),
    ("V19 guest", (_rec("contact", "any", "guest"),), "YY-----"),
    ("V20", (_rec("ticket"),), "Y--YY--"),
)
