"""People and households from a rent roll (PLACE-5): a preview that writes nothing, and an import that can be started again."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.periods import local_day
from limen.kernel.previews import Imported, Preview, Progress, Stopped, written
from limen.kernel.tables import Table, read_table
from limen.people import judging, rentroll, sealing
from limen.people.households import tell_households
from limen.people.judging import Building, Home, Judged, Known, Plan
from limen.people.models import Person, Residency
from limen.people.rentroll import DateOrder
from limen.places import queries as places
from limen.places.queries import PropertyView
from limen.storage import chance, kms, ledger, news
from limen.storage.transactions import unit_of_work

BATCH_LINES: Final = 50
CHUNK: Final = 500
TEMPLATE: Final = written(
    [column.name for column in rentroll.COLUMNS],
    [["4B", "Dana", "Reyes", "dana@example.org", "+1 212 555 0140", "Current", "06/01/2026", "05/31/2027", "Resident", "yes"]],
)


def preview_people(
    *, property_id: UUID, data: bytes, now: datetime, chosen: Mapping[str, str] | None = None, order: DateOrder | None = None
) -> Preview:
    """What importing this rent roll would do, line by line; nothing is written. Raises kernel.tables.NotReadable.

    `order` is how dates are read; without it as the building's country writes them. `chosen` settles which of two headings is meant.
    """
    return _read(places.property_view(property_id), data, now, chosen, order)[0]


def import_people(
    *, property_id: UUID, data: bytes, by: Actor, now: datetime, chosen: Mapping[str, str] | None = None, order: DateOrder | None = None,
    progress: Progress | None = None,
) -> Imported:  # fmt: skip
    """Writes the good lines in batches, each one transaction or a part of the caller's. The same file again does what is missing.

    `made` are the new people, whom the caller invites (identity). Gives nobody a door. Raises NotReadable, or Stopped with the line.
    """
    place = places.property_view(property_id)
    preview, judged = _read(place, data, now, chosen, order)
    made: dict[str, UUID] = {}
    drawn = _drawn(judged)
    read = 0
    for batch in _batches(judged):
        try:
            with unit_of_work():
                _write(place, batch, drawn, made, now)
        except DatabaseError as problem:
            raise Stopped(batch[0].row.line) from problem
        read += len(batch)
        if progress:
            progress(read, len(judged))
    done = Imported(preview.count("new"), preview.count("changed"), preview.count("same"), preview.count("bad"), tuple(made.values()))
    with unit_of_work():
        counts = {"new": done.new, "changed": done.changed, "bad": done.bad}
        journal.record(by, "people.imported", f"property:{property_id}", counts, now, property_id=property_id)
    return done


def order_of(profile: str) -> DateOrder:
    """How dates are written where the building stands, unless the manager says otherwise."""
    return "dmy" if profile == "EU" else "mdy"


# ---- reading


def _read(
    place: PropertyView, data: bytes, now: datetime, chosen: Mapping[str, str] | None, order: DateOrder | None
) -> tuple[Preview, list[Judged]]:
    table = read_table(data, rentroll.COLUMNS, chosen=chosen)
    order = order or order_of(place.profile)
    judged = judging.judge_all(table.rows, _building(place, table, now), order)
    mails = sum(bool(one.plan and one.plan.person_id is None and one.plan.line.email) for one in _first_of_each(judged))
    return Preview(table.heading, tuple(one.row for one in judged), tuple(_notes(table, order)), mails), judged


def _notes(table: Table, order: DateOrder) -> Iterator[str]:
    yield f"Dates are read {rentroll.ORDER_WORDS[order]}: {_example(order)}."
    if table.encoding == "cp1252":
        yield "The file was read as Windows-1252. Check the names with accents."
    for name in table.unread:
        if name != "Reason":
            yield f'The column "{name}" is not read.'


def _example(order: DateOrder) -> str:
    return {"mdy": "01/02/2027 is 2 Jan 2027", "dmy": "02/01/2027 is 2 Jan 2027", "ymd": "2027/01/02 is 2 Jan 2027"}[order]


def _first_of_each(judged: Iterable[Judged]) -> Iterator[Judged]:
    seen: set[str] = set()
    for one in judged:
        if one.plan and one.plan.key not in seen:
            seen.add(one.plan.key)
            yield one


def _building(place: PropertyView, table: Table, now: datetime) -> Building:
    units = {unit.name.casefold(): (unit.id, unit.name) for unit in places.units(place.id)}
    rows = list(Residency.objects.filter(unit__property=place.id).select_related("person").order_by("since", "id"))
    people: dict[str, Known] = {}
    by_id: dict[UUID, Known] = {}
    for row in rows:
        known = by_id.get(row.person_id) or _known(row.person, here=True)
        by_id[row.person_id] = known
        known.homes[row.unit_id] = _home(row, place)
        people[judging.key_of("", row.unit_id, known.name)] = known
    people |= {email: by_id.get(person.id) or _known(person, here=False) for email, person in _by_email(table)}
    today = local_day(now, place.zone)
    occupied = {unit for k in by_id.values() for unit, home in k.homes.items() if home.until is None or home.until >= today}
    return Building(place.name, place.zone, today, units, people, occupied)


def _by_email(table: Table) -> Iterator[tuple[str, Person]]:
    emails = {sealing.index_of(e): e.casefold() for row in table.rows if (e := row.cells.get("Email", ""))}
    indexes = list(emails)
    for start in range(0, len(indexes), CHUNK):
        for person in Person.objects.filter(email_index__in=indexes[start : start + CHUNK]):
            yield emails[str(person.email_index)], person


def _known(person: Person, here: bool) -> Known:
    view = sealing.view(person)
    return Known(view.id, view.first, view.last, view.phone, view.smartphone, here, has_email=view.email is not None)


def _home(row: Residency, place: PropertyView) -> Home:
    last_day = local_day(row.until, place.zone) - timedelta(days=1) if row.until else None
    return Home(local_day(row.since, place.zone), last_day, row.lease_ends)


# ---- writing


def _batches(judged: list[Judged]) -> Iterator[list[Judged]]:
    for start in range(0, len(judged), BATCH_LINES):
        yield judged[start : start + BATCH_LINES]


def _drawn(judged: list[Judged]) -> dict[str, UUID]:
    """Ids for all who will be made, and their keys in one durable write instead of one for each batch; unused keys open nothing."""
    ids = {one.plan.key: chance.fresh_id() for one in _first_of_each(judged) if one.plan and one.plan.person_id is None}
    kms.make_keys(sealing.key_of(person_id) for person_id in ids.values())
    return ids


def _write(place: PropertyView, batch: list[Judged], drawn: Mapping[str, UUID], made: dict[str, UUID], now: datetime) -> None:
    plans = [one.plan for one in batch if one.plan]
    fresh = {plan.key: plan for plan in reversed(plans) if plan.person_id is None and plan.key not in made}
    Person.objects.bulk_create([_person(drawn[key], fresh[key], now) for key in reversed(fresh)])
    made |= {key: drawn[key] for key in reversed(fresh)}
    homes = []
    for plan in plans:
        person_id = plan.person_id or made[plan.key]
        if plan.home and not plan.home_exists:
            homes.append(_residency(person_id, plan, plan.home, place))
        elif plan.home:
            _change_home(person_id, plan, plan.home, place, now)
        _change_person(person_id, plan)
        if plan.person_id is not None:  # somebody made by this very line holds nothing that where they live could change
            news.say("residency.changed", now=now, person_id=str(person_id), property_id=str(place.id))
    Residency.objects.bulk_create(homes)
    tell_households([(home.person_id, home.unit_id) for home in homes if home.until is None or home.until > now], place.id, now)


def _person(person_id: UUID, plan: Plan, now: datetime) -> Person:
    line = plan.line
    return Person(
        id=person_id, first=sealing.sealed(person_id, "first", line.first), last=sealing.sealed(person_id, "last", line.last),
        phone=sealing.sealed(person_id, "phone", line.phone) if line.phone else None,
        email=sealing.sealed(person_id, "email", line.email) if line.email else None,
        email_index=sealing.index_of(line.email) if line.email else None, smartphone=line.smartphone, created_at=now,
    )  # fmt: skip


def _residency(person_id: UUID, plan: Plan, home: Home, place: PropertyView) -> Residency:
    since, until = judging.opening_of(home, place.zone), judging.closing_of(home, place.zone)
    return Residency(id=chance.fresh_id(), person_id=person_id, unit_id=plan.unit_id, since=since, until=until, lease_ends=home.lease_ends)


def _change_home(person_id: UUID, plan: Plan, home: Home, place: PropertyView, now: datetime) -> None:
    until = judging.closing_of(home, place.zone)
    row = Residency.objects.filter(person=person_id, unit=plan.unit_id).order_by("-since", "-id").first()
    if row is None:
        return
    row.since, row.until, row.lease_ends = judging.opening_of(home, place.zone), until, home.lease_ends
    row.save(update_fields=["since", "until", "lease_ends"])
    if until is not None:
        ledger.append("residency_ended", {"person": person_id, "unit": plan.unit_id, "until": int(until.timestamp())}, now)
    if until is not None and until <= now:
        news.say("residency.ended", now=now, person_id=str(person_id), unit_id=str(plan.unit_id), property_id=str(place.id))


def _change_person(person_id: UUID, plan: Plan) -> None:
    if plan.phone is not None:
        Person.objects.filter(id=person_id).update(phone=sealing.sealed(person_id, "phone", plan.phone))
    if plan.smartphone is not None:
        Person.objects.filter(id=person_id).update(smartphone=plan.smartphone)
