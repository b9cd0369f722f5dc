"""Chapters sign1, grant, doorinfo, time, receipt, ticket: what is signed."""

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import LOCK_ID, NOW, agreement, signer, steady
from limen.wire import answers, cbor, doorinfo, grants, logacks, operations, receipts, roots, sticker, tickets, timestamps
from limen.wire.envelope import SIGNED_BY, SoftSigner, Typ, sign1
from limen.wire.receipts import Attested, LogHead, Receipt, TrustedTime, WipedReceipt
from limen.wire.refusals import Reason, Status

PROBE, AFTER = steady("probe", 8), steady("after", 16)


def sign1_cases() -> Case:
    """Signatures, and forgeries."""
    key, other = signer("KG"), signer("KU")
    payload = cbor.encode({1: b"hello"})
    good = sign1(Typ.GRANT, payload, key)
    upper = good[:-64] + good[-64:-32] + _other_s(good[-32:])
    refused = {
        "payload changed": good.replace(b"hello", b"hellp"),
        "signature changed": good[:-1] + bytes((good[-1] ^ 1,)),
        "the upper s": upper,
        "signed as another type": sign1(Typ.MANIFEST, payload, key),
        "by a key of another role": sign1(Typ.GRANT, payload, other),
        "cut short": good[:-1],
        "longer": good + b"\0",
        "unprotected header": good[: good.index(b"\xa0")] + b"\xa1\x01\x02" + good[good.index(b"\xa0") + 1 :],
    }
    return {
        "about": "COSE_Sign1, ES256, deterministic nonce, lower s. public: 33 bytes; open: statement verifies as typ "
        "under public and gives payload; refuse: "
        "must not verify as typ under public. All hex.",
        "private": key.scalar.hex(),
        "public": key.public.hex(),
        "kid": key.kid.hex(),
        "typ": int(Typ.GRANT),
        "open": [{"statement": good.hex(), "payload": payload.hex()}],
        "refuse": [{"name": name, "statement": data.hex()} for name, data in refused.items()],
    }


def _other_s(s: bytes) -> bytes:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return (order - int.from_bytes(s, "big")).to_bytes(32, "big")


def grant_cases() -> Case:
    """Grants of several classes with the phone's proof."""
    key, phone = signer("KG"), signer("phone")
    h = steady("h")
    listed = []
    for cls, rights, sched, nbf in (
        (1, 7, None, None),
        (2, 7, 3, NOW),
        (4, 7, 12, None),
        (6, 2, None, None),
        (7, 2, None, None),
        (8, 38, None, None),
    ):
        grant = grants.Grant(
            lock_id=LOCK_ID,
            epoch=1,
            acl_ver=4021,
            cls=grants.Cls(cls),
            rights=grants.Rights(rights),
            sched=sched,
            subj=1234,
            phone_key=phone.public,
            iat=NOW,
            exp=NOW + 7 * 86_400,
            cti=steady(f"cti {cls}", 8),
            nbf=nbf,
        )
        listed.append(_presented(grants.mint(grant, key), grant, phone, h))
    return {
        "about": "Grants (sign1 65001) with a phone's proof of possession. Times utime seconds. pop_message = "
        "'dl/pop/1' || h || SHA-256(grant) || op || ctx; "
        "pop = 64 bytes r || s over it by the phone key (deterministic here, any valid signature will do); present = the request message. "
        "effective = rights that a lock honours.",
        "kg_public": key.public.hex(),
        "phone_private": phone.scalar.hex(),
        "phone_public": phone.public.hex(),
        "cose_key": cbor.encode(grants.cose_key(phone.public)).hex(),
        "key8": grants.key8(phone.public).hex(),
        "h": h.hex(),
        "cases": listed,
    }


def _presented(minted: bytes, grant: grants.Grant, phone: SoftSigner, h: bytes) -> Case:
    op, ctx = (5, grants.unlock_ctx(42)) if grant.cls < grants.Cls.MANAGER else (2, b"")
    message = grants.pop_message(h, minted, op, ctx)
    pop = grants.sign_pop(phone, message)
    return {
        "lock_id": grant.lock_id.hex(),
        "epoch": grant.epoch,
        "acl_ver": grant.acl_ver,
        "cls": int(grant.cls),
        "rights": int(grant.rights),
        "effective": int(grants.effective_rights(grant)),
        "sched": grant.sched,
        "subj": grant.subj,
        "iat": grant.iat,
        "exp": grant.exp,
        "nbf": grant.nbf,
        "cti": grant.cti.hex(),
        "grant": minted.hex(),
        "door": 42,
        "op": op,
        "ctx": ctx.hex(),
        "pop_message": message.hex(),
        "pop": pop.hex(),
        "present": operations.encode_request(operations.Present(minted, pop, op, ctx)).hex(),
    }


def doorinfo_cases() -> Case:
    """The long and the short form."""
    key, lock = signer("KG"), signer("lock id")
    base = {"lock_id": LOCK_ID, "epoch": 1, "xs": agreement("lock")[1], "id_key": lock.public, "iat": NOW}
    long = doorinfo.DoorInfo(lock_id=LOCK_ID, epoch=1, xs=agreement("lock")[1], id_key=lock.public, iat=NOW, door=42, kind=1, model="M")
    short = doorinfo.DoorInfo(lock_id=LOCK_ID, epoch=1, xs=agreement("lock")[1], id_key=lock.public, iat=NOW)
    common = {name: value.hex() if isinstance(value, bytes) else value for name, value in base.items()}
    return {
        "about": "DoorInfo (sign1 65007): own doors carry door, kind (0 entrance 1 common 2 unit 3 service) and model, passing doors do not (null).",
        "kg_public": key.public.hex(),
        "cases": [
            {
                **common,
                "suite": i.suite,
                "door": i.door,
                "kind": i.kind,
                "model": i.model,
                "statement": doorinfo.sign_door_info(i, key).hex(),
            }
            for i in (long, short)
        ],
    }


def time_cases() -> Case:
    """A time assertion and a log acknowledgement."""
    key, ack_key = signer("KT"), signer("KL")
    said = timestamps.TimeAssertion(LOCK_ID, steady("nonce", 16), NOW * 1000 + 123)
    acks = [
        logacks.LogAck(lock_id=LOCK_ID, epoch=1, upto=steady("tag", 16), kind=logacks.AckKind.ACKNOWLEDGE, iat=NOW),
        logacks.LogAck(lock_id=LOCK_ID, epoch=1, upto=NOW - 86_400, kind=logacks.AckKind.DISCARD, iat=NOW),
        logacks.LogAck(
            lock_id=LOCK_ID, epoch=1, upto=steady("tag", 16), kind=logacks.AckKind.ACKNOWLEDGE, iat=NOW, photo=steady("photo", 16)
        ),
    ]
    return {
        "about": "Time assertion (sign1 65004, ms since 1970) and log acknowledgements (sign1 65011; upto hex tag for kind 0, utime for kind 1; "
        "photo where a sixth field names one).",
        "kt_public": key.public.hex(),
        "lock_id": LOCK_ID.hex(),
        "nonce": said.nonce.hex(),
        "ms": said.ms,
        "assertion": timestamps.sign_time(said, key).hex(),
        "kl_public": ack_key.public.hex(),
        "log_acks": [
            {
                "kind": int(a.kind),
                "upto": a.upto.hex() if isinstance(a.upto, bytes) else a.upto,
                "epoch": a.epoch,
                "iat": a.iat,
                "photo": a.photo.hex() if a.photo else None,
                "statement": logacks.sign_log_ack(a, ack_key).hex(),
            }
            for a in acks
        ],
    }


def receipt_cases() -> Case:
    """All forms of a receipt."""
    key, head, nonce = signer("lock id"), LogHead(7, 123_456, steady("tag", 16)), steady("receipt nonce", 16)
    full = Attested(lock_time=NOW, tstate=TrustedTime.GOOD, head=head, lost=0, boot=3, known_newer=41)
    unit = Attested(lock_time=NOW, tstate=TrustedTime.LOST, head=receipts.head8(head, PROBE), lost=12, boot=4, known_newer=43)
    cases: dict[str, Receipt] = {}
    for name, part, with_nonce in (
        ("full", full, None),
        ("full with nonce", full, nonce),
        ("head8", unit, None),
        ("short", None, None),
        ("short with nonce", None, nonce),
    ):
        cases[name] = Receipt(lock_id=LOCK_ID, epoch=1, ver=41, after=AFTER, probe=PROBE, full=part, nonce=with_nonce)
    wiped = WipedReceipt(LOCK_ID, 1, 9)
    return {
        "about": "Receipts (sign1 65003) under the lock's id key. full: lock_time, tstate (0 good 1 coarse 2 lost), "
        "head [logepoch, seqnext, tag] or 8 bytes hex, "
        "lost, boot, known_newer; null in the short form. head8 = SHA-256(u32 logepoch || u32 seqnext || tag || probe)[0..8].",
        "id_public": key.public.hex(),
        "head8": receipts.head8(head, PROBE).hex(),
        "cases": [_receipt(name, receipt, receipts.sign_receipt(receipt, key)) for name, receipt in cases.items()],
        "wiped": {"lock_id": LOCK_ID.hex(), "epoch": 1, "lost": 9, "statement": receipts.sign_wiped(wiped, key).hex()},
    }


def _receipt(name: str, receipt: Receipt, statement: bytes) -> Case:
    full = receipt.full
    said = None
    if full is not None:
        head: object = full.head.hex() if isinstance(full.head, bytes) else [full.head.logepoch, full.head.seqnext, full.head.tag.hex()]
        said = {
            "lock_time": full.lock_time,
            "tstate": int(full.tstate),
            "head": head,
            "lost": full.lost,
            "boot": full.boot,
            "known_newer": full.known_newer,
        }
    return {
        "name": name,
        "lock_id": receipt.lock_id.hex(),
        "epoch": receipt.epoch,
        "ver": receipt.ver,
        "after": receipt.after.hex(),
        "probe": receipt.probe.hex(),
        "nonce": None if receipt.nonce is None else receipt.nonce.hex(),
        "full": said,
        "statement": statement.hex(),
    }


def ticket_cases() -> Case:
    """Sticker, certificate, attestation, ticket, release, roots."""
    ka, attest, ticket = signer("KA"), _attest(), chapter_ticket()
    secret = steady("sticker", 16)
    return {
        "about": "Ownership. qr: what the sticker says (base45 of CBOR [1, lock-id, secret, model number]). "
        "certificate sign1 65012 by MFG-CA, attest 65006 by the lock's id key, ticket 65005 and release 65010 by KA, "
        "roots = array of sign1 65009 over one payload by two of three keys.",
        "qr": sticker.sticker_text(sticker.Sticker(LOCK_ID, secret, 3)),
        "lock_id": LOCK_ID.hex(),
        "secret": secret.hex(),
        "model": 3,
        "mfg_ca_public": signer("MFG-CA").public.hex(),
        "id_public": signer("lock id").public.hex(),
        "ka_public": ka.public.hex(),
        "serial": "LM000103",
        "certificate": attest.certificate.hex(),
        "n_s": attest.n_s.hex(),
        "n_l": attest.n_l.hex(),
        "xs": attest.xs.hex(),
        "h": attest.h.hex(),
        "attest": tickets.sign_attest(attest, signer("lock id")).hex(),
        "root": ticket.root.hex(),
        "roles": {str(int(t)): k.hex() for t, k in ticket.roles.items()},
        "klog": ticket.klog.hex(),
        "epoch": 1,
        "org": 7,
        "door": 42,
        "utime": NOW,
        "ticket": tickets.sign_ticket(ticket, ka).hex(),
        "release": tickets.sign_release(tickets.Release(LOCK_ID, 1, NOW), ka).hex(),
    }


def ticket_statement() -> bytes:
    """The ticket of the chapter."""
    return tickets.sign_ticket(chapter_ticket(), signer("KA"))


def chapter_ticket() -> tickets.Ticket:
    """Of the chapter ticket, before it is signed."""
    roles = {typ: signer(role.name).public for typ, role in SIGNED_BY.items() if typ in tickets.ROLE_TYPS}
    signed_root = roots.sign_root(_root(roles), [signer("ROOT 0"), signer("ROOT 2")])
    return tickets.Ticket(
        lock_id=LOCK_ID,
        n_l=steady("n_l", 16),
        epoch=1,
        org=7,
        door=42,
        root=signed_root,
        roles=roles,
        klog=agreement("K_log")[1],
        utime=NOW,
    )


def device_certificate() -> tickets.DeviceCertificate:
    """Of the lock that all chapters speak of."""
    return tickets.DeviceCertificate(lock_id=LOCK_ID, serial="LM000103", model="M", id_key=signer("lock id").public)


def _attest() -> tickets.Attest:
    certificate = tickets.sign_certificate(device_certificate(), signer("MFG-CA"))
    nonces = {"n_s": steady("n_s", 16), "n_l": steady("n_l", 16)}
    return tickets.Attest(
        lock_id=LOCK_ID, certificate=certificate, fw=tickets.FirmwareState(3, 100, 1), xs=agreement("lock")[1], h=steady("h"), **nonces
    )


def _root(roles: dict[Typ, bytes]) -> roots.Root:
    keys = tuple(signer(f"ROOT {i}").public for i in range(3))
    return roots.Root(n=1, expires=NOW + 365 * 86_400, threshold=2, keys=keys, roles={typ: (key,) for typ, key in roles.items()})


def operation_cases() -> Case:
    """Every request and answer once."""
    some = steady("bytes", 24)
    asked: list[operations.Request] = [
        operations.Present(some, steady("pop", 64), 5, grants.unlock_ctx(42)),
        operations.StatusAsk(),
        operations.ManifestPush(some),
        operations.ChunkPush(3, some),
        operations.Unlock("tap"),
        operations.TimeAsk(),
        operations.TimeTell(some),
        operations.ReceiptAsk(),
        operations.ReceiptAsk(steady("nonce", 16)),
        operations.LogAsk(2),
        operations.PhotoAsk(77, 4096),
        operations.TelemetryAsk(),
        operations.FirmwarePush(None, some),
        operations.FirmwarePush(9, some),
        operations.AttestAsk(steady("n_s", 16)),
        operations.TicketTell(some),
        operations.ReleaseTell(some),
        operations.AckTell(some),
        operations.Remote(NOW, 1234, 5),
    ]
    op = operations.Op
    said: list[answers.Answer] = [
        answers.Presented(grants.OWN_ACCESS, 41, None, b"", True),
        answers.Presented(grants.Rights.PUSH, 41, some[:8], b"\x05", False),
        answers.NeedUpdate(op.PRESENT, 43),
        answers.Denied(op.PRESENT),
        answers.Denied(op.UNLOCK, Reason.OUTSIDE_SCHEDULE),
        answers.StatusNow(41, 1, some[:8], b"\x01"),
        answers.Staged(op.MANIFEST, b"\x00"),
        answers.Staged(op.CHUNK, b"\x03"),
        answers.Settled(op.CHUNK, Status.APPLIED, some),
        answers.Settled(op.MANIFEST, Status.ALREADY, some),
        answers.Busy(op.MANIFEST, 750),
        answers.Plain(op.MANIFEST, Status.SUPERSEDED),
        answers.Plain(op.MANIFEST, Status.NEED_SNAPSHOT),
        answers.Plain(op.UNLOCK),
        answers.Plain(op.TIME),
        answers.Given(op.TIME_ASK, some[:16]),
        answers.Given(op.RECEIPT, some),
        answers.Given(op.LOG, b""),
    ]
    return {
        "about": "Messages inside the channel. requests and answers: [{hex, array}], array is the CBOR as in the chapter cbor ({$hex: bytes}).",
        "requests": [_message(operations.encode_request(request)) for request in asked],
        "answers": [_message(answers.encode_answer(answer)) for answer in said],
    }


def _message(data: bytes) -> Case:
    return {"hex": data.hex(), "array": _plain(cbor.decode(data))}


def _plain(value: cbor.Value) -> object:
    if isinstance(value, bytes):
        return {"$hex": value.hex()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
