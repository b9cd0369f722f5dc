"""Managers and residents at their pages, by the numbers of the plan: `limen.sim.ports` over forms and the app's interface."""

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from limen.cli.courier import service as courier
from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.pages import NotOnPage
from limen.cli.simulation.instance import ORIGIN, Instance
from limen.phone.inbox import Inbox
from limen.phone.outbox import Item, Status
from limen.phone.wallet import View
from limen.sim.ports import CardKind, CodeKind, GuestPlan, NoSignal, Plan, SaidNo

PASSWORD: Final = "a long night at the seaside"  # noqa: S105 (of people who do not exist, for minutes)
SIGNED_OUT: Final = " answered 401"
ID: Final = re.compile(r"[0-9a-f-]{36}")
Answer = TypeVar("Answer")


class GatewayLine:
    """A registered phone's way to `/gateway/…`."""

    def __init__(self, transport: httpx.BaseTransport, token: str) -> None:
        self._service = courier.Service(ORIGIN, token, transport)

    def inbox(self, view: View) -> Inbox:
        """See `ports.Gateway`; so are the others."""
        return _asked(lambda: self._service.inbox(view))

    def hand_in(self, items: Iterable[Item]) -> list[tuple[bytes, Status]]:
        """One batch."""
        return _asked(lambda: self._service.hand_in(items))

    def time(self, lock_id: bytes, nonce: bytes) -> bytes:
        """The signed time."""
        return _asked(lambda: self._service.time(lock_id, nonce))

    def nonce(self, lock_id: bytes) -> bytes:
        """A nonce for a receipt."""
        return _asked(lambda: self._service.nonce(lock_id))

    def begin_activation(self, door_id: bytes, lock_id: bytes, swap: bool) -> bytes:
        """The first half."""
        return _asked(lambda: self._service.begin_activation(door_id, lock_id, swap=swap).n_s)

    def finish_activation(self, door_id: bytes, attest: bytes, h: bytes) -> tuple[bytes, bytes]:
        """The second half."""
        return _asked(lambda: self._service.finish_activation(door_id, attest, h))


@dataclass
class PaperDesk:
    """Everybody's browser. `people`, `doors`, `groups`: the service's ids by the plan's numbers and names."""

    instance: Instance
    plan: Plan
    manager: Browser
    people: dict[int, str] = field(default_factory=dict)
    doors: dict[int, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    browsers: dict[int, Browser] = field(default_factory=dict)
    phones: dict[bytes, str] = field(default_factory=dict)

    def door_id(self, door: int) -> bytes:
        """See `ports.Desk`; so are the others."""
        return UUID(self.doors[door]).bytes

    def give(self, person: int, group: str, *, ends_ms: int | None = None, staff: bool = False) -> None:
        """The last of the three pages, as its form sends it."""
        values = {
            "groups": self.groups[group],
            "step": "give",
            "standing": "non-resident" if staff else "resident",
            "role_kind": "staff" if staff else "",
            "starts": "",
            "ends": "" if ends_ms is None else self._wall(ends_ms),
            "may_share": "on",
            "opens_by": "app",
        }
        page = _read(lambda: self.manager.post(f"/c/people/{self.people[person]}/give", values))
        if any("step" in form.fields and "standing" in form.fields for form in page.forms):
            raise SaidNo(page.words[:300])

    def revoke(self, person: int, group: str) -> None:
        """From the person's page to the end of that group."""
        page = _read(lambda: self.manager.get(f"/c/people/{self.people[person]}"))
        found = re.search(rf'href="(/c/grants/[0-9a-f-]+/end)" aria-label="End access: {re.escape(group)}"', page.html)
        if found is None:
            raise SaidNo(f"nothing to end: {group}")
        _read(lambda: self.manager.post(found[1], {"reason": ""}))

    def pause(self, person: int) -> None:
        """The person's page, Pause."""
        _read(lambda: self.manager.post(f"/c/people/{self.people[person]}/pause", {}))

    def resume(self, person: int) -> None:
        """The person's page, Resume."""
        _read(lambda: self.manager.post(f"/c/people/{self.people[person]}/resume", {}))

    def remove_phone(self, person: int, public_key: bytes) -> None:
        """The person's page, Remove this phone."""
        _read(lambda: self.manager.post(f"/c/people/{self.people[person]}/phones/{self.phones[public_key]}/remove", {}))

    def register_phone(self, person: int, public_key: bytes) -> GatewayLine:
        """The app's first start."""
        key = base64.urlsafe_b64encode(public_key).rstrip(b"=").decode("ascii")
        said = self._json(person, "/home/api/phones", {"public_key": key, "platform": "native", "name": "Phone"})
        self.phones[public_key] = str(said["id"])
        return GatewayLine(self.instance.transport(person), str(said["token"]))

    def code(self, person: int, door: int) -> str:
        """My codes, Show."""
        return str(self._json(person, f"/home/api/codes/{self.doors[door]}/show", {})["digits"])

    def reset_code(self, person: int, door: int) -> None:
        """My codes, Reset."""
        self._json(person, f"/home/api/codes/{self.doors[door]}/reset", {})

    def choose_second(self, person: int, wanted: bool) -> None:
        """A second code, On or Off."""
        _read(lambda: self.browsers[person].post("/home/me/second", {"choice": "on" if wanted else "off"}))

    def second_code(self, person: int, door: int) -> str:
        """A second code, Show."""
        return str(self._json(person, f"/home/api/codes/{self.doors[door]}/second", {})["digits"])

    def make_code(self, person: int, door: int, kind: CodeKind, tomorrow: bool) -> str:
        """Guests, Make a code."""
        body: dict[str, object] = {"door": self.doors[door], "kind": kind, "label": "guest", "day": "tomorrow" if tomorrow else "today"}
        return str(self._json(person, "/home/api/guests/code", body)["digits"])

    def invite(self, guest: int, doors: Iterable[int], ends_ms: int | None) -> tuple[int, ...]:
        """Guests, Invite; the answer says door by door what was done."""
        who = self._guest(guest)
        body: dict[str, object] = {"first": who.first, "last": who.last, "email": who.email, "doors": [self.doors[door] for door in doors]}
        if ends_ms is not None:
            body["ends"] = datetime.fromtimestamp(ends_ms / 1000, UTC).isoformat()
        said = self._json(who.host, "/home/api/guests", body)["results"]
        assert isinstance(said, list)
        numbers = {door_id: number for number, door_id in self.doors.items()}
        return tuple(sorted(numbers[one["door"]] for one in said if one["ok"]))

    def end_guest(self, guest: int) -> None:
        """Guests, End, for each time this one was invited."""
        who = self._guest(guest)
        said = self._json(who.host, "/home/api/guests", None)["guests"]
        assert isinstance(said, list)
        mine = [one["id"] for one in said if one["name"] == f"{who.first} {who.last}"]
        for grant in mine:
            self._json(who.host, f"/home/api/guests/{grant}/end", {})
        if not mine:
            raise SaidNo("nothing to end")

    def card_on(self, person: int, uid: bytes, kind: CardKind) -> None:
        """Codes and cards of a person, Turn on."""
        page = _read(lambda: self.manager.post(f"/c/people/{self.people[person]}/codes", {"do": "card", "uid": uid.hex(), "kind": kind}))
        if uid.hex().upper() not in page.html:
            raise SaidNo(page.words[:300])

    def card_off(self, person: int, uid: bytes) -> None:
        """Codes and cards of a person, Turn off."""
        address = f"/c/people/{self.people[person]}/codes"
        page = _read(lambda: self.manager.get(address))
        found = re.search(rf'<b>{uid.hex().upper()}</b>.*?name="card" value="([0-9a-f-]+)"', page.html, re.S)
        if found is None:
            raise SaidNo("no such card")
        _read(lambda: self.manager.post(address, {"do": "off", "card": found[1]}))

    def allow_plain_cards(self, allowed: bool) -> None:
        """Cards of the property."""
        _read(lambda: self.manager.post("/c/cards", {"uid": "on"} if allowed else {}))

    def _guest(self, number: int) -> GuestPlan:
        return next(guest for guest in self.plan.guests if guest.number == number)

    def _email(self, person: int) -> str:
        return next(one.email for one in self.plan.everybody if one.number == person)

    def _json(self, person: int, path: str, body: dict[str, object] | None) -> dict[str, object]:
        browser, method = self.manager if person == 0 else self.browsers[person], "GET" if body is None else "POST"
        try:
            return browser.json(method, path, body)
        except NotOnPage as problem:
            if SIGNED_OUT not in str(problem) or person == 0:
                raise SaidNo(str(problem)) from problem
        page = _read(lambda: browser.get("/signin"))
        _read(lambda: browser.press(page, "Continue", {"login": self._email(person), "password": PASSWORD}))
        return _read(lambda: browser.json(method, path, body))

    def _wall(self, ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(self.plan.zone)).strftime("%Y-%m-%dT%H:%M")


def _asked(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except courier.NoSignal as problem:
        raise NoSignal from problem
    except (courier.Said, courier.PhoneRemoved) as problem:
        raise SaidNo(str(problem)) from problem


def _read(page: Callable[[], Answer]) -> Answer:
    try:
        return page()
    except NotOnPage as problem:
        raise SaidNo(str(problem)) from problem
