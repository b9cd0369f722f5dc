"""Files for the service alone."""

from pathlib import Path

import pytest

from limen.storage import files


def test_a_created_file_keeps_its_first_content(tmp_path: Path) -> None:
    """Of two who draw a secret at once, both get the same one."""
    path = tmp_path / "keys" / "root.key"
    assert files.create(path, b"first") == b"first"
    assert files.create(path, b"second") == b"first"


def test_files_and_folders_are_for_the_service_alone(tmp_path: Path) -> None:
    """Modes 0600 and 0700, whatever the process's mask."""
    path = tmp_path / "keys" / "root.key"
    files.replace(path, b"secret")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_left_beside_a_written_file(tmp_path: Path) -> None:
    """The draft becomes the file."""
    files.replace(tmp_path / "a", b"1")
    files.replace(tmp_path / "a", b"2")
    files.create(tmp_path / "a", b"3")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"2")]


def test_a_folder_in_use_is_shared_or_somebodys_alone(tmp_path: Path) -> None:
    """Several serve from it, one restores into it."""
    path = tmp_path / "in-use"
    with files.shared(path), files.shared(path), pytest.raises(files.InUse), files.alone(path):
        pass
    with files.alone(path), pytest.raises(files.InUse), files.shared(path):
        pass
    with files.alone(path):
        pass
