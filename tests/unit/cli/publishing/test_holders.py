"""Keys of the three holders."""

from pathlib import Path

import pytest

from limen.cli.publishing import holders


def test_three_keys_are_made_once_for_their_owners_alone(tmp_path: Path) -> None:
    """Nobody else reads them, and no second run writes over one."""
    made = holders.make(tmp_path)
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600] * 3
    assert len({holders.read(path).public for path in made}) == 3
    assert all(holders.read_public(path.with_suffix(".pub")) == holders.read(path).public for path in made)
    with pytest.raises(FileExistsError):
        holders.make(tmp_path)


def test_tuf_and_the_wire_see_the_same_key(tmp_path: Path) -> None:
    """One holder, two forms of the same statement."""
    key = holders.read(holders.make(tmp_path)[0])
    assert holders.for_tuf(key).public_key.keyid == holders.public_for_tuf(key.public).keyid
