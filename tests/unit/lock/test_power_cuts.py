"""Power lost at any instant of anything a lock does, and again while it starts: before or after, never between (LOCK-12, inv. 67 for images).

Each operation is done once to count its steps in flash, then again and again in a copy of the same lock, with the power cut at another step
each time; a sample of the steps is tried here, every byte of the stores in their own tests.
"""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass

import pytest

from limen.lock.commands import ReleaseBolt
from limen.lock.events import Cause, InsideBolt, InsideHandle, KeyTurned, SelfTested, Ticked
from limen.wire import operations as ask
from limen.wire.answers import Plain
from limen.wire.envelope import Role
from limen.wire.events import Kind, Result
from limen.wire.liststate import after
from limen.wire.operations import Op
from limen.wire.receipts import TrustedTime
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.publisher import Publisher, aim, bring, leave_alone
from tests.unit.lock.reading import events, log
from tests.unit.lock.site import CONFIG, DANA, GUS, Chance, House, Rig, code, house, signer

CUTS, DOUBLE_CUTS = 14, 3
Act = Callable[[House], None]


# ---- what a lock does


def _app(home: House) -> None:
    assert home.unlock(DANA) == Plain(Op.UNLOCK)


def _right_code(home: House) -> None:
    home.rig.type("5550123")


def _wrong_codes(home: House) -> None:
    for wrong in ("1111111", "2222222", "3333333", "4444444"):
        home.rig.type(wrong)
        home.rig.wait(61_000)


def _small_update(home: House) -> None:
    home.service.edit(code(10, 7_770_123, subj=8), gone=[9])
    home.update(GUS)


def _large_update(home: House) -> None:
    home.service.edit(*(code(100 + n, 1_000_000 + 7 * n, subj=n) for n in range(90)))
    home.update(GUS)


def _new_root(home: House) -> None:
    home.service.roles[Role.KS] = signer(77)
    home.service.roots = (home.service.root(2),)
    home.service.edit()
    home.update(GUS)


def _time(home: House) -> None:
    home.sync_clock(GUS)


def _acknowledgement(home: House) -> None:
    talk, _ = home.present(GUS, home.service.grant(GUS), Op.ACK)
    talk.ask(ask.AckTell(home.service.ack(home.rig.lock.memory.journal.head.tag)))


def _quarter_of_an_hour(home: House) -> None:
    home.rig.type("1111111")
    home.rig.wait(16 * 60_000)
    home.rig.do(Ticked())


def _by_hand(home: House) -> None:
    for event in (KeyTurned(), InsideHandle(), InsideBolt(True), InsideBolt(False)):
        home.rig.do(event)


def _image(home: House) -> None:
    bring(home, publisher_of(home))


def _trial_and_confirmation(home: House) -> None:
    bring(home, publisher_of(home))
    leave_alone(home)
    home.present(GUS, home.service.grant(GUS), Op.STATUS)


def _trial_and_way_back(home: House) -> None:
    bring(home, publisher_of(home))
    leave_alone(home)
    for _ in range(3):
        home.rig.do(SelfTested(radio=True, motor=False))
        home.rig.boot(Cause.RESTART)


ACTS = (
    _app,
    _right_code,
    _wrong_codes,
    _small_update,
    _large_update,
    _new_root,
    _time,
    _acknowledgement,
    _quarter_of_an_hour,
    _by_hand,
    _image,
    _trial_and_confirmation,
    _trial_and_way_back,
)


# ---- the lock before, the cut, the lock after


@dataclass(frozen=True)
class Stood:
    """How things were before the cut."""

    ver: int
    epoch: int
    counter: int
    tokens: int
    floor_ms: int
    granted: int
    seqnext: int


def prepared() -> House:
    """A lock in sync with one code, an image aimed at it, and some record."""
    home = house(CONFIG, "M", code(9, 5_550_123), flash=CrashFlash(0, coarse=True))
    aim(home, publisher_of(home).said[0])
    _app(home)
    home.rig.hang_up()
    return home


def publisher_of(home: House) -> Publisher:
    """Whoever publishes: the same image for every copy of the lock."""
    publisher = Publisher(home.service)
    publisher.image(2, counter=2)
    return publisher


def copied(home: House, seed: int) -> House:
    """The same lock and service in another life, started without a loss of power."""
    assert isinstance(home.rig.flash, CrashFlash)
    rig = Rig("M", home.rig.flash.clone(seed), at=home.rig.at)
    rig.chance = Chance(5_000 + seed)
    rig.boot(Cause.RESTART)
    return House(deepcopy(home.service), rig)


def stood(home: House) -> Stood:
    memory = home.rig.lock.memory
    holds = home.rig.lock.holds(home.rig.at)
    assert holds.ver is not None
    granted = sum(event.kind is Kind.ENTRY and event.result is Result.GRANTED for event in events(home))
    return Stood(
        holds.ver,
        holds.epoch,
        memory.slots.state.counter,
        holds.tries_left,
        memory.read_clock(home.rig.at).floor_ms,
        granted,
        memory.journal.head.seqnext,
    )


def check(home: House, before: Stood, act: Act) -> None:
    """Old or new in every part, nothing given back, everything that opened in the record."""
    memory, holds = home.rig.lock.memory, home.rig.lock.holds(home.rig.at)
    assert not memory.faulty
    assert memory.held is not None
    assert holds.ver in (before.ver, home.service.ver)
    assert memory.held.after == after(home.service.states[memory.held.state.ver])
    assert holds.epoch == before.epoch
    assert memory.slots.running.version in (1, 2)
    assert memory.slots.state.counter in (before.counter, 2)
    assert holds.tries_left <= before.tokens + 2, "time without power earns nothing; a quarter of an hour with it earns one"
    assert memory.read_clock(home.rig.at).quality is TrustedTime.LOST
    assert memory.read_clock(home.rig.at).floor_ms >= before.floor_ms
    found = log(home)
    if act is _acknowledgement:
        assert all(one.last is not None and one.last < before.seqnext for one in found.problems), "only what is at the service was freed"
        return
    assert not found.problems, found.problems
    granted = sum(one.event.kind is Kind.ENTRY and one.event.result is Result.GRANTED for one in found.events)
    moved = sum(isinstance(command, ReleaseBolt) for command in home.rig.log)
    assert granted >= before.granted + moved, "an opening is in the record before the bolt moves"


def cut(home: House, act: Act, budget: int, again: int | None) -> None:
    """One life: the act until the power goes, a start (cut too, if told), and everything as it must be; then the same act once more, whole."""
    found = copied(home, budget)
    before = stood(found)
    flash = found.rig.flash
    assert isinstance(flash, CrashFlash)
    found.rig.log.clear()
    flash.budget = budget
    with suppress(PowerLossError):
        act(found)
    flash.budget = again
    try:
        found.rig.pull_battery()
    except PowerLossError:
        found.rig.pull_battery()
    flash.budget = None
    check(found, before, act)
    found.service.now += 600
    found.sync_clock(GUS)
    act(found)
    _app(found)


def steps_of(home: House, act: Act) -> int:
    found = copied(home, 1)
    flash = found.rig.flash
    assert isinstance(flash, CrashFlash)
    start = flash.steps
    act(found)
    return flash.steps - start


@pytest.fixture(scope="module")
def home() -> House:
    return prepared()


@pytest.mark.rule("LOCK-12", "LOCK-13")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__.strip("_"))
def test_power_lost_at_any_step_of_anything_leaves_before_or_after(home: House, act: Act) -> None:
    """List, image, counter, tokens, clock and record, each old or new; what opened is recorded (invariant 67)."""
    steps = steps_of(home, act)
    for budget in range(0, steps, max(1, steps // CUTS)):
        cut(home, act, budget, None)


@pytest.mark.rule("LOCK-12")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__.strip("_"))
def test_power_lost_again_while_starting_leaves_before_or_after(home: House, act: Act) -> None:
    """Double faults: the first cut anywhere in the act, the second anywhere in the start that follows (invariant 67)."""
    steps = steps_of(home, act)
    for number, budget in enumerate(range(1, steps, max(1, steps // DOUBLE_CUTS))):
        for again in (2 + number, 11 + number):
            cut(home, act, budget, again)
