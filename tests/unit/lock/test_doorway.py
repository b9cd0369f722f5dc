"""Wired doors with a sensor: passage hours, a door left open, a door forced (LOCK-16 to LOCK-18)."""

from dataclasses import replace

import pytest

from limen.lock.commands import Command, HoldBolt, ReleaseBolt, Restart
from limen.lock.events import Cause, DoorMoved, InsideButton, InsideHandle, Ticked
from limen.wire.answers import Plain, Staged
from limen.wire.events import Event, Kind, Result
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.records import Config, DoorKind
from limen.wire.schedules import Interval, Schedule, holds
from tests.unit.lock.publisher import Publisher, aim, bring
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, GUS, T0, ZONE, House, code, house, opened

MINUTE = (T0 // 60 - 300) % 1440  # of the local day: an hour either side of the first moment of these tests
HOURS = Schedule((Interval(0b11111111, (MINUTE - 60) % 1440, (MINUTE + 60) % 1440),))
LOBBY = replace(CONFIG, door_kind=DoorKind.ENTRANCE, passage=HOURS, ajar_s=30)
CODE = code(9, 5_550_123)


def strike(commands: list[Command]) -> bool | None:
    """Whether the strike is to be held, or let go; None: nothing said."""
    return next((command.held for command in commands if isinstance(command, HoldBolt)), None)


def told(home: House, *kinds: Kind) -> list[tuple[Kind, Result]]:
    return [(event.kind, event.result) for event in events(home) if event.kind in kinds]


def of(home: House, kind: Kind) -> list[Event]:
    return [event for event in events(home) if event.kind is kind]


@pytest.fixture
def lobby() -> House:
    home = house(LOBBY, "R", CODE)
    assert holds(HOURS, ZONE, (), home.rig.lock.memory.read_clock(home.rig.at).utime)
    return home


def later(home: House, seconds: int) -> list[Command]:
    """Time passes; the lock is woken whenever it asked to be."""
    out: list[Command] = []
    for _ in range(seconds // 30):
        home.wait(30)
        out += home.rig.do(Ticked())
    return out


@pytest.mark.rule("LOCK-16")
def test_the_first_unlock_in_passage_hours_opens_the_door_for_all_until_they_end(lobby: House) -> None:
    """Before it the door is shut; after it the strike is held, everybody walks in unrecorded, and the hours end it."""
    assert strike(lobby.rig.do(Ticked())) is None
    assert strike(lobby.rig.do(InsideHandle())) is None
    assert strike(lobby.rig.type("1234567")) is None
    assert strike(lobby.rig.type("5550123")) is True
    for opened_now in (True, False):
        lobby.rig.do(DoorMoved(opened_now))
    assert strike(later(lobby, 3_480)) is None
    assert strike(later(lobby, 240)) is False
    assert told(lobby, Kind.PASSAGE, Kind.DOOR_FORCED) == [(Kind.PASSAGE, Result.NOTED), (Kind.PASSAGE, Result.DONE)]
    started, ended = of(lobby, Kind.PASSAGE)
    assert ended.of_seq == started.seq
    assert strike(lobby.rig.type("5550123")) is None


@pytest.mark.rule("LOCK-16")
def test_a_phone_begins_a_passage_as_well_as_a_code(lobby: House) -> None:
    """Any way in that opens is a first unlock."""
    assert lobby.unlock(DANA) == Plain(Op.UNLOCK)
    assert lobby.rig.lock._doorway.held


@pytest.mark.rule("LOCK-16")
def test_a_passage_closed_early_stays_closed_until_its_hours_begin_anew(lobby: House) -> None:
    """The inside button ends it; the next one in just opens, also after a power cut; tomorrow it begins again."""
    lobby.rig.type("5550123")
    assert strike(lobby.rig.do(InsideButton())) is False
    lobby.rig.wait(20_000)
    again = lobby.rig.type("5550123")
    assert opened(again) and strike(again) is None
    lobby.rig.pull_battery(1_000)
    assert lobby.sync_clock(DANA) == Plain(Op.TIME)
    assert strike(lobby.rig.type("5550123")) is None
    lobby.wait(86_400)
    assert lobby.sync_clock(DANA) == Plain(Op.TIME)
    assert strike(lobby.rig.type("5550123")) is True


@pytest.mark.rule("LOCK-16", "LOCK-5")
def test_hours_are_not_believed_without_a_clock(lobby: House) -> None:
    """After a power cut a code opens, and nothing more."""
    lobby.rig.pull_battery(1_000)
    got_in = lobby.rig.type("5550123")
    assert opened(got_in) and strike(got_in) is None


@pytest.mark.rule("LOCK-16")
def test_an_update_that_takes_the_hours_away_ends_the_passage(lobby: House) -> None:
    """The strike is let go within half a minute."""
    lobby.rig.type("5550123")
    lobby.service.edit(config=replace(LOBBY, passage=None))
    lobby.update(DANA)
    assert strike(later(lobby, 30)) is False


def test_a_model_without_a_door_sensor_knows_neither_hours_nor_doors() -> None:
    """A mortise lock cannot stand open by itself."""
    home = house(LOBBY, "M", CODE)
    assert strike(home.rig.type("5550123")) is None
    home.rig.do(DoorMoved(True))
    assert told(home, Kind.DOOR_FORCED, Kind.PASSAGE, Kind.DOOR_AJAR) == []


def left_open(config: Config) -> House:
    """Somebody came in, and the door stands open behind them."""
    home = house(config, "R", CODE)
    home.rig.type("5550123")
    home.rig.do(DoorMoved(True))
    return home


@pytest.mark.rule("LOCK-17")
def test_a_door_left_open_is_noted_once_and_its_closing_too(lobby: House) -> None:
    """After as long as the config says, not before, and not while it is held open by its hours."""
    home = left_open(replace(LOBBY, passage=None))
    home.wait(29)
    home.rig.do(Ticked())
    assert told(home, Kind.DOOR_AJAR) == []
    assert home.rig.lock._doorway.due() is not None
    home.wait(1)
    home.rig.do(Ticked())
    later(home, 300)
    home.rig.do(DoorMoved(False))
    assert told(home, Kind.DOOR_AJAR, Kind.DOOR_FORCED) == [(Kind.DOOR_AJAR, Result.NOTED), (Kind.DOOR_AJAR, Result.DONE)]
    lobby.rig.type("5550123")
    lobby.rig.do(DoorMoved(True))
    later(lobby, 300)
    assert told(lobby, Kind.DOOR_AJAR) == []


@pytest.mark.rule("LOCK-17")
def test_a_door_without_a_limit_may_stand_open() -> None:
    """No number in the config, no notice."""
    home = left_open(replace(LOBBY, passage=None, ajar_s=None))
    later(home, 3_600)
    assert told(home, Kind.DOOR_AJAR) == []


@pytest.mark.rule("LOCK-18")
def test_a_door_that_opens_though_nobody_was_let_through_was_forced() -> None:
    """Within the window of an opening or of somebody going out it was not; a sensor that chatters writes one record a minute."""
    home = house(replace(LOBBY, passage=None), "R", CODE)

    def swing() -> None:
        home.rig.do(DoorMoved(True))
        home.rig.do(DoorMoved(False))

    home.rig.type("5550123")
    home.wait(8)
    swing()
    home.rig.do(InsideHandle())
    home.wait(8)
    swing()
    assert told(home, Kind.DOOR_FORCED) == []
    home.wait(60)
    for _ in range(20):
        swing()
    assert told(home, Kind.DOOR_FORCED) == [(Kind.DOOR_FORCED, Result.NOTED)]
    home.wait(61)
    swing()
    assert len(told(home, Kind.DOOR_FORCED)) == 2


@pytest.mark.rule("LOCK-18")
def test_a_refusal_lets_nobody_through() -> None:
    """A wrong code and then an open door: forced."""
    home = house(replace(LOBBY, passage=None), "R", CODE)
    home.rig.type("1234567")
    home.rig.do(DoorMoved(True))
    assert told(home, Kind.DOOR_FORCED) == [(Kind.DOOR_FORCED, Result.NOTED)]


@pytest.mark.rule("LOCK-4")
@pytest.mark.parametrize("broken", [False, True], ids=["in order", "record cannot be written"])
def test_a_wired_door_lets_everybody_out(broken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit button releases the strike for the window, whatever the lock can write."""
    home = house(replace(LOBBY, engaged_ms=5_000), "R")
    if broken:
        monkeypatch.setattr(home.rig.lock.memory, "try_record", lambda *_: None)
    assert ReleaseBolt(5_000) in home.rig.do(InsideHandle())


@pytest.mark.rule("LOCK-4")
@pytest.mark.parametrize(
    ("model", "wanted_ms", "window_ms"),
    [("R", 5_000, 5_000), ("R", 10_000, 10_000), ("R", 7_000, 10_000), ("M", 5_000, 10_000), ("C2", 10_000, 10_000)],
)
def test_the_engaged_window_is_one_that_the_model_has(model: str, wanted_ms: int, window_ms: int) -> None:
    """Ten seconds; a reader also five. What the config says beyond that is not followed."""
    home = house(replace(CONFIG, engaged_ms=wanted_ms), model, CODE)
    assert ReleaseBolt(window_ms) in home.rig.type("5550123")


def test_a_guest_may_begin_a_passage(lobby: House) -> None:
    """The hours are the manager's word that the door is open then; somebody has to be there first."""
    assert lobby.unlock(GUS, lobby.service.grant(GUS, Cls.APP_GUEST)) == Plain(Op.UNLOCK)
    assert lobby.rig.lock._doorway.held


@pytest.mark.rule("LOCK-16", "LOCK-12")
def test_every_start_lets_go_of_the_strike_and_only_a_first_unlock_holds_it_again(lobby: House) -> None:
    """What the wiring does without power is the fitter's choice; with power the strike is what the lock says, from the first moment on."""
    lobby.rig.type("5550123")
    for cause in (Cause.RESTART, Cause.POWER):
        commands = lobby.rig.boot(cause)
        assert commands[0] == HoldBolt(False)
        assert strike(later(lobby, 60)) is None
    assert strike(lobby.rig.type("5550123")) is None, "a lost clock believes in no hours"
    lobby.sync_clock(DANA)
    assert strike(lobby.rig.type("5550123")) is True


def test_firmware_waits_while_a_passage_holds_the_door(lobby: House) -> None:
    """A restart would shut the door in the face of whoever walks in."""
    publisher = Publisher(lobby.service, model=6)
    aim(lobby, publisher.image(2))
    assert isinstance(bring(lobby, publisher), Staged)
    lobby.rig.hang_up()
    lobby.rig.type("5550123")
    assert Restart() not in later(lobby, 600)
    lobby.rig.do(InsideButton())
    assert Restart() in later(lobby, 240)
