"""Firmware over the air at the lock (part G; LOCK-6, LOCK-11; inv. 66 to 68)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from limen.lock.commands import Restart
from limen.lock.events import BatteryMeasured, Cause, SelfTested, Ticked
from limen.wire import operations as ask
from limen.wire.answers import Busy, Denied, Plain, Settled, Staged
from limen.wire.envelope import Role
from limen.wire.events import Kind, Result
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from tests.unit.lock.publisher import Publisher, aim, bring, installed, leave_alone, pushing, started
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, GUS, House, code, house, signer


def published(number: int = 2, **facts: int) -> tuple[House, Publisher]:
    """A lock in sync that is directed to the newest image of its publisher."""
    home = house(CONFIG, "M", code(9, 5_550_123))
    publisher = Publisher(home.service)
    aim(home, publisher.image(number, **facts))
    return home, publisher


def version(home: House) -> int:
    return home.rig.lock.memory.slots.running.version


def counter(home: House) -> int:
    return home.rig.lock.memory.slots.state.counter


@pytest.mark.rule("LOCK-11")
def test_an_image_that_all_agree_on_is_started_tried_and_confirmed() -> None:
    """Brought in chunks, started when the door is left alone, good once somebody came in by it; then the record says so."""
    home, publisher = published()
    answer = bring(home, publisher)
    assert isinstance(answer, Staged)
    assert answer.bitmap == b"\x07"
    assert version(home) == 1
    leave_alone(home)
    assert (version(home), home.rig.lock.memory.slots.on_trial) == (2, True)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert (version(home), home.rig.lock.memory.slots.on_trial) == (2, False)
    told = [event for event in events(home) if event.kind is Kind.FIRMWARE]
    assert [(event.result, event.ver) for event in told] == [(Result.DONE, 2)]
    assert bring(home, publisher).status is Status.ALREADY  # type: ignore[union-attr]


def test_ten_minutes_in_order_confirm_an_image_where_nobody_comes() -> None:
    """The watchdog's ten minutes."""
    home, publisher = published()
    bring(home, publisher)
    leave_alone(home)
    assert home.rig.lock.memory.slots.on_trial
    leave_alone(home, 11)
    assert not home.rig.lock.memory.slots.on_trial
    assert version(home) == 2


# ---- who may say what runs: each of these alone keeps the image out

Spoil = Callable[[House, Publisher], tuple[bytes, Reason]]


def _one_holder(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    return publisher.offer(by=home.service.holders[:1]), Reason.REFUSED


def _one_holder_twice(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    return publisher.offer(by=[home.service.holders[0]] * 2), Reason.REFUSED


def _strangers(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    return publisher.offer(by=[signer(1), signer(2), home.service.holders[0]]), Reason.REFUSED


def _online_keys(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    """Whoever has taken the whole service still has no KF key."""
    return publisher.offer(by=[home.service.roles[role] for role in (Role.KS, Role.KU, Role.KG)]), Reason.REFUSED


def _another_list_key(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    return publisher.offer(online=home.service.roles[Role.KU]), Reason.REFUSED


def _another_model(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.model = 6
    return publisher.offer(), Reason.REFUSED


def _another_revision(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.said = [replace(publisher.said[0], hardware=(2, 3))]
    return publisher.offer(), Reason.WRONG_IMAGE


def _a_lower_counter(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.said = [replace(publisher.said[0], counter=0)]
    return publisher.offer(), Reason.WRONG_IMAGE


def _not_from_here(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.said = [replace(publisher.said[0], min_from=2)]
    return publisher.offer(), Reason.WRONG_IMAGE


def _reads_only_newer_state(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.said = [replace(publisher.said[0], schema_min=2)]
    return publisher.offer(), Reason.WRONG_IMAGE


def _nobody_aimed_it(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    aim(home, replace(publisher.said[0], number=99))
    return publisher.offer(), Reason.NEEDS_UPDATE


def _aimed_at_other_bytes(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    aim(home, replace(publisher.said[0], digest=bytes(32)))
    return publisher.offer(), Reason.NEEDS_UPDATE


def _its_days_are_over(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    home.wait(31 * 86_400)
    home.sync_clock(GUS)
    return publisher.offer(), Reason.ENDED


def _other_chunk_hashes(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    publisher.images[publisher.said[0].number] = b"other bytes" * 250
    return publisher.offer(), Reason.REFUSED


def _a_weak_battery(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    home.rig.do(BatteryMeasured(39))
    return publisher.offer(), Reason.BATTERY


def _an_older_list(home: House, publisher: Publisher) -> tuple[bytes, Reason]:
    assert isinstance(bring(home, publisher, only=[]), Staged)
    publisher.listed -= 1
    return publisher.offer(), Reason.REFUSED


SPOILED: tuple[Spoil, ...] = (
    _one_holder,
    _one_holder_twice,
    _strangers,
    _online_keys,
    _another_list_key,
    _another_model,
    _another_revision,
    _a_lower_counter,
    _not_from_here,
    _reads_only_newer_state,
    _nobody_aimed_it,
    _aimed_at_other_bytes,
    _its_days_are_over,
    _other_chunk_hashes,
    _a_weak_battery,
    _an_older_list,
)


@pytest.mark.rule("LOCK-11", "LOCK-6")
@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__.strip("_"))
def test_an_image_that_lacks_any_one_proof_is_not_let_in_and_never_runs(spoil: Spoil) -> None:
    """Signed by the KF threshold, listed, directed, for this model and revision, not below the counter: all of them or nothing (invariant 66)."""
    home, publisher = published()
    offer, reason = spoil(home, publisher)
    area = home.rig.lock.memory.slots.area
    before = home.rig.flash.read(area, 0, area.size_bytes)
    assert bring(home, publisher, offer=offer) == Denied(Op.FIRMWARE, reason)
    assert home.rig.flash.read(area, 0, area.size_bytes) == before, "not a byte is accepted"
    leave_alone(home)
    started(home)
    assert version(home) == 1


def test_the_same_image_with_every_proof_does_run() -> None:
    """The table above is about proofs, not about a lock that takes nothing (invariant 66)."""
    home, publisher = published()
    assert isinstance(bring(home, publisher), Staged)
    leave_alone(home)
    assert version(home) == 2


def test_bytes_that_are_not_the_image_are_not_run_even_if_flash_changed_them_later() -> None:
    """The digest is checked at every start of an image on trial (invariant 66)."""
    home, publisher = published()
    bring(home, publisher)
    home.rig.flash.program(home.rig.lock.memory.slots.area, 2 * 4096 + 100, b"\x00")
    leave_alone(home)
    assert version(home) == 1


# ---- carriage


@pytest.mark.rule("LOCK-11")
def test_what_one_phone_began_another_ends_over_a_power_cut() -> None:
    """A half-delivered image changes nothing, and no chunk is brought twice."""
    home, publisher = published()
    assert bring(home, publisher, only=[0, 2]).bitmap == b"\x05"  # type: ignore[union-attr]
    home.rig.pull_battery()
    assert version(home) == 1
    talk = pushing(home)
    answer = talk.ask(ask.FirmwarePush(None, publisher.offer()))
    assert isinstance(answer, Staged)
    assert answer.bitmap == b"\x05"
    talk.ask(ask.FirmwarePush(1, publisher.parts()[1]))
    home.sync_clock(GUS)
    leave_alone(home)
    assert version(home) == 2


def test_two_phones_take_turns_and_a_wrong_chunk_is_not_stored() -> None:
    """The lease of ten seconds is the same as a list's."""
    home, publisher = published()
    first = pushing(home)
    bring(home, publisher, first, only=[0])
    second = pushing(home, beside=True)
    assert isinstance(second.ask(ask.FirmwarePush(None, publisher.offer())), Busy)
    assert isinstance(second.ask(ask.FirmwarePush(1, publisher.parts()[1])), Busy)
    assert first.ask(ask.FirmwarePush(1, publisher.parts()[0])) == Denied(Op.FIRMWARE)
    home.rig.wait(10_001)
    assert isinstance(second.ask(ask.FirmwarePush(None, publisher.offer())), Staged)


def test_couriers_and_managers_bring_images_and_the_old_one_serves_meanwhile() -> None:
    """Push is enough; codes and phones open at every moment of a download."""
    home, publisher = published()
    talk, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER), Op.FIRMWARE)
    assert isinstance(bring(home, publisher, talk, only=[0]), Staged)
    other, _ = home.present(DANA, home.service.grant(DANA), beside=True)
    assert other.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)
    assert isinstance(talk.ask(ask.FirmwarePush(1, publisher.parts()[1])), Staged)


# ---- when it starts


@pytest.mark.rule("LOCK-11")
def test_nothing_restarts_within_a_minute_of_an_opening_or_while_somebody_talks() -> None:
    """The door comes first."""
    home, publisher = published()
    talk = pushing(home)
    bring(home, publisher, talk)
    home.rig.wait(20_000)
    assert Restart() not in home.rig.do(Ticked())
    home.rig.hang_up()
    home.rig.type("5550123")
    home.rig.wait(69_000)
    assert Restart() not in home.rig.do(Ticked())
    home.rig.wait(2_000)
    assert Restart() in home.rig.do(Ticked())


def test_a_battery_that_fell_or_a_direction_that_changed_meanwhile_stops_the_start() -> None:
    """What was agreed at the offer must still hold when it starts."""
    home, publisher = published()
    bring(home, publisher)
    home.rig.do(BatteryMeasured(30))
    leave_alone(home)
    assert version(home) == 1
    home.rig.do(BatteryMeasured(80))
    home.service.aimed = (77, bytes(16))
    home.service.edit()
    home.update(GUS)
    leave_alone(home)
    assert version(home) == 1


# ---- going back


@pytest.mark.rule("LOCK-11", "LOCK-12")
def test_three_starts_without_a_confirmation_bring_the_old_image_back_with_the_list_intact() -> None:
    """Whatever made them fail; a fourth start is never given (invariant 67)."""
    home, publisher = published()
    bring(home, publisher)
    held = home.rig.lock.memory.held
    assert held is not None
    leave_alone(home)
    seen = [version(home)]
    for _ in range(3):
        home.rig.boot(Cause.RESTART)
        seen.append(version(home))
    assert seen == [2, 2, 2, 1]
    now = home.rig.lock.memory.held
    assert now is not None
    assert now.after == held.after
    assert bring(home, publisher) == Denied(Op.FIRMWARE, Reason.SELF_TEST_FAILED)
    told = [event for event in events(home) if event.kind is Kind.FIRMWARE]
    assert [(event.result, event.ver) for event in told] == [(Result.FAILED, 2)]


@pytest.mark.parametrize("felt", [SelfTested(radio=False, motor=True), SelfTested(radio=True, motor=False), None])
def test_an_image_that_does_not_feel_radio_or_motor_or_hangs_is_given_up(felt: SelfTested | None) -> None:
    """A failed self-test is a failed start; silence for ten minutes is one too."""
    home, publisher = published()
    bring(home, publisher)
    home.rig.hang_up()
    home.wait(120)
    assert Restart() in home.rig.do(Ticked())
    for _ in range(3):
        home.rig.boot(Cause.RESTART)
        assert version(home) == 2
        if felt is not None:
            commands = home.rig.do(felt)
        else:
            home.wait(601)
            commands = home.rig.do(Ticked())
        assert Restart() in commands
    home.rig.boot(Cause.RESTART)
    assert version(home) == 1
    assert home.unlock(DANA) == Plain(Op.UNLOCK)


def test_an_image_that_finds_another_list_does_not_stay() -> None:
    """The list's hash must be the one from before the start."""
    home, publisher = published()
    bring(home, publisher)
    home.rig.hang_up()
    home.wait(120)
    home.rig.do(Ticked())
    slots = home.rig.lock.memory.slots
    assert slots.state.before is not None
    slots._keep(replace(slots.state, before=replace(slots.state.before, after=bytes(16))))
    assert Restart() in home.rig.boot(Cause.RESTART)


# ---- never backwards


@pytest.mark.rule("LOCK-11")
def test_the_security_counter_rises_at_confirm_only_and_never_falls() -> None:
    """An image on trial has not raised it, so the way back stays open; after confirm nothing below comes in (invariant 68)."""
    home, publisher = published(2, counter=5)
    bring(home, publisher)
    leave_alone(home)
    assert (version(home), counter(home)) == (2, 1), "on trial it counts for nothing"
    pushing(home)
    assert counter(home) == 5
    aim(home, publisher.image(3, counter=4))
    assert bring(home, publisher) == Denied(Op.FIRMWARE, Reason.WRONG_IMAGE)
    installed(home, publisher, publisher.image(4, counter=5))
    home.rig.pull_battery()
    assert counter(home) == 5


def test_an_image_that_went_back_has_not_raised_the_counter() -> None:
    """Revert works and downgrade does not (invariant 68)."""
    home, publisher = published(2, counter=9)
    bring(home, publisher)
    leave_alone(home)
    for _ in range(3):
        home.rig.boot(Cause.RESTART)
    assert (version(home), home.rig.lock.memory.slots.state.counter) == (1, 1)
    installed(home, publisher, publisher.image(3, counter=2))


def test_a_later_owner_inherits_image_and_counter_but_not_what_the_first_one_trusted() -> None:
    """RELEASE wipes trust, never the floor (invariant 68)."""
    home, publisher = published(2, counter=6)
    installed(home, publisher, publisher.said[0])
    talk, _ = home.present(GUS, home.service.grant(GUS), Op.ACTIVATE)
    talk.ask(ask.ReleaseTell(home.service.release()))
    slots = home.rig.lock.memory.slots
    assert (slots.running.version, slots.state.counter) == (2, 6)
    assert home.rig.lock.memory.notes.get(b"trust") is None
    assert home.rig.lock.memory.direction is None


def test_the_lock_answers_already_for_what_it_runs() -> None:
    """Also to a courier who has carried it for weeks."""
    home, publisher = published()
    installed(home, publisher, publisher.said[0])
    assert isinstance(bring(home, publisher), Settled)


def test_a_list_for_newer_firmware_waits_and_one_without_that_word_is_taken() -> None:
    """The service may hold lists back from obsolete firmware, never revocations."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.service.min_fw = 2
    talk, _ = home.present(GUS, home.service.grant(GUS, acl_ver=1), Op.MANIFEST)
    assert home.push(talk, home.service.bundle()) == Denied(Op.MANIFEST, Reason.NEEDS_UPDATE)
    home.service.min_fw = 1
    assert isinstance(home.push(talk, home.service.bundle()), Settled)
