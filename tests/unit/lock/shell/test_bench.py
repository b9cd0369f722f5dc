"""The face as JSON."""

import json
from pathlib import Path

import pytest

from limen.lock.events import KeyTurned
from limen.lock.shell import bench
from limen.lock.shell.body import Body
from tests.unit.lock.shell.test_body import body


def seen(found: Body) -> dict[str, dict[str, object]]:
    message = json.loads(bench.view(found))
    assert isinstance(message, dict)
    return message


def test_every_act_of_a_body_at_the_door_is_understood(tmp_path: Path) -> None:
    found = body(tmp_path)
    for do in ("lens", "check", "key", "inside", "button", "qi", "bolt_inside", "drop_next_part", "drop_next_segment", "walk_away"):
        assert bench.act(found, json.dumps({"do": do})), do
    assert bench.act(found, '{"do": "digit", "digit": 5}')
    assert bench.act(found, '{"do": "card", "card": "uid:04deadbeef1122"}')
    assert bench.act(found, '{"do": "battery", "to": "pulled"}')
    assert seen(found)["holds"]["power"] is False
    assert bench.act(found, '{"do": "battery", "to": "fresh"}')
    assert seen(found)["holds"]["power"] is True


@pytest.mark.parametrize(
    "message", ["", "{", "[]", '{"do": 5}', '{"do": "open"}', '{"do": "unlock"}', '"' + "x" * 2000 + '"', "null", '{"do": ["lens"]}']
)
def test_nothing_else_is(tmp_path: Path, message: str) -> None:
    assert not bench.act(body(tmp_path), message)


@pytest.mark.parametrize("digit", ["55", 12, -1, True, None, 1.5])
def test_a_digit_is_one_key(tmp_path: Path, digit: object) -> None:
    found = body(tmp_path)
    bench.act(found, '{"do": "lens"}')
    bench.act(found, json.dumps({"do": "digit", "digit": digit}))
    assert found.lens.state.value == "awake"


@pytest.mark.parametrize("card", ["", "uid:", "uid:zz", "aes:04deadbeef1122", "magic:04deadbeef1122", "uid:" + "00" * 40, 7])
def test_a_strange_card_does_no_harm(tmp_path: Path, card: object) -> None:
    assert bench.act(body(tmp_path), json.dumps({"do": "card", "card": card}))


def test_only_a_lock_with_a_network_can_lose_it(tmp_path: Path) -> None:
    """The face says so while it lasts."""
    assert not bench.act(body(tmp_path / "lock"), '{"do": "lose_signal"}')
    reader = body(tmp_path / "reader", "R")
    assert bench.act(reader, '{"do": "lose_signal"}') and bool(seen(reader)["no_signal"])
    assert bench.act(reader, '{"do": "lose_signal"}') and not seen(reader)["no_signal"]


def test_hands_at_the_door_bring_somebody_back(tmp_path: Path) -> None:
    found = body(tmp_path)
    bench.act(found, '{"do": "walk_away"}')
    assert found.away
    bench.act(found, '{"do": "lens"}')
    assert not found.away


def test_the_face_shows_what_the_model_has_and_the_sticker(tmp_path: Path) -> None:
    view = seen(body(tmp_path, "C2"))
    assert view["model"]["jumpstart"] is True
    assert view["model"]["cylinder"] is False
    assert view["model"]["power"] == "batteries"
    assert len(str(view["sticker"])) == 44
    assert view["cards"][-1]["name"] == "Somebody else's card"  # type: ignore[index]


def test_the_shelf_lists_what_is_printed_on_each_housing(tmp_path: Path) -> None:
    listed = json.loads(bench.shelf([body(tmp_path)]))["locks"]
    assert listed[0]["serial"] == "LM000103"
    assert set(listed[0]) == {"serial", "model", "lock_id", "sticker", "cover", "last"}
    assert str(listed[0]["cover"]).replace(" ", "")[8:].isdecimal()


def test_the_shelf_tells_the_last_thing_that_happened_at_a_lock(tmp_path: Path) -> None:
    """Nothing before the first one; without a time while the lock has no clock to tell it by, with one where only the body noticed."""
    found = body(tmp_path)

    def last() -> object:
        said: object = json.loads(bench.shelf([found]))["locks"][0]["last"]
        return said

    assert last() is None
    found.feel(KeyTurned())
    assert last() == {"at_ms": None, "words": "metal key turned"}
    before = found.time.at()
    found.pull_battery()
    said = last()
    assert isinstance(said, dict) and said["words"] == "battery pulled"
    assert before <= said["at_ms"] <= found.time.at()
