"""`limen logkey BUILDING`: another key for what a building's locks record, where the ones until now may be in other hands (docs/operate/keys.md)."""

import argparse
import sys

from limen.cli import migrate


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """One building, by its name."""
    parser = subparsers.add_parser("logkey", help="begin a new key for a building's record: the old one may be in other hands")
    parser.add_argument("building", help="its name, as the console writes it")


def run(args: argparse.Namespace) -> int:
    """Begins it and says from when on it protects."""
    migrate.prepare()
    from limen.fleet import services as fleet
    from limen.kernel.actors import SYSTEM
    from limen.places import queries as places
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    found = [one for one in places.properties() if one.name == args.building]
    if len(found) != 1:
        known = ", ".join(sorted(one.name for one in places.properties())) or "none"
        print(f"There is no single building of this name. Buildings here: {known}.", file=sys.stderr)
        return 1
    with unit_of_work():
        number = fleet.turn_log_key(property_id=found[0].id, by=SYSTEM, now=clock.now())
    print(f"{found[0].name} has log key {number}. Each lock learns it with its next update; what it records until then the old key opens.")
    print("Copy keystore.sqlite3 again: the only private half is there.")
    return 0
