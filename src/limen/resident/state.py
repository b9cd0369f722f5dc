"""All that an app shows first, in one answer."""

from limen.intercom import queries as intercom
from limen.resident.calls import as_json
from limen.resident.doors import rows
from limen.resident.lost import lost
from limen.resident.speech import Asked, Json, by_app


@by_app("GET")
def state(asked: Asked) -> Json:
    """Doors with their one sentence, those that went away lately, and the call that rings or talks now. Leases are the courier's (`/gateway/inbox`)."""
    asker = asked.asker
    call = intercom.ringing_for(asker.id, asked.now)
    return {
        "now_ms": int(asked.now.timestamp() * 1000),
        "place": asker.place.name if asker.place else None,
        "person": {"id": str(asker.id), "name": asker.person.name},
        "doors": [
            {
                "id": str(row.door.id),
                "name": row.door.name,
                "kind": row.door.kind,
                "state": row.state,
                "sentence": row.sentence,
                "lock": row.lock or None,
                "serial": row.serial or None,
                "model": row.model or None,
                "code": row.code,
                "app": row.app,
                "opens": row.opens,
            }
            for row in rows(asker)
        ],
        "ended": [{"id": str(one.door_id), "sentence": one.sentence} for one in lost(asker)],
        "call": as_json(call) if call is not None else None,
    }
