"""Events at rest: sealed for their audience, so that destroying one key ends them for everybody who needed it (H.1, H.2).

Every event under its building's day; at a unit door also under the household; a resident's own comings there also under a key of their own.
"""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from limen.storage import kms

HOME, HOUSEHOLD, DAY = "home", "household", "day"
PADDED_TO = 512


@dataclass(frozen=True)
class Body:
    """What is known of an event besides its door, day and number. Times are seconds since 1970, UTC."""

    t: int
    uncertain_s: int
    tq: int
    kind: int
    method: int
    result: int
    reason: str
    subject: str
    person: str | None
    host: str | None
    issue: str | None
    label: str
    count: int
    duress: bool

    @property
    def person_id(self) -> UUID | None:
        return UUID(self.person) if self.person else None

    @property
    def host_id(self) -> UUID | None:
        return UUID(self.host) if self.host else None


@dataclass(frozen=True)
class Audience:
    """Under which keys an event lies, from the outside in."""

    keys: tuple[str, ...]


def audience(*, property_id: UUID, day: date, unit_id: UUID | None, resident_id: UUID | None) -> Audience:
    """The keys of an event: day, then (unit doors) household, then (a resident's own comings there) that person's."""
    keys = [f"{DAY}:{property_id}:{day.isoformat()}"]
    if unit_id is not None:
        # Always three layers: a row must not tell by its length whether a resident or a guest came (H.3).
        keys += [f"{HOUSEHOLD}:{unit_id}", home_key(resident_id or unit_id)]
    return Audience(tuple(keys))


def seal(event_id: UUID, body: Body, readers: Audience) -> bytes:
    """The sealed body. Raises kms.Destroyed where a key of the audience is gone: then nobody may read it any more."""
    place = kms.context("history_event", "body", event_id)
    plain = json.dumps(asdict(body), separators=(",", ":"))
    data = kms.seal(readers.keys[-1], plain.ljust(-(-len(plain) // PADDED_TO) * PADDED_TO), place)
    for outer, inner in zip(reversed(readers.keys[:-1]), reversed(readers.keys[1:]), strict=True):
        wrapped = json.dumps({"key": inner, "sealed": base64.b64encode(data).decode()}, separators=(",", ":"))
        data = kms.seal(outer, wrapped, place)
    return data


def unseal(event_id: UUID, day_key: str, data: bytes) -> Body | None:
    """The body, or None when a key on the way was destroyed."""
    place = kms.context("history_event", "body", event_id)
    key = day_key
    try:
        while True:
            plain = json.loads(kms.unseal(key, data, place))
            if "sealed" not in plain:
                return Body(**plain)
            key, data = plain["key"], base64.b64decode(plain["sealed"])
    except kms.Unreadable:
        return None


def home_key(resident_id: UUID) -> str:
    """The key of one person's own comings to where they live; of a unit, for those of everybody else."""
    return f"{HOME}:{resident_id}"


def day_key(property_id: UUID, day: date) -> str:
    """The key of a building's day."""
    return f"{DAY}:{property_id}:{day.isoformat()}"
