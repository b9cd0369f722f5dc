"""A body feels, moves and keeps; it decides nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from limen.lock.commands import HoldBolt, Restart
from limen.lock.events import InsideButton
from limen.lock.shell.body import Body
from limen.lock.shell.clock import PoweredTime
from limen.lock.shell.factory import Factory, Made, models
from limen.wire.session import Initiator, activation_psk, activation_static, public_of


def body(folder: Path, model: str = "M") -> Body:
    made = Factory(folder / "factory", None).make(folder, "LM000103", models()[model])
    return Body(made, folder / "LM000103", PoweredTime(None))


def said(found: Body) -> list[str]:
    return [line.words for line in found.happened]


def test_a_mind_starts_at_the_first_thing_that_happens(tmp_path: Path) -> None:
    found = body(tmp_path)
    assert found.lock is None
    found.feel(InsideButton())
    assert found.lock is not None
    assert said(found) == ["started", "inside button pressed"]


@pytest.mark.rule("LOCK-4")
def test_without_power_nothing_is_felt_and_inside_is_free_to_leave(tmp_path: Path) -> None:
    found = body(tmp_path)
    found.pull_battery()
    found.feel(InsideButton())
    assert found.lock is None
    assert found.lens.sentence == "No power."
    found.go_out()
    assert said(found)[-1] == "opened from inside"


def test_a_pulled_battery_stays_pulled_over_a_restart_of_the_program(tmp_path: Path) -> None:
    found = body(tmp_path)
    found.pull_battery()
    found.made.flash.close()
    again = body(tmp_path)
    assert not again.awake()
    again.fresh_battery()
    assert again.lock is not None


@pytest.mark.rule("LOCK-7")
def test_only_models_with_a_coil_can_be_jumpstarted(tmp_path: Path) -> None:
    without = body(tmp_path / "m", "M")
    without.pull_battery()
    without.jumpstart()
    assert without.lock is None
    assert said(without)[-1] == "not supported by this model"
    coil = body(tmp_path / "c2", "C2")
    coil.pull_battery()
    coil.jumpstart()
    assert coil.lock is not None
    assert coil.lock.memory.jumpstart


def test_nobody_is_in_reach_after_walking_away_until_somebody_is_back(tmp_path: Path) -> None:
    found = body(tmp_path)
    closed: list[int] = []
    link = found.connect(lambda frame: None, lambda: closed.append(1))
    assert link is not None
    found.walk_away()
    assert closed == [1]
    assert found.connect(lambda frame: None, lambda: None) is None
    found.walk_away()
    assert found.connect(lambda frame: None, lambda: None) is not None


def test_the_radio_loses_a_part_on_demand_and_the_session_ends(tmp_path: Path) -> None:
    found, frames, closed = body(tmp_path), list[bytes](), list[int]()
    found.feel(InsideButton())
    link = found.connect(frames.append, lambda: closed.append(1))
    assert link is not None
    birth = found.made.birth
    initiator = Initiator(
        lock_id=birth.lock_id,
        remote_static=public_of(activation_static(birth.qr_secret, birth.lock_id)),
        ephemeral_private=b"\x05" * 32,
        psk=activation_psk(birth.qr_secret, birth.lock_id),
    )
    found.frame(link, b"\x03\x00" + initiator.write_message_1())
    assert len(frames) == 1
    found.drop_next_part = True
    found.frame(link, b"\x01\x01" + bytes(150))
    assert not closed
    found.frame(link, b"\x02\x02" + bytes(20))
    assert closed == [1]


def test_the_deadbolt_is_the_bodys_own(tmp_path: Path) -> None:
    found = body(tmp_path)
    found.throw_bolt(True)
    found.made.flash.close()
    again = body(tmp_path)
    assert again.awake()
    assert again.lock is not None
    assert again.lock.memory.bolt_thrown


def test_a_torn_condition_file_is_an_ordinary_door(tmp_path: Path) -> None:
    made: Made = Factory(tmp_path / "factory", None).make(tmp_path, "LM1", models()["M"])
    (tmp_path / "LM1" / "body.json").write_text('{"powered": fal')
    assert Body(replace(made), tmp_path / "LM1", PoweredTime(None)).condition.powered


def test_a_restart_that_the_mind_asks_for_keeps_time_and_drops_links(tmp_path: Path) -> None:
    found = body(tmp_path)
    closed: list[int] = []
    found.connect(lambda frame: None, lambda: closed.append(1))
    before = found.lock
    found._carry_out([Restart()])
    assert found.lock is not before
    assert closed == [1]
    assert found.lock is not None
    assert not found.lock.memory.power_lost


@pytest.mark.rule("LOCK-6", "LOCK-7")
def test_flat_batteries_are_no_power_and_a_coil_wakes_the_lock_for_one_opening(tmp_path: Path) -> None:
    found = body(tmp_path, "C2")
    found.feel(InsideButton())
    found.wear(30)
    assert found.lock is not None
    assert found.lock.memory.battery == 30
    found.wear(0)
    assert found.lock is None
    assert said(found)[-1] == "batteries are flat"
    found.jumpstart()
    assert found.lock is not None
    assert (found.lock.memory.jumpstart, found.lock.memory.battery) == (True, 0)
    found.fresh_battery()
    assert (found.lock.memory.jumpstart, found.lock.memory.battery) == (False, 100)


def test_a_new_mind_lets_a_held_strike_go(tmp_path: Path) -> None:
    """Whatever held it is forgotten with the mind that knew why (LOCK-16)."""
    found = body(tmp_path, "R")
    found.awake()
    found._carry_out([HoldBolt(True)])
    assert found.held_open
    found._carry_out([Restart()])
    assert not found.held_open
