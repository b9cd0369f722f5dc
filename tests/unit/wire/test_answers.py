"""Answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import answers, cbor
from limen.wire.answers import (
    Answer,
    Busy,
    Denied,
    Given,
    NeedUpdate,
    Plain,
    Presented,
    Settled,
    Staged,
    StatusNow,
    encode_answer,
    parse_answer,
)
from limen.wire.cbor import Malformed
from limen.wire.grants import Rights
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status

OPS, U32, BLOB = st.sampled_from(list(Op)), st.integers(0, 2**32 - 1), st.binary(max_size=200)
BITMAP, STAGED = st.binary(max_size=32), st.none() | st.binary(min_size=8, max_size=8)
PLAIN = [Status.SUPERSEDED, Status.NEED_SNAPSHOT, Status.STALE_EPOCH, Status.WRONG_EPOCH, Status.TOO_BIG, Status.CLOCK, Status.UNKNOWN]
EVERY: list[st.SearchStrategy[Answer]] = [
    st.builds(Plain, st.sampled_from([Op.UNLOCK, Op.TIME, Op.ACK, Op.REMOTE, Op.ACTIVATE])),
    st.builds(Plain, OPS, st.sampled_from(PLAIN)),
    st.builds(Presented, st.integers(0, 63).map(Rights), U32, STAGED, BITMAP, st.booleans()),
    st.builds(NeedUpdate, OPS, U32),
    st.builds(Denied, OPS, st.sampled_from(Reason)),
    st.builds(StatusNow, U32, U32, STAGED, BITMAP),
    st.builds(Staged, st.sampled_from([Op.MANIFEST, Op.CHUNK, Op.FIRMWARE]), BITMAP),
    st.builds(Settled, OPS, st.sampled_from([Status.APPLIED, Status.ALREADY]), BLOB),
    st.builds(Busy, OPS, st.integers(0, 60_000)),
    st.builds(Given, st.sampled_from([Op.TIME_ASK, Op.RECEIPT, Op.LOG, Op.PHOTO, Op.TELEMETRY, Op.ACTIVATE]), BLOB),
]


@given(st.one_of(EVERY))
def test_every_answer_comes_back(answer: Answer) -> None:
    """Through its bytes."""
    assert parse_answer(encode_answer(answer)) == answer


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_are_an_answer(data: bytes) -> None:
    """Invariant 79."""
    try:
        answer = parse_answer(data)
    except Malformed:
        return
    assert encode_answer(answer) == data


@pytest.mark.parametrize(
    "message",
    [
        [1, 0],
        [0x81],
        [0x80, 0],
        [0x81, 99],
        [0x81, 1],
        [0x81, 1, 99],
        [0x85, 0, 0],
        [0x81, 0, 64, 1, None, b"", 0],
        [0x81, 0, 1, 1, None, b"", 2],
    ],
)
def test_other_shapes_are_refused(message: cbor.Encodable) -> None:
    """Requests, unknown statuses and reasons, more than was asked."""
    with pytest.raises(Malformed):
        parse_answer(cbor.encode(message))


def test_refusals_before_possession_are_the_same_bytes() -> None:
    """Invariant 34's shape: one denial, whatever failed."""
    assert encode_answer(Denied(Op.PRESENT)) == encode_answer(Denied(Op.PRESENT, Reason.REFUSED)) == bytes.fromhex("8318810100")


@given(st.sets(st.integers(0, 99)), st.integers(100, 256))
def test_a_bitmap_tells_which_chunks_are_missing(have: set[int], chunks: int) -> None:
    """And a short or empty one means all the rest."""
    assert answers.missing(answers.bitmap_of(have, chunks), chunks) == [i for i in range(chunks) if i not in have]
    assert answers.missing(b"", 3) == [0, 1, 2]
