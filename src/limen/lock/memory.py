"""Everything one lock knows: what it was born with, who owns it, its list, its record, its time, and what it only remembers while it has power.

The parts do the work; here they are put together at a start, and here the few things live that several of them need.
"""

import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from limen.lock import trust
from limen.lock.album import Album
from limen.lock.bucket import Bucket
from limen.lock.capabilities import Model
from limen.lock.clock import PERSIST_EVERY_MS, Clock, Heard, Reading
from limen.lock.codes import Temporaries, Uses
from limen.lock.counters import Counters
from limen.lock.decide import Door
from limen.lock.factory import Birth, read_birth
from limen.lock.flash import Flash, FlashError, Layout, wipe
from limen.lock.images import Slots
from limen.lock.journal import Chance, Journal
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.ring import Ring
from limen.lock.store import Holding, ListStore
from limen.lock.trust import Trust
from limen.wire.envelope import RoleKeys, Signer, Typ, unverified_payload
from limen.wire.events import Event, Kind
from limen.wire.firmware import Direction, read_direction
from limen.wire.hpke import HpkeOpener, HpkeSealer
from limen.wire.limits import BUTTON_S, DIRECTION_BYTES_MAX, TICKET_BYTES_MAX
from limen.wire.receipts import TrustedTime
from limen.wire.records import ConfigFlags
from limen.wire.tickets import Ticket, read_ticket

_CLOCK, _BOOTS, _EPOCH, _NEWER, _LOGGED = b"clock", b"boots", b"epoch", b"newer", b"logged"
CLOSED_UNTIL = b"passage"
"""Until when a door that was closed early stays closed to its passage hours."""
_RESET, _OWN = b"reset", b"own"
ATTESTED = b"attest"
"""The note of what was made for the next owner (activation.py); it dies when that owner has come."""
_U32 = struct.Struct(">I")
_RUMOUR = struct.Struct(">Iq")
DAY_S = 86_400
draft = partial(Event, seq=0, t=0, tq=TrustedTime.LOST)
"""An event before the record gives it its number and time."""


@dataclass(frozen=True)
class Ports:
    """What a body gives a mind: memory, chance (n random bytes) and the key in the secure element."""

    flash: Flash
    chance: Chance
    id_key: Signer = field(repr=False)


@dataclass(frozen=True)
class Ownership:
    """Who this lock belongs to in this epoch, from the ticket that was taken with the first list."""

    ticket: Ticket
    keys: RoleKeys
    opener: HpkeOpener = field(repr=False)
    log: HpkeSealer
    trust: Trust


@dataclass
class Memory:
    """The parts of one lock after a start. `held` is None until it is owned; `faulty` means that its list does not read back.

    A memory that takes nothing is no such fault: what could not be kept is remembered here for as long as there is power.
    """

    birth: Birth
    model: Model
    layout: Layout
    ports: Ports
    notes: Notes
    store: ListStore
    journal: Journal
    album: Album
    clock: Clock
    bucket: Bucket
    uses: Uses
    counters: Counters
    slots: Slots
    boots: int
    owner: Ownership | None = None
    direction: Direction | None = None
    held: HeldList | None = None
    temporaries: Temporaries | None = None
    faulty: bool = False
    bolt_thrown: bool = False
    battery: int | None = None
    jumpstart: bool = False
    power_lost: bool = False
    _clock_kept_at: int = 0
    _clock_owed: bool = False
    """The clock was moved and could not be kept."""
    _newer: tuple[int, int] | None = None
    """The newest version that anybody has shown a signature for, and since when."""
    _button_at: int | None = None
    _aged_at: int = 0
    """When old records are looked for again."""

    @classmethod
    def start(cls, model: Model, ports: Ports, at: int, power_lost: bool) -> "Memory":
        """Reads what flash holds. A list that does not read back makes the lock faulty, never open (A.3, FAULT).

        Whatever cannot be written meanwhile keeps nobody out: it is written later, or at the next start.
        """
        layout, flash = Layout.for_capacity(model.capacity), ports.flash
        notes = Notes(flash, layout.notes)
        birth = read_birth(notes)
        if birth is None:
            raise ValueError("this lock has not been through the factory")
        boots = _number(notes.get(_BOOTS)) + 1
        slots = Slots(flash, layout, notes)
        slots.boot()
        memory = cls(
            birth=birth,
            model=model,
            layout=layout,
            ports=ports,
            notes=notes,
            store=ListStore(flash, layout),
            journal=Journal(flash, Ring(flash, layout.ring), notes, birth.lock_id, ports.chance),
            album=Album(flash, layout.album),
            clock=Clock(notes.get(_CLOCK), at, power_lost),
            bucket=Bucket(notes, at),
            uses=Uses(notes, at, power_lost),
            counters=Counters(notes),
            slots=slots,
            boots=boots,
            power_lost=power_lost,
            _clock_kept_at=at,
        )
        kept = notes.get(_NEWER)
        memory._newer = _RUMOUR.unpack(kept) if kept is not None else None
        with suppress(FlashError):
            memory.keep_boots()
        memory._boot_list(power_lost, at)
        return memory

    @property
    def lock_id(self) -> bytes:
        return self.birth.lock_id

    @property
    def epoch(self) -> int:
        """The epoch this lock is in, or was in last: it never goes back, whatever is wiped (inv. 70)."""
        return max(_number(self.notes.get(_EPOCH)), self.held.state.epoch if self.held else 0)

    @property
    def known_newer(self) -> int:
        """The highest list version anybody has shown a signature for, 0 if none (C.3)."""
        return self._newer[0] if self._newer is not None else 0

    @property
    def reset_asked(self) -> bool:
        """Whether somebody inside has asked for a new activation: until then it is locked to its owner and opens from inside only (A.3)."""
        return self.held is not None and self.notes.get(_RESET) == _U32.pack(self.held.state.epoch)

    def ask_reset(self) -> None:
        """Durable: pulling the battery does not take it back. It dies with the epoch it was asked in. Raises FlashError: then nothing was asked."""
        if self.held is not None:
            self.notes.put(_RESET, _U32.pack(self.held.state.epoch))

    def read_clock(self, at: int) -> Reading:
        return self.clock.read(at)

    def door(self, at: int) -> Door | None:
        """What decisions look at now; None while the lock is unowned or faulty: then nobody gets in by credential."""
        if self.held is None or self.faulty:
            return None
        now = self.clock.read(at)
        private = self.bolt_thrown and self.model.privacy_deadbolt and ConfigFlags.PRIVACY_DEADBOLT in self.held.config.flags
        return Door(self.held, now, private, self._behind_ms(now), self.reset_asked)

    def hear(self, iat: int, at: int) -> None:
        """T1: any signed statement raises the floor; one that cannot be is recorded as an anomaly (T4)."""
        heard = self.clock.hear(iat, at)
        if heard is Heard.RAISED:
            with suppress(FlashError):
                self.keep_clock(at, durable=False)
        elif heard is Heard.ANOMALY:
            self.try_record(draft(kind=Kind.CLOCK_ANOMALY), at)

    def hear_version(self, ver: int, at: int) -> None:
        """A signed rumour that a version exists (C.3). A higher one does not begin the time anew for which the lock has known that it is behind."""
        if self.held is None or ver <= max(self.held.state.ver, self.known_newer):
            return
        behind = self._newer is not None and self._newer[0] > self.held.state.ver
        self._newer = ver, self._newer[1] if self._newer is not None and behind else self.clock.read(at).rtc_ms
        with suppress(FlashError):
            self._keep_rumour()

    def _keep_rumour(self) -> None:
        """Raises FlashError."""
        if self._newer is None:
            self.notes.drop(_NEWER, durable=False)
        else:
            self.notes.put(_NEWER, _RUMOUR.pack(*self._newer), durable=False)

    def _keep_root(self, owners: Trust) -> None:
        """Writes a root that counts and is not written yet, behind what is known of newer lists: the other way round, what a stolen KG said of them could
        outlive it, and at a strict door nobody but residents would come in (C.3). An honest phone tells of a newer list again.

        Raises FlashError: then nothing is written behind what failed, and the next list or the next start begins with both.
        """
        if owners.owed:
            self._keep_rumour()
            owners.keep()

    def keep_clock(self, at: int, durable: bool = True) -> None:
        """Raises FlashError: then the next record tries again."""
        self._clock_owed = True
        self.notes.put(_CLOCK, self.clock.persisted(at), durable)
        self._clock_kept_at, self._clock_owed = at, False

    def keep_boots(self) -> None:
        """Which start this is, before anything is kept that names it. Raises FlashError."""
        self.notes.put(_BOOTS, _U32.pack(self.boots))

    def persist_due(self) -> int:
        """When clock and keypad want to be kept again."""
        return self._clock_kept_at + PERSIST_EVERY_MS

    def record(self, event: Event, at: int, mark: int = 0) -> int:
        """Seals the event with number and time; durable when it returns. Raises FlashError."""
        now = self.clock.read(at)
        if self._clock_owed:
            with suppress(FlashError):
                self.keep_clock(at, durable=False)
        return self.journal.append(replace(event, t=now.utime, tq=now.quality), at, mark)

    def end_old_records(self, at: int) -> None:
        """Once a day with power: what nobody has carried by its last day goes, with a LOSS in its place (R61). Raises FlashError.

        Counted to the latest time that it can be, so nothing is kept for longer; without a clock nobody knows what is old.
        """
        held, now = self.held, self.clock.read(at)
        if held is None or at < self._aged_at or now.u_ms is None or now.quality is TrustedTime.LOST:
            return
        if days := held.config.record_ttl_days:
            latest_s = (now.rtc_ms + now.u_ms) // 1000
            self.journal.discard(latest_s - (days - 1) * DAY_S, now.utime, now.quality, at)
        self._aged_at = at + DAY_S * 1000

    def try_record(self, event: Event, at: int) -> int | None:
        """The same where nothing depends on it; a record that cannot be written is counted as lost."""
        try:
            return self.record(event, at)
        except FlashError:
            return None

    def adopt(self, holding: Holding, at: int) -> None:
        """Makes a committed list the list in use. What another epoch left behind goes first: nothing of it is in this one (inv. 71).

        Raises FlashError: the list is in use all the same; while something of another epoch could not be erased nothing is recorded, and the
        next start erases it.
        """
        problem: FlashError | None = None
        try:
            self._take_over(holding.state.epoch, at)
        except FlashError as failed:
            problem = failed
        ticket = read_ticket(unverified_payload(holding.ticket, TICKET_BYTES_MAX)[1])
        log = HpkeSealer(holding.klog or ticket.klog)
        if self.owner is None or self.owner.ticket != ticket:
            owners = Trust(self.notes, ticket)
            self.owner = Ownership(ticket, owners.keys(), HpkeOpener(holding.xs_private), log, owners)
        turned = self.owner.log.public != log.public
        self.owner = replace(self.owner, log=log)
        self.direction = read_direction(unverified_payload(holding.direction, DIRECTION_BYTES_MAX)[1]) if holding.direction else None
        before, self.held, self._button_at = self.held, HeldList.of(self.lock_id, holding.state), None
        same = before is not None and before.daily_key == self.held.daily_key and before.config == self.held.config
        if not same or self.temporaries is None:
            self.temporaries = Temporaries(self.held.daily_key, self.held.config)
        if self.owner.trust.replaces(Typ.GRANT, holding.state.ver):
            self._newer = None
        self.owner.trust.count(holding.state.ver)
        self.owner = replace(self.owner, keys=self.owner.trust.keys())
        if problem is not None:
            raise problem
        if not self.journal.ready:
            self.journal.begin(log, at)
        elif turned:
            with suppress(FlashError):  # the next record begins it
                self.journal.begin(log, at)
        self._keep_root(self.owner.trust)
        self.owner.trust.settle()

    def propose_roots(self, roots: Iterable[bytes], ver: int) -> None:
        """Later roots, each proven by the one before it: their keys count from the moment that list version is committed (A.4).

        One that counts and could not be written is written first: no later list is committed, and no later root kept, while only its own list would
        bring it back. Raises FlashError.
        """
        if self.owner is not None:
            self._keep_root(self.owner.trust)
            self.owner.trust.propose(roots, ver)

    def log_update_once(self, at: int, courier: int | None = None) -> None:
        """UPDATE_APPLIED exactly once by version, also when the power went between commit and record (B.5)."""
        held = self.held
        if held is None:
            return
        logged = max(_number(self.notes.get(_LOGGED)), self.journal.newest_mark())
        if logged < held.state.ver:
            event = draft(kind=Kind.UPDATE_APPLIED, ver=held.state.ver, courier=courier)
            self.record(event, at, mark=held.state.ver)
        self.notes.put(_LOGGED, _U32.pack(held.state.ver), durable=False)

    def disown(self, epoch: int) -> int:
        """Forgets the ownership: list, keys, record, uses, time's last word. The epoch stays. Returns how many records were unread.

        Raises FlashError: with the list still there nothing has happened; without it the next start or owner erases the rest."""
        self.notes.put(_EPOCH, _U32.pack(epoch))
        self.store.vacate()
        self.owner = self.held = self.temporaries = self.direction = None
        return self._finish_wipe()

    def _finish_wipe(self) -> int:
        """What follows the commit record that says "nothing": repeated at boot until it is done (LOCK-12)."""
        unread = self._forget_epoch()
        self.store.scrub()
        self.notes.scrub()
        return unread

    def _take_over(self, epoch: int, at: int) -> None:
        """Makes record and notes this epoch's: the note that says whose they are is written when the earlier one's are gone."""
        before = self.notes.get(_OWN)
        if before == _U32.pack(epoch):
            return
        if before is not None:
            self._forget_epoch(but=epoch)
        self.notes.drop(ATTESTED, durable=False)
        with suppress(FlashError):  # what was usual at the last door slows this one's keypad at worst
            self.bucket.at_another_door(at)
        self.notes.put(_OWN, _U32.pack(epoch))
        self.notes.scrub()

    def _forget_epoch(self, but: int | None = None) -> int:
        """Record, uses, rumours, parts of updates, and roots unless they are of epoch `but`. Returns how many records nobody had acknowledged.

        Raises FlashError: it is to be done again.
        """
        self.owner = self.held = self.temporaries = self.direction = self._newer = None
        problems: list[FlashError] = []
        unread = self.journal.kept
        for forget in (self.journal.forget, self.album.wipe, self.uses.clear, self.counters.clear, self._wipe_staging):
            try:
                forget()
            except FlashError as problem:
                problems.append(problem)
        if problems:
            raise problems[0]
        self.ports.flash.barrier()  # areas may overtake each other: whose they are is said only after this
        for key in (_NEWER, _LOGGED, _RESET, _OWN, CLOSED_UNTIL):
            self.notes.drop(key, durable=False)
        trust.forget(self.notes, but)
        return unread

    def _wipe_staging(self) -> None:
        for area in (self.layout.staging, self.layout.bitmap):
            wipe(self.ports.flash, area)

    def press_button(self, at: int) -> None:
        """Counts at a lock without an owner only: a press from before a release lets nobody in after it."""
        self._button_at = at if self.held is None else None

    @property
    def pressed_at(self) -> int | None:
        """When the inside button was last pressed, since this start, at a lock without an owner."""
        return self._button_at

    def button_fresh(self, at: int) -> bool:
        """Whether the inside button was pressed at most 15 minutes ago, since this start (A.2)."""
        return self._button_at is not None and at - self._button_at <= BUTTON_S * 1000

    def _behind_ms(self, now: Reading) -> int | None:
        if self._newer is None or self.held is None:
            return None
        ver, since_ms = self._newer
        return max(0, now.rtc_ms - since_ms) if ver > self.held.state.ver else None

    def _boot_list(self, power_lost: bool, at: int) -> None:
        try:
            self.store.boot(power_lost)
        except FlashError:
            self.faulty = True
            return
        with suppress(FlashError):
            if self.store.holding is not None:
                self.adopt(self.store.holding, at)
            elif self.store.commit is not None:
                self._finish_wipe()  # released: a power cut may have left some of it
        with suppress(FlashError):
            if self.store.holding is not None:
                self.store.scrub()
            self.keep_clock(at)


def _number(kept: bytes | None) -> int:
    return int(_U32.unpack(kept)[0]) if kept else 0
