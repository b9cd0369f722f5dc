"""A simulated reader on a wall, the other end of the line: keypad, lamp, and cards held to it. It decides nothing and keeps one key.

As it leaves the factory it takes a key once, from whoever speaks the well-known one; afterwards it speaks to nobody who does not know that key.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final

import osdp_sys

from limen.lock.shell.line import Line
from limen.lock.shell.nfc import Card, Field
from limen.lock.shell.osdp import ADDRESS, VENDOR, Word
from limen.wire.cards import CardSlot

SLOTS_SAID: Final = frozenset(bytes((slot,)) for slot in CardSlot)
CAPABILITIES: Final = (
    (osdp_sys.CAP_CARD_DATA_FORMAT, 1, 1),
    (osdp_sys.CAP_READER_LED_CONTROL, 1, 1),
    (osdp_sys.CAP_READER_AUDIBLE_OUTPUT, 1, 1),
)


class WallReader:
    """One reader; `poll` it often. `lamp` is the colour it shows, `beeps` how often it beeped."""

    def __init__(self, line: Line, key: bytes | None = None) -> None:
        self.key, self.lamp, self.beeps, self.slot = key, osdp_sys.LED_COLOR_NONE, 0, CardSlot.COMMON
        self._told: deque[bytes] = deque()
        self._field: Field | None = None
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        self._device = osdp_sys.PeripheralDevice(
            {
                "name": "wall",
                "address": ADDRESS,
                "flags": osdp_sys.FLAG_ENFORCE_SECURE if key else osdp_sys.FLAG_INSTALL_MODE,
                "scbk": key,
                "channel": line,
                "version": 1,
                "model": 1,
                "vendor_code": VENDOR,
                "serial_number": 1,
                "firmware_version": 1,
            },
            capabilities=[{"function_code": code, "compliance_level": level, "num_items": items} for code, level, items in CAPABILITIES],
        )
        self._device.set_command_callback(self._on_command)

    @property
    def secure(self) -> bool:
        return bool(self._device.is_sc_active())

    def poll(self) -> None:
        self._device.refresh()
        while self._told:
            data = self._told.popleft()
            if data[0] == Word.SLOT and data[1:] in SLOTS_SAID:
                self.slot = CardSlot(data[1])
            elif data[0] == Word.TO_CARD and self._field is not None:
                self._say(bytes((Word.ANSWERED,)) + self._field.answer(data[1:]).answer)

    def hold(self, card: Card) -> None:
        """A card comes into the field and stays."""
        self._field = Field(card)
        tapped = self._field.begin(self.slot)
        named = bytes((len(tapped.uid),)) + tapped.uid
        if tapped.sun is not None:
            self._say(bytes((Word.COUNTED,)) + named + tapped.sun.counter.to_bytes(3, "big") + tapped.sun.mac)
        else:
            self._say(bytes((Word.TAPPED,)) + named + (tapped.first_answer or b""))

    def read_number(self, number: bytes) -> None:
        """What a reader that knows nothing of keys sends: a card's number."""
        facts = {"reader_no": 0, "format": osdp_sys.CARD_FMT_RAW_UNSPECIFIED, "direction": 0, "length": 8 * len(number), "data": number}
        self._device.submit_event({"event": osdp_sys.EVENT_CARDREAD, **facts})

    def press(self, keys: str) -> None:
        """Digits, and # for the check mark."""
        data = keys.replace("#", "\r").encode("ascii")
        self._device.submit_event({"event": osdp_sys.EVENT_KEYPRESS, "reader_no": 0, "data": data})

    def _say(self, data: bytes) -> None:
        self._device.submit_event({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "mfg_command": data[0], "data": data})

    def _on_command(self, command: Mapping[str, object]) -> tuple[int, None]:
        match command["command"], command.get("data"):
            case osdp_sys.CMD_KEYSET, bytes(key):
                self.key = key
            case osdp_sys.CMD_MFG, bytes(data) if data and command["vendor_code"] == VENDOR:
                self._told.append(data)
            case osdp_sys.CMD_LED, _:
                lamp = command["on_color"]
                self.lamp = lamp if isinstance(lamp, int) else self.lamp
            case osdp_sys.CMD_BUZZER, _:
                self.beeps += 1
        return 0, None
