"""An activation believes only what this lock said in this session."""

from limen.phone import activate
from limen.wire.answers import Denied, Given, Plain
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from limen.wire.sticker import Sticker
from limen.wire.tickets import Attest, FirmwareState, sign_attest

from .scripted import ID, LOCK_ID, Pocket, ScriptedLock, draw, meet

INSTALLER = activate.Installer(sticker=Sticker(LOCK_ID, b"q" * 16, 3), draw=draw)


def test_a_sticker_of_another_lock_opens_no_session() -> None:
    """Static key and secret both come from the sticker: the wrong one is silence."""
    lock = ScriptedLock(lambda request: Denied(Op.ACTIVATE))
    assert meet(lock, activate.attest(INSTALLER, b"s" * 16), Pocket()) == activate.NotActivated(None)
    assert lock.heard == []


def test_a_no_of_the_lock_keeps_its_reason() -> None:
    """Reason and status are what the screens speak from."""
    assert activate._no(Denied(Op.ACTIVATE, Reason.BATTERY)) == activate.NotActivated(Reason.BATTERY)
    assert activate._no(Plain(Op.CHUNK, Status.NEED_SNAPSHOT)) == activate.NotActivated(None, Status.NEED_SNAPSHOT)
    assert activate._no(Given(Op.ACTIVATE, b"")) == activate.NotActivated(None)


def test_a_ticket_for_an_unreadable_attestation_is_not_delivered() -> None:
    """Without the lock's own key nobody could tell a true receipt: nothing is begun."""
    lock = ScriptedLock(lambda request: Plain(Op.ACTIVATE))
    said = Attest(
        lock_id=LOCK_ID, certificate=b"no certificate", n_s=bytes(16), n_l=bytes(16), fw=FirmwareState(1, 1, 1), xs=bytes(32), h=bytes(32)
    )
    for attested in (b"", sign_attest(said, ID)):
        assert meet(lock, activate.deliver(INSTALLER, b"ticket", b"snapshot", attested), Pocket()) == activate.NotActivated(None)
    assert lock.heard == []
