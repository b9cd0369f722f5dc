"""`limen phone …`: a phone on a computer. Doors, look, fetch, unlock, update, carry, hand-in, activate, remove.

Works without signal as far as a phone does: `--offline` plays a cellar. `--link` names a Bluetooth controller; without it locks are reached
through the service or a lock process (`--air`). Exit 0 when it went well, 1 when it did not, 2 for a wrong command line.
"""

import argparse
import contextlib
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from limen.cli.courier import acts, installing, signing_in
from limen.cli.courier.acts import Phone
from limen.cli.courier.service import NoSignal, PhoneRemoved, Said, Service
from limen.phone import unlock, update
from limen.phone.channels.air import Air
from limen.phone.channels.key_file import UnsafeKey
from limen.phone.channels.store import Folder, NoWallet
from limen.phone.channels.websocket import WebSocketAir
from limen.phone.commands import Say
from limen.phone.wallet import Door, View
from limen.wire.cbor import WireError
from limen.wire.refusals import Status

DEFAULT_SERVICE: Final = "http://localhost:8000"
STEPS: Final = {
    "looking": "Looking for the lock",
    "connecting": "Connecting",
    "setting_up": "Setting up this door for you. This happens once.",
    "opening": "Opening",
    "sending": "Sending changes",
    "waiting": "Waiting",
    "reading": "Reading battery and history",
    "confirming": "The lock confirms",
}
OUT_OF_REACH: Final = "We cannot reach the lock. Go closer, within 3 m (10 feet), and tap again."
Told = dict[str, object]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """One sub-command per act."""
    parser = subparsers.add_parser("phone", help="a phone on this computer: open doors, carry updates and records")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="act")
    for name, (words, options) in VERBS.items():
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("--wallet", type=Path, default=Path.home() / ".limen-phone", help="this phone's folder (default: ~/.limen-phone)")
        verb.add_argument("--service", default=os.environ.get("LIMEN_ORIGIN", DEFAULT_SERVICE), help="where to sign in")
        verb.add_argument("--air", default="", help="where locks are heard, ws://host:port (default: the service's own address)")
        verb.add_argument("--link", default="", help="a Bluetooth controller instead: hci-socket:0, usb:0, tcp-client:HOST:PORT, …")
        verb.add_argument("--json", action="store_true", help="answer with one JSON object")
        verb.add_argument("--offline", action="store_true", help="as without signal")
        options(verb)


def run(args: argparse.Namespace) -> int:
    """Does one act and says what came of it."""
    act: Callable[[Phone, argparse.Namespace], Told] = ACTS[args.verb]
    try:
        with _air(args) as air:
            told = act(_phone(args, air), args)
    except (NoWallet, NoSignal, PhoneRemoved, Said, UnsafeKey, acts.NoSuchDoor, signing_in.NotSignedIn, WireError) as problem:
        told = {"ok": False, "result": type(problem).__name__, "words": _sentence(problem)}
    except _NoRadio as problem:
        words = f"There is no Bluetooth controller at {problem}. Nothing was tried."
        told = {"ok": False, "result": "NoRadio", "words": words}
    if args.json:
        print(json.dumps(told))
    else:
        print(told.get("words", told["result"]))
    return 0 if told["ok"] else 1


class _NoRadio(Exception):
    """The controller that was named is not there."""


@contextlib.contextmanager
def _air(args: argparse.Namespace) -> Iterator[Air]:
    """Bluetooth where a controller is named; its library is loaded only then. Else the service's own address, or where `--air` points."""
    if args.link:
        from limen.phone.channels.bluetooth import NoRadio, Radio

        try:
            with Radio(args.link) as radio:
                yield radio
        except NoRadio as problem:
            raise _NoRadio(str(problem)) from problem
        return
    address = args.air or args.service
    with contextlib.suppress(NoWallet, WireError):  # signing in does not need the air
        address = args.air or Folder(args.wallet).account().service
    yield WebSocketAir(address.replace("http", "ws", 1))


def _phone(args: argparse.Namespace, air: Air) -> Phone:
    return Phone(Folder(args.wallet), air, signal=not args.offline, screen=_silent if args.json else _show)


def _sign_in(phone: Phone, args: argparse.Namespace) -> Told:
    service = Service(args.service)
    try:
        if args.play:
            signing_in.play(service, args.play)
        else:
            password = os.environ.get("LIMEN_PASSWORD") or getpass.getpass("Password: ")
            signing_in.sign_in(
                service, args.email or input("E-mail: "), password, lambda: input("Type the 6 digits from your authenticator. ")
            )
        name = phone.register(service, args.name)
    finally:
        service.close()
    return {"ok": True, "result": "registered", "phone": name, "words": "This phone is registered. Fetch your doors next."}


def _doors(phone: Phone, args: argparse.Namespace) -> Told:
    doors = [_door(door) for door in phone.doors(args.view)]
    lines = [f"{one['called']}: until {one['until']}" + (", carries an update" if one["news"] else "") for one in doors]
    return {"ok": True, "result": "doors", "doors": doors, "words": "\n".join(lines) or "No doors yet."}


def _look(phone: Phone, args: argparse.Namespace) -> Told:
    held = phone.doors(args.view)
    near = phone.near(held) if held else set()
    doors = [_door(door) for door in held if door.lock_id in near]
    carried = sum(bool(one["news"]) for one in doors)
    lines = [f"{one['called']}: near" + (", carries an update" if one["news"] else "") for one in doors]
    return {
        "ok": bool(doors),
        "result": "near",
        "doors": doors,
        "carried": carried,
        "words": "\n".join(lines) or "None of your doors is near.",
    }


def _fetch(phone: Phone, args: argparse.Namespace) -> Told:
    wallet = phone.fetch(args.view)
    carried = sum(door.news for door in wallet.doors[args.view].values())
    words = f"{len(wallet.doors[args.view])} doors, {carried} updates are on this phone. They work without signal."
    return {"ok": True, "result": "fetched", "doors": len(wallet.doors[args.view]), "carried": carried, "words": words}


def _unlock(phone: Phone, args: argparse.Namespace) -> Told:
    outcome = phone.unlock(args.door)
    match outcome:
        case unlock.Opened(set_up, delivered, segments):
            _hand_in_quietly(phone)
            return {
                "ok": True,
                "result": "open",
                "set_up": set_up,
                "version": delivered,
                "records": segments,
                "words": "Open. You have 10 seconds, at some doors 5.",
            }
        case unlock.Refused(reason):
            return {"ok": False, "result": "refused", "reason": reason.word, "words": f"The lock did not open: {reason.word}."}
        case _:
            return {"ok": False, "result": "out_of_reach", "words": OUT_OF_REACH}


def _update(phone: Phone, args: argparse.Namespace) -> Told:
    return told_of(phone.update(args.door, args.view), _hand_in_quietly(phone))


def _carry(phone: Phone, args: argparse.Namespace) -> Told:
    done = phone.carry()
    handed = _hand_in_quietly(phone)
    doors = [{"lock": door.lock_id.hex(), "result": result.result} for door, result in done]
    return {"ok": True, "result": "carried", "doors": doors, "waiting": handed.left, "words": f"{len(done)} doors met on the way."}


def _hand_in(phone: Phone, args: argparse.Namespace) -> Told:
    handed = phone.hand_in()
    words = f"{handed.left} sealed records to hand in." if handed.left else "Everything is handed in."
    told = {"answered": handed.answered, "refused": handed.refused, "waiting": handed.left, "words": words}
    return {"ok": handed.left == 0, "result": "handed_in" if handed.left == 0 else "no_signal", **told}


def _activate(phone: Phone, args: argparse.Namespace) -> Told:
    by = (installing.uncover_door, args.cover) if args.cover is not None else (installing.activate_door, args.sticker)
    done = by[0](phone, args.door.bytes, by[1], swap=args.swap)
    _hand_in_quietly(phone)
    words = {
        "active": "Active.",
        "needs_signal": "The lock answered. Get signal and come back within 24 hours.",
        "refused": f"The lock refused: {done.reason}." if done.left is None else _wrong_digits(done.left),
        "out_of_reach": OUT_OF_REACH,
    }
    told = {"result": done.result, "reason": done.reason, "version": done.ver, "left": done.left, "words": words[done.result]}
    return {"ok": done.result == "active", **told}


def _wrong_digits(left: int) -> str:
    no = "These are not the digits of this lock."
    return f"{no} Tries left for this press of its button: {left}." if left else f"{no} Press the button inside the lock again."


def _remove(phone: Phone, args: argparse.Namespace) -> Told:
    phone.remove()
    return {"ok": True, "result": "removed", "words": "Removed. It gets nothing new."}


def told_of(done: update.Updated, handed: acts.HandedIn) -> Told:
    """What an update came to, in a person's words and in a program's."""
    receipt, proof = done.receipt, handed.left == 0
    words = {
        "confirmed": "Up to date. Confirmed by the lock."
        if proof
        else "Updated at the lock. The proof is on this phone and goes up when there is signal.",
        "interrupted": "Interrupted. Nothing is lost. It goes on where it stopped.",
        "superseded": "A newer list came meanwhile. Fetch and try again.",
        "refused": f"The lock refused: {done.reason.word if done.reason else 'no reason'}.",
        "out_of_reach": OUT_OF_REACH,
        "nothing": "This phone carries nothing for this door.",
        "wiped": "Wiped. The lock signed for it." if proof else "Wiped. The proof is on this phone and goes up when there is signal.",
    }
    brought = " Its firmware is there. It starts by itself when nobody is at the door." if done.image is Status.OK else ""
    return {
        "ok": done.result in {"confirmed", "wiped"}, "result": done.result, "reason": done.reason.word if done.reason else None,
        "version": receipt.ver if receipt else None, "sent": done.done, "parts": done.total, "records": done.segments,
        "firmware": None if done.image is None else done.image.name.lower(),
        "battery": acts.battery_of(done.telemetry), "handed_in": proof, "words": words[done.result] + brought,
    }  # fmt: skip


def _hand_in_quietly(phone: Phone) -> acts.HandedIn:
    """What was pulled goes up when there is signal; without, it stays and nothing is said."""
    try:
        return phone.hand_in()
    except (Said, PhoneRemoved, WireError):
        return acts.HandedIn(0, 0, len(phone.waiting().kept))


def _door(door: Door) -> Told:
    return {
        "called": door.called, "name": door.name, "serial": door.serial, "lock": door.lock_id.hex(),
        "door": None if door.door_id is None else str(UUID(bytes=door.door_id)), "class": int(door.cls),
        "until": datetime.fromtimestamp(door.until, UTC).isoformat(), "version": door.ver, "proven": max(door.proven, door.at_lock),
        "news": door.news,
    }  # fmt: skip


def _sentence(problem: Exception) -> str:
    match problem:
        case NoWallet():
            return "This folder holds no phone yet. Sign in first."
        case NoSignal():
            return "No signal."
        case acts.NoSuchDoor():
            return f"This phone holds no door called {problem}."
        case WireError():
            return "What came was not understood, and nothing was changed."
        case _:
            return str(problem)


def _show(progress: Say) -> None:
    if progress.step == "open":
        return  # the answer says it, once
    parts = f" {progress.done} of {progress.total}" if progress.total else ""
    print(STEPS[progress.step] + parts, file=sys.stderr)


def _silent(progress: Say) -> None:
    pass


def _nothing(verb: argparse.ArgumentParser) -> None:
    pass


def _view(verb: argparse.ArgumentParser) -> None:
    views: tuple[View, ...] = ("resident", "manager")
    verb.add_argument("--as", dest="view", choices=views, default="resident", help="manager pushes only")


def _door_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("door", help="its name, serial or lock-id")


def _door_and_view(verb: argparse.ArgumentParser) -> None:
    _door_option(verb)
    _view(verb)


def _sign_in_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--email")
    verb.add_argument("--play", default="", help="in a demonstration: the key of one of its cast")
    verb.add_argument("--name", default="limen phone", help="how this phone is called in the list of phones")


def _activate_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--door", type=UUID, required=True, help="the door's id, as in its address in the console")
    read = verb.add_mutually_exclusive_group(required=True)
    read.add_argument("--sticker", help="the text of the QR code under the cover")
    read.add_argument("--cover", help="the name and the 8 digits under the battery cover, if the sticker is damaged")
    verb.add_argument("--swap", action="store_true", help="it takes the place of the lock that is on the door now")


VERBS: Final[dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]]] = {
    "sign-in": ("register this phone (the password is asked for, or taken from LIMEN_PASSWORD)", _sign_in_options),
    "doors": ("what this phone opens and carries", _view),
    "look": ("which of these doors are near", _view),
    "fetch": ("take along what is new", _view),
    "unlock": ("open a door", _door_option),
    "update": ("update a door", _door_and_view),
    "carry": ("bring sealed updates to doors of the building in passing", _nothing),
    "hand-in": ("hand in proofs and sealed records", _nothing),
    "activate": ("activate a lock on a door", _activate_options),
    "remove": ("remove this phone", _nothing),
}
ACTS: Final[dict[str, Callable[[Phone, argparse.Namespace], Told]]] = {
    "sign-in": _sign_in, "doors": _doors, "look": _look, "fetch": _fetch, "unlock": _unlock, "update": _update, "carry": _carry, "hand-in": _hand_in,
    "activate": _activate, "remove": _remove,
}  # fmt: skip
