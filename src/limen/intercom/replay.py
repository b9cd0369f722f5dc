"""Does again, after a restore, what ended or was switched off for signs since the backup (LINK-8, OPS-2)."""

from uuid import UUID

from django.utils.translation import gettext as _

from limen.intercom import queries, services
from limen.intercom.models import Link
from limen.kernel.actors import SYSTEM
from limen.places import queries as places
from limen.storage import replay
from limen.storage.replay import Restoring, last_by


@replay.again
def end_again(run: Restoring) -> None:
    """A sign that was replaced stays dead; the one that came after it went down with the database and is printed anew."""
    names: list[str] = []
    for line in run.of("sign_ended"):
        link = Link.objects.select_related("door").filter(id=line.facts["sign"], ended_at=None).first()
        if link is not None:
            services.rotate(link_id=UUID(line.facts["sign"]), by=SYSTEM, now=run.now)
            names.append(link.door.name)
            run.did("signs_ended")
    if names:
        run.misses(
            _("Signs that were replaced after the backup: %(doors)s. Print them again and put them up.") % {"doors": ", ".join(names)}
        )
    _switch_off(run)


def _switch_off(run: Restoring) -> None:
    """By door: the sign there now may be a newer one than the line meant. What was switched on since stays as the backup has it, and is said."""
    on_again: list[str] = []
    for (door_id,), last in sorted(last_by(run.of("sign_calls"), "door").items()):
        link = queries.link_of(UUID(door_id))
        if link is None:
            continue
        if last.facts["calls"] == "off" and link.takes_calls:
            services.switch_calls(link_id=link.id, on=False, by=SYSTEM, now=run.now)
            run.did("signs_off")
        if last.facts["calls"] == "on" and not link.takes_calls:
            on_again.append(places.door_view(link.door_id).name)
    if on_again:
        run.misses(
            _("Calls were switched on again after the backup, and are off now, for the signs of: %(doors)s.")
            % {"doors": ", ".join(on_again)}
        )
