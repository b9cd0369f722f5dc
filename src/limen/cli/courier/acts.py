"""What one does with a phone: fetch, unlock, update, carry, hand in. Each act leaves wallet and outbox durable, whatever happened at the lock."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from limen.cli.courier.service import NoSignal, PhoneRemoved, Said, Service
from limen.phone import inbox
from limen.phone.channels.air import Air, Whom
from limen.phone.channels.driver import carry_out
from limen.phone.channels.store import Account, Folder
from limen.phone.commands import Conversation, Result, Say
from limen.phone.link import Courier
from limen.phone.outbox import Item, Outbox
from limen.phone.unlock import Outcome
from limen.phone.unlock import unlock as tap
from limen.phone.update import Updated
from limen.phone.update import update as bring
from limen.phone.wallet import Door, Errand, View, Wallet
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys
from limen.wire.grants import Cls
from limen.wire.receipts import Receipt, WipedReceipt, open_receipt
from limen.wire.telemetry import unverified_telemetry

Clock = Callable[[], int]
Screen = Callable[[Say], None]
HAND_IN_ROUNDS: Final = 400
IMAGE: Final = "image-"
NOT_YOURS: Final = 404


class NoSuchDoor(Exception):
    """This phone holds no such door in that view."""


def wall_clock_ms() -> int:
    """The computer's time in milliseconds since 1970; it orders grants and dates outbox items, and decides nothing at a lock."""
    return time.time_ns() // 1_000_000


def nothing_shown(progress: Say) -> None:
    """A screen nobody looks at."""


@dataclass
class HandedIn:
    """How many items the service answered, and how many stay."""

    answered: int
    refused: int
    left: int


class Phone:
    """One wallet folder, its service, and the air that carries frames to locks."""

    def __init__(
        self, folder: Folder, air: Air, *, clock: Clock = wall_clock_ms, screen: Screen = nothing_shown, signal: bool = True
    ) -> None:
        self.folder = folder
        self.air = air
        self.clock = clock
        self.screen = screen
        self.signal = signal

    def register(self, service: Service, name: str) -> str:
        """Makes the key, registers its public half for the person signed in at `service`, remembers the token; gives the phone's id."""
        phone, token = service.register(self.folder.prepare().public, name)
        self.folder.save_account(Account(service=service.origin, phone=phone, token=token))
        return phone

    def doors(self, view: View) -> tuple[Door, ...]:
        """What is in the wallet, as it was fetched."""
        return tuple(self.folder.wallet().doors[view].values())

    def fetch(self, view: View) -> Wallet:
        """Everything new: answers about the time for locks that asked, then doors, grants, sealed updates, acknowledgements."""
        wallet = self.folder.wallet()
        with self._service() as service:
            wallet.drop_late_errands(self.clock())
            for errand in [errand for errand in wallet.errands.values() if errand.assertion is None]:
                _run(errand, wallet, service)
            inbox.merge(wallet, view, service.inbox(view))
        self.folder.save(wallet)
        self._fetch_images(wallet)
        box = self.folder.outbox()
        self.folder.drop(box.forget_old(self.clock()) + box.forget_doors(wallet.held() | frozenset(wallet.doors["manager"])))
        return wallet

    def _fetch_images(self, wallet: Wallet) -> None:
        """Keeps the firmware that its doors wait for, once however many doors, and forgets the rest."""
        wanted = {door.firmware[1] for view in wallet.doors.values() for door in view.values() if door.firmware is not None}
        kept = {bytes.fromhex(name.removeprefix(IMAGE)) for name in self.folder.notes(IMAGE)}
        for digest in kept - wanted:
            self.folder.drop_note(IMAGE + digest.hex())
        for digest in wanted - kept:
            with self._service() as service:
                data = service.image(digest)
            if hashlib.sha256(data).digest() == digest:
                self.folder.write_note(IMAGE + digest.hex(), data)

    def unlock(self, called: str) -> Outcome:
        """One tap at a door with access of one's own."""
        return self._at(called, "resident", tap)

    def update(self, called: str, view: View) -> Updated:
        """One explicit update; the manager's view pulls nothing (SYNC-2)."""
        return self._at(called, view, lambda courier: bring(courier, pull=view == "resident"))

    def carry(self) -> list[tuple[Door, Updated]]:
        """Brings sealed updates to doors that this phone only passes; those out of reach are left for another time (SYNC-13)."""
        carried = [door for door in self.doors("resident") if door.cls == Cls.COURIER and door.news]
        near = self.near(carried) if carried else set()
        passing = [door for door in carried if door.lock_id in near]
        done = [(door, self._at(door.lock_id.hex(), "resident", lambda courier: bring(courier, pull=False))) for door in passing]
        return [(door, result) for door, result in done if result.result != "out_of_reach"]

    def near(self, doors: Iterable[Door]) -> set[bytes]:
        """Lock-ids of those that are heard here."""
        return {whom.lock_id for whom in self.air.near(Whom.at(door) for door in doors)}

    def hand_in(self) -> HandedIn:
        """Hands in what waits, batch by batch, until all is answered or the signal ends."""
        box = self.folder.outbox()
        answered = refused = 0
        try:
            with self._service() as service:
                for _ in range(HAND_IN_ROUNDS):
                    batch = box.batch()
                    if not batch:
                        break
                    answers = service.hand_in(batch)
                    gone = box.answered(answers)
                    self.folder.drop(gone)
                    answered += len(gone)
                    refused += sum(status == "refused" for _, status in answers)
                    if not gone:
                        break
        except NoSignal:
            pass
        return HandedIn(answered=answered, refused=refused, left=len(box.kept))

    def remove(self) -> None:
        """Tells the service, then forgets everything here."""
        account = self.folder.account()
        with self._service() as service:
            service.remove(account.phone)
        self.folder.empty()

    def waiting(self) -> Outbox:
        """What has not been handed in."""
        return self.folder.outbox()

    def _at(self, called: str, view: View, act: Callable[[Courier], Conversation[Result]]) -> Result:
        found = self.folder.wallet().find(view, called)
        if found is None:
            raise NoSuchDoor(called)
        with self.folder.at_lock(found.lock_id), self.air.reach(Whom.at(found)) as line:
            wallet = self.folder.wallet()
            door = wallet.doors[view][found.lock_id]
            now = self.clock()
            self.screen(Say("looking"))
            courier = Courier(
                door=door,
                key=wallet.key,
                draw=secrets.token_bytes,
                now=now // 1000,
                assertion=wallet.time_for(door.lock_id, now),
                frame_bytes=line.frame_bytes,
                image=self.folder.read_note(IMAGE + door.firmware[1].hex()) if door.firmware is not None else None,
            )
            try:
                return carry_out(act(courier), line, _Pocket(self, wallet))
            finally:
                self.folder.save(wallet)

    @contextmanager
    def _service(self) -> Iterator[Service]:
        account = self.folder.account()
        if not self.signal:
            raise NoSignal
        service = Service(account.service, account.token)
        try:
            yield service
        except PhoneRemoved:
            self.folder.empty()
            raise
        finally:
            service.close()


class _Pocket:
    """The hands of a conversation: this phone's screen, its disk and, where there is signal, its service."""

    def __init__(self, phone: Phone, wallet: Wallet) -> None:
        self._phone = phone
        self._wallet = wallet

    def say(self, progress: Say) -> None:
        self._phone.screen(progress)

    def keep(self, one: Item) -> None:
        self._phone.folder.keep(one, self._phone.clock())
        if one.kind == "receipt":
            said = _read(self._wallet, one)
            if isinstance(said, Receipt):
                self._wallet.saw_receipt(one.lock_id, said.ver)
            elif isinstance(said, WipedReceipt):
                self._wallet.saw_wiped(one.lock_id)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        try:
            with self._phone._service() as service:
                return service.time(lock_id, nonce)
        except (NoSignal, Said, PhoneRemoved, WireError):
            self._wallet.take_errand(lock_id, nonce, self._phone.clock())
            return None

    def nonce(self, lock_id: bytes) -> bytes | None:
        try:
            with self._phone._service() as service:
                return service.nonce(lock_id)
        except (NoSignal, Said, PhoneRemoved, WireError):
            return None


def _run(errand: Errand, wallet: Wallet, service: Service) -> None:
    """One errand at the service, which does not know a lock that is none of this person's any more."""
    try:
        wallet.answer_errand(errand.lock_id, errand.nonce, service.time(errand.lock_id, errand.nonce))
    except Said as problem:
        if problem.status != NOT_YOURS:
            raise
        wallet.drop_errand(errand.lock_id)


def _read(wallet: Wallet, one: Item) -> Receipt | WipedReceipt | None:
    """What a kept receipt says; the conversation has checked it already."""
    for doors in wallet.doors.values():
        door = doors.get(one.lock_id)
        if door is not None:
            return open_receipt(one.data, RoleKeys.of_lock(door.info.id_key))
    return None


def battery_of(telemetry: bytes | None) -> int | None:
    """The battery in percent as the lock told it, or None."""
    if telemetry is None:
        return None
    try:
        return unverified_telemetry(telemetry).battery
    except WireError:
        return None
