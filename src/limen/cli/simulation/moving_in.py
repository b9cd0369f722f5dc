"""From an empty installation to a building in use: files imported, groups made, everybody's account, what they hold. All of it at the pages."""

import csv
import io
import re
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from limen.cli.rehearsal.authenticator import six_digits
from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.pages import NotOnPage
from limen.cli.simulation.desk import ID, PASSWORD, PaperDesk
from limen.cli.simulation.instance import ORIGIN, Instance
from limen.cli.simulation.machine import MachineRoom
from limen.sim.ports import GroupPlan, Plan

MANAGER: Final = "manager@example.org"
DOORS_HEAD: Final = ("Door", "Kind", "Unit", "Model", "Connected", "Serial", "ShareAllowed", "Doorcodes")
ROLL_HEAD: Final = ("Unit", "First", "Last", "Email", "Phone", "Status", "LeaseStart", "LeaseEnd", "Role", "Smartphone")
SECRET: Final = re.compile(r"\b[A-Z2-7]{26,}\b")
LETTER: Final = re.compile(r"<article.*?</article>", re.S)
JOIN: Final = re.compile(r"/join/[A-Za-z0-9_-]+")
Progress = Callable[[str, int, int], None]


def move_in(instance: Instance, plan: Plan, progress: Progress) -> PaperDesk:
    """The building of the plan with everybody signed in and holding their groups; no device is active yet and no phone registered."""
    desk = PaperDesk(instance, plan, Browser(ORIGIN, transport=instance.transport(0)))
    _manager(instance, desk.manager)
    _import(desk.manager, "doors", _table(DOORS_HEAD, _door_rows(plan)))
    _import(desk.manager, "people", _table(ROLL_HEAD, _person_rows(plan)))
    _find(desk, plan)
    for group in plan.groups:
        _group(desk, group)
    MachineRoom(instance).settle()
    _everybody(desk, plan, progress)
    for number, person in enumerate(plan.people):
        progress("access given", number, len(plan.people))
        for name in person.groups:
            desk.give(person.number, name)
    _guests(desk, plan)
    return desk


def _manager(instance: Instance, browser: Browser) -> None:
    page = browser.get(_first_link(instance))
    browser.press(page, "Accept", {"password": PASSWORD})
    _agree(browser)
    page = browser.get("/account/2fa/totp/activate/")
    if any("password" in form.fields for form in page.forms):
        browser.press(page, "", {"password": PASSWORD}, holds="password")
        page = browser.get("/account/2fa/totp/activate/")
    found = SECRET.search(page.html)
    if found is None:
        raise NotOnPage(f"no secret on {page.here()}")
    browser.press(page, "", {"code": six_digits(found[0], int(time.time()))}, holds="code")  # its check reads the real clock


def _first_link(instance: Instance) -> str:
    from limen.cli import init
    from limen.storage.transactions import unit_of_work

    said = Namespace(
        property="Sim House", address="", city="", time_zone="America/New_York", profile="US", office_phone="", portfolio="", manager=MANAGER,
        manager_name="First Manager",
    )  # fmt: skip
    with unit_of_work():
        link = init.first_link(said, instance.time.now())
    if link is None:
        raise NotOnPage("the first manager has no link")
    return link


def _agree(browser: Browser) -> None:
    browser.post("/home/consent", {"choice": "agree"})


def _door_rows(plan: Plan) -> Iterator[Sequence[str]]:
    for door in plan.doors:
        yield door.name, door.kind, door.unit, door.model, "yes" if door.connected else "no", door.serial, "yes", "yes"


def _person_rows(plan: Plan) -> Iterator[Sequence[str]]:
    for person in plan.people:
        yield person.unit, person.first, person.last, person.email, "", "Current", "01/02/2024", "12/30/2031", "Resident", "yes"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


def _import(browser: Browser, kind: str, data: bytes) -> None:
    page = browser.get("/c/import")
    form = page.form(holds="kind")
    page = browser.send(page, form, "", {"kind": kind}, files={"file": (f"{kind}.csv", data, "text/csv")})
    done = browser.press(page, "Import")
    if " 0 not imported" not in done.words and "not imported" in done.words:
        raise NotOnPage(done.here())


def _find(desk: PaperDesk, plan: Plan) -> None:
    """The service's ids, from the addresses of its own links."""
    doors = _linked(desk.manager, "/c/doors?all=1", "/c/doors/")
    people = _linked(desk.manager, "/c/people?all=1", "/c/people/")
    desk.doors = {door.number: doors[door.name] for door in plan.doors}
    desk.people = {person.number: people[f"{person.first} {person.last}"] for person in plan.people}


def _linked(browser: Browser, address: str, below: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for words, link in browser.get(address).links:
        tail = link.partition(below)[2]
        if ID.fullmatch(tail):
            found.setdefault(words, tail)
    return found


def _group(desk: PaperDesk, group: GroupPlan) -> None:
    browser, doors = desk.manager, [desk.doors[number] for number in group.doors]
    done = browser.post("/c/groups/add", {"name": group.name, "doors": doors, "codes": "on"})
    found = re.search(r"/c/groups/([0-9a-f-]{36})", done.url)
    if found is None:
        raise NotOnPage(done.here())
    desk.groups[group.name] = found[1]
    if group.hours is not None:
        start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in group.hours)
        days = [str(bit) for bit in range(8)]
        hours = {
            "when": "hours",
            "codes": "on",
            "every_door": "on",
            "row0-days": days,
            "row0-start": start,
            "row0-end": end,
            "step": "save",
        }
        browser.post(f"/c/groups/{found[1]}/doors/{doors[0]}", hours)


def _guests(desk: PaperDesk, plan: Plan) -> None:
    """Everybody's friend has been here before: they have an account, and what they were given then is over."""
    for guest in plan.guests:
        desk.invite(
            guest.number,
            [door for group in plan.groups if group.name in plan.people[guest.host - 1].groups for door in group.doors][:1],
            None,
        )
    MachineRoom(desk.instance).settle()
    links = _letters(desk.manager)
    for guest in plan.guests:
        browser = Browser(ORIGIN, transport=desk.instance.transport(guest.number))
        browser.get(links[guest.email])
        browser.post(links[guest.email], {"password": PASSWORD})
        _agree(browser)
        desk.browsers[guest.number] = browser
        desk.end_guest(guest.number)


def _everybody(desk: PaperDesk, plan: Plan, progress: Progress) -> None:
    """The letters of the import, a password, consent."""
    links = _letters(desk.manager)
    for number, person in enumerate(plan.people):
        progress("people moved in", number, len(plan.people))
        browser = Browser(ORIGIN, transport=desk.instance.transport(person.number))
        browser.get(links[person.email])
        browser.post(links[person.email], {"password": PASSWORD})
        _agree(browser)
        desk.browsers[person.number] = browser


def _letters(browser: Browser) -> dict[str, str]:
    found: dict[str, str] = {}
    for letter in LETTER.findall(browser.raw("/demo/mail").text):
        link, to = JOIN.search(letter), re.search(r"[\w.+-]+@example\.org", letter)
        if link and to:
            found.setdefault(to[0], link[0])
    return found
