"""List records and config."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.cli.vectorbook.doors import RECORDS
from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.records import Config, ConfigFlags, DoorKind, ListRecord
from limen.wire.schedules import Interval, Schedule
from tests.unit.wire.cast import CONFIG


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.kind.name)
def test_every_kind_of_record_comes_back(record: ListRecord) -> None:
    """Through its bytes."""
    assert ListRecord.from_value(cbor.decode(cbor.encode(record.to_value()))) == record


@given(
    st.sampled_from(
        [CONFIG, replace(CONFIG, digits=9, door_kind=DoorKind.UNIT, flags=ConfigFlags.STRICT | ConfigFlags.UID, holidays=(1, 2, 3))]
    )
)
def test_a_config_comes_back(config: Config) -> None:
    """Through its bytes."""
    assert Config.from_value(cbor.decode(cbor.encode(config.to_value()))) == config


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (1, 3),
        (1, 10),
        (2, 4),
        (3, [0, 1, 1]),
        (3, [1, 0, 1]),
        (4, [1, 2, 3, 4]),
        (4, [257, 0, 0, 0, 0]),
        (5, []),
        (5, [[5, 0], [5, 60]]),
        (5, [[0, 7]]),
        (6, list(range(65))),
        (7, 60_001),
        (8, 21),
        (9, 16),
        (12, 1),
    ],
)
def test_a_config_out_of_range_is_refused(key: int, value: cbor.Value) -> None:
    """Digits, buckets, widths, zones, unknown keys."""
    said = cbor.decode(cbor.encode(CONFIG.to_value()))
    assert isinstance(said, dict)
    said[key] = value
    with pytest.raises(Malformed):
        Config.from_value(said)


@pytest.mark.parametrize(
    "value",
    [
        [1, 9, None, None, None, None, None, 1],
        [1, 1, None, 10, None, None, None, 1],
        [1, 1, None, None, None, None, None, 10**9],
        [1, 1, None, None, None, None, None, bytes(8)],
        [1, 2, None, None, None, None, None, bytes(11)],
        [1, 3, None, None, None, None, None, [bytes(7), bytes(15)]],
        [1, 4, None, None, None, None, None, bytes(7)],
        [1, 7, None, None, None, None, None, [5, 0, 0]],
        [1, 1, None, None, None, None, 1],
        [-1, 1, None, None, None, None, None, 1],
        {},
    ],
)
def test_a_record_out_of_shape_is_refused(value: cbor.Value) -> None:
    """Kinds, classes, lengths."""
    with pytest.raises(Malformed):
        ListRecord.from_value(value)


def test_a_stored_code_is_a_tag_and_a_sent_one_a_value() -> None:
    """The two forms are not taken for each other."""
    tagged = ListRecord.from_value([1, 1, None, None, None, None, None, bytes(8)], stored=True)
    assert tagged.data == bytes(8)
    with pytest.raises(Malformed):
        ListRecord.from_value([1, 1, None, None, None, None, None, 5], stored=True)


def test_a_config_of_a_door_without_a_sensor_has_eleven_keys_and_one_with_a_sensor_two_more() -> None:
    """What is not set is not said; out of range is refused."""
    plain = CONFIG.to_value()
    assert set(plain) == set(range(1, 12))
    watched = replace(CONFIG, passage=Schedule((Interval(31, 480, 1080),)), ajar_s=60).to_value()
    assert (watched[13], watched[14]) == ([[31, 480, 1080]], 60)
    assert Config.from_value(cbor.decode(cbor.encode(watched))).passage == Schedule((Interval(31, 480, 1080),))
    for key, value in ((14, 0), (14, 3_601), (13, []), (15, 1)):
        with pytest.raises(Malformed):
            Config.from_value(cbor.decode(cbor.encode({**watched, key: value})))
