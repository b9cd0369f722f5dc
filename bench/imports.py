"""People imported per second of processing, on a database in a file."""

import os
import tempfile
from time import perf_counter, process_time
from uuid import UUID

from bench.tables import Claims, show

LINES = (1_000, 5_000)
LEAST_A_SECOND = 1_000


def main() -> int:
    claims, rows = Claims(), []
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LIMEN_DATA": folder, "DJANGO_SETTINGS_MODULE": "limen.config.settings"}
        os.environ.pop("LIMEN_DATABASE_URL", None)
        from limen.cli import migrate

        migrate.prepare()
        for number, lines in enumerate(LINES):
            rows.append(measure(claims, lines, number))
    show("A rent roll is imported", ("people", "processing s", "wall s", "people a second of processing", f">= {LEAST_A_SECOND}"), rows)
    return claims.exit_code()


def measure(claims: Claims, lines: int, number: int) -> list[object]:
    from limen.kernel.actors import SYSTEM
    from limen.people import services as people
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    with unit_of_work():
        place = building(number, lines)
    cpu, wall = process_time(), perf_counter()
    done = people.import_people(property_id=place, data=roll(lines), by=SYSTEM, now=clock.now())
    cpu, wall = process_time() - cpu, perf_counter() - wall
    assert done.new == lines
    rate = lines / cpu
    return [lines, f"{cpu:.2f}", f"{wall:.2f}", f"{rate:.0f}", claims.check(f"import of {lines}", rate >= LEAST_A_SECOND)]


def building(number: int, lines: int) -> UUID:
    from limen.kernel.actors import SYSTEM
    from limen.places import services as places
    from limen.storage import clock

    now = clock.now()
    owner = places.create_portfolio(name=f"Bench {number}", by=SYSTEM, now=now)
    place = places.create_property(
        portfolio_id=owner, name=f"Bench {number}", address="1 Main Street", city_line="New York", time_zone="America/New_York", profile="NYC",
        by=SYSTEM, now=now,
    )  # fmt: skip
    for unit in range(lines // 2 + 1):
        places.create_unit(property_id=place, name=f"U{unit}", by=SYSTEM, now=now)
    return place


def roll(lines: int) -> bytes:
    heading = "Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone"
    rows = (
        f"U{n // 2},Person{n},Bench,p{n}.{lines}@example.org,+1 212 555 0100,Current,01/15/2026,01/14/2028,Resident,yes"
        for n in range(lines)
    )
    return "\n".join([heading, *rows]).encode()


if __name__ == "__main__":
    raise SystemExit(main())
