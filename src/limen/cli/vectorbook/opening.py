"""Chapter codes: which temporary codes open at a moment, permanent codes and their neighbours, and how long a door's codes must be."""

import hmac
from collections.abc import Iterable
from itertools import product

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import NEW_YORK, NOW, steady
from limen.wire import doorcodes, guessing
from limen.wire.doorcodes import FirstUse, Moment, TempCls
from limen.wire.records import Bucket, CodeFloor

WIDTHS = (40, 20, 1, 4, 1)
MADE = NOW - NOW % 1_800
"""The beginning of a half-hour, in which each of the codes was made."""
MARGINS = (0, 300, 1_201, 3_600)
Issue = tuple[TempCls, int, int]


def code_cases() -> Case:
    """Issues at the edges of what they may open, used and not, floored and not; and what the service alone computes."""
    return {
        "about": "Codes (C-7 to C-10). opens: whether issue [cls, b, idx] of a door with these widths and this zone opens at t (utime) with clock "
        "error s (seconds); used: utime of its first use by the clock that shows t, or null; floors: code floors [cls, b, idx]. The 15 min of class 1 "
        "are counted in powered time, told here as t - used. live: how many issues open at t, of which one was used: [cls, b, idx, utime]. permanent: C-9 "
        "for the first ctr from 0 whose code is not weak. slips: how many slips (Damerau, a swap of neighbours is one) lie between two codes. odds: G "
        "guesses a day under rule [B, R, guard], digits d that L live codes need.",
        "zone": [list(row) for row in NEW_YORK],
        "widths": list(WIDTHS),
        "opens": [*_windows(), *_floored(), *_wide()],
        "live": [_live(s) for s in MARGINS],
        "k_code": steady("k_code").hex(),
        "permanent": [_permanent(person, generation, d) for person in ("person 1", "person 2") for generation in (0, 1) for d in (5, 7, 9)],
        "slips": [[a, b, doorcodes.damerau(a, b)] for a, b in SLIPS],
        "odds": [_odds(live, rule) for live in (1, 84, 450, 972, 2_472) for rule in RULES],
    }


def _windows() -> Iterable[Case]:
    """A second before and at each end of the window, in every class, margin and state of use."""
    for cls, s in product(TempCls, MARGINS):
        issue = (cls, doorcodes.bucket_of(cls, MADE, NEW_YORK), 0)
        start, end = doorcodes.first_window(cls, issue[1], NEW_YORK, s)
        for t in (start - 1, start, end - 1, end):
            yield _opens(issue, t, s)
        for used in (start, MADE + 60, end - 60):
            until = doorcodes.used_until(FirstUse(*issue, used), NEW_YORK, s)
            for t in sorted({used, used + 899, used + 900, until - 1, until}):
                yield _opens(issue, t, s, used)


def _floored() -> Iterable[Case]:
    for cls in TempCls:
        b = doorcodes.bucket_of(cls, MADE, NEW_YORK)
        for floor in ((cls, b, 1), (cls, b, 0), (cls, b + 1, 0), (cls, b - 1, 256), ((cls + 1) % 5, b, 256)):
            yield _opens((cls, b, 0), MADE + 60, 300, None, (floor,))


def _wide() -> Iterable[Case]:
    """The last index of the width, and the first beyond it."""
    for cls in TempCls:
        b = doorcodes.bucket_of(cls, MADE, NEW_YORK)
        for idx in (WIDTHS[cls] - 1, WIDTHS[cls]):
            yield _opens((cls, b, idx), MADE + 60, 300)


def _opens(issue: Issue, t: int, s: int, used: int | None = None, floors: tuple[tuple[int, int, int], ...] = ()) -> Case:
    uses = () if used is None else (FirstUse(*issue, used),)
    moment = Moment(t=t, s=s, zone=NEW_YORK, widths=WIDTHS, uses=uses, floors=tuple(CodeFloor(*floor) for floor in floors))
    said: Case = {"issue": [int(issue[0]), *issue[1:]], "t": t, "s": s, "used": used, "floors": [list(floor) for floor in floors]}
    return said | {"opens": doorcodes.accepts(moment, *issue)}


def _live(s: int) -> Case:
    used = (TempCls.INSTANT, doorcodes.bucket_of(TempCls.INSTANT, MADE - 7_200, NEW_YORK), 0, MADE - 7_000)
    moment = Moment(t=MADE + 60, s=s, zone=NEW_YORK, widths=WIDTHS, uses=(FirstUse(*used),))
    return {"t": moment.t, "s": s, "used": [int(used[0]), *used[1:]], "issues": len(list(doorcodes.live_issues(moment)))}


def _permanent(person: str, generation: int, d: int) -> Case:
    k_code, door = steady("k_code"), b"door 42"

    def mac(ctr: int) -> bytes:
        return hmac.digest(k_code, doorcodes.permanent_message(door, person.encode(), generation, ctr), "sha256")

    code, ctr = doorcodes.first_sound(mac, d, lambda _: False)
    return {"door": door.decode(), "person": person, "generation": generation, "d": d, "ctr": ctr, "code": code}


SLIPS = (
    ("4820917", "4820917"),
    ("4820917", "4820971"),
    ("4820917", "4829017"),
    ("4820917", "482917"),
    ("4820917", "48209177"),
    ("4820917", "4720817"),
    ("4820917", "7190284"),
    ("4820917", ""),
)
RULES = (Bucket(tokens=10, refill_min=15, guard=40), Bucket(tokens=12, refill_min=10, guard=60), Bucket(tokens=20, refill_min=5, guard=100))


def _odds(live: int, rule: Bucket) -> Case:
    a_day = guessing.guesses(rule, guessing.DAY_MIN)
    return {"L": live, "rule": [rule.tokens, rule.refill_min, rule.guard], "G": a_day, "d": guessing.least_digits(live, rule)}
