"""The throw-away service: an empty installation in memory, its clock and chance given at the start, its state kept and put back at will."""

import logging
import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from limen.cli import migrate
from limen.sim.chance import Random
from limen.sim.clock import TrueTime
from limen.sim.ports import Copy
from limen.wire.envelope import SoftSigner

if TYPE_CHECKING:
    import httpx

ORIGIN: Final = "http://localhost"
FAST_FOLDER: Final = Path("/dev/shm")  # noqa: S108 (the key store's durable writes go to memory where the system has such a folder)
KEYS, LEDGER = "keystore.sqlite3", ("ledger.jsonl", "ledger.head")
BACKUP: Final = "night.backup"
SECOND_MS: Final = 1_000


class Instance:
    """The service. One per process: Django is set up once."""

    def __init__(self, data: Path, time: TrueTime) -> None:
        self._data, self.time = data, time

    def transport(self, person: int) -> "httpx.BaseTransport":
        """A way into the service for one person, with an address of their own."""
        import httpx

        from limen.config.wsgi import application

        return httpx.WSGITransport(app=application, remote_addr=f"10.{person >> 16 & 255}.{person >> 8 & 255}.{person & 255}")

    def chance(self, source: Random) -> None:
        """From now on the service's random bytes come from here."""
        from limen.storage import chance

        chance.use(source.randbytes)

    def trust(self, factory: SoftSigner) -> None:
        """Locks of this factory are accepted."""
        folder = self._data / "trust"
        folder.mkdir(exist_ok=True)
        (folder / "mfg-ca.pub").write_text(factory.public.hex() + "\n", "ascii")

    # ---- the database, as whole as a file would be

    def database(self) -> bytes:
        """All tables."""
        return _connection().serialize()

    def put_back(self, database: bytes) -> None:
        """Everything as it was; what was only remembered is forgotten."""
        from django.core.cache import cache

        _connection().deserialize(database)
        cache.clear()

    def files(self) -> dict[str, bytes]:
        """Key store and ledger, which a backup does not hold."""
        with closing(sqlite3.connect(self._data / KEYS)) as keys:
            return {**self._ledger(), KEYS: keys.serialize()}

    def put_back_files(self, files: dict[str, bytes]) -> None:
        """As they were, with every key that was destroyed since: only a simulation may do that."""
        self._put_ledger(files)
        with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(self._data / KEYS)) as keys:
            kept.deserialize(files[KEYS])
            kept.backup(keys)

    # ---- a backup and its restore, by the functions behind the commands

    def copy(self) -> Copy:
        """The disk as it is."""
        return Copy(self.database(), self._ledger(), self.time.ms)

    def restore(self, copy: Copy) -> tuple[str, ...]:
        """What `limen restore` does in the next second with the backup of that moment, and what it says is not here."""
        from limen.storage import clock, replay
        from limen.web import restored

        path = self._backup(copy)
        self.time.reach((self.time.ms // SECOND_MS + 1) * SECOND_MS)
        try:
            return tuple(restored.missing(replay.restore(path, clock.whole_second())))
        finally:
            path.unlink()

    def _backup(self, copy: Copy) -> Path:
        """What `limen backup` wrote then: written from the disk of then, because hardly any of a year's nights is ever restored."""
        from limen.storage import backup

        path, now = self._data / BACKUP, self.copy()
        self._lay(copy)
        backup.write(path, TrueTime(copy.ms).now())
        self._lay(now)
        return path

    def _lay(self, copy: Copy) -> None:
        self.put_back(copy.database)
        self._put_ledger(copy.ledger)

    def _ledger(self) -> dict[str, bytes]:
        return {name: (self._data / name).read_bytes() for name in LEDGER if (self._data / name).exists()}

    def _put_ledger(self, files: dict[str, bytes]) -> None:
        for name in LEDGER:
            if name in files:
                (self._data / name).write_bytes(files[name])
            else:
                (self._data / name).unlink(missing_ok=True)


@contextmanager
def raised(time: TrueTime, chance: Random) -> Iterator[Instance]:
    """Sets an empty installation up in this process and takes it away again."""
    with TemporaryDirectory(prefix="limen-sim-", dir=FAST_FOLDER if FAST_FOLDER.is_dir() else None) as folder:
        data = Path(folder) / "data"
        for name in [name for name in os.environ if name.startswith("LIMEN_")]:
            del os.environ[name]
        os.environ.update(LIMEN_DATA=str(data), LIMEN_DEMO="1", LIMEN_DATABASE_URL="sqlite:///:memory:", LIMEN_ORIGIN=ORIGIN)
        os.environ["DJANGO_SETTINGS_MODULE"] = "limen.config.settings"
        migrate.prepare()
        _hash_fast()
        warnings.filterwarnings("ignore", message="No directory at")
        logging.disable(logging.WARNING)  # refused requests are part of the story
        from limen.storage import chance as service_chance
        from limen.storage import clock

        clock.use(time)
        instance = Instance(data, time)
        instance.chance(chance)
        try:
            yield instance
        finally:
            clock.use(None)
            service_chance.use(None)
            logging.disable(logging.NOTSET)


def _hash_fast() -> None:
    """Passwords of people who do not exist: a slow hash of them would be a third of moving in."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _connection() -> sqlite3.Connection:
    from django.db import connection

    connection.ensure_connection()
    found = connection.connection
    assert isinstance(found, sqlite3.Connection)
    return found
