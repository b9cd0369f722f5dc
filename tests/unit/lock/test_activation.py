"""How a lock gets an owner and loses one (A.3; inv. 69 to 71)."""

import contextlib
from collections.abc import Callable

import pytest

from limen.lock.events import BatteryMeasured, Cause, InsideButton, InsideHandle
from limen.wire import operations as ask
from limen.wire.answers import Answer, Denied, Given, Plain, Presented, Settled, Staged
from limen.wire.envelope import Role, RoleKeys, Typ
from limen.wire.events import Kind
from limen.wire.grants import Cls, Rights
from limen.wire.operations import Op
from limen.wire.receipts import WipedReceipt, open_receipt
from limen.wire.refusals import Reason, Status
from limen.wire.session import SessionBroken
from tests.unit.lock.reading import events
from tests.unit.lock.site import (
    CONFIG,
    DANA,
    MILO,
    House,
    Rig,
    Service,
    activate,
    attest,
    code,
    house,
    opened,
    signer,
    sticker_session,
    ticket,
)

HOUR_MS = 3_600_000


def new(model: str = "M") -> tuple[Service, Rig]:
    service, rig = Service(), Rig(model)
    rig.manufacture(service)
    rig.boot()
    return service, rig


@pytest.mark.rule("LOCK-10")
def test_a_lock_becomes_owned_by_sticker_button_ticket_and_first_list() -> None:
    service, rig = new()
    answer = activate(rig, service)
    assert isinstance(answer, Settled)
    assert answer.status is Status.APPLIED
    said = service.take(answer.receipt)
    assert (said.epoch, said.ver, said.full) == (1, 1, None)
    home = House(service, rig)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert [event.kind for event in events(home)][:3] == [Kind.ACTIVATED, Kind.CLOCK_SET, Kind.UPDATE_APPLIED]


@pytest.mark.rule("LOCK-10")
def test_the_button_is_worth_fifteen_minutes() -> None:
    """Inv. 69: the sticker's secret alone is worth nothing."""
    _service, rig = new()
    rig.do(InsideButton())
    rig.wait(15 * 60_000 + 1)
    with pytest.raises(AssertionError):
        sticker_session(rig)
    rig.do(InsideButton())
    sticker_session(rig)


def test_an_owned_lock_does_not_know_its_sticker_any_more_even_with_the_button_pressed() -> None:
    """Inv. 69."""
    home = house()
    home.rig.hang_up()
    home.rig.do(InsideButton())
    with pytest.raises((AssertionError, SessionBroken)):
        sticker_session(home.rig)


def test_a_second_session_of_the_sticker_is_worth_nothing_once_there_is_an_owner() -> None:
    """Inv. 70: who photographed the sticker and connected in time does not take the lock over after the installer has left."""
    service, rig = new()
    rig.do(InsideButton())
    lurking = sticker_session(rig)
    assert isinstance(activate(rig, service), Settled)
    before = rig.lock.memory.held
    with contextlib.suppress(AssertionError, SessionBroken):
        assert lurking.ask(ask.AttestAsk(b"s" * 16)) is None
    assert rig.lock.memory.held is before
    assert rig.lock.memory.notes.get(b"attest") is None


@pytest.mark.rule("LOCK-6")
def test_activation_needs_twenty_percent_of_battery() -> None:
    _service, rig = new()
    rig.do(BatteryMeasured(19))
    rig.do(InsideButton())
    assert sticker_session(rig).ask(ask.AttestAsk(bytes(16))) == Denied(Op.ACTIVATE, Reason.BATTERY)
    _service, rig = new()
    rig.do(BatteryMeasured(20))
    rig.do(InsideButton())
    assert isinstance(sticker_session(rig).ask(ask.AttestAsk(bytes(16))), Given)


@pytest.mark.rule("LOCK-6")
def test_a_battery_that_ran_down_between_the_two_walks_ends_the_activation() -> None:
    """Attested at 21 %; with the ticket the lock stands at 4 %, and nobody is given a lock that is about to be dark."""
    service, rig = new()
    rig.do(BatteryMeasured(21))
    rig.do(InsideButton())
    n_l = attest(sticker_session(rig), service)
    later = sticker_session(rig)
    for percent, answer in ((5, Plain(Op.ACTIVATE)), (4, Denied(Op.ACTIVATE, Reason.BATTERY))):
        rig.do(BatteryMeasured(percent))
        assert later.ask(ask.TicketTell(ticket(service, n_l))) == answer


@pytest.mark.parametrize("wrong", ["lock", "nonce", "epoch", "signer", "role"])
def test_a_ticket_for_anything_else_is_refused(wrong: str) -> None:
    service, rig = new()
    rig.do(InsideButton())
    talk = sticker_session(rig)
    n_l = attest(talk, service)
    changes: dict[str, dict[str, object]] = {"lock": {"lock_id": b"neighbor"}, "nonce": {"n_l": bytes(16)}, "epoch": {"epoch": 0}}
    more = changes.get(wrong, {})
    if wrong == "signer":
        root, keys = service.root(), service.keys()
        service.roles[Role.KA] = signer(4242)
        more = {"root": root, "roles": keys}
    if wrong == "role":
        more = {"roles": service.keys() | {Typ.GRANT: signer(4243).public}}
    assert talk.ask(ask.TicketTell(ticket(service, n_l, **more))) == Denied(Op.ACTIVATE)


def test_attestation_and_ticket_may_be_two_walks_up_to_a_day_apart() -> None:
    """Attest in the basement, fetch upstairs; over two hours the ticket's time is only a floor."""
    service, rig = new()
    rig.do(InsideButton())
    n_l = attest(sticker_session(rig), service)
    rig.hang_up()
    rig.wait(3 * 3_600_000)
    service.now += 3 * 3600
    service.edit()
    rig.do(InsideButton())
    talk = sticker_session(rig)
    assert talk.ask(ask.TicketTell(ticket(service, n_l))) == Plain(Op.ACTIVATE)
    assert isinstance(House(service, rig).push(talk, service.bundle(snapshot=True)), Settled)
    assert rig.lock.holds(rig.at).clock == "lost"


def test_after_a_day_or_a_newer_attestation_the_old_nonce_is_dead() -> None:
    service, rig = new()
    rig.do(InsideButton())
    first = attest(sticker_session(rig), service)
    rig.hang_up()
    talk = sticker_session(rig)
    second = attest(talk, service)
    assert talk.ask(ask.TicketTell(ticket(service, first))) == Denied(Op.ACTIVATE)
    rig.hang_up()
    rig.wait(24 * 3_600_000 + 1)
    rig.do(InsideButton())
    assert sticker_session(rig).ask(ask.TicketTell(ticket(service, second))) == Denied(Op.ACTIVATE)


def test_a_ticket_without_its_list_makes_no_owner() -> None:
    """Both or neither."""
    service, rig = new()
    rig.do(InsideButton())
    talk = sticker_session(rig)
    n_l = attest(talk, service)
    assert talk.ask(ask.TicketTell(ticket(service, n_l))) == Plain(Op.ACTIVATE)
    rig.boot(Cause.RESTART)
    assert rig.lock.holds(rig.at).ver is None
    assert isinstance(activate(rig, service), Settled)


@pytest.mark.rule("LOCK-10")
def test_a_release_wipes_the_lock_and_is_answered_by_a_signed_receipt() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(DANA)
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACTIVATE)
    answer = talk.ask(ask.ReleaseTell(home.service.release()))
    assert isinstance(answer, Given)
    wiped = open_receipt(answer.data, RoleKeys.of_lock(home.service.id_key))
    assert isinstance(wiped, WipedReceipt)
    assert (wiped.epoch, wiped.lost > 0) == (1, True)
    assert home.rig.lock.holds(home.rig.at).ver is None
    assert not opened(home.rig.type("5550123"))
    image = home.rig.flash.image()  # type: ignore[attr-defined]
    for secret in (home.service.k_daily, home.service.k_pin):
        assert secret not in image


def test_a_release_of_another_epoch_or_signer_is_refused() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACTIVATE)
    home.service.epoch = 2
    assert talk.ask(ask.ReleaseTell(home.service.release())) == Denied(Op.ACTIVATE)
    home.service.epoch, home.service.roles[Role.KA] = 1, home.service.roles[Role.KU]
    assert talk.ask(ask.ReleaseTell(home.service.release())) == Denied(Op.ACTIVATE)
    assert home.rig.lock.holds(home.rig.at).ver == 1


@pytest.mark.rule("LOCK-10")
def test_nothing_of_one_epoch_is_worth_anything_in_the_next_and_the_epoch_only_rises() -> None:
    """Inv. 70, 71: codes, grants, bundles, lists, log keys."""
    home = house()
    service, rig = home.service, home.rig
    service.edit(code(9, 5_550_123))
    home.update(DANA)
    old_grant, old_bundle = service.grant(DANA), service.bundle(base=1)
    old_xs, old_daily = service.xs, service.k_daily
    talk, _ = home.present(DANA, service.grant(DANA), Op.ACTIVATE)
    talk.ask(ask.ReleaseTell(service.release()))
    again = Service(seed=2)
    again.lock_id, again.id_key, again.factory = service.lock_id, service.id_key, service.factory
    rig.do(InsideButton())
    n_l = attest(sticker_session(rig), again)
    rig.hang_up()
    assert sticker_session(rig).ask(ask.TicketTell(ticket(again, n_l))) == Denied(Op.ACTIVATE), "the same epoch again"
    rig.hang_up()
    again.epoch = 2
    assert isinstance(activate(rig, again), Settled)
    now = House(again, rig)
    assert again.xs != old_xs
    assert isinstance(now.unlock(DANA, old_grant), Denied)
    answer = now.push(now.present(DANA, again.grant(DANA), Op.MANIFEST)[0], old_bundle)
    assert not isinstance(answer, Settled | Staged)
    assert not opened(rig.type("5550123"))
    image = rig.flash.image()  # type: ignore[attr-defined]
    assert old_daily not in image
    assert events(now)[0].seq == 0
    assert now.rig.lock.memory.journal.head.logepoch > 1


def asked_for_reset() -> House:
    """An owned lock whose inside button was held for 15 seconds."""
    home = house(CONFIG, "M", code(9, 5_550_123))
    home.rig.do(InsideButton(held_ms=15_000))
    return home


def anew(home: House, **more: object) -> Answer | None:
    """The owner's installer attests, brings ticket and list of the next epoch; the last answer."""
    service = home.service
    talk, answer = home.present(MILO, service.grant(MILO, Cls.INSTALLER, rights=Rights.PUSH, acl_ver=1), Op.MANIFEST)
    assert isinstance(answer, Presented)
    n_l = attest(talk, service)
    service.epoch, service.ver, service.states, service.changes = 2, 0, {}, []
    told = talk.ask(ask.TicketTell(ticket(service, n_l, **more)))
    if told != Plain(Op.ACTIVATE):
        return told
    service.edit(code(9, 5_550_777))
    return home.push(talk, service.bundle(snapshot=True))


@pytest.mark.rule("LOCK-10")
def test_a_held_inside_button_shuts_the_door_to_every_credential_until_its_owner_activates_it_anew() -> None:
    """A.3, RESET_PENDING: still the owner's, inside only, over a battery pull too; then the next epoch of the same organisation."""
    home = asked_for_reset()
    assert home.unlock(DANA) == Denied(Op.UNLOCK, Reason.NO_RIGHT)
    assert not opened(home.rig.type("5550123"))
    home.rig.pull_battery()
    assert not opened(home.rig.type("5550123"))
    home.rig.do(InsideHandle())
    assert events(home)[-1].kind is Kind.INSIDE
    assert isinstance(anew(home), Settled)
    home.service.take(house_receipt(home))
    assert home.rig.lock.memory.epoch == 2
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    home.rig.wait(HOUR_MS)  # the keypad has its tries back
    assert not opened(home.rig.type("5550123"))
    home.rig.wait(60_000)
    assert opened(home.rig.type("5550777"))


def house_receipt(home: House) -> bytes:
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.RECEIPT)
    given = talk.ask(ask.ReceiptAsk())
    assert isinstance(given, Given)
    return given.data


@pytest.mark.parametrize("other", ["organisation", "root"])
def test_no_other_owner_takes_a_lock_whose_button_was_held(other: str) -> None:
    """Only a ticket of the organisation and the root that are pinned for this epoch is believed (invariant 70)."""
    home = asked_for_reset()
    if other == "organisation":
        assert anew(home, org=2) == Denied(Op.ACTIVATE)
    else:
        stranger = Service(seed=2)
        assert anew(home, root=stranger.root(), roles=stranger.keys()) == Denied(Op.ACTIVATE)
    assert home.rig.lock.memory.epoch == 1
    assert home.rig.lock.memory.held is not None


def test_without_the_held_button_an_owned_lock_attests_to_nobody() -> None:
    """Neither to an installer of its owner nor to a resident (invariant 70)."""
    home = house()
    for phone, cls in ((MILO, Cls.INSTALLER), (DANA, Cls.RESIDENT)):
        talk, _ = home.present(phone, home.service.grant(phone, cls), Op.MANIFEST)
        assert talk.ask(ask.AttestAsk(b"s" * 16)) == Plain(Op.ACTIVATE, Status.UNKNOWN)
    reset = asked_for_reset()
    talk, _ = reset.present(DANA, reset.service.grant(DANA), Op.MANIFEST)
    assert talk.ask(ask.AttestAsk(b"s" * 16)) == Plain(Op.ACTIVATE, Status.UNKNOWN), "no resident's phone gives a lock away"


def states() -> dict[str, Callable[[], Rig]]:
    """One lock in each state of A.3."""

    def unowned(pressed: bool) -> Rig:
        _, rig = new()
        if pressed:
            rig.do(InsideButton())
        return rig

    def attested() -> Rig:
        service, rig = new()
        rig.do(InsideButton())
        attest(sticker_session(rig), service)
        rig.hang_up()
        rig.wait(15 * 60_000 + 1)
        return rig

    def released() -> Rig:
        home = house()
        talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACTIVATE)
        assert isinstance(talk.ask(ask.ReleaseTell(home.service.release())), Given)
        return home.rig

    def faulty() -> Rig:
        home = house()
        layout = home.rig.lock.memory.layout
        home.rig.flash.program(layout.slots[0], 60, bytes(64))
        home.rig.boot()
        assert home.rig.lock.holds(home.rig.at).faulty
        return home.rig

    return {
        "unowned": lambda: unowned(False),
        "unowned, button": lambda: unowned(True),
        "attested, button long ago": attested,
        "active": lambda: house().rig,
        "reset asked": lambda: asked_for_reset().rig,
        "released": released,
        "faulty": faulty,
    }


@pytest.mark.rule("LOCK-10")
@pytest.mark.parametrize("state", states())
@pytest.mark.parametrize("button", [False, True])
def test_the_stickers_secret_is_worth_nothing_but_at_an_unowned_lock_with_its_button_pressed(state: str, button: bool) -> None:
    """The whole table: state by state, with and without the button just pressed (invariant 69)."""
    rig = states()[state]()
    rig.hang_up()
    if button:
        rig.do(InsideButton())
    answers = rig.lock.memory.held is None and not rig.lock.memory.faulty and (button or state == "unowned, button")
    if answers:
        assert isinstance(sticker_session(rig).ask(ask.AttestAsk(b"s" * 16)), Given)
    else:
        with pytest.raises((AssertionError, SessionBroken)):
            sticker_session(rig)
