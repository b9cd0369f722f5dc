"""A phone that nobody ever told the lock about stops opening by itself, and no later than the service has said (invariant 32, ACCESS-13)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.fleet.rules import stops_at_latest
from limen.lock.clock import Reading
from limen.lock.decide import Door, Granted, by_phone
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from tests.unit.lock.site import T0
from tests.unit.lock.test_decide import grant, held

LIST = held()
OWN = st.sampled_from([Cls.RESIDENT, Cls.APP_GUEST, Cls.CODE_HOLDER, Cls.STAFF, Cls.VENDOR])
MINUTE_MS = 60_000


@pytest.mark.rule("ACCESS-13")
@given(
    cls=OWN,
    lease_s=st.sampled_from([60, 86_400, 7 * 86_400]),
    u_ms=st.integers(1_000, 60 * MINUTE_MS),
    off=st.floats(-1, 1),
    after_ms=st.integers(-120 * MINUTE_MS, 150 * MINUTE_MS),
)
def test_a_lease_ends_at_a_lock_that_hears_nothing_no_later_than_was_said(
    cls: Cls, lease_s: int, u_ms: int, off: float, after_ms: int
) -> None:
    """Whatever the clock's error and sign: opened after the bound is never (invariant 32); a minute before its end minus the error it still opens."""
    exp = T0 + lease_s
    true_ms = exp * 1000 + after_ms
    quality = TrustedTime.GOOD if u_ms <= 5 * MINUTE_MS else TrustedTime.COARSE
    door = Door(LIST, Reading(true_ms + round(off * u_ms), u_ms, 0, quality))
    opens = isinstance(by_phone(grant(cls, iat=T0, exp=exp), door), Granted)
    ends = datetime.fromtimestamp(exp, UTC)
    bound = stops_at_latest(ends, cls, timedelta(milliseconds=u_ms), ends)
    if opens:
        assert datetime.fromtimestamp(true_ms / 1000, UTC) <= bound
    if after_ms < -2 * u_ms:
        assert opens


@given(floor_s=st.integers(-1000, 1000), ahead_s=st.integers(0, 10**6))
def test_a_lock_that_lost_its_time_opens_for_a_resident_until_its_floor_passes_the_leases_end(floor_s: int, ahead_s: int) -> None:
    """Only the floor counts then, and every signed statement raises it (invariant 32)."""
    exp = T0 + 1000
    now = Reading((exp + ahead_s) * 1000, None, (exp + floor_s) * 1000, TrustedTime.LOST)
    assert isinstance(by_phone(grant(Cls.RESIDENT, iat=T0, exp=exp), Door(LIST, now)), Granted) == (floor_s <= 0)
