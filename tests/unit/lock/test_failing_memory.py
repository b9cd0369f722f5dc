"""A memory that says no half-way, anywhere, and a lock that goes on: nothing that was said to be durable is lost, and who may enter enters.

Writes, erases and barriers fail, not done, half done or done, one or some in a row, with a power cut behind them or none, in the start after that
too (invariants 3, 25, 35, 46, 57; LOCK-12, LOCK-13; A.3, FAULT).
"""

import traceback
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from limen.lock.commands import ReleaseBolt
from limen.lock.events import Cause, InsideButton
from limen.wire.answers import Busy, Denied, Plain, Settled, Staged
from limen.wire.bundles import Bundle
from limen.wire.envelope import Role
from limen.wire.events import Event, Kind, Result
from limen.wire.grants import Cls
from limen.wire.liststate import after
from limen.wire.operations import Op
from limen.wire.records import DoorKind
from limen.wire.refusals import Reason, Status
from limen.wire.roots import open_root, sign_root
from limen.wire.segments import Trouble, gaps
from tests.unit.lock import test_power_cuts as cuts
from tests.unit.lock import test_power_of_owners as owners
from tests.unit.lock.crash import Failing, PowerLossError
from tests.unit.lock.publisher import aim, bring
from tests.unit.lock.reading import log
from tests.unit.lock.site import CONFIG, DANA, GUS, House, Rig, Service, activate, code, house, renamed, signer
from tests.unit.lock.test_activation import anew

LIVES = 9
"""Of the steps of each act; the parts, the runs of failures and the cuts behind them take turns."""
PARTS = (0.0, 0.5, 1.0, 0.9)
NEW_KU = signer(78)
DROPPED_RUMOUR = b"\x5anewer"
UNIT = replace(CONFIG, door_kind=DoorKind.UNIT)


def flash_of(home: House) -> Failing:
    assert isinstance(home.rig.flash, Failing)
    return home.rig.flash


def attempted(act: Callable[[House], object], home: House) -> None:
    """The act as far as it goes. That it does not go through may surprise the one who tells it, never the lock."""
    try:
        act(home)
    except PowerLossError:
        return
    except AssertionError as surprise:
        teller = traceback.extract_tb(surprise.__traceback__)[-1].filename
        assert "tests" in teller, "an exception left the lock"


def calls_of(home: House, act: Callable[[House], object]) -> int:
    counted = cuts.copied(home, 1)
    flash_of(counted).arm(-1)
    act(counted)
    return flash_of(counted).calls


@pytest.fixture(scope="module")
def home() -> House:
    home = house(CONFIG, "M", code(9, 5_550_123), flash=Failing(0))
    aim(home, cuts.publisher_of(home).said[0])
    cuts._app(home)
    home.rig.hang_up()
    return home


@pytest.mark.rule("LOCK-12", "LOCK-13")
@pytest.mark.parametrize("act", cuts.ACTS, ids=lambda act: act.__name__.strip("_"))
def test_a_step_that_fails_anywhere_leaves_before_or_after(home: House, act: cuts.Act) -> None:
    """List, image, tokens, floor and record, each old or new; what opened is recorded; the same act once more then goes through."""
    calls = calls_of(home, act)
    for number, call in enumerate(range(0, calls, max(1, calls // LIVES))):
        found = cuts.copied(home, call)
        before, flash = cuts.stood(found), flash_of(found)
        found.rig.log.clear()
        flash.arm(call, PARTS[number % 4], (0, 0, 1, 4)[number // 2 % 4], (None, 2, 9)[number % 3])
        attempted(act, found)
        flash.lose_power().arm(number % 7, PARTS[number // 2 % 4], number % 2)
        found.rig.pull_battery()
        sound(found, before, act)
        flash.well()
        found.rig.boot(Cause.RESTART)
        sound(found, before, act)
        found.service.now += 600
        found.sync_clock(GUS)
        act(found)
        cuts._app(found)


def sound(home: House, before: cuts.Stood, act: cuts.Act) -> None:
    memory, holds = home.rig.lock.memory, home.rig.lock.holds(home.rig.at)
    assert not memory.faulty
    assert memory.held is not None
    assert holds.ver in (before.ver, home.service.ver)
    assert holds.ver >= home.service.proven, "a receipt said so"
    assert memory.held.after == after(home.service.states[memory.held.state.ver])
    assert memory.slots.state.counter in (before.counter, 2)
    assert holds.tries_left <= before.tokens + 2
    assert memory.read_clock(home.rig.at).floor_ms >= before.floor_ms
    if act is cuts._acknowledgement:
        return
    here = recorded(home)
    granted = sum(event.kind is Kind.ENTRY and event.result is Result.GRANTED for event in here)
    assert granted >= before.granted + sum(isinstance(command, ReleaseBolt) for command in home.rig.log)


def recorded(home: House) -> list[Event]:
    """What the record says; every number once, and what lacks is declared."""
    found = log(home)
    assert all(problem.trouble is Trouble.GAP for problem in found.problems), found.problems
    here = [one.event for one in found.events]
    losses = [event for event in here if event.kind is Kind.LOSS]
    assert len({event.seq for event in here}) == len(here)
    end = max(event.seq for event in here) if here else 0
    assert all(declared for _, _, declared in gaps([event.seq for event in here], losses, 0, end)), "a hole that nobody declared"
    return here


@pytest.mark.rule("LOCK-12", "LOCK-10")
@pytest.mark.parametrize("name", owners.STORIES)
def test_a_step_that_fails_in_a_change_of_owner_leaves_one_side_of_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "events", recorded)  # a number may have been spent on what failed, the first one too
    monkeypatch.setattr(owners, "begins_anew", lambda here: here[0].seq == 0 or (here[0].loss is not None and here[0].loss.first == 0))
    story = owners.STORIES[name]
    first = story.before()
    flash = Failing(3)
    flash._areas = {area: bytearray(memory) for area, memory in owners.flash_of(first)._areas.items()}
    flash._confirm()

    def life(seed: int) -> House:
        rig = Rig(owners.SMALL, flash.clone(seed))
        rig.at = first.rig.at
        rig.boot(Cause.RESTART)
        return House(deepcopy(first.service), rig)

    counted = life(0)
    flash_of(counted).arm(-1)
    story.act(counted)
    for number, call in enumerate(range(0, flash_of(counted).calls, 2)):
        there = life(call)
        flash_of(there).arm(call, PARTS[number % 4], number // 2 % 2, (None, 4)[number % 2])
        attempted(story.act, there)
        flash_of(there).lose_power()
        there.rig.boot(Cause.RESTART)
        story.stands(there, first.service)
        story.goes_on(there, first.service)


@pytest.mark.rule("LOCK-10", "LOCK-12")
@pytest.mark.parametrize("well", ["before the root", "behind it"])
def test_a_root_of_this_epoch_stays_while_what_another_left_cannot_be_erased(well: str) -> None:
    """A new epoch's first list is in use before the last of the old one is gone; a root that comes with the next list is not taken for old."""
    home = House(Service(CONFIG), Rig(owners.SMALL, Failing(4)))
    home.rig.manufacture(home.service)
    home.rig.boot()
    assert isinstance(activate(home.rig, home.service), Settled)
    home.rig.do(InsideButton(held_ms=15_000))
    home.rig.hang_up()
    flash_of(home).dead = ("ring",)
    assert isinstance(anew(home), Settled)
    assert home.rig.lock.memory.epoch == 2
    home.service.edit()
    home.service.roots = (home.service.root(2),)
    if well == "before the root":
        flash_of(home).well()
    assert isinstance(home.update(GUS), Settled)
    flash_of(home).well()
    home.service.roots, home.service.proven = (), home.service.ver
    home.service.edit()
    assert isinstance(home.update(GUS), Settled)
    for _ in range(2):
        owner = home.rig.lock.memory.owner
        assert owner is not None
        assert owner.trust.root.n == 2
        home.rig.pull_battery()
    assert home.unlock(DANA) == Plain(Op.UNLOCK)


@pytest.mark.rule("LOCK-13")
@pytest.mark.parametrize(
    "dead", [("ring",), ("notes",), ("ring", "notes"), ("ring", "notes", "commits", "slot", "staging", "bitmap", "album")]
)
@pytest.mark.parametrize(("model", "config"), [("M", UNIT), ("C2", UNIT), ("C2", CONFIG), ("R", CONFIG)])
def test_a_memory_that_takes_nothing_keeps_no_resident_out_before_a_start_or_after(
    model: str, config: object, dead: tuple[str, ...]
) -> None:
    """A newer grant and a newer version are heard, the battery is pulled, and class 1 still comes in; nobody else where it cannot be recorded."""
    home = house(config, model, flash=Failing(4))  # type: ignore[arg-type]
    flash = flash_of(home)
    flash.dead, flash.part = dead, 0.0
    for _ in range(2):
        home.wait(3_600)
        assert home.unlock(DANA, home.service.grant(DANA, acl_ver=home.service.ver + 3)) == Plain(Op.UNLOCK)
        home.rig.pull_battery()
        assert not home.rig.lock.memory.faulty
        assert home.unlock(DANA) == Plain(Op.UNLOCK)
        if "ring" in dead:
            home.sync_clock(GUS)
            assert home.unlock(GUS, home.service.grant(GUS, Cls.APP_GUEST)) == Denied(Op.UNLOCK, Reason.NOT_RECORDED)
    flash.well()
    home.rig.pull_battery()
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert not [problem for problem in log(home).problems if problem.trouble is not Trouble.GAP]


@pytest.mark.rule("LOCK-13")
def test_a_damaged_list_opens_a_model_without_a_cylinder_for_nobody() -> None:
    """FAULT opens for class 1 while the list verifies, not longer (A.3)."""
    home = house(UNIT, "C2", flash=Failing(5))
    for slot in home.rig.lock.memory.layout.slots:
        home.rig.flash.program(slot, 80, bytes(16))
    home.rig.boot()
    assert home.rig.lock.memory.faulty
    with pytest.raises(AssertionError):
        home.session()


@pytest.mark.rule("LOCK-12", "SYNC-6")
@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_a_new_root_counts_with_its_list_and_not_before(home: House, part: float) -> None:
    """The key that signs lists changes with this bundle; any step of its commit fails, and the same bundle is taken afterwards, or is in already."""
    service = home.service

    def renewed(found: House) -> Bundle:
        found.service.roles[Role.KU] = NEW_KU
        found.service.roots = (found.service.root(2),)
        found.service.roles[Role.KU] = service.roles[Role.KU]
        found.service.edit()
        return found.service.bundle()

    counted = cuts.copied(home, 0)
    bundle = renewed(counted)
    flash_of(counted).arm(-1)
    counted.update(GUS, bundle)
    for call in range(flash_of(counted).calls):
        found = cuts.copied(home, call)
        bundle, flash = renewed(found), flash_of(found).arm(call, part, call % 2)
        answer = found.update(GUS, bundle)
        flash.lose_power() if call % 3 else flash.well()
        if call % 3:
            found.rig.pull_battery()
        if not isinstance(answer, Settled) and found.rig.lock.holds(found.rig.at).ver != found.service.ver:
            assert isinstance(found.update(GUS, bundle), Settled), "the bundle that brings a root is signed under the one before it"
        found.service.roles[Role.KU], found.service.roots, found.service.proven = NEW_KU, (), found.service.ver
        found.service.edit()
        answer = found.update(GUS)
        assert isinstance(answer, Settled)
        assert answer.status is Status.APPLIED


@pytest.mark.rule("LOCK-12", "SYNC-6")
@pytest.mark.parametrize("dead", [(), ("notes",)], ids=["once", "and_again"])
def test_a_root_that_could_not_be_written_is_not_lost_behind_the_next_list(home: House, dead: tuple[str, ...]) -> None:
    """Any write of its commit is not taken, or none of the notes at the next list either: behind that list, which brings no root, a start knows the new key."""

    def renewed(found: House) -> Bundle:
        old = found.service.roles[Role.KU]
        found.service.roles[Role.KU] = NEW_KU
        found.service.roots = (found.service.root(2),)
        found.service.roles[Role.KU] = old
        found.service.edit()
        return found.service.bundle()

    counted = cuts.copied(home, 0)
    bundle = renewed(counted)
    flash_of(counted).arm(-1)
    counted.update(GUS, bundle)
    for call in range(flash_of(counted).calls):
        found = cuts.copied(home, call)
        bundle, flash = renewed(found), flash_of(found).arm(call, 0.0)
        found.update(GUS, bundle)
        flash.well()
        if found.rig.lock.holds(found.rig.at).ver != found.service.ver:
            assert isinstance(found.update(GUS, bundle), Settled)
        service = found.service
        service.roles[Role.KU], service.roots, service.proven = NEW_KU, (), service.ver
        service.edit()
        flash.dead = dead
        found.update(GUS)
        flash.lose_power()
        found.rig.pull_battery()
        if found.rig.lock.holds(found.rig.at).ver != service.ver:
            assert isinstance(found.update(GUS), Settled), call
        found.rig.pull_battery()
        owner = found.rig.lock.memory.owner
        assert owner is not None
        assert owner.trust.root.n == 2, call
        service.edit()
        assert isinstance(found.update(GUS), Settled), call


@pytest.mark.rule("LOCK-11")
def test_what_firmware_was_believed_of_does_not_fall_back_behind_a_root(home: House) -> None:
    """The note that a root was proposed in may outlive the moment it came to count: what was believed since counts at the next start (invariant 68)."""
    counted = cuts.copied(home, 0)
    counted.service.edit()
    counted.service.roots = (counted.service.root(2),)
    bundle = counted.service.bundle()
    flash_of(counted).arm(-1)
    counted.update(GUS, bundle)
    for call in range(flash_of(counted).calls):
        found = cuts.copied(home, call)
        found.service, flash = deepcopy(counted.service), flash_of(found).arm(call, 0.0)
        found.update(GUS, bundle)
        flash.well()
        if found.rig.lock.holds(found.rig.at).ver != found.service.ver:
            assert isinstance(found.update(GUS, bundle), Settled)
        publisher = cuts.publisher_of(found)
        publisher.ver = publisher.listed = 7
        if bring(found, publisher, only=[]) == Busy(Op.FIRMWARE, 60_000):  # the root itself is still to be written
            found.rig.pull_battery()
        assert isinstance(bring(found, publisher, only=[]), Staged), call
        found.rig.pull_battery()
        publisher.ver = publisher.listed = 6
        assert bring(found, publisher, only=[]) == Denied(Op.FIRMWARE, Reason.REFUSED), call


@pytest.mark.rule("LOCK-12", "SYNC-3")
def test_what_a_stolen_key_said_ends_with_it_whatever_step_of_the_commit_fails(home: House) -> None:
    """Any write of the commit is not taken: once the new KG counts, no start knows of the version that never comes."""
    heard = cuts.copied(home, 0)
    heard.present(DANA, heard.service.grant(DANA, acl_ver=2**32 - 1))
    flash_of(heard).barrier()
    heard.service.edit()
    heard.service.roots = (renamed(heard.service),)
    bundle = heard.service.bundle()

    def life(seed: int) -> House:
        found = cuts.copied(heard, seed)
        assert found.rig.lock.memory.known_newer == 2**32 - 1
        return found

    counted = life(0)
    flash_of(counted).arm(-1)
    counted.update(GUS, bundle)
    for call in range(flash_of(counted).calls):
        found = life(call)
        flash = flash_of(found).arm(call, 0.0)
        found.update(GUS, bundle)
        flash.well()
        found.rig.pull_battery()
        if found.rig.lock.holds(found.rig.at).ver != found.service.ver:
            assert isinstance(found.update(GUS, bundle), Settled)
        found.service.roles[Role.KG] = signer(950)
        found.rig.pull_battery()
        assert found.rig.lock.memory.known_newer == 0, call
        assert found.unlock(DANA) == Plain(Op.UNLOCK)


def with_a_rumour(home: House) -> House:
    """A lock that heard of a version that never comes, from a grant key that its newest list has ended: the rumour's note could not be dropped."""
    found = cuts.copied(home, 0)
    service, flash = found.service, flash_of(found)
    found.present(DANA, service.grant(DANA, acl_ver=2**32 - 1))
    flash.barrier()
    service.edit()
    service.roots = (renamed(service),)
    flash.arm(-1, 0.0).against = DROPPED_RUMOUR
    assert isinstance(found.update(GUS), Settled)
    return found


@pytest.mark.rule("LOCK-12", "SYNC-3")
def test_what_a_stolen_key_said_ends_with_it_however_often_it_cannot_be_dropped(home: House) -> None:
    """The note of it is refused at the commit and at every start behind it: no start knows of it, and the next list takes it away for good."""
    found = with_a_rumour(home)
    service, flash = found.service, flash_of(found)
    service.roles[Role.KG], service.roots, service.proven = signer(950), (), service.ver
    for _ in range(2):
        found.rig.pull_battery()
        assert found.rig.lock.memory.known_newer == 0
        assert bring(found, cuts.publisher_of(found), only=[]) == Busy(Op.FIRMWARE, 60_000), (
            "no image's statements write the root before that"
        )
    service.edit()
    assert isinstance(found.update(GUS, acl_ver=1), Settled)
    flash.well()
    found.rig.pull_battery()
    assert found.rig.lock.memory.known_newer <= service.ver
    assert found.unlock(DANA) == Plain(Op.UNLOCK)
    assert isinstance(bring(found, cuts.publisher_of(found), only=[]), Staged)


@pytest.mark.rule("LOCK-12", "SYNC-3")
def test_what_a_stolen_key_said_is_gone_with_the_start_that_can_drop_it(home: House) -> None:
    """Also where the drop failed twice: the root is written behind it, and not before."""
    found = with_a_rumour(home)
    found.rig.pull_battery()
    flash_of(found).well()
    for _ in range(2):
        found.rig.pull_battery()
        assert found.rig.lock.memory.known_newer == 0
        assert found.rig.lock.memory.notes.get(b"newer") is None


def test_news_under_the_new_key_outlive_the_rumour_that_could_not_be_dropped(home: House) -> None:
    """They take its place in the note, and the root is written behind them with the next list."""
    found = with_a_rumour(home)
    service = found.service
    service.roles[Role.KG], service.roots, service.proven = signer(950), (), service.ver
    found.present(DANA, service.grant(DANA, acl_ver=99))
    service.edit()
    assert isinstance(found.update(GUS), Settled)
    found.rig.pull_battery()
    assert found.rig.lock.memory.known_newer == 99


def test_a_root_may_name_the_old_key_and_the_new_one_while_lists_change_over() -> None:
    """How a KU that is not lost is replaced without a visit by an installer."""
    home = house()
    service, old = home.service, home.service.roles[Role.KU]
    named = open_root(service.root(2))
    both = {typ: (*keys, NEW_KU.public) if old.public in keys else keys for typ, keys in named.roles.items()}
    service.roots = (sign_root(replace(named, roles=both), service.root_keys[:2]),)
    service.edit()
    assert isinstance(home.update(GUS), Settled)
    for key in (old, NEW_KU):
        service.roles[Role.KU], service.roots = key, ()
        service.edit()
        assert isinstance(home.update(GUS), Settled)


def test_a_reset_that_cannot_be_kept_is_not_asked() -> None:
    """Pulling the battery would take it back: whoever holds the button is told, and the door opens as before."""
    home = house(UNIT, "M", flash=Failing(6))
    flash_of(home).dead = ("notes",)
    home.rig.do(InsideButton(held_ms=15_000))
    assert not home.rig.lock.memory.reset_asked
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
