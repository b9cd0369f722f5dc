"""How long a link lasts, what a class may, what is heard of the time, when a remote order is none (S-9, G-3, G-4, T1, M-42): for the chapter visits."""

from dataclasses import replace

from limen.cli.vectorbook.asked import (
    COURIER,
    DOOR,
    GATEWAY,
    HOUSEHOLD,
    MINUTE,
    STAFF,
    TAP,
    Leave,
    Present,
    ReadLog,
    Step,
    Tell,
    Thrown,
    Wait,
    ask,
    dialled,
    minted,
    taps,
)  # fmt: skip
from limen.cli.vectorbook.deltas import brought, offered
from limen.cli.vectorbook.doors import CONFIG
from limen.cli.vectorbook.refused import PROBE, SALT, changed
from limen.cli.vectorbook.steady import LOCK_ID, NOW, signer, steady
from limen.wire import bundles
from limen.wire.bundles import BundleKind, Manifest, Payload
from limen.wire.envelope import Typ, sign1
from limen.wire.grants import Cls, Rights, unlock_ctx
from limen.wire.operations import Op, Remote, StatusAsk, Unlock
from limen.wire.records import ConfigFlags

STATUS = ask(1, StatusAsk())
DAY_S = 86_400


def cases() -> dict[str, tuple[str, list[Step]]]:
    """By name: the model of the lock, and what happens."""
    told: dict[str, list[Step]] = {
        "five seconds to the handshake": [Present(1, minted(HOUSEHOLD), waits=(4_999, 0)), STATUS],
        "a handshake that comes too late": [Present(1, minted(HOUSEHOLD), waits=(5_000, 0))],
        "ten seconds to PRESENT": [Present(1, minted(HOUSEHOLD), waits=(0, 9_999)), STATUS],
        "a PRESENT that comes too late": [Present(1, minted(HOUSEHOLD), waits=(0, 10_000))],
        "ten minutes in all": [taps(HOUSEHOLD), *_silences(20), Wait(19_999), STATUS, Wait(1), STATUS],
        "a proof with the lower s": [taps(HOUSEHOLD), ask(1, Unlock("tap"))],
        "a proof with the upper s": [replace(taps(HOUSEHOLD), lower_s=False), ask(1, Unlock("tap"))],
        "a grant's iat is heard": _heard(replace(taps(HOUSEHOLD), grant=minted(replace(HOUSEHOLD, iat=NOW + 500)))),
        "a grant's iat is heard before it is refused": _heard(taps(replace(STAFF, iat=NOW + 500, nbf=NOW + 5_000))),
        "the iat of a grant that is not proven is not heard": _heard(
            Present(1, minted(replace(HOUSEHOLD, iat=NOW + 500)), by="another phone"),
        ),
        "a manifest's iat is heard, though it brings nothing": _heard(Present(1, minted(COURIER)), offered(1, _manifest(NOW + 500))),
        "a manifest's iat of another epoch is not heard": _heard(Present(1, minted(COURIER)), offered(1, _manifest(NOW + 500, epoch=2))),
        "an iat beyond what is plausible": [*_heard(taps(replace(HOUSEHOLD, iat=NOW + 3_600))), Leave(1), taps(HOUSEHOLD), ReadLog(1)],
    }
    return {name: ("M", steps) for name, steps in told.items()} | {
        "an hour on the link that the lock dialled": ("R", _hour()),
        "each class, with every right in its grant": ("R", _classes()),
        "a gateway that signed for another door": ("R", _orders(replace(dialled(GATEWAY), ctx=unlock_ctx(DOOR + 1, "remote")))),
        "a gateway that signed for a tap": ("R", _orders(replace(dialled(GATEWAY), ctx=TAP))),
        "a gateway that signed for another operation": ("R", _orders(replace(dialled(GATEWAY), op=int(Op.UNLOCK)))),
        "a gateway that signed for nothing in particular": ("R", _orders(replace(dialled(GATEWAY), op=int(Op.MANIFEST), ctx=b""))),
        "a gateway without the right": ("R", _orders(dialled(replace(GATEWAY, rights=Rights(6))))),
        "a remote order by a clock that may be off by more than ten seconds": ("R", _unsure()),
        "a remote order behind a thrown deadbolt": ("M", _behind_a_deadbolt()),
        "a remote order and its record": ("R", [*_orders(dialled(GATEWAY)), _order(NOW + 3_600), taps(HOUSEHOLD, 2), ReadLog(2)]),
    }


def _silences(times: int) -> list[Step]:
    return [step for _ in range(times) for step in (Wait(29_000), STATUS)]


def _heard(*steps: Step) -> list[Step]:
    """Who is over at NOW + 400 is let in at NOW, and not after a word from NOW + 500."""
    return [*steps, Leave(1), Present(1, minted(replace(STAFF, exp=NOW + 400))), STATUS]


def _manifest(iat: int, epoch: int = 1) -> bytes:
    manifest = Manifest(
        lock_id=LOCK_ID, epoch=epoch, base=0, ver=1, iat=iat, ctlen=500, chunk_log2=10, hashes=bytes(16), after=steady("after", 16),
        kind=BundleKind.SNAPSHOT,
    )  # fmt: skip
    return sign1(Typ.MANIFEST, bundles.encode_manifest(manifest), signer("KU"))


def _hour() -> list[Step]:
    late = replace(GATEWAY, exp=NOW + 2 * 3_600)
    return [dialled(late), Wait(60 * MINUTE - 1), STATUS, Wait(1), STATUS]


def _classes() -> list[Step]:
    """G-3: what each class is told of its rights, and one operation that needs each."""
    steps: list[Step] = []
    for cls in Cls:
        grant = replace(HOUSEHOLD, cls=cls, rights=Rights(63))
        one = replace(dialled(replace(grant, phone_key=signer("gateway").public)), dialled=cls is Cls.GATEWAY)
        steps += [one if cls is Cls.GATEWAY else taps(grant), _order(NOW), ask(1, Unlock("tap")), Leave(1)]
    return steps


def _order(pressed: int) -> Step:
    return ask(1, Remote(pressed, 1_234, 5))


def _orders(gateway: Present) -> list[Step]:
    return [gateway, _order(NOW), STATUS]


def _unsure() -> list[Step]:
    """101 ppm of a day are nine seconds: with the one it began with, more than ten; until somebody tells the time."""
    day = DAY_S + 5_000
    late = replace(GATEWAY, iat=NOW, exp=NOW + day + 3_600)
    return [Wait(day * 1000), dialled(late), _order(NOW + day), Tell(1, (NOW + day) * 1000), _order(NOW + day)]


def _behind_a_deadbolt() -> list[Step]:
    """A mortise lock that dials nobody is asked all the same: this is what the line is for."""
    update = changed(Payload(salt=SALT, probe=PROBE, ackver=1, config=replace(CONFIG, flags=ConfigFlags.PRIVACY_DEADBOLT)))
    return [
        Present(2, minted(COURIER)), *brought(2, update), Leave(2), dialled(GATEWAY), Thrown(True), _order(NOW), Thrown(False), _order(NOW),
    ]  # fmt: skip
