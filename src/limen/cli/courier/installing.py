"""Activating a lock: two walks to it with one to the service between them, resumed wherever it was left (protocol A.3)."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from limen.cli.courier.acts import Phone
from limen.cli.courier.service import NoSignal
from limen.phone import activate, cover, inbox
from limen.phone.channels.air import Line, Whom
from limen.phone.channels.driver import carry_out
from limen.phone.commands import Conversation, Result, Say
from limen.phone.outbox import Item
from limen.wire import cbor, shape
from limen.wire.cbor import WireError
from limen.wire.covercode import Cover, read_cover
from limen.wire.refusals import Reason
from limen.wire.session import activation_static, public_of
from limen.wire.sticker import Sticker, read_sticker

HELD_BYTES = 1 << 20


@dataclass(frozen=True)
class Activation:
    """`active` with the version the lock signed for, `needs_signal` (come back within 24 hours), `refused` or `out_of_reach`."""

    result: Literal["active", "needs_signal", "refused", "out_of_reach"]
    reason: str | None = None
    ver: int | None = None
    left: int | None = None
    """Wrong digits: tries until the lock's button is pressed again."""


def uncover_door(phone: Phone, door_id: bytes, cover_text: str, *, swap: bool = False) -> Activation:
    """The same by what stands under the battery cover, for a sticker that cannot be read: the lock is asked for its lock-id first (A-18)."""
    read = read_cover(cover_text)
    asked = _meet(phone, phone.air.reach_named(read.name), cover.who)
    if asked.lock_id is None:
        return _no(activate.NotActivated(asked.reason))
    return _activate(phone, door_id, _Known(Sticker(asked.lock_id, b"", 0), read), swap=swap)


def activate_door(phone: Phone, door_id: bytes, sticker_text: str, *, swap: bool = False) -> Activation:
    """Goes on where it stopped: attestation, ticket, delivery. The sticker is used in this call and kept nowhere.

    With `swap` the lock takes over the door of the one that is there now, which is released (LOCK-10).
    """
    return _activate(phone, door_id, _Known(read_sticker(sticker_text)), swap=swap)


@dataclass(frozen=True)
class _Known:
    """What the installer has read: a sticker, or a cover and the lock-id that its lock has told."""

    sticker: Sticker
    cover: Cover | None = None


def _activate(phone: Phone, door_id: bytes, known: _Known, *, swap: bool) -> Activation:
    sticker = known.sticker
    held = _Held(phone, sticker.lock_id)
    attested = held.read("attested")
    if attested is None:
        with phone._service() as service:
            begun = service.begin_activation(door_id, sticker.lock_id, swap=swap)
        anew = _anew(phone, begun.info, begun.grant)
        found = _meet(phone, _line(phone, known, anew), lambda carries: activate.attest(_installer(known, carries, anew), begun.n_s))
        if isinstance(found, activate.NotActivated):
            return _no(found)
        attested = cbor.encode([found.attest, found.h, begun.info, begun.grant])
        held.write("attested", attested)
    attest, h, info, grant = _attested(attested)
    ticketed = held.read("ticket")
    if ticketed is None:
        phone.screen(Say("waiting"))
        try:
            with phone._service() as service:
                ticketed = cbor.encode(list(service.finish_activation(door_id, attest, h)))
        except NoSignal:
            return Activation("needs_signal")
        except Exception:  # whatever the service said about this attestation, the next try needs a fresh one
            held.clear()
            raise
        held.write("ticket", ticketed)
    ticket, snapshot = _pair(ticketed)
    anew = _anew(phone, info, grant)
    line = _line(phone, known, anew)
    done = _meet(phone, line, lambda carries: activate.deliver(_installer(known, carries, anew), ticket, snapshot, attest))
    if isinstance(done, activate.Active):
        held.clear()
        return Activation("active", ver=done.receipt.ver)
    if isinstance(done, activate.NotActivated) and (done.reason is not None or done.status is not None) and not _about_digits(done):
        held.clear()  # the lock knows this attestation no more
    return _no(done) if isinstance(done, activate.NotActivated) else Activation("out_of_reach")


class _Held:
    """What is between two walks: sealed or signed for others, nothing of it secret."""

    def __init__(self, phone: Phone, lock_id: bytes) -> None:
        self._folder = phone.folder
        self._name = lock_id.hex()

    def read(self, what: str) -> bytes | None:
        """What was kept, or None."""
        return self._folder.read_note(f"{self._name}.{what}")

    def write(self, what: str, data: bytes) -> None:
        """Durable before the next walk."""
        self._folder.write_note(f"{self._name}.{what}", data)

    def clear(self) -> None:
        """Begins anew next time."""
        for what in ("attested", "ticket"):
            self._folder.drop_note(f"{self._name}.{what}")


class _Hands:
    """An installer's phone keeps the receipt and shows steps; there is no clock question in an activation."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def say(self, progress: Say) -> None:
        self._phone.screen(progress)

    def keep(self, one: Item) -> None:
        self._phone.folder.keep(one, self._phone.clock())

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        return None

    def nonce(self, lock_id: bytes) -> bytes | None:
        return None


def _meet(phone: Phone, reached: AbstractContextManager[Line], act: Callable[[int], Conversation[Result]]) -> Result:
    phone.screen(Say("looking"))
    with reached as line:
        return carry_out(act(line.frame_bytes), line, _Hands(phone))


def _line(phone: Phone, known: _Known, anew: activate.Anew | None) -> AbstractContextManager[Line]:
    return phone.air.reach_named(known.cover.name) if known.cover is not None else phone.air.reach(_whom(known.sticker, anew))


def _about_digits(done: activate.NotActivated) -> bool:
    """A no before there was a session says nothing of what was attested."""
    return done.reason in {Reason.WRONG_CODE, Reason.NO_COVER_CODE, Reason.PRESS_AGAIN, Reason.COVER_CODE_SPENT, Reason.NOT_RECORDED}


def _whom(sticker: Sticker, anew: activate.Anew | None) -> Whom:
    """A lock that nobody owns answers with what its sticker gives, one that is to be activated once more with its owner's key."""
    static = anew.info.xs if anew is not None else public_of(activation_static(sticker.secret, sticker.lock_id))
    return Whom(sticker.lock_id, static)


def _anew(phone: Phone, info: bytes | None, grant: bytes | None) -> activate.Anew | None:
    if info is None or grant is None:
        return None
    return activate.Anew(inbox.info_of(info), inbox.held_of(grant), phone.folder.prepare())


def _installer(known: _Known, frame_bytes: int, anew: activate.Anew | None) -> activate.Installer:
    return activate.Installer(sticker=known.sticker, cover=known.cover, draw=secrets.token_bytes, frame_bytes=frame_bytes, anew=anew)


def _attested(data: bytes) -> tuple[bytes, bytes, bytes | None, bytes | None]:
    attest, h, info, grant = shape.array(cbor.decode(data, HELD_BYTES), 4)
    return shape.blob(attest), shape.blob(h), None if info is None else shape.blob(info), None if grant is None else shape.blob(grant)


def _pair(data: bytes) -> tuple[bytes, bytes]:
    first, second = shape.array(cbor.decode(data, HELD_BYTES), 2)
    return shape.blob(first), shape.blob(second)


def _no(said: activate.NotActivated) -> Activation:
    if said.reason is None and said.status is None:
        return Activation("out_of_reach")
    return Activation("refused", said.reason.word if said.reason else said.status.name.lower() if said.status else None, left=said.left)


__all__ = ["Activation", "WireError", "activate_door", "uncover_door"]
