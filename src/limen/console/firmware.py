"""What the locks of a building run, and how a roll-out stands: nothing here is inferred, all of it is the locks' own last word (SEC-3, LOCK-11)."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from limen.console.asker import Asker, managed, page
from limen.fleet import queries as fleet
from limen.places import queries as places


@dataclass(frozen=True)
class Part:
    """One model: how its roll-out stands in sentences, and the doors that still wait for it."""

    model: str
    sentences: tuple[str, ...]
    stopped: str
    doors: tuple[tuple[UUID, str], ...]


@managed
@require_GET
def firmware(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Which doors still run old firmware, and whether what is new goes on."""
    asker.must(asker.rights.device_management, "devices")
    found = fleet.firmware_of(asker.place.id)
    names = {door.id: door.name for door in places.doors_by_id(door_id for one in found for door_id, _version in one.old).values()}
    return page(request, "firmware.html", asker, {"here": "more", "parts": [_part(one, names) for one in found]})


def _part(one: fleet.ModelFirmware, names: dict[UUID, str]) -> Part:
    doors = sorted(((door_id, names[door_id]) for door_id, _version in one.old), key=lambda door: places.natural(door[1]))
    return Part(one.model, tuple(_sentences(one)), _stopped(one) if one.stopped else "", tuple(doors))


def _sentences(one: fleet.ModelFirmware) -> list[str]:
    if one.newest is None:
        return [_("Nothing newer is meant for these locks.")]
    said = [_still(version, count, one.doors) for version, count in sorted(Counter(v for _, v in one.old).items(), key=lambda i: i[0] or 0)]
    if not said:
        said.append(_("All of them run version %(v)s.") % {"v": one.newest})
    if one.wave is not None and not one.stopped:
        said.append(_wave(one.wave, one.waves))
    if one.old and not one.stopped:
        said.append(_("It goes on with the next update of each door."))
    return said


def _still(version: int | None, count: int, of: int) -> str:
    if version is None:
        return _("%(n)s of %(of)s doors have not said yet what they run.") % {"n": count, "of": of}
    return _("%(n)s of %(of)s doors still run version %(v)s.") % {"n": count, "of": of, "v": version}


def _wave(number: int, of: int) -> str:
    if number == of:
        return _("Last wave: every lock of this model has its turn.")
    return _("Wave %(n)s of %(of)s. The next begins when its locks are well for a day.") % {"n": number, "of": of}


def _stopped(one: fleet.ModelFirmware) -> str:
    if one.why == "over":
        return _("Stopped by itself: its time is over. Nothing else is sent.") if one.old else ""
    if one.why == "silent":
        words = ngettext(
            "Stopped by itself: %(n)d lock was not heard from since it was to start this version. Nothing else is sent.",
            "Stopped by itself: %(n)d locks were not heard from since they were to start this version. Nothing else is sent.",
            one.silent,
        )
        return words % {"n": one.silent}
    return ngettext(
        "Stopped by itself: %(n)d lock failed its self-test. Nothing else is sent.",
        "Stopped by itself: %(n)d locks failed their self-test. Nothing else is sent.",
        one.failed,
    ) % {"n": one.failed}
