"""DoorInfo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire.cbor import Malformed
from limen.wire.doorinfo import DoorInfo, open_door_info, read_door_info, sign_door_info
from limen.wire.envelope import BadSignature, unverified_payload
from tests.unit.wire.cast import KEYS, LOCK_ID, NOW, agreement, signer

OWN = DoorInfo(lock_id=LOCK_ID, epoch=1, xs=agreement("lock")[1], id_key=signer("LOCK").public, iat=NOW, door=42, kind=2, model="M")
PASSING = DoorInfo(lock_id=LOCK_ID, epoch=1, xs=agreement("lock")[1], id_key=signer("LOCK").public, iat=NOW)


@pytest.mark.parametrize("info", [OWN, PASSING])
def test_a_phone_learns_whose_key_answers_and_whose_signs(info: DoorInfo) -> None:
    """Both forms come back as they were said."""
    assert open_door_info(sign_door_info(info, signer("KG")), KEYS) == info


@pytest.mark.rule("SYNC-13")
def test_a_passing_doors_information_names_only_the_lock() -> None:
    """No door, kind or model is in the short form's bytes."""
    read = read_door_info(unverified_payload(sign_door_info(PASSING, signer("KG")))[1])
    assert (read.door, read.kind, read.model) == (None, None, None)


def test_another_role_introduces_nobody() -> None:
    """A lock cannot be replaced by who holds another key."""
    with pytest.raises(BadSignature):
        open_door_info(sign_door_info(OWN, signer("KU")), KEYS)


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Fuzz."""
    with pytest.raises(Malformed):
        read_door_info(data)
