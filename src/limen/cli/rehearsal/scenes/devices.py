"""Four devices get their doors: the QR under the cover, the button inside, a phone that carries ticket and first list."""

from uuid import UUID

from limen.cli.courier import installing
from limen.cli.courier.service import Service
from limen.cli.rehearsal import bodies
from limen.cli.rehearsal.building import DoorRow
from limen.cli.rehearsal.play import Play, handed_in, must

INSTALLER = "manager"


def managers_phone_is_registered(play: Play) -> str:
    """The manager's own phone: a key that never leaves it, and a token for the gateway."""
    phone = play.phone(INSTALLER)
    service = Service(play.stage.origin)
    service.http.cookies = play.manager.client.cookies
    try:
        phone.register(service, "Manager's phone")
    finally:
        service.close()
    return "registered"


def devices_are_activated(play: Play) -> str:
    """Three unconnected locks and one connected reader."""
    printed = bodies.shelf(play.stage.locks)
    for door in play.cast.doors:
        play.lists[door.name] = activate(play, door, printed[door.serial]["sticker"])
    handed_in(play.phone(INSTALLER))
    for door in play.cast.doors[:3]:
        play.door_page(door).says("Up to date. Confirmed by the lock")
    return ", ".join(f"{name} list {version}" for name, version in play.lists.items())


def reader_is_updated_over_the_network(play: Play) -> str:
    """A connected door needs nobody: the change is proved within ten seconds (SYNC-7)."""
    reader = play.cast.reader
    play.soon("the reader's connection", lambda: "Connected. Changes arrive within 10 seconds." in play.door_page(reader).words)
    play.soon("the reader's proof", lambda: "Up to date. Confirmed by the lock" in play.door_page(reader).words, within_s=10)
    return "connected, proved"


def activate(play: Play, door: DoorRow, sticker: str) -> int:
    """Button, attestation, ticket, first list; gives the version that the lock signed for."""
    with play.face(door) as face:
        face.do("button")
        face.settled()
    play.manager.get(f"/c/doors/{play.door_ids[door.name]}/activate").says(
        "Press the button inside the lock, then scan the QR under the cover."
    )
    done = installing.activate_door(play.phone(INSTALLER), UUID(play.door_ids[door.name]).bytes, sticker)
    must(done.result == "active", f"{door.name} ended as {done.result}: {done.reason}")
    with play.face(door) as face:
        must(face.holds("list") == done.ver, f"{door.name} holds list {face.holds('list')}, signed for {done.ver}")
    return done.ver or 0
