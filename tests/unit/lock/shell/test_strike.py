"""Strike and contacts, on the pins of a mock board."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from gpiozero.pins.mock import MockFactory

from limen.lock.shell.strike import Contact, Fail, Strike


@dataclass
class Alarm:
    """A timer that runs when the test says so."""

    seconds: float
    then: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    def __init__(self) -> None:
        self.alarms: list[Alarm] = []

    def later(self, seconds: float, then: Callable[[], None]) -> Alarm:
        self.alarms.append(Alarm(seconds, then))
        return self.alarms[-1]

    def ring(self) -> None:
        for alarm in self.alarms:
            if not alarm.cancelled:
                alarm.cancelled = True
                alarm.then()


@pytest.fixture
def board() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


@pytest.mark.rule("LOCK-4")
@pytest.mark.parametrize(("fail", "shut", "opened"), [(Fail.SECURE, 0, 1), (Fail.SAFE, 1, 0)], ids=["fail secure", "fail safe"])
def test_a_release_opens_for_its_window_and_shuts_again(board: MockFactory, fail: Fail, shut: int, opened: int) -> None:
    """The pin carries current to open the one kind and to keep the other shut; at the start the door is shut."""
    clock = Clock()
    strike = Strike("GPIO17", fail, clock.later, board)
    pin = board.pin(17)
    assert (pin.state, strike.open) == (shut, False)
    assert strike.release(10_000)
    assert (pin.state, strike.open) == (opened, True)
    assert [alarm.seconds for alarm in clock.alarms] == [10]
    clock.ring()
    assert (pin.state, strike.open) == (shut, False)
    strike.close()


def test_without_the_program_a_fail_safe_door_is_open_and_a_fail_secure_one_shut(board: MockFactory) -> None:
    """The pin is let go: no current either way."""
    for fail in Fail:
        Strike("GPIO17", fail, Clock().later, board).close()
        assert board.pin(17).function == "input"


def test_a_second_release_begins_the_window_anew(board: MockFactory) -> None:
    """Whoever comes last has the whole of it."""
    clock = Clock()
    strike = Strike("GPIO17", Fail.SECURE, clock.later, board)
    strike.release(10_000)
    strike.release(5_000)
    assert [alarm.cancelled for alarm in clock.alarms] == [True, False]
    strike.close()


@pytest.mark.rule("LOCK-16")
def test_a_held_strike_stays_open_over_the_end_of_a_release(board: MockFactory) -> None:
    """And shuts when it is no longer held, or at the end of the window that still runs."""
    clock = Clock()
    strike = Strike("GPIO17", Fail.SECURE, clock.later, board)
    strike.release(10_000)
    strike.hold(True)
    clock.ring()
    assert strike.open
    strike.hold(False)
    assert not strike.open
    strike.hold(True)
    strike.release(10_000)
    strike.hold(False)
    assert strike.open
    clock.ring()
    assert not strike.open
    strike.close()


def test_a_pin_that_does_not_obey_is_said(board: MockFactory) -> None:
    """The lock records that the bolt did not move."""
    strike = Strike("GPIO17", Fail.SECURE, Clock().later, board)
    strike.close()
    assert not strike.release(10_000)


@pytest.mark.rule("LOCK-17", "LOCK-18")
def test_a_contact_tells_open_and_closed(board: MockFactory) -> None:
    """Closed pulls the pin to ground."""
    heard: list[bool] = []
    contact = Contact("GPIO27", heard.append, board)
    pin = board.pin(27)
    assert contact.open
    pin.drive_low()
    assert not contact.open
    pin.drive_high()
    assert heard == [False, True]
    contact.close()
