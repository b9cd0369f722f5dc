"""The deadbolt thrown from inside (LOCK-15; inv. 52), row by row of a table."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from limen.lock.events import CardTapped, InsideBolt, KeyTurned
from limen.lock.shell.keycard import encoded
from limen.lock.shell.nfc import Field
from limen.wire.answers import Plain
from limen.wire.cards import CardSlot
from limen.wire.doorcodes import TempCls, bucket_of, temporary
from limen.wire.events import Kind
from limen.wire.grants import Cls, Rights
from limen.wire.operations import Op
from limen.wire.records import AesCard, ConfigFlags, DoorKind, ListRecord, RecordKind
from tests.unit.lock.reading import last
from tests.unit.lock.site import CONFIG, DANA, ZONE, House, code, house, opened
from tests.unit.lock.test_cards import challenge

UNIT = replace(CONFIG, door_kind=DoorKind.UNIT, flags=ConfigFlags.PRIVACY_DEADBOLT | ConfigFlags.UID)
PEOPLE = (Cls.RESIDENT, Cls.APP_GUEST, Cls.CODE_HOLDER, Cls.STAFF, Cls.VENDOR)
KEY = b"k" * 16


def number(cls: Cls) -> bytes:
    return b"\x04card0" + bytes((cls,))


def listed() -> list[ListRecord]:
    """A code, an AES card, a plain card and a duress code for each class."""
    records = []
    for cls in PEOPLE:
        slot = 100 * cls
        records += [
            code(slot, 5_550_100 + cls, cls, subj=cls),
            ListRecord(slot=slot + 1, kind=RecordKind.CARD_AES, data=AesCard(number(cls), KEY), subj=cls, cls=cls),
            ListRecord(slot=slot + 2, kind=RecordKind.CARD_UID, data=b"\x04bare0" + bytes((cls,)), subj=cls, cls=cls),
            ListRecord(slot=slot + 3, kind=RecordKind.DURESS_CODE, data=5_550_200 + cls, subj=cls, cls=cls),
        ]
    return records


def by_code(home: House, cls: Cls) -> bool:
    return opened(home.rig.type(str(5_550_100 + cls)))


def by_duress_code(home: House, cls: Cls) -> bool:
    return opened(home.rig.type(str(5_550_200 + cls)))


def by_card(home: House, cls: Cls) -> bool:
    field = Field(encoded(number(cls), {CardSlot.UNIT: KEY}, 1, 1))
    commands = home.rig.do(field.begin(home.rig.lock.card_slot))
    while (asked := challenge(commands)) is not None:
        commands = home.rig.do(field.answer(asked))
    return opened(commands)


def by_plain_card(home: House, cls: Cls) -> bool:
    return opened(home.rig.do(CardTapped(b"\x04bare0" + bytes((cls,)))))


def by_app(home: House, cls: Cls) -> bool:
    return home.unlock(DANA, home.service.grant(DANA, cls)) == Plain(Op.UNLOCK)


WAYS: list[Callable[[House, Cls], bool]] = [by_app, by_code, by_duress_code, by_card, by_plain_card]


@pytest.fixture(scope="module")
def home() -> House:
    return house(UNIT, "M", *listed())


@pytest.mark.rule("LOCK-15")
@pytest.mark.parametrize("thrown", [False, True], ids=["open", "thrown"])
@pytest.mark.parametrize("cls", PEOPLE, ids=lambda cls: cls.name)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_with_the_deadbolt_thrown_only_the_household_comes_in(
    home: House, way: Callable[[House, Cls], bool], cls: Cls, thrown: bool
) -> None:
    """Every way and class: thrown, those of class 1 open and nobody else; not thrown, all of them do (invariant 52)."""
    home.rig.do(InsideBolt(thrown))
    home.wait(120)
    assert way(home, cls) is (not thrown or cls is Cls.RESIDENT)


@pytest.mark.rule("LOCK-15")
@pytest.mark.parametrize("thrown", [False, True], ids=["open", "thrown"])
@pytest.mark.parametrize("kind", list(TempCls), ids=lambda kind: kind.name)
def test_no_temporary_code_passes_a_thrown_deadbolt(kind: TempCls, thrown: bool) -> None:
    """Of no kind, whoever gave it (invariant 52)."""
    found = house(UNIT, "M")
    held = found.rig.lock.memory.held
    assert held is not None
    found.rig.do(InsideBolt(thrown))
    typed = temporary(held.daily_key, 7, kind, bucket_of(kind, found.service.now, ZONE), 0)
    assert opened(found.rig.type(typed)) is not thrown


@pytest.mark.rule("LOCK-15")
def test_the_right_to_override_opens_and_the_metal_key_works(home: House) -> None:
    """Staff with bit 4 for this door come in, without it they do not; a key turns whatever the bolt says (invariant 52)."""
    home.rig.do(InsideBolt(True))
    rights = Rights.PUSH | Rights.UNLOCK
    with_right = home.service.grant(DANA, Cls.STAFF, rights=rights | Rights.PRIVACY_OVERRIDE)
    without = home.service.grant(DANA, Cls.STAFF, rights=rights)
    assert home.unlock(DANA, with_right) == Plain(Op.UNLOCK)
    assert home.unlock(DANA, without) != Plain(Op.UNLOCK)
    home.rig.do(KeyTurned())
    assert last(home).kind is Kind.METAL_KEY
