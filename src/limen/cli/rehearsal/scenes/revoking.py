"""A revocation told truly: ordered, not yet delivered, not yet in force; then carried by a manager who takes nothing back, then by a resident who does."""

from limen.cli.rehearsal.play import Play, Wrong, handed_in, must, opens, updated
from limen.cli.rehearsal.scenes.access import OTHER
from limen.cli.rehearsal.scenes.devices import INSTALLER
from limen.phone.unlock import Refused

UNREAD = "Nothing has come from this lock yet."


def access_is_ended(play: Play) -> str:
    """Three moments, none borrowed from another; what still opens is said with its end (ACCESS-4, ACCESS-13)."""
    leaver, other = play.cast.leaver, play.cast.other
    page = play.manager.get(play.person_page(leaver).link("End access", "/c/grants/"))
    page.says(OTHER, leaver.name)
    page = play.manager.press(page, "End access")
    page.says("Ordered", "Delivered", "0 of 1 doors", "In force", "not yet")
    page.says(f"Revoked. The {other.name} lock still opens for {leaver.first}", "until somebody updates it, at most until")
    home = play.manager.get("/c/")
    home.says("Door updates due today: 1", other.name)
    play.notes["still opens"] = page.words
    return f"{leaver.name}: ordered, 0 of 1 delivered, not in force; {other.name} is due today"


def revoked_phone_still_opens(play: Play) -> str:
    """The lock has not heard: the screens said so, and it is so."""
    phone = play.phone(play.cast.leaver.email, signal=False)
    opens(phone, play.cast.other)
    return f"{play.cast.leaver.name} still opens {play.cast.other.name}"


def revoked_phone_gets_nothing_new(play: Play) -> str:
    """With signal the phone learns that the door is gone; what it still holds is only what it had."""
    phone = play.phone(play.cast.leaver.email)
    kept = phone.folder.wallet()
    phone.fetch("resident")
    must(all(door.serial != play.cast.other.serial for door in phone.doors("resident")), "the door is still fetched")
    phone.folder.save(kept)
    phone.signal = False
    return "nothing new for that door"


def managers_update_only_pushes(play: Play) -> str:
    """Changes down, proof up; neither battery nor history (SYNC-2). The proof ends the task (SYNC-5, SYNC-12)."""
    other, leaver = play.cast.other, play.cast.leaver
    phone = play.phone(INSTALLER)
    phone.fetch("manager")
    before = play.door_page(other)
    phone.signal = False
    done = updated(phone.update(other.serial, "manager"), other)
    must(done.segments == 0 and done.telemetry is None, "a push-only update brought something back")
    kinds = {one.kind for one, _ in phone.waiting().kept.values()}
    must(kinds == {"receipt"}, f"the manager's phone carries {kinds}")
    play.manager.get("/c/").says("Door updates due today: 1")
    phone.signal = True
    handed_in(phone)
    play.manager.get("/c/").says("No door needs an update today.")
    page = play.door_page(other)
    page.says("Up to date. Confirmed by the lock", UNREAD)
    must(_battery(page.words) == _battery(before.words), "the battery was read by a push-only update")
    play.person_page(leaver).says("Revoked, in force since")
    return "the task stayed until the proof arrived; battery and history were left alone"


def revoked_phone_is_refused(play: Play) -> str:
    """After the update the old phone stays outside, and is told why (ACCESS-12)."""
    outcome = play.phone(play.cast.leaver.email, signal=False).unlock(play.cast.other.serial)
    if not isinstance(outcome, Refused):
        raise Wrong(f"the revoked phone got {outcome}")
    return f"refused: {outcome.reason.word}"


def residents_update_brings_battery_and_record(play: Play) -> str:
    """A neighbour's phone does both ways (SYNC-1); the manager then sees battery and events of a common door."""
    other = play.cast.other
    phone = play.phone(play.cast.neighbour.email)
    phone.fetch("resident")
    done = updated(phone.update(other.serial, "resident"), other)
    must(done.segments > 0 and done.telemetry is not None, "a resident's update brought nothing back")
    handed_in(phone)
    page = play.door_page(other)
    must(UNREAD not in page.words, "no record arrived")
    must("%" in _battery(page.words), f"the battery is not shown: {_battery(page.words)}")
    return f"{done.segments} sealed pieces of the record, battery {_battery(page.words)}"


def _battery(words: str) -> str:
    """What the door page says between Battery and Clock."""
    return words.partition(" Battery ")[2].partition(" Clock ")[0][:60]
