"""Nobody is put into a home behind its back."""

from datetime import datetime, timedelta

import pytest

from limen.notices import queries as notices
from limen.people import services
from limen.storage import outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor


@pytest.fixture
def home(db: None, now: datetime) -> Harbor:
    """88 Harbor Street, where Dana and Theo live in 4B and have accounts."""
    made = harbor(now)
    for name in ("dana", "theo"):
        with unit_of_work():
            services.mark_active(person_id=made.people[name], now=now)
    OutboxRow.objects.all().delete()
    return made


@pytest.mark.rule("NOTICE-1")
def test_who_lives_there_with_an_account_is_told_that_somebody_was_added(home: Harbor) -> None:
    """A manager adds themselves to 4B: Dana hears of it; Theo, who left, does not, nor does anybody of a home without an account."""
    with unit_of_work():
        services.end_residency(
            person_id=home.people["theo"], unit_id=home.units["4B"], until=home.now - timedelta(days=1), by=home.actor(), now=home.now
        )
        for unit in ("4B", "4C"):
            services.assign_to_unit(person_id=home.people["ana"], unit_id=home.units[unit], since=home.now, by=home.actor(), now=home.now)
    outbox.settle(home.now)
    said = {name: [notice.text for notice in notices.notices_of(home.people[name])] for name in ("dana", "theo", "kim", "ana")}
    assert said == {
        "dana": ["Ana Ruiz was added to 4B by the property team and sees its visits. Is that wrong? Tell them."],
        "theo": [],
        "kim": [],
        "ana": [],
    }
