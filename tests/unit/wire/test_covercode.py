"""What stands under the battery cover, and what is said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, covercode, limits, spake2plus
from limen.wire.cbor import Malformed
from limen.wire.covercode import Answered, Ask, Confirm, Cover, Heard, Refused, Said, Share, Stretching, Taken
from limen.wire.refusals import Reason
from tests.unit.wire.cast import LOCK_ID, steady

RECORD = covercode.enrolled("20478135", LOCK_ID, steady("salt", 16), limits.COVER_ITERATIONS_MIN)
POINT = RECORD.verifier.point_l
SAID: list[Said] = [Ask(), Share(POINT), Confirm(bytes(32))]
HEARD: list[Heard] = [
    Stretching(LOCK_ID, steady("salt", 16), limits.COVER_ITERATIONS_MIN),
    Answered(POINT, bytes(32), 4),
    Taken(),
    Refused(Reason.PRESS_AGAIN),
]


@pytest.mark.parametrize("typed", ["7K2M9QXD 2047 8135", "7k2m9qxd20478135", " 7K2M-9QXD 20-47-81-35 "])
def test_the_cover_is_read_with_spaces_dashes_and_small_letters_or_without(typed: str) -> None:
    cover = covercode.read_cover(typed)
    assert cover == Cover("7K2M9QXD", "20478135")
    assert cover.text == "7K2M9QXD 2047 8135" and "20478135" not in repr(cover)


@pytest.mark.parametrize(
    "typed", ["", "20478135", "7K2M9QXD 2047 813", "7K2M9QXD 2047 81355", "7K2M9QXO 2047 8135", "7K2M9QXD ２０４７8135"]
)
def test_anything_else_is_no_cover(typed: str) -> None:
    with pytest.raises(Malformed):
        covercode.read_cover(typed)


@given(st.text(max_size=300))
def test_no_text_crashes_the_reader(text: str) -> None:
    for read in (covercode.read_cover, covercode.read_digits):
        try:
            read(text)
        except Malformed:
            continue


def test_what_is_said_comes_back_and_no_message_is_as_long_as_a_handshake() -> None:
    """By its length a lock tells an exchange from a handshake (A-18)."""
    for said in SAID:
        assert covercode.parse_said(covercode.encode_said(said)) == said
    for heard in HEARD:
        assert covercode.parse_heard(covercode.encode_heard(heard)) == heard
    lengths = {len(covercode.encode_said(one)) for one in SAID} | {len(covercode.encode_heard(one)) for one in HEARD}
    assert limits.HANDSHAKE_BYTES not in lengths and max(lengths) <= covercode.MESSAGE_BYTES_MAX


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [3],
        [4],
        [0, 1],
        [1],
        [1, b""],
        [1, bytes(65)],
        [1, b"\x04" + bytes(64)],
        [1, POINT, 0],
        [2],
        [2, bytes(31)],
        [True],
        b"",
        {0: 1},
    ],
)
def test_a_prover_says_nothing_else(wrong: cbor.Encodable) -> None:
    with pytest.raises(Malformed):
        covercode.parse_said(cbor.encode(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        [0], [0, LOCK_ID, bytes(15), 1000], [0, LOCK_ID, bytes(16), 999], [0, LOCK_ID, bytes(16), 100_001], [1, POINT, bytes(32)],
        [1, POINT, bytes(32), 6], [1, bytes(65), bytes(32), 1], [2, 0], [3], [3, 200], [3, 16, 1], [5],
    ],
)  # fmt: skip
def test_a_lock_says_nothing_else_and_does_not_choose_how_long_a_prover_works(wrong: cbor.Encodable) -> None:
    with pytest.raises(Malformed):
        covercode.parse_heard(cbor.encode(wrong))


def test_the_factorys_record_comes_back_and_has_no_digits() -> None:
    kept = covercode.encode_record(RECORD)
    assert covercode.read_record(kept) == RECORD
    assert b"20478135" not in kept and repr(RECORD.verifier.w0) not in repr(RECORD)
    with pytest.raises(Malformed):
        covercode.read_record(cbor.encode([RECORD.salt, RECORD.iterations, RECORD.verifier.w0, bytes(65)]))


def test_the_record_is_of_these_digits_and_this_lock() -> None:
    told = Stretching(LOCK_ID, RECORD.salt, RECORD.iterations)
    assert spake2plus.enrolled(covercode.stretched("2047 8135", told)) == RECORD.verifier
    assert spake2plus.enrolled(covercode.stretched("20478136", told)) != RECORD.verifier
    assert (
        spake2plus.enrolled(covercode.stretched("20478135", Stretching(LOCK_ID[::-1], RECORD.salt, RECORD.iterations))) != RECORD.verifier
    )


def test_the_agreed_key_has_a_purpose_and_a_lock() -> None:
    secret = covercode.secret_of(bytes(32), LOCK_ID)
    assert len(secret) == covercode.SECRET_BYTES and secret not in bytes(32)
    assert covercode.secret_of(bytes(32), LOCK_ID[::-1]) != secret
