"""The phone key is made once, is readable by its owner only, signs, and does not come out (protocol invariant 39)."""

import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from limen.phone.channels import key_file
from limen.phone.channels.key_file import KeyFile, UnsafeKey
from limen.wire.envelope import load_public, verifies


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key as `limen phone` makes it."""
    key_file.make(tmp_path / "key.pem")
    return tmp_path / "key.pem"


def test_the_handle_signs(path: Path) -> None:
    """What it signs verifies under the public half that it tells."""
    key = KeyFile(path)
    assert len(key.public) == 33
    assert verifies(load_public(key.public), key.sign(b"words"), b"words")


def test_the_private_half_does_not_come_out(path: Path) -> None:
    """No attribute holds it under a name one could reach for, and the handle is not copied (invariant 39)."""
    key = KeyFile(path)
    assert {name for name in dir(key) if not name.startswith("_")} == {"kid", "public", "sign"}
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_it_is_for_its_owner_only(path: Path) -> None:
    """Made with mode 600, and refused with any other."""
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(UnsafeKey, match="read by others"):
        KeyFile(path)


def test_making_it_again_keeps_it(path: Path) -> None:
    """A phone has one key for life."""
    before = path.read_bytes()
    key_file.make(path)
    assert path.read_bytes() == before


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    """Only P-256 will do."""
    path = tmp_path / "key.pem"
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(UnsafeKey, match="P-256"):
        KeyFile(path)
