"""Makes and changes persons, households, roles and consent, one by one or from a rent roll."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotAllowed, NotYours, Problem, Refused
from limen.people import queries, rules, sealing
from limen.people.households import tell_households
from limen.people.importing import TEMPLATE, import_people, preview_people
from limen.people.models import Consent, Person, Residency, Role
from limen.places import queries as places
from limen.storage import chance, kms, ledger, news

__all__ = [
    "TEMPLATE", "accept_app", "add_person", "appoint", "archive", "assign_to_unit", "decline_app", "dismiss", "edit_person", "end_residency",
    "forget", "import_people", "mark_active", "preview_people", "record_consent",
]  # fmt: skip


def add_person(
    *, first: str, last: str, email: str | None = None, phone: str = "", smartphone: bool = True, by: Actor, now: datetime
) -> UUID:
    """Makes a person and returns the id; with an address that is known, returns the person who has it already (PEOPLE-1).

    Without an address they get letters and cannot sign in. Raises Problem for fields that cannot be.
    """
    first, last, email, phone = rules.checked_person(first, last, email, phone)
    if email and (known := queries.person_of_email(email)):
        return known.id
    person_id = chance.fresh_id()
    Person.objects.create(
        id=person_id, first=sealing.sealed(person_id, "first", first), last=sealing.sealed(person_id, "last", last),
        phone=sealing.sealed(person_id, "phone", phone) if phone else None,
        email=sealing.sealed(person_id, "email", email) if email else None, email_index=sealing.index_of(email) if email else None,
        smartphone=smartphone, created_at=now,
    )  # fmt: skip
    journal.record(by, "person.added", f"person:{person_id}", {}, now)
    return person_id


def edit_person(
    *, person_id: UUID, by: Actor, now: datetime, first: str | None = None, last: str | None = None, phone: str | None = None,
    email: str | None = None, smartphone: bool | None = None,
) -> None:  # fmt: skip
    """Changes what is named and leaves the rest; nobody's access changes by it (ACCESS-11). An empty phone removes it.

    Raises Refused when the new address belongs to somebody else. Whoever signs in does so with the new one from then on, and links that were
    mailed to the old one to set a password end (identity).
    """
    row = _person(person_id)
    old = sealing.view(row)
    new = rules.checked_person(
        old.first if first is None else first, old.last if last is None else last, old.email if email is None else email,
        old.phone if phone is None else phone,
    )  # fmt: skip
    if new[2] and (known := queries.person_of_email(new[2])) and known.id != person_id:
        raise Refused("email_taken", "This e-mail belongs to another person.")
    changed = [
        name for name, before, after in zip(sealing.COLUMNS, sealing.fields(old), new, strict=True) if (before or "") != (after or "")
    ]
    for column in changed:
        text = new[sealing.COLUMNS.index(column)]
        setattr(row, column, sealing.sealed(person_id, column, text) if text else None)
    row.email_index = sealing.index_of(new[2]) if new[2] else None
    row.smartphone = row.smartphone if smartphone is None else smartphone
    row.save()
    journal.record(by, "person.edited", f"person:{person_id}", {"fields": ",".join(changed)}, now)


def mark_active(*, person_id: UUID, now: datetime) -> None:
    """The first sign-in happened (PEOPLE-4)."""
    Person.objects.filter(id=person_id, status="pending").update(status="active")


def archive(*, person_id: UUID, by: Actor, now: datetime) -> None:
    """The account has ended; what the retention table keeps stays until its deadline."""
    Person.objects.filter(id=person_id).update(status="archived")
    journal.record(by, "person.archived", f"person:{person_id}", {}, now)


def forget(*, person_id: UUID, by: Actor, now: datetime) -> None:
    """Destroys the contact key: name, address and telephone are unreadable at once and in every backup (protocol H.2). No way back.

    Says `person.forgotten`: whoever keeps something of the person beside this room ends it in the same transaction.
    """
    row = _person(person_id)
    ledger.append("deletion", {"person": person_id}, now)
    kms.destroy(sealing.key_of(person_id), now=now)
    row.email_index, row.status = None, "archived"
    row.save(update_fields=["email_index", "status"])
    journal.record(by, "person.forgotten", f"person:{person_id}", {}, now)
    news.say("person.forgotten", now=now, person_id=str(person_id))


def record_consent(*, person_id: UUID, version: str, now: datetime) -> None:
    """The person agreed to this version; once per version, again is harmless (PEOPLE-6)."""
    Consent.objects.get_or_create(person_id=person_id, version=version, defaults={"id": chance.fresh_id(), "at": now})
    Person.objects.filter(id=person_id).update(app_declined_at=None)


def decline_app(*, person_id: UUID, by: Actor, now: datetime) -> None:
    """The person does not agree: no app, and the property team owes them a code or a card instead (PEOPLE-6)."""
    Person.objects.filter(id=person_id, app_declined_at=None).update(app_declined_at=now)
    journal.record(by, "person.declined_app", f"person:{person_id}", {}, now)


def accept_app(*, person_id: UUID, by: Actor, now: datetime) -> None:
    """The person changed their mind and wants to be asked again."""
    Person.objects.filter(id=person_id).update(app_declined_at=None)
    journal.record(by, "person.accepted_app", f"person:{person_id}", {}, now)


def assign_to_unit(
    *,
    person_id: UUID,
    unit_id: UUID,
    since: datetime,
    until: datetime | None = None,
    lease_ends: date | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Makes the person part of a household and returns the residency's id; opens no door by itself (PLACE-4). Again extends nothing."""
    unit = places.unit_view(unit_id)
    if until is not None and until <= since:
        raise Problem("end_before_start", "The end is before the start.")
    _person(person_id)
    living = Residency.objects.filter(person=person_id, unit=unit_id, until=None).first()
    if living is not None and until is None:
        return living.id
    row = Residency.objects.create(
        id=chance.fresh_id(), person_id=person_id, unit_id=unit_id, since=since, until=until, lease_ends=lease_ends
    )
    tell_households([(person_id, unit_id)], unit.property_id, now)
    journal.record(by, "residency.began", f"person:{person_id}", {"unit": str(unit_id)}, now, property_id=unit.property_id)
    news.say("residency.changed", now=now, person_id=str(person_id), property_id=str(unit.property_id))
    return row.id


def end_residency(*, person_id: UUID, unit_id: UUID, until: datetime, by: Actor, now: datetime) -> None:
    """The person no longer lives there from `until` on. Ends no access: access.move_out does that and calls this. Raises NotYours."""
    unit = places.unit_view(unit_id)
    ledger.append("residency_ended", {"person": person_id, "unit": unit_id, "until": int(until.timestamp())}, now)
    rows = Residency.objects.filter(person=person_id, unit=unit_id, since__lt=until).exclude(until__lte=until)
    coming = Residency.objects.filter(person=person_id, unit=unit_id, since__gte=until)
    if not rows.update(until=until) + coming.delete()[0]:
        raise NotYours
    journal.record(by, "residency.ended", f"person:{person_id}", {"unit": str(unit_id)}, now, property_id=unit.property_id)
    news.say("residency.changed", now=now, person_id=str(person_id), property_id=str(unit.property_id))
    if until <= now:
        news.say("residency.ended", now=now, person_id=str(person_id), unit_id=str(unit_id), property_id=str(unit.property_id))


def appoint(
    *, person_id: UUID, kind: str, by: Actor, now: datetime, portfolio_id: UUID | None = None, property_id: UUID | None = None,
    access: str = "none", group_ids: Iterable[UUID] = (), device_management: bool = False, activate_devices: bool = False,
) -> UUID:  # fmt: skip
    """Gives a role and returns its id (PEOPLE-2). Only a portfolio manager appoints; the service itself makes the first one.

    A portfolio manager is appointed to a portfolio, the others to a property. Raises NotAllowed or Problem.
    """
    rules.check_role(kind, portfolio_id is not None, property_id is not None, access)
    _person(person_id)
    portfolio = portfolio_id or (places.property_view(property_id).portfolio_id if property_id else None)
    _check_appoints(by, portfolio, now)
    row = Role.objects.create(
        id=chance.fresh_id(), person_id=person_id, kind=kind, portfolio_id=portfolio_id, property_id=property_id, access=access,
        group_ids=[str(group) for group in group_ids] if access == "specific" else [], device_management=device_management,
        activate_devices=activate_devices, since=now,
    )  # fmt: skip
    journal.record(by, "role.given", f"person:{person_id}", {"kind": kind, "access": access}, now, property_id=property_id)
    return row.id


def dismiss(*, role_id: UUID, by: Actor, now: datetime) -> None:
    """Takes a role away; it stays known that it was held. Raises NotYours, NotAllowed, or Refused for the last portfolio manager."""
    row = Role.objects.select_for_update().filter(id=role_id, until=None).first()
    if row is None:
        raise NotYours
    portfolio = row.portfolio_id or (places.property_view(row.property_id).portfolio_id if row.property_id else None)
    _check_appoints(by, portfolio, now)
    others = Role.objects.filter(kind="portfolio_manager", portfolio=row.portfolio_id, until=None).exclude(id=role_id)
    if row.kind == "portfolio_manager" and not others.exists():
        raise Refused("last_portfolio_manager", "This is the last portfolio manager.", "Appoint another one first.")
    ledger.append("role_ended", {"role": role_id, "person": row.person_id}, now)
    row.until = now
    row.save(update_fields=["until"])
    journal.record(by, "role.taken", f"person:{row.person_id}", {"kind": row.kind}, now, property_id=row.property_id)


def _check_appoints(by: Actor, portfolio_id: UUID | None, now: datetime) -> None:
    if by.is_system:
        return
    held = Role.objects.filter(person=by.person_id, kind="portfolio_manager", portfolio=portfolio_id, until=None, since__lte=now)
    if not held.exists():
        raise NotAllowed("Only a portfolio manager appoints or removes managers.")


def _person(person_id: UUID) -> Person:
    row = Person.objects.select_for_update().filter(id=person_id).first()
    if row is None:
        raise NotYours
    return row
