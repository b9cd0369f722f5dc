"""An installer's phone at a lock that nobody owns yet: sticker, button, attestation, ticket and first list (protocol A.3)."""

import pytest

from limen.lock.events import InsideButton
from limen.phone import activate
from limen.wire import cbor
from limen.wire.envelope import Role, RoleKeys
from limen.wire.refusals import Reason
from limen.wire.sticker import Sticker
from limen.wire.tickets import open_attest
from tests.stories.standing import FRESH, Standing, big, bolts
from tests.unit.lock.site import MILO, House, Rig, Service, code, house, ticket


def installer(rig: Rig) -> activate.Installer:
    """Somebody who scanned the sticker."""
    return activate.Installer(sticker=Sticker(rig.lock_id, b"q" * 16, rig.model.number), draw=FRESH)


def fresh_lock() -> tuple[Service, Rig, Standing]:
    """A lock as it comes out of its box, and an installer's phone at it."""
    service, rig = Service(), Rig("M")
    rig.manufacture(service)
    rig.boot()
    service.edit(code(9, 5_550_123))
    return service, rig, Standing(House(service, rig), MILO)


def attested(service: Service, rig: Rig, at: Standing) -> activate.Attested:
    """The first walk."""
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert isinstance(found, activate.Attested)
    return found


def ticketed(service: Service, found: activate.Attested) -> tuple[bytes, bytes]:
    """The service's part: chain, nonce, then ticket and first list."""
    said, certificate = open_attest(found.attest, RoleKeys.of_roles({Role.MFG_CA: (service.factory.public,)}))
    assert (said.n_s, said.h) == (b"s" * 16, found.h)
    service.xs, service.id_key = said.xs, certificate.id_key
    first = service.bundle(snapshot=True)
    return ticket(service, said.n_l), cbor.encode([first.manifest, list(first.chunks)])


@pytest.mark.rule("LOCK-10")
@pytest.mark.parametrize("upstairs_s", [0, 3 * 3600])
def test_activation_may_be_split_by_a_walk_upstairs(upstairs_s: int) -> None:
    """Attested in the basement, ticket and first list fetched upstairs, delivered hours later: the lock signs for what it holds."""
    service, rig, at = fresh_lock()
    rig.do(InsideButton())
    found = attested(service, rig, at)
    held = ticketed(service, found)
    at.home.wait(upstairs_s)
    rig.do(InsideButton())
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert isinstance(done, activate.Active)
    assert done.receipt.ver == 1
    assert at.hands.kinds() == {"receipt"}
    rig.log.clear()
    rig.type("5550123")
    assert bolts(at.home) == 1


@pytest.mark.rule("LOCK-10")
def test_without_the_inside_button_the_sticker_opens_no_session() -> None:
    """A picture of the sticker is not enough: somebody has to be inside."""
    _, rig, at = fresh_lock()
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert found == activate.NotActivated(None)


@pytest.mark.rule("LOCK-10")
def test_an_owned_lock_does_not_listen_to_its_sticker() -> None:
    """From the first list on the sticker's secret is worthless."""
    home = house()
    home.rig.do(InsideButton())
    at = Standing(home, MILO)
    found = at.meet(activate.attest(installer(home.rig), b"s" * 16))
    assert isinstance(found, activate.NotActivated)


def test_a_list_that_is_cut_short_activates_nothing() -> None:
    """Ticket and list are taken together or not at all."""
    service, rig, at = fresh_lock()
    big(at.home)
    rig.do(InsideButton())
    found = attested(service, rig, at)
    held = ticketed(service, found)
    at.frames_left = 30
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert done == activate.NotActivated(None)
    assert rig.lock.memory.held is None
    at.frames_left = None
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert isinstance(done, activate.Active)


def test_a_lock_with_a_low_battery_is_not_activated() -> None:
    """Activation needs 20 percent, and the reason is told."""
    _, rig, at = fresh_lock()
    rig.lock.memory.battery = 14
    rig.do(InsideButton())
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert found == activate.NotActivated(Reason.BATTERY)
