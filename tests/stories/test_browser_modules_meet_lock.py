"""The browser's own modules at a real lock process: activation, first opening, updates that break off, time, and every honest no.

The service is a desk (`desk.py`) that signs and seals and nothing more; phone and lock are the ones that ship.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from websockets.sync.client import connect

from limen.wire.grants import Cls, Rights, key8
from limen.wire.receipts import LogHead
from limen.wire.records import ListRecord, RecordKind
from tests.stories.desk import Desk, open_desk

TOP = Path(__file__).parents[2]
PHONE = TOP / "tests/browser_modules/phone_in_node.mjs"
NODE = shutil.which("node") or str(TOP / ".venv/bin/node")
LOCK = (sys.executable, "-m", "limen", "lock")
SERIAL = "LM000103"
NOW_MS = 1_795_287_720_000
HOUR_MS = 3_600_000
DOOR = "00000000-0000-0000-0000-00000000002a"

Said = dict[str, object]


def put(stream: IO[str] | None, line: str) -> None:
    """Writes one line to a process."""
    assert stream is not None
    stream.write(line + "\n")
    stream.flush()


def first_line(process: "subprocess.Popen[str]") -> str:
    """What a process says next."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    """Ends a process that this story began."""
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@dataclass
class Story:
    """A desk, a lock and a phone."""

    desk: Desk
    locks: str
    phone: "subprocess.Popen[str]"
    sticker: str = ""

    def say(self, do: str, **wish: object) -> Said:
        """Has the phone do something; its answer."""
        put(self.phone.stdin, json.dumps({"do": do, "lock": self.desk.lock_id.hex(), **wish}))
        answer: Said = json.loads(first_line(self.phone))
        return answer

    def face(self, do: str, **wish: object) -> None:
        """A hand at the lock itself."""
        with connect(f"{self.locks}/face/{SERIAL}") as socket:
            socket.send(json.dumps({"do": do, **wish}))
            socket.recv(timeout=60)

    def activate(self) -> Said:
        """One try at giving the lock to the door."""
        return self.say("activate", door=DOOR, sticker=self.sticker)

    def refresh(self) -> None:
        """The phone fetches what the desk has for it."""
        assert self.say("refresh")["signal"] is True

    def big_change(self, people: int = 500) -> None:
        """So many codes that the update comes in many parts."""
        first = 10_000 * (self.desk.ver + 1)
        codes = [
            ListRecord(slot=first + n, kind=RecordKind.CODE, data=1_000_000 + first + n, subj=100 + n, cls=Cls.RESIDENT)
            for n in range(people)
        ]
        self.desk.change(*codes)


@pytest.fixture
def unowned(tmp_path: Path) -> Iterator[Story]:
    """A lock as the factory left it, its inside button just pressed, and a phone whose person may activate it."""
    environ = {**os.environ, "LIMEN_DATA": str(tmp_path / "service"), "NOW_MS": str(NOW_MS)}
    lock = [*LOCK, "--data", str(tmp_path / "lock"), "--listen", "127.0.0.1:0", "--serial", SERIAL, "--model", "M"]
    desk = Desk(now_ms=NOW_MS, serial=SERIAL)
    with open_desk(desk) as address:
        locks = subprocess.Popen(lock, env=environ, stdout=subprocess.PIPE, text=True)
        ws = first_line(locks)
        node = [NODE, "--no-warnings", "--experimental-websocket", str(PHONE), address, ws]
        phone = subprocess.Popen(node, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            story = Story(desk, ws, phone)
            story.sticker = scanned(story)
            story.face("button")
            yield story
        finally:
            end(phone)
            end(locks)


@pytest.fixture
def story(unowned: Story) -> Story:
    """An active lock; the phone belongs to somebody with access and has fetched its grant."""
    answer = unowned.activate()
    assert answer["result"] == "active", answer
    assert unowned.say("register")["id"] == "phone-1"
    unowned.refresh()
    return unowned


def scanned(story: Story) -> str:
    """What the QR code on the housing says."""
    with connect(f"{story.locks}/shelf") as socket:
        socket.send(json.dumps({"do": "list"}))
        listed = json.loads(socket.recv(timeout=60))
    return str(next(one["sticker"] for one in listed["locks"] if one["serial"] == SERIAL))


def names(said: Said) -> list[str]:
    """The steps that were shown, each once."""
    steps = said["steps"]
    assert isinstance(steps, list)
    return list(dict.fromkeys(step["name"] for step in steps))


def steps_of(said: Said, name: str) -> list[dict[str, int]]:
    """What was shown of one step."""
    steps = said["steps"]
    assert isinstance(steps, list)
    return [step for step in steps if step["name"] == name]


def sent_parts(said: Said) -> list[int]:
    """The counts shown while sending."""
    return [step["done"] for step in steps_of(said, "sending")]


@pytest.mark.rule("LOCK-10")
def test_an_unowned_lock_takes_ticket_and_first_list_and_signs_for_them(story: Story) -> None:
    """Active means: the lock's own receipt of version 1 reached the desk."""
    assert [(receipt.epoch, receipt.ver) for receipt in story.desk.receipts] == [(1, 1)]


@pytest.mark.rule("LOCK-3", "SYNC-3", "SYNC-9")
def test_the_first_opening_sets_the_door_up_and_the_second_needs_nobody(story: Story) -> None:
    """Without any signal: the lock hears of version 2 from the grant, takes it from the same phone, opens; later it just opens."""
    story.desk.change(ListRecord(slot=5, kind=RecordKind.CODE, data=4820917, subj=9, cls=Cls.RESIDENT))
    story.refresh()
    story.say("hand", signal=False)
    first = story.say("unlock")
    assert (first["result"], first["setUp"]) == ("open", True), first
    assert names(first) == ["looking", "connecting", "setting_up", "opening"]
    second = story.say("unlock")
    assert (second["result"], second["setUp"]) == ("open", False)
    assert names(second) == ["looking", "connecting", "opening"]
    passed = second["afterwards"]
    assert isinstance(passed, dict)
    assert passed["ver"] == 2
    story.say("hand", signal=True)
    story.say("handIn")
    assert story.desk.proven == 2
    assert "segment" in story.desk.kinds()


@pytest.mark.rule("LOCK-3", "SYNC-9")
def test_a_phone_without_room_for_proofs_opens_the_door_all_the_same(story: Story) -> None:
    """The first opening brings the list; its receipt finds no room on the phone, and nobody stays outside for that."""
    story.desk.change(ListRecord(slot=5, kind=RecordKind.CODE, data=4820917, subj=9, cls=Cls.RESIDENT))
    story.refresh()
    story.say("hand", room=False)
    opened = story.say("unlock")
    assert (opened.get("result"), opened.get("setUp")) == ("open", True), opened
    updated = story.say("update", pull=True)
    assert (updated.get("result"), updated.get("receipt")) == ("interrupted", None), "no check without a proof in hand"
    story.say("hand", room=True)
    assert story.say("update", pull=True)["handedIn"] is True
    assert story.desk.proven == 2


@pytest.mark.rule("SYNC-1", "SYNC-6", "SYNC-11", "SYNC-12")
def test_an_update_that_breaks_off_goes_on_where_it_stopped(story: Story) -> None:
    """Parts that arrived are not sent again; the green check comes from the lock's receipt in the desk's hands."""
    story.big_change()
    story.refresh()
    story.say("hand", dropAfter=20)
    broken = story.say("update", pull=True)
    assert (broken["result"], broken["receipt"]) == ("interrupted", None), broken
    parts = sent_parts(broken)
    assert 0 < max(parts) < 9
    story.say("hand", dropAfter=None)
    whole = story.say("update", pull=True)
    assert (whole["result"], whole["handedIn"]) == ("confirmed", True), whole
    assert max(parts) <= sent_parts(whole)[1] <= max(parts) + 4, "the lock still has what arrived, heard of or not"
    assert names(whole) == ["fetching", "looking", "connecting", "sending", "reading", "confirming"]
    assert isinstance(whole["battery"], int)
    assert story.desk.proven == 2
    assert any(receipt.nonce for receipt in story.desk.receipts), "with signal it is a fresh proof"


@pytest.mark.rule("SYNC-2")
def test_a_manager_brings_changes_and_gets_nothing_but_the_short_receipt(story: Story) -> None:
    """No battery, no record, no clock: neither in the answer nor in what is handed in."""
    story.desk.cls, story.desk.rights = Cls.MANAGER, Rights.PUSH
    story.desk.change(ListRecord(slot=5, kind=RecordKind.CODE, data=4820917, subj=9, cls=Cls.RESIDENT))
    assert story.say("refresh", **{"as": "manager"})["signal"] is True
    before = story.desk.kinds()
    updated = story.say("update", pull=False, **{"as": "manager"})
    assert (updated["result"], updated["battery"], updated["records"]) == ("confirmed", None, 0), updated
    assert names(updated) == ["fetching", "looking", "connecting", "sending", "confirming"]
    assert set(story.desk.kinds()) - set(before) <= {"receipt"}
    assert story.desk.receipts[-1].full is None
    refused = story.say("update", pull=True, **{"as": "manager"})
    assert (refused["result"], refused["reason"]) == ("refused", "no_right")


@pytest.mark.rule("SYNC-8", "SYNC-12")
def test_in_the_basement_the_proof_waits_on_the_phone(story: Story) -> None:
    """Confirmed by the lock, not handed in: the hollow check. With signal it goes up by itself."""
    story.desk.change(ListRecord(slot=5, kind=RecordKind.CODE, data=4820917, subj=9, cls=Cls.RESIDENT))
    story.refresh()
    story.say("hand", signal=False)
    updated = story.say("update", pull=True)
    assert (updated["result"], updated["handedIn"]) == ("confirmed", False), updated
    assert story.desk.proven == 1
    waiting = story.say("waiting")
    assert isinstance(waiting["records"], int)
    assert isinstance(waiting["receipts"], int)
    assert waiting["receipts"] >= 1
    assert waiting["records"] >= 1
    assert story.say("doors")["carried"] == [], "this phone has seen the lock's signature"
    story.say("hand", signal=True)
    story.refresh()
    assert story.desk.proven == 2
    assert story.say("waiting")["records"] == 0


@pytest.mark.rule("LOCK-5")
def test_a_lock_that_lost_its_clock_gets_the_time_by_two_walks(story: Story) -> None:
    """Asked below, answered upstairs, brought back: then what has a date opens again."""
    story.face("battery", to="pulled")
    story.face("battery", to="fresh")
    story.say("hand", signal=False)
    below = story.say("update", pull=True)
    assert below["result"] == "confirmed", below
    story.say("hand", signal=True)
    story.refresh()
    assert story.say("questions")["ready"] == [story.desk.lock_id.hex()]
    full = story.desk.receipts[-1].full
    assert full is not None
    assert full.tstate != 0
    story.say("hand", signal=False)
    assert story.say("update", pull=True)["result"] == "confirmed"
    story.say("hand", signal=True)
    story.refresh()
    full = story.desk.receipts[-1].full
    assert full is not None
    assert full.tstate == 0, "good again"


@pytest.mark.rule("LOCK-5")
def test_with_signal_the_time_comes_before_anything_else(story: Story) -> None:
    """One opening repairs the clock of a lock whose battery was changed."""
    story.face("battery", to="pulled")
    story.face("battery", to="fresh")
    assert story.say("unlock")["result"] == "open"
    assert story.say("update", pull=True)["handedIn"] is True
    full = story.desk.receipts[-1].full
    assert full is not None
    assert full.tstate == 0


@pytest.mark.rule("LOCK-3", "SYNC-10")
def test_the_lock_tells_a_proven_phone_why_not_and_the_phone_says_nothing_more(story: Story) -> None:
    """A removed phone, one whose time has not come, one whose lease is over: one reason each. Who brought its own end reads that the lock confirmed it."""
    story.desk.window = (NOW_MS // 1000 + 7200, 10_000)
    story.refresh()
    assert story.say("unlock")["reason"] == "not_started"
    story.desk.window = (None, 86_400)
    story.refresh()
    story.desk.cls = Cls.STAFF
    revoked = ListRecord(slot=7, kind=RecordKind.REVOKED_PHONE, data=key8(story.desk.phone_key), exp=10_000_000)
    story.desk.change(revoked)
    brought = story.say("update", pull=True)
    assert (brought["result"], brought["handedIn"], story.desk.proven) == ("confirmed", True, story.desk.ver), brought
    assert brought["receipt"] is not None
    answer = story.say("unlock")
    assert (answer["result"], answer["reason"]) == ("refused", "revoked"), answer


@pytest.mark.rule("SYNC-9")
def test_an_opening_goes_before_an_update_of_the_same_phone(story: Story) -> None:
    """The update gives way, says so, and goes on by itself; a second tap stops the first."""
    story.big_change()
    story.refresh()
    both = story.say("unlockDuringUpdate")
    opened, updated = both["opened"], both["updated"]
    assert isinstance(opened, dict)
    assert isinstance(updated, dict)
    assert (opened["result"], updated["result"], updated["handedIn"]) == ("open", "confirmed", True), both
    assert "yielding" in names(both)
    assert story.desk.proven == 2
    assert story.say("twoTaps")["results"] == ["stopped", "open"]


@pytest.mark.rule("SYNC-6")
def test_stop_is_no_failure(story: Story) -> None:
    """What arrived stays in the lock, and the next try says how many parts are left."""
    story.big_change()
    story.refresh()
    assert story.say("update", pull=True, stopAt=["sending", 3])["result"] == "stopped"
    again = story.say("update", pull=True)
    assert again["result"] == "confirmed"
    assert sent_parts(again)[1] >= 3


def test_an_acknowledgement_is_brought_along_and_frees_what_it_covers(story: Story) -> None:
    """What the desk has signed for does not come again; without its word everything comes again."""
    assert story.say("update", pull=True)["records"] == 1
    assert story.say("unlock")["result"] == "open"
    story.say("handIn")
    first, second = story.desk.segments()
    assert first
    assert first < second
    full = story.desk.receipts[-1].full
    assert full is not None
    assert isinstance(full.head, LogHead)
    story.desk.acknowledge(full.head.tag)
    story.refresh()
    assert story.say("update", pull=True)["records"] == 0
    assert story.say("unlock")["result"] == "open"
    assert story.say("update", pull=True)["records"] == 1
    assert not first & story.desk.segments()[-1]


@pytest.mark.rule("LOCK-9")
def test_a_still_of_the_locks_own_camera_reaches_the_desk_and_the_phone_cannot_see_it(story: Story) -> None:
    """Taken by the simulated sensor as the door opened, sealed by the lock, carried by the browser, a picture again only there."""
    assert story.say("unlock")["result"] == "open"
    assert story.say("update", pull=True)["result"] == "confirmed"
    story.say("handIn")
    (still,) = story.desk.stills()
    assert still.startswith(b"\x89PNG")
    assert not any(b"IHDR" in data for _, data in story.desk.taken.values())


@pytest.mark.rule("SYNC-10")
def test_whoever_answers_without_the_locks_key_learns_nothing(story: Story) -> None:
    """DoorInfo of another key: no session, no grant leaves the phone, and the person is told to go closer."""
    assert story.desk.attest is not None
    right = story.desk.attest
    story.desk.attest = type(right)(**{**right.__dict__, "xs": bytes([9]) * 32})
    story.refresh()
    answer = story.say("unlock")
    assert (answer["result"], answer["reason"]) == ("out_of_reach", None)
    frames = answer["frames"]
    assert frames == {"out": 1, "in": 0} or frames == {"out": 1, "in": 1}


@pytest.mark.rule("LOCK-10")
def test_an_activation_may_lie_on_two_floors(unowned: Story) -> None:
    """Below the lock answers and there is no signal; upstairs the ticket; below again it is active. The lock attested once."""
    unowned.say("hand", asks=1)
    below = unowned.activate()
    assert (below["result"], names(below)) == ("needs_signal", ["fetching", "looking", "connecting"]), below
    unowned.say("hand", asks=2)
    again = unowned.activate()
    assert (again["result"], names(again)) == ("active", ["fetching", "looking", "connecting", "sending", "confirming"]), again
    assert [(receipt.epoch, receipt.ver) for receipt in unowned.desk.receipts] == [(1, 1)]


def test_without_any_signal_an_activation_does_not_begin(unowned: Story) -> None:
    """The installer learns what is missing, and nobody has touched the lock."""
    unowned.say("hand", signal=False)
    answer = unowned.activate()
    assert (answer["result"], answer["frames"]) == ("no_signal", {"out": 0, "in": 0})


@pytest.mark.rule("LOCK-10")
def test_the_sticker_of_an_owned_lock_opens_no_conversation(story: Story) -> None:
    """Button pressed or not: its secret is worthless now, and an installer of its owner is told no while the button was not held."""
    story.face("button")
    again = story.activate()
    assert again["result"] == "refused", again
    assert [(receipt.epoch, receipt.ver) for receipt in story.desk.receipts] == [(1, 1)]


@pytest.mark.rule("SYNC-13")
def test_a_browser_brings_a_strangers_door_its_update_and_reads_nothing(story: Story) -> None:
    """Without a name and without any right to open: push, the short receipt, and the door waits for nothing any more."""
    desk = story.desk
    desk.cls, desk.rights = Cls.COURIER, Rights.PUSH
    story.big_change(people=120)
    story.refresh()
    assert story.say("doors")["doors"] == []
    carried = story.say("carry")
    assert carried["result"] == "confirmed" and carried["handedIn"] is True, carried
    assert carried["battery"] is None and carried["records"] == 0
    assert desk.receipts[-1].ver == desk.ver and desk.receipts[-1].full is None
    assert {kind for kind, _ in desk.taken.values()} == {"receipt"}
    assert story.say("carry")["result"] == "none_waits"
    assert story.say("unlock")["result"] != "open"


@pytest.mark.rule("SYNC-13", "SYNC-6")
def test_a_strangers_update_that_breaks_off_goes_on_with_the_next_passing(story: Story) -> None:
    """Cut in the middle of the parts: the second time only what lacks is sent."""
    desk = story.desk
    desk.cls, desk.rights = Cls.COURIER, Rights.PUSH
    story.big_change()
    story.refresh()
    story.say("hand", dropAfter=25)
    cut = story.say("carry")
    assert cut["result"] == "interrupted", cut
    story.say("hand", dropAfter=None)
    again = story.say("carry")
    assert again["result"] == "confirmed"
    assert again["frames"]["out"] < 25 + len(desk.bundle(1).chunks) * 3  # type: ignore[index]


@pytest.mark.rule("LOCK-11")
def test_a_browser_brings_firmware_over_two_visits_and_keeps_it_once(story: Story) -> None:
    """Fetched and checked while there is signal; after the list is proved the parts go, and the second visit brings only what lacks."""
    image = bytes(range(256)) * 160
    story.desk.publish(image)
    story.refresh()
    digest = hashlib.sha256(image).hexdigest()
    assert story.say("images")["kept"] == [[digest, len(image)]]
    story.say("hand", dropAfter=40, signal=False)
    first = story.say("update", pull=True)
    assert (first["result"], first["image"]) == ("confirmed", "interrupted"), first
    sent = [step["done"] for step in steps_of(first, "image")]
    assert sent == sorted(sent) and 0 < sent[-1] < 40
    story.say("hand", dropAfter=None)
    second = story.say("update", pull=True)
    assert (second["result"], second["image"]) == ("confirmed", "there"), second
    again = [step["done"] for step in steps_of(second, "image")]
    assert sent[-1] <= again[0] <= sent[-1] + 4 and again[-1] == 40
    story.say("hand", signal=True)
    story.desk.image = None
    story.refresh()
    assert story.say("images")["kept"] == []


@pytest.mark.rule("LOCK-11")
def test_an_image_that_is_not_the_one_that_was_named_is_never_kept(story: Story) -> None:
    """Whoever sits at the service: bytes of another digest are nothing to this phone."""
    story.desk.publish(bytes(3000))
    story.refresh()
    story.desk.image = bytes(2999)
    assert story.say("images")["kept"] == []


@pytest.mark.rule("LOCK-10")
def test_a_courier_in_a_browser_tells_a_released_lock_and_brings_its_word_back(story: Story) -> None:
    """The door's device was removed: the lock wipes itself, signs for it, and is in nobody's wallet any more."""
    story.desk.released, story.desk.cls, story.desk.rights = True, Cls.COURIER, Rights.PUSH
    story.refresh()
    assert story.say("doors")["doors"] == []
    assert story.say("update", pull=False)["result"] == "wiped"
    assert [(said.lock_id, said.epoch) for said in story.desk.wiped] == [(story.desk.lock_id, 1)]
    assert story.say("update", pull=False)["result"] in {"nothing", "out_of_reach"}


@pytest.mark.rule("LOCK-10")
def test_a_lock_whose_inside_button_was_held_is_activated_anew_from_a_browser(story: Story) -> None:
    """Without the held button the installer is refused; with it the next epoch begins, and nobody needs the sticker's secret."""
    story.say("register")
    assert story.activate()["result"] != "active"
    story.face("button", held_s=15)
    assert story.activate()["result"] == "active"
    assert story.desk.epoch == 2
    story.refresh()
    assert story.say("unlock")["result"] == "open"
