"""Digits at a keypad: the visitor's code, wrong codes and what they cost, a pulled battery, and what still opens then."""

from limen.cli.rehearsal.bodies import Face
from limen.cli.rehearsal.play import Play, Wrong, handed_in, must, opens, updated

OPEN, NO, SLOW = "Open for 10 seconds.", "Not accepted.", "Too many wrong codes."
TRIES_MAX = 15


def visitors_code_opens(play: Play) -> str:
    """The lock has had no update since its activation, and opens (CODE-4); another door does not (inv. 41)."""
    code, parcels = play.notes["code"], play.cast.parcels
    first = play.lists[parcels.name]
    with play.face(parcels) as face:
        held = face.holds("list")
        must(held == first, f"{parcels.name} was activated with list {first} and holds list {held}: it has been updated meanwhile")
        said = face.type(code)
        must(said.startswith("Open for"), f"{parcels.name} said {said!r}")
    with play.face(play.cast.home) as face:
        said = face.type(code)
        must(said == NO, f"{play.cast.home.name} said {said!r}")
    return f"{parcels.name} opened at list {held}; {play.cast.home.name} did not"


def three_wrong_codes_meet_the_delay(play: Play) -> str:
    """After three wrong codes in a row the keypad waits, also for right ones, and a pulled battery does not help (CODE-10)."""
    with play.face(play.cast.parcels) as face:
        _rest(play, face)
        for digits in _wrong(play, 3):
            face.type(digits)
        said = face.settled()
        must(SLOW in said, f"after three wrong codes the lens says {said!r}")
        face.do("battery", to="pulled")
        face.until_words("No power.")
        face.do("battery", to="fresh")
        face.settled()
        must(_waits(face), "the delay did not survive the battery")
        again = face.type(play.notes["code"])
        must(SLOW in again, f"during the delay a right code was answered {again!r}")
    return "the delay holds through a battery change"


def fifteen_wrong_codes_empty_the_bucket(play: Play) -> str:
    """Tries run out before fifteen; then nothing is compared until one comes back, battery or not."""
    used = 3
    with play.face(play.cast.parcels) as face:
        for digits in _wrong(play, TRIES_MAX - 3, since=3):
            if face.holds("tries_left") == 0:
                break
            _rest(play, face)
            face.type(digits)
            used += 1
        must(face.holds("tries_left") == 0, f"after {used} wrong codes {face.holds('tries_left')} tries are left")
        face.do("battery", to="pulled")
        face.until_words("No power.")
        face.do("battery", to="fresh")
        face.settled()
        must(face.holds("tries_left") == 0, "a pulled battery gave tries back")
        must(SLOW in face.type(play.notes["code"]), "with an empty bucket a code was compared")
    return f"empty after {used} wrong codes, and still after the battery"


def without_its_clock_only_lasting_access_opens(play: Play) -> str:
    """A lock that lost its clock refuses temporary codes; the resident's app and permanent code open (LOCK-5, B.9)."""
    parcels, resident = play.cast.parcels, play.cast.resident
    with play.face(parcels) as face:
        must(face.holds("clock") == "lost", f"the clock is {face.holds('clock')}")
        _until_a_try_is_back(play, face)
        left = face.holds("tries_left")
        said = face.type(play.notes["code"])
        must(said == NO or SLOW in said, f"the temporary code was answered {said!r}")  # the last try gone, the lens says so at once
        must(face.holds("tries_left") != left, "the temporary code was not even compared")
        opens(play.phone(resident.email, signal=False), parcels)
        face.settled()
        _until_a_try_is_back(play, face)
        own = own_code(play)
        said = face.type(own)
        must(said.startswith("Open for"), f"the permanent code was answered {said!r}")
    return "temporary code refused; app and permanent code open"


def an_update_repairs_the_clock(play: Play) -> str:
    """One update by a phone with signal, and the visitor's code works again."""
    parcels = play.cast.parcels
    phone = play.phone(play.cast.resident.email)
    phone.fetch("resident")
    updated(phone.update(parcels.serial, "resident"), parcels)
    handed_in(phone)
    with play.face(parcels) as face:
        must(face.holds("clock") == "good", f"the clock is {face.holds('clock')}")
        _until_a_try_is_back(play, face)
        said = face.type(play.notes["code"])
        must(said.startswith("Open for"), f"after the update the code was answered {said!r}")
    return "the clock is good; the visitor's code opens again"


def own_code(play: Play) -> str:
    """The resident's permanent code of the parcel door, as their own screen shows it."""
    door = play.door_ids[play.cast.parcels.name]
    shown = play.browser(play.cast.resident).json("POST", f"/home/api/codes/{door}/show", {})
    digits = "".join(one for one in str(shown.get("digits") or shown.get("code") or "") if one.isdigit())
    if not digits:
        raise Wrong(f"no code was shown: {sorted(shown)}")
    return digits


def _wrong(play: Play, count: int, since: int = 0) -> list[str]:
    """Codes that are nobody's: the visitor's, changed in one digit that no other try changes to."""
    code = play.notes["code"]
    tries = [f"{code[:place]}{(int(code[place]) + step) % 10}{code[place + 1 :]}" for step in (3, 5, 7) for place in range(len(code))]
    return tries[since : since + count]


def _waits(face: Face) -> bool:
    wait = face.holds("wait_ms")
    return isinstance(wait, int) and wait > 0


def _rest(play: Play, face: Face) -> None:
    """Lets the delay pass, for everybody at once."""
    wait = face.holds("wait_ms")
    if isinstance(wait, int) and wait > 0 and face.holds("tries_left") != 0:
        play.pass_ms(wait + 1000)
        face.settled()


def _until_a_try_is_back(play: Play, face: Face) -> None:
    """Waits as long as the keypad says, and no longer: codes given in the story end too."""
    for _ in range(4):
        wait = face.holds("wait_ms")
        if not isinstance(wait, int) or wait <= 0:
            return
        play.pass_ms(wait + 1000)
        face.do("lens")
        face.settled()
