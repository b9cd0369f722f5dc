"""Each metadata role by itself: nothing older than what was believed once, and no end before its time (part G; inv. 68)."""

import pytest

from limen.wire import cbor, shape
from limen.wire.answers import Answer, Denied, Staged
from limen.wire.envelope import Role, Typ, sign1, unverified_payload
from limen.wire.operations import Op
from limen.wire.refusals import Reason
from tests.unit.lock.publisher import Publisher, aim, bring
from tests.unit.lock.site import GUS, T0, House, house, signer

REFUSED = Denied(Op.FIRMWARE, Reason.REFUSED)


def home_with(number: int = 2) -> tuple[House, Publisher]:
    home = house()
    publisher = Publisher(home.service)
    aim(home, publisher.image(number))
    return home, publisher


def began(answer: Answer | None) -> bool:
    return isinstance(answer, Staged)


@pytest.mark.rule("LOCK-11")
@pytest.mark.parametrize("role", ["list", "targets"])
def test_an_older_version_of_a_role_is_refused_whatever_the_other_role_says(role: str) -> None:
    """The list and the targets each remember their own version, over power cuts too (invariant 68)."""
    home, publisher = home_with()
    publisher.ver = publisher.listed = 7
    assert began(bring(home, publisher, only=[]))
    home.rig.pull_battery()
    if role == "list":
        publisher.listed, publisher.ver = 6, 8
    else:
        publisher.listed, publisher.ver = 8, 6
    assert bring(home, publisher, only=[]) == REFUSED
    publisher.listed = publisher.ver = 8
    assert began(bring(home, publisher, only=[]))


@pytest.mark.rule("LOCK-11")
def test_an_older_direction_cannot_be_replayed() -> None:
    """A direction is believed only from the bundle whose version it names, and versions of lists never fall (invariant 68)."""
    home, publisher = home_with()
    old = home.service.bundle(base=1)
    newer = publisher.image(3)
    aim(home, newer)
    direction = home.rig.lock.memory.direction
    talk, _ = home.present(GUS, home.service.grant(GUS), Op.MANIFEST)
    home.push(talk, old)
    assert home.rig.lock.memory.direction == direction
    home.service.edit()
    kept = home.service.direction
    home.service.direction = lambda ver: kept(ver - 1)  # type: ignore[method-assign]
    home.update(GUS)
    assert home.rig.lock.memory.direction is None, "a direction of another version is none"


def test_a_root_that_names_a_type_nobody_knows_is_passed_over_and_its_update_is_taken() -> None:
    """R-4: a lock cannot say for what the keys of that type are good, and stays with the root that it has; the list comes all the same."""
    home, _ = home_with()
    known = cbor.decode(unverified_payload(shape.blob(shape.array(cbor.decode(home.service.root(2)), 2)[0]))[1])
    n, expires, threshold, keys, roles = shape.array(known, 5)
    assert isinstance(roles, dict)
    payload = cbor.encode([n, expires, threshold, keys, {**roles, 65_099: keys}])
    home.service.roots = (cbor.encode([sign1(Typ.ROOT, payload, key) for key in home.service.root_keys[:2]]),)
    ver = home.service.edit()
    home.update(GUS)
    memory = home.rig.lock.memory
    assert memory.owner is not None and memory.held is not None
    assert (memory.owner.trust.root.n, memory.held.state.ver) == (1, ver)


@pytest.mark.rule("LOCK-11")
def test_a_root_comes_only_behind_the_one_before_it() -> None:
    """No number is skipped, none comes back, and both thresholds sign (invariant 68)."""
    home, _ = home_with()
    first, third = home.service.root_keys, [signer(600 + n) for n in range(3)]
    for roots in ((home.service.root(3),), (home.service.root(1),), (b"\x81\x40",)):
        home.service.roots = roots
        home.service.edit()
        home.update(GUS)
        assert home.rig.lock.memory.owner.trust.root.n == 1  # type: ignore[union-attr]
    home.service.root_keys = third
    home.service.roots = (home.service.root(2),)
    home.service.edit()
    home.update(GUS)
    assert home.rig.lock.memory.owner.trust.root.n == 1, "strangers may not follow"  # type: ignore[union-attr]
    home.service.root_keys = first
    home.service.roots = (home.service.root(2), home.service.root(3))
    home.service.edit()
    home.update(GUS)
    assert home.rig.lock.memory.owner.trust.root.n == 3  # type: ignore[union-attr]
    home.rig.pull_battery()
    assert home.rig.lock.memory.owner.trust.root.n == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("role", ["list", "targets"])
def test_new_keys_for_a_role_start_its_count_anew_and_no_other_roles(role: str) -> None:
    """A stolen key may have counted very far ahead; the root that takes it away takes that with it (invariant 68)."""
    home, publisher = home_with()
    publisher.ver = publisher.listed = 4_000_000
    assert began(bring(home, publisher, only=[]))
    if role == "list":
        home.service.roles[Role.KS] = signer(901)
    else:
        home.service.holders = [signer(910 + n) for n in range(3)]
    home.service.roots = (home.service.root(2),)
    home.service.edit()
    home.update(GUS)
    publisher.ver = publisher.listed = 3
    assert bring(home, publisher, only=[]) == REFUSED, "the other role still remembers"
    if role == "list":
        publisher.ver = 4_000_000
    else:
        publisher.listed = 4_000_000
    assert began(bring(home, publisher, only=[]))


def test_a_later_root_also_changes_whose_lists_and_grants_count() -> None:
    """What was signed by the key that was taken away is refused from then on (A.1)."""
    home, _ = home_with()
    old = home.service.grant(GUS)
    home.service.roles[Role.KG] = signer(950)
    home.service.roots = (home.service.root(2),)
    home.service.edit()
    bundle = home.service.bundle()
    talk, _ = home.present(GUS, old, Op.MANIFEST)
    home.push(talk, bundle)
    _, answer = home.present(GUS, old, Op.STATUS)
    assert answer == Denied(Op.PRESENT)
    _, answer = home.present(GUS, home.service.grant(GUS), Op.STATUS)
    assert answer != Denied(Op.PRESENT)


@pytest.mark.parametrize("role", ["list", "targets"])
def test_metadata_is_over_only_when_the_floor_of_time_is_past_its_end(role: str) -> None:
    """A weak clock refuses nothing early; a strong one refuses what is stale (part G)."""
    home, publisher = home_with()
    if role == "list":
        publisher.list_expires = T0 + 3_600
    else:
        publisher.expires = T0 + 3_600
    home.wait(7_200)
    talk, _ = home.present(GUS, home.service.grant(GUS, iat=T0, exp=home.service.now + 86_400), Op.FIRMWARE)
    assert began(bring(home, publisher, talk, only=[])), "rtc is past the end, the floor is not"
    assert bring(home, publisher, only=[]) == REFUSED, "a grant of now has raised the floor"
