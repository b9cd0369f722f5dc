"""Harnesses for what firmware comes with: targets, list, direction, offer (part G)."""

from limen.cli.vectorbook.steady import LOCK_ID, NOW, steady
from limen.wire import firmware
from limen.wire.envelope import Typ
from limen.wire.firmware import Direction, FirmwareList, Image, Offer, Targets
from tests.fuzz.harness import Harness, reads
from tests.fuzz.statements import KEYS, SIGNER, payload_of, signed

DIGEST, PARTS, HASHES = firmware.describe(steady("image", 5_000))
IMAGE = Image(number=41, vendor="limen", hardware=(1, 2), version=7, counter=3, size=5_000, digest=DIGEST, parts=PARTS, min_from=2)
TARGETS = firmware.encode_targets(Targets(model=3, ver=9, expires=NOW + 86_400, images=(IMAGE,)))
LIST = FirmwareList(ver=12, expires=NOW + 86_400, targets={3: (9, firmware.targets_hash(TARGETS)), 5: (2, bytes(16))})


def _directions() -> list[bytes]:
    aims = ((41, IMAGE.short), None)
    every = [Direction(lock_id=LOCK_ID, epoch=1, ver=44, image=aim, starts=NOW, ends=NOW + 86_400, battery=40) for aim in aims]
    return [payload_of(firmware.sign_direction(one, SIGNER)) for one in every]


HARNESSES = (
    Harness("fw-targets", reads(firmware.read_targets, firmware.encode_targets), lambda: [TARGETS]),
    Harness(
        "fw-list",
        signed(Typ.FW_LIST, lambda s: firmware.open_list(s, KEYS), lambda one: firmware.sign_list(one, SIGNER)),
        lambda: [payload_of(firmware.sign_list(LIST, SIGNER))],
    ),
    Harness(
        "fw-direction",
        signed(Typ.FW_DIRECTOR, lambda s: firmware.open_direction(s, KEYS), lambda one: firmware.sign_direction(one, SIGNER)),
        _directions,
    ),
    Harness(
        "fw-offer",
        reads(firmware.read_offer, firmware.encode_offer),
        lambda: [firmware.encode_offer(Offer(b"targets", b"list", 41, HASHES))],
    ),
)
