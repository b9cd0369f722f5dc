"""The code under the battery cover at the lock: five tries for a press, a hundred in a life, each paid before it is answered (A.2; A-17 to A-23)."""

from copy import deepcopy
from functools import cache

import pytest

from limen.lock.commands import SendFrame
from limen.lock.covercode import CoverCode, Exchange
from limen.lock.events import InsideButton, Ticked
from limen.lock.flash import Area, FlashError
from limen.wire import covercode, limits, spake2plus
from limen.wire import operations as ask
from limen.wire.answers import Plain, Settled
from limen.wire.cbor import Malformed
from limen.wire.covercode import Answered, Ask, Confirm, Refused, Share, Stretching, Taken
from limen.wire.operations import Op
from limen.wire.refusals import Reason
from limen.wire.session import Initiator, SessionBroken, activation_psk, activation_static, public_of
from limen.wire.spake2plus import NotTheSame, Password
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.site import DANA, House, Rig, Service, Talk, attest, ticket

DIGITS, WRONG = "20478135", "20478136"
X = spake2plus.scalar(bytes(range(48)))
LOCK_ID = Rig().lock_id


@cache
def record() -> covercode.Record:
    return covercode.enrolled(DIGITS, LOCK_ID, b"s" * 16, limits.COVER_ITERATIONS_MIN)


@cache
def password(digits: str) -> Password:
    return covercode.stretched(digits, Stretching(LOCK_ID, b"s" * 16, limits.COVER_ITERATIONS_MIN))


def new(flash: CrashFlash | None = None, cover: covercode.Record | None = None, *, pressed: bool = True) -> tuple[Service, Rig]:
    service, rig = Service(), Rig(flash=flash)
    rig.manufacture(service, cover or record())
    rig.boot()
    if pressed:
        rig.do(InsideButton())
    return service, rig


def meet(rig: Rig) -> Talk:
    rig.hang_up()
    return Talk(rig, rig.connect())


def guess(rig: Rig, digits: str) -> tuple[Talk, Answered | Refused | None]:
    """As far as the lock's own share, which is what a guess can be measured by."""
    talk = meet(rig)
    told = talk.covered(Ask())
    if not isinstance(told, Stretching):
        assert told is None or isinstance(told, Refused)
        return talk, told
    answered = talk.covered(Share(spake2plus.share_p(password(digits), X)))
    assert answered is None or isinstance(answered, Answered | Refused)
    return talk, answered


def proved(rig: Rig, digits: str = DIGITS) -> tuple[Talk, bytes]:
    """The whole exchange: the link, and what stands in the place of the sticker's secret."""
    talk, answered = guess(rig, digits)
    assert isinstance(answered, Answered), answered
    confirm, shared = spake2plus.finish(password(digits), covercode.names(LOCK_ID), X, answered.share, answered.confirm)
    assert talk.covered(Confirm(confirm)) == Taken()
    return talk, covercode.secret_of(shared, LOCK_ID)


def session(talk: Talk, secret: bytes) -> Talk:
    static = public_of(activation_static(secret, LOCK_ID))
    psk = activation_psk(secret, LOCK_ID)
    return talk.handshake(Initiator(lock_id=LOCK_ID, remote_static=static, ephemeral_private=bytes(31) + b"\x07", psk=psk))


def left(rig: Rig) -> int:
    return rig.lock._links._cover_code.left()


@pytest.mark.rule("LOCK-10")
def test_the_eight_digits_open_the_session_that_the_sticker_opens_and_the_lock_gets_its_owner() -> None:
    service, rig = new()
    talk = session(*proved(rig))
    n_l = attest(talk, service)
    assert talk.ask(ask.TicketTell(ticket(service, n_l))) == Plain(Op.ACTIVATE)
    service.edit()
    answer = House(service, rig).push(talk, service.bundle(snapshot=True))
    assert isinstance(answer, Settled)
    service.take(answer.receipt)
    assert House(service, rig).unlock(DANA) == Plain(Op.UNLOCK)


def test_wrong_digits_give_nothing_that_could_be_used_afterwards() -> None:
    """The lock's confirmation does not fit, the exchange's own key opens no session, and nothing more is heard on that link."""
    _service, rig = new()
    talk, answered = guess(rig, WRONG)
    assert isinstance(answered, Answered) and answered.left == limits.COVER_TRIES_PER_PRESS - 1
    with pytest.raises(NotTheSame):
        spake2plus.finish(password(WRONG), covercode.names(LOCK_ID), X, answered.share, answered.confirm)
    assert talk.covered(Confirm(bytes(32))) is None
    assert talk.link in rig.closed


def test_a_handshake_in_the_middle_of_an_exchange_is_none() -> None:
    """Neither the sticker's secret nor any other opens a session on a link where the code was begun and not shown."""
    _service, rig = new()
    for secret in (b"q" * 16, bytes(16)):
        talk, _ = guess(rig, WRONG)
        with pytest.raises((AssertionError, SessionBroken)):
            session(talk, secret)
        assert talk.link in rig.closed


def test_a_code_that_was_shown_is_worth_one_handshake_on_its_own_link() -> None:
    _service, rig = new()
    _talk, secret = proved(rig)
    with pytest.raises((AssertionError, SessionBroken)):
        session(meet(rig), secret)
    talk, secret = proved(rig)
    session(talk, secret)
    with pytest.raises((AssertionError, SessionBroken)):
        session(talk, secret)


def test_who_showed_the_code_shakes_hands_within_a_minute_of_the_first_message() -> None:
    _service, rig = new()
    talk = meet(rig)
    assert isinstance(talk.covered(Ask()), Stretching)
    rig.wait(limits.COVER_S * 1000 - 1)
    rig.do(Ticked())
    assert talk.link not in rig.closed
    rig.wait(1)
    rig.do(Ticked())
    assert talk.link in rig.closed


def test_five_tries_are_worth_one_press_of_the_button_and_another_press_gives_five_more() -> None:
    _service, rig = new()
    answers = [guess(rig, WRONG)[1] for _ in range(limits.COVER_TRIES_PER_PRESS)]
    assert [one.left for one in answers if isinstance(one, Answered)] == [4, 3, 2, 1, 0]
    assert guess(rig, DIGITS)[1] == Refused(Reason.PRESS_AGAIN)
    rig.wait(1000)
    rig.do(InsideButton())
    proved(rig)


def test_a_right_code_gives_its_try_back_to_its_own_press_alone() -> None:
    """Somebody presses again between an installer's share and confirmation: whoever guesses after that has five tries all the same."""
    _service, rig = new()
    talk, answered = guess(rig, DIGITS)
    assert isinstance(answered, Answered)
    rig.wait(1000)
    rig.do(InsideButton())
    stranger = Talk(rig, rig.connect())
    assert isinstance(stranger.covered(Ask()), Stretching)
    assert isinstance(stranger.covered(Share(spake2plus.share_p(password(WRONG), X))), Answered)
    confirm, _shared = spake2plus.finish(password(DIGITS), covercode.names(LOCK_ID), X, answered.share, answered.confirm)
    assert talk.covered(Confirm(confirm)) == Taken()
    assert left(rig) == limits.COVER_TRIES_PER_PRESS - 1


def test_a_hundred_wrong_tries_end_the_code_for_the_life_of_the_lock() -> None:
    """Across presses and power cuts, and a wipe drops nothing of it."""
    _service, rig = new()
    for round_ in range(limits.COVER_TRIES_PER_LIFE // limits.COVER_TRIES_PER_PRESS):
        if round_ % 7 == 3:
            rig.pull_battery()
        rig.wait(1000)
        rig.do(InsideButton())
        for _ in range(limits.COVER_TRIES_PER_PRESS):
            assert isinstance(guess(rig, WRONG)[1], Answered)
    rig.lock.memory._forget_epoch()
    rig.pull_battery()
    rig.do(InsideButton())
    assert guess(rig, DIGITS)[1] == Refused(Reason.COVER_CODE_SPENT)


def test_right_digits_get_their_try_back_and_never_more() -> None:
    """So a life of honest activations does not use the lock up."""
    _service, rig = new()
    for _ in range(limits.COVER_TRIES_PER_LIFE + 20):
        proved(rig)
    assert left(rig) == limits.COVER_TRIES_PER_PRESS
    guess(rig, WRONG)
    proved(rig)
    assert left(rig) == limits.COVER_TRIES_PER_PRESS - 1


def test_the_same_messages_again_are_worth_nothing() -> None:
    """A recorded share is answered with another one each time, and a recorded confirmation fits no later exchange."""
    _service, rig = new()
    talk, first = guess(rig, DIGITS)
    assert isinstance(first, Answered)
    confirm, _ = spake2plus.finish(password(DIGITS), covercode.names(LOCK_ID), X, first.share, first.confirm)
    assert talk.covered(Confirm(confirm)) == Taken()
    again, second = guess(rig, DIGITS)
    assert isinstance(second, Answered) and second.share != first.share
    assert again.covered(Confirm(confirm)) is None


@pytest.mark.parametrize("said", [Share(spake2plus.enrolled(password(WRONG)).point_l), Confirm(bytes(32))])
def test_whoever_begins_in_the_middle_is_cut_off_and_pays_nothing(said: Share | Confirm) -> None:
    _service, rig = new()
    talk = meet(rig)
    assert talk.covered(said) is None
    assert left(rig) == limits.COVER_TRIES_PER_PRESS


def test_one_link_is_one_guess() -> None:
    _service, rig = new()
    talk, _ = guess(rig, WRONG)
    assert talk.covered(Share(spake2plus.share_p(password(DIGITS), X))) is None
    assert left(rig) == limits.COVER_TRIES_PER_PRESS - 1


def test_two_at_the_door_have_five_tries_together() -> None:
    _service, rig = new()
    for _ in range(limits.COVER_TRIES_PER_PRESS - 1):
        guess(rig, WRONG)
    rig.hang_up()
    one, other = Talk(rig, rig.connect()), Talk(rig, rig.connect())
    assert isinstance(one.covered(Ask()), Stretching) and isinstance(other.covered(Ask()), Stretching)
    share = Share(spake2plus.share_p(password(WRONG), X))
    assert isinstance(one.covered(share), Answered)
    assert other.covered(share) == Refused(Reason.PRESS_AGAIN)


@pytest.mark.parametrize("state", ["no press", "too late", "owned", "reset asked", "faulty"])
def test_the_code_counts_exactly_where_the_sticker_does(state: str) -> None:
    """Only at a lock that nobody owns, within a quarter of an hour of its inside button (invariant 69)."""
    service, rig = new(pressed=state != "no press")
    if state == "too late":
        rig.wait(limits.BUTTON_S * 1000 + 1)
    if state in ("owned", "reset asked"):
        talk = session(*proved(rig))
        talk.ask(ask.TicketTell(ticket(service, attest(talk, service))))
        service.edit()
        assert isinstance(House(service, rig).push(talk, service.bundle(snapshot=True)), Settled)
        rig.do(InsideButton(limits.RESET_S * 1000 if state == "reset asked" else 0))
    if state == "faulty":
        rig.lock.memory.faulty = True
    talk = meet(rig)
    assert talk.covered(Ask()) is None
    assert talk.link in rig.closed


def test_a_lock_from_a_factory_before_there_were_codes_says_that_it_has_none() -> None:
    service, rig = Service(), Rig()
    rig.manufacture(service)
    rig.boot()
    rig.do(InsideButton())
    assert meet(rig).covered(Ask()) == Refused(Reason.NO_COVER_CODE)


def test_a_try_is_durable_before_its_answer_leaves_wherever_the_power_is_cut() -> None:
    """Whatever the step at which the power goes: an answer that was heard has been paid for (invariant 46)."""
    steps = 0
    for cut in range(200):
        flash = CrashFlash(cut)
        _service, rig = new(flash)
        talk = meet(rig)
        assert isinstance(talk.covered(Ask()), Stretching)
        rig.log.clear()
        flash.budget = cut
        try:
            answered = talk.covered(Share(spake2plus.share_p(password(WRONG), X)))
        except PowerLossError:
            assert not any(isinstance(command, SendFrame) for command in rig.log)
            steps += 1
            continue
        assert isinstance(answered, Answered)
        flash.budget = 0
        with pytest.raises(PowerLossError):
            flash.barrier()
        flash.budget = None
        rig.pull_battery()
        assert CoverCode(rig.lock.memory)._of_life() == 1
        break
    assert steps > 3, "the power was never cut while the try was charged"


def test_a_memory_that_takes_nothing_hears_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    _service, rig = new()
    talk = meet(rig)
    assert isinstance(talk.covered(Ask()), Stretching)

    def no(area: Area, at: int, data: bytes) -> None:
        raise FlashError("worn out")

    monkeypatch.setattr(rig.flash, "program", no)
    assert talk.covered(Share(spake2plus.share_p(password(DIGITS), X))) == Refused(Reason.NOT_RECORDED)
    assert talk.covered(Confirm(bytes(32))) is None


def test_what_an_exchange_knows_is_not_shown_where_it_is_printed() -> None:
    _service, rig = new()
    talk, secret = proved(rig)
    met = rig.lock._links.session(talk.link)
    assert met is not None and met.cover is not None and met.cover.secret == secret
    assert secret.hex() not in repr(met) and repr(secret) not in repr(met)
    assert repr(record().verifier.w0) not in repr(rig.lock.memory.birth)
    assert isinstance(deepcopy(met.cover), Exchange)


def test_an_exchange_says_what_it_says_in_order() -> None:
    _service, rig = new()
    cover, exchange = CoverCode(rig.lock.memory), Exchange(0)
    with pytest.raises(Malformed):
        cover.hear(exchange, covercode.encode_said(Confirm(bytes(32))))
