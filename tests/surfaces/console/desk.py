"""88 Harbor Street as the office sees it: the building with its locks, the staff with their sign-ins, and pages as people read them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from limen.identity import services as identity
from limen.identity.models import User
from limen.people import services as people
from limen.storage import clock, outbox
from limen.storage.transactions import unit_of_work
from tests.standing import standing
from tests.unit.fleet.house import ANA, House

PASSWORD = "correct horse battery"
TAGS = re.compile(r"<(script|style|template)\b.*?</\1>|<!--.*?-->", re.S)
BLOCKS = re.compile(r"</?(?:p|li|h[1-6]|div|section|dt|dd|tr|td|th|ul|ol|form|label|legend|summary|details|button|option)\b[^>]*>")


@dataclass
class Fixed:
    """A clock that shows what it is told."""

    house: House

    def now(self) -> datetime:
        return self.house.now


@dataclass
class Page:
    """An answer as somebody reads it."""

    status: int
    html: str
    location: str
    raw: HttpResponse

    @property
    def text(self) -> str:
        """All words, entities read, spaces as one; lines end where blocks end."""
        bare = BLOCKS.sub("\n", TAGS.sub("", self.html))
        words = html.unescape(re.sub(r"<[^>]+>", "", bare))
        return "\n".join(line for line in (" ".join(part.split()) for part in words.split("\n")) if line)

    def says(self, *sentences: str) -> bool:
        """Every sentence stands there, word for word."""
        missing = [sentence for sentence in sentences if sentence not in self.text]
        assert not missing, f"{missing} not in:\n{self.text}"
        return True

    def links(self, words: str) -> list[str]:
        """Addresses of the links with these words."""
        found = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', self.html, re.S)
        return [html.unescape(to) for to, inner in found if words in html.unescape(re.sub(r"<[^>]+>", "", inner))]


@dataclass
class Desk:
    """The console, asked by somebody of the staff."""

    house: House
    groups: dict[str, UUID] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, who: str | None) -> Client:
        """The browser of somebody, signed in already."""
        if who is None:
            return Client()
        if who not in self.clients:
            client = Client()
            client.force_login(User.objects.get(person_id=self.house.people[who]))
            self.clients[who] = client
        return self.clients[who]

    def get(self, who: str | None, path: str, **query: str) -> Page:
        """A page."""
        return _page(self.client(who).get(path, query))

    def post(self, who: str | None, path: str, data: Mapping[str, object] | None = None, *, follow: bool = True) -> Page:
        """A form, and the page after it."""
        answer = self.client(who).post(path, data or {})
        if follow and answer.status_code in {302, 303}:
            return self.get(who, answer["Location"])
        return _page(answer)

    def person(self, first: str) -> str:
        """The address of somebody's page."""
        return f"/c/people/{self.house.people[first]}"

    def door(self, name: str) -> str:
        """The address of a door's page."""
        return f"/c/doors/{self.house.doors[name]}"

    def staff(self, first: str, kind: str = "property_manager", *, factor: bool = True, **rights: object) -> UUID:
        """Somebody with a role, an account and a second factor."""
        house = self.house
        with unit_of_work():
            person_id = people.add_person(first=first, last=LASTS[first], email=f"{first.lower()}@example.org", by=ANA, now=house.now)
            identity.set_password(person_id=person_id, password=PASSWORD, now=house.now)
            people.mark_active(person_id=person_id, now=house.now)
            if factor:
                identity.enroll_authenticator(person_id=person_id, now=house.now)
            where = {"portfolio_id": house.portfolio_id} if kind == "portfolio_manager" else {"property_id": house.property_id}
            people.appoint(person_id=person_id, kind=kind, by=ANA, now=house.now, **where, **rights)  # type: ignore[arg-type]
        house.people[first] = person_id
        return person_id

    def settle(self) -> None:
        """Everything the outbox holds is told."""
        outbox.settle(self.house.now)


LASTS = {"Ana": "Ruiz", "Ben": "Osei", "Milo": "Brandt", "Sofia": "Marin", "Lea": "Roth"}


def _page(answer: object) -> Page:
    assert isinstance(answer, HttpResponse)
    kind = answer.headers.get("Content-Type", "")
    text = answer.content.decode() if kind.startswith(("text/", "application/json")) else ""
    return Page(answer.status_code, text, answer.headers.get("Location", ""), answer)


LOCKS = {
    "Package Room": ("LM000101", "M"),
    "Roof": ("LM000102", "M3"),
    "Boiler Room": ("LM000103", "M"),
    "Unit 4B": ("LM000104", "M"),
    "Main Entrance": ("LR000100", "R"),
}


def harbor(now: datetime, locks: tuple[str, ...] = ()) -> Desk:
    """The building of the examples, small: doors, the staff, some who live here, and the locks that a test needs."""
    desk = _built(now, locks)
    clock.use(Fixed(desk.house))
    return desk


@standing
def _built(now: datetime, locks: tuple[str, ...]) -> Desk:
    house = House.build(now)
    clock.use(Fixed(house))
    desk = Desk(house)
    for name, kind, unit, connected in (
        ("Main Entrance", "entrance", None, True),
        ("Package Room", "common", None, False),
        ("Gym", "common", None, False),
        ("Roof", "common", None, False),
        ("Boiler Room", "service", None, False),
        ("Unit 4B", "unit", "4B", False),
        ("Unit 2A", "unit", "2A", False),
    ):
        house.door(name, kind, unit=unit, connected=connected)
    desk.staff("Ana", "portfolio_manager")
    for first, unit, app in (("Dana", "4B", True), ("Theo", "4B", True), ("Rosa", "2A", False), ("Gus", None, False)):
        house.person(first, unit=unit, app=app)
    desk.groups["Residents"] = house.group("Residents", "Main Entrance", "Package Room", "Unit 4B")
    desk.groups["Roof deck"] = house.group("Roof deck", "Roof", codes=False)
    desk.groups["Services"] = house.group("Services", "Main Entrance", "Boiler Room")
    desk.groups["Amenities"] = house.group("Amenities", "Gym")
    desk.groups["Second floor"] = house.group("Second floor", "Unit 2A")
    desk.staff("Ben", access="specific", group_ids=(desk.groups["Services"], desk.groups["Amenities"]))
    desk.staff("Milo", device_management=True)
    desk.staff("Sofia", "security_staff")
    for first in ("Dana", "Theo"):
        house.give(first, desk.groups["Residents"])
        house.give(first, desk.groups["Roof deck"])
    for door in locks:
        house.activate(door, *LOCKS[door])
    return desk


def later(desk: Desk, **span: float) -> datetime:
    """Lets time pass in the building."""
    desk.house.now += timedelta(**span)
    return desk.house.now
