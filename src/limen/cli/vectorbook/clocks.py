"""Chapter clock: what a lock believes of the time after each thing it hears, so that another lock knows the same hour as ours (rules T1, T2, T4, P)."""

from dataclasses import dataclass, field, replace

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import LOCK_ID, NOW, signer, steady
from limen.lock.clock import Clock, Heard, Set
from limen.wire import cbor
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys, SoftSigner, Typ, sign1
from limen.wire.refusals import Status
from limen.wire.timestamps import TimeAssertion, open_time, sign_time

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
T = NOW * SECOND
KT = signer("KT")
KEYS = RoleKeys({Typ.TIME: (KT.public,)})


def nonce(number: int) -> bytes:
    """A lock draws them by chance; these are the same at every run."""
    return steady(f"time nonce {number}", 16)


def said(ms: int, number: int = 1) -> bytes:
    """The service's answer to one question."""
    return sign_time(TimeAssertion(LOCK_ID, nonce(number), ms), KT)


def hostile() -> dict[str, bytes]:
    """Neighbours of a right answer to the first question, none of which may touch a clock or spend the question."""
    right, key = TimeAssertion(LOCK_ID, nonce(1), T), KT
    payload = cbor.encode([right.lock_id, right.nonce, right.ms])
    good = sign_time(right, key)
    return {
        "another nonce": sign_time(replace(right, nonce=nonce(99)), key),
        "another lock": sign_time(replace(right, lock_id=LOCK_ID[::-1]), key),
        "by KG": sign_time(right, signer("KG")),
        "by KU": sign_time(right, signer("KU")),
        "by KL": sign_time(right, signer("KL")),
        "by a phone": sign_time(right, signer("phone")),
        "by the lock": sign_time(right, signer("lock id")),
        "by KT, as a log acknowledgement": sign1(Typ.LOG_ACK, payload, key),
        "by KT, as a grant": sign1(Typ.GRANT, payload, key),
        "a later time under the same signature": good.replace(payload, cbor.encode([right.lock_id, right.nonce, right.ms + 1])),
        "a nonce too short": _signed([right.lock_id, right.nonce[:-1], right.ms], key),
        "a fourth field": _signed([right.lock_id, right.nonce, right.ms, 0], key),
        "a time before 1970": _signed([right.lock_id, right.nonce, -1], key),
        "cut short": good[:-1],
        "nothing": b"",
    }


def clock_cases() -> Case:
    """Lives of a clock, each thing that happens with what is believed after it."""
    return {
        "about": "The clock (M-10, M-11). Each case is a lock of its own, new at 0 (LOST, rtc and floor 0). at: its count of powered milliseconds. do: "
        "'asked' op 6, the lock gives this nonce; 'told' op 7 with assertion (hex), answer 0 OK or 11 CLOCK, set the record CLOCK_SET [old, new, u] in "
        "seconds or null, signed whether the bytes are a time assertion under kt_public; 'heard' a statement that verified, with this iat, answer "
        "'raised', 'nothing new' or 'anomaly'; 'ticket' its utime, round_trip_ms null after a loss of power; 'keep' a quarter of an hour has passed; "
        "'power' a loss of power that took no powered time: what was kept comes back, at the start, at 'keep', and whenever clock or floor were set or "
        "raised; 'wait' nothing but time. "
        "now: [rtc, u or null where none is known, floor] in milliseconds and tstate (0 good, 1 coarse, 2 lost) after it.",
        "kt_public": KT.public.hex(),
        "lock_id": LOCK_ID.hex(),
        "cases": [
            {"name": name, "steps": [_step(life, *what) for what in steps]} for name, steps in _lives().items() for life in [_Life()]
        ],
    }


@dataclass
class _Life:
    """One clock, and what a loss of power would give back."""

    clock: Clock = field(default_factory=Clock)
    kept: bytes = field(default_factory=lambda: Clock().persisted(0))


Told = tuple[str, int, object]


SET: list[Told] = [("asked", 0, 1), ("told", 2 * SECOND, said(T))]
MONTH = 33 * DAY


def _lives() -> dict[str, list[Told]]:
    return {**_answers(), **_nonces(), **_moved(), **_statements(), **_kept()}


def _answers() -> dict[str, list[Told]]:
    """T2, and what only looks like it."""
    return {
        "an answer to its own question": [
            ("asked", SECOND, 1),
            ("told", 5 * SECOND, said(T)),
            ("told", 6 * SECOND, said(T)),
            ("wait", MINUTE, None),
        ],
        "hostile answers, then the right one": [
            ("asked", 0, 1),
            *(("told", SECOND, data) for data in hostile().values()),
            ("told", 2 * SECOND, said(T)),
            ("told", 2 * SECOND, said(T + HOUR)),
        ],
        "hostile answers to a lock that knows the time": [
            *SET,
            ("asked", 3 * SECOND, 2),
            ("told", 4 * SECOND, said(T + DAY, 3)),
            ("told", 4 * SECOND, sign_time(TimeAssertion(LOCK_ID, nonce(2), T + DAY), signer("KG"))),
            ("told", 4 * SECOND, sign_time(TimeAssertion(LOCK_ID[::-1], nonce(2), T + DAY), KT)),
        ],
        "nine minutes give good, eleven coarse": [
            ("asked", 0, 1),
            ("told", 9 * MINUTE, said(T)),
            ("power", 9 * MINUTE, None),
            ("asked", 9 * MINUTE, 2),
            ("told", 20 * MINUTE, said(T + 9 * MINUTE, 2)),
        ],
    }


def _nonces() -> dict[str, list[Told]]:
    """Questions and how long they stand."""
    return {
        "two hours to the millisecond": [("asked", 0, 1), ("told", 2 * HOUR, said(T)), ("wait", 2 * HOUR + MINUTE, None)],
        "a millisecond too late, and the question is spent": [
            ("asked", 0, 1),
            ("told", 2 * HOUR + 1, said(T)),
            ("told", 2 * HOUR + 1, said(T)),
        ],
        "four questions are open, the fifth ends the first": [
            *(("asked", number, number) for number in range(1, 6)),
            ("told", 10, said(T, 1)),
            *(("told", 11, said(T, number)) for number in (5, 2)),
        ],
        "questions die with power": [("asked", 0, 1), ("power", SECOND, None), ("told", 2 * SECOND, said(T))],
        "an odd round trip": [("asked", 0, 1), ("told", 3_001, said(T))],
    }


def _moved() -> dict[str, list[Told]]:
    """What an answer does to a clock that was right, or was not."""
    return {
        "set back, never below the floor": [
            *SET,
            ("wait", MONTH, None),
            ("asked", MONTH, 2),
            ("told", MONTH + SECOND, said(T + MONTH - 4 * MINUTE, 2)),
            ("heard", MONTH + 2 * SECOND, NOW + MONTH // SECOND),
            ("asked", MONTH + 3 * SECOND, 3),
            ("told", MONTH + 4 * SECOND, said(T + MONTH - 4 * MINUTE, 3)),
        ],
        "an answer that knows less only raises the floor": [
            *SET,
            ("asked", MINUTE, 2),
            ("told", 11 * MINUTE, said(T + 5 * MINUTE, 2)),
            ("asked", 12 * MINUTE, 3),
            ("told", 22 * MINUTE, said(T + 2 * HOUR, 3)),
        ],
    }


def _statements() -> dict[str, list[Told]]:
    """T1 and T4."""
    return {
        "statements raise it as far as is plausible": [
            *SET,
            ("heard", 2 * SECOND, NOW - 1),
            ("heard", 2 * SECOND, NOW),
            ("heard", 2 * SECOND, NOW + 604),
            ("heard", 2 * SECOND, NOW + 603),
            ("heard", 2 * SECOND, NOW + 603 + 603),
            ("heard", 2 * SECOND, NOW + 603 + 602),
            ("heard", 2 * SECOND, NOW + 401 * 86_400),
        ],
        "a lost clock is raised, but not beyond 400 days after it was told": [
            *SET,
            ("power", 3 * SECOND, None),
            ("heard", 3 * SECOND, NOW + 400 * 86_400 + 1),
            ("heard", 3 * SECOND, NOW + 400 * 86_400),
        ],
        "a new lock is raised by whatever is signed": [("heard", 0, NOW), ("heard", SECOND, NOW + 3_000 * 86_400)],
    }


def _kept() -> dict[str, list[Told]]:
    """Drift, rule P, and tickets."""
    return {
        "good for a month, coarse for a year": [
            *SET,
            *(("wait", days * DAY, None) for days in (33, 34, 35, 412, 413)),
            ("heard", 413 * DAY, NOW + 399 * 86_400),
        ],
        "power comes back to what was kept": [
            *SET,
            ("keep", HOUR, None),
            ("power", 2 * HOUR, None),
            ("wait", 3 * HOUR, None),
            ("heard", 3 * HOUR, NOW + 4 * 3_600),
            ("power", 3 * HOUR + MINUTE, None),
        ],
        "a ticket answers the attestation": [("ticket", 20 * MINUTE, (NOW, 20 * MINUTE)), ("heard", 20 * MINUTE, NOW + 3 * 3_600)],
        "a ticket of over two hours only raises": [("ticket", 3 * HOUR, (NOW, 2 * HOUR + 1)), ("wait", 4 * HOUR, None)],
        "a ticket after a loss of power only raises, and counts for the 400 days": [
            ("ticket", HOUR, (NOW, None)),
            ("heard", HOUR, NOW + 400 * 86_400 + 1),
            ("heard", HOUR, NOW + 400 * 86_400),
        ],
    }


def _step(life: _Life, do: str, at: int, what: object) -> Case:
    told: Case = {"do": do, "at": at}
    match do, what:
        case "asked", int(number):
            life.clock.challenge(nonce(number), at)
            told["nonce"] = nonce(number).hex()
        case "told", bytes(data):
            told |= _answered(life.clock, data, at)
        case "heard", int(iat):
            told |= {"iat": iat, "answer": life.clock.hear(iat, at).value}
        case "ticket", (int(utime), int() | None as round_trip_ms):
            told |= {"utime": utime, "round_trip_ms": round_trip_ms, "set": _set(life.clock.ticket(utime, round_trip_ms, at))}
        case "power", None:
            life.clock = Clock(life.kept, at, power_lost=True)
    if do in ("keep", "power", "ticket") or told.get("answer") in (int(Status.OK), Heard.RAISED.value):
        life.kept = life.clock.persisted(at)
    now = life.clock.read(at)
    return told | {"now": [now.rtc_ms, now.u_ms, now.floor_ms], "tstate": int(now.quality)}


def _answered(clock: Clock, data: bytes, at: int) -> Case:
    """As op 7: who is not believed, or speaks to another lock, does not even spend the question."""
    try:
        assertion = open_time(data, KEYS)
    except WireError:
        return {"assertion": data.hex(), "signed": False, "answer": int(Status.CLOCK), "set": None}
    done = clock.answer(assertion.nonce, assertion.ms, at) if assertion.lock_id == LOCK_ID else Heard.ANOMALY
    answer = Status.CLOCK if done is Heard.ANOMALY else Status.OK
    return {"assertion": data.hex(), "signed": True, "answer": int(answer), "set": _set(done if isinstance(done, Set) else None)}


def _set(done: Set | None) -> list[int] | None:
    return None if done is None else [done.old_ms // SECOND, done.new_ms // SECOND, done.u_ms // SECOND]


def _signed(fields: list[cbor.Encodable], key: SoftSigner) -> bytes:
    return sign1(Typ.TIME, cbor.encode(fields), key)
