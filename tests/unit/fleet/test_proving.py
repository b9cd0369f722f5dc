"""The service proves digits for a browser: for who asked, for their door and lock, for two minutes, and keeps nothing (A-21, A-22)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from limen.fleet import proving
from limen.fleet import services as fleet_services
from limen.fleet.proving import Begun, Proved
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem, Refused
from limen.wire import covercode, limits, spake2plus
from limen.wire.covercode import Confirm, Share, Stretching
from tests.unit.fleet.house import House

DIGITS, LOCK_ID = "20478135", b"LM000001"
RECORD = covercode.enrolled(DIGITS, LOCK_ID, b"s" * 16, limits.COVER_ITERATIONS_MIN)
TOLD = covercode.encode_heard(Stretching(LOCK_ID, RECORD.salt, RECORD.iterations))
MILO = Actor(uuid4(), "browser")


def begin(house: House, digits: str = DIGITS, by: Actor = MILO) -> Begun:
    return fleet_services.begin_cover(door_id=house.doors["Gym"], digits=digits, told=TOLD, by=by, now=house.now)


def answered(begun: Begun) -> spake2plus.Answered:
    """The lock's side."""
    said = covercode.parse_said(begun.said)
    assert isinstance(said, Share)
    return spake2plus.answer(RECORD.verifier, covercode.names(LOCK_ID), said.share, spake2plus.scalar(bytes(range(48))))


def heard(lock: spake2plus.Answered) -> bytes:
    return covercode.encode_heard(covercode.Answered(lock.share_v, lock.confirm_v, 4))


def end(house: House, begun: Begun, lock: spake2plus.Answered, digits: str = DIGITS, by: Actor = MILO, door: str = "Gym") -> Proved:
    door_id = house.doors[door]
    return fleet_services.end_cover(door_id=door_id, digits=digits, told=TOLD, nonce=begun.nonce, heard=heard(lock), by=by, now=house.now)


@pytest.mark.rule("LOCK-10")
def test_both_halves_come_to_the_secret_that_the_lock_has(house: House) -> None:
    begun = begin(house)
    lock = answered(begun)
    proved = end(house, begun, lock)
    said = covercode.parse_said(proved.said)
    assert isinstance(said, Confirm)
    assert covercode.secret_of(lock.confirmed(said.confirm), LOCK_ID) == proved.secret
    assert proved.secret.hex() not in repr(proved) and repr(proved.secret) not in repr(proved)


def test_other_digits_are_refused_and_nothing_is_said_to_the_lock(house: House) -> None:
    begun = begin(house, "20478136")
    with pytest.raises(Refused) as refused:
        end(house, begun, answered(begun), "20478136")
    assert refused.value.type == "wrong_cover_code" and "2047" not in str(refused.value.as_details())


@pytest.mark.parametrize("other", ["person", "door", "digits", "nonce"])
def test_the_second_half_is_for_who_began_it_there_with_those_digits(house: House, other: str) -> None:
    begun = begin(house)
    lock = answered(begun)
    by = Actor(uuid4(), "browser") if other == "person" else MILO
    nonce = begun.nonce[:8] + bytes(8) if other == "nonce" else begun.nonce
    with pytest.raises(Refused):
        end(
            house,
            replace(begun, nonce=nonce),
            lock,
            by=by,
            digits="20478136" if other == "digits" else DIGITS,
            door="Package Room" if other == "door" else "Gym",
        )


@pytest.mark.parametrize("later", [-1, proving.PROOF_S + 1])
def test_the_second_half_comes_within_two_minutes_or_begins_again(house: House, later: int) -> None:
    begun = begin(house)
    lock = answered(begun)
    house.now += timedelta(seconds=later)
    with pytest.raises(Refused) as refused:
        end(house, begun, lock)
    assert refused.value.type == "begin_again"


@pytest.mark.parametrize("digits", ["", "1234567", "123456789", "1234567x"])
def test_what_are_not_eight_digits_is_no_guess(house: House, digits: str) -> None:
    with pytest.raises(Problem) as problem:
        begin(house, digits)
    assert problem.value.type == "bad_digits"


@pytest.mark.parametrize("told", [b"", b"\xff", covercode.encode_heard(covercode.Taken()), TOLD + b"\0"])
def test_what_no_lock_says_is_refused(house: House, told: bytes) -> None:
    with pytest.raises(Problem) as problem:
        fleet_services.begin_cover(door_id=house.doors["Gym"], digits=DIGITS, told=told, by=MILO, now=house.now)
    assert problem.value.type == "bad_lock"
    begun = begin(house)
    with pytest.raises(Problem) as problem:
        fleet_services.end_cover(
            door_id=house.doors["Gym"], digits=DIGITS, told=TOLD, nonce=begun.nonce, heard=told, by=MILO, now=house.now
        )
    assert problem.value.type == "bad_lock"


def test_two_beginnings_have_nothing_in_common(house: House) -> None:
    assert begin(house).said != begin(house).said
