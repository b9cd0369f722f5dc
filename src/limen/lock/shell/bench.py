"""The face of a simulated lock as JSON: what an eye at the door sees, what hands can do, and the demonstration's read-only look inside."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limen.lock.events import CheckPressed, DigitTyped, InsideButton, KeyTurned, LensTouched, RecordWillBeOmitted
from limen.lock.shell.body import Body
from limen.lock.shell.keycard import counting, encoded
from limen.lock.shell.nfc import Card, Plain
from limen.wire.cards import SUN_COUNTER_MAX
from limen.wire.cbor import Malformed
from limen.wire.records import AesCard, RecordKind
from limen.wire.zones import offset_s

ASK_BYTES_MAX = 1024
CARDS_SHOWN_MAX = 12
KEY_BYTES = 16
HELD_S_MAX = 60
UNKNOWN_CARD = "04deadbeef1122"
Said = dict[str, object]


def view(body: Body) -> str:
    """The message that goes to whoever watches, after every change."""
    model = body.made.model
    return json.dumps(
        {
            "t": "view",
            "lens": {"state": body.lens.state.value, "words": body.lens.sentence, "seconds": body.lens.seconds},
            "model": {
                "id": model.id,
                "name": model.name,
                "form": model.form,
                "power": "wired" if model.wired else "batteries",
                "keypad": model.keypad,
                "nfc": model.nfc,
                "camera": model.camera,
                "cylinder": model.cylinder,
                "jumpstart": model.jumpstart,
                "privacy_deadbolt": model.privacy_deadbolt,
                "connected": model.connected,
                "door_sensor": model.door_sensor,
            },
            "holds": _holds(body),
            "happened": [{"at": _wall(body, line.ms), "words": line.words} for line in reversed(body.happened)],
            "cards": _cards(body),
            "away": body.away,
            "no_signal": body.no_signal,
            "call": call.name if (call := body.call()) else None,
            "bolt_thrown": body.condition.bolt_thrown,
            "door_open": body.condition.door_open,
            "passage": body.held_open,
            "sticker": body.made.sticker,
            "cover": body.made.cover,
        }
    )


def shelf(bodies: list[Body]) -> str:
    """What is printed on every housing, for whoever would scan it, and the last thing that happened there since this program started."""
    return json.dumps(
        {
            "t": "shelf",
            "locks": [
                {
                    "serial": b.made.serial,
                    "model": b.made.model.id,
                    "lock_id": b.made.birth.lock_id.hex(),
                    "sticker": b.made.sticker,
                    "cover": b.made.cover,
                    "last": _last(b),
                }
                for b in bodies
            ],
        }
    )


def _last(body: Body) -> Said | None:
    """The newest line; without a time where the lock only guessed it."""
    if not body.happened:
        return None
    line = body.happened[-1]
    return {"at_ms": line.ms if line.sure else None, "words": line.words}


def act(body: Body, message: str) -> bool:
    """One thing that a body at the door does; False for anything it cannot do."""
    try:
        said = json.loads(message) if len(message) <= ASK_BYTES_MAX else None
    except (ValueError, RecursionError):
        return False
    if not isinstance(said, dict) or not isinstance(said.get("do"), str):
        return False
    do = said["do"]
    if do in _HANDS:
        if body.away and do != "battery":
            body.walk_away()  # hands at the door: somebody is back
        _HANDS[do](body, said)
        return True
    if do == "walk_away":
        body.walk_away()
        return True
    return _fault(body, do)


def _fault(body: Body, do: str) -> bool:
    if do == "drop_next_part":
        body.drop_next_part = True
    elif do == "lose_signal" and body.made.model.connected:
        body.lose_signal()
    elif do == "motor_sticks":
        body.motor_sticks = not body.motor_sticks
    elif do == "drop_next_segment":
        body.feel(RecordWillBeOmitted())
    else:
        return False
    return True


def _digit(body: Body, said: Said) -> None:
    digit = said.get("digit")
    if isinstance(digit, int) and not isinstance(digit, bool) and 0 <= digit <= 9:
        body.feel(DigitTyped(digit))


def _battery(body: Body, said: Said) -> None:
    if said.get("to") == "pulled":
        body.pull_battery()
    elif said.get("to") == "fresh":
        body.fresh_battery()
    elif isinstance(to := said.get("to"), int) and not isinstance(to, bool) and 0 <= to <= 100:
        body.wear(to)


def _card(body: Body, said: Said) -> None:
    """`uid:<hex>` any card's number, `aes:<hex>` one of this lock's own cards, `aes:<hex>:<key>` any other that proves a key,
    `sun:<hex>:<key>:<reads>` one that counts."""
    kind, uid_hex, key_hex, reads = (*str(said.get("card", "")).split(":"), "", "", "")[:4]
    try:
        uid, key, count = bytes.fromhex(uid_hex), bytes.fromhex(key_hex), int(reads or "0")
    except ValueError:
        return
    if 4 <= len(uid) <= 10 and kind in ("uid", "aes", "sun") and 0 <= count < SUN_COUNTER_MAX:
        body.tap_card(_card_of(body, kind, uid, key or _known_key(body, uid), count))


def _card_of(body: Body, kind: str, uid: bytes, key: bytes, count: int) -> Card:
    if kind == "uid" or len(key) != KEY_BYTES or body.lock is None:
        return Plain(uid)
    if kind == "sun":
        return counting(uid, key, count)
    return encoded(uid, {int(body.lock.card_slot): key}, serial=int.from_bytes(uid[-8:], "big"), generation=1)


def _door(body: Body, said: Said) -> None:
    opened = said.get("open")
    body.move_door(opened if isinstance(opened, bool) else not body.condition.door_open)


def _bolt(body: Body, said: Said) -> None:
    thrown = said.get("thrown")
    body.throw_bolt(thrown if isinstance(thrown, bool) else not body.condition.bolt_thrown)


def _held_ms(said: Said) -> int:
    """For how long the inside button is held: `{"held_s": 15}` asks an owned lock for a new activation."""
    held_s = said.get("held_s", 0)
    return held_s * 1000 if isinstance(held_s, int) and 0 <= held_s <= HELD_S_MAX else 0


_HANDS: dict[str, Callable[[Body, Said], None]] = {
    "lens": lambda body, _: body.feel(LensTouched()),
    "digit": _digit,
    "check": lambda body, _: body.feel(CheckPressed()),
    "card": _card,
    "key": lambda body, _: body.feel(KeyTurned()),
    "inside": lambda body, _: body.go_out(),
    "button": lambda body, said: body.feel(InsideButton(_held_ms(said))),
    "battery": _battery,
    "bolt_inside": _bolt,
    "door": _door,
    "qi": lambda body, _: body.jumpstart(),
}


def _holds(body: Body) -> Said:
    if body.lock is None:
        return {
            "list": None,
            "clock": "lost",
            "clock_error_s": None,
            "tries_left": 0,
            "tries_max": 0,
            "record": 0,
            "lost": 0,
            "battery": body.condition.battery,
            "power": False,
            "owned": False,
        }
    holds = body.lock.holds(body.time.at())
    return {
        "list": holds.ver,
        "epoch": holds.epoch,
        "owned": holds.ver is not None,
        "clock": holds.clock,
        "clock_error_s": holds.clock_error_s,
        "clock_ms": holds.clock_ms,
        "tries_left": holds.tries_left,
        "tries_max": holds.tries_max,
        "wait_ms": holds.wait_ms,
        "record": holds.record,
        "lost": holds.lost,
        "battery": holds.battery,
        "power": True,
        "faulty": holds.faulty,
        "firmware": holds.firmware,
        "on_trial": holds.on_trial,
    }


def _cards(body: Body) -> list[Said]:
    """Cards to choose from: those on this lock's list, and a stranger's."""
    held = body.lock.memory.held if body.lock is not None else None
    found: list[Said] = []
    for record in held.state.records.values() if held else ():
        if len(found) < CARDS_SHOWN_MAX and isinstance(record.data, AesCard):
            found.append({"id": f"aes:{record.data.uid.hex()}", "name": f"Card {record.data.uid.hex()[-4:].upper()}"})
        elif len(found) < CARDS_SHOWN_MAX and record.kind is RecordKind.CARD_UID and isinstance(record.data, bytes):
            found.append({"id": f"uid:{record.data.hex()}", "name": f"Card {record.data.hex()[-4:].upper()}, plain"})
    return [*found, {"id": f"uid:{UNKNOWN_CARD}", "name": "Somebody else's card"}]


def _known_key(body: Body, uid: bytes) -> bytes:
    held = body.lock.memory.held if body.lock is not None else None
    for record in held.cards(uid) if held else ():
        if isinstance(record.data, AesCard):
            return record.data.key
    return b""


def _wall(body: Body, ms: int) -> str:
    """The lock's own clock, in the building's time where the lock knows it."""
    held = body.lock.memory.held if body.lock is not None else None
    try:
        ahead = offset_s(held.config.zone, ms // 1000) if held else 0
    except Malformed:
        ahead = 0
    return (datetime.fromtimestamp(ms / 1000, UTC) + timedelta(seconds=ahead)).strftime("%H:%M:%S")
