"""The oracle, by itself: what must be, what may be, with a margin of twice the clock's error and no more."""

import pytest

from limen.sim.oracle import Clock, Keypad, Moment, Oracle, Phone, Still, Verdict, Who, after, all_of, any_of, before, honest, still
from limen.sim.plans import plan
from limen.sim.truth import Belief, Made, Truth
from limen.wire.grants import OWN_ACCESS, Cls, Grant
from tests.unit.sim.site import T0

GOOD, LOST = Clock(T0, 10_000, True), Clock(T0, None, False)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OPEN, SHUT, MAY = Verdict.MUST_OPEN, Verdict.MUST_REFUSE, Verdict.MAY
KEY = b"\x02" + bytes(32)


def oracle() -> Oracle:
    """Person 1 lives in 101 and has a phone; person 2 may use the room in the daytime."""
    truth = Truth(plan(4, 4))
    truth.gave(1, "Home 101", T0)
    truth.gave(2, "Rooms 1", T0)
    truth.registered(KEY, T0)
    return Oracle(truth)


def lease(iat_ms: int = T0, *, lasts_ms: int = 7 * DAY, cls: Cls = Cls.RESIDENT) -> Grant:
    """A grant of person 1's phone."""
    iat = iat_ms // 1000
    return Grant(
        lock_id=bytes(8), epoch=1, acl_ver=1, cls=cls, rights=OWN_ACCESS, sched=None, subj=1, phone_key=KEY, iat=iat,
        exp=iat + lasts_ms // 1000, cti=bytes(8),
    )  # fmt: skip


def tap(one: Oracle, *grants: Grant, ms: int = T0 + HOUR, clock: Clock = GOOD, seen: int | None = None) -> Verdict:
    """Person 1 at their own door; the lock's list was fetched at `seen`."""
    return one.by_phone(Phone(1, KEY, grants), Moment(2, one.truth.belief(2, ms if seen is None else seen), clock, ms))


def at(one: Oracle, ms: int, clock: Clock = GOOD, *, door: int = 2, held: Belief | None = None, thrown: bool = False) -> Moment:
    """A door whose list is the newest, or `held`."""
    return Moment(door, one.truth.belief(door, ms) if held is None else held, clock, ms, thrown)


def test_a_clock_is_honest_within_the_error_it_admits() -> None:
    """A lost one admits everything."""
    assert honest(Clock(T0, 5, True), T0 + 5)
    assert not honest(Clock(T0, 5, True), T0 + 50)
    assert honest(LOST, 0)


def test_edges_have_margins() -> None:
    """Inside the margin either is right."""
    assert [after(100, ms, 10) for ms in (80, 100, 120)] == [SHUT, MAY, OPEN]
    assert [before(100, ms, 10) for ms in (80, 100, 120)] == [OPEN, MAY, SHUT]
    assert (all_of([OPEN, MAY]), any_of([SHUT, MAY]), any_of([])) == (MAY, MAY, SHUT)


def test_a_lease_of_a_lost_time_is_not_judged_by_what_was_over_before() -> None:
    """A guest of an hour was invited anew for longer; then the database is copied back to between the two. The lock has heard of nothing: it may open."""
    one = oracle()
    one.truth.invited(1, 5, (2,), T0, T0 + HOUR)
    copy = one.truth.facts.copy()
    one.truth.invited(1, 5, (2,), T0 + 2 * HOUR, None)
    one.truth.copied_back(copy, T0 + 3 * HOUR + MINUTE)
    guest = Phone(5, KEY, [lease(T0 + 3 * HOUR, lasts_ms=DAY, cls=Cls.APP_GUEST)])
    assert one.by_phone(guest, at(one, T0 + 4 * HOUR)) is MAY
    early = Phone(5, KEY, [lease(T0, lasts_ms=DAY, cls=Cls.APP_GUEST)])
    assert one.by_phone(early, at(one, T0 + 4 * HOUR)) is SHUT


def test_a_second_number_from_a_lost_time_is_no_list_s_to_name() -> None:
    """A guest was sent away and invited again in the time that a copied-back database has forgotten, and is sent away by hand (decision 0128).

    The lease from before they were sent away the first time bears the number that the file knows; a restore that heeds its ledger voids both.
    """
    one = oracle()
    one.truth.invited(1, 5, (2,), T0, None)
    copy = one.truth.facts.copy()
    one.truth.sent_away(5, T0 + HOUR)
    one.truth.invited(1, 5, (2,), T0 + 2 * HOUR, None)
    forgotten = one.truth.facts.copy()
    one.truth.copied_back(copy, T0 + 3 * HOUR + MINUTE)
    one.truth.sent_away(5, T0 + 4 * HOUR)
    first, second = (lease(T0 + hours * HOUR, cls=Cls.APP_GUEST) for hours in (0, 3))
    assert one.by_phone(Phone(5, KEY, [second]), at(one, T0 + 5 * HOUR)) is MAY
    assert one.by_phone(Phone(5, KEY, [first]), at(one, T0 + 5 * HOUR)) is SHUT
    one.truth.facts = forgotten
    one.truth.restored(copy, T0, T0 + 6 * HOUR)
    assert one.by_phone(Phone(5, KEY, [second]), at(one, T0 + 7 * HOUR)) is SHUT


def test_a_number_drawn_after_a_lost_time_is_named_like_any_other() -> None:
    """Who lost a door in the forgotten time and was invited once more since is refused when that is taken: the service knows this number."""
    one = oracle()
    copy = one.truth.facts.copy()
    one.truth.invited(1, 5, (2,), T0, None)
    one.truth.sent_away(5, T0 + HOUR)
    one.truth.copied_back(copy, T0 + 2 * HOUR)
    one.truth.invited(1, 5, (2,), T0 + 3 * HOUR, None)
    one.truth.sent_away(5, T0 + 5 * HOUR)
    guest = Phone(5, KEY, [lease(T0 + 4 * HOUR, cls=Cls.APP_GUEST)])
    assert one.by_phone(guest, at(one, T0 + 6 * HOUR)) is SHUT


def test_a_lease_opens_until_it_ends() -> None:
    """Seven days for a resident, and not one for longer."""
    one = oracle()
    assert tap(one, lease()) is OPEN
    assert tap(one, lease(), ms=T0 + 7 * DAY) is MAY
    assert tap(one, lease(), ms=T0 + 7 * DAY + HOUR) is SHUT
    assert tap(one, lease(lasts_ms=8 * DAY)) is SHUT
    assert tap(one) is SHUT


def test_after_a_revocation_the_lease_may_open_where_the_lock_has_not_heard() -> None:
    """And must not where it has."""
    one = oracle()
    heard_before = one.truth.belief(2, T0)
    one.truth.took(1, "Home 101", T0 + HOUR)
    phone = Phone(1, KEY, (lease(),))
    assert one.by_phone(phone, at(one, T0 + 2 * HOUR, held=heard_before)) is MAY
    assert tap(one, lease(), ms=T0 + 2 * HOUR) is SHUT


def test_who_is_given_anew_needs_a_new_lease() -> None:
    """A lease from before stays void."""
    one = oracle()
    one.truth.took(1, "Home 101", T0 + HOUR)
    one.truth.gave(1, "Home 101", T0 + 2 * HOUR)
    assert tap(one, lease(), ms=T0 + 3 * HOUR) is SHUT
    assert tap(one, lease(T0 + 2 * HOUR), ms=T0 + 3 * HOUR) is OPEN


def test_a_removed_phone_and_a_lease_nobody_had_reason_to_sign() -> None:
    """Neither opens."""
    one = oracle()
    assert tap(one, lease(T0 - DAY)) is SHUT
    one.truth.removed(KEY, T0 + MINUTE)
    assert tap(one, lease()) is SHUT


def test_a_code_opens_as_the_list_says() -> None:
    """Whatever the service says by now."""
    one = oracle()
    one.truth.shown(1, 2, "4815920")
    held = one.truth.belief(2, T0)
    one.truth.took(1, "Home 101", T0 + HOUR)
    assert one.by_code("4815920", at(one, T0 + 2 * HOUR, held=held)) is OPEN
    assert one.by_code("4815920", at(one, T0 + 2 * HOUR, LOST, held=held)) is OPEN
    assert one.by_code("4815920", at(one, T0 + 2 * HOUR, held=one.truth.belief(2, T0 + HOUR))) is SHUT
    assert one.by_code("1111111", at(one, T0 + 2 * HOUR, held=held)) is SHUT


def test_a_second_code_opens_as_the_first_one_does() -> None:
    """By the list that the lock holds; either is right where it may be over by itself (LOCK-14)."""
    one = oracle()
    without = one.truth.belief(2, T0)
    one.truth.chose_second(1, True, T0)
    one.truth.second_shown(1, 2, "4815920")
    held = one.truth.belief(2, T0 + MINUTE)
    assert one.by_code("4815920", at(one, T0 + HOUR, held=without)) is SHUT
    assert one.by_code("4815920", at(one, T0 + HOUR, held=held)) is OPEN
    assert one.by_code("4815920", at(one, T0 + HOUR, LOST, held=held)) is OPEN
    one.truth.unsure_seconds.add(1)
    assert one.by_code("4815920", at(one, T0 + HOUR, held=held)) is MAY


def test_hours_need_a_clock() -> None:
    """The room opens in the daytime, and to nobody with hours while the lock has no time."""
    one = oracle()
    one.truth.shown(2, 1, "4815920")
    held = one.truth.belief(1, T0)
    assert one.by_code("4815920", at(one, T0, held=held)) is SHUT
    assert one.by_code("4815920", at(one, T0 + 2 * HOUR, held=held)) is MAY
    assert one.by_code("4815920", at(one, T0 + 4 * HOUR, held=held)) is OPEN
    assert one.by_code("4815920", at(one, T0 + 4 * HOUR, LOST, held=held)) is SHUT


def test_a_temporary_code_opens_in_its_window_and_little_longer() -> None:
    """A daily one until midnight and twice the error; a 24-hour one until one bucket more."""
    one = oracle()
    day = one.truth.day(T0)
    daily, longer = Made(1, 2, "daily", "1", T0, day), Made(1, 2, "24_hour", "2", T0, day)
    assert one.by_temporary(daily, at(one, T0 + HOUR)) is OPEN
    assert one.by_temporary(daily, at(one, T0 + HOUR, LOST)) is SHUT
    assert one.by_temporary(daily, at(one, day[1] + 5 * MINUTE)) is MAY
    assert one.by_temporary(daily, at(one, day[1] + 11 * MINUTE)) is SHUT
    assert one.by_temporary(longer, at(one, T0 + DAY - 1)) is OPEN
    assert one.by_temporary(longer, at(one, T0 + DAY + 30 * MINUTE)) is MAY
    assert one.by_temporary(longer, at(one, T0 + DAY + 41 * MINUTE)) is SHUT


def test_a_single_use_ends_a_quarter_of_an_hour_after_it() -> None:
    """The first use counts."""
    one = oracle()
    made = Made(1, 2, "daily_single_use", "1", T0, one.truth.day(T0))
    one.used(made, T0 + HOUR)
    one.used(made, T0 + 2 * HOUR)
    assert one.by_temporary(made, at(one, T0 + HOUR + 14 * MINUTE)) is OPEN
    assert one.by_temporary(made, at(one, T0 + HOUR + 16 * MINUTE)) is SHUT


def test_a_single_use_that_was_disturbed_may_have_begun() -> None:
    """The lock notes it before the bolt: from then on a quarter of an hour may run. Whether it runs on without power is not said."""
    one = oracle()
    made = Made(1, 2, "daily_single_use", "1", T0, one.truth.day(T0))
    one.perhaps_used(made, T0 + HOUR)
    assert one.by_temporary(made, at(one, T0 + HOUR + 14 * MINUTE)) is OPEN
    assert one.by_temporary(made, at(one, T0 + HOUR + 16 * MINUTE)) is MAY
    one.used(made, T0 + 2 * HOUR)
    assert one.by_temporary(made, at(one, T0 + 2 * HOUR + 14 * MINUTE)) is MAY
    assert one.by_temporary(made, at(one, T0 + 2 * HOUR + 16 * MINUTE)) is SHUT
    other = Made(1, 2, "daily_single_use", "2", T0, made.day_ms)
    one.used(other, T0 + HOUR)
    one.dark(2, T0 + HOUR + 5 * MINUTE)
    assert one.by_temporary(other, at(one, T0 + HOUR + 10 * MINUTE)) is MAY
    assert one.by_temporary(other, at(one, T0 + HOUR + 16 * MINUTE)) is SHUT


def test_a_code_from_a_call_lives_from_its_first_use() -> None:
    """First within an hour of being made, one bucket and twice the error later at most; then to the end of the day (CODE-4)."""
    one = oracle()
    day = one.truth.day(T0)
    made, late = Made(1, 2, "instant", "1", T0, day), Made(1, 2, "instant", "2", day[1] - 10 * MINUTE, day)
    assert one.by_temporary(made, at(one, T0 + HOUR - 1)) is OPEN
    assert one.by_temporary(made, at(one, T0 + HOUR + 24 * MINUTE)) is MAY
    assert one.by_temporary(made, at(one, T0 + HOUR + 26 * MINUTE)) is SHUT
    assert one.by_temporary(made, at(one, T0 + MINUTE, LOST)) is SHUT
    one.used(made, T0 + MINUTE)
    assert one.by_temporary(made, at(one, day[1] - 1)) is OPEN
    assert one.by_temporary(made, at(one, day[1] + 9 * MINUTE)) is MAY
    assert one.by_temporary(made, at(one, day[1] + 11 * MINUTE)) is SHUT
    one.used(late, day[1] - 9 * MINUTE)
    assert one.by_temporary(late, at(one, day[1] + 49 * MINUTE)) is OPEN
    assert one.by_temporary(late, at(one, day[1] + 51 * MINUTE)) is MAY
    assert one.by_temporary(late, at(one, day[1] + 76 * MINUTE)) is SHUT


def test_a_code_from_a_call_that_was_disturbed_may_count_as_used() -> None:
    """It opens within its hour in any case, and perhaps to the end of the day."""
    one = oracle()
    made = Made(1, 2, "instant", "1", T0, one.truth.day(T0))
    one.perhaps_used(made, T0 + MINUTE)
    assert one.by_temporary(made, at(one, T0 + HOUR - 1)) is OPEN
    assert one.by_temporary(made, at(one, T0 + 3 * HOUR)) is MAY
    assert one.by_temporary(made, at(one, made.day_ms[1] + 11 * MINUTE)) is SHUT


def test_a_code_that_opens_once_opens_once() -> None:
    """Whatever the clock shows by then; one whose only use was disturbed may be spent (LINK-11)."""
    one = oracle()
    day = one.truth.day(T0)
    made, unsure = Made(1, 2, "once", "1", T0, day), Made(1, 2, "once", "2", T0, day)
    assert one.by_temporary(made, at(one, T0 + HOUR - 1)) is OPEN
    assert one.by_temporary(made, at(one, T0 + HOUR + 26 * MINUTE)) is SHUT
    one.used(made, T0 + MINUTE)
    assert one.by_temporary(made, at(one, T0 + MINUTE + 1)) is SHUT
    assert one.by_temporary(made, at(one, T0 + 2 * MINUTE, Clock(T0, HOUR, False))) is SHUT
    one.perhaps_used(unsure, T0 + MINUTE)
    assert one.by_temporary(unsure, at(one, T0 + 2 * MINUTE)) is MAY
    one.used(unsure, T0 + 2 * MINUTE)
    assert one.by_temporary(unsure, at(one, T0 + 3 * MINUTE)) is SHUT


def test_all_codes_of_a_door_end_where_the_list_says_so() -> None:
    """At a lock that has heard of it; codes made afterwards open with that list and without it (CODE-13)."""
    one = oracle()
    day = one.truth.day(T0)
    old, new = Made(1, 2, "daily", "1", T0, day), Made(1, 2, "daily", "2", T0 + HOUR, day)
    before = one.truth.belief(2, T0)
    one.truth.made_code(old)
    one.truth.floored(2, T0)
    one.truth.made_code(new)
    later = T0 + 2 * HOUR
    assert one.by_temporary(old, at(one, later, held=before)) is OPEN
    assert one.by_temporary(old, at(one, later)) is SHUT
    assert one.by_temporary(new, at(one, later)) is one.by_temporary(new, at(one, later, held=before)) is OPEN


def test_no_lease_from_before_a_restore_opens_a_lock_that_has_heard_of_it() -> None:
    """A lock with an older list takes it still; a lease from afterwards opens both."""
    one = oracle()
    copy, before = one.truth.facts.copy(), one.truth.belief(2, T0)
    restored = T0 + HOUR
    one.truth.restored(copy, T0, restored)
    old, new, later = lease(), lease(restored + MINUTE), restored + HOUR
    after_it = one.truth.belief(2, restored)
    phone = (Phone(1, KEY, [old]), Phone(1, KEY, [new]))
    assert [one.by_phone(shown, Moment(2, after_it, GOOD, later)) for shown in phone] == [SHUT, OPEN]
    assert [one.by_phone(shown, Moment(2, before, GOOD, later)) for shown in phone] == [OPEN, OPEN]


def test_a_card_proves_itself_or_is_nothing() -> None:
    """Its number alone opens only where it is a plain card and these are allowed; off, it opens until the list says so."""
    one = oracle()
    one.truth.card_on(1, b"strong", "aes", T0)
    one.truth.card_on(1, b"plain", "uid", T0)
    assert one.by_card(b"strong", True, at(one, T0 + HOUR)) is OPEN
    assert one.by_card(b"strong", False, at(one, T0 + HOUR)) is SHUT
    assert one.by_card(b"plain", False, at(one, T0 + HOUR)) is SHUT
    one.truth.plain_cards(True, T0)
    assert one.by_card(b"plain", False, at(one, T0 + HOUR)) is OPEN
    held = one.truth.belief(2, T0 + HOUR)
    one.truth.card_off(b"strong", T0 + HOUR)
    assert one.by_card(b"strong", True, at(one, T0 + 2 * HOUR, held=held)) is OPEN
    assert one.by_card(b"strong", True, at(one, T0 + 2 * HOUR)) is SHUT


def test_a_thrown_bolt_stops_everybody_who_does_not_live_there() -> None:
    """The household's phones, codes and cards open, a guest's phone and codes do not (LOCK-15)."""
    one = oracle()
    one.truth.invited(1, 1, (2,), T0, None)
    one.truth.card_on(1, b"strong", "aes", T0)
    made = Made(1, 2, "daily", "1", T0, one.truth.day(T0))
    thrown = at(one, T0 + HOUR, thrown=True)
    guest = Phone(1, KEY, (lease(cls=Cls.APP_GUEST),))
    assert one.by_phone(Phone(1, KEY, (lease(),)), thrown) is OPEN
    assert one.by_phone(guest, thrown) is SHUT
    assert one.by_phone(guest, at(one, T0 + HOUR)) is OPEN
    assert one.by_card(b"strong", True, thrown) is OPEN
    assert one.by_temporary(made, thrown) is SHUT


def test_whose_picture_is_taken() -> None:
    """Guests at any door, whoever enters by an entrance or a common door, perhaps a wrong code; nobody else, ever (LOCK-9)."""
    taken = {
        (kind, who, opened): still(kind, who, by_code=False, opened=opened)
        for kind in ("unit", "common", "entrance")
        for who in Who
        for opened in (True, False)
    }
    must = {place for place, rule in taken.items() if rule is Still.MUST}
    assert must == {(kind, Who.GUEST, True) for kind in ("unit", "common", "entrance")} | {
        (kind, who, True) for kind in ("common", "entrance") for who in (Who.RESIDENT, Who.STAFF)
    }
    assert all(taken[place] is Still.NEVER for place in taken.keys() - must)
    assert still("unit", Who.RESIDENT, by_code=True, opened=False) is Still.MAY
    assert still("unit", Who.BY_HAND, by_code=True, opened=False) is Still.NEVER


def test_the_third_wrong_code_makes_the_keypad_wait() -> None:
    """5 s, 15 s, 60 s; a right code ends it."""
    keypad = Keypad("unit", seen_ms=T0)
    for _ in range(3):
        assert keypad.waits(T0) is OPEN
        keypad.wrong(T0)
    assert keypad.waits(T0 + 1_000) is SHUT
    assert keypad.waits(T0 + 7_000) is OPEN
    keypad.wrong(T0 + 7_000)
    assert keypad.waits(T0 + 17_000) is SHUT
    keypad.right(T0 + 60_000)
    assert keypad.waits(T0 + 60_000) is OPEN


def test_ten_wrong_codes_empty_the_bucket_of_a_home() -> None:
    """Then it takes a quarter of an hour to earn one back."""
    keypad = Keypad("unit", seen_ms=T0)
    for number in range(10):
        keypad.wrong(T0 + number * 61_000)
    assert keypad.waits(T0 + 11 * MINUTE) is SHUT
    assert keypad.waits(T0 + 30 * MINUTE) is OPEN


@pytest.mark.parametrize(("days", "then"), [(29, OPEN), (31, MAY)])
def test_after_thirty_days_a_whole_bucket_of_wrong_codes_may_have_begun_the_guard(days: int, then: Verdict) -> None:
    """Then a token takes forty minutes and not ten; whether the lock saw it so nobody out here knows, and after a night it does not matter."""
    keypad, at = Keypad("common", seen_ms=T0), T0 + days * 24 * 60 * MINUTE
    for number in range(13):
        keypad.wrong(at + number * 61_000)
    assert keypad.waits(at + 13 * MINUTE) is SHUT
    assert keypad.waits(at + 25 * MINUTE) is then
    assert keypad.waits(at + 12 * 60 * MINUTE) is OPEN


@pytest.mark.parametrize("wrong", [0, 3])
def test_after_a_power_cut_nobody_knows_how_long_a_delay_runs(wrong: int) -> None:
    """Only where there was one."""
    keypad = Keypad("unit", seen_ms=T0)
    for _ in range(wrong):
        keypad.wrong(T0)
    keypad.dark(T0 + MINUTE)
    assert keypad.waits(T0 + MINUTE + 2_000) is (MAY if wrong else OPEN)


def test_a_try_in_whose_middle_the_power_went_may_have_counted() -> None:
    """Two wrong, one broken off, one wrong: the third or the fourth, so a short delay may run."""
    keypad = Keypad("unit", seen_ms=T0)
    keypad.wrong(T0)
    keypad.perhaps(T0, False)
    keypad.wrong(T0 + MINUTE)
    assert keypad.waits(T0 + MINUTE + 2_000) is MAY
    keypad.right(T0 + 2 * MINUTE)
    assert keypad.waits(T0 + 2 * MINUTE) is OPEN
