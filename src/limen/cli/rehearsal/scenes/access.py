"""Groups, and who gets which: given through the three pages of the console, with a check before anything is true."""

from collections.abc import Sequence

from limen.cli.rehearsal.building import DoorRow, PersonRow
from limen.cli.rehearsal.pages import Page
from limen.cli.rehearsal.play import Play, must

HOME, PARCELS, OTHER = "Rehearsal: home", "Rehearsal: parcels", "Rehearsal: other door"


def groups_are_made(play: Play) -> str:
    """Managers give groups, never bare doors (ACCESS-1). The third door's group gives no codes, so that only a phone can outlive a revocation."""
    cast = play.cast
    make(play, HOME, [cast.home], codes=True)
    make(play, PARCELS, [cast.parcels, cast.reader], codes=True)
    make(play, OTHER, [cast.other], codes=False)
    play.manager.get("/c/groups").says(HOME, PARCELS, OTHER)
    return "three groups"


def first_people_get_access(play: Play) -> str:
    """Before any device is there: access is given to doors, and holds when a device is activated (PLACE-2)."""
    cast = play.cast
    give(play, cast.resident, [PARCELS, OTHER])
    give(play, cast.leaver, [OTHER])
    give(play, cast.unlisted, [PARCELS])
    return f"{cast.resident.name}, {cast.leaver.name} and {cast.unlisted.name} have access"


def make(play: Play, name: str, doors: Sequence[DoorRow], *, codes: bool) -> None:
    """One group of these doors."""
    page = play.manager.get("/c/groups/add")
    form = page.form("Make the group")
    form.fields["codes"].values = ["on"] if codes else []
    wanted = [play.door_ids[door.name] for door in doors]
    done = play.manager.send(page, form, "Make the group", {"name": name, "doors": wanted})
    done.says(name)


def give(play: Play, who: PersonRow, groups: Sequence[str]) -> Page:
    """Groups, terms, check, given. Standing is asked for and never preselected (ACCESS-2)."""
    page = play.manager.get(f"/c/people/{play.person_ids[who.email]}/give")
    form = page.form("Continue", "groups")
    values = [value for value, words in form.fields["groups"].choices if any(name in words for name in groups)]
    must(len(values) == len(groups), f"not all of {groups} can be chosen on {page.here()}")
    page = play.manager.send(page, form, "Continue", {"groups": values})
    form = page.form("Continue", "standing")
    must(not form.fields["standing"].values, "a standing is preselected")
    form.fields["may_share"].values = ["on"]
    page = play.manager.send(page, form, "Continue", {"standing": "resident"})
    page.says("Check before you give", who.name)
    return play.manager.press(page, "Give access")
