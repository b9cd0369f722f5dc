"""Taking access away: ended for good, paused and resumed, moved out (ACCESS-4, ACCESS-9, ACCESS-10, PEOPLE-7)."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import dependents, news
from limen.access.effects import effect_of
from limen.access.giving import found, is_live
from limen.access.models import Grant, Suspension
from limen.access.picture import Scene, doors_reached, scene
from limen.access.rules import Compared, compare
from limen.access.views import Effect, RevocationView, SuspensionView
from limen.kernel.actors import Actor
from limen.kernel.problems import Refused
from limen.people import queries as people
from limen.people import services as people_verbs
from limen.storage import chance, ledger


def revoke(*, grant_id: UUID, by: Actor, now: datetime, reason: str = "") -> RevocationView:
    """Ends a grant and keeps its record; guests who depend on it lose theirs (ACCESS-4, ACCESS-9). Refused `already_ended`.

    The ledger is told before the transaction commits (OPS-2). `reason` is kept sealed, for the journal only.
    """
    grant = found(grant_id)
    if not is_live(grant, now):
        raise Refused("already_ended", _("This access has ended."))
    return _end([grant], kind="revoked", by=by, now=now, reason=reason)[0]


def preview_revoke(*, grant_id: UUID, now: datetime) -> Effect:
    """Says what `revoke` would do, and writes nothing."""
    grant = found(grant_id)
    if not is_live(grant, now):
        raise Refused("already_ended", _("This access has ended."))
    return _preview_end([grant], now)


def suspend(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> SuspensionView:
    """Pauses all access of a person and of the guests who depend on them; nothing is ended (PEOPLE-7). Refused `already_paused`."""
    if Suspension.objects.filter(person_id=person_id, property_id=property_id, until=None).exists():
        raise Refused("already_paused", _("This access is paused already."))
    before, after = _pause_scenes(person_id, property_id, now)
    compared = compare(before.who_holds_what(now), after.who_holds_what(now), now)
    row = Suspension.objects.create(id=chance.fresh_id(), person_id=person_id, property_id=property_id, since=now, by=by.person_id)
    if not any(c.person_id == person_id for c in compared.taken):
        news.order(kind="paused", person_id=person_id, property_id=property_id, door_ids=(), by=by, now=now)
    news.order_for_each(compared, property_id=property_id, by=by, now=now, kind="paused", through=person_id)
    news.note(by, "person.paused", f"person:{person_id}", property_id, now)
    return _suspension_view(row)


def preview_suspend(*, person_id: UUID, property_id: UUID, now: datetime) -> Effect:
    """Says what `suspend` would do, and writes nothing."""
    before, after = _pause_scenes(person_id, property_id, now)
    compared = compare(before.who_holds_what(now), after.who_holds_what(now), now)
    return effect_of(compared, before.doors, now, grants=before.grants)


def resume(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> SuspensionView:
    """Ends the pause; everything comes back exactly as it was (PEOPLE-7). Refused `not_paused`."""
    row = Suspension.objects.filter(person_id=person_id, property_id=property_id, until=None).first()
    if row is None:
        raise Refused("not_paused", _("This access is not paused."))
    row.until = now
    row.save(update_fields=["until"])
    ledger.append_afterwards("resumed", {"person": person_id, "property": property_id}, now)
    news.touch(_doors_of_all(person_id, property_id), now)
    news.note(by, "person.resumed", f"person:{person_id}", property_id, now)
    return _suspension_view(row)


def move_out(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> tuple[RevocationView, ...]:
    """Ends every grant of the person in the property, hand-given ones too, and their residency (ACCESS-10, ACCESS-9)."""
    grants = _live(person_id, property_id, now)
    ended = _end(grants, kind="moved_out", by=by, now=now) if grants else []
    homes = {r.unit_id for r in people.residencies(person_id=person_id, now=now) if r.property_id == property_id}
    for unit_id in sorted(homes):
        people_verbs.end_residency(person_id=person_id, unit_id=unit_id, until=now, by=by, now=now)
    news.note(by, "person.moved_out", f"person:{person_id}", property_id, now, detail={"grants": len(grants)})
    return tuple(ended)


def preview_move_out(*, person_id: UUID, property_id: UUID, now: datetime) -> Effect:
    """Says what `move_out` would do, and writes nothing."""
    return _preview_end(_live(person_id, property_id, now), now, property_id=property_id)


def end_guest(grant: Grant, *, by: Actor, now: datetime) -> RevocationView:
    """Ends a guest's grant for its host."""
    return _end([grant], kind="revoked", by=by, now=now)[0]


def _end(grants: list[Grant], *, kind: str, by: Actor, now: datetime, reason: str = "") -> list[RevocationView]:
    """Ends grants of one person in one property, together: one revocation each, for the doors that person really loses."""
    person_id, property_id = grants[0].person_id, grants[0].property_id
    before = _scene_of(grants, property_id, now)
    after = before.without(g.id for g in grants)
    compared = compare(before.who_holds_what(now), after.who_holds_what(now), now)
    taken = {c.door_id for c in compared.taken if c.person_id == person_id}
    Grant.objects.filter(id__in=[g.id for g in grants]).update(ended_at=now)
    orders = [
        news.order(
            kind=kind, person_id=person_id, property_id=property_id, door_ids=taken & doors_reached([grant]), by=by, now=now,
            grant=grant, reason=reason,
        )
        for grant in grants
    ]  # fmt: skip
    dependents.order_for_guests(compared, host_id=person_id, property_id=property_id, now=now)
    dependents.end_orphans(compared, now=now)
    news.touch({c.door_id for c in compared.all}, now)
    news.tell_lost(compared.loses, property_id, now)
    for grant in grants:
        news.note(by, f"grant.{kind}", f"grant:{grant.id}", property_id, now, detail={"person": str(person_id), "doors": len(taken)})
    return orders


def _preview_end(grants: list[Grant], now: datetime, *, property_id: UUID | None = None) -> Effect:
    if not grants:
        return effect_of(Compared((), (), (), (), {}, frozenset()), {}, now)
    before = _scene_of(grants, property_id or grants[0].property_id, now)
    compared = compare(before.who_holds_what(now), before.without(g.id for g in grants).who_holds_what(now), now)
    return effect_of(compared, before.doors, now, grants=before.grants)


def _scene_of(grants: list[Grant], property_id: UUID, now: datetime) -> Scene:
    person_id = grants[0].person_id
    guests = Grant.objects.filter(host_id=person_id, ended_at=None).values_list("person_id", flat=True)
    return scene(doors_reached(grants), property_id, now, of=[person_id, *guests])


def _pause_scenes(person_id: UUID, property_id: UUID, now: datetime) -> tuple[Scene, Scene]:
    guests = Grant.objects.filter(host_id=person_id, ended_at=None).values_list("person_id", flat=True)
    before = scene(_doors_of_all(person_id, property_id), property_id, now, of=[person_id, *guests])
    return before, before.with_paused(person_id)


def _doors_of_all(person_id: UUID, property_id: UUID) -> set[UUID]:
    """The doors of a person, and of the guests who depend on them, in a property."""
    own = Grant.objects.filter(person_id=person_id, property_id=property_id, ended_at=None)
    return doors_reached([*own, *Grant.objects.filter(host_id=person_id, property_id=property_id, ended_at=None)])


def _live(person_id: UUID, property_id: UUID, now: datetime) -> list[Grant]:
    rows = (
        Grant.objects.select_related("group").filter(person_id=person_id, property_id=property_id, ended_at=None).order_by("given_at", "id")
    )
    return [row for row in rows if is_live(row, now)]


def _suspension_view(row: Suspension) -> SuspensionView:
    return SuspensionView(row.id, row.person_id, row.property_id, row.since, row.until, row.by)
