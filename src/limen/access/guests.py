"""Sharing: a holder invites a guest to single doors, lists them, ends one or all (ACCESS-7, ACCESS-8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from limen.access import news, remembered
from limen.access.ending import end_guest
from limen.access.models import Grant, GrantDoor
from limen.access.picture import Scene, scene
from limen.access.rules import GUEST_AHEAD_DAYS, can_be_held
from limen.access.views import AccessWindow, DoorChange, DoorResult, GuestResult, Invited, RevocationView
from limen.identity import queries as identity
from limen.identity import services as identity_verbs
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import services as people_verbs
from limen.places import queries as places
from limen.storage import chance, kms, outbox

DOORS_MAX = 50
GUESTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Stay:
    """From when until when a guest is welcome."""

    starts: datetime
    ends: datetime | None

    def check(self, now: datetime) -> None:
        """Problem where the dates cannot be meant."""
        if not can_be_held(self.starts, self.ends):
            raise Problem("date_unheld", _("Choose a date between 2000 and 2100."))
        if self.ends is not None and self.ends <= max(self.starts, now):
            raise Problem("end_before_start", _("The end is before the start."))
        if self.starts > now + timedelta(days=GUEST_AHEAD_DAYS):
            raise Problem("too_far_ahead", _("A guest's access starts at most a year ahead."))


def invite_guest(
    *,
    host_id: UUID,
    door_ids: Sequence[UUID],
    first: str,
    last: str,
    email: str,
    starts: datetime,
    ends: datetime | None,
    by: Actor,
    now: datetime,
) -> Invited:
    """Invites a guest to single doors (ACCESS-7): every door is tried, each says done or why not; a mail goes out if any was done.

    Start at most one year ahead; the window lies inside the host's own. Problem `bad_email`, `date_unheld`, `end_before_start`,
    `too_far_ahead`, `no_doors`; Refused `too_many_guests`, `yourself`.
    """
    stay = Stay(starts, ends)
    stay.check(now)
    wanted = list(dict.fromkeys(door_ids))
    if not 1 <= len(wanted) <= DOORS_MAX:
        raise Problem("no_doors", _("Choose at least one door."))
    if Grant.objects.filter(host_id=host_id, ended_at=None).count() >= GUESTS_MAX:
        raise Refused("too_many_guests", _("You have 50 guests already."), _("End one of them first."))
    results = {door_id: _try_door(host_id, door_id, stay, now) for door_id in wanted}
    answers = tuple(results.values())
    doors_by_property: dict[UUID, list[UUID]] = {}
    for door_id, result in results.items():
        if result.ok:
            doors_by_property.setdefault(places.door_view(door_id).property_id, []).append(door_id)
    if not doors_by_property:
        return Invited(None, None, answers)
    guest_id = _guest(first, last, email, host_id=host_id, by=by, now=now)
    grants = [
        _give(guest_id, doors, stay, called=" ".join(f"{first} {last}".split()), host_id=host_id, property_id=property_id, by=by, now=now)
        for property_id, doors in sorted(doors_by_property.items())
    ]
    _mail(guest_id, host_id, grants[0], by, now)
    return Invited(guest_id, grants[0].id, answers)


def revoke_guest(*, grant_id: UUID, host_id: UUID, by: Actor, now: datetime) -> RevocationView:
    """Ends one guest of this host; NotYours for anybody else's, Refused `already_ended`."""
    grant = Grant.objects.filter(id=grant_id, host_id=host_id).first()
    if grant is None:
        raise NotYours
    if grant.ended_at is not None:
        raise Refused("already_ended", _("This access has ended."))
    return end_guest(grant, by=by, now=now)


def revoke_all_guests(*, host_id: UUID, by: Actor, now: datetime) -> tuple[GuestResult, ...]:
    """Ends every guest of this host; all are tried before a failure is told (ACCESS-8)."""
    results = []
    for grant in Grant.objects.filter(host_id=host_id, ended_at=None).order_by("given_at", "id"):
        try:
            with transaction.atomic():
                end_guest(grant, by=by, now=now)
            results.append(GuestResult(grant.id, ok=True))
        except Problem as problem:
            results.append(GuestResult(grant.id, ok=False, reason=problem.title))
    return tuple(results)


def _try_door(host_id: UUID, door_id: UUID, stay: Stay, now: datetime) -> DoorResult:
    """Whether the host may invite somebody to this door for this time, or the reason as a sentence."""
    door = places.doors_by_id([door_id]).get(door_id)
    windows = _host_windows(host_id, door_id, door.property_id, now) if door is not None else ()
    if door is None or not windows:
        return DoorResult(door_id, ok=False, type="not_found", reason=_("We could not find that, or it is not yours to see."))
    shareable = [w for w in windows if w.may_share]
    if not shareable:
        return DoorResult(door_id, ok=False, type="may_not_share", reason=_("%(door)s, it may not be shared.") % {"door": door.name})
    if any(_inside(stay, w) for w in shareable):
        return DoorResult(door_id, ok=True)
    return DoorResult(door_id, ok=False, type="outside_your_own", reason=_outside(door, shareable))


def _outside(door: "places.DoorView", windows: Sequence[AccessWindow]) -> str:
    ends = [w.ends for w in windows if w.ends is not None]
    if not ends:
        return _("Your own access to %(door)s starts later. Choose a start after that.") % {"door": door.name}
    return _("Your own access to %(door)s ends before that. Choose an earlier end.") % {"door": door.name}


def _inside(stay: Stay, window: AccessWindow) -> bool:
    return window.starts <= stay.starts and (window.ends is None or (stay.ends is not None and stay.ends <= window.ends))


def _host_windows(host_id: UUID, door_id: UUID, property_id: UUID, now: datetime) -> tuple[AccessWindow, ...]:
    here: Scene = scene([door_id], property_id, now, of=[host_id])
    holders = here.who_holds_what(now).get(door_id, ())
    return next((h.windows for h in holders if h.person_id == host_id), ())


def _guest(first: str, last: str, email: str, *, host_id: UUID, by: Actor, now: datetime) -> UUID:
    """The person behind the address, made if nobody has it yet (PEOPLE-1)."""
    if not email.strip():
        raise Problem("bad_email", _("A guest needs an e-mail address."))
    guest_id = people_verbs.add_person(first=first, last=last, email=email, by=by, now=now)
    if guest_id == host_id:
        raise Refused("yourself", _("This is your own address."))
    return guest_id


def _give(
    guest_id: UUID, doors: Sequence[UUID], stay: Stay, *, called: str, host_id: UUID, property_id: UUID, by: Actor, now: datetime
) -> Grant:  # fmt: skip
    grant_id = chance.fresh_id()
    grant = Grant.objects.create(
        id=grant_id, called=kms.seal(f"person:{guest_id}", called, _called_place(grant_id)),
        person_id=guest_id, property_id=property_id, group=None, standing="non-resident", role_kind=None, may_share=False,
        opens_app=True, opens_code=False, opens_card=False, starts=stay.starts, ends=stay.ends, given_by=by.person_id, given_at=now, host_id=host_id,
    )  # fmt: skip
    GrantDoor.objects.bulk_create(GrantDoor(grant=grant, door_id=door_id) for door_id in doors)
    remembered.given(grant, now)
    news.touch(doors, now)
    news.note(by, "guest.invited", f"grant:{grant.id}", property_id, now, detail={"doors": len(doors)})
    return grant


def names_given(host_id: UUID) -> dict[UUID, str]:
    """What a host called each of their guests, by grant; empty where the guest's key is gone.

    The host reads their own words: an address that already has an account must not answer with the name behind it.
    """
    rows = Grant.objects.filter(host_id=host_id).values_list("id", "person_id", "called")
    return {grant_id: _unsealed(grant_id, person_id, bytes(called)) for grant_id, person_id, called in rows if called is not None}


def _unsealed(grant_id: UUID, person_id: UUID, called: bytes) -> str:
    try:
        return kms.unseal_text(f"person:{person_id}", called, _called_place(grant_id))
    except kms.Destroyed:
        return ""


def _called_place(grant_id: UUID) -> str:
    return kms.context("access_grant", "called", grant_id)


def _mail(guest_id: UUID, host_id: UUID, grant: Grant, by: Actor, now: datetime) -> None:
    """A newcomer gets the invitation; somebody with an account hears of the new doors."""
    if identity.user_of(guest_id) is None:
        identity_verbs.invite(person_id=guest_id, property_id=grant.property_id, by=by, now=now, host_id=host_id)
        return
    facts = {"host": str(host_id), "path": "", "grant": str(grant.id)}
    outbox.put("notice", {"kind": "guest_invited", "person": str(guest_id), "property": str(grant.property_id), "facts": facts}, now)
    gained = [DoorChange(guest_id, row.door_id) for row in grant.doors.all()]
    news.tell_gained(gained, grant.property_id, now)
