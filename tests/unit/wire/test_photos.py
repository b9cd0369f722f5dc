"""Stills on their way from a lock to those who may see them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.cli.vectorbook.steady import SteadySealer
from limen.wire import limits
from limen.wire.cbor import Malformed
from limen.wire.hpke import HpkeOpener, HpkeSealer, NotForUs
from limen.wire.photos import PhotoReason, SealedPhoto, open_parcel, open_photo, parcel_info, parcel_name, seal_parcel, seal_photo
from tests.unit.wire.cast import LOCK_ID, agreement, steady

HOME, HOME_PUBLIC = agreement("household")
LOG, LOG_PUBLIC = agreement("K_log")
STILL = steady("still", 32) * 40
PHOTO = seal_photo(LOCK_ID, 77, PhotoReason.GUEST, STILL, HpkeSealer(HOME_PUBLIC))


@pytest.mark.rule("LOCK-9", "SEC-2")
def test_a_photo_opens_for_the_key_of_its_audience_alone() -> None:
    """Neither the record's key, nor another household's, nor another lock, number or reason opens it (invariant 65)."""
    assert open_photo(LOCK_ID, PHOTO, HpkeOpener(HOME)) == STILL
    for lock_id, photo, private in (
        (LOCK_ID, PHOTO, LOG),
        (LOCK_ID, PHOTO, agreement("another household")[0]),
        (bytes(8), PHOTO, HOME),
        (LOCK_ID, replace(PHOTO, seq=78), HOME),
        (LOCK_ID, replace(PHOTO, reason=PhotoReason.WRONG_CODE), HOME),
        (LOCK_ID, replace(PHOTO, sealed=PHOTO.sealed[:-1] + bytes((PHOTO.sealed[-1] ^ 1,))), HOME),
    ):
        with pytest.raises(NotForUs):
            open_photo(lock_id, photo, HpkeOpener(private))


@given(st.integers(1, limits.STILL_BYTES_MAX))
@settings(max_examples=20)
def test_a_courier_learns_lock_and_rough_size_alone(size: int) -> None:
    """Number, reason and hash are inside; parcels come in steps of 4 KiB."""
    photo = seal_photo(LOCK_ID, 77, PhotoReason.ENTRY, bytes(size), SteadySealer(HOME_PUBLIC, "p"))
    parcel = seal_parcel(LOCK_ID, 3, photo, SteadySealer(LOG_PUBLIC, "q"))
    assert len(parcel) % limits.SEGMENT_BYTES == 0 and len(parcel) <= limits.PARCEL_BYTES_MAX
    assert parcel_name(parcel) == (LOCK_ID, 3)
    assert photo.sealed not in parcel and photo.digest not in parcel
    assert open_parcel(parcel, HpkeOpener(LOG)) == (LOCK_ID, photo)
    with pytest.raises(NotForUs):
        open_parcel(parcel, HpkeOpener(HOME))


def test_what_is_too_big_or_nothing_is_no_still() -> None:
    """Bounds before anything is sealed or opened."""
    for still in (b"", bytes(limits.STILL_BYTES_MAX + 1)):
        with pytest.raises(Malformed):
            seal_photo(LOCK_ID, 1, PhotoReason.ENTRY, still, HpkeSealer(HOME_PUBLIC))
    for data in (b"", bytes(4095), bytes(limits.PARCEL_BYTES_MAX + 4096)):
        with pytest.raises(Malformed):
            parcel_name(data)


@given(st.binary(max_size=80))
@settings(max_examples=40)
def test_nothing_that_is_sealed_to_the_service_crashes_it(body: bytes) -> None:
    """Anybody may seal to the service's key (invariant 79)."""
    padded = body.ljust(limits.SEGMENT_BYTES - 60, b"\0")
    data = LOCK_ID + bytes(4) + SteadySealer(LOG_PUBLIC, "f").seal(padded, parcel_info(LOCK_ID, 0))
    try:
        _, photo = open_parcel(data, HpkeOpener(LOG))
    except Malformed:
        return
    assert isinstance(photo, SealedPhoto)
