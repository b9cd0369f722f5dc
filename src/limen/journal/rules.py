"""What an entry may hold, and how entries are chained."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

FIRST_HASH = "0" * 64
MAX_DETAILS = 20
VALUE_MAX_CHARS = 200
SECRET_WORDS = frozenset({"code", "digits", "pin", "password", "secret", "token", "key", "doorcode"})
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,59}")
CODE_DIGITS = range(4, 10)
_DIGITS = re.compile(r"[\d\s-]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Detail = Mapping[str, str | int]


class NotForTheJournal(ValueError):
    """The entry would hold what must never be written down: digits of a code, a secret, or a whole text."""


def check(verb: str, target: str, detail: Detail) -> None:
    """Raises NotForTheJournal for anything that looks like a code or a secret."""
    if not _NAME.fullmatch(verb) or len(target) > 120 or len(detail) > MAX_DETAILS:
        raise NotForTheJournal(verb)
    for name, value in detail.items():
        if not _NAME.fullmatch(name) or name in SECRET_WORDS:
            raise NotForTheJournal(name)
        if isinstance(value, str) and (len(value) > VALUE_MAX_CHARS or _like_a_code(value)):
            raise NotForTheJournal(name)


def _like_a_code(value: str) -> bool:
    return bool(_DIGITS.fullmatch(value)) and not _DATE.fullmatch(value) and sum(c.isdecimal() for c in value) in CODE_DIGITS


def chained(
    previous: str, *, at: datetime, by: UUID | None, via: str, verb: str, target: str, property_id: UUID | None, detail: Detail
) -> str:
    """The hash of an entry: SHA-256 over the hash before it and every field, in hexadecimal."""
    fields = [previous, at.astimezone(UTC).isoformat(), _text(by), via, verb, target, _text(property_id), dict(sorted(detail.items()))]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":"), sort_keys=True).encode("ascii")).hexdigest()


def _text(value: UUID | None) -> str:
    return "" if value is None else str(value)
