"""One wired reader on a line of ours, by OSDP (IEC 60839-11-5): nothing is believed outside a secure channel under a key of this pair.

The well-known key that readers leave the factory with is used once, to hand over the real one, in an installation that somebody opens by hand
and that closes by itself: after the first secure session, or after 15 minutes. A key is on disk before the reader hears it.
"""

import os
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Final

import osdp_sys

from limen.lock.commands import LensState, ShowLens
from limen.lock.events import CardAnswered, CardTapped, CheckPressed, DigitTyped, Event
from limen.lock.shell.line import Line
from limen.wire.cards import CardSlot, SunMessage

ADDRESS: Final = 0
INSTALL_S: Final = 15 * 60
SILENT_S: Final = 2
"""A reader answers twenty times a second; one that has not for so long is gone."""
RETRY_S: Final = 5
"""libosdp rests for five minutes after a failed handshake; a door cannot, and nobody guesses 16 bytes."""
KEY_BYTES: Final = 16
VENDOR: Final = 0x4C4D4E
UID_BYTES: Final = range(4, 11)
_SC_STATUS, _KEY_DEFAULT = osdp_sys.EVENT_NOTIFICATION_SC_STATUS, 1
_CHECK_KEYS: Final = b"\r#"
Said = Mapping[str, object]


class Word(IntEnum):
    """The first byte of our vendor messages: from the reader below 16, to it from 16 on."""

    TAPPED = 1  # u8 length, UID, first answer of 16 bytes or nothing
    COUNTED = 2  # u8 length, UID, u24 count, MAC of 8 bytes
    ANSWERED = 3  # what the card said
    SLOT = 16  # u8: which key cards are to prove
    TO_CARD = 17


class Keys:
    """The key of this pair in a file that only its owner reads, and the one that is just being handed over."""

    def __init__(self, folder: Path) -> None:
        self._held, self._fresh = folder / "reader.key", folder / "reader.key.new"

    def current(self) -> bytes | None:
        """The key in use, or one whose handing over was cut short and may have arrived."""
        for path in (self._held, self._fresh):
            if path.exists():
                return bytes.fromhex(path.read_text("ascii"))
        return None

    def fresh(self) -> bytes:
        """A new one, on disk before anybody hears it."""
        key = secrets.token_bytes(KEY_BYTES)
        self._fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex())
            file.flush()
            os.fsync(file.fileno())
        return key

    def arrived(self) -> None:
        """The reader has proven the fresh one."""
        if self._fresh.exists():
            self._fresh.replace(self._held)

    def drop_fresh(self) -> None:
        if self._held.exists():
            self._fresh.unlink(missing_ok=True)


class ReaderLine:
    """The controller's end. `poll` it often; what the reader says comes to `heard` as the lock's own events."""

    def __init__(self, line: Line, keys: Keys, heard: Callable[[Event], None], monotonic: Callable[[], float]) -> None:
        self._line, self._keys, self._heard, self._now = line, keys, heard, monotonic
        self._said: deque[Said] = deque()
        self._panel: osdp_sys.ControlPanel | None = None
        self._installing_until: float | None = None
        self._restless_since = self._heard_at = self._now()
        self._received = 0
        self.secure = False
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        key = keys.current()
        if key is not None:
            self._open(key, osdp_sys.FLAG_ENFORCE_SECURE)

    @property
    def installing(self) -> bool:
        return self._installing_until is not None

    def install(self) -> None:
        """Opens the installation: for 15 minutes a reader in its factory state may be given a key, once."""
        self._installing_until = self._now() + INSTALL_S
        self._open(self._keys.fresh(), osdp_sys.FLAG_INSTALL_MODE)

    def poll(self) -> None:
        """Moves the line on, hands over what was said, ends what has lasted too long."""
        if self._panel is not None:
            self._panel.refresh()
        while self._said:
            self._take(self._said.popleft())
        if self._installing_until is not None and self._now() >= self._installing_until:
            self._close_installation()
        self._listen()
        if self._panel is not None and not self.secure and self._now() - self._restless_since >= RETRY_S:
            self._open_again()

    def slot(self, slot: CardSlot) -> bool:
        """Which key of a card the reader lets it prove; False while nobody hears it."""
        return self._send(bytes((Word.SLOT, slot)))

    def to_card(self, data: bytes) -> bool:
        return self._send(bytes((Word.TO_CARD,)) + data)

    def show(self, lens: ShowLens) -> None:
        """The lamp says what a lens would; a refusal is heard as well."""
        on, off, flash = LAMP[lens.state]
        self._command(
            {
                "command": osdp_sys.CMD_LED,
                "reader": 0,
                "led_number": 0,
                "control_code": 1,
                "on_count": 2 if flash else 10,
                "off_count": 2 if flash else 0,
                "on_color": on,
                "off_color": off,
                "timer_count": 0,
                "temporary": False,
            }
        )
        if lens.state is LensState.BLINK:
            self._command({"command": osdp_sys.CMD_BUZZER, "reader": 0, "control_code": 2, "on_count": 2, "off_count": 1, "rep_count": 2})

    def close(self) -> None:
        self._panel, self.secure = None, False

    def _listen(self) -> None:
        if self._line.received != self._received:
            self._received, self._heard_at = self._line.received, self._now()
        elif self.secure and self._now() - self._heard_at >= SILENT_S:
            self.secure, self._restless_since = False, self._now()

    def _open(self, key: bytes, flag: int) -> None:
        self.close()
        facts = {
            "name": "reader",
            "address": ADDRESS,
            "flags": flag | osdp_sys.FLAG_ENABLE_NOTIFICATION,
            "scbk": key,
            "channel": self._line,
        }
        unused = dict.fromkeys(("version", "model", "vendor_code", "serial_number", "firmware_version"), 1)  # of the reader, not of us
        self._panel = osdp_sys.ControlPanel([facts | unused])
        self._panel.set_event_callback(self._on_event)
        self._restless_since = self._now()

    def _open_again(self) -> None:
        key = self._keys.current()
        if self.installing:
            self._open(self._keys.fresh(), osdp_sys.FLAG_INSTALL_MODE)
        elif key is not None:
            self._open(key, osdp_sys.FLAG_ENFORCE_SECURE)

    def _close_installation(self) -> None:
        self._installing_until = None
        self._keys.drop_fresh()
        self.close()
        self._open_again()

    def _on_event(self, _: int, event: Said) -> int:
        self._said.append(event)
        return 0

    def _take(self, said: Said) -> None:
        """Before the channel is secure under our own key nothing but its state is listened to."""
        if said["event"] == osdp_sys.EVENT_NOTIFICATION:
            if said["type"] == _SC_STATUS:
                self._channel(active=said["arg0"] == 1, default_key=said["arg1"] == _KEY_DEFAULT)
        elif self.secure and not self.installing:
            for event in told(said):
                self._heard(event)

    def _channel(self, *, active: bool, default_key: bool) -> None:
        self.secure, self._restless_since = active and not default_key, self._now()
        if self.secure:
            self._keys.arrived()
            if self.installing:
                self._close_installation()

    def _send(self, data: bytes) -> bool:
        return self._command({"command": osdp_sys.CMD_MFG, "vendor_code": VENDOR, "mfg_command": data[0], "data": data})

    def _command(self, command: dict[str, object]) -> bool:
        if self._panel is None or not self.secure or self.installing:
            return False
        return bool(self._panel.submit_command(0, command))


def told(said: Said) -> list[Event]:
    """What a reader's message means to a lock; nothing for a message that is none."""
    data = said.get("data")
    if not isinstance(data, bytes):
        return []
    if said["event"] == osdp_sys.EVENT_KEYPRESS:
        return [CheckPressed() if key in _CHECK_KEYS else DigitTyped(key - ord("0")) for key in data if key in b"0123456789" + _CHECK_KEYS]
    if said["event"] == osdp_sys.EVENT_CARDREAD:
        return [CardTapped(data)] if len(data) in UID_BYTES else []
    if said["event"] == osdp_sys.EVENT_MFGREP and said.get("vendor_code") == VENDOR and data:
        return _ours(data[0], data[1:])
    return []


def _ours(word: int, data: bytes) -> list[Event]:
    if word == Word.ANSWERED:
        return [CardAnswered(data)]
    uid, rest = data[1 : 1 + data[0]] if data else b"", data[1 + data[0] :] if data else b""
    if len(uid) not in UID_BYTES:
        return []
    if word == Word.TAPPED and len(rest) in (0, 16):
        return [CardTapped(uid, rest or None)]
    if word == Word.COUNTED and len(rest) == 11:
        return [CardTapped(uid, sun=SunMessage(int.from_bytes(rest[:3], "big"), rest[3:]))]
    return []


_DARK, _RED, _GREEN, _AMBER, _WHITE = (
    osdp_sys.LED_COLOR_NONE,
    osdp_sys.LED_COLOR_RED,
    osdp_sys.LED_COLOR_GREEN,
    osdp_sys.LED_COLOR_AMBER,
    osdp_sys.LED_COLOR_WHITE,
)
LAMP: Final = {
    LensState.ASLEEP: (_DARK, _DARK, False),
    LensState.AWAKE: (_WHITE, _WHITE, False),
    LensState.DIGIT: (_WHITE, _WHITE, False),
    LensState.RING: (_GREEN, _GREEN, False),
    LensState.BLINK: (_RED, _DARK, True),
    LensState.WAITING: (_AMBER, _DARK, True),
    LensState.NO_POWER: (_DARK, _DARK, False),
}
"""On colour, off colour, whether it flashes."""
