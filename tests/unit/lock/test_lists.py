"""What a decision looks up."""

from limen.lock.lists import HeldList, revocations
from limen.wire.doorcodes import tag
from limen.wire.grants import Cls
from limen.wire.liststate import ListState, after, stored
from limen.wire.records import AesCard, ListRecord, RecordKind
from tests.unit.lock.site import CONFIG, code

PIN = b"p" * 32


def held(*records: ListRecord) -> HeldList:
    listed = {record.slot: stored(record, PIN) for record in records}
    return HeldList.of(b"l" * 8, ListState(epoch=1, ver=3, records=listed, config=CONFIG, k_daily=b"d" * 32, k_pin=PIN))


def test_a_code_is_found_by_its_digits_and_kept_only_as_a_tag() -> None:
    """CODE-11: never readable on the lock."""
    listed = held(code(1, 5_550_123), code(2, 5_550_123, Cls.VENDOR))
    assert [record.slot for record in listed.codes("5550123")] == [1, 2]
    assert listed.codes("5550124") == ()
    assert all(record.data == tag(PIN, 5_550_123) for record in listed.state.records.values())


def test_cards_are_found_by_number_whatever_they_prove() -> None:
    plain = ListRecord(slot=1, kind=RecordKind.CARD_UID, data=b"\x04abcdef")
    proves = ListRecord(slot=2, kind=RecordKind.CARD_AES, data=AesCard(b"\x04abcdef", b"k" * 16))
    assert [record.slot for record in held(plain, proves).cards(b"\x04abcdef")] == [1, 2]


def test_the_hash_is_the_services_own() -> None:
    listed = held(code(1, 5_550_123))
    assert listed.after == after(listed.state)


def test_removed_phones_are_counted() -> None:
    phones = [ListRecord(slot=n, kind=RecordKind.REVOKED_PHONE, data=bytes([n]) * 8) for n in range(3)]
    assert revocations([*phones, code(9, 1)]) == 3
