"""Root after root."""

from pathlib import Path

import pytest
from django.conf import settings

from limen.storage import kms, roots
from limen.wire.envelope import Typ
from limen.wire.roots import open_root
from tests.unit.lock.site import signer


def test_each_root_follows_the_one_before_and_names_the_offline_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed by the threshold of both; the other roles stay as they were."""
    monkeypatch.setattr(settings, "LIMEN_DATA", tmp_path)
    first = roots.newest()
    assert roots.trust_firmware([signer(n).public for n in (1, 2, 3)]) == 2
    assert roots.trust_firmware([signer(n).public for n in (3, 4, 5)]) == 3
    one, two, three = roots.statements()
    second = open_root(two, before=open_root(one))
    third = open_root(three, before=second)
    assert third.roles[Typ.FW_LIST] == (kms.firmware_signer().public,)
    assert {typ: third.roles[typ] for typ in first.roles} == dict(first.roles)


def test_three_different_keys_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of two would be no threshold."""
    monkeypatch.setattr(settings, "LIMEN_DATA", tmp_path)
    with pytest.raises(ValueError, match="three"):
        roots.trust_firmware([signer(1).public, signer(2).public, signer(2).public])
