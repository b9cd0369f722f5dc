"""The power goes at every step of storage while a lock gets an owner, loses one, or is activated anew; and at every step of the start after that.

A step is a quarter of a write, an erase or a barrier; what no barrier had confirmed may have arrived or not (LOCK-12, A.3).
"""

import contextlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

import pytest

from limen.lock.events import Cause, InsideButton
from limen.wire import operations as ask
from limen.wire.answers import Plain, Settled
from limen.wire.events import Event
from limen.wire.operations import Op
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, MODELS, House, Rig, Service, activate, code, opened
from tests.unit.lock.test_activation import HOUR_MS, anew

SMALL = replace(MODELS["M"], capacity=60)
EVERY = 7
"""Of the steps of a start, for one cut; the next cut takes the next ones, so that each is tried. With 1, all pairs: some minutes, and clean."""
OLD, NEW = "5550123", "5550777"


@dataclass(frozen=True)
class Story:
    """What happens to a lock; what must hold once it has started again; and how it goes on from there."""

    before: Callable[[], House]
    act: Callable[[House], object]
    stands: Callable[[House, Service], None]
    goes_on: Callable[[House, Service], None]


# ---- an owner


def unowned() -> House:
    service, rig = Service(), Rig(SMALL, CrashFlash(1, coarse=True))
    rig.manufacture(service)
    rig.boot()
    return House(service, rig)


def becomes_owned(home: House) -> object:
    return activate(home.rig, home.service)


def owned_or_not(home: House, before: Service) -> None:
    """Ticket and first list are committed by one record."""
    memory = home.rig.lock.memory
    assert not memory.faulty
    assert home.rig.lock.holds(home.rig.at).ver in (None, 1)
    assert (memory.held is None) == (memory.epoch == 0)


def is_owned_in_the_end(home: House, before: Service) -> None:
    if home.rig.lock.holds(home.rig.at).ver is None:
        home.service = deepcopy(before)
        assert isinstance(becomes_owned(home), Settled)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert events(home)


# ---- none any more


def owned() -> House:
    service, rig = Service(CONFIG), Rig(SMALL, CrashFlash(2, coarse=True))
    rig.manufacture(service)
    rig.boot()
    service.edit(code(9, int(OLD)))
    assert isinstance(activate(rig, service), Settled)
    return House(service, rig)


def is_released(home: House) -> object:
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACTIVATE)
    return talk.ask(ask.ReleaseTell(home.service.release()))


def owned_or_empty(home: House, before: Service) -> None:
    """Whole as it was, or nobody's with no secret and no list of anybody in it; the epoch stays (invariant 70)."""
    memory = home.rig.lock.memory
    assert not memory.faulty
    assert memory.epoch == 1
    if memory.held is not None:
        assert home.rig.lock.holds(home.rig.at).ver == 1
        return
    image = home.rig.flash.image()  # type: ignore[attr-defined]
    for secret in (before.k_pin, before.k_daily, before.states[1].salt):
        assert secret not in image


def is_empty_in_the_end(home: House, before: Service) -> None:
    if home.rig.lock.holds(home.rig.at).ver is not None:
        assert home.unlock(DANA) == Plain(Op.UNLOCK)
        is_released(home)
    owned_or_empty(home, before)
    assert home.rig.lock.holds(home.rig.at).ver is None
    home.rig.wait(HOUR_MS)
    assert not opened(home.rig.type(OLD))


# ---- the same one, in the next epoch


def asked_for_reset() -> House:
    home = owned()
    home.rig.do(InsideButton(held_ms=15_000))
    home.rig.hang_up()
    return home


def one_epoch_or_the_other(home: House, before: Service) -> None:
    """The old list, which opens nothing while it waits, or the new one and nothing of the old record, uses and keys (invariants 70, 71)."""
    memory = home.rig.lock.memory
    assert not memory.faulty
    assert memory.held is not None
    assert memory.epoch == memory.held.state.epoch
    if memory.epoch == 1:
        assert memory.reset_asked
        return
    assert not memory.reset_asked
    image = home.rig.flash.image()  # type: ignore[attr-defined]
    assert before.states[1].salt not in image
    assert begins_anew(events(home))


def begins_anew(here: list[Event]) -> bool:
    """The record of an epoch begins with its own first number."""
    return here[0].seq == 0


def is_the_new_one_in_the_end(home: House, before: Service) -> None:
    if home.rig.lock.memory.epoch == 1:
        home.service = deepcopy(before)
        assert not opened(home.rig.type(OLD))
        assert isinstance(anew(home), Settled)
    home.rig.wait(HOUR_MS)
    assert opened(home.rig.type(NEW))
    one_epoch_or_the_other(home, before)


STORIES = {
    "activation": Story(unowned, becomes_owned, owned_or_not, is_owned_in_the_end),
    "release": Story(owned, is_released, owned_or_empty, is_empty_in_the_end),
    "renewal": Story(asked_for_reset, anew, one_epoch_or_the_other, is_the_new_one_in_the_end),
}


# ---- the cuts


def flash_of(home: House) -> CrashFlash:
    assert isinstance(home.rig.flash, CrashFlash)
    return home.rig.flash


def copied(home: House, seed: int, service: Service) -> House:
    """The same memory in another life, with the service as it was; not started yet."""
    rig = Rig(SMALL, flash_of(home).clone(seed))
    rig.at = home.rig.at
    return House(deepcopy(service), rig)


def started(home: House, budget: int | None = None) -> bool:
    """Whether the start came to its end before the power went again."""
    flash_of(home).budget = budget
    with contextlib.suppress(PowerLossError):
        home.rig.boot(Cause.RESTART)
        return True
    return False


def cut_lives(story: Story) -> Iterator[House]:
    """For every step of the act a lock at the moment at which the power went, in that order."""
    home = story.before()
    whole = copied(home, 0, home.service)
    started(whole)
    start = flash_of(whole).steps
    story.act(whole)
    for budget in range(flash_of(whole).steps - start):
        there = copied(home, budget, home.service)
        started(there)
        flash_of(there).budget = budget
        with contextlib.suppress(PowerLossError):
            story.act(there)
        flash_of(there).budget = None
        yield there


def steps_of_start(home: House, service: Service) -> int:
    """How much a start writes after this cut."""
    counted = copied(home, 0, service)
    start = flash_of(counted).steps
    started(counted)
    return flash_of(counted).steps - start


@pytest.mark.rule("LOCK-12", "LOCK-10")
@pytest.mark.parametrize("name", STORIES)
def test_power_lost_at_any_step_of_a_change_of_owner_leaves_one_side_of_it(name: str) -> None:
    """Each step, and what had begun then comes to its end (invariants 70, 71)."""
    story = STORIES[name]
    before = story.before().service
    cuts = 0
    for there in cut_lives(story):
        assert started(there)
        story.stands(there, before)
        story.goes_on(there, before)
        cuts += 1
    assert cuts > 30


@pytest.mark.rule("LOCK-12", "LOCK-10")
@pytest.mark.parametrize("name", STORIES)
def test_power_lost_again_at_any_step_of_the_start_leaves_one_side_of_it_too(name: str) -> None:
    """Double faults: after every cut, another in the start that finds what it left (invariants 70, 71)."""
    story = STORIES[name]
    before = story.before().service
    doubles = 0
    for number, there in enumerate(cut_lives(story)):
        for again in range(number % EVERY, steps_of_start(there, before), EVERY):
            twice = copied(there, 1_000 * number + again, there.service)
            assert not started(twice, again)
            assert started(twice)
            story.stands(twice, before)
            doubles += 1
    assert doubles > 30
