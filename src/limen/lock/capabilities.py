"""What a model of lock can do (LOCK-2): data, one row each in devices.yaml. The text comes in as an argument; reading it is the body's."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from limen.wire.sticker import MODEL_NUMBERS

BATTERY_LOW = 15
BATTERY_CRITICAL = 5
BATTERY_ACTIVATION = 20
BATTERY_FIRMWARE = 40


@dataclass(frozen=True, slots=True)
class Model:
    """Capabilities; `capacity` is people with one code and one card each, `hardware` the revision an image must fit.

    `engaged_ms` every window the model allows."""

    id: str
    name: str
    form: str
    keypad: bool
    nfc: bool
    camera: bool
    cylinder: bool
    jumpstart: bool
    wired: bool
    connected: bool
    privacy_deadbolt: bool
    door_sensor: bool
    exit_sensor: bool
    capacity: int
    hardware: int
    cells: int
    engaged_ms: tuple[int, ...]

    @property
    def number(self) -> int:
        """As stickers and attestations name it."""
        return MODEL_NUMBERS[self.id]

    def engaged(self, wanted_ms: int) -> int:
        """The engaged window: what the door's config asks for if the model allows it, else the model's longest (LOCK-4)."""
        return wanted_ms if wanted_ms in self.engaged_ms else max(self.engaged_ms)


def read_models(text: str) -> dict[str, Model]:
    """All rows that open a door by themselves, by id. Raises ValueError for a row that lacks something."""
    rows = yaml.safe_load(text)["models"]
    try:
        return {row["id"]: _model(row) for row in rows if "capacity" in row}
    except KeyError as missing:
        raise ValueError(f"a model lacks {missing}") from missing


def _model(row: Mapping[str, object]) -> Model:
    engaged, power, net, capacity = row["engaged_s"], row["power"], row["net"], row["capacity"]
    sensors = row.get("sensors", [])
    windows = [s for s in (engaged if isinstance(engaged, list) else [engaged]) if isinstance(s, int)]
    if (
        not isinstance(power, dict)
        or not isinstance(net, list)
        or not isinstance(sensors, list)
        or not isinstance(capacity, int)
        or not windows
    ):
        raise ValueError(f"model {row['id']} is not well formed")
    return Model(
        id=str(row["id"]),
        name=str(row["name"]),
        form=str(row["form"]),
        keypad=bool(row["keypad"]),
        nfc=bool(row["nfc"]),
        camera=bool(row["camera"]),
        cylinder=bool(row["cylinder"]),
        jumpstart=bool(row["jumpstart"]),
        wired=power["kind"] == "wired",
        connected=bool(net),
        privacy_deadbolt=bool(row.get("privacy_deadbolt", False)),
        door_sensor="door" in sensors,
        exit_sensor="exit" in sensors,
        capacity=capacity,
        hardware=int(str(row["generation"])),
        cells=int(power.get("cells", 0)),
        engaged_ms=tuple(1000 * s for s in windows),
    )
