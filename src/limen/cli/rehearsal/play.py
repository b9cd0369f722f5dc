"""What a rehearsal knows while it runs: the stage, the cast, who sits at which browser, whose phone is where. Filled scene by scene."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from limen.cli.courier.acts import HandedIn, Phone
from limen.cli.rehearsal.bodies import Face
from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.building import Building, DoorRow, PersonRow
from limen.cli.rehearsal.casting import Cast
from limen.cli.rehearsal.pages import Page
from limen.cli.rehearsal.stage import Stage
from limen.phone.channels.store import Folder
from limen.phone.channels.websocket import WebSocketAir
from limen.phone.unlock import Opened
from limen.phone.update import Updated

MINUTE_MS: Final = 60_000
SOON_S: Final = 15.0


class Wrong(Exception):
    """The story went another way than it should; the text says how."""


def must(true: bool, words: str) -> None:
    """Goes on only if it is so."""
    if not true:
        raise Wrong(words)


@dataclass
class Play:
    """Everything a scene may use and leaves for later ones."""

    stage: Stage
    building: Building
    cast: Cast
    manager: Browser
    browsers: dict[str, Browser] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    door_ids: dict[str, str] = field(default_factory=dict)
    person_ids: dict[str, str] = field(default_factory=dict)
    stickers: dict[str, str] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    """By door, the list that its device signed for when it was activated."""
    refused: dict[str, frozenset[int]] = field(default_factory=dict)
    """By file, the lines that the import did not take."""
    notes: dict[str, str] = field(default_factory=dict)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    def close(self) -> None:
        """Everybody goes home."""
        for browser in (self.manager, *self.browsers.values()):
            browser.close()

    def browser(self, who: PersonRow) -> Browser:
        """The browser of one of the cast, kept between scenes."""
        if who.email not in self.browsers:
            self.browsers[who.email] = Browser(self.stage.origin)
        return self.browsers[who.email]

    def phone(self, who: str, *, signal: bool = True) -> Phone:
        """The phone of one of the cast; without signal it plays a cellar."""
        if who not in self.phones:
            folder = Folder(Path(self.stage.data) / "phones" / f"{len(self.phones)}")
            self.phones[who] = Phone(folder, WebSocketAir(self.stage.locks), clock=self.now_ms)
        phone = self.phones[who]
        phone.signal = signal
        return phone

    def face(self, door: DoorRow) -> Face:
        """Hands at this door."""
        return Face(self.stage.locks, door.serial)

    def now_ms(self) -> int:
        """The time of this world: the service and all locks share it."""
        found = json.loads(self.manager.raw("/demo/clock").content)
        return int(found["now_ms"])

    def pass_ms(self, ms: int) -> None:
        """Lets time pass for the service and for every lock; both read it within a fraction of a second."""
        self.manager.post_json("/demo/clock", {"ms": ms})
        time.sleep(0.5)

    def door_page(self, door: DoorRow) -> Page:
        """The manager's page of a door."""
        return self.manager.get(f"/c/doors/{self.door_ids[door.name]}")

    def person_page(self, who: PersonRow) -> Page:
        """The manager's page of a person."""
        return self.manager.get(f"/c/people/{self.person_ids[who.email]}")

    def soon(self, what: str, look: Callable[[], bool], within_s: float = SOON_S) -> None:
        """Looks again and again until it is so; what leaves by the outbox takes a moment."""
        deadline = time.monotonic() + within_s
        while not look():
            must(time.monotonic() < deadline, f"{what} did not happen within {within_s:.0f} s")
            time.sleep(0.2)


def opens(phone: Phone, door: DoorRow) -> Opened:
    """The door opens for this phone, or the story went wrong."""
    outcome = phone.unlock(door.serial)
    if not isinstance(outcome, Opened):
        raise Wrong(f"{door.name} did not open: {outcome}")
    return outcome


def updated(done: Updated, door: DoorRow) -> Updated:
    """The update is confirmed by the lock, or the story went wrong."""
    must(done.result == "confirmed", f"the update of {door.name} ended as {done.result}, {done.reason}")
    return done


def handed_in(phone: Phone) -> HandedIn:
    """All that the phone carried is answered, and nothing was refused."""
    done = phone.hand_in()
    must(done.left == 0, f"{done.left} items stay on the phone")
    must(done.refused == 0, f"{done.refused} items were refused")
    return done
