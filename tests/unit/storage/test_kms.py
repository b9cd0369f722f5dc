"""Keys and what is done with them."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from limen.storage import kms, ledger
from limen.wire import cbor
from limen.wire.envelope import Role, RoleKeys, SoftSigner, Typ, open1, sign1, unverified_payload

HERE = kms.context("people_person", "first", 1)


def test_what_is_sealed_can_be_read_again() -> None:
    """Text and bytes, also empty ones; two seals of the same text differ."""
    one, two = kms.seal("person:1", "Zoë", HERE), kms.seal("person:1", "Zoë", HERE)
    assert kms.unseal_text("person:1", one, HERE) == "Zoë" and one != two
    assert kms.unseal("person:1", kms.seal("person:1", b"", HERE), HERE) == b""


@pytest.mark.rule("PRIVACY-8")
@pytest.mark.parametrize("place", [("people_person", "last", 1), ("people_person", "first", 2), ("other_table", "first", 1)])
def test_a_sealed_value_moved_elsewhere_cannot_be_read(place: tuple[str, str, int]) -> None:
    """It is bound to its table, column and row."""
    sealed = kms.seal("person:1", "Zoë", HERE)
    with pytest.raises(kms.Unreadable):
        kms.unseal("person:1", sealed, kms.context(*place))


def test_changed_or_cut_bytes_cannot_be_read() -> None:
    """Neither a flipped bit nor a short value passes as text."""
    sealed = kms.seal("person:1", "Zoë", HERE)
    for spoilt in (sealed[:-1], sealed[:5], b"", b"\x02" + sealed[1:], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(kms.Unreadable):
            kms.unseal("person:1", spoilt, HERE)


def test_another_persons_key_does_not_open() -> None:
    """Nor a key that never existed."""
    sealed = kms.seal("person:1", "Zoë", HERE)
    kms.make_keys(["person:2"])
    for other in ("person:2", "person:3"):
        with pytest.raises(kms.Unreadable):
            kms.unseal(other, sealed, HERE)


@pytest.mark.rule("PRIVACY-8")
def test_after_a_key_is_destroyed_nothing_under_it_can_be_read_or_written(now: datetime) -> None:
    """And the ledger knows it, so that a restored key store loses it again."""
    sealed = kms.seal("person:1", "Zoë", HERE)
    kms.destroy("person:1", now=now)
    with pytest.raises(kms.Destroyed):
        kms.unseal("person:1", sealed, HERE)
    with pytest.raises(kms.Destroyed):
        kms.seal("person:1", "Zoë", HERE)
    assert [line.facts for line in ledger.lines("key_destroyed")] == [{"key": "person:1"}]


@pytest.mark.rule("PRIVACY-8")
def test_key_files_are_made_at_first_use_for_the_service_alone(data_folder: Path) -> None:
    """Nothing of them is in the repository, and every file has mode 0600."""
    kms.seal("person:1", "x", HERE)
    kms.public("grant")
    kms.root_statement()
    held = [path for path in data_folder.rglob("*") if path.is_file()]
    assert {path.name for path in held} >= {"root.key", "sign-grant.key", "keystore.sqlite3", "root-1.key"}
    assert {path.stat().st_mode & 0o777 for path in held} == {0o600}


def test_each_role_signs_with_its_own_key_and_keeps_it() -> None:
    """A statement of one role is not believed as another's."""
    keys = RoleKeys.of_roles({role: [public] for role, public in kms.roles().items()})
    grant = sign1(Typ.GRANT, b"x", kms.signer("grant"))
    assert open1(grant, Typ.GRANT, keys).payload == b"x"
    assert len(set(kms.roles().values())) == 5
    assert kms.public("grant") == kms.roles()[Role.KG]


def test_two_of_three_roots_say_who_holds_which_role() -> None:
    """The statement is made once and names the keys in use."""
    statement = kms.root_statement()
    assert statement == kms.root_statement()
    both: Any = cbor.decode(statement)
    payload: Any = cbor.decode(unverified_payload(both[0])[1])
    number, _, threshold, roots, roles = payload
    assert len(both) == 2
    assert (number, threshold, len(roots)) == (1, 2, 3)
    signed = [open1(said, Typ.ROOT, RoleKeys({Typ.ROOT: [root]})) for said, root in zip(both, roots, strict=False)]
    assert signed[0].payload == signed[1].payload
    assert roles[int(Typ.GRANT)] == [kms.public("grant")]


def test_derived_keys_repeat_for_the_same_context_only() -> None:
    """Parts do not run into each other: ("ab", "c") is not ("a", "bc")."""
    assert kms.derive("x", "ab", "c") == kms.derive("x", b"ab", "c")
    assert len({kms.derive("x", "ab", "c"), kms.derive("x", "a", "bc"), kms.derive("y", "ab", "c"), kms.derive("x", "abc")}) == 4


def test_a_building_has_one_log_key() -> None:
    """32 bytes each, the same at every asking, another one elsewhere."""
    here, there = UUID(int=1), UUID(int=2)
    key = kms.log_key(here)
    assert key == kms.log_key(here) != kms.log_key(there)
    assert len(key.private) == len(key.public) == 32 and "private" not in repr(key)


def test_no_factory_is_trusted_until_somebody_trusts_one(data_folder: Path) -> None:
    """Their public keys stand in a file that an operator puts there, one a line, with notes between them."""
    assert kms.manufacturers() == ()
    one, other = (SoftSigner.from_scalar(bytes(31) + bytes([n])).public for n in (1, 2))
    (data_folder / "trust").mkdir()
    listed = data_folder / "trust" / "mfg-ca.pub"
    listed.write_text(f"{one.hex()}\n")
    assert kms.manufacturers() == (one,)
    listed.write_text(f"# Türwerk Ost\n{one.hex()}\n\n# the other maker\n  {other.hex()}", "utf-8")
    assert kms.manufacturers() == (one, other)


@pytest.mark.parametrize("line", ["02", "no key", "04" + "11" * 32, "02" + "ff" * 32, "02" + "11" * 64])
def test_a_line_that_is_no_key_is_named(data_folder: Path, line: str) -> None:
    """Rather no activation than one under half a list; the text says where to look."""
    (data_folder / "trust").mkdir()
    (data_folder / "trust" / "mfg-ca.pub").write_text(f"# the maker\n{line}\n")
    with pytest.raises(kms.NoKey, match="line 2"):
        kms.manufacturers()


def test_fresh_secrets_differ() -> None:
    """32 bytes each time."""
    assert len({kms.fresh_secret() for _ in range(10)}) == 10


def test_an_endless_field_is_refused() -> None:
    """One field holds at most 1 MiB."""
    with pytest.raises(ValueError, match="1 MiB"):
        kms.seal("person:1", b"x" * (kms.FIELD_MAX_BYTES + 1), HERE)


def test_living_keys_can_be_listed_by_kind() -> None:
    """As the retention engine needs it: the day keys of one building."""
    kms.make_keys(["day:1:2026-11-20", "day:1:2026-11-21", "day:2:2026-11-21"])
    assert kms.living_keys("day:1:") == ["day:1:2026-11-20", "day:1:2026-11-21"]
    assert not kms.is_destroyed("day:1:2026-11-20")
