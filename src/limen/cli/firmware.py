"""`limen firmware`: from an image to the locks that should run it. `keys`, `add` and `sign` need no service and no network.

keys → trust → add → sign → sign → publish → roll-out (or aim at one door)
"""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from limen.cli import migrate

if TYPE_CHECKING:
    from limen.cli.publishing.repository import Repository

AIM_DAYS = 60


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The ceremony is in docs/howto/publish-firmware.md."""
    parser = subparsers.add_parser("firmware", help="sign, publish and aim firmware")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="what")
    one = verbs.add_parser("keys", help="make the three offline keys (away from the service)")
    one.add_argument("folder", type=Path)
    one = verbs.add_parser("trust", help="name the three public keys that sign firmware from now on (at the service)")
    one.add_argument("public", type=Path, nargs=3)
    one = verbs.add_parser("add", help="put an image into an archive")
    one.add_argument("archive", type=Path)
    one.add_argument("image", type=Path)
    one.add_argument("--model", required=True)
    one.add_argument("--number", type=int, required=True, help="its name: never used twice for a model")
    one.add_argument("--version", type=int, required=True)
    one.add_argument("--counter", type=int, default=1, help="security counter: raise it when older images must never come back")
    one.add_argument("--hardware", default="1-255", metavar="FIRST-LAST", help="revisions it runs on")
    one.add_argument("--min-from", type=int, default=0, help="the lowest version it may follow")
    one.add_argument("--schema-min", type=int, default=0, help="the oldest form of stored state that it reads")
    one = verbs.add_parser("sign", help="add one holder's signature (away from the service)")
    one.add_argument("archive", type=Path)
    one.add_argument("--key", type=Path, required=True)
    one = verbs.add_parser("publish", help="take a signed archive in (at the service)")
    one.add_argument("archive", type=Path)
    one = verbs.add_parser("aim", help="say which image locks should run (at the service)")
    one.add_argument("--model", required=True)
    one.add_argument("--number", type=int, help="of the image; without it: whatever they run")
    one.add_argument("--door", type=UUID, help="only the lock of this door")
    one.add_argument("--days", type=int, default=AIM_DAYS, help="how long they may begin")
    one = verbs.add_parser("roll-out", help="bring an image to every lock of a model in waves: 5, 25, 100 percent (at the service)")
    one.add_argument("--model", required=True)
    one.add_argument("--number", type=int, required=True, help="of the image")
    one.add_argument("--days", type=int, default=AIM_DAYS, help="how long they may begin")
    one = verbs.add_parser("require", help="hold lists back from older firmware, revocations excepted (at the service)")
    one.add_argument("--model", required=True)
    one.add_argument("--version", type=int, required=True, help="0: from none")


def run(args: argparse.Namespace) -> int:
    """Does one step and says what it came to."""
    steps = {
        "keys": _keys,
        "add": _add,
        "sign": _sign,
        "trust": _trust,
        "publish": _publish,
        "aim": _aim,
        "roll-out": _roll_out,
        "require": _require,
    }
    try:
        print(steps[args.verb](args))
    except (OSError, ValueError, _Refused) as problem:
        print(f"Nothing was done: {problem}")
        return 1
    return 0


class _Refused(Exception):
    """What the service would not take, in its own words."""


# ---- away from the service


def _keys(args: argparse.Namespace) -> str:
    from limen.cli.publishing import holders

    made = holders.make(args.folder)
    return "\n".join([*(str(path) for path in made), "Give each of three people one .key file, and the service the three .pub files."])


def _add(args: argparse.Namespace) -> str:
    from limen.cli.publishing.archive import Archive, Facts

    first, _, last = args.hardware.partition("-")
    facts = Facts(args.model, args.number, args.version, args.counter, (int(first), int(last or first)), args.min_from, args.schema_min)
    image = Archive(args.archive).add(args.image.read_bytes(), facts, datetime.now(UTC))
    return f"Image {image.number} for model {args.model}: {image.size} bytes, sha256 {image.digest.hex()}. Two people have to sign now."


def _sign(args: argparse.Namespace) -> str:
    from limen.cli.publishing import holders
    from limen.cli.publishing.archive import Archive, readable

    said = readable(args.archive / "targets.json")
    count = Archive(args.archive).sign(holders.read(args.key))
    return f"{said}\nSigned by {count} of the two who are needed." if count < 2 else f"{said}\nSigned by {count}. It can be published."


# ---- at the service


def _trust(args: argparse.Namespace) -> str:
    from limen.cli.publishing import holders

    migrate.prepare()
    from limen.storage import kms, roots

    public = tuple(sorted(holders.read_public(path) for path in args.public))
    before = len(roots.statements())
    number = roots.trust_firmware(public)
    if number > before:
        _repository().trust(kms.root_signers(), kms.firmware_signer(), public)
    return f"Root {number} names them. Locks learn it with their next update."


def _publish(args: argparse.Namespace) -> str:
    from limen.cli.publishing.archive import Archive
    from limen.cli.publishing.repository import NotBelieved

    migrate.prepare()
    from limen.fleet import services as fleet
    from limen.kernel.actors import SYSTEM
    from limen.kernel.problems import Problem
    from limen.storage import clock, kms
    from limen.storage.transactions import unit_of_work

    models = Archive(args.archive).models()
    try:
        _repository().judge(args.archive, kms.firmware_signer(), clock.now())
        with unit_of_work():
            for statement, images in models.values():
                fleet.publish_firmware(statement=statement, images=images, by=SYSTEM, now=clock.now())
    except NotBelieved as problem:
        raise _Refused(f"the metadata is not believed ({problem})") from problem
    except Problem as problem:
        raise _Refused(f"{problem.title} {problem.detail}".strip()) from problem
    return f"Published for {', '.join(sorted(models))}. Aim it at locks when you like."


def _aim(args: argparse.Namespace) -> str:
    migrate.prepare()
    from limen.fleet import services as fleet
    from limen.kernel.actors import SYSTEM
    from limen.kernel.problems import Problem
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    now = clock.now()
    try:
        with unit_of_work():
            count = fleet.aim_firmware(
                model=args.model,
                number=args.number,
                starts=now,
                ends=now + timedelta(days=args.days),
                door_id=args.door,
                by=SYSTEM,
                now=now,
            )
    except Problem as problem:
        raise _Refused(f"{problem.title} {problem.detail}".strip()) from problem
    return f"{count} locks. It goes on with the next update of each door."


def _roll_out(args: argparse.Namespace) -> str:
    migrate.prepare()
    from limen.fleet import services as fleet
    from limen.kernel.actors import SYSTEM
    from limen.kernel.problems import Problem
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    now, ends = clock.now(), clock.now() + timedelta(days=args.days)
    try:
        with unit_of_work():
            count = fleet.roll_out_firmware(model=args.model, number=args.number, starts=now, ends=ends, by=SYSTEM, now=now)
    except Problem as problem:
        raise _Refused(f"{problem.title} {problem.detail}".strip()) from problem
    return f"{count} locks in the first wave. The next begins when they are well for a day, and none when one of them goes back."


def _require(args: argparse.Namespace) -> str:
    migrate.prepare()
    from limen.fleet import services as fleet
    from limen.kernel.actors import SYSTEM
    from limen.kernel.problems import Problem
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    try:
        with unit_of_work():
            fleet.require_firmware(model=args.model, version=args.version, by=SYSTEM, now=clock.now())
    except Problem as problem:
        raise _Refused(problem.title) from problem
    return "Lists wait for that firmware. What takes access away never waits."


def _repository() -> "Repository":
    from django.conf import settings

    from limen.cli.publishing.repository import Repository

    return Repository(Path(settings.LIMEN_DATA) / "firmware")
