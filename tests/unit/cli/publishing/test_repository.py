"""python-tuf's client as the judge; the whole way is in test_firmware.py."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from limen.cli.publishing import holders
from limen.cli.publishing.archive import Archive, Facts
from limen.cli.publishing.repository import NotBelieved, Repository
from tests.unit.lock.site import signer

NOW = datetime.now(UTC)


def test_after_a_refusal_everything_is_as_before_and_the_right_archive_still_goes_in(tmp_path: Path) -> None:
    """What the client saw of a bad archive is forgotten with it."""
    keys = [holders.read(path) for path in holders.make(tmp_path / "keys")]
    repository = Repository(tmp_path / "service")
    repository.trust([signer(n) for n in (1, 2, 3)], signer(4), tuple(key.public for key in keys))
    archive = Archive(tmp_path / "archive")
    archive.folder.mkdir()
    archive.add(b"one" * 900, Facts("M", 1, 1), NOW)
    archive.sign(keys[0])
    with pytest.raises(NotBelieved):
        repository.judge(archive.folder, signer(4), NOW)
    assert not (repository.metadata / "timestamp.json").exists()
    archive.sign(keys[1])
    repository.judge(archive.folder, signer(4), NOW)
    before = {path.name: path.read_bytes() for path in repository.metadata.iterdir()}
    archive.add(b"two" * 900, Facts("M", 2, 2), NOW)
    archive.sign(signer(8))
    archive.sign(keys[2])
    with pytest.raises(NotBelieved):
        repository.judge(archive.folder, signer(4), NOW)
    assert {path.name: path.read_bytes() for path in repository.metadata.iterdir()} == before
