"""`limen firmware`, from keys to locks: what python-tuf's own client refuses, and what the service refuses, is not published."""

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from limen.cli import firmware as command
from limen.cli import migrate
from limen.fleet.models import FirmwareImage, FirmwareTargets
from limen.storage import roots
from limen.wire import limits
from limen.wire.envelope import Typ

pytestmark = pytest.mark.django_db


def limen(*words: str) -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(dest="command"))
    return command.run(parser.parse_args(["firmware", *words]))


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three holders, trusted by a fresh installation."""
    monkeypatch.setattr(settings, "LIMEN_DATA", tmp_path / "service")
    monkeypatch.setattr(migrate, "prepare", lambda: None)
    folder = tmp_path / "keys"
    assert limen("keys", str(folder)) == 0
    assert limen("trust", *(str(folder / f"kf-{n}.pub") for n in (1, 2, 3))) == 0
    return folder


def added(tmp_path: Path, number: int = 2, data: bytes = b"an image " * 500) -> Path:
    """An archive with one more image."""
    (tmp_path / "image.bin").write_bytes(data)
    folder = tmp_path / "archive"
    assert limen("add", str(folder), str(tmp_path / "image.bin"), "--model", "M", "--number", str(number), "--version", str(number)) == 0
    return folder


def signed(folder: Path, keys: Path, *numbers: int) -> None:
    for number in numbers:
        assert limen("sign", str(folder), "--key", str(keys / f"kf-{number}.key")) == 0


@pytest.mark.rule("LOCK-11")
def test_two_of_three_holders_publish_and_one_does_not(keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The private halves never come near the service; the locks' own form is published with TUF's."""
    folder = added(tmp_path)
    signed(folder, keys, 1)
    assert limen("publish", str(folder)) == 1
    assert "not believed" in capsys.readouterr().out
    assert not FirmwareImage.objects.exists()
    signed(folder, keys, 3)
    assert limen("publish", str(folder)) == 0
    image = FirmwareImage.objects.get()
    assert (image.model, image.version, bytes(image.data)) == ("M", 2, b"an image " * 500)
    assert FirmwareTargets.objects.get().model == "M"


def test_naming_the_holders_makes_the_next_root_once(keys: Path) -> None:
    """Locks learn it from their updates; it is signed by the root before it."""
    root = roots.newest()
    assert root.n == 2
    assert len(root.roles[Typ.FW_TARGETS]) == 3
    assert len(roots.statements()[-1]) <= limits.ROOT_BYTES_MAX
    assert limen("trust", *(str(keys / f"kf-{n}.pub") for n in (3, 2, 1))) == 0
    assert roots.newest().n == 2
    assert limen("trust", *(str(keys / "kf-1.pub") for _ in range(3))) == 1


def test_an_older_archive_is_refused_by_tufs_own_client(keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Targets never go back, whoever signed them once."""
    folder = added(tmp_path)
    signed(folder, keys, 1, 2)
    old = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    added(tmp_path, number=3, data=b"another " * 500)
    signed(folder, keys, 2, 3)
    assert limen("publish", str(folder)) == 0
    for name, data in old.items():
        (folder / name).write_bytes(data)
    assert limen("publish", str(folder)) == 1
    assert "not believed" in capsys.readouterr().out
    assert FirmwareImage.objects.filter(offered=True).count() == 2


def test_changed_bytes_and_changed_words_are_refused(keys: Path, tmp_path: Path) -> None:
    """One byte of an image, one field of the metadata."""
    folder = added(tmp_path)
    signed(folder, keys, 1, 2)
    image = folder / "images" / "M" / "2.bin"
    image.write_bytes(b"evil" + image.read_bytes()[4:])
    assert limen("publish", str(folder)) == 1
    image.write_bytes(b"an image " * 500)
    said = json.loads((folder / "targets.json").read_text())
    said["signed"]["targets"]["M/2.bin"]["custom"]["version"] = 9
    (folder / "targets.json").write_text(json.dumps(said))
    assert limen("publish", str(folder)) == 1
    assert not FirmwareImage.objects.exists()


def test_a_number_is_one_image_for_ever(keys: Path, tmp_path: Path) -> None:
    """Nobody swaps the bytes behind a name."""
    added(tmp_path)
    (tmp_path / "image.bin").write_bytes(b"other" * 100)
    words = ("add", str(tmp_path / "archive"), str(tmp_path / "image.bin"), "--model", "M", "--number", "2", "--version", "2")
    assert limen(*words) == 1
    assert limen("aim", "--model", "M", "--number", "2") == 1, "nothing is published yet"


def test_the_list_of_the_newest_targets_is_renewed_long_before_its_end(keys: Path, tmp_path: Path, now: datetime) -> None:
    """Every 90 days of its 180."""
    from limen.fleet import aiming

    first = aiming.newest_list(now)
    assert aiming.newest_list(now + timedelta(days=89)) == first
    assert aiming.newest_list(now + timedelta(days=91)) != first
