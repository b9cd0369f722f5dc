"""The first start makes what must be secret."""

import stat
from pathlib import Path

from limen.cli.migrate import make_data_folder, write_once


def test_folder_and_secret_belong_to_their_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads them."""
    data = tmp_path / "data"
    make_data_folder(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert len((data / "secret-key").read_text()) >= 48


def test_a_second_start_keeps_the_secret(tmp_path: Path) -> None:
    """A new one would sign everybody out."""
    make_data_folder(tmp_path)
    first = (tmp_path / "secret-key").read_text()
    make_data_folder(tmp_path)
    assert (tmp_path / "secret-key").read_text() == first


def test_two_installations_never_share_a_secret(tmp_path: Path) -> None:
    """It is drawn, not derived."""
    make_data_folder(tmp_path / "a")
    make_data_folder(tmp_path / "b")
    assert (tmp_path / "a" / "secret-key").read_text() != (tmp_path / "b" / "secret-key").read_text()


def test_who_comes_second_keeps_the_first_ones_secret_and_leaves_no_draft(tmp_path: Path) -> None:
    """Two starters at once agree."""
    write_once(tmp_path / "s", "first")
    write_once(tmp_path / "s", "second")
    assert (tmp_path / "s").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["s"]
