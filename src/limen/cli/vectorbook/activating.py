"""Chapter activation: a lock that is nobody's, from the button and the sticker to APPLIED, and the tickets and lists that do not make it anybody's."""

from dataclasses import dataclass, field, replace

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import lists
from limen.cli.vectorbook.playing import Link, Played
from limen.cli.vectorbook.statements import chapter_ticket
from limen.cli.vectorbook.steady import LOCK_ID, NOW, SteadySealer, agreement, signer, steady
from limen.cli.vectorbook.visits import known_models
from limen.lock.events import Connected, InsideButton
from limen.wire import bundles, cbor, liststate, operations, tickets
from limen.wire.answers import Given, parse_answer
from limen.wire.bundles import BundleHead, BundleKind
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.operations import Request
from limen.wire.session import Initiator, activation_psk, activation_static, public_of
from limen.wire.tickets import Attest, Ticket

SECRET = steady("sticker", 16)
QUARTER_MS = 15 * 60_000
ABOUT = (
    "Activations of a lock that nobody owns (M-35, A-5 to A-9, O-8), model M, with the sticker and the certificate of ticket.json and id_private; its clock"
    " has never been set. Each case is a lock of its own. steps, in order: 'wait' ms; 'button' inside; 'connect' a new link and the first message of "
    "NKpsk2: answers, whether the second comes; 'attest' op 13 step 0 with n_s: certificate and fw of the attestation, which names n_s and the h of this "
    "session and verifies under the lock's id key; 'ticket' op 13 step 1 with ticket, CBOR of its payload in which n_l stands for that of the newest "
    "attestation ('newest'), or of the one before ('before'), signed by ka_private or by ku_private (by); 'manifest' op 3 for payload, sealed to the xs of "
    "the newest attestation, with epoch, ver 1, base 0, iat now, kind and after; 'chunk' op 4 with all of it, index 0; 'ask' the request. answer: hex, or "
    "null where none comes and the link is closed. records: what stands in the record after the step, events in hex."
)


@dataclass(frozen=True)
class Told:
    """A ticket, changed or not."""

    ticket: Ticket
    by: str = "KA"
    n_l: str = "newest"


@dataclass(frozen=True)
class Offered:
    """The first list, or what only looks like it."""

    kind: BundleKind = BundleKind.SNAPSHOT
    epoch: int = 1


Step = int | str | Request | Told | Offered


def activation_cases() -> Case:
    """Each on a lock as the factory leaves it."""
    return {
        "about": ABOUT,
        "now": NOW,
        "lock_id": LOCK_ID.hex(),
        "id_private": signer("lock id").scalar.hex(),
        "ka_private": signer("KA").scalar.hex(),
        "ku_private": signer("KU").scalar.hex(),
        "n_s": steady("n_s", 16).hex(),
        "cases": [{"name": name, "steps": [one.lived(step) for step in steps]} for name, steps in _all().items() for one in [_Installer()]],
    }


def _all() -> dict[str, list[Step]]:
    ticket, begun = chapter_ticket(), ["button", "connect", "attest"]
    told, receipt = Told(ticket), operations.ReceiptAsk(steady("receipt nonce", 16))
    return {
        "from the sticker to APPLIED": [*begun, told, Offered(), "chunk", receipt, operations.StatusAsk()],
        "a round trip of eighteen seconds": [*begun, 9_000, told, 9_000, Offered(), "chunk"],
        "without the button": ["connect"],
        "a quarter of an hour after the button": ["button", QUARTER_MS, "connect", "attest"],
        "later than that": ["button", QUARTER_MS + 1, "connect"],
        "a list before its ticket": [*begun, Offered()],
        "a chunk before its list": [*begun, told, "chunk"],
        "a delta": [*begun, told, Offered(BundleKind.DELTA)],
        "a list of the epoch before": [*begun, told, Offered(epoch=0)],
        "a list of the epoch after": [*begun, told, Offered(epoch=2)],
        "a request that is no part of it": [*begun, operations.StatusAsk()],
        **{f"no ticket: {why}": [*begun, one, Offered()] for why, one in _wrong(ticket).items()},
        "an attestation ends the one before": [*begun, "attest", replace(told, n_l="before"), told],
    }


def _wrong(ticket: Ticket) -> dict[str, Told]:
    other: dict[Typ, bytes] = {**ticket.roles, Typ.GRANT: signer("KU").public}
    without: dict[Typ, bytes] = {typ: key for typ, key in ticket.roles.items() if typ is not Typ.LOG_ACK}
    return {
        "of another lock": Told(replace(ticket, lock_id=LOCK_ID[::-1])),
        "of epoch 0": Told(replace(ticket, epoch=0)),
        "signed by KU": Told(ticket, by="KU"),
        "a key that its root does not name": Told(replace(ticket, roles=other)),
        "without a key for acknowledgements": Told(replace(ticket, roles=without)),
    }


@dataclass
class _Installer:
    """Somebody with the sticker, and the service behind them."""

    played: Played = field(default_factory=lambda: Played.born(known_models()["M"]))
    attested: list[Attest] = field(default_factory=list)
    sealed: bytes = b""

    def lived(self, step: Step) -> Case:
        told = self._lived(step)
        return told | {"records": [self.played.told(one.event) for one in self.played.held()]}

    def _lived(self, step: Step) -> Case:
        match step:
            case int(ms):
                self.played.wait(ms)
                return {"do": "wait", "ms": ms}
            case "button":
                self.played.do(InsideButton())
                return {"do": "button"}
            case "connect":
                return {"do": "connect", "answers": self._connected()}
            case "attest":
                return self._attested()
            case "chunk":
                return {"do": "chunk", "answer": self._asked(operations.ChunkPush(0, self.sealed))}
            case Told():
                return self._ticket(step)
            case Offered(kind, epoch):
                return self._offered(kind, epoch)
            case str():
                raise ValueError(step)
        return {"do": "ask", "request": operations.encode_request(step).hex(), "answer": self._asked(step)}

    def _connected(self) -> bool:
        link = self.played.links[1] = Link()
        self.played.do(Connected(1))
        static = public_of(activation_static(SECRET, LOCK_ID))
        phone = Initiator(
            lock_id=LOCK_ID, remote_static=static, ephemeral_private=agreement("installer")[0], psk=activation_psk(SECRET, LOCK_ID)
        )
        reply = self.played.carried(1, phone.write_message_1())
        if reply is not None:
            link.transport = phone.read_message_2(reply)
        return reply is not None

    def _attested(self) -> Case:
        given = parse_answer(bytes.fromhex(self._asked(operations.AttestAsk(steady("n_s", 16))) or ""))
        assert isinstance(given, Given)
        attest, _ = tickets.open_attest(given.data, RoleKeys({Typ.DEVICE_CERTIFICATE: (signer("MFG-CA").public,)}))
        transport = self.played.links[1].transport
        assert transport is not None and attest.h == transport.h and attest.n_s == steady("n_s", 16)
        self.attested.append(attest)
        return {"do": "attest", "certificate": attest.certificate.hex(), "fw": [attest.fw.model, attest.fw.ver, attest.fw.counter]}

    def _ticket(self, told: Told) -> Case:
        n_l = self.attested[-1 if told.n_l == "newest" else -2].n_l
        answer = self._asked(operations.TicketTell(tickets.sign_ticket(replace(told.ticket, n_l=n_l), signer(told.by))))
        said = tickets.sign_ticket(replace(told.ticket, n_l=bytes(16)), signer(told.by))
        payload = cbor.decode(said)
        assert isinstance(payload, list) and isinstance(payload[2], bytes)
        return {"do": "ticket", "ticket": payload[2].hex(), "by": told.by, "n_l": told.n_l, "answer": answer}

    def _offered(self, kind: BundleKind, epoch: int) -> Case:
        payload, state, _, _ = lists()
        after = liststate.after(replace(state, epoch=epoch))
        head = BundleHead(lock_id=LOCK_ID, epoch=epoch, base=0, ver=1, iat=NOW, after=after, kind=kind)
        bundle = bundles.build(head, payload, sealer=SteadySealer(self.attested[-1].xs, "first"), signer=signer("KU"), capacity=1500)
        (self.sealed,) = bundle.chunks
        told: Case = {
            "do": "manifest",
            "payload": bundles.encode_payload(payload).hex(),
            "epoch": epoch,
            "kind": int(kind),
            "after": after.hex(),
        }
        return told | {"answer": self._asked(operations.ManifestPush(bundle.manifest))}

    def _asked(self, request: Request) -> str | None:
        transport = self.played.links[1].transport
        assert transport is not None
        reply = self.played.carried(1, transport.encrypt(operations.encode_request(request)))
        return None if reply is None else transport.decrypt(reply).hex()
