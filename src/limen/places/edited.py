"""What a changed door leaves behind, by hand or from a file: a line in the ledger, one in the journal, and news for its lock."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.places.models import Door
from limen.storage import ledger, news
from limen.storage.ledger import Facts

RULES: Final = {"share_allowed": "share", "codes_allowed": "codes", "carried_by_others": "others"}
"""What a door forbids or allows: a restore from an older copy must not allow it again (PLACE-6, OPS-2)."""


def tell(row: Door, changed: Collection[str], by: Actor, now: datetime) -> None:
    """Tells what was `changed` in a door that is saved as it stands in `row`."""
    if not RULES.keys().isdisjoint(changed):
        becomes = {name: int(getattr(row, rule)) for rule, name in RULES.items()}
        turned = {name for rule, name in RULES.items() if rule in changed}
        was = {name: 1 - allowed if name in turned else allowed for name, allowed in becomes.items()}
        both = {name: min(was[name], allowed) for name, allowed in becomes.items()}
        ledger.append_change("door_rules", _said(row, was), _said(row, becomes), _said(row, both), now)
    journal.record(by, "door.edited", f"door:{row.id}", {"fields": ",".join(changed)}, now, property_id=row.property_id)
    news.say("door.touched", now=now, door_id=str(row.id))


def _said(row: Door, allowed: Mapping[str, int]) -> Facts:
    return {"door": row.id, **allowed}
