"""The standing cast: 88 Harbor Street with its doors, the people of the examples, and the groups they hold."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from limen.access import queries as access
from limen.access import services as access_verbs
from limen.access.views import GrantView, GroupDoorView, GroupView, Invited
from limen.identity import services as identity_verbs
from limen.identity.views import PhoneView
from limen.kernel.actors import SYSTEM, Actor
from limen.kernel.periods import Weekly
from limen.people import services as people_verbs
from limen.places import services as places_verbs
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import SoftSigner

PASSWORD = "correct horse battery staple"
ALWAYS = timedelta(days=30)

DOORS: dict[str, tuple[str, bool, bool]] = {
    # name: kind, connected, doorcodes
    "Main Entrance": ("entrance", True, True),
    "Alley Gate": ("entrance", False, True),
    "Package Room": ("common", False, True),
    "Gym": ("common", False, False),
    "Roof": ("common", False, True),
    "Boiler Room": ("service", False, True),
}
UNITS = ("2A", "4B", "4C")
PEOPLE = {
    "ana": ("Ana", "Ruiz", "ana@example.org"),
    "ben": ("Ben", "Okafor", "ben@example.org"),
    "sofia": ("Sofia", "Marin", "sofia@example.org"),
    "dana": ("Dana", "Whitfield", "dana@example.org"),
    "theo": ("Theo", "Whitfield", "theo@example.org"),
    "rosa": ("Rosa", "Lind", None),
    "kim": ("Kim", "Park", "kim@example.org"),
    "gus": ("Gus", "Herrera", "gus@example.org"),
}
HOMES = {"dana": "4B", "theo": "4B", "rosa": "2A", "kim": "4C"}


@dataclass
class Harbor:
    """One building in a database. Everything by the names of the examples."""

    now: datetime
    property_id: UUID
    portfolio_id: UUID
    doors: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    groups: dict[str, UUID] = field(default_factory=dict)

    def actor(self, name: str = "ana") -> Actor:
        """Somebody acting through the console."""
        return Actor(person_id=self.people[name], via="console")

    def group(self, name: str, *doors: str, codes: bool = True, schedule: Weekly | None = None) -> GroupView:
        """A group with these doors."""
        rows = [GroupDoorView(self.doors[door], schedule, codes) for door in doors]
        with unit_of_work():
            made = access_verbs.create_group(property_id=self.property_id, name=name, doors=rows, by=self.actor(), now=self.now)
        self.groups[name] = made.id
        return made

    def give(
        self,
        person: str,
        group: str,
        *,
        standing: str = "resident",
        starts: datetime | None = None,
        ends: datetime | None = None,
        may_share: bool = True,
        app: bool = True,
        code: bool = True,
        card: bool = True,
        role_kind: str | None = None,
        now: datetime | None = None,
    ) -> GrantView:
        """Gives a group to somebody; started a month ago unless said otherwise."""
        with unit_of_work():
            return access_verbs.give(
                person_id=self.people[person], group_id=self.groups[group], standing=standing, starts=starts or self.now - ALWAYS, ends=ends,
                may_share=may_share, opens_app=app, opens_code=code, opens_card=card, role_kind=role_kind, by=self.actor(), now=now or self.now,
            )  # fmt: skip

    def phone(self, person: str, *, platform: str = "browser", seed: int = 1, signed_in: bool = True) -> PhoneView:
        """A registered phone of somebody with an account; the seed makes its key."""
        with unit_of_work():
            if signed_in:
                identity_verbs.set_password(person_id=self.people[person], password=PASSWORD, now=self.now)
            key = SoftSigner.from_scalar(seed.to_bytes(32, "big")).public
            made, _token = identity_verbs.register_phone(
                person_id=self.people[person], public_key=key, platform=platform, name=f"{person}'s phone", now=self.now
            )
        return made

    def invite(
        self, host: str, *doors: str, ends: datetime | None = None, email: str = "ines@example.org", starts: datetime | None = None
    ) -> Invited:
        """A guest of somebody, from now on unless said otherwise; every door is tried."""
        with unit_of_work():
            return access_verbs.invite_guest(
                host_id=self.people[host], door_ids=[self.doors[name] for name in doors], first="Ines", last="Pires", email=email,
                starts=starts or self.now, ends=ends, by=self.actor(host), now=self.now,
            )  # fmt: skip

    def guest(self, host: str, *doors: str, ends: datetime | None = None, email: str = "ines@example.org") -> UUID:
        """The person id of a guest who got all of these doors."""
        invited = self.invite(host, *doors, ends=ends, email=email)
        assert all(r.ok for r in invited.results), invited.results
        assert invited.person_id is not None
        return invited.person_id

    def opens(self, person: str, at: datetime | None = None) -> set[str]:
        """The names of the doors at which somebody holds a window now or later."""
        names = {door_id: name for name, door_id in self.doors.items()}
        return {names[door_id] for door_id in access.doors_of(self.people[person], at or self.now)}


def harbor(now: datetime) -> Harbor:
    """Builds 88 Harbor Street: doors, units, people and their homes; no groups and no grants yet."""
    with unit_of_work():
        portfolio = places_verbs.create_portfolio(name="Harbor Homes", by=SYSTEM, now=now)
        house = places_verbs.create_property(
            portfolio_id=portfolio, name="88 Harbor Street", address="88 Harbor Street", city_line="New York", time_zone="America/New_York",
            profile="US", office_phone="212 555 0100", by=SYSTEM, now=now,
        )  # fmt: skip
        made = Harbor(now, house, portfolio)
        for unit in UNITS:
            made.units[unit] = places_verbs.create_unit(property_id=house, name=unit, by=SYSTEM, now=now)
            made.doors[f"Unit {unit}"] = places_verbs.create_door(
                property_id=house, name=f"Unit {unit}", kind="unit", unit_id=made.units[unit], by=SYSTEM, now=now
            )
        for name, (kind, connected, codes) in DOORS.items():
            made.doors[name] = places_verbs.create_door(
                property_id=house, name=name, kind=kind, connected=connected, codes_allowed=codes, by=SYSTEM, now=now
            )
        for key, (first, last, email) in PEOPLE.items():
            made.people[key] = people_verbs.add_person(first=first, last=last, email=email, smartphone=key != "rosa", by=SYSTEM, now=now)
        for key, unit in HOMES.items():
            people_verbs.assign_to_unit(person_id=made.people[key], unit_id=made.units[unit], since=now - ALWAYS, by=SYSTEM, now=now)
        _staff(made, now)
    return made


def _staff(made: Harbor, now: datetime) -> None:
    people_verbs.appoint(
        person_id=made.people["ana"],
        kind="portfolio_manager",
        portfolio_id=made.portfolio_id,
        access="full",
        device_management=True,
        by=SYSTEM,
        now=now,
    )
    people_verbs.appoint(person_id=made.people["sofia"], kind="security_staff", property_id=made.property_id, by=SYSTEM, now=now)
