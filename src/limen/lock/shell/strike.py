"""An electric strike on a pin of the board, and the contacts beside the door (LOCK-4, LOCK-17, LOCK-18).

Fail secure: current opens, so without power the door stays shut. Fail safe: current keeps it shut, so without power, or without this program,
it is open. Which one hangs in the frame is the building's matter and stands on the command line.
"""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from gpiozero import DigitalInputDevice, GPIOZeroError, OutputDevice
from gpiozero.pins import Factory

BOUNCE_S = 0.05


class Fail(Enum):
    """What the door does without current."""

    SECURE = "secure"
    SAFE = "safe"


class Timer(Protocol):
    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]


class Strike:
    """Shut from the first moment on. `later` calls back after so many seconds."""

    def __init__(self, pin: str, fail: Fail, later: Later, factory: Factory | None = None) -> None:
        self._device = OutputDevice(pin, active_high=fail is Fail.SECURE, initial_value=False, pin_factory=factory)
        self._later = later
        self._timer: Timer | None = None
        self._held = False

    @property
    def open(self) -> bool:
        """Whether one can pull the door open now."""
        return bool(self._device.value)

    def release(self, ms: int) -> bool:
        """Opens for so long from now; False if the pin does not obey."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._set(True):
            return False
        self._timer = self._later(ms / 1000, self._over)
        return True

    def hold(self, held: bool) -> None:
        """Open until told otherwise; what was released by hand meanwhile runs its time."""
        self._held = held
        if held or self._timer is None:
            self._set(held)

    def close(self) -> None:
        """Takes the current away: a fail-safe door is open from now on."""
        if self._timer is not None:
            self._timer.cancel()
        self._device.close()

    def _over(self) -> None:
        self._timer = None
        self._set(self._held)

    def _set(self, opened: bool) -> bool:
        try:
            self._device.on() if opened else self._device.off()
        except GPIOZeroError:
            return False
        return True


class Contact:
    """A dry contact against ground: closed or open, with its bounces swallowed. `changed` hears True when it opens."""

    def __init__(self, pin: str, changed: Callable[[bool], None], factory: Factory | None = None) -> None:
        self._device = DigitalInputDevice(pin, pull_up=True, bounce_time=None if factory else BOUNCE_S, pin_factory=factory)
        self._device.when_activated = lambda: changed(False)
        self._device.when_deactivated = lambda: changed(True)

    @property
    def open(self) -> bool:
        return not self._device.value

    def close(self) -> None:
        self._device.close()
