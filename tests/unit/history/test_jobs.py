"""A receipt that reaches the service lets the record be believed, whichever comes first."""

from limen.history.models import Event
from tests.unit.history.conftest import Archive


def test_a_hidden_head_proves_without_telling(archive: Archive) -> None:
    """At a unit door a guest's phone brings eight bytes in place of the head; the record is believed all the same (B.7)."""
    archive.entry("Unit 4B", "Ines")
    lock = archive.lock("Unit 4B")
    for data in lock.segments():
        archive.take("Unit 4B", data)
    assert Event.objects.count() == 0
    archive.house.hand_in(lock.receipt(full=True, hidden=True))
    assert Event.objects.count() == 1
