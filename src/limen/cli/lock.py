"""`limen lock`: one process that plays many simulated locks, or is one lock with a radio; its first line says where they are."""

import argparse
import asyncio
import csv
import os
import resource
import secrets
import shlex
import sys
from pathlib import Path

from limen.lock.capabilities import Model
from limen.lock.shell.factory import SERIAL, models
from limen.lock.shell.runner import Plan
from limen.lock.shell.runner import run as run_locks
from limen.lock.shell.wiring import Wiring

LOCKS_URL = "locks-url"
SHELF_BYTES_MAX = 4 << 20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`limen lock (--model M [--serial S] [--link CONTROLLER] | --shelf doors.csv) --data DIR --listen HOST:PORT`."""
    parser = subparsers.add_parser("lock", help="run simulated locks", description="Runs simulated locks; prints ws://… first.")
    home = Path.home() / ".limen-lock"
    parser.add_argument(
        "--data", type=Path, default=home, help="folder of the locks, one each; made if it is not there (default: ~/.limen-lock)"
    )
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT")
    parser.add_argument("--serial", help="run this lock, with --model (default: the one in the folder, or a new one)")
    parser.add_argument("--model", choices=sorted(models()), help="run one lock of this model")
    parser.add_argument("--link", help="its Bluetooth controller: hci-socket:0, usb:0, serial:DEVICE,SPEED, tcp-client:HOST:PORT, …")
    wired = parser.add_argument_group("a wired door", "with --model R; pins as gpiozero names them, GPIO17 or BOARD11")
    wired.add_argument("--reader", type=Path, metavar="DEVICE", help="the line of its OSDP reader: /dev/ttyUSB0")
    wired.add_argument("--reader-speed", type=int, default=115_200, metavar="BAUD")
    wired.add_argument("--install-reader", action="store_true", help="give a new reader its key: once, within 15 minutes")
    wired.add_argument("--strike", metavar="PIN", help="the pin of its electric strike")
    wired.add_argument("--fail", choices=("secure", "safe"), default="secure", help="the strike without current: shut, or open")
    wired.add_argument("--door", metavar="PIN", help="the contact that feels the door")
    wired.add_argument("--exit", metavar="PIN", help="the button or sensor for going out")
    wired.add_argument("--button", metavar="PIN", help="the button on the board inside, that lets an installer begin")
    wired.add_argument("--camera", metavar="COMMAND", help="a command that writes one JPEG of at most 40 kB to its output")
    parser.add_argument("--shelf", type=Path, help="run every lock of a door list (CSV with Serial and Model)")
    parser.add_argument("--gateway", metavar="WS-URL", help="where connected models dial out to; the lock's id is added")
    parser.add_argument("--clock-file", type=Path, help="the demonstration's time offset in milliseconds")


def run(args: argparse.Namespace) -> int:
    """Runs until it is stopped or its parent ends."""
    known = models()
    try:
        locks = _locks(args, known)
        wiring = _wiring(args, locks)
        host, port = _address(args.listen)
    except (ValueError, OSError) as problem:
        print(f"limen lock: {problem}", file=sys.stderr)
        return 2
    home = Path(os.environ["LIMEN_DATA"]) if os.environ.get("LIMEN_DATA") else None
    plan = Plan(
        data=args.data,
        locks=locks,
        host=host,
        port=port,
        gateway=args.gateway,
        clock_file=args.clock_file,
        link=args.link,
        wiring=wiring,
        factory=home / "factory" if home else None,
        trust=(home or args.data) / "trust",
    )
    _allow_files(len(locks))
    return 0 if asyncio.run(run_locks(plan, lambda address: _ready(address, home))) else 1


def _ready(address: str, home: Path | None) -> None:
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        (home / LOCKS_URL).write_text(address + "\n", "ascii")
    print(address, flush=True)


def _locks(args: argparse.Namespace, known: dict[str, Model]) -> dict[str, Model]:
    if args.shelf is not None and args.link is not None:
        raise ValueError("a controller serves one lock: --link goes with --model, not with --shelf")
    if args.shelf is not None:
        return _from_shelf(args.shelf, known)
    if args.model is None:
        raise ValueError("name one lock with --model, and --serial where there are several, or many with --shelf")
    serial = args.serial or _only(args.data, args.model)
    if not SERIAL.fullmatch(serial):
        raise ValueError("a serial has letters, digits and dashes, 32 at most")
    return {serial: known[args.model]}


def _wiring(args: argparse.Namespace, locks: dict[str, Model]) -> Wiring | None:
    """What is connected to the one wired door; None for locks that have nothing on wires."""
    if not (args.reader or args.strike or args.door or args.exit or args.button or args.camera):
        return None
    if len(locks) != 1 or not all(model.wired for model in locks.values()):
        raise ValueError("--reader, --strike, --door, --exit, --button and --camera go with one --model that is wired")
    return Wiring(
        reader=args.reader,
        speed=args.reader_speed,
        install=args.install_reader,
        strike=args.strike,
        fail_safe=args.fail == "safe",
        door=args.door,
        exit=args.exit,
        button=args.button,
        camera=tuple(shlex.split(args.camera or "")),
    )


def _only(data: Path, model: str) -> str:
    """The lock of this model that the folder holds; a new one gets a serial of its own."""
    held = sorted(path.parent.name for path in data.glob("*/model") if path.read_text("ascii").strip() == model)
    if len(held) > 1:
        raise ValueError(f"{data} holds {len(held)} locks of model {model}: name one with --serial")
    return held[0] if held else f"LM{100_000 + secrets.randbelow(900_000)}"


def _from_shelf(path: Path, known: dict[str, Model]) -> dict[str, Model]:
    """Every row with a serial and a model that opens a door; what is wrong with the others is for the service to say."""
    if path.stat().st_size > SHELF_BYTES_MAX:
        raise ValueError("the door list is too long")
    found: dict[str, Model] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            serial, model = (row.get("Serial") or "").strip(), known.get((row.get("Model") or "").strip())
            if model is not None and SERIAL.fullmatch(serial):
                found.setdefault(serial, model)
    if not found:
        raise ValueError(f"no lock in {path}")
    return found


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("--listen wants HOST:PORT")
    return host, int(port)


def _allow_files(locks: int) -> None:
    """A building of locks needs more open files than a shell allows by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, max(soft, 4 * locks + 256)) if hard != resource.RLIM_INFINITY else max(soft, 4 * locks + 256)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
