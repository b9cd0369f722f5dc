"""Files that only the service may read, and that are whole or not there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from limen.storage import chance

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def folder(path: Path) -> Path:
    """Makes the folder for the service alone, if it is missing."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return path


def replace(path: Path, content: bytes) -> None:
    """Writes the file so that a reader, or a power cut, finds the old content or the new one, never half."""
    scratch = _written_beside(path, content)
    scratch.replace(path)
    _sync_folder(path.parent)


def create(path: Path, content: bytes) -> bytes:
    """Writes the file unless it exists; returns what it holds then. Of two processes that try at once, one wins and both get its bytes."""
    scratch = _written_beside(path, content)
    try:
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        scratch.unlink()
    _sync_folder(path.parent)
    return path.read_bytes()


class InUse(Exception):
    """Somebody else holds the file for their work."""


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Says, as long as it lasts, that the data folder is in use; any number of processes may. Raises InUse while one is alone with it."""
    with _locked(path, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps everybody else out. Raises InUse while anybody is there."""
    with _locked(path, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(path.name) from None
        yield
    finally:
        os.close(handle)


def _written_beside(path: Path, content: bytes) -> Path:
    folder(path.parent)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{chance.random_bytes(6).hex()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    return scratch


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
