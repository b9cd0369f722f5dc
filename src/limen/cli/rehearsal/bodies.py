"""Hands at a door: touch the lens, type, pull the battery. What is read is what the face of the lock shows."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Final, cast
from urllib.parse import quote

from websockets.sync.client import ClientConnection, connect

View = dict[str, object]
PATIENCE_S: Final = 10.0
MESSAGE_BYTES: Final = 1 << 20


class NotSeen(Exception):
    """The face did not show what was waited for; the text says what it shows."""


class Face:
    """The outside and inside of one lock, as hands and eyes at it find them."""

    def __init__(self, locks: str, serial: str) -> None:
        self._hold = ExitStack()
        address = f"{locks.rstrip('/')}/face/{quote(serial, safe='')}"
        self._link: ClientConnection = self._hold.enter_context(connect(address, max_size=MESSAGE_BYTES, compression=None, proxy=None))
        self.view: View = {}
        self._until(lambda view: True, "anything")

    def __enter__(self) -> "Face":
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Leaves; the lock goes on."""
        self._hold.close()

    def do(self, what: str, **more: str | int | bool) -> None:
        """One act: `lens`, `digit`, `check`, `button`, `battery`, `key`, `inside`, `walk_away`."""
        self._link.send(json.dumps({"do": what, **more}))

    def type(self, digits: str) -> str:
        """Wakes the lens, types the digits and the check mark; gives what the lens then says."""
        seen = len(self.happened())
        self.do("lens")
        for digit in digits:
            self.do("digit", digit=int(digit))
        self.do("check")
        self._until(lambda view: len(self.happened()) > seen or self.words() in _FINAL, "an answer to a code")
        return self.settled()

    def settled(self, quiet_s: float = 0.4) -> str:
        """What the lens says once it has stopped changing."""
        while True:
            try:
                self._read(quiet_s)
            except TimeoutError:
                return self.words()

    def until_words(self, part: str) -> str:
        """Waits until the lens says this."""
        self._until(lambda view: part in self.words(), part)
        return self.words()

    def words(self) -> str:
        """What the lens says."""
        lens = self.view.get("lens")
        return str(cast(View, lens).get("words", "")) if isinstance(lens, dict) else ""

    def holds(self, name: str) -> object:
        """One of the read-only things that a demonstration shows of a lock's inside."""
        holds = self.view.get("holds")
        return cast(View, holds).get(name) if isinstance(holds, dict) else None

    def happened(self) -> list[object]:
        """The lines of what happened, as the bench shows them."""
        lines = self.view.get("happened")
        return cast(list[object], lines) if isinstance(lines, list) else []

    def _until(self, wanted: Callable[[View], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._read(max(0.05, deadline - time.monotonic()))
            except TimeoutError:
                raise NotSeen(f"waited for {what}; the lens says {self.words()!r}") from None
            if wanted(self.view):
                return

    def _read(self, within_s: float) -> None:
        message = json.loads(self._link.recv(timeout=within_s))
        if isinstance(message, dict) and message.get("t") == "view":
            self.view = message


_FINAL: Final = frozenset({"Not accepted.", "Thrown from inside."})


def shelf(locks: str) -> dict[str, dict[str, str]]:
    """What is printed on the devices: by serial the model, the lock-id and the sticker under the cover."""
    with connect(f"{locks.rstrip('/')}/shelf", max_size=MESSAGE_BYTES, compression=None, proxy=None) as link:
        link.send(json.dumps({"do": "list"}))
        found = json.loads(link.recv(timeout=PATIENCE_S))
    listed = found if isinstance(found, list) else found.get("locks", found.get("shelf", []))
    return {str(one["serial"]): {key: str(value) for key, value in one.items()} for one in listed}
