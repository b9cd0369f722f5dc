"""`limen init`: the first building and its first manager, on an empty installation (decision 0044).

Prints a join link that works once. Again with the same names: nothing changes, and a manager who has not signed in yet gets a fresh link.
"""

import argparse
from datetime import datetime
from uuid import UUID

from limen.cli import migrate
from limen.kernel.actors import SYSTEM
from limen.kernel.problems import Problem

PROFILES = ("US", "NYC", "EU")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """A building is named, dated by its zone, and kept by its privacy profile; a manager is an e-mail address."""
    parser = subparsers.add_parser("init", help="make the first building and print a join link for its first manager")
    parser.add_argument("--property", required=True, help="the building's name, as people say it")
    parser.add_argument("--address", default="", help="street and number (default: the name)")
    parser.add_argument("--city", default="", help="the line with city and postal code")
    parser.add_argument("--time-zone", default="America/New_York", help="an IANA name, as in America/New_York")
    parser.add_argument("--profile", choices=PROFILES, default="US", help="which retention table holds")
    parser.add_argument("--office-phone", default="", help="what visitors and residents may call")
    parser.add_argument("--portfolio", default="", help="the owner's set of buildings (default: the building's name)")
    parser.add_argument("--manager", required=True, metavar="EMAIL", help="the first portfolio manager")
    parser.add_argument("--manager-name", default="First Manager", metavar="NAME", help="first and last name")


def run(args: argparse.Namespace) -> int:
    """Makes what is missing in one transaction and prints the link."""
    migrate.prepare()
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    try:
        with unit_of_work():
            path = first_link(args, clock.now())
    except Problem as problem:
        print(f"Nothing was made: {problem.title} {problem.detail}".strip())
        return 1
    if path is None:
        print(f"{args.property} is there, and {args.manager} has an account. Sign in.")
    else:
        print(f"{args.property} is ready. {args.manager} comes in here, once:\n{_origin()}{path}")
    return 0


def first_link(args: argparse.Namespace, now: datetime) -> str | None:
    """The path of the join link, or None where the manager has an account already."""
    from limen.identity import queries as accounts
    from limen.identity import services as identity
    from limen.people import queries as known
    from limen.people import services as people

    property_id, portfolio_id = _property(args, now)
    first, _, last = args.manager_name.strip().partition(" ")
    person = people.add_person(first=first, last=last or first, email=args.manager, by=SYSTEM, now=now)
    if not known.rights(person, property_id, now).portfolio_manager:
        people.appoint(person_id=person, kind="portfolio_manager", portfolio_id=portfolio_id, by=SYSTEM, now=now)
    if accounts.user_of(person) is not None:
        return None
    return identity.make_link(person_id=person, property_id=property_id, by=SYSTEM, now=now)


def _property(args: argparse.Namespace, now: datetime) -> tuple[UUID, UUID]:
    """The building of that name, made with a portfolio of its own if there is none."""
    from limen.places import queries as known
    from limen.places import services as places

    for one in known.properties():
        if one.name.casefold() == args.property.strip().casefold():
            return one.id, one.portfolio_id
    portfolio = places.create_portfolio(name=args.portfolio or args.property, by=SYSTEM, now=now)
    made = places.create_property(
        portfolio_id=portfolio, name=args.property, address=args.address or args.property, city_line=args.city, time_zone=args.time_zone,
        profile=args.profile, office_phone=args.office_phone, by=SYSTEM, now=now,
    )  # fmt: skip
    return made, portfolio


def _origin() -> str:
    from django.conf import settings

    return str(settings.LIMEN_ORIGIN).rstrip("/")
