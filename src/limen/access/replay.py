"""Does again, after a restore, what was taken from people since the backup; says what was given and is not here (OPS-2, invariant 14)."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.access import ending, giving, groups
from limen.access import news as ours
from limen.access.models import Grant, GrantDoor, Group, Suspension
from limen.access.picture import terms_of
from limen.access.remembered import GONE, WAYS, read_hours, read_instant
from limen.access.rules import narrower
from limen.access.views import GroupDoorView
from limen.kernel.actors import SYSTEM
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import replay
from limen.storage.ledger import Line
from limen.storage.replay import Restoring, last_by

NAMED_MOST = 20


@replay.again
def take_again(run: Restoring) -> None:
    """Groups and grants become as narrow as they were, what ended ends, who was paused is paused. Nothing is given."""
    _narrow_groups(run)
    _narrow_grants(run)
    _end_guest_doors(run)
    _end_grants(run)
    _pause(run)
    _say_given(run)


# ---- groups


def _narrow_groups(run: Restoring) -> None:
    by_group: dict[str, dict[str, Line]] = {}
    for (group_id, door_id), line in last_by(run.of("group_door"), "group", "door").items():
        by_group.setdefault(group_id, {})[door_id] = line
    widened: list[str] = []
    for group_id, doors in sorted(by_group.items()):
        group = Group.objects.filter(id=group_id).first()
        if group is None:
            continue
        held = {str(row.door_id): GroupDoorView(row.door_id, terms_of(row).schedule, row.codes_on) for row in group.doors.all()}
        kept = {door_id: _narrow_door(view, doors.get(door_id)) for door_id, view in held.items()}
        left = [view for view in kept.values() if view is not None]
        if left != list(held.values()):
            groups.edit_group(group_id=group.id, name=group.name, doors=left, by=SYSTEM, now=run.now)
            run.did("groups_narrowed")
        if any(line.facts["hours"] != GONE and _wider(kept.get(door_id), line) for door_id, line in doors.items()):
            widened.append(group.name)
    if widened:
        run.misses(_("These groups had more doors or hours than they have now: %(groups)s. Look at them.") % {"groups": ", ".join(widened)})


def _narrow_door(held: GroupDoorView, line: Line | None) -> GroupDoorView | None:
    """The door on terms that both the backup and the ledger know."""
    if line is None:
        return held
    if line.facts["hours"] == GONE:
        return None
    hours = narrower(held.schedule, read_hours(line.facts["hours"]))
    return None if hours == "never" else GroupDoorView(held.door_id, hours, held.codes_on and line.facts["codes"] == "1")


def _wider(kept: GroupDoorView | None, line: Line) -> bool:
    return kept is None or kept.schedule != read_hours(line.facts["hours"]) or kept.codes_on != (line.facts["codes"] == "1")


# ---- grants


def _narrow_grants(run: Restoring) -> None:
    for (grant_id,), line in sorted(last_by(run.of("terms"), "grant").items()):
        row = Grant.objects.select_related("group").filter(id=grant_id, ended_at=None).first()
        if row is None or row.group_id is None or not giving.is_live(row, run.now):
            continue
        starts, ends = read_instant(line.facts["starts"]), read_instant(line.facts["ends"])
        new_ends = min((end for end in (row.ends, ends) if end is not None), default=None)
        new_starts = max(row.starts, starts) if starts is not None and starts > run.now else row.starts
        ways = {way: bool(getattr(row, f"opens_{way}")) and way in line.facts["ways"].split(".") for way in WAYS}
        share = row.may_share and line.facts["share"] == "1"
        if (new_starts, new_ends, share, *ways.values()) == (
            row.starts,
            row.ends,
            row.may_share,
            row.opens_app,
            row.opens_code,
            row.opens_card,
        ):
            continue
        run.did("grants_narrowed")
        if not any(ways.values()) or (new_ends is not None and new_ends <= max(new_starts, run.now)):
            ending.revoke(grant_id=row.id, by=SYSTEM, now=run.now)
            continue
        giving.give(
            person_id=row.person_id, group_id=row.group_id, standing=row.standing, role_kind=row.role_kind, starts=new_starts, ends=new_ends,
            may_share=share, opens_app=ways["app"], opens_code=ways["code"], opens_card=ways["card"], by=SYSTEM, now=run.now,
        )  # fmt: skip


def _end_guest_doors(run: Restoring) -> None:
    for line in run.of("guest_door"):
        ended = GrantDoor.objects.filter(grant_id=line.facts["grant"], door_id=line.facts["door"], ended_at=None)
        if not ended.exists():
            continue
        grant = Grant.objects.get(id=line.facts["grant"])
        ours.order(
            kind="host_lost_access", person_id=grant.person_id, property_id=grant.property_id, door_ids=[UUID(line.facts["door"])],
            by=SYSTEM, now=run.now, grant=grant, through=grant.host_id,
        )  # fmt: skip
        ended.update(ended_at=run.now)
        run.did("guests_ended")
        if not grant.doors.filter(ended_at=None).exists():
            Grant.objects.filter(id=grant.id, ended_at=None).update(ended_at=run.now)


def _end_grants(run: Restoring) -> None:
    ended = {line.facts["grant"] for line in run.of("revocation") if "grant" in line.facts and "host" not in line.facts}
    for row in Grant.objects.filter(id__in=ended, ended_at=None).order_by("given_at", "id"):
        row.refresh_from_db()
        if row.ended_at is None and giving.is_live(row, run.now):
            ending.revoke(grant_id=row.id, by=SYSTEM, now=run.now)
            run.did("grants_ended")


def _pause(run: Restoring) -> None:
    lines = [line for line in run.of("suspension", "resumed") if "host" not in line.facts]
    for (person_id, property_id), line in sorted(last_by(lines, "person", "property").items()):
        if not people.persons_by_id([UUID(person_id)]):
            continue
        paused = Suspension.objects.filter(person_id=person_id, property_id=property_id, until=None).exists()
        which = {"person_id": UUID(person_id), "property_id": UUID(property_id), "by": SYSTEM, "now": run.now}
        if line.kind == "suspension" and not paused:
            ending.suspend(**which)  # type: ignore[arg-type]
            run.did("people_paused")
        elif line.kind == "resumed" and paused:
            ending.resume(**which)  # type: ignore[arg-type]
            run.did("pauses_ended")


# ---- what was given


def _say_given(run: Restoring) -> None:
    """Who was given what since the backup, by name where the backup knows the person; what ended again meanwhile is not missed."""
    over = {line.facts["grant"] for line in run.of("revocation", "guest_door") if "grant" in line.facts}
    lines = [line for line in run.of("given") if line.facts["grant"] not in over]
    here = {str(one) for one in Grant.objects.filter(id__in=[line.facts["grant"] for line in lines]).values_list("id", flat=True)}
    gone = [line for line in lines if line.facts["grant"] not in here]
    run.did("grants_missing", len(gone))
    for line in gone[:NAMED_MOST]:
        run.misses(_said(line))
    if len(gone) > NAMED_MOST:
        run.misses(_("And %(count)s more. Look at what was given since the backup.") % {"count": len(gone) - NAMED_MOST})


def _said(line: Line) -> str:
    facts = line.facts
    person = people.persons_by_id([UUID(facts["person"])]).get(UUID(facts["person"]))
    house = next((place for place in places.properties() if str(place.id) == facts["property"]), None)
    at = _wall(line.at, house.time_zone if house else "UTC")
    name = f"{person.first} {person.last}".strip() if person and person.first else _("Somebody who came after the backup")
    if "host" in facts:
        return _("%(person)s was invited as a guest %(at)s. That is not here: their host invites them again.") % {"person": name, "at": at}
    group = Group.objects.filter(id=facts["group"]).values_list("name", flat=True).first() or _("a group made after the backup")
    return _("%(person)s was given %(group)s %(at)s. That is not here: give it again.") % {"person": name, "group": group, "at": at}


def _wall(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
