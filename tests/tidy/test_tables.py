"""Tables that two strangers need are the same table."""

from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/limen"


def test_lock_and_service_ship_one_device_table() -> None:
    """They meet on the wire only, so each carries the table; a change to one is a change to both."""
    assert (SOURCE / "lock/devices.yaml").read_bytes() == (SOURCE / "fleet/devices.yaml").read_bytes()
