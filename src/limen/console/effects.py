"""What a change does, said before it is done: who gains and loses, what waits for an update, which codes go on (ACCESS-9, SYNC-3)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.access import queries as access
from limen.console.asker import Asker
from limen.console.sentences import both
from limen.credentials import queries as credentials
from limen.identity import queries as identity
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth, when


@dataclass(frozen=True, slots=True)
class Told:
    """An effect in sentences: what happens, how each door follows, whom else it touches, and the tasks it adds."""

    sentences: tuple[str, ...]
    doors: tuple[truth.Line, ...]
    others: str
    tasks: tuple[str, ...]
    waiting: tuple[str, ...]
    nothing: bool

    @property
    def waits(self) -> int:
        """How many doors need an update."""
        return len(self.waiting)


def gaining(asker: Asker, who: people.PersonView, effects: Sequence[access.Effect]) -> Told:
    """What giving would do for one person (W4)."""
    scene = _Scene(asker, effects)
    own = _doors(scene.gains, who.id)
    sentences = []
    if own:
        words = ngettext("%(name)s gains %(n)d door", "%(name)s gains %(n)d doors", len(own))
        sentences.append(words % {"name": who.first or who.name, "n": len(own)})
    already = [door for door in scene.already if door not in own]
    if already:
        sentences.append(_("%(name)s opens already: %(doors)s") % {"name": who.first or who.name, "doors": both(scene.named(already))})
    changed = _doors(scene.narrows, who.id) - own
    if changed:
        sentences.append(_("Hours or dates get fewer at %(doors)s.") % {"doors": both(scene.named(changed))})
    wider = _doors(scene.widens, who.id) - own - changed
    if wider:
        sentences.append(_("Hours or dates get more at %(doors)s.") % {"doors": both(scene.named(wider))})
    lines = [scene.line(door) for door in scene.ordered(own | changed | scene.needs.keys())]
    return Told(tuple(sentences), tuple(lines), scene.others(who.id), scene.tasks(), scene.waiting(), all(e.is_nothing for e in effects))


def losing(asker: Asker, who: people.PersonView, effect: access.Effect) -> Told:
    """What ending or pausing would do: "Dana loses Package Room and Gym. 2 guests lose them too."."""
    scene = _Scene(asker, [effect])
    own = _doors(scene.loses, who.id)
    sentences = [_("%(name)s loses %(doors)s.") % {"name": who.first or who.name, "doors": both(scene.named(own))}] if own else []
    if not own:
        sentences.append(_("%(name)s loses no door: other access covers the same ones.") % {"name": who.first or who.name})
    if effect.guests:
        words = ngettext("%(n)d guest loses them too.", "%(n)d guests lose them too.", len(effect.guests))
        sentences.append(words % {"n": len(effect.guests)})
    touched = own | scene.needs.keys() | set(effect.connected)
    return Told(tuple(sentences), tuple(scene.line(door) for door in scene.ordered(touched)), "", (), scene.waiting(), effect.is_nothing)


def regrouping(asker: Asker, effect: access.Effect) -> Told:
    """What an edit of a group would do: "212 people gain Roof. Nobody loses a door. 9 of them have no app: Roof needs an update."."""
    scene = _Scene(asker, [effect])
    if effect.is_nothing:
        return Told((_("This changes no door for anybody."),), (), "", (), (), True)
    sentences = []
    gained = Counter(change.door_id for change in effect.gains)
    for door in scene.ordered(gained):
        words = ngettext("%(n)d person gains %(door)s.", "%(n)d people gain %(door)s.", gained[door])
        sentences.append(words % {"n": gained[door], "door": scene.name(door)})
    lost = Counter(change.door_id for change in effect.loses)
    for door in scene.ordered(lost):
        words = ngettext("%(n)d person loses %(door)s.", "%(n)d people lose %(door)s.", lost[door])
        sentences.append(words % {"n": lost[door], "door": scene.name(door)})
    if not lost:
        sentences.append(_("Nobody loses a door."))
    sentences += [*scene.counted(effect.narrows, fewer=True), *scene.counted(effect.widens, fewer=False), *scene.without_app(effect)]
    lines = tuple(scene.line(door) for door in scene.ordered(gained.keys() | lost.keys() | scene.needs.keys()))
    return Told(tuple(sentences), lines, "", scene.tasks(), scene.waiting(), False)


def given_out(asker: Asker, who: people.PersonView, doors: Collection[UUID]) -> list[credentials.TemporaryView]:
    """Codes the person gave out at these doors and that nothing here ends."""
    return [code for code in credentials.live_temporary_of(who.id, asker.now) if code.door_id in doors]


def lives_on(asker: Asker, who: people.PersonView, live: Iterable[credentials.TemporaryView]) -> list[str]:
    """What is said of such codes: how many, until when, and the bound (CODE-6, ACCESS-9)."""
    told = []
    for until, same in groupby(sorted(live, key=lambda code: code.works_until), key=lambda code: code.works_until):
        codes = list(same)
        words = ngettext(
            "%(n)d code %(name)s gave out works until %(until)s and cannot be taken back (stops at the latest %(latest)s).",
            "%(n)d codes %(name)s gave out work until %(until)s and cannot be taken back (they stop at the latest %(latest)s).",
            len(codes),
        )
        latest = when.say(max(code.stops_at_latest for code in codes), asker.place.zone, asker.now)
        told.append(words % {"n": len(codes), "name": who.first or who.name, "until": until_words(asker, until), "latest": latest})
    return told


@dataclass(frozen=True, slots=True)
class Offer:
    """The code floor, offered beside the codes that go on living: at which doors, in words, and whom else it touches (ACCESS-9, CODE-13)."""

    doors: tuple[UUID, ...]
    label: str
    hint: str


def floor_offer(asker: Asker, who: people.PersonView, live: Iterable[credentials.TemporaryView]) -> Offer | None:
    """What would end those codes early; None where nothing lives, or all of it is ending already."""
    doors = places.doors_by_id({code.door_id for code in live if code.floored_at is None})
    found = sorted((door for door in doors.values() if credentials.has_device(door.id)), key=lambda door: door.name)
    if not found:
        return None
    others = sum(credentials.count_live_at(door.id, asker.now, but=who.id) for door in found)
    label = ngettext(
        "End every code given out at %(doors)s with its next update",
        "End every code given out at %(doors)s with their next update",
        len(found),
    ) % {"doors": both([door.name for door in found])}
    touched = ngettext(
        "%(n)d code that somebody else gave out ends with them.", "%(n)d codes that other people gave out end with them.", others
    ) % {"n": others}
    hint = [touched] if others else []
    hint.append(_("Until that update they go on working. Codes made from now on work at once."))
    return Offer(tuple(door.id for door in found), label, " ".join(hint))


def until_words(asker: Asker, at: datetime) -> str:
    """An end as people say it: the end of a day where it is one, never "midnight"."""
    wall, today = at.astimezone(asker.place.zone), asker.now.astimezone(asker.place.zone).date()
    if (wall.hour, wall.minute) != (0, 0):
        return when.say(at, asker.place.zone, asker.now)
    day = wall.date() - timedelta(days=1)
    return _("the end of today") if day == today else when.say_end_of_day(day, today)


class _Scene:
    """The doors of some effects, and how each follows."""

    def __init__(self, asker: Asker, effects: Sequence[access.Effect]) -> None:
        self.asker = asker
        self.gains = {change for effect in effects for change in effect.gains}
        self.loses = {change for effect in effects for change in effect.loses}
        self.narrows = {change for effect in effects for change in effect.narrows}
        self.widens = {change for effect in effects for change in effect.widens}
        self.already = {door for effect in effects for door in effect.already}
        self.connected = {door for effect in effects for door in effect.connected}
        touched = {change.door_id for change in self.gains | self.loses | self.narrows | self.widens}
        wanted = {need.door_id: need for effect in effects for need in effect.needs_update}
        self.known = places.doors_by_id(touched | self.already | self.connected | wanted.keys())
        self.empty = {door for door in self.known if not credentials.has_device(door)}
        self.needs = {door: need for door, need in wanted.items() if door not in self.empty}

    def name(self, door: UUID) -> str:
        return self.known[door].name

    def ordered(self, doors: Iterable[UUID]) -> list[UUID]:
        return sorted(doors, key=lambda door: self.name(door))

    def named(self, doors: Iterable[UUID]) -> list[str]:
        return [self.name(door) for door in self.ordered(doors)]

    def line(self, door: UUID) -> truth.Line:
        """How one door follows; a check stands nowhere here, for nothing is proved yet."""
        name = {"door": self.name(door)}
        if door in self.empty:
            return truth.Line("unknown", _("%(door)s: works when a device is activated") % name)
        if door in self.needs:
            due = truth.due(self.needs[door].due, self.asker.place.zone, self.asker.now)
            return truth.Line("waiting", _("%(door)s: needs an update, %(due)s") % (name | {"due": due}))
        if door in self.connected:
            return truth.Line("carried", _("%(door)s: by itself, within 10 seconds") % name)
        return truth.Line("carried", _("%(door)s: by itself, with the next opening by app") % name)

    def tasks(self) -> tuple[str, ...]:
        """ "A task for Boiler Room is added to Mon 23 Nov."."""
        said = []
        today = self.asker.now.astimezone(self.asker.place.zone).date()
        for door in self.ordered(self.needs):
            day = self.needs[door].due
            if day <= today:
                said.append(_("A task for %(door)s is added to today.") % {"door": self.name(door)})
            else:
                said.append(_("A task for %(door)s is added to %(day)s.") % {"door": self.name(door), "day": when.say_day(day, today)})
        return tuple(said)

    def waiting(self) -> tuple[str, ...]:
        """ "Boiler Room waits for an update, due Mon 23 Nov."."""
        said = []
        for door in self.ordered(self.needs):
            due = truth.due(self.needs[door].due, self.asker.place.zone, self.asker.now)
            said.append(_("%(door)s waits for an update, %(due)s.") % {"door": self.name(door), "due": due})
        return tuple(said)

    def others(self, person_id: UUID) -> str:
        touched = {c.person_id for c in self.gains | self.loses} - {person_id}
        if not touched:
            return _("Nobody else gains or loses a door.")
        return ngettext("%(n)d guest is touched too.", "%(n)d guests are touched too.", len(touched)) % {"n": len(touched)}

    def counted(self, changes: Iterable[access.DoorChange], *, fewer: bool) -> list[str]:
        counts = Counter(change.door_id for change in changes)
        said = []
        for door in self.ordered(counts):
            if fewer:
                words = ngettext("%(n)d person has fewer hours at %(door)s.", "%(n)d people have fewer hours at %(door)s.", counts[door])
            else:
                words = ngettext("%(n)d person has more hours at %(door)s.", "%(n)d people have more hours at %(door)s.", counts[door])
            said.append(words % {"n": counts[door], "door": self.name(door)})
        return said

    def without_app(self, effect: access.Effect) -> list[str]:
        said = []
        for door in self.ordered(door for door, need in self.needs.items() if need.why == "code_without_app"):
            count = sum(change.door_id == door and not identity.has_app(change.person_id) for change in effect.gains)
            if count:
                words = ngettext(
                    "%(n)d of them has no app: %(door)s needs an update.", "%(n)d of them have no app: %(door)s needs an update.", count
                )
                said.append(words % {"n": count, "door": self.name(door)})
        return said


def _doors(changes: Iterable[access.DoorChange], person_id: UUID) -> set[UUID]:
    return {change.door_id for change in changes if change.person_id == person_id}
