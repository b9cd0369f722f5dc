"""The list in use: one proven state of the service's list, with what a decision looks up in it at hand (protocol B.1, D.5).

Every look-up takes the same time with ten credentials as with ten thousand.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from limen.wire.doorcodes import DailyKey, tag
from limen.wire.liststate import ListState, after
from limen.wire.records import CODE_KINDS, AesCard, CodeFloor, Config, ListRecord, RecordKind
from limen.wire.schedules import Schedule


@dataclass(frozen=True)
class HeldList:
    """S(v) of one lock; made once per commit and per start."""

    lock_id: bytes
    state: ListState
    after: bytes
    schedules: dict[int, Schedule] = field(repr=False)
    revoked_phones: frozenset[bytes] = field(repr=False)
    subject_floors: dict[int, int] = field(repr=False)
    iat_floor: int
    code_floors: tuple[CodeFloor, ...]
    _by_tag: dict[bytes, tuple[ListRecord, ...]] = field(repr=False)
    _by_uid: dict[bytes, tuple[ListRecord, ...]] = field(repr=False)

    @classmethod
    def of(cls, lock_id: bytes, state: ListState) -> "HeldList":
        by_tag: defaultdict[bytes, list[ListRecord]] = defaultdict(list)
        by_uid: defaultdict[bytes, list[ListRecord]] = defaultdict(list)
        schedules: dict[int, Schedule] = {}
        floors: dict[int, int] = {}
        iat_floor, code_floors, phones = 0, [], set()
        for record in state.records.values():
            data = record.data
            if record.kind in CODE_KINDS and isinstance(data, bytes):
                by_tag[data].append(record)
            elif isinstance(data, AesCard):
                by_uid[data.uid].append(record)
            elif record.kind == RecordKind.CARD_UID and isinstance(data, bytes):
                by_uid[data].append(record)
            elif isinstance(data, Schedule):
                schedules[record.slot] = data
            elif isinstance(data, CodeFloor):
                code_floors.append(data)
            elif record.kind == RecordKind.REVOKED_PHONE and isinstance(data, bytes):
                phones.add(data)
            elif record.kind == RecordKind.SUBJECT_FLOOR and isinstance(data, int):
                if record.subj is None:
                    iat_floor = max(iat_floor, data)
                else:
                    floors[record.subj] = max(floors.get(record.subj, 0), data)
        return cls(
            lock_id,
            state,
            after(state),
            schedules,
            frozenset(phones),
            floors,
            iat_floor,
            tuple(code_floors),
            _frozen(by_tag),
            _frozen(by_uid),
        )

    @property
    def config(self) -> Config:
        return self.state.config

    @property
    def daily_key(self) -> DailyKey:
        return DailyKey(self.state.k_daily, self.lock_id, self.state.epoch)

    def codes(self, code: str) -> tuple[ListRecord, ...]:
        """The permanent and duress records of these digits: one per window of a person, normally none or one."""
        return self._by_tag.get(tag(self.state.k_pin, code), ())

    def cards(self, uid: bytes) -> tuple[ListRecord, ...]:
        return self._by_uid.get(uid, ())


def _frozen(grouped: dict[bytes, list[ListRecord]]) -> dict[bytes, tuple[ListRecord, ...]]:
    return {key: tuple(found) for key, found in grouped.items()}


def revocations(records: Iterable[ListRecord]) -> int:
    """How many removed phones a list names (at most 256, protocol B.3)."""
    return sum(1 for record in records if record.kind == RecordKind.REVOKED_PHONE)
