"""The ledger: what a restore must not forget, in an append-only file outside the database and its backups (OPS-2).

A line is on the disk before the transaction that it belongs to commits: after restoring yesterday's backup, today's revocations, removed
phones, suspensions, deletions and destroyed keys are still known, and which numbers were given out. Lines carry ids only, never a name, an
address or a code, and each holds the hash of the one before it, so that a missing or changed line shows. `ledger.head` beside it says how
many lines there were: a ledger that was cut shows too.
"""

import fcntl
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args
from uuid import UUID

from django.conf import settings

from limen.storage import files, transactions

Taking = Literal[
    "revocation", "phone_removed", "suspension", "resumed", "deletion", "key_destroyed", "code_floor",
    "group_door", "guest_door", "terms", "door_rules", "code_reset", "card_off", "weak_cards", "role_ended", "residency_ended",
    "sign_ended", "sign_calls", "device_ended", "sign_in_changed", "discarded",
]  # fmt: skip
Handing = Literal["begun", "given", "activated", "numbers", "code_made", "holiday"]
"""What was given out: a restore does not give it again (it takes only), but it must neither repeat a number nor keep quiet about it."""
Kind = Taking | Handing
Facts = Mapping[str, str | int | UUID]
KINDS = frozenset({*get_args(Taking), *get_args(Handing)})

NAME = "ledger.jsonl"
HEAD_NAME = "ledger.head"
FIRST_HASH = "0" * 64
MAX_FACTS = 12
_FIT = re.compile(r"[a-z0-9][a-z0-9:._-]{0,119}")
"""Ids, dates and words of ours. A name, a mail address or a sentence does not fit."""


class _Said(threading.local):
    already = False


_said = _Said()


class PersonalData(ValueError):
    """A fact that is not an id, a date or a count: the ledger outlives deletions and must not name anybody."""


class Broken(Exception):
    """A line is missing, changed or out of order; the text says which."""


class Cut(Broken):
    """Lines are missing at the end: the file is older than what was written."""


@dataclass(frozen=True, slots=True)
class Line:
    """One remembered fact; `at` is an aware instant in UTC."""

    number: int
    at: datetime
    kind: str
    facts: dict[str, str]
    hash: str


def append(kind: Kind, facts: Facts, now: datetime) -> Line:
    """Writes one line and returns when it is on the disk. Call it before the commit: a line too many does no harm, a line too few does.

    Raises PersonalData for facts that are more than ids, dates and counts.
    """
    clean = _clean(kind, facts)
    if _said.already and kind in get_args(Taking):
        return Line(0, now, kind, clean, "")
    with _open_for_writing() as handle:
        last = _last(handle)
        body = {"n": last.number + 1 if last else 1, "at": now.astimezone(UTC).isoformat(), "kind": kind, "facts": clean}
        line = _line(body, last.hash if last else FIRST_HASH)
        os.write(handle, (json.dumps({**body, "hash": line.hash}, separators=(",", ":"), sort_keys=True) + "\n").encode("ascii"))
        os.fsync(handle)
        _note_head(line)
    return line


def append_afterwards(kind: Kind, facts: Facts, now: datetime) -> None:
    """The same for what gives back what another line took: written once the change is committed. A restore believes the last line, so a line too few
    does no harm there, and one too many would undo what was taken.
    """
    _clean(kind, facts)
    if not _said.already:
        transactions.afterwards(lambda: append(kind, facts, now))


def append_change(kind: Kind, was: Facts, becomes: Facts, both: Facts, now: datetime) -> None:
    """For what a change may narrow and widen at once: what `both` states allow is said before the commit, what it `becomes` after it."""
    if both != was or becomes == both:  # also a change to what stands: an older line may say otherwise
        append(kind, both, now)
    if becomes != both:
        append_afterwards(kind, becomes, now)


@contextmanager
def said_already() -> Iterator[None]:
    """While the ledger is done again nothing that is taken is written a second time; numbers that are given out are."""
    _said.already = True
    try:
        yield
    finally:
        _said.already = False


def head() -> Line | None:
    """The last whole line, or None before the first."""
    path = _path()
    if not path.exists():
        return None
    with _open_for_writing() as handle:
        return _last(handle)


def lines(*kinds: Kind, since: datetime | None = None) -> list[Line]:
    """The lines of these kinds (all without any), oldest first, at or after `since`. Raises Broken when the chain does not hold."""
    return [line for line in _read() if (not kinds or line.kind in kinds) and (since is None or line.at >= since)]


def verify() -> int:
    """The number of lines, all of them in their place. Raises Broken, and Cut where fewer are there than were written."""
    found = list(_read())
    number, hashed = _noted_head()
    if number > len(found):
        raise Cut(f"{len(found)} lines of {number} are here")
    if number and found[number - 1].hash != hashed:
        raise Broken(f"line {number} is not the one that was written")
    return len(found)


def _clean(kind: str, facts: Facts) -> dict[str, str]:
    if kind not in KINDS or len(facts) > MAX_FACTS:
        raise PersonalData(kind)
    clean = {name: str(value) for name, value in facts.items()}
    for name, value in clean.items():
        if not _FIT.fullmatch(name) or not _FIT.fullmatch(value):
            raise PersonalData(name)
    return clean


def _line(body: Mapping[str, object], previous: str) -> Line:
    text = json.dumps([previous, body["n"], body["at"], body["kind"], body["facts"]], separators=(",", ":"), sort_keys=True)
    hashed = hashlib.sha256(text.encode("ascii")).hexdigest()
    facts, number = body["facts"], body["n"]
    if not isinstance(facts, dict) or not isinstance(number, int):
        raise Broken("a line without facts")
    return Line(number, datetime.fromisoformat(str(body["at"])), str(body["kind"]), facts, hashed)


def _read() -> Iterator[Line]:
    path = _path()
    previous = FIRST_HASH
    for number, raw in enumerate(path.read_bytes().splitlines(keepends=True) if path.exists() else (), start=1):
        if not raw.endswith(b"\n"):
            return  # torn by a power cut before its transaction could commit: it never happened
        line = _checked(raw, previous, number)
        previous = line.hash
        yield line


def _checked(raw: bytes, previous: str, number: int) -> Line:
    try:
        body = json.loads(raw)
        line = _line(body, previous)
    except (ValueError, KeyError, TypeError) as problem:
        raise Broken(f"line {number} cannot be read") from problem
    if line.number != number or line.hash != body.get("hash"):
        raise Broken(f"line {number} does not follow the one before it")
    return line


def _note_head(line: Line) -> None:
    """Not synced: it may lag behind the ledger after a power cut, and never run ahead of it."""
    handle = os.open(_path().with_name(HEAD_NAME), os.O_WRONLY | os.O_CREAT, files.PRIVATE_FILE)
    try:
        os.pwrite(handle, f"{line.number:012} {line.hash}\n".encode("ascii"), 0)
    finally:
        os.close(handle)


def _noted_head() -> tuple[int, str]:
    with suppress(OSError, ValueError):
        number, hashed = _path().with_name(HEAD_NAME).read_text("ascii").split()
        return int(number), hashed
    return 0, ""


@contextmanager
def _open_for_writing() -> Iterator[int]:
    path = _path()
    files.folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, files.PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # several processes append, one after the other
        yield handle
    finally:
        os.close(handle)


TAIL_BYTES = 16 * 1024


def _last(handle: int) -> Line | None:
    """The last whole line; a torn one behind it is cut off."""
    size = os.fstat(handle).st_size
    start = max(0, size - TAIL_BYTES)
    tail = os.pread(handle, size - start, start)
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        os.ftruncate(handle, start + whole)
    if not whole:
        return None
    body = json.loads(tail[:whole].splitlines()[-1])
    return Line(body["n"], datetime.fromisoformat(body["at"]), body["kind"], body["facts"], body["hash"])


def _path() -> Path:
    return Path(settings.LIMEN_DATA) / NAME
