"""The wallet folder of `limen phone`: key, account, doors and outbox, readable by their owner only, each file old or new and never half.

key.pem  account.cbor  doors.cbor  outbox/<key>  locks/<lock-id>
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.phone import inbox, outbox
from limen.phone.channels import key_file
from limen.phone.outbox import Item, Outbox
from limen.phone.wallet import VIEWS, Errand, Wallet
from limen.wire import cbor, shape
from limen.wire.cbor import Malformed

OWNER_ONLY_FOLDER: Final = 0o700
OWNER_ONLY_FILE: Final = 0o600
DOORS_BYTES: Final = 16 << 20


class NoWallet(Exception):
    """The folder holds no phone yet: sign in first."""


@dataclass(frozen=True)
class Account:
    """Where this phone is registered: the service, its id there, and the token by which the gateway knows it."""

    service: str
    phone: str
    token: str


class Folder:
    """One phone on this computer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> key_file.KeyFile:
        """Makes folder and key where they are missing, and gives the key's handle."""
        for folder in (self.path, self.path / "outbox", self.path / "locks", self.path / "notes"):
            folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        key_file.make(self.path / "key.pem")
        return key_file.KeyFile(self.path / "key.pem")

    def account(self) -> Account:
        """The account, or `NoWallet`."""
        try:
            table = shape.table(cbor.decode((self.path / "account.cbor").read_bytes()), ("service", "phone", "token"))
        except FileNotFoundError:
            raise NoWallet from None
        service, phone, token = (shape.text(table[name], 512) for name in ("service", "phone", "token"))
        return Account(service=service, phone=phone, token=token)

    def save_account(self, account: Account) -> None:
        """Durable before it returns."""
        self._write("account.cbor", cbor.encode({"service": account.service, "phone": account.phone, "token": account.token}))

    def wallet(self) -> Wallet:
        """The wallet as it was saved; an empty one for a new phone."""
        wallet = Wallet(key=self.prepare())
        try:
            table = shape.table(cbor.decode((self.path / "doors.cbor").read_bytes(), DOORS_BYTES), (*VIEWS, "errands"))
        except FileNotFoundError:
            return wallet
        for view in VIEWS:
            doors = (inbox.read_door(value) for value in shape.array(table[view], 0, inbox.DOORS))
            wallet.doors[view] = {door.lock_id: door for door in doors}
        for value in shape.array(table["errands"], 0, inbox.DOORS):
            errand = _errand(value)
            wallet.errands[errand.lock_id] = errand
        return wallet

    def save(self, wallet: Wallet) -> None:
        """Doors and errands, old or new and never between."""
        said: dict[str, cbor.Encodable] = {view: [inbox.write_door(door) for door in wallet.doors[view].values()] for view in VIEWS}
        said["errands"] = [[one.lock_id, one.nonce, one.since_ms, one.assertion] for one in wallet.errands.values()]
        self._write("doors.cbor", cbor.encode(said))

    def outbox(self) -> Outbox:
        """What waits to be handed in, oldest first; a file that cannot be read is not an item."""
        found = []
        for path in (self.path / "outbox").glob("*"):
            try:
                found.append(_item(path.read_bytes()))
            except (Malformed, FileNotFoundError):
                continue
        box = Outbox()
        for one, since in sorted(found, key=lambda pair: pair[1]):
            box.kept[one.key] = (one, since)
        return box

    def keep(self, one: Item, now_ms: int) -> None:
        """Makes an outbox item durable before it returns; keeping it twice is keeping it once."""
        name = f"outbox/{one.key.hex()}"
        if not (self.path / name).exists():
            self._write(name, cbor.encode([one.key, one.kind, one.lock_id, one.data, now_ms]))

    def drop(self, items: tuple[Item, ...]) -> None:
        """Erases items that were answered or are too old."""
        for one in items:
            (self.path / f"outbox/{one.key.hex()}").unlink(missing_ok=True)

    def read_note(self, name: str) -> bytes | None:
        """Something kept between two walks, or None."""
        try:
            return (self.path / "notes" / name).read_bytes()
        except FileNotFoundError:
            return None

    def write_note(self, name: str, data: bytes) -> None:
        """Durable before it returns."""
        self._write(f"notes/{name}", data)

    def notes(self, prefix: str) -> tuple[str, ...]:
        """Names of what is kept that begin so."""
        return tuple(path.name for path in (self.path / "notes").glob(f"{prefix}*"))

    def drop_note(self, name: str) -> None:
        """Forgets it."""
        (self.path / "notes" / name).unlink(missing_ok=True)

    def empty(self) -> None:
        """This phone was removed: its account, doors and records go; the key goes too, it is worth nothing any more."""
        for path in (*(self.path / "outbox").glob("*"), *(self.path / "notes").glob("*")):
            path.unlink(missing_ok=True)
        for name in ("account.cbor", "doors.cbor", "key.pem"):
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def at_lock(self, lock_id: bytes) -> Iterator[None]:
        """One conversation with a lock at a time: an update of this phone waits for its unlock (SYNC-9)."""
        descriptor = os.open(self.path / "locks" / lock_id.hex(), os.O_WRONLY | os.O_CREAT, OWNER_ONLY_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, name: str, data: bytes) -> None:
        path = self.path / name
        draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _errand(value: cbor.Value) -> Errand:
    lock_id, nonce, since, assertion = shape.array(value, 4)
    answer = None if assertion is None else shape.blob(assertion, most=512)
    return Errand(lock_id=shape.blob(lock_id, 8), nonce=shape.blob(nonce, 16), since_ms=shape.uint(since), assertion=answer)


def _item(data: bytes) -> tuple[Item, int]:
    key, kind, lock_id, body, since = shape.array(cbor.decode(data, outbox.ITEM_BYTES + 256), 5)
    known = [name for name in outbox.KINDS if name == kind]
    if not known:
        raise Malformed("kind")
    one = Item(key=shape.blob(key, 16), kind=known[0], lock_id=shape.blob(lock_id, 8), data=shape.blob(body))
    return one, shape.uint(since)
