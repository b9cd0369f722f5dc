"""Does again, after a restore, what was forbidden at doors since the backup (PLACE-6, OPS-2)."""

from uuid import UUID

from limen.kernel.actors import SYSTEM
from limen.places import services
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
