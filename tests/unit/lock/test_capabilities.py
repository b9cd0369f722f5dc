"""Capabilities are data (LOCK-2)."""

from pathlib import Path

import pytest

from limen import fleet
from limen.lock.capabilities import read_models
from tests.unit.lock.site import DATA, MODELS


@pytest.mark.rule("LOCK-2")
def test_every_model_that_opens_a_door_is_known_with_what_it_can_do() -> None:
    assert set(MODELS) == {"C", "C2", "M", "M2", "M3", "R"}
    assert [model.id for model in MODELS.values() if model.camera] == ["C", "M", "R"]
    assert [model.id for model in MODELS.values() if not model.nfc] == ["C"]
    assert [model.id for model in MODELS.values() if not model.cylinder] == ["C2", "R"]
    assert [model.id for model in MODELS.values() if model.jumpstart] == ["C2", "M3"]
    assert [model.id for model in MODELS.values() if model.privacy_deadbolt] == ["M", "M2", "M3"]
    assert [model.id for model in MODELS.values() if model.wired and model.connected] == ["R"]


@pytest.mark.rule("LOCK-4")
def test_the_engaged_window_is_ten_seconds_and_five_or_ten_on_readers() -> None:
    assert MODELS["M"].engaged(5_000) == 10_000
    assert MODELS["R"].engaged(5_000) == 5_000
    assert MODELS["R"].engaged(7_000) == 10_000


def test_adding_a_model_is_adding_a_row() -> None:
    able = "keypad: true, nfc: true, camera: false, cylinder: false, jumpstart: false, net: [], capacity: 7, engaged_s: 10"
    row = f"{{id: M3, name: N, form: mortise, generation: 3, power: {{kind: wired}}, {able}}}"
    assert read_models(f"models: [{row}]")["M3"].capacity == 7
    with pytest.raises(ValueError, match="lacks"):
        read_models("models: [{id: X, capacity: 7}]")


def test_lock_and_service_carry_the_same_table() -> None:
    theirs = Path(fleet.__file__).parent / "devices.yaml"
    assert (DATA / "devices.yaml").read_bytes() == theirs.read_bytes()
