"""What people choose about their own codes: a second one that marks (LOCK-14), and one for all common doors (CODE-14)."""

from datetime import datetime
from uuid import UUID

from limen.access import queries as access
from limen.credentials.models import OneCode, SecondCodes
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.storage import news


def set_second_code(*, person_id: UUID, property_id: UUID, wanted: bool, by: Actor, now: datetime) -> None:
    """Gives a person a second code at each of their doors here, or takes it away (LOCK-14). NotYours for anybody else.

    It opens as usual and marks the opening; nobody is called. At an unconnected lock it works, or ends, with the next update.
    """
    _must_be(person_id, by)
    _choose(SecondCodes, person_id, property_id, wanted, now)


def set_one_code(*, person_id: UUID, property_id: UUID, wanted: bool, by: Actor, now: datetime) -> None:
    """Gives a person one code for all common doors here, or one for each again (CODE-14). NotYours for anybody else.

    Their codes at those doors become new ones; at an unconnected lock the old one works until the update.
    """
    _must_be(person_id, by)
    _choose(OneCode, person_id, property_id, wanted, now)


def forget_who_left(*, person_id: UUID, property_id: UUID, now: datetime) -> None:
    """Ends what somebody chose who has no access here any more, paused or not: who comes back is asked anew, and nothing says what they had."""
    if any(grant.is_live(now) for grant in access.grants_of(person_id, property_id)):
        return
    for table in (OneCode, SecondCodes):
        table._default_manager.filter(person_id=person_id, property_id=property_id).delete()


def _must_be(person_id: UUID, by: Actor) -> None:
    if by.person_id != person_id:
        raise NotYours


def _choose(table: type[OneCode] | type[SecondCodes], person_id: UUID, property_id: UUID, wanted: bool, now: datetime) -> None:
    rows = table._default_manager.filter(person_id=person_id, property_id=property_id)
    if wanted == rows.exists():
        return
    if wanted:
        table._default_manager.create(person_id=person_id, property_id=property_id, since=now)
    else:
        rows.delete()
    for door_id in sorted(access.doors_of(person_id, now)):
        if places.door_view(door_id).property_id == property_id:
            news.say("door.touched", now=now, door_id=str(door_id))
