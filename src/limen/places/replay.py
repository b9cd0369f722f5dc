"""Does again, after a restore, what was forbidden at doors since the backup, and says what became of the holidays (PLACE-6, ACCESS-6, OPS-2)."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from limen.kernel.actors import SYSTEM
from limen.kernel.periods import local_day
from limen.places import queries, services
from limen.places.models import Door
from limen.storage import replay
from limen.storage.replay import Restoring, last_by


@replay.again
def forbid_again(run: Restoring) -> None:
    """What was switched off and not on again is off; what was switched on is not."""
    for (door_id,), line in sorted(last_by(run.of("door_rules"), "door").items()):
        row = Door.objects.filter(id=door_id).first()
        if row is None:
            continue
        held = {"share": row.share_allowed, "codes": row.codes_allowed, "others": row.carried_by_others}
        now_off = {name for name, allowed in held.items() if allowed and line.facts[name] == "0"}
        if not now_off:
            continue
        services.edit_door(
            door_id=UUID(door_id), by=SYSTEM, now=run.now, share_allowed=False if "share" in now_off else None,
            codes_allowed=False if "codes" in now_off else None, carried_by_others=False if "others" in now_off else None,
        )  # fmt: skip
        run.did("doors_narrowed")


@replay.again
def tell_of_holidays(run: Restoring) -> None:
    """Names the days to come that people made holidays since, or ordinary days again. Either may give hours to somebody, so people do it."""
    last = last_by(run.of("holiday"), "property", "day")
    for place in queries.properties(ids={UUID(property_id) for property_id, _day in last}):
        today, held = local_day(run.now, place.zone), queries.holidays(place.id)
        meant = {date.fromisoformat(day): line.facts["held"] == "1" for (of, day), line in last.items() if of == str(place.id)}
        lost = [day for day, holds in sorted(meant.items()) if day >= today and holds != (day in held)]
        told = {
            True: _("After the backup these days became holidays of %(building)s: %(days)s. Add them again."),
            False: _("After the backup these days stopped being holidays of %(building)s: %(days)s. Take them away again."),
        }
        for holds, sentence in told.items():
            if days := [day.isoformat() for day in lost if meant[day] is holds]:
                run.misses(sentence % {"building": place.name, "days": ", ".join(days)})
