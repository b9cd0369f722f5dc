"""A person's own codes in writing, for whoever has no phone to show them: on paper, or in a mail to themselves (CODE-8, PEOPLE-7).

Staff order it and see no digits. It is journaled, the person is told, and may have any of the codes reset (CODE-3).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.credentials.codes import Door, held_code, told_value
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import Refused
from limen.storage import outbox


@dataclass(frozen=True, slots=True)
class Written:
    """One permanent code as it is written down."""

    door_id: UUID
    digits: str = field(repr=False)  # never in a log line


def write_letter(*, person_id: UUID, property_id: UUID, doors: Iterable[UUID], by: Actor, now: datetime) -> tuple[Written, ...]:
    """The codes in force of a person at these doors, for one printed letter; the person is told. Refused `no_code` where there is none.

    A paused person has none (PEOPLE-7).
    """
    found = _written(person_id, doors, now)
    for one in found:
        journal.record(by, "doorcode.printed", f"door:{one.door_id}", {"person": str(person_id)}, now, property_id=property_id)
    facts = {"doors": ",".join(str(one.door_id) for one in found)}
    outbox.put("notice", {"kind": "letter_printed", "person": str(person_id), "property": str(property_id), "facts": facts}, now)
    return found


def mail_codes(
    *, person_id: UUID, property_id: UUID, doors: Iterable[UUID], waiting: Collection[UUID], by: Actor, now: datetime
) -> tuple[UUID, ...]:
    """Mails a person their own codes in force at these doors; gives the doors. `waiting`: where a code works after an update only.

    The digits stand in the sealed body of the mail and nowhere else. Refused `no_code` as for a letter.
    """
    found = _written(person_id, doors, now)
    for one in found:
        journal.record(by, "doorcode.mailed", f"door:{one.door_id}", {"person": str(person_id)}, now, property_id=property_id)
    codes = [[str(one.door_id), one.digits, one.door_id in waiting] for one in found]
    outbox.put("mail.own_codes", {"person": str(person_id), "property": str(property_id), "codes": codes}, now)
    return tuple(one.door_id for one in found)


def _written(person_id: UUID, doors: Iterable[UUID], now: datetime) -> tuple[Written, ...]:
    found = []
    for door_id in doors:
        if (row := held_code(person_id, door_id, now)) is not None:
            found.append(Written(door_id, told_value(Door.at(door_id), row)))
    if not found:
        raise Refused("no_code", _("There is no code to send: nothing that this person holds now gives one."))
    return tuple(found)
