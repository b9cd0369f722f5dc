"""Lines 1 to 3: what is proven before anything is believed (inv. 29, 30, 34)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.lock import presenting
from limen.lock.presenting import prove, signed_by
from limen.wire import envelope
from limen.wire.envelope import Role, RoleKeys
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, mint, pop_message, sign_pop, unlock_ctx
from limen.wire.operations import Op, Present
from tests.unit.lock.site import DANA, DOOR, GUS, T0, Service

SERVICE = Service()
KEYS = RoleKeys.of_roles({role: (key.public,) for role, key in SERVICE.roles.items()})
LOCK, H = b"l" * 8, b"h" * 32
CTX = unlock_ctx(DOOR)
GRANT = Grant(
    lock_id=LOCK,
    epoch=1,
    acl_ver=1,
    cls=Cls.RESIDENT,
    rights=OWN_ACCESS,
    sched=None,
    subj=5,
    phone_key=DANA.public,
    iat=T0,
    exp=T0 + 86_400,
    cti=bytes(8),
)


def shown(grant: bytes, h: bytes = H, phone: envelope.SoftSigner = DANA, op: int = Op.UNLOCK, ctx: bytes = CTX) -> Present:
    return Present(grant, sign_pop(phone, pop_message(h, grant, op, ctx)), op, ctx)


def genuine() -> bytes:
    return mint(GRANT, SERVICE.roles[Role.KG])


BROKEN: dict[str, Callable[[], Present]] = {
    "another role signed": lambda: shown(mint(GRANT, SERVICE.roles[Role.KU])),
    "another key signed": lambda: shown(mint(GRANT, GUS)),
    "another lock": lambda: shown(mint(replace(GRANT, lock_id=b"m" * 8), SERVICE.roles[Role.KG])),
    "another epoch": lambda: shown(mint(replace(GRANT, epoch=2), SERVICE.roles[Role.KG])),
    "another phone": lambda: shown(genuine(), phone=GUS),
    "another session": lambda: shown(genuine(), h=b"i" * 32),
    "another op than signed": lambda: replace(shown(genuine()), op=int(Op.MANIFEST)),
    "another ctx than signed": lambda: replace(shown(genuine()), ctx=unlock_ctx(DOOR + 1)),
    "another grant than signed": lambda: replace(shown(genuine()), grant=mint(replace(GRANT, cti=b"other id"), SERVICE.roles[Role.KG])),
    "a changed byte": lambda: replace(shown(genuine()), grant=genuine()[:-1] + bytes([genuine()[-1] ^ 1])),
    "no grant at all": lambda: Present(b"\x00", bytes(64), 5, CTX),
    "no proof at all": lambda: replace(shown(genuine()), pop=bytes(64)),
}


def test_the_holder_of_a_grant_in_this_session_is_proven() -> None:
    assert prove(shown(genuine()), H, LOCK, 1, KEYS) == GRANT
    assert signed_by(shown(genuine()), KEYS) == SERVICE.roles[Role.KG].public


@pytest.mark.rule("LOCK-3")
@pytest.mark.parametrize("broken", BROKEN)
def test_dropping_any_one_proof_denies(broken: str) -> None:
    assert prove(BROKEN[broken](), H, LOCK, 1, KEYS) is None


@pytest.mark.parametrize("broken", BROKEN)
def test_whatever_is_wrong_two_signatures_are_checked(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inv. 34: the same sequence of primitive calls, counted; a stranger does not learn which line failed."""
    calls: list[int] = []
    real = envelope.verifies

    def counted(key: object, signature: bytes, message: bytes) -> bool:
        calls.append(len(signature))
        return real(key, signature, message)  # type: ignore[arg-type]

    present = BROKEN[broken]()
    monkeypatch.setattr(envelope, "verifies", counted)
    monkeypatch.setattr("limen.wire.grants.verifies", counted)
    monkeypatch.setattr(presenting, "verifies", counted)
    prove(present, H, LOCK, 1, KEYS)
    assert calls == [64, 64]


@pytest.mark.rule("LOCK-3")
@settings(max_examples=60, deadline=None)
@given(
    h=st.binary(min_size=32, max_size=32),
    op=st.sampled_from(sorted(set(Op))),
    door=st.integers(0, 2**32 - 1),
    lock=st.binary(min_size=8, max_size=8),
)
def test_a_recorded_presentation_is_worth_nothing_elsewhere(h: bytes, op: Op, door: int, lock: bytes) -> None:
    """Inv. 30: another session, lock, door or operation."""
    recorded = shown(genuine())
    if h != H:
        assert prove(recorded, h, LOCK, 1, KEYS) is None
    if lock != LOCK:
        assert prove(recorded, H, lock, 1, KEYS) is None
    if (int(op), unlock_ctx(door)) != (recorded.op, recorded.ctx):
        assert prove(replace(recorded, op=int(op), ctx=unlock_ctx(door)), H, LOCK, 1, KEYS) is None


@pytest.mark.rule("LOCK-3")
@pytest.mark.parametrize("rights", [OWN_ACCESS, Rights.UNLOCK])
def test_a_phone_cannot_pass_its_own_grant_on(rights: Rights) -> None:
    """No hop of delegation is taken here: what a holder signs for another phone, however narrow, is worth nothing (invariant 38)."""
    passed_on = mint(replace(GRANT, phone_key=GUS.public, rights=rights, exp=T0 + 3600), DANA)
    assert prove(shown(passed_on, phone=GUS), H, LOCK, 1, KEYS) is None
