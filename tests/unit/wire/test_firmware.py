"""Targets, firmware list, direction and offer (part G)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, firmware, limits
from limen.wire.cbor import Malformed, WireError
from limen.wire.envelope import BadSignature, RoleKeys, SoftSigner, Typ, sign1
from limen.wire.firmware import Direction, FirmwareList, Image, Offer, Parts, Targets
from tests.unit.wire.cast import KEYS, LOCK_ID, NOW, signer, steady

BYTES = steady("image", 70_000)
DIGEST, PARTS, HASHES = firmware.describe(BYTES)
IMAGE = Image(number=41, vendor="limen", hardware=(1, 2), version=7, counter=3, size=len(BYTES), digest=DIGEST, parts=PARTS, min_from=2)
TARGETS = Targets(model=3, ver=9, expires=NOW + 86_400, images=(IMAGE,))
PAYLOAD = firmware.encode_targets(TARGETS)
LIST = FirmwareList(ver=12, expires=NOW + 180 * 86_400, targets={3: (9, firmware.targets_hash(PAYLOAD)), 5: (2, bytes(16))})
DIRECTION = Direction(lock_id=LOCK_ID, epoch=1, ver=44, image=(41, IMAGE.short), starts=NOW, ends=NOW + 86_400, battery=40)


def holder(number: int) -> SoftSigner:
    return signer(f"KF {number}")


TRUSTED = tuple(holder(n).public for n in range(3))


def test_any_two_of_three_offline_keys_make_targets_and_no_fewer_do() -> None:
    """The threshold of KF counts different keys over the same payload."""
    for pair in ((0, 1), (2, 0), (0, 1, 2)):
        assert firmware.open_targets(firmware.sign_targets(PAYLOAD, map(holder, pair)), TRUSTED) == (TARGETS, PAYLOAD)
    for signers in ((0,), (0, 0), (0, 7), (8, 9)):
        with pytest.raises(BadSignature):
            firmware.open_targets(firmware.sign_targets(PAYLOAD, map(holder, signers)), TRUSTED)


def test_signatures_over_different_targets_do_not_add_up() -> None:
    """One holder signed yesterday's, another today's: that is one signature for each."""
    other = firmware.encode_targets(replace(TARGETS, ver=8))
    mixed = firmware.joined([sign1(Typ.FW_TARGETS, PAYLOAD, holder(0)), sign1(Typ.FW_TARGETS, other, holder(1))])
    with pytest.raises(BadSignature):
        firmware.open_targets(mixed, TRUSTED)


def test_an_image_is_named_once_and_has_a_size_and_a_hardware_range() -> None:
    """Bounds before anything is stored."""
    for images in (
        (IMAGE, replace(IMAGE, version=8)),
        (replace(IMAGE, size=0),),
        (replace(IMAGE, size=limits.IMAGE_BYTES_MAX + 1),),
        (replace(IMAGE, hardware=(2, 1)),),
        tuple(replace(IMAGE, number=n) for n in range(limits.IMAGES_MAX + 1)),
    ):
        with pytest.raises(Malformed):
            firmware.read_targets(firmware.encode_targets(replace(TARGETS, images=images)))


def test_list_and_direction_come_back_as_they_were_signed() -> None:
    """Under KS and KU."""
    assert firmware.open_list(firmware.sign_list(LIST, signer("KS")), KEYS) == LIST
    for said in (DIRECTION, replace(DIRECTION, image=None)):
        assert firmware.open_direction(firmware.sign_direction(said, signer("KU")), KEYS) == said
    with pytest.raises(BadSignature):
        firmware.open_list(firmware.sign_list(LIST, signer("KU")), KEYS)
    with pytest.raises(BadSignature):
        firmware.open_direction(firmware.sign_direction(DIRECTION, signer("KS")), RoleKeys({Typ.FW_DIRECTOR: (signer("KU").public,)}))


def test_chunks_are_known_by_their_hashes_before_they_come() -> None:
    """4 KiB above 64 KiB, the last one shorter; other hashes than the named ones are refused."""
    parts = Parts.of(IMAGE, HASHES)
    assert (parts.chunks, parts.chunk_log2, parts.chunk_bytes(17)) == (18, 12, 70_000 - 17 * 4096)
    assert parts.holds_chunk(17, BYTES[17 * 4096 :])
    assert not parts.holds_chunk(16, BYTES[17 * 4096 :])
    assert not parts.holds_chunk(18, b"")
    for wrong in (HASHES[:-16], HASHES[16:] + HASHES[:16], b""):
        with pytest.raises(Malformed):
            Parts.of(IMAGE, wrong)


def test_an_offer_fits_one_message() -> None:
    """The largest image with two signatures and a full list stays below a manifest's bound."""
    whole = replace(IMAGE, size=limits.IMAGE_BYTES_MAX)
    statement = firmware.sign_targets(firmware.encode_targets(replace(TARGETS, images=(whole,))), map(holder, (0, 1)))
    offer = Offer(statement, firmware.sign_list(LIST, signer("KS")), 41, bytes(16 * limits.CHUNKS_MAX))
    data = firmware.encode_offer(offer)
    assert len(data) <= limits.MANIFEST_BYTES_MAX
    assert firmware.read_offer(data) == offer


@given(st.binary(max_size=80))
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    """Fuzz."""
    for read in (firmware.read_targets, firmware.read_direction, firmware.read_offer, lambda d: firmware.open_targets(d, TRUSTED)):
        with pytest.raises(WireError):
            read(data)


def test_a_list_that_is_no_map_of_models_is_refused() -> None:
    """Also behind a right signature."""
    one: list[cbor.Encodable] = [1]
    named: dict[str, cbor.Encodable] = {"M": [1, bytes(16)]}
    wrong: tuple[cbor.Encodable, ...] = ([], named, {3: one})
    for targets in wrong:
        with pytest.raises(Malformed):
            firmware.open_list(sign1(Typ.FW_LIST, cbor.encode([1, NOW, targets]), signer("KS")), KEYS)
