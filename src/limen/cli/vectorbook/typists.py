"""Who types what at a keypad, for the chapter entries: permanent and temporary codes, what they cost, and what makes a lock wait (D.3, D.4)."""

from limen.cli.vectorbook.doors import CONFIG, RECORDS
from limen.cli.vectorbook.steady import LOCK_ID, NOW, steady
from limen.cli.vectorbook.tries import AtDoor, Life, Pause, Thrown, Typed
from limen.wire.doorcodes import DailyKey, TempCls, bucket_of, temporary
from limen.wire.grants import Cls
from limen.wire.records import Bucket, CodeFloor, ConfigFlags, ListRecord, RecordKind
from limen.wire.timestamps import EPOCH_2024

SECOND, MINUTE = 1_000, 60_000
WIDTHS = (40, 20, 2, 4, 3)
TODAY = (NOW - EPOCH_2024) // 60
RIGHT, VENDOR, WRONG = "4820917", "0091735", "3650284"


def _code(slot: int, value: int, cls: Cls | None, nbf: int | None = None, exp: int | None = None) -> ListRecord:
    return ListRecord(slot=slot, kind=RecordKind.CODE, data=value, subj=1_300 + slot, cls=cls, nbf=nbf, exp=exp)


CODES = (
    *(record for record in RECORDS if record.kind in (RecordKind.SCHEDULE, RecordKind.CODE, RecordKind.DURESS_CODE)),
    _code(20, 6_104_482, Cls.CODE_HOLDER, exp=TODAY - 1),
    _code(21, 6_104_593, Cls.CODE_HOLDER, nbf=TODAY + 1),
    _code(22, 5_518_203, Cls.RESIDENT, exp=TODAY - 1),
    _code(23, 5_518_203, Cls.RESIDENT, nbf=TODAY - 60, exp=TODAY + 60),
    _code(24, 2_937_604, None),
)


def issued(cls: TempCls, idx: int) -> tuple[str, int]:
    """The digits of an issue of now, and its bucket."""
    b = bucket_of(cls, NOW, CONFIG.zone)
    return temporary(DailyKey(steady("k_daily"), LOCK_ID, 1), CONFIG.digits, cls, b, idx), b


def lives() -> dict[str, Life]:
    """By name."""
    return {
        "permanent codes": Life([Typed(text) for text in (RIGHT, "99" + RIGHT, "7720461", "5518203", "2937604", WRONG)], CODES),
        "a code outside its hours, one that has ended, one that has not begun": Life(
            [Typed(VENDOR), Typed("6104482"), Typed("6104593"), Pause(5 * SECOND), Typed("6104593")], CODES
        ),
        "by a lost clock": Life([Typed(RIGHT), Typed("2937604"), Typed("5518203"), Typed(VENDOR), Typed(issued(TempCls.DAY, 0)[0], told=False)],
            CODES, lost=True,
        ),
        "an entry that is none": Life([Typed("123"), Typed(RIGHT[:-1]), Typed(RIGHT + WRONG + "482"), Typed("", ok=True), Pause(10 * MINUTE)], CODES),
        "silence ends an entry": Life([Typed(RIGHT, ok=False), Pause(1_999), Pause(1), Typed("482", ok=False), Pause(5_001)], CODES),
        "a bolt that does not move": Life([Typed(RIGHT, bolt=False), Typed(RIGHT)], CODES),
        **_temporary(),
        **_waiting(),
        "behind a deadbolt": Life(
            [
                Thrown(True), *(Typed(text) for text in (RIGHT, "2937604", issued(TempCls.DAY_SINGLE, 0)[0])), Pause(5 * SECOND), Thrown(False),
                *(Typed(text) for text in ("2937604", issued(TempCls.DAY_SINGLE, 0)[0])),
            ],
            CODES, ConfigFlags.PRIVACY_DEADBOLT,
        ),
    }  # fmt: skip


def _temporary() -> dict[str, Life]:
    """Each class at its first use and after it; what a floor and a width end."""
    once, single, instant = issued(TempCls.ONCE, 0)[0], issued(TempCls.DAY_SINGLE, 0)[0], issued(TempCls.INSTANT, 0)[0]
    floor = ListRecord(slot=30, kind=RecordKind.CODE_FLOOR, data=CodeFloor(int(TempCls.ONCE), issued(TempCls.ONCE, 0)[1], 1))
    return {
        "a code of a day, and one of 24 hours": Life([Typed(issued(cls, 1)[0]) for cls in (TempCls.DAY, TempCls.HOURS_24, TempCls.DAY)][:2] * 2),
        "a code that opens once": Life([Typed(once), Typed(once, told=False), Pause(2 * MINUTE), Typed(once, told=False)]),
        "a code that opens once, and the bolt does not move": Life(
            [Typed(once, bolt=False), Pause(59 * SECOND), Typed(once), Typed(once, told=False), Pause(MINUTE), Typed(issued(TempCls.ONCE, 1)[0], bolt=False),
             Pause(61 * SECOND), Typed(issued(TempCls.ONCE, 1)[0], told=False)]
        ),
        "a quarter of an hour": Life([Typed(single), Pause(14 * MINUTE), Typed(single), Pause(2 * MINUTE), Typed(single, told=False)]),
        "a code for now": Life([Typed(instant), Pause(20 * MINUTE), Typed(instant), Pause(590 * MINUTE), Typed(instant, told=False)]),
        "beyond the width, and under a floor": Life(
            [Typed(issued(TempCls.HOURS_24, WIDTHS[TempCls.HOURS_24])[0]), *(Typed(issued(TempCls.ONCE, idx)[0]) for idx in (0, 1, 2))], (floor,),
        ),
    }  # fmt: skip


def _waiting() -> dict[str, Life]:
    """Tokens, delays, guard."""
    few = Bucket(tokens=3, refill_min=10, guard=10_000)
    wrong: list[AtDoor] = [Typed(WRONG)]
    return {
        "wrong codes, a delay, and the right one": Life(
            [*wrong * 3, Typed(RIGHT), Pause(4_999), Typed(WRONG), Pause(1), Typed(WRONG), Pause(15 * SECOND), Typed(RIGHT), Typed(WRONG), Pause(10 * MINUTE)],
            CODES,
        ),
        "no token left": Life(
            [*wrong * 3, Pause(5 * SECOND), Typed(RIGHT), Pause(10 * MINUTE - 5 * SECOND - 1), Typed(RIGHT), Pause(1),
             Typed(RIGHT), Typed(RIGHT), Pause(10 * MINUTE)],
            CODES, bucket=few,
        ),
        "a refusal costs as much as a wrong code": Life([Typed(VENDOR), Typed("6104482"), Typed(VENDOR), Typed(RIGHT)], CODES),
        "a guard": Life(
            [*wrong * 3, Pause(5 * SECOND), *wrong, Pause(15 * SECOND), Typed(RIGHT), Pause(20 * MINUTE), Pause(20 * MINUTE)], CODES,
            bucket=Bucket(tokens=4, refill_min=10, guard=4),
        ),
    }  # fmt: skip
