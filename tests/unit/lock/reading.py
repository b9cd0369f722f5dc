"""Reading a lock's record as the service does: pulled in segments, opened with the building's key."""

from limen.wire import operations as ask
from limen.wire.answers import Given
from limen.wire.events import Event
from limen.wire.operations import Op
from limen.wire.segments import Entry, LogOpened, open_log, open_segment, pack
from tests.unit.lock.site import MILO, House


def pulled(home: House) -> list[Entry]:
    """All entries, through a session of somebody who may pull."""
    talk, _ = home.present(MILO, home.service.grant(MILO), Op.LOG)
    entries: list[Entry] = []
    number = 0
    while True:
        given = talk.ask(ask.LogAsk(number))
        assert isinstance(given, Given)
        if not given.data:
            break
        lock_id, found, part = open_segment(given.data, home.service.klog)
        assert (lock_id, found) == (home.service.lock_id, number)
        entries += part
        number += 1
    home.rig.hang_up()
    return entries


def log(home: House) -> LogOpened:
    """What the flash holds, opened; without a session, so that nothing is added by looking."""
    memory = home.rig.lock.memory
    assert memory.owner is not None
    entries: list[Entry] = []
    for segment in pack(memory.lock_id, memory.journal.entries(), memory.owner.log):
        entries += open_segment(segment, home.service.klog)[2]
    return open_log(home.service.lock_id, entries, home.service.klog)


def events(home: House) -> list[Event]:
    opened = log(home)
    assert not opened.problems, opened.problems
    return [one.event for one in opened.events]


def last(home: House) -> Event:
    return events(home)[-1]
