"""Whether a still is taken, decided after the decision by a closed table (protocol F.5, LOCK-9). First line that fits."""

from limen.wire.events import Method
from limen.wire.grants import Cls
from limen.wire.photos import PhotoReason
from limen.wire.records import DoorKind

GUEST_CLASSES = frozenset({Cls.APP_GUEST, Cls.CODE_HOLDER})
NEVER_METHODS = frozenset({Method.METAL_KEY, Method.INSIDE})
CODE_METHODS = frozenset({Method.CODE, Method.TEMPORARY_CODE})
QUARANTINE_MS = 60_000
"""At a unit door a wrong code's picture waits so long after the last wrong code, and a resident's entry drops it."""
REFUSAL_EVERY_MS = 60_000


def wants_photo(kind: DoorKind, method: Method, cls: Cls | None, *, granted: bool) -> bool:
    """The table. Metal key, inside handle and residents at unit doors: never, in any state."""
    if method in NEVER_METHODS:
        return False
    if kind is DoorKind.UNIT and cls is Cls.RESIDENT:
        return False
    if granted and cls is None:
        return False
    if granted and cls in GUEST_CLASSES:
        return True
    if granted:
        return kind in (DoorKind.ENTRANCE, DoorKind.COMMON)
    return method in CODE_METHODS


def waits(kind: DoorKind, *, granted: bool) -> bool:
    """Whether the picture is held back in memory, unseen, until it is clear that no resident was just mistyping."""
    return kind is DoorKind.UNIT and not granted


def reason_of(cls: Cls | None, *, granted: bool) -> PhotoReason:
    """What the still's seal says of why it was taken."""
    if not granted:
        return PhotoReason.WRONG_CODE
    return PhotoReason.GUEST if cls in GUEST_CLASSES else PhotoReason.ENTRY
