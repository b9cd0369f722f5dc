"""Pure verdicts about lists: what changed, what that takes from whom, when people must act on it, until when the old may open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.fleet.views import Battery, Truth, Why
from limen.kernel.periods import HOLIDAY_BIT, local_day
from limen.wire.doorcodes import COARSE_S, GOOD_S, drifted_s
from limen.wire.grants import Cls
from limen.wire.records import RecordKind
from limen.wire.timestamps import EPOCH_2024

Rows = tuple[tuple[int, int, int], ...]
Json = None | int | str | list[int]

DAY_MIN = 1_440
EIGHT_DAYS = 8  # Monday to Sunday, and holidays
UNKNOWN_AFTER = timedelta(days=30)
BATTERY_UNKNOWN_AFTER = timedelta(days=30)
LOW_PERCENT, CRITICAL_PERCENT, ACTIVATION_PERCENT = 15, 5, 20

CODES = frozenset({RecordKind.CODE, RecordKind.DURESS_CODE})
CARDS = frozenset({RecordKind.CARD_UID, RecordKind.CARD_AES})
WAY = {RecordKind.CODE: "code", RecordKind.DURESS_CODE: "code", RecordKind.CARD_UID: "card", RecordKind.CARD_AES: "card"}


@dataclass(frozen=True)
class Entry:
    """One record as a list should have it, without its slot. `nbf`/`exp` in minutes since 2024-01-01, `sched` the hours themselves.

    `data` says which code or card, never its value; `name` is stable as long as the record means the same thing.
    """

    name: str
    kind: RecordKind
    person_id: UUID | None = None
    cls: int | None = None
    nbf: int | None = None
    exp: int | None = None
    sched: Rows | None = None
    data: Json = None


@dataclass(frozen=True)
class Span:
    """When something holds: from (None: since ever), until (None: no end), inside hours (None: always)."""

    starts: datetime | None
    ends: datetime | None
    sched: Rows | None = None


@dataclass
class Diff:
    """What a settlement changes. What rides along raises no version by itself: it only forgets what has ended."""

    added: list[Entry] = field(default_factory=list)
    changed: list[tuple[Entry, Entry]] = field(default_factory=list)  # (held, wanted)
    removed: list[Entry] = field(default_factory=list)
    riding: list[tuple[Entry, Entry | None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


# ---- minutes of the wire


def minute_down(at: datetime) -> int:
    """Minutes since 2024-01-01, rounded so that an end is never later than promised."""
    return max(0, int(at.timestamp()) - EPOCH_2024) // 60


def minute_up(at: datetime) -> int:
    """Minutes since 2024-01-01, rounded so that a start is never earlier than promised."""
    return -(-max(0, int(at.timestamp()) - EPOCH_2024) // 60)


# ---- hours


def hours_cover(outer: Rows | None, inner: Rows | None) -> bool:
    """True if every minute of `inner` also lies in `outer`; None is always."""
    if outer is None or outer == inner:
        return True
    if inner is None:
        return all(day == _full_day() for day in _week(outer))
    return all(i & ~o == 0 for i, o in zip(_week(inner), _week(outer), strict=True))


def _week(rows: Rows) -> list[int]:
    """A bit per minute for each day on which an interval starts; what runs past midnight goes on after bit 1440."""
    days = [0] * EIGHT_DAYS
    for bits, start, end in rows:
        length = (end if end > start else end + DAY_MIN) - start
        for day in range(EIGHT_DAYS):
            if bits >> day & 1:
                days[day] |= ((1 << length) - 1) << start
    return days


def _full_day() -> int:
    return (1 << DAY_MIN) - 1


def span_covers(outer: Span, inner: Span, now: datetime) -> bool:
    """True if, from now on, `outer` holds whenever `inner` does."""
    since = max(inner.starts, now) if inner.starts else now
    if outer.starts is not None and outer.starts > since:
        return False
    if outer.ends is not None and (inner.ends is None or inner.ends > outer.ends):
        return False
    return hours_cover(outer.sched, inner.sched)


# ---- lists


def diff(held: Mapping[str, Entry], wanted: Mapping[str, Entry], now_min: int) -> Diff:
    """Compares by name. What ended or began by itself is told apart from what somebody changed (ACCESS-5)."""
    found = Diff()
    for name, want in wanted.items():
        have = held.get(name)
        if have is None:
            found.added.append(want)
        elif have != want:
            if _began(have, want, now_min):
                found.riding.append((have, want))
            else:
                found.changed.append((have, want))
    for name, have in held.items():
        if name not in wanted:
            if have.exp is not None and have.exp <= now_min:
                found.riding.append((have, None))
            else:
                found.removed.append(have)
    return found


def _began(have: Entry, want: Entry, now_min: int) -> bool:
    return want.nbf is None and have.nbf is not None and have.nbf <= now_min and replace(have, nbf=None) == want


def entry_covers(outer: Entry, inner: Entry, now_min: int) -> bool:
    """True if whoever presents the credential of `inner` still gets in by `outer` whenever `inner` would have let them in."""
    if (outer.kind, outer.person_id, outer.data) != (inner.kind, inner.person_id, inner.data):
        return False
    if outer.nbf is not None and outer.nbf > max(inner.nbf or 0, now_min):
        return False
    if outer.exp is not None and (inner.exp is None or inner.exp > outer.exp):
        return False
    return hours_cover(outer.sched, inner.sched)


def taken(found: Diff, wanted: Iterable[Entry], now_min: int) -> list[Entry]:
    """Credentials that the lock may still hold and that the new list takes away or narrows (SYNC-3)."""
    mine: dict[UUID, list[Entry]] = {}
    for entry in wanted:
        if entry.person_id is not None and entry.kind in WAY:
            mine.setdefault(entry.person_id, []).append(entry)
    gone = [*found.removed, *(have for have, _ in found.changed)]
    return [
        have
        for have in gone
        if have.kind in WAY and have.person_id is not None and not any(entry_covers(e, have, now_min) for e in mine.get(have.person_id, ()))
    ]


# ---- what people must do (SYNC-3, SYNC-4)


@dataclass(frozen=True)
class Need:
    """Whether people must bring a change to the door, and from which instant on it matters."""

    needs_update: bool
    since: datetime | None = None


def need(why: Why, *, has_app: bool, is_new_card: bool, starts: datetime | None) -> Need:
    """The whole of SYNC-3: what takes away or narrows, and a newly activated card, at once;
    a code for somebody without the app, and a holiday that takes hours, on its first day.
    """
    if why in TAKES_AWAY or is_new_card:
        return Need(True)
    if (why in GIVES and not has_app) or why == Why.HOLIDAYS_NARROWED:
        return Need(True, starts)
    return Need(False)


def fewer_hours(hours: Rows, weekday: int, *, becomes_holiday: bool) -> bool:
    """True if an ordinary day that becomes a holiday, or the other way round, loses a stretch of these hours."""
    ordinary, holiday = ({(start, end) for days, start, end in hours if days >> bit & 1} for bit in (weekday, HOLIDAY_BIT))
    return bool(ordinary - holiday if becomes_holiday else holiday - ordinary)


TAKES_AWAY = frozenset(
    {
        Why.ACCESS_ENDED,
        Why.ACCESS_PAUSED,
        Why.ACCESS_NARROWED,
        Why.PHONE_REMOVED,
        Why.CODE_ENDED,
        Why.CODE_RESET,
        Why.CODES_OFF,
        Why.CARD_ENDED,
        Why.CODE_FLOOR,
        Why.PASSAGE_NARROWED,
        Why.RESTORED,
        Why.REMNANTS,
    }
)
GIVES = frozenset({Why.CODE_STARTED})


def due_day(since: datetime | None, now: datetime, zone: ZoneInfo) -> date:
    """The building's day on which a change takes effect: today, or the first day of what starts later (SYNC-4)."""
    return local_day(max(now, since) if since else now, zone)


# ---- what is known (LOCK-6, screens 1.1)


def battery(percent: int | None, read_at: datetime | None, wired: bool, now: datetime) -> Battery:
    """`low` below 15 %, `critical` below 5 %, `unknown` when the reading is over a month old (LOCK-6)."""
    if wired:
        return Battery("wired", None, None)
    if percent is None or read_at is None or now - read_at > BATTERY_UNKNOWN_AFTER:
        return Battery("unknown", None, read_at)
    state = "critical" if percent < CRITICAL_PERCENT else "low" if percent < LOW_PERCENT else "good"
    return Battery(state, percent, read_at)


def truth(
    *, current: int, proven: int, carried: int, mismatch: bool, confirmed_at: datetime | None, connected: bool, now: datetime
) -> Truth:
    """One state per door. Old silence is unknown, never "up to date"; a connected lock that says nothing for 30 days is unknown too."""
    if mismatch:
        return Truth.MISMATCH
    if proven < current:
        return Truth.CARRIED if carried else Truth.WAITING
    if confirmed_at is None or now - confirmed_at > UNKNOWN_AFTER:
        return Truth.UNKNOWN
    return Truth.PROVED


def clock_error(state: str, error_s: int | None, read_at: datetime | None, now: datetime) -> timedelta | None:
    """How far the lock's clock may be off now; None when it has lost its time. What was read grows with the crystal's drift (B.9)."""
    if state == "lost":
        return None
    base = error_s if error_s is not None else COARSE_S if state == "coarse" else GOOD_S
    return timedelta(seconds=drifted_s(base, (now - read_at).total_seconds() if read_at else 0.0))


# ---- until when (ACCESS-13)


def stops_at_latest(ends: datetime, cls: int | None, error: timedelta, now: datetime) -> datetime:
    """The last true moment at which a lock may still open for what ends then (invariant 32).

    It judges residents leniently by its error and everybody else strictly (B.9); its clock may be behind by the same error, which grows until then.
    """
    if cls != Cls.RESIDENT:
        return ends
    return ends + 2 * timedelta(seconds=drifted_s(error.total_seconds(), (ends - now).total_seconds()))


@dataclass(frozen=True)
class Ways:
    """Ways that may still open, each with its end; None: nothing but an update ends it."""

    until: Mapping[str, datetime | None] = field(default_factory=dict)

    def live(self, now: datetime) -> dict[str, datetime | None]:
        """The ways that have not ended by themselves."""
        return {way: end for way, end in self.until.items() if end is None or end > now}

    def ends(self) -> datetime | None:
        """When the last one ends by itself; None if one never does. Meaningless when there is none."""
        ends = list(self.until.values())
        return None if not ends or None in ends else max(end for end in ends if end is not None)


def joined(ways: Sequence[Ways]) -> Ways:
    """All ways together, each with its latest end."""
    until: dict[str, datetime | None] = {}
    for one in ways:
        for way, end in one.until.items():
            if way not in until:
                until[way] = end
            else:
                other = until[way]
                until[way] = None if end is None or other is None else max(end, other)
    return Ways(until)


def in_force(ordered_at: datetime, delivered_at: datetime | None, ways: Ways, now: datetime) -> datetime | None:
    """The earlier of delivered and the moment when the last credential ended by itself (glossary: effective); None: not yet."""
    if not ways.until:
        return ordered_at
    ended = ways.ends()
    moments = [at for at in (delivered_at, ended if ended is not None and ended <= now else None) if at is not None]
    return max(ordered_at, min(moments)) if moments else None
