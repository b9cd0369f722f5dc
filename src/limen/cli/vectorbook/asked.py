"""Who comes to a lock and what they ask, for the chapter visits: those who prove nothing, every right, and the end of rights."""

from dataclasses import dataclass, replace

from limen.cli.vectorbook.steady import LOCK_ID, NOW, signer, steady
from limen.wire import grants, operations
from limen.wire.grants import Cls, Grant, Rights
from limen.wire.operations import Op, Request

DOOR = 42
PHONES = ("phone", "another phone", "gateway")
MINUTE = 60_000


@dataclass(frozen=True)
class Wait:
    """Nothing but time."""

    ms: int


@dataclass(frozen=True)
class Present:
    """Somebody connects, shakes hands and shows a grant."""

    link: int
    grant: bytes
    op: int = int(Op.MANIFEST)
    ctx: bytes = b""
    by: str = "phone"
    own_h: bool = True
    dialled: bool = False
    lower_s: bool = True
    waits: tuple[int, int] = (0, 0)
    """Milliseconds before the handshake, and between it and PRESENT."""


@dataclass(frozen=True)
class Ask:
    """One request, as it is."""

    link: int
    request: bytes


@dataclass(frozen=True)
class Tell:
    """The time, for a nonce that is asked for first."""

    link: int
    ms: int


@dataclass(frozen=True)
class Leave:
    """The link is cut."""

    link: int


@dataclass(frozen=True)
class Thrown:
    """Somebody inside throws the deadbolt, or draws it back."""

    thrown: bool


@dataclass(frozen=True)
class ReadLog:
    """All segments."""

    link: int


@dataclass(frozen=True)
class ReadReceipt:
    """The lock's word on what it holds."""

    link: int
    nonce: bytes | None = None


@dataclass(frozen=True)
class Ack:
    """The service's word on the record: up to this record of the case as it was read last, or, with `until`, up to that time."""

    link: int
    upto: int = 0
    until: int | None = None


Step = Wait | Present | Ask | Tell | Leave | Thrown | ReadLog | ReadReceipt | Ack
TAP, REMOTE = grants.unlock_ctx(DOOR), grants.unlock_ctx(DOOR, "remote")
HOUSEHOLD = Grant(
    lock_id=LOCK_ID, epoch=1, acl_ver=1, cls=Cls.RESIDENT, rights=Rights(7), sched=None, subj=1234, phone_key=signer("phone").public,
    iat=NOW, exp=NOW + 7 * 86_400, cti=steady("visit", 8),
)  # fmt: skip
COURIER = replace(HOUSEHOLD, cls=Cls.COURIER, rights=Rights.PUSH, subj=77)
STAFF = replace(HOUSEHOLD, cls=Cls.STAFF, subj=78, exp=NOW + 86_400)
GATEWAY = replace(HOUSEHOLD, cls=Cls.GATEWAY, rights=Rights(38), subj=0, phone_key=signer("gateway").public, exp=NOW + 3_600)


def minted(grant: Grant, by: str = "KG") -> bytes:
    """The statement."""
    return grants.mint(grant, signer(by))


def ask(link: int, request: Request) -> Ask:
    """The request as its bytes."""
    return Ask(link, operations.encode_request(request))


def cases() -> dict[str, tuple[str, list[Step]]]:
    """By name: the model of the lock, and what happens."""
    status, unlock = ask(1, operations.StatusAsk()), ask(1, operations.Unlock("tap"))
    return {
        "nothing is served before a proof": ("M", [Present(1, minted(HOUSEHOLD), own_h=False), status]),
        **{f"not believed: {why}": ("M", [one, status]) for why, one in _strangers().items()},
        "a resident opens": ("M", [taps(HOUSEHOLD), status, unlock]),
        "an opening that was not signed for": ("M", [Present(1, minted(HOUSEHOLD)), unlock, status]),
        "an opening of another door": ("M", [Present(1, minted(HOUSEHOLD), int(Op.UNLOCK), grants.unlock_ctx(43)), unlock]),
        "another intent than was signed for": ("M", [taps(HOUSEHOLD), ask(1, operations.Unlock("remote")), unlock]),
        "a newer list is known, residents come in": ("M", [taps(replace(HOUSEHOLD, acl_ver=6)), unlock, Leave(1), taps(STAFF), unlock]),
        "not started": ("M", [taps(replace(STAFF, nbf=NOW + 60)), status]),
        "over": ("M", [taps(replace(HOUSEHOLD, iat=NOW - 86_400, exp=NOW - 2)), status]),
        "ends while it is open": ("M", [Present(1, minted(replace(STAFF, exp=NOW + 25))), status, Wait(25_000), status, status]),
        "taken away by a floor of the subject": ("M", [taps(replace(HOUSEHOLD, subj=1_236)), status]),
        "an unknown schedule": ("M", [taps(replace(STAFF, sched=99)), unlock, status]),
        "what a courier may": ("M", [Present(1, minted(COURIER)), *_requests(), Tell(1, NOW * 1000), unlock]),
        "a grant that says more than its class has": (
            "M",
            [taps(replace(COURIER, rights=Rights(63))), ask(1, operations.LogAsk(0)), unlock],
        ),
        "no request of the table": ("M", [Present(1, minted(COURIER)), Ask(1, b"\x81\x10")]),
        "a request with a field too many": ("M", [Present(1, minted(COURIER)), Ask(1, b"\x82\x02\x00")]),
        "a second PRESENT": ("M", [Present(1, minted(HOUSEHOLD)), ask(1, operations.Present(minted(HOUSEHOLD), bytes(64), 3, b""))]),
        "thirty seconds of silence": ("M", [Present(1, minted(HOUSEHOLD)), Wait(29_999), status, Wait(30_000), status]),
        "a gateway opens at once or not": ("R", _remote()),
        "a gateway's grant of ten minutes on a link of an hour": (
            "R",
            [dialled(replace(GATEWAY, exp=NOW + 600)), Wait(9 * MINUTE), status, Wait(MINUTE), status, status],
        ),
        "a resident on the link that the lock dialled": ("R", [Present(1, minted(HOUSEHOLD), int(Op.UNLOCK), TAP, dialled=True), status]),
    }


def taps(grant: Grant, link: int = 1) -> Present:
    """A phone that came to open."""
    return Present(link, minted(grant), int(Op.UNLOCK), TAP)


def dialled(grant: Grant) -> Present:
    """The gateway, on the link that the lock made."""
    return Present(1, minted(grant), int(Op.REMOTE), REMOTE, by="gateway", dialled=True)


def _strangers() -> dict[str, Present]:
    """Lines 1 to 3 of M-1, each broken alone."""
    good = minted(HOUSEHOLD)
    return {
        "another phone's signature": Present(1, good, int(Op.UNLOCK), TAP, by="another phone"),
        "a grant under KU": Present(1, minted(HOUSEHOLD, "KU")),
        "a grant under KT": Present(1, minted(HOUSEHOLD, "KT")),
        "another lock": Present(1, minted(replace(HOUSEHOLD, lock_id=LOCK_ID[::-1]))),
        "the epoch before": Present(1, minted(replace(HOUSEHOLD, epoch=0))),
        "the epoch after": Present(1, minted(replace(HOUSEHOLD, epoch=2))),
        "cut short": Present(1, good[:-1]),
        "a changed byte": Present(1, good[:-1] + bytes((good[-1] ^ 1,))),
        "a gateway over the air": Present(1, minted(GATEWAY), int(Op.REMOTE), REMOTE, by="gateway"),
    }


def _requests() -> list[Step]:
    """Every operation that needs no statement, in a session that may push and nothing else."""
    asked: list[Request] = [
        operations.StatusAsk(),
        operations.ReceiptAsk(),
        operations.ReceiptAsk(steady("nonce", 16)),
        operations.LogAsk(0),
        operations.PhotoAsk(0, 0),
        operations.TelemetryAsk(),
        operations.Remote(NOW, 1_234, 5),
        operations.ManifestPush(steady("no manifest", 40)),
        operations.ChunkPush(0, steady("chunk", 40)),
        operations.TimeTell(steady("no time", 40)),
        operations.AckTell(steady("no acknowledgement", 40)),
        operations.ReleaseTell(steady("no release", 40)),
        operations.FirmwarePush(None, steady("no offer", 40)),
        operations.FirmwarePush(0, steady("chunk", 40)),
        operations.AttestAsk(steady("n_s", 16)),
        operations.TicketTell(steady("no ticket", 40)),
    ]
    return [ask(1, request) for request in asked]


def _remote() -> list[Step]:
    """Now, a moment ago, before the link stood, long ago, and from the future."""
    pressed = (NOW, NOW - 1, NOW + 5, NOW - 8, NOW + 15, NOW + 3_600)
    return [
        dialled(GATEWAY),
        ask(1, operations.Remote(NOW - 2, 1_234, 5)),
        *(ask(1, operations.Remote(at, 1_234, 5)) for at in pressed),
        Wait(12_000),
        *(ask(1, operations.Remote(at, 1_234, 5)) for at in (NOW, NOW + 1, NOW + 12)),
        Tell(1, (NOW + 13) * 1000),
        ask(1, operations.Remote(NOW + 12, 1_234, 5)),
        ask(1, operations.Unlock("remote")),
    ]
