"""The chapter about firmware: targets by two of three, the list, a direction, an offer, and how an image is cut."""

from limen.cli.vectorbook.steady import LOCK_ID, NOW, signer, steady
from limen.wire import firmware
from limen.wire.envelope import Typ, sign1

Case = dict[str, object]
HOLDERS = ("KF 0", "KF 1", "KF 2")
DAY = 86_400


def firmware_cases() -> Case:
    """One small image and one in 4 KiB chunks, and everything that is said about the small one."""
    data = steady("small image", 2_500)
    digest, parts, hashes = firmware.describe(data)
    image = firmware.Image(
        number=41,
        vendor="limen",
        hardware=(1, 2),
        version=7,
        counter=3,
        size=len(data),
        digest=digest,
        parts=parts,
        min_from=2,
        schema_min=1,
    )
    targets = firmware.Targets(model=3, ver=9, expires=NOW + 365 * DAY, images=(image,))
    payload = firmware.encode_targets(targets)
    statement = firmware.sign_targets(payload, (signer(name) for name in HOLDERS[:2]))
    named = firmware.targets_hash(payload)
    listed = firmware.sign_list(firmware.FirmwareList(ver=12, expires=NOW + 180 * DAY, targets={3: (9, named)}), signer("KS"))
    direction = firmware.Direction(lock_id=LOCK_ID, epoch=1, ver=44, image=(41, image.short), starts=NOW, ends=NOW + 30 * DAY, battery=40)
    offer = firmware.Offer(statement, listed, 41, hashes)
    return {
        "about": "Firmware. targets = array of sign1 65014 over one payload by two of kf_public; list = sign1 65015 by KS; direction = sign1 "
        "65008 by KU; offer = what op 12 carries before the first chunk. images: bytes, digest, parts, chunk hashes; "
        "where bytes_of stands in place of bytes, they are the first size bytes of b1 || b2 || ..., b1 = SHA-256('limen vectors ' || bytes_of), "
        "each further one SHA-256('limen vectors ' || bytes_of || the one before). "
        "refuse: must not be believed as targets under kf_public.",
        "kf_public": [signer(name).public.hex() for name in HOLDERS],
        "ks_public": signer("KS").public.hex(),
        "ku_public": signer("KU").public.hex(),
        "images": [_cut(data), _cut(steady("larger image", 70_000))],
        "model": 3,
        "number": 41,
        "targets": statement.hex(),
        "targets_payload": payload.hex(),
        "targets_hash": named.hex(),
        "list": listed.hex(),
        "direction": firmware.sign_direction(direction, signer("KU")).hex(),
        "no_direction": firmware.sign_direction(
            firmware.Direction(lock_id=LOCK_ID, epoch=1, ver=45, image=None, starts=NOW, ends=NOW, battery=40), signer("KU")
        ).hex(),
        "offer": firmware.encode_offer(offer).hex(),
        "refuse": [{"name": name, "statement": data.hex()} for name, data in _refused(payload).items()],
    }


def _cut(data: bytes) -> Case:
    digest, parts, hashes = firmware.describe(data)
    short = {"bytes": data.hex()} if len(data) < 4_096 else {"bytes_of": "larger image", "size": len(data)}
    return {**short, "digest": digest.hex(), "parts": parts.hex(), "hashes": hashes.hex()}


def _refused(payload: bytes) -> dict[str, bytes]:
    first, second, stranger = signer("KF 0"), signer("KF 1"), signer("KF 9")
    other = payload[:-1] + bytes((payload[-1] ^ 1,))
    return {
        "one holder": firmware.sign_targets(payload, (first,)),
        "one holder twice": firmware.sign_targets(payload, (first, first)),
        "a holder and a stranger": firmware.sign_targets(payload, (first, stranger)),
        "two payloads": firmware.joined([sign1(Typ.FW_TARGETS, payload, first), sign1(Typ.FW_TARGETS, other, second)]),
        "signed as another type": firmware.joined([sign1(Typ.FW_LIST, payload, first), sign1(Typ.FW_LIST, payload, second)]),
    }
