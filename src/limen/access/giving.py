"""Giving a group to a person, and what that would do (ACCESS-2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import dependents, groups, news, remembered
from limen.access.effects import effect_of
from limen.access.models import Grant, GrantDoor, Group, GroupDoor
from limen.access.picture import doors_reached, scene, terms_of
from limen.access.remembered import GrantTerms
from limen.access.rules import GrantFacts, Terms, can_be_held, compare
from limen.access.views import Effect, GrantView
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.storage import chance

STANDINGS = ("resident", "non-resident")
ROLE_KINDS = ("staff", "vendor")
NOBODY = UUID(int=0)
"""Stands for a grant that a preview has not made."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to give: to whom, when, and which ways in."""

    person_id: UUID
    standing: str
    role_kind: str | None
    starts: datetime
    ends: datetime | None
    may_share: bool
    app: bool
    code: bool
    card: bool

    def checked(self, group: Group, now: datetime) -> "Wish":
        """The wish with its role kind settled. Problem or Refused says what is wrong with it."""
        if self.standing not in STANDINGS:
            raise Problem("standing", _("Choose resident or non-resident. It decides who may see their entries."))
        if not can_be_held(self.starts, self.ends):
            raise Problem("date_unheld", _("Choose a date between 2000 and 2100."))
        if self.ends is not None and self.ends <= self.starts:
            raise Problem("end_before_start", _("The end is before the start."))
        if not (self.app or self.code or self.card):
            raise Problem("no_way_in", _("Choose at least one: app, code or card."))
        if self.role_kind not in (None, *ROLE_KINDS):
            raise Problem("role_kind", _("Choose staff or vendor."))
        if people.person_view(self.person_id).status == "archived":
            raise Refused("person_archived", _("This account is closed."), _("Invite the person again."))
        return replace(self, role_kind=None if self.standing == "resident" else self.role_kind or _role_kind(self.person_id, group, now))

    def facts(self, grant_id: UUID, doors: Mapping[UUID, Terms]) -> GrantFacts:
        """The grant as it would be."""
        return GrantFacts(
            id=grant_id, person_id=self.person_id, standing=self.standing, role_kind=self.role_kind, may_share=self.may_share, app=self.app,
            code=self.code, card=self.card, starts=self.starts, ends=self.ends, host_id=None, doors=doors,
        )  # fmt: skip


def give(
    *,
    person_id: UUID,
    group_id: UUID,
    standing: str,
    starts: datetime,
    ends: datetime | None,
    may_share: bool,
    by: Actor,
    now: datetime,
    role_kind: str | None = None,
    opens_app: bool = True,
    opens_code: bool = True,
    opens_card: bool = True,
) -> GrantView:
    """Gives a group to a person; given again, it changes the grant they hold (ACCESS-2).

    `standing` is "resident" or "non-resident" and has no default: it decides privacy. Problem `standing`, `date_unheld`, `end_before_start`,
    `no_way_in`; Refused `too_many_windows` (more than 4 for one person and door, C.1), `person_archived`.
    """
    group = groups.found(group_id)
    wish = Wish(person_id, standing, role_kind, starts, ends, may_share, opens_app, opens_code, opens_card).checked(group, now)
    held = _held(person_id, group, now)
    grant_id = held.id if held else chance.fresh_id()
    doors = _doors(group)
    before = scene(doors, group.property_id, now, of=_with_guests(person_id))
    after = before.with_grant(wish.facts(grant_id, doors))
    groups.refuse_too_many(after, now)
    compared = compare(before.who_holds_what(now), after.who_holds_what(now), now)
    was = GrantTerms.of(held) if held else None
    row = _write(grant_id, wish, group, held=held, by=by, now=now)
    if was is None:
        remembered.given(row, now)
    else:
        remembered.terms(row, was, now)
    news.order_for_each(compared, property_id=group.property_id, by=by, now=now)
    dependents.end_orphans(compared, now=now)
    # Also without a difference: a new standing changes the class, which the list carries.
    news.touch({c.door_id for c in compared.all} | (set(doors) if held else set()), now)
    news.tell_gained(compared.gains, group.property_id, now)
    detail = {"group": str(group_id), "person": str(person_id), "standing": standing}
    news.note(by, "grant.changed" if held else "grant.given", f"grant:{grant_id}", group.property_id, now, detail=detail)
    return view(row, tuple(sorted(doors)))


def preview_give(
    *,
    person_id: UUID,
    group_id: UUID,
    standing: str,
    starts: datetime,
    ends: datetime | None,
    now: datetime,
    role_kind: str | None = None,
    opens_app: bool = True,
    opens_code: bool = True,
    opens_card: bool = True,
) -> Effect:
    """Says what `give` would do, and writes nothing; refuses what it would refuse."""
    group = groups.found(group_id)
    wish = Wish(person_id, standing, role_kind, starts, ends, False, opens_app, opens_code, opens_card).checked(group, now)
    held = _held(person_id, group, now)
    doors = _doors(group)
    before = scene(doors, group.property_id, now, of=_with_guests(person_id))
    after = before.with_grant(wish.facts(held.id if held else NOBODY, doors))
    groups.refuse_too_many(after, now)
    old, new = before.who_holds_what(now), after.who_holds_what(now)
    already = [door_id for door_id, holders in sorted(old.items()) if any(h.person_id == person_id for h in holders)]
    return effect_of(compare(old, new, now), before.doors, now, already=already, grants=before.grants)


def set_sharing(*, grant_id: UUID, may_share: bool, by: Actor, now: datetime) -> GrantView:
    """Allows or ends sharing for one grant; guests invited before stay (ACCESS-7)."""
    grant = found(grant_id)
    if not is_live(grant, now) or grant.host_id is not None:
        raise Refused("already_ended", _("This access has ended."))
    was = GrantTerms.of(grant)
    grant.may_share = may_share
    grant.save(update_fields=["may_share"])
    remembered.terms(grant, was, now)
    news.note(by, "grant.sharing", f"grant:{grant_id}", grant.property_id, now, detail={"may_share": int(may_share)})
    return view(grant)


def found(grant_id: UUID) -> Grant:
    """The grant, or NotYours."""
    grant = Grant.objects.select_related("group").filter(id=grant_id).first()
    if grant is None:
        raise NotYours
    return grant


def is_live(grant: Grant, now: datetime) -> bool:
    """True until it was ended or ran out."""
    return grant.ended_at is None and (grant.ends is None or now < grant.ends)


def view(row: Grant, doors: tuple[UUID, ...] | None = None) -> GrantView:
    """The grant as a value; a guest's doors are those it was given, ended or not."""
    if doors is None:
        doors = tuple(sorted(doors_reached([row]))) if row.group_id else tuple(sorted(row.doors.values_list("door_id", flat=True)))
    return GrantView(
        id=row.id, person_id=row.person_id, property_id=row.property_id, group_id=row.group_id, group_name=row.group.name if row.group else None,
        door_ids=doors, standing=row.standing, role_kind=row.role_kind, may_share=row.may_share, opens_app=row.opens_app,
        opens_code=row.opens_code, opens_card=row.opens_card, starts=row.starts, ends=row.ends, given_by=row.given_by, given_at=row.given_at,
        host_id=row.host_id, ended_at=row.ended_at,
    )  # fmt: skip


def views(rows: Iterable[Grant]) -> tuple[GrantView, ...]:
    """Many grants as values, in their order: two reads for any number of them."""
    wanted = list(rows)
    by_group = GroupDoor.objects.filter(group_id__in={row.group_id for row in wanted if row.group_id}).values_list("group_id", "door_id")
    singly = GrantDoor.objects.filter(grant_id__in=[row.id for row in wanted if not row.group_id]).values_list("grant_id", "door_id")
    doors: dict[UUID, list[UUID]] = {}
    for reached_by, door_id in (*by_group, *singly):
        doors.setdefault(reached_by, []).append(door_id)
    return tuple(view(row, tuple(sorted(doors.get(row.group_id or row.id, ())))) for row in wanted)


def _held(person_id: UUID, group: Group, now: datetime) -> Grant | None:
    """The grant of this group that the person holds; one that ran out is closed, so that a new one can begin."""
    held = Grant.objects.filter(person_id=person_id, group=group, ended_at=None).first()
    return held if held is not None and is_live(held, now) else None


def _write(grant_id: UUID, wish: Wish, group: Group, *, held: Grant | None, by: Actor, now: datetime) -> Grant:
    ran_out = Grant.objects.filter(person_id=wish.person_id, group=group, ended_at=None, ends__lte=now)
    for old in ran_out:
        Grant.objects.filter(id=old.id).update(ended_at=old.ends)
    row = held or Grant(
        id=grant_id, person_id=wish.person_id, property_id=group.property_id, group=group, given_by=by.person_id, given_at=now
    )
    row.standing, row.role_kind, row.may_share = wish.standing, wish.role_kind, wish.may_share
    row.opens_app, row.opens_code, row.opens_card = wish.app, wish.code, wish.card
    row.starts, row.ends = wish.starts, wish.ends
    row.save()
    return row


def _doors(group: Group) -> dict[UUID, Terms]:
    return {row.door_id: terms_of(row) for row in GroupDoor.objects.filter(group=group)}


def _with_guests(person_id: UUID) -> list[UUID]:
    return [person_id, *Grant.objects.filter(host_id=person_id, ended_at=None).values_list("person_id", flat=True)]


def _role_kind(person_id: UUID, group: Group, now: datetime) -> str:
    """Staff are people with a role here; anybody else who does not live here comes as a vendor (C.1)."""
    rights = people.rights(person_id, group.property_id, now)
    return "staff" if rights.anything else "vendor"
