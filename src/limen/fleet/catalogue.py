"""The models the product knows and what each can do, from `devices.yaml` (LOCK-2). Adding a model is adding a row there."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from limen.kernel.problems import Problem


@dataclass(frozen=True)
class Model:
    """What one model can do; `capacity` is people with one code and one card each (protocol B.3)."""

    id: str
    name: str
    form: str
    wired: bool
    keypad: bool
    nfc: bool
    camera: bool
    jumpstart: bool
    net: bool
    privacy_deadbolt: bool
    door_sensor: bool
    capacity: int
    engaged_ms: tuple[int, ...]
    """Every engaged window it has, the longest last (LOCK-4)."""


def model(name: str) -> Model:
    """The model of this id. Problem `unknown_model` for any other."""
    found = _all().get(name)
    if found is None:
        raise Problem("unknown_model", "This lock's model is not known here.")
    return found


@cache
def table() -> dict[str, Any]:
    """The whole table: models, the checks of a broken device in their order, and its symptoms."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "devices.yaml").read_text("utf-8"))
    return loaded


@cache
def _all() -> dict[str, Model]:
    rows = table()["models"]
    return {row["id"]: _model(row) for row in rows if row.get("capacity")}


def _model(row: dict[str, Any]) -> Model:
    engaged = row.get("engaged_s", 10)
    return Model(
        id=row["id"],
        name=row["name"],
        form=row["form"],
        wired=row["power"]["kind"] == "wired",
        keypad=row["keypad"],
        nfc=row["nfc"],
        camera=row["camera"],
        jumpstart=row["jumpstart"],
        net=bool(row["net"]),
        privacy_deadbolt=row.get("privacy_deadbolt", False),
        capacity=row["capacity"],
        door_sensor="door" in row.get("sensors", ()),
        engaged_ms=tuple(1_000 * s for s in sorted(engaged if isinstance(engaged, list) else [engaged])),
    )
