"""Groups: made, edited for every holder at once, previewed (ACCESS-1, ACCESS-3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import dependents, news, remembered
from limen.access.effects import effect_of
from limen.access.models import Grant, Group, GroupDoor
from limen.access.picture import Scene, scene, terms_by_door, terms_of
from limen.access.rules import GROUP_DOORS_MAX, NAME_MAX_CHARS, Terms, compare, too_many
from limen.access.views import Effect, GroupDoorView, GroupView
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import queries as places
from limen.storage import chance


def create_group(*, property_id: UUID, name: str, doors: Sequence[GroupDoorView], by: Actor, now: datetime) -> GroupView:
    """Makes a named bundle of doors (ACCESS-1). Refused `group_exists`; Problem `bad_group` for foreign or repeated doors."""
    name = _checked(property_id, name, doors, None)
    group = Group.objects.create(id=chance.fresh_id(), property_id=property_id, name=name)
    _write_doors(group, doors)
    news.note(by, "group.created", f"group:{group.id}", property_id, now, detail={"doors": len(doors)})
    return view(group, holders=0)


def edit_group(*, group_id: UUID, name: str, doors: Sequence[GroupDoorView], by: Actor, now: datetime) -> Effect:
    """Changes a group for every holder at once (ACCESS-3); says what it did. A new name alone changes no door (ACCESS-11)."""
    group = found(group_id)
    new_name = _checked(group.property_id, name, doors, group_id)
    before, after = _scenes(group, doors, now)
    old, new = before.who_holds_what(now), after.who_holds_what(now)
    refuse_too_many(after, now)
    compared = compare(old, new, now)
    Group.objects.filter(id=group_id).update(name=new_name)
    remembered.doors(group, doors, now)
    GroupDoor.objects.filter(group=group).delete()
    _write_doors(group, doors)
    news.order_for_each(compared, property_id=group.property_id, by=by, now=now)
    dependents.end_orphans(compared, now=now)
    news.touch({c.door_id for c in compared.all}, now)
    news.tell_gained(compared.gains, group.property_id, now)
    news.tell_lost(compared.loses, group.property_id, now)
    detail = {"doors": len(doors), "gain": len(compared.gains), "lose": len(compared.loses)}
    news.note(by, "group.edited", f"group:{group_id}", group.property_id, now, detail=detail)
    return effect_of(compared, before.doors, now, grants=before.grants)


def preview_edit_group(*, group_id: UUID, doors: Sequence[GroupDoorView], now: datetime) -> Effect:
    """Says what `edit_group` would do, and writes nothing."""
    group = found(group_id)
    _checked(group.property_id, group.name, doors, group_id)
    before, after = _scenes(group, doors, now)
    return effect_of(compare(before.who_holds_what(now), after.who_holds_what(now), now), before.doors, now, grants=before.grants)


def found(group_id: UUID) -> Group:
    """The group, or NotYours."""
    group = Group.objects.filter(id=group_id).first()
    if group is None:
        raise NotYours
    return group


def view(group: Group, *, holders: int, may_give: bool = True) -> GroupView:
    """The group as a value, its doors by id."""
    rows = sorted(group.doors.all(), key=lambda row: str(row.door_id))
    doors = tuple(GroupDoorView(row.door_id, terms_of(row).schedule, row.codes_on) for row in rows)
    return GroupView(group.id, group.property_id, group.name, doors, holders, may_give)


def refuse_too_many(after: Scene, now: datetime) -> None:
    """Raises Refused where somebody would hold more than four windows at one door (C.1)."""
    if too_many(after.doors, after.grants, now):
        raise Refused(
            "too_many_windows",
            _("A person can hold at most 4 windows at one door."),
            _("End or change one of the groups they hold."),
        )


def _scenes(group: Group, doors: Sequence[GroupDoorView], now: datetime) -> tuple[Scene, Scene]:
    """The doors of the group, old and new, before and after."""
    terms: Mapping[UUID, Terms] = terms_by_door(doors)
    involved = set(terms) | set(GroupDoor.objects.filter(group=group).values_list("door_id", flat=True))
    live = list(Grant.objects.filter(group=group, ended_at=None).values_list("id", "person_id"))
    before = scene(involved, group.property_id, now)
    missing = {grant_id for grant_id, _person in live} - {g.id for g in before.grants}
    if missing:  # a group without doors reaches none of them: its grants are not in the picture yet
        before = dependents.with_rows(before, missing)
    return before, before.with_terms((grant_id for grant_id, _person in live), terms)


def _checked(property_id: UUID, name: str, doors: Sequence[GroupDoorView], group_id: UUID | None) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_MAX_CHARS:
        raise Problem("bad_group", _("Give the group a name of at most 80 characters."))
    known = {door.id for door in places.doors(property_id)}
    ids = [door.door_id for door in doors]
    if len(ids) > GROUP_DOORS_MAX or len(set(ids)) != len(ids) or not set(ids) <= known:
        raise Problem("bad_group", _("Choose doors of this building, each once."))
    others = Group.objects.filter(property_id=property_id, name__iexact=name)
    if (others if group_id is None else others.exclude(id=group_id)).exists():
        raise Refused("group_exists", _("There is a group with this name already."))
    return name


def _write_doors(group: Group, doors: Sequence[GroupDoorView]) -> None:
    GroupDoor.objects.bulk_create(
        GroupDoor(group=group, door_id=d.door_id, schedule=d.schedule.rows() if d.schedule else None, codes_on=d.codes_on) for d in doors
    )
