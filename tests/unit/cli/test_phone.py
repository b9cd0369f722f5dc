"""`limen phone` speaks to people in sentences and to programs in JSON."""

import json
from pathlib import Path

import pytest

from limen.cli import main, phone
from limen.cli.courier.acts import HandedIn
from limen.phone import inbox
from limen.phone.channels.store import Folder
from limen.phone.update import Updated
from limen.wire import cbor
from limen.wire.grants import Cls
from limen.wire.refusals import Reason, Status
from tests.unit.phone.scripted import LOCK_ID, NOW, bundle, entry, grant


def test_without_a_phone_it_says_what_to_do_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and with exit code 1."""
    assert main(["phone", "fetch", "--wallet", str(tmp_path / "w")]) == 1
    assert capsys.readouterr().out == "This folder holds no phone yet. Sign in first.\n"


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also for what did not go well."""
    assert main(["phone", "unlock", "Roof", "--wallet", str(tmp_path / "w"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["words"]) == (False, "This phone holds no door called Roof.")
    assert main(["phone", "doors", "--wallet", str(tmp_path / "w"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["doors"] == []


@pytest.mark.rule("SYNC-13")
def test_doors_that_one_only_passes_are_shown_by_their_lock_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing else to show: neither in words nor to programs."""
    folder = Folder(tmp_path)
    wallet = folder.wallet()
    passed = entry(grant(cls=Cls.COURIER), bundled=bundle(2), ver=2, cls=Cls.COURIER)
    inbox.merge(wallet, "resident", inbox.read(cbor.encode({"now": NOW * 1000, "phone": "p", "doors": [passed]})))
    folder.save(wallet)
    assert main(["phone", "doors", "--wallet", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"{LOCK_ID.hex()}: until ")
    assert main(["phone", "doors", "--wallet", str(tmp_path), "--json"]) == 0
    (door,) = json.loads(capsys.readouterr().out)["doors"]
    assert (door["lock"], door["serial"], door["door"], door["name"]) == (LOCK_ID.hex(), None, None, None)


@pytest.mark.rule("SYNC-6")
def test_an_update_is_confirmed_only_by_the_lock_and_handed_in_only_by_the_service() -> None:
    """The hollow check and the full one are different sentences."""
    here = phone.told_of(Updated("confirmed"), HandedIn(0, 0, 1))
    there = phone.told_of(Updated("confirmed"), HandedIn(1, 0, 0))
    assert here["words"] == "Updated at the lock. The proof is on this phone and goes up when there is signal."
    assert there["words"] == "Up to date. Confirmed by the lock."
    stopped = phone.told_of(Updated("interrupted"), HandedIn(0, 0, 0))
    assert (stopped["ok"], stopped["words"]) == (False, "Interrupted. Nothing is lost. It goes on where it stopped.")


@pytest.mark.rule("ACCESS-12")
def test_a_refusal_has_its_reason() -> None:
    """One word about our own access."""
    assert phone.told_of(Updated("refused", Reason.LEASE_OVER), HandedIn(0, 0, 0))["reason"] == "lease_over"


def test_an_update_says_that_firmware_is_at_the_lock() -> None:
    """It runs later and by itself; nobody is told that it runs already."""
    told = phone.told_of(Updated("confirmed", image=Status.OK), HandedIn(0, 0, 0))
    assert told["firmware"] == "ok"
    assert str(told["words"]).endswith("Its firmware is there. It starts by itself when nobody is at the door.")
    assert phone.told_of(Updated("confirmed", image=Reason.BATTERY), HandedIn(0, 0, 0))["firmware"] == "battery"
