"""Where simulated locks are made."""

from pathlib import Path

import pytest

from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.factory import Factory, models
from limen.wire import covercode
from limen.wire.envelope import Role, RoleKeys
from limen.wire.sticker import read_sticker
from limen.wire.tickets import open_certificate


def test_a_lock_is_made_once_with_a_certificate_under_the_factorys_key(tmp_path: Path) -> None:
    factory = Factory(tmp_path / "factory", tmp_path / "trust")
    made = factory.make(tmp_path / "locks", "LM000103", models()["M"])
    trusted = bytes.fromhex((tmp_path / "trust" / "mfg-ca.pub").read_text().strip())
    certificate = open_certificate(made.birth.certificate, RoleKeys.of_roles({Role.MFG_CA: (trusted,)}))
    assert (certificate.serial, certificate.model, certificate.id_key) == ("LM000103", "M", made.id_key.public)
    assert read_sticker(made.sticker).lock_id == certificate.lock_id
    made.flash.close()
    again = Factory(tmp_path / "factory", tmp_path / "trust").make(tmp_path / "locks", "LM000103", models()["M"])
    assert again.birth == made.birth
    assert again.id_key.public == made.id_key.public


def test_the_factorys_key_is_read_by_nobody_else_and_trust_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "mfg-ca.pub").write_text("02" * 33)
    Factory(tmp_path / "factory", tmp_path / "trust")
    assert (tmp_path / "factory" / "mfg-ca.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "trust" / "mfg-ca.pub").read_text() == "02" * 33


@pytest.mark.parametrize("serial", ["", "../etc", "LM 1", "x" * 33, ".hidden"])
def test_a_serial_that_is_no_serial_makes_no_folder(tmp_path: Path, serial: str) -> None:
    with pytest.raises(ValueError, match="serial"):
        Factory(tmp_path / "factory", None).make(tmp_path / "locks", serial, models()["M"])
    assert not (tmp_path / "locks").exists()


def test_a_serial_keeps_the_model_it_was_made_as(tmp_path: Path) -> None:
    factory = Factory(tmp_path / "factory", None)
    factory.make(tmp_path / "locks", "LM1", models()["M"]).flash.close()
    with pytest.raises(ValueError, match="model M"):
        factory.make(tmp_path / "locks", "LM1", models()["R"])


def test_what_stands_under_the_cover_is_on_paper_and_proved_by_the_lock(tmp_path: Path) -> None:
    """The name it has in the air and eight digits, the same at every start; its flash has only what they can be proved by, and nobody else reads the paper."""
    factory = Factory(tmp_path / "factory", None)
    made = factory.make(tmp_path / "locks", "LM000103", models()["M"])
    cover, record = covercode.read_cover(made.cover or ""), made.birth.cover
    assert record is not None and cover.name == made.air_name
    assert covercode.enrolled(cover.digits, made.birth.lock_id, record.salt, record.iterations) == record
    made.flash.close()
    folder = tmp_path / "locks" / "LM000103"
    assert cover.digits.encode() not in (folder / "flash.img").read_bytes()
    assert (folder / "cover").stat().st_mode & 0o077 == 0
    again = factory.make(tmp_path / "locks", "LM000103", models()["M"])
    assert again.cover == made.cover
    again.flash.close()


def test_a_lock_from_before_there_were_codes_starts_and_has_none(tmp_path: Path) -> None:
    factory = Factory(tmp_path / "factory", None)
    made = factory.make(tmp_path / "locks", "LM000103", models()["M"])
    notes = Notes(made.flash, Layout.for_capacity(made.model.capacity).notes)
    notes.drop(b"cover")
    made.flash.close()
    (tmp_path / "locks" / "LM000103" / "cover").unlink()
    again = factory.make(tmp_path / "locks", "LM000103", models()["M"])
    assert (again.cover, again.birth.cover, again.sticker) == (None, None, made.sticker)
    again.flash.close()
