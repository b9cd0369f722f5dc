"""The charge of the batteries, and what a lock does with what is left (LOCK-6, LOCK-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.lock.battery import CURVES, Chemistry, millivolts_of, next_percent, percent_of
from limen.lock.events import BatteryMeasured, Cause, InsideButton, VoltageMeasured
from limen.wire import operations as ask
from limen.wire.answers import Denied, Given, Plain, Presented, Settled
from limen.wire.events import Kind
from limen.wire.operations import Op, op_of
from limen.wire.refusals import Reason
from limen.wire.telemetry import unverified_telemetry
from tests.unit.lock.publisher import Publisher, aim, bring
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, House, Rig, Service, activate, code, house, opened, sticker_session

CELLS = 6


@pytest.mark.rule("LOCK-6")
@given(st.sampled_from(list(Chemistry)), st.integers(0, 12_000), st.integers(0, 12_000))
def test_more_volts_are_never_less_charge_and_the_ends_are_full_and_empty(chemistry: Chemistry, one: int, other: int) -> None:
    """A percentage, whatever the voltmeter says."""
    less, more = sorted((one, other))
    assert 0 <= percent_of(less, CELLS, chemistry) <= percent_of(more, CELLS, chemistry) <= 100
    curve = CURVES[chemistry]
    assert percent_of(curve[0][0] * CELLS - 1, CELLS, chemistry) == 0
    assert percent_of(curve[-1][0] * CELLS, CELLS, chemistry) == 100


@given(st.sampled_from(list(Chemistry)), st.integers(0, 100))
def test_a_simulated_voltmeter_reads_what_the_cells_hold(chemistry: Chemistry, percent: int) -> None:
    """There and back, within the width of a millivolt."""
    assert abs(percent_of(millivolts_of(percent, CELLS, chemistry), CELLS, chemistry) - percent) <= 1


def test_rest_is_no_charge_and_fresh_cells_are() -> None:
    """The lock says the lower of two readings until they differ by a change of batteries."""
    assert next_percent(None, 40) == 40
    assert next_percent(40, 47) == 40
    assert next_percent(40, 31) == 31
    assert next_percent(31, 98) == 98


def measured(home: House) -> int | None:
    """As it tells those who pull."""
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.TELEMETRY)
    given_ = talk.ask(ask.TelemetryAsk())
    assert isinstance(given_, Given)
    home.rig.hang_up()
    return unverified_telemetry(given_.data).battery


@pytest.mark.rule("LOCK-6")
def test_the_lock_tells_a_percentage_from_its_voltmeter_and_records_low_and_critical_once() -> None:
    """Wired models have none to tell."""
    home = house()
    for percent in (80, 14, 13, 4, 3):
        home.rig.do(VoltageMeasured(millivolts_of(percent, CELLS, Chemistry.ALKALINE), Chemistry.ALKALINE))
    assert measured(home) == 3
    assert [event.count for event in events(home) if event.kind is Kind.BATTERY] == [14, 4]
    home.rig.do(VoltageMeasured(9_000, Chemistry.ALKALINE))
    assert measured(home) == 100
    wired = house(model="R")
    wired.rig.do(VoltageMeasured(4_000, Chemistry.ALKALINE))
    assert measured(wired) is None


@pytest.mark.rule("LOCK-6")
def test_below_five_percent_the_lock_still_opens_and_takes_its_list_but_no_firmware() -> None:
    """Nobody is kept out by a weak battery, and a revocation still arrives."""
    home = house(CONFIG, "M", code(9, 5_550_123))
    publisher = Publisher(home.service)
    aim(home, publisher.image(2))
    home.rig.do(BatteryMeasured(4))
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert opened(home.rig.type("5550123"))
    assert bring(home, publisher) == Denied(Op.FIRMWARE, Reason.BATTERY)
    home.service.edit(gone=[9])
    assert isinstance(home.update(DANA), Settled)
    assert not opened(home.rig.type("5550123"))


@pytest.mark.rule("LOCK-6", "LOCK-10")
@pytest.mark.parametrize(("percent", "taken"), [(19, False), (20, True)])
def test_activation_needs_twenty_percent(percent: int, taken: bool) -> None:
    """Measured at the lock, before it makes a key."""
    service = Service()
    rig = Rig("M").manufacture(service)
    rig.boot()
    rig.do(BatteryMeasured(percent))
    if taken:
        assert isinstance(activate(rig, service), Settled)
        return
    rig.do(InsideButton())
    assert sticker_session(rig).ask(ask.AttestAsk(b"s" * 16)) == Denied(Op.ACTIVATE, Reason.BATTERY)


@pytest.mark.rule("LOCK-7")
def test_a_jumpstart_lets_one_app_unlock_through_and_changes_nothing_else() -> None:
    """It does not charge: no code, no firmware, no second opening; with cells again everything is as it was."""
    home = house(CONFIG, "C2", code(9, 5_550_123))
    home.rig.boot(Cause.POWER, jumpstart=True)
    home.rig.do(BatteryMeasured(0))
    assert not opened(home.rig.type("5550123"))
    home.service.edit(gone=[9])
    talk, answer = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    assert isinstance(answer, Presented), "who cannot bring an update is not asked for one"
    assert home.push(talk, home.service.bundle()) == Denied(Op.MANIFEST, Reason.BATTERY)
    for request in (ask.LogAsk(0), ask.TelemetryAsk(), ask.ReceiptAsk(), ask.PhotoAsk(0, 0), ask.AckTell(b"word")):
        assert talk.ask(request) == Denied(op_of(request), Reason.BATTERY)
    assert home.sync_clock(DANA) == Plain(Op.TIME)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert home.unlock(DANA) == Denied(Op.UNLOCK, Reason.BATTERY)
    home.rig.boot()
    home.rig.do(BatteryMeasured(100))
    assert opened(home.rig.type("5550123"))


@pytest.mark.rule("LOCK-7")
def test_a_model_without_a_coil_does_not_start_in_that_way() -> None:
    """Whatever the body says."""
    home = house(model="M")
    home.rig.boot(Cause.POWER, jumpstart=True)
    assert not home.rig.lock.memory.jumpstart
