"""Requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, limits, operations
from limen.wire.cbor import Malformed
from limen.wire.operations import (
    AckTell,
    AttestAsk,
    ChunkPush,
    FirmwarePush,
    LogAsk,
    ManifestPush,
    Op,
    PhotoAsk,
    Present,
    ReceiptAsk,
    ReleaseTell,
    Remote,
    Request,
    StatusAsk,
    TelemetryAsk,
    TicketTell,
    TimeAsk,
    TimeTell,
    Unlock,
    encode_request,
    op_of,
    parse_request,
)

BLOB, U32 = st.binary(max_size=200), st.integers(0, 2**32 - 1)
EVERY: list[st.SearchStrategy[Request]] = [
    st.builds(Present, BLOB, st.binary(min_size=64, max_size=64), st.integers(1, 127), st.binary(max_size=64)),
    st.builds(StatusAsk),
    st.builds(ManifestPush, BLOB),
    st.builds(ChunkPush, st.integers(0, 255), BLOB),
    st.builds(Unlock, st.sampled_from(["tap", "remote"])),
    st.builds(TimeAsk),
    st.builds(TimeTell, BLOB),
    st.builds(ReceiptAsk, st.none() | st.binary(min_size=16, max_size=16)),
    st.builds(LogAsk, st.integers(0, 65535)),
    st.builds(PhotoAsk, U32, U32),
    st.builds(TelemetryAsk),
    st.builds(FirmwarePush, st.none() | U32, BLOB),
    st.builds(AttestAsk, st.binary(min_size=16, max_size=16)),
    st.builds(TicketTell, BLOB),
    st.builds(ReleaseTell, BLOB),
    st.builds(AckTell, BLOB),
    st.builds(Remote, U32, U32, U32),
]


@given(st.one_of(EVERY))
def test_every_request_comes_back(request: Request) -> None:
    """Through its bytes, under its own number."""
    assert parse_request(encode_request(request)) == request
    said = cbor.decode(encode_request(request))
    assert isinstance(said, list) and said[0] == op_of(request)


def test_every_operation_has_a_request() -> None:
    """All fifteen of the table."""
    made: list[Request] = [
        Present(b"", bytes(64), 5, b""),
        StatusAsk(),
        ManifestPush(b""),
        ChunkPush(0, b""),
        Unlock("tap"),
        TimeAsk(),
        TimeTell(b""),
        ReceiptAsk(),
        LogAsk(0),
        PhotoAsk(0, 0),
        TelemetryAsk(),
        FirmwarePush(None, b""),
        AttestAsk(bytes(16)),
        AckTell(b""),
        Remote(0, 0, 0),
    ]
    assert [op_of(request) for request in made] == list(Op)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_or_are_a_request(data: bytes) -> None:
    """Invariant 79."""
    try:
        request = parse_request(data)
    except Malformed:
        return
    assert encode_request(request) == data


@pytest.mark.parametrize(
    "message",
    [
        [],
        [0],
        [16],
        [1, b"", b""],
        [1, b"", bytes(63), [5, b""]],
        [1, b"", bytes(64), [0, b""]],
        [1, b"", bytes(64), [5, bytes(65)]],
        [1, bytes(limits.GRANT_BYTES_MAX + 1), bytes(64), [5, b""]],
        [2, 0],
        [3],
        [3, 5],
        [4, 257, b""],
        [4, 0, bytes(4097)],
        [5, "a" * 17],
        [5, "ä"],
        [5, 5],
        [8, bytes(15)],
        [9, 65536],
        [9],
        [12],
        [13, 3, b""],
        [13, 0, bytes(15)],
        [15, 1, 2],
        [15, 1, 2, 3, 4],
        {},
        5,
    ],
)
def test_other_shapes_are_refused(message: cbor.Encodable) -> None:
    """Lengths, ranges, numbers that are no operation."""
    with pytest.raises(Malformed):
        parse_request(cbor.encode(message))


def test_a_present_message_keeps_the_size_of_the_table() -> None:
    """B.3's 247 bytes, and what names operation and context."""
    hint = operations.Present(bytes(177), bytes(64), 5, b"\0\0\0\x2atap")
    assert len(encode_request(hint)) == 247 + 10
