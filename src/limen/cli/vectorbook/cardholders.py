"""Who holds which card to a reader, for the chapter entries: AES, counting and plain cards, allowed and not (K-1, K-4, K-7, K-8)."""

from dataclasses import replace

from limen.cli.vectorbook.doors import RECORDS
from limen.cli.vectorbook.steady import steady
from limen.cli.vectorbook.tries import Again, Carded, Counted, Life, Numbered, Pause, Thrown
from limen.wire.grants import Cls
from limen.wire.records import AesCard, ConfigFlags, ListRecord, RecordKind

MERGED = Pause(600_000)
KEY, OTHER = steady("card key", 16), steady("another card key", 16)
AES, LATE, STAFF, BARE, UNKNOWN = (steady(f"{who} card", 7) for who in ("aes", "late", "staff", "bare", "unknown"))
RANDOM, LONG = b"\x08" + steady("random", 3), b"\x08" + steady("long", 6)


def _aes(slot: int, uid: bytes, cls: Cls, sched: int | None = None) -> ListRecord:
    return ListRecord(slot=slot, kind=RecordKind.CARD_AES, data=AesCard(uid, KEY), subj=1_400 + slot, cls=cls, sched=sched)


def _plain(slot: int, uid: bytes) -> ListRecord:
    return ListRecord(slot=slot, kind=RecordKind.CARD_UID, data=uid, subj=1_400 + slot, cls=Cls.RESIDENT)


CARDS = (
    *(record for record in RECORDS if record.kind is RecordKind.SCHEDULE),
    _aes(40, AES, Cls.RESIDENT),
    _aes(41, LATE, Cls.STAFF, sched=1),
    _aes(42, STAFF, Cls.STAFF),
    _plain(43, BARE),
    _plain(44, RANDOM),
    _plain(45, LONG),
    _aes(46, b"\x08" + steady("random aes", 3), Cls.RESIDENT),
)


def lives() -> dict[str, Life]:
    """By name."""
    good, random_aes = Carded(AES, KEY), CARDS[-1].data
    assert isinstance(random_aes, AesCard)
    plain = [Numbered(uid) for uid in (BARE, AES, UNKNOWN, RANDOM, LONG)]
    counted = [Counted(AES, KEY, count) for count in (5, 5, 4, 6, 0x10000, 0xFFFF)]
    other_key = [Counted(AES, OTHER, 0x20000), Counted(UNKNOWN, KEY, 1), Counted(BARE, KEY, 1)]
    return {
        "a card that proves its key": Life([good, Again(), good, Carded(LATE, KEY), Carded(STAFF, KEY), MERGED], CARDS),
        "a card that does not": Life(
            [Carded(AES, OTHER), Carded(UNKNOWN, KEY), Carded(BARE, KEY), Carded(AES, KEY, slot=1), Again(), MERGED], CARDS
        ),
        "a card that starts with 08": Life([Carded(random_aes.uid, KEY), MERGED], CARDS, ConfigFlags.UID | ConfigFlags.SUN),
        "ten seconds for both answers": Life(
            [replace(good, waits=waits) for waits in ((10_000, 0), (0, 10_000), (5_000, 5_001), (10_001, 0))] + [MERGED], CARDS
        ),
        "an AES card by a lost clock": Life([good, Carded(LATE, KEY), Carded(STAFF, KEY)], CARDS, lost=True),
        "an AES card behind a deadbolt": Life([Thrown(True), good, Carded(STAFF, KEY)], CARDS, ConfigFlags.PRIVACY_DEADBOLT),
        "numbers, where they are not allowed": Life(plain, CARDS),
        "numbers, where they are allowed": Life(plain, CARDS, ConfigFlags.UID),
        "counting cards, where they are not allowed": Life([*counted, MERGED], CARDS, ConfigFlags.UID),
        "counting cards, where they are allowed": Life([*counted, *other_key, MERGED], CARDS, ConfigFlags.SUN),
    }
