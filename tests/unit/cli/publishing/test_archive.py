"""What a publisher carries between machines."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from limen.cli.publishing import holders
from limen.cli.publishing.archive import Archive, Facts, readable
from limen.wire import firmware

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_both_forms_say_the_same_and_a_new_image_ends_old_signatures(tmp_path: Path) -> None:
    """The lock's form has the version and the end of TUF's."""
    keys = [holders.read(path) for path in holders.make(tmp_path / "keys")]
    archive = Archive(tmp_path / "archive")
    archive.folder.mkdir()
    archive.add(b"one" * 900, Facts("M", 1, 1), NOW)
    assert [archive.sign(key) for key in keys[:2]] == [1, 2]
    assert archive.sign(keys[0]) == 2, "the same holder again is the same signature"
    statement, images = archive.models()["M"]
    targets, _ = firmware.open_targets(statement, [key.public for key in keys])
    assert images == {1: b"one" * 900}
    assert f"version {targets.ver}" in readable(archive.folder / "targets.json")
    archive.add(b"two" * 900, Facts("M", 2, 2), NOW)
    with pytest.raises(ValueError, match="nobody has signed"):
        archive.models()


def test_what_no_lock_would_take_is_not_put_in(tmp_path: Path) -> None:
    """Unknown model, empty image, turned-around range."""
    archive = Archive(tmp_path)
    for data, facts in ((b"x", Facts("Z", 1, 1)), (b"", Facts("M", 1, 1)), (b"x", Facts("M", 1, 1, hardware=(3, 1)))):
        with pytest.raises(ValueError, match="no "):
            archive.add(data, facts, NOW)
