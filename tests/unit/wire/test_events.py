"""Event records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, limits
from limen.wire.cbor import Malformed
from limen.wire.events import SECURITY_KINDS, ClockSet, Event, Kind, Loss, LossReason, Method, Result, TempRef, encode_event, read_event
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason
from tests.unit.wire.cast import NOW

U32 = st.integers(0, 2**32 - 1)
EVENTS = st.builds(
    Event,
    seq=U32,
    t=U32,
    tq=st.sampled_from(TrustedTime),
    kind=st.sampled_from(Kind),
    method=st.sampled_from(Method),
    subj=st.none() | U32,
    ref=st.none() | U32 | st.builds(TempRef, st.integers(0, 4), U32, st.integers(0, 255)),
    result=st.sampled_from(Result),
    reason=st.none() | st.sampled_from(Reason),
    count=st.none() | U32,
    cls=st.none() | st.sampled_from(Cls),
    photo=st.none() | st.binary(min_size=16, max_size=16),
    loss=st.none() | st.builds(Loss, U32, U32, U32, st.sampled_from(LossReason)),
    clock=st.none() | st.builds(ClockSet, U32, U32, U32),
    duress=st.booleans(),
    ver=st.none() | U32,
    courier=st.none() | U32,
    of_seq=st.none() | U32,
    photos_lost=st.none() | st.builds(Loss, U32, U32, U32, st.sampled_from(LossReason)),
)


@given(EVENTS)
def test_every_event_comes_back(event: Event) -> None:
    """Through its bytes, within its bound."""
    data = encode_event(event)
    assert read_event(data) == event
    assert len(data) <= limits.EVENT_BYTES_MAX


def test_an_ordinary_entry_takes_about_twenty_bytes() -> None:
    """F.1's 20 to 24."""
    event = Event(seq=123_456, t=NOW, tq=TrustedTime.GOOD, kind=Kind.ENTRY, method=Method.CODE, subj=4021, ref=900, result=Result.GRANTED)
    assert 18 <= len(encode_event(event)) <= 24


def test_the_kinds_that_ordinary_traffic_cannot_evict() -> None:
    """F.2: update, clock, tamper, guard, firmware, loss."""
    assert {Kind.UPDATE_APPLIED, Kind.CLOCK_SET, Kind.TAMPER, Kind.GUARD, Kind.FIRMWARE, Kind.LOSS} <= SECURITY_KINDS
    assert not {Kind.ENTRY, Kind.METAL_KEY, Kind.INSIDE, Kind.PHOTO} & SECURITY_KINDS


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Fuzz."""
    with pytest.raises(Malformed):
        read_event(data)


def test_extras_out_of_shape_are_refused() -> None:
    """Unknown extras, wrong lengths, a flag that is none."""
    base: list[cbor.Encodable] = [1, 1, 0, 1, 0, None, None, 0]
    extras: list[cbor.Encodable] = [{11: 1}, {4: bytes(15)}, {5: [1, 2, 3]}, {6: [1]}, {7: 1}, 5, {1: 99}]
    for x in extras:
        with pytest.raises(Malformed):
            read_event(cbor.encode([*base, x]))
    with pytest.raises(Malformed):
        read_event(cbor.encode([1, 1, 0, 1, 0, None, [5, 0, 0], 0]))
