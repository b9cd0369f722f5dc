"""A whole lock, shown a valid presentation with exactly one thing taken away: nothing moves (protocol §11, invariants 29 and 30)."""

from collections.abc import Callable

import pytest

from limen.wire import operations as ask
from limen.wire.answers import Answer, Denied, Plain
from limen.wire.envelope import SoftSigner
from limen.wire.grants import key8, pop_message, sign_pop, unlock_ctx
from limen.wire.operations import Op, Present
from limen.wire.records import ListRecord, RecordKind
from limen.wire.refusals import Reason
from tests.unit.lock.site import CONFIG, DANA, DOOR, GUS, House, Rig, Service, activate, house, opened

GUS_GONE = ListRecord(slot=9, kind=RecordKind.REVOKED_PHONE, data=key8(GUS.public))
CTX = unlock_ctx(DOOR)


def told(home: House, grant: bytes, phone: SoftSigner = DANA, h: bytes | None = None) -> Answer | None:
    """PRESENT with a proof over ``h`` (this session's, unless another is given), then UNLOCK; the last answer."""
    talk = home.session()
    assert talk.transport is not None
    pop = sign_pop(phone, pop_message(h or talk.transport.h, grant, int(Op.UNLOCK), CTX))
    answer = talk.ask(Present(grant, pop, int(Op.UNLOCK), CTX))
    return answer if isinstance(answer, Denied) else talk.ask(ask.Unlock("tap"))


def stranger_signed(home: House) -> bytes:
    """A grant that looks right, signed by somebody who holds another role's key."""
    true = home.service.roles
    home.service.roles = dict.fromkeys(true, GUS)
    grant = home.service.grant(DANA)
    home.service.roles = true
    return grant


WITHOUT: dict[str, Callable[[House], Answer | None]] = {
    "a signature of the service": lambda home: told(home, stranger_signed(home)),
    "this lock": lambda home: told(home, home.service.grant(DANA, lock_id=b"neighbor")),
    "this epoch": lambda home: told(home, home.service.grant(DANA, epoch=2)),
    "time left": lambda home: told(home, home.service.grant(DANA, exp=home.service.now - 3600)),
    "a phone that still counts": lambda home: told(home, home.service.grant(GUS), GUS),
    "the phone's own key": lambda home: told(home, home.service.grant(DANA), GUS),
    "this session": lambda home: told(home, home.service.grant(DANA), h=b"h" * 32),
}


def synced() -> House:
    home = house(CONFIG, "M", GUS_GONE)
    assert home.sync_clock(DANA) == Plain(Op.TIME)
    home.rig.log.clear()
    return home


def next_door() -> House:
    """Another lock of the same service's making, with chances of its own."""
    service, rig = Service(seed=2), Rig(seed=4)
    rig.manufacture(service)
    rig.boot()
    service.edit()
    activate(rig, service)
    return House(service, rig)


@pytest.mark.rule("LOCK-3")
def test_with_all_of_them_it_opens() -> None:
    """The other half of the claim: the presentation that the table takes things away from is a valid one (invariant 29)."""
    home = synced()
    assert told(home, home.service.grant(DANA)) == Plain(Op.UNLOCK)
    assert opened(home.rig.log)


@pytest.mark.rule("LOCK-3")
@pytest.mark.parametrize("lacking", WITHOUT)
def test_without_any_one_of_them_nothing_moves(lacking: str) -> None:
    """Signature, lock, epoch, time, a phone not removed, possession in this session: each of them alone keeps the door shut (invariant 29)."""
    home = synced()
    answer = WITHOUT[lacking](home)
    assert isinstance(answer, Denied)
    assert not opened(home.rig.log)
    proven = lacking in ("time left", "a phone that still counts")
    assert (answer.reason is Reason.REFUSED) is not proven


@pytest.mark.rule("LOCK-3")
@pytest.mark.parametrize("elsewhere", ["another session", "another lock", "another grant", "another op", "the same session twice"])
def test_a_presentation_that_worked_once_works_nowhere_else(elsewhere: str) -> None:
    """What a listener has recorded of an opening opens nothing, at this lock or its neighbour (invariant 30)."""
    home, neighbour = synced(), next_door()
    talk, grant = home.session(), home.service.grant(DANA)
    assert talk.transport is not None
    recorded = Present(grant, sign_pop(DANA, pop_message(talk.transport.h, grant, int(Op.UNLOCK), CTX)), int(Op.UNLOCK), CTX)
    assert not isinstance(talk.ask(recorded), Denied)
    assert talk.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)
    home.rig.log.clear()
    if elsewhere == "the same session twice":
        assert talk.ask(recorded) is None
    elif elsewhere == "another lock":
        assert isinstance(neighbour.session().ask(recorded), Denied)
    elif elsewhere == "another session":
        assert isinstance(home.session().ask(recorded), Denied)
    else:
        changed = {"another grant": Present(home.service.grant(DANA), recorded.pop, recorded.op, CTX), "another op": _for_updates(recorded)}
        assert isinstance(home.session().ask(changed[elsewhere]), Denied)
    assert not opened(home.rig.log)
    assert not opened(neighbour.rig.log)


def _for_updates(recorded: Present) -> Present:
    return Present(recorded.grant, recorded.pop, int(Op.MANIFEST), recorded.ctx)
