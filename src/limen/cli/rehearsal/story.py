"""The story that must run: its steps in order, played one after the other; the first that goes wrong ends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx
from websockets.exceptions import WebSocketException

from limen.cli.courier.acts import NoSuchDoor
from limen.cli.courier.service import NoSignal, PhoneRemoved, Said
from limen.cli.rehearsal.bodies import NotSeen
from limen.cli.rehearsal.building import CannotPlay
from limen.cli.rehearsal.database import NoDatabase
from limen.cli.rehearsal.pages import NotOnPage
from limen.cli.rehearsal.play import Play, Wrong
from limen.cli.rehearsal.scenes import access, devices, keypad, moving_in, record, residents, revoking, visiting
from limen.wire.cbor import WireError

Scene = Callable[[Play], str]
Teller = Callable[["Step"], None]
EXPECTED: Final = (
    Wrong,
    CannotPlay,
    NoDatabase,
    NotOnPage,
    NotSeen,
    NoSuchDoor,
    NoSignal,
    PhoneRemoved,
    Said,
    WireError,
    OSError,
    httpx.HTTPError,
    WebSocketException,
)

STORY: Final[tuple[tuple[str, Scene], ...]] = (
    ("The manager comes in", moving_in.manager_comes_in),
    ("The doors are imported", moving_in.doors_are_imported),
    ("The people are imported", moving_in.people_are_imported),
    ("Importing again changes nothing", moving_in.importing_again_changes_nothing),
    ("Doors and people are found", moving_in.everybody_is_found),
    ("Access groups are made", access.groups_are_made),
    ("The first people get access", access.first_people_get_access),
    ("The manager's phone is registered", devices.managers_phone_is_registered),
    ("Three locks and a reader are activated", devices.devices_are_activated),
    ("The reader is updated over the network", devices.reader_is_updated_over_the_network),
    ("A resident comes in", residents.resident_comes_in),
    ("The resident gets the unit door", residents.resident_gets_home),
    ("The first opening sets the door up", residents.first_opening_sets_the_door_up),
    ("A neighbour gets access without a task", residents.neighbour_comes_in),
    ("Somebody has a phone that opens", residents.leaver_has_a_phone),
    ("Their access is ended", revoking.access_is_ended),
    ("The revoked phone still opens", revoking.revoked_phone_still_opens),
    ("The revoked phone gets nothing new", revoking.revoked_phone_gets_nothing_new),
    ("A manager's update only pushes", revoking.managers_update_only_pushes),
    ("The revoked phone is refused", revoking.revoked_phone_is_refused),
    ("A resident's update brings battery and record", revoking.residents_update_brings_battery_and_record),
    ("A QR sign is put up", visiting.a_sign_is_put_up),
    ("Somebody opens without the app", visiting.somebody_without_the_app_may_open_too),
    ("Only eligible residents are listed", visiting.only_eligible_residents_are_listed),
    ("They talk, and a code is made", visiting.they_talk_and_a_code_is_made),
    ("The visitor's code opens", keypad.visitors_code_opens),
    ("Three wrong codes meet the delay", keypad.three_wrong_codes_meet_the_delay),
    ("Wrong codes empty the bucket", keypad.fifteen_wrong_codes_empty_the_bucket),
    ("Without its clock only lasting access opens", keypad.without_its_clock_only_lasting_access_opens),
    ("An update repairs the clock", keypad.an_update_repairs_the_clock),
    ("A guest opens the unit door", record.guest_opens_the_unit_door),
    ("A part of a record is dropped", record.a_part_is_dropped),
    ("A later courier brings the record", record.a_later_courier_brings_the_record),
    ("Residents see their guest", record.residents_see_their_guest),
    ("Managers see common doors only", record.managers_do_not_see_it),
    ("The gap shows", record.the_gap_shows),
)


@dataclass(frozen=True)
class Step:
    """One step as it went. `detail` is what was seen, or what went wrong."""

    name: str
    ok: bool
    ms: int
    detail: str


def play(scene_of: Play, tell: Teller) -> list[Step]:
    """Plays the steps in order and tells each; after the first that fails the rest would prove nothing, and is not played."""
    done: list[Step] = []
    for name, scene in STORY:
        done.append(one(name, partial(scene, scene_of)))
        tell(done[-1])
        if not done[-1].ok:
            break
    return done


def one(name: str, act: Callable[[], str]) -> Step:
    """One step with its time. An error that nobody foresaw is a failed step too, named by its kind."""
    began = time.monotonic()
    try:
        detail, ok = act(), True
    except EXPECTED as problem:
        detail, ok = str(problem) or type(problem).__name__, False
    except Exception as problem:  # noqa: BLE001, a rehearsal reports whatever goes wrong and still takes its stage down
        detail, ok = f"{type(problem).__name__}: {problem}", False
    return Step(name=name, ok=ok, ms=round((time.monotonic() - began) * 1000), detail=detail)
