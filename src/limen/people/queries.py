"""Reads persons. Rights are computed here and nowhere else; who may see whom is asked with them."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from limen.kernel.problems import NotYours
from limen.people import rules, sealing
from limen.people.models import Consent, Person, Residency, Role
from limen.people.views import PersonView, ResidencyView, Rights, RoleView
from limen.places import queries as places
from limen.places.queries import UnitView
from limen.storage import kms
from limen.storage.prepared import Prepared

__all__ = ["PersonView", "ResidencyView", "Rights", "RoleView", "UnitView"]

MAX_FOUND = 50
_LIVING = Prepared(lambda units, now: Residency.objects.filter(_not_over(now), unit__in=units, since__lte=now))


def person_view(person_id: UUID) -> PersonView:
    """The person. Raises NotYours."""
    row = Person.objects.filter(id=person_id).first()
    if row is None:
        raise NotYours
    return sealing.view(row)


def persons_by_id(ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """Persons by their id; ids that do not exist are missing in the answer."""
    return {row.id: sealing.view(row) for row in Person.objects.filter(id__in=list(ids))}


def is_email(text: str) -> bool:
    """True for something that a mail could be sent to; only a mail proves more."""
    return rules.is_email(text)


def person_of_email(email: str) -> PersonView | None:
    """The person with this address, whatever its capitals (PEOPLE-1). For sign-in and invitations, not for screens."""
    row = Person.objects.filter(email_index=sealing.index_of(email)).first()
    return sealing.view(row) if row else None


def people_in(property_id: UUID, now: datetime) -> tuple[PersonView, ...]:
    """Everybody who lives here now or will, or works here in a role, by last name. Guests and vendors are known by their grants, above."""
    living = Residency.objects.filter(_not_over(now), unit__property=property_id).values("person")
    working = Role.objects.filter(_not_over(now)).filter(_of_property(property_id)).values("person")
    found = Person.objects.filter(Q(id__in=living) | Q(id__in=working))
    return tuple(sorted((sealing.view(row) for row in found), key=lambda person: (plain(person.last), plain(person.first), str(person.id))))


def find(property_id: UUID, text: str, now: datetime, also: Iterable[UUID] = ()) -> tuple[PersonView, ...]:
    """People here whose name, address or unit holds every word of `text`, accents and capitals aside; at most 50.

    `also` are further persons whom the asker may see (guests, vendors).
    """
    words = plain(text).split()
    known = {person.id: person for person in people_in(property_id, now)} | persons_by_id(also)
    homes: dict[UUID, str] = {}
    for residency in _residencies(Q(unit__property=property_id), now):
        homes[residency.person_id] = f"{homes.get(residency.person_id, '')} {residency.unit_name}"
    found = [p for p in known.values() if all(word in plain(f"{p.name} {p.email or ''} {homes.get(p.id, '')}") for word in words)]
    return tuple(found[:MAX_FOUND])


def household(unit_id: UUID, now: datetime) -> tuple[PersonView, ...]:
    """Who lives in the unit at `now`; not those who come later."""
    living = Residency.objects.filter(_not_over(now), unit=unit_id, since__lte=now).values("person")
    return tuple(sorted((sealing.view(row) for row in Person.objects.filter(id__in=living)), key=lambda person: plain(person.name)))


def households(unit_ids: Iterable[UUID], now: datetime) -> dict[UUID, frozenset[UUID]]:
    """Who lives in each of these units at `now`, by id alone and in one read; a unit in which nobody lives is missing."""
    found: dict[UUID, set[UUID]] = {}
    for row in _LIVING(units=set(unit_ids), now=now):
        found.setdefault(row.unit_id, set()).add(row.person_id)
    return {unit_id: frozenset(people) for unit_id, people in found.items()}


def residencies(*, unit_id: UUID | None = None, person_id: UUID | None = None, now: datetime) -> tuple[ResidencyView, ...]:
    """Residencies of a unit or a person that are not over, coming ones included."""
    asked = Q(unit=unit_id) if unit_id is not None else Q()
    return _residencies(asked & (Q(person=person_id) if person_id is not None else Q()), now)


def homes_at(unit_id: UUID) -> tuple[ResidencyView, ...]:
    """Every residency of a unit that was, is or will be, the earliest first."""
    return tuple(_residency_view(row) for row in Residency.objects.filter(unit=unit_id).select_related("unit").order_by("since", "id"))


def forgotten(person_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these people who were deleted: their contact key is destroyed, for ever and in every copy (protocol H.2)."""
    return frozenset(person_id for person_id in set(person_ids) if kms.is_destroyed(sealing.key_of(person_id)))


def residents_by_unit(property_id: UUID, now: datetime) -> dict[UUID, tuple[ResidencyView, ...]]:
    """Residencies that are not over, by unit, for lists of a whole building."""
    by_unit: dict[UUID, tuple[ResidencyView, ...]] = {}
    for residency in _residencies(Q(unit__property=property_id), now):
        by_unit[residency.unit_id] = (*by_unit.get(residency.unit_id, ()), residency)
    return by_unit


def units_of(person_id: UUID, property_id: UUID, now: datetime) -> tuple[UnitView, ...]:
    """The units in which the person lives at `now`, the longest one first."""
    rows = Residency.objects.filter(_not_over(now), person=person_id, unit__property=property_id, since__lte=now).order_by("since", "id")
    return tuple(places.unit_view(row.unit_id) for row in rows)


def unit_of(person_id: UUID, property_id: UUID, now: datetime) -> UnitView | None:
    """The person's unit here, or None; the one lived in longest where there are several."""
    return next(iter(units_of(person_id, property_id, now)), None)


def properties_lived_in(person_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Buildings in which the person lives at `now`."""
    rows = Residency.objects.filter(_not_over(now), person=person_id, since__lte=now)
    return tuple(dict.fromkeys(rows.order_by("since").values_list("unit__property", flat=True)))


def subject_in_unit(person_id: UUID, unit_id: UUID, at: datetime) -> bool:
    """True if the person lived in the unit at that instant; the privacy of an event is judged by when it happened."""
    return Residency.objects.filter(_not_over(at), person=person_id, unit=unit_id, since__lte=at).exists()


def rights(person_id: UUID | None, property_id: UUID, now: datetime) -> Rights:
    """What the person may do here, all roles united (PEOPLE-2); nobody, or no role, has no right."""
    if person_id is None:
        return Rights(None, property_id)
    rows = Role.objects.filter(_not_over(now), person=person_id, since__lte=now).filter(_of_property(property_id))
    return rules.united(person_id, property_id, [role_view(row) for row in rows])


def managed_properties(person_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Buildings in which the person works in a role, by name."""
    rows = Role.objects.filter(_not_over(now), person=person_id, since__lte=now)
    portfolios = [p.id for row in rows if row.portfolio_id for p in places.properties(portfolio_id=row.portfolio_id)]
    wanted = {*portfolios, *(row.property_id for row in rows if row.property_id)}
    return tuple(p.id for p in places.properties(ids=wanted))


def roles_in(property_id: UUID, now: datetime) -> tuple[RoleView, ...]:
    """The roles held here now, those of the portfolio included."""
    return tuple(role_view(row) for row in Role.objects.filter(_not_over(now)).filter(_of_property(property_id)).order_by("since", "id"))


def has_consented(person_id: UUID, version: str) -> bool:
    """True once the person agreed to this version (PEOPLE-6)."""
    return Consent.objects.filter(person=person_id, version=version).exists()


def plain(text: str) -> str:
    """Text for comparing: without accents and capitals."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def role_view(row: Role) -> RoleView:
    """One role as a value."""
    return RoleView(
        row.id, row.person_id, row.kind, row.portfolio_id, row.property_id, row.access, frozenset(UUID(g) for g in row.group_ids),
        row.device_management, row.activate_devices,
    )  # fmt: skip


def _not_over(now: datetime) -> Q:
    return Q(until=None) | Q(until__gt=now)


def _of_property(property_id: UUID) -> Q:
    return Q(property=property_id) | Q(portfolio__properties=property_id)


def _residencies(asked: Q, now: datetime) -> tuple[ResidencyView, ...]:
    rows = Residency.objects.filter(_not_over(now)).filter(asked).select_related("unit").order_by("since", "id")
    return tuple(_residency_view(row) for row in rows)


def _residency_view(r: Residency) -> ResidencyView:
    return ResidencyView(r.id, r.person_id, r.unit_id, r.unit.name, r.unit.property_id, r.since, r.until, r.lease_ends)
