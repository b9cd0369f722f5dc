"""What is so, and what a list must therefore hold."""

from limen.sim.clock import DAY_MS
from limen.sim.plans import plan
from limen.sim.truth import Made, Truth
from tests.unit.sim.site import T0

HOUR_MS = 3_600_000
HOME, ROOMS = "Home 101", "Rooms 1"


def truth() -> Truth:
    """A house of four doors; person 1 has a home."""
    made = Truth(plan(4, 4))
    made.gave(1, HOME, T0)
    return made


def test_a_group_stands_until_it_is_taken() -> None:
    """And every lease from before is void from that moment."""
    one = truth()
    assert one.doors_of(1, T0) == (0, 2)
    one.took(1, HOME, T0 + 10)
    assert one.rights(1, 2, T0 + 9)
    assert not one.rights(1, 2, T0 + 10)
    assert one.belief(2, T0 + 10).void == {1: T0 + 10}
    assert not one.belief(2, T0 + 10).codes


def test_a_pause_takes_everything_and_gives_it_back() -> None:
    """The right is as it was; leases from before are not."""
    one = truth()
    one.paused(1, T0 + 10)
    assert one.is_paused(1, T0 + 10)
    assert not one.belief(2, T0 + 10).codes
    one.resumed(1, T0 + 20)
    assert one.rights(1, 2, T0 + 20)
    assert one.belief(2, T0 + 20).void == {1: T0 + 10}


def test_a_code_is_known_once_somebody_looked() -> None:
    """A list that was fetched before holds the same code, whenever it was looked at; after a reset it holds the old one."""
    one = truth()
    before = one.belief(2, T0)
    one.shown(1, 2, "4815920")
    assert before.codes[1][1].digits == "4815920"
    one.reset(1, 2, T0 + 10)
    assert one.code(1, 2, T0 + 10) is None
    one.shown(1, 2, "1234098")
    assert before.codes[1][1].digits == "4815920"
    assert one.belief(2, T0 + 11).codes[1][1].digits == "1234098"


def test_how_long_codes_are_is_known_once_somebody_has_seen_one() -> None:
    """Before that nobody can say whether an entry was long enough to be a try."""
    one = truth()
    before = one.belief(2, T0)
    assert before.digits is None
    one.shown(1, 2, "4815920")
    assert before.digits == 7


def test_a_removed_phone_is_dead_in_every_list() -> None:
    """From the moment of its removal."""
    one = truth()
    one.registered(b"k", T0)
    assert one.phone_lives(b"k", T0)
    one.removed(b"k", T0 + 5)
    assert not one.phone_lives(b"k", T0 + 5)
    assert one.belief(0, T0 + 5).phones == {b"k"}


def test_a_code_that_a_restored_service_makes_again_is_the_one_that_locks_hold() -> None:
    """Nobody had looked at it before; unless it had to be another one."""
    one = truth()
    copy = one.facts.copy()
    one.reset(1, 2, T0 + 10)
    held = one.belief(2, T0 + 10)
    one.restored(copy, T0 + 5, T0 + 1000)
    one.shown(1, 2, "4815920")
    assert held.codes[1][1].digits == "4815920" == one.code(1, 2, T0 + 1000)
    one.shown(1, 2, "1234098")
    assert held.codes[1][1].digits == "4815920" and one.code(1, 2, T0 + 1000) == "1234098"


def test_a_restored_service_forgets_and_the_truth_remembers_that_it_once_knew() -> None:
    """What was given since is gone; leases of that time were honestly signed."""
    one = truth()
    copy = one.facts.copy()
    one.gave(2, ROOMS, T0 + 10)
    assert one.holds(2, ROOMS, T0 + 10)
    one.copied_back(copy, T0 + 20)
    assert not one.holds(2, ROOMS, T0 + 10)
    assert one.rights_once(2, 1, T0 + 10)
    assert not one.rights_once(3, 1, T0 + 10)


def test_each_forgotten_past_is_asked() -> None:
    """A guest of two lost times: the lease of the second is not judged by how long the first was for."""
    one = truth()
    copy = one.facts.copy()
    one.invited(1, 5, (0,), T0 + 10, T0 + HOUR_MS)
    one.copied_back(copy, T0 + 20)
    one.invited(1, 5, (0,), T0 + 2 * HOUR_MS, None)
    one.copied_back(copy, T0 + 3 * HOUR_MS)
    assert {right.until_ms for right in one.rights_once(5, 0, T0 + 2 * HOUR_MS)} == {T0 + HOUR_MS, None}


def test_a_loss_that_only_a_forgotten_past_knows_is_remembered() -> None:
    """Not one that is in the file, not before it was, and not for what was signed since the past was forgotten: its number is known again."""
    one = truth()
    one.invited(1, 5, (0,), T0, None)
    one.sent_away(5, T0 + 10_000)
    copy = one.facts.copy()
    assert not one.lost_once(5, 0, T0 + 10_000)
    one.invited(1, 5, (0,), T0 + 20_000, None)
    one.sent_away(5, T0 + 30_000)
    one.copied_back(copy, T0 + 40_000)
    assert not one.lost_once(5, 0, T0 + 29_000)
    assert one.lost_once(5, 0, T0 + 30_000)
    assert not one.lost_once(5, 1, T0 + 30_000)
    assert not one.lost_once(5, 0, T0 + 40_000)


def test_a_restore_that_heeds_its_ledger_takes_again_and_gives_nothing() -> None:
    """What ended since stays ended, what was given since is gone, codes that are out stay known, and every older lease is void."""
    one = truth()
    one.registered(b"k", T0)
    one.card_on(1, b"card", "aes", T0)
    one.gave(3, "Home 102", T0)
    copy = one.facts.copy()
    made = Made(1, 2, "daily", "4815", T0 + 10, one.day(T0))
    one.made_code(made)
    one.floored(2, T0 + 11)
    one.gave(2, ROOMS, T0 + 12)
    one.paused(3, T0 + 13)
    one.removed(b"k", T0 + 14)
    one.card_off(b"card", T0 + 15)
    one.took(1, HOME, T0 + 16)
    one.restored(copy, T0 + 5, T0 + 1000)
    held = one.belief(2, T0 + 1000)
    assert not one.holds(1, HOME, T0 + 1000) and not one.holds(2, ROOMS, T0 + 1000)
    assert one.is_paused(3, T0 + 1000)
    assert not one.phone_lives(b"k", T0 + 1000)
    assert not one.facts.cards[0].is_on(T0 + 1000)
    assert one.facts.made == [made] and held.ended == frozenset({made})
    assert held.void_all == one.belief(0, T0 + 1000).void_all == T0 + 1000
    assert not one.unsure_floors


def test_a_restore_ends_a_pause_that_had_ended_and_none_that_had_not() -> None:
    """The last word on it counts; what came before the copy is no news."""
    one = truth()
    one.gave(3, "Home 102", T0)
    one.paused(1, T0 + 1)
    one.paused(3, T0 + 2)
    copy = one.facts.copy()
    one.resumed(1, T0 + 10)
    one.restored(copy, T0 + 5, T0 + 1000)
    assert not one.is_paused(1, T0 + 1000)
    assert one.is_paused(3, T0 + 1000)


def test_a_restore_allows_no_plain_cards_that_the_copy_did_not() -> None:
    """And none that were forbidden since."""
    for before, words, after in ((False, [True], False), (True, [False], False), (True, [False, True], True), (True, [], True)):
        one = truth()
        one.plain_cards(before, T0)
        copy = one.facts.copy()
        for number, allowed in enumerate(words):
            one.plain_cards(allowed, T0 + 10 + number)
        one.restored(copy, T0 + 5, T0 + 1000)
        assert one.facts.plain is after


def test_guests_who_lost_a_door_with_their_host_stay_without_it() -> None:
    """Also where the host was given the group anew, which the copy does not know."""
    one = truth()
    one.gave(1, ROOMS, T0)
    one.invited(1, 9, (1, 2), T0 + 1, None)
    copy = one.facts.copy()
    one.took(1, ROOMS, T0 + 10)
    one.gave(1, ROOMS, T0 + 11)
    one.restored(copy, T0 + 5, T0 + 1000)
    assert not one.holds(1, ROOMS, T0 + 1000)
    one.gave(1, ROOMS, T0 + 1001)
    assert not one.rights(9, 1, T0 + 1002)
    assert one.rights(9, 2, T0 + 1002)


def test_hours_and_days_are_those_of_the_building() -> None:
    """The second day of the simulation has 25 hours."""
    one = truth()
    assert not one.in_hours((6 * 60, 22 * 60), T0)
    assert one.in_hours((6 * 60, 22 * 60), T0 + 3 * HOUR_MS)
    start, end = one.day(T0, 1)
    assert end - start == DAY_MS + HOUR_MS


def test_a_guest_has_what_the_host_has_and_no_longer() -> None:
    """Hours and ends are the narrower ones; a pause of the host is theirs too, and ends with it."""
    one = truth()
    one.gave(1, ROOMS, T0, until_ms=T0 + 2 * DAY_MS)
    one.invited(1, 9, (1, 2), T0 + 10, T0 + DAY_MS)
    room, home = one.rights(9, 1, T0 + 20)[0], one.rights(9, 2, T0 + 20)[0]
    assert (room.hours, room.until_ms, room.guest, room.resident) == (one.rights(1, 1, T0 + 20)[0].hours, T0 + DAY_MS, True, False)
    assert home.hours is None
    assert 9 not in one.belief(2, T0 + 20).codes
    one.paused(1, T0 + 30)
    assert not one.rights(9, 2, T0 + 31)
    assert one.belief(2, T0 + 31).void[9] == T0 + 30
    one.resumed(1, T0 + 40)
    assert one.rights(9, 2, T0 + 41)


def test_what_a_guest_had_through_a_door_that_the_host_lost_does_not_come_back() -> None:
    """The other doors stay (ACCESS-9)."""
    one = truth()
    one.gave(1, ROOMS, T0)
    one.invited(1, 9, (1, 2), T0 + 10, None)
    one.took(1, ROOMS, T0 + 20)
    assert not one.rights(9, 1, T0 + 21)
    assert one.rights(9, 2, T0 + 21)
    one.gave(1, ROOMS, T0 + 30)
    assert not one.rights(9, 1, T0 + 31)
    assert one.rights(9, 2, T0 + 31)
    one.sent_away(9, T0 + 40)
    assert one.doors_of(9, T0 + 41) == ()


def test_a_second_code_opens_where_the_first_one_does_until_its_owner_has_left() -> None:
    """Known once somebody looked at it; over with the choice, or with the last access, and asked for anew after that (LOCK-14)."""
    truth = Truth(plan(4, 4))
    truth.gave(1, "Home 101", T0)
    assert truth.belief(2, T0).seconds == {}
    truth.chose_second(1, True, T0 + 1)
    truth.second_shown(1, 2, "4815920")
    assert truth.belief(2, T0 + 2).seconds[1][1].digits == "4815920"
    truth.chose_second(1, False, T0 + 3)
    assert truth.belief(2, T0 + 4).seconds == {}
    truth.chose_second(1, True, T0 + 5)
    assert truth.belief(2, T0 + 6).seconds[1][1].digits is None
    truth.took(1, "Home 101", T0 + 7)
    truth.gave(1, "Home 101", T0 + 8)
    assert truth.belief(2, T0 + 9).seconds == {}


def test_whose_access_only_runs_out_may_have_a_second_code_or_not() -> None:
    """Until they choose again."""
    truth = Truth(plan(4, 4))
    truth.gave(1, "Home 101", T0)
    truth.gave(1, "Rooms 1", T0, until_ms=T0 + DAY_MS)
    truth.chose_second(1, True, T0 + 1)
    truth.took(1, "Home 101", T0 + 2)
    assert truth.unsure_seconds == {1}
    truth.chose_second(1, True, T0 + 3)
    assert not truth.unsure_seconds


def test_a_restored_service_knows_the_second_codes_of_its_copy() -> None:
    """One that was asked for since is forgotten."""
    truth = Truth(plan(4, 4))
    truth.gave(1, "Home 101", T0)
    before = truth.facts.copy()
    truth.chose_second(1, True, T0 + 1)
    truth.restored(before, T0, T0 + 2)
    assert truth.belief(2, T0 + 3).seconds == {}
