"""An installer's phone at a lock that nobody owns yet: sticker, button, attestation, ticket and first list (protocol A.3)."""

from dataclasses import replace

import pytest

from limen.lock.events import InsideButton
from limen.phone import activate
from limen.wire import cbor
from limen.wire.envelope import Role, RoleKeys
from limen.wire.grants import Cls, Rights
from limen.wire.receipts import WipedReceipt, open_receipt
from limen.wire.refusals import Reason
from limen.wire.sticker import Sticker
from limen.wire.tickets import Release, open_attest, sign_release
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


@pytest.mark.rule("LOCK-10")
@pytest.mark.parametrize("cls", [Cls.MANAGER, Cls.COURIER, Cls.RESIDENT])
def test_any_courier_brings_a_release_and_the_locks_word_back(cls: Cls) -> None:
    """The lock wipes itself and signs for it under its own key; whoever brings the RELEASE a second time finds nobody."""
    home = house()
    at = Standing(home, MILO)
    door = at.entry(home.service.grant(MILO, cls), cls=cls, release=home.service.release())
    done = at.update(door, pull=False)
    assert done.result == "wiped"
    (kept,) = at.hands.kept
    said = open_receipt(kept.data, RoleKeys.of_lock(home.service.id_key))
    assert isinstance(said, WipedReceipt)
    assert (said.lock_id, said.epoch, said.lost) == (home.service.lock_id, 1, done.lost)
    assert home.rig.lock.memory.held is None
    assert at.update(door, pull=False).result == "out_of_reach"


def test_a_release_that_the_owner_did_not_sign_wipes_nothing() -> None:
    """A courier cannot empty a lock; it is told no and the list stays."""
    home = house()
    at = Standing(home, MILO)
    forged = sign_release(Release(home.service.lock_id, 1, home.service.now), home.service.roles[Role.KU])
    done = at.update(at.entry(home.service.grant(MILO, Cls.COURIER), cls=Cls.COURIER, release=forged), pull=False)
    assert done.result == "refused"
    assert home.rig.lock.memory.held is not None


@pytest.mark.rule("LOCK-10")
def test_the_owners_installer_activates_a_lock_anew_after_its_inside_button_was_held() -> None:
    """The phone comes with DoorInfo and a class 9 grant in place of the sticker's secret, over two walks as ever."""
    home = house()
    home.rig.do(InsideButton(held_ms=15_000))
    at = Standing(home, MILO)
    door = at.entry(home.service.grant(MILO, Cls.INSTALLER, rights=Rights.PUSH), cls=Cls.INSTALLER)
    anew = activate.Anew(door.info, door.grants[0], MILO)
    who = replace(installer(home.rig), anew=anew)
    found = at.meet(activate.attest(who, b"s" * 16))
    assert isinstance(found, activate.Attested)
    home.service.epoch, home.service.ver, home.service.states, home.service.changes = 2, 0, {}, []
    home.service.edit(code(9, 5_550_777))
    held = ticketed(home.service, found)
    home.rig.pull_battery()
    done = at.meet(activate.deliver(who, *held, found.attest))
    assert isinstance(done, activate.Active)
    assert done.receipt.epoch == 2
