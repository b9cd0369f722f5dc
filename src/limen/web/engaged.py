"""How long a door stays open after an opening: 10 seconds, and 5 or 10 at a wired reader (LOCK-4)."""

from limen.fleet import queries as fleet
from limen.places import queries as places

USUAL_S = 10


def engaged_s(door: places.DoorView, state: fleet.DoorState) -> int:
    """The window of the door's device, in seconds; the usual one where there is none yet.

    A reader that has not proved its settings may have either window: then the shorter one is said, so that nobody stands before a door that
    closed while the screen counted on.
    """
    if state.device is None:
        return USUAL_S
    windows_s = [ms // 1000 for ms in fleet.model(state.device.model).engaged_ms]
    if any(change.why in UNPROVED for change in state.changes):
        return min(windows_s)
    return door.doorway.engaged_s if door.doorway.engaged_s in windows_s else max(windows_s)


UNPROVED = frozenset({fleet.Why.SETTINGS, fleet.Why.FIRST_LIST})
