"""What a lock tells about itself."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.wire.cbor import WireError
from limen.wire.envelope import BadSignature, RoleKeys, SoftSigner
from limen.wire.telemetry import Telemetry, open_telemetry, sign_telemetry, unverified_telemetry

LOCK, OTHER = SoftSigner.from_scalar(bytes(31) + b"\x05"), SoftSigner.from_scalar(bytes(31) + b"\x06")
SAID = Telemetry(lock_id=b"l" * 8, epoch=1, lock_time=1_795_000_000, battery=81, boots=3, records=40, lost=0, firmware=1, slowed=False)


def test_what_was_signed_is_read_back_and_only_under_that_locks_key() -> None:
    data = sign_telemetry(SAID, LOCK)
    assert open_telemetry(data, RoleKeys.of_lock(LOCK.public)) == SAID
    assert unverified_telemetry(data) == SAID
    with pytest.raises(BadSignature):
        open_telemetry(data, RoleKeys.of_lock(OTHER.public))


@pytest.mark.rule("LOCK-6")
def test_a_wired_lock_has_no_battery() -> None:
    data = sign_telemetry(replace(SAID, battery=None), LOCK)
    assert unverified_telemetry(data).battery is None


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, 400), bit=st.integers(0, 7))
def test_hostile_bytes_are_refused(data: bytes, at: int, bit: int) -> None:
    good = bytearray(sign_telemetry(SAID, LOCK))
    good[at % len(good)] ^= 1 << bit
    for hostile in (data, bytes(good)):
        with pytest.raises(WireError):
            open_telemetry(hostile, RoleKeys.of_lock(LOCK.public))
