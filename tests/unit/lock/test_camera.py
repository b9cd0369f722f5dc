"""Who is photographed: the table of F.5, exhaustively (inv. 63)."""

import itertools

import pytest

from limen.lock.camera import waits, wants_photo
from limen.wire.events import Method
from limen.wire.grants import Cls
from limen.wire.records import DoorKind


@pytest.mark.rule("LOCK-9", "CARD-4")
@pytest.mark.parametrize("kind", DoorKind)
def test_never_a_resident_at_a_unit_door_never_an_exit_never_a_metal_key(kind: DoorKind) -> None:
    """Inv. 63, every cell of the table."""
    for method, cls, granted in itertools.product(Method, (None, *Cls), (True, False)):
        if method in (Method.METAL_KEY, Method.INSIDE) or (kind is DoorKind.UNIT and cls is Cls.RESIDENT):
            assert not wants_photo(kind, method, cls, granted=granted)


@pytest.mark.rule("LOCK-9")
@pytest.mark.parametrize(
    ("kind", "method", "cls", "granted", "expected"),
    [
        (DoorKind.UNIT, Method.APP, Cls.APP_GUEST, True, True),
        (DoorKind.UNIT, Method.TEMPORARY_CODE, Cls.CODE_HOLDER, True, True),
        (DoorKind.UNIT, Method.APP, Cls.STAFF, True, False),
        (DoorKind.UNIT, Method.CODE, Cls.VENDOR, True, False),
        (DoorKind.ENTRANCE, Method.APP, Cls.RESIDENT, True, True),
        (DoorKind.COMMON, Method.CARD, Cls.STAFF, True, True),
        (DoorKind.SERVICE, Method.CARD, Cls.STAFF, True, False),
        (DoorKind.SERVICE, Method.APP, Cls.APP_GUEST, True, True),
        (DoorKind.ENTRANCE, Method.REMOTE, None, True, False),
        (DoorKind.UNIT, Method.CODE, None, False, True),
        (DoorKind.ENTRANCE, Method.CODE, None, False, True),
        (DoorKind.ENTRANCE, Method.APP, Cls.VENDOR, False, False),
        (DoorKind.ENTRANCE, Method.CARD, None, False, False),
    ],
)
def test_the_first_line_that_fits_decides(kind: DoorKind, method: Method, cls: Cls | None, granted: bool, expected: bool) -> None:
    assert wants_photo(kind, method, cls, granted=granted) is expected


@pytest.mark.rule("LOCK-9")
def test_only_wrong_codes_at_unit_doors_wait_unseen() -> None:
    assert [kind for kind in DoorKind if waits(kind, granted=False)] == [DoorKind.UNIT]
    assert not any(waits(kind, granted=True) for kind in DoorKind)
