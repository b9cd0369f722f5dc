"""What a changed door leaves behind, by hand or from a file: a line in the ledger, one in the journal, and news for its lock."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.places.models import Door
from limen.storage import ledger, news

RULES: Final = frozenset({"share_allowed", "codes_allowed", "carried_by_others"})
"""What a door forbids or allows: a restore from an older copy must not allow it again (PLACE-6, OPS-2)."""


def tell(row: Door, changed: Collection[str], by: Actor, now: datetime) -> None:
    """Tells what was `changed` in a door that is saved as it stands in `row`."""
    if RULES & set(changed):
        allowed = {"share": int(row.share_allowed), "codes": int(row.codes_allowed), "others": int(row.carried_by_others)}
        ledger.append("door_rules", {"door": row.id, **allowed}, now)
    journal.record(by, "door.edited", f"door:{row.id}", {"fields": ",".join(changed)}, now, property_id=row.property_id)
    news.say("door.touched", now=now, door_id=str(row.id))
