"""What the outbox does for calls."""

from uuid import uuid4

import pytest

from limen.intercom import queries
from limen.intercom.views import CallState
from limen.storage import outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.unit.intercom.conftest import Porch


@pytest.mark.rule("LINK-7")
def test_a_call_that_nobody_takes_ends_by_itself_after_45_seconds(porch: Porch) -> None:
    """The job is written with the call, so a restart in between changes nothing."""
    call, token = porch.call()
    outbox.settle(porch.at(44))
    assert porch.seen(call.id).state is CallState.RINGING
    outbox.settle(porch.at(46))
    seen = queries.call_for_visitor(call.id, token)
    assert seen is not None and seen.state is CallState.MISSED


def test_a_call_ends_after_its_longest_time(porch: Porch) -> None:
    """Ten minutes, should both sides have gone without a word."""
    call, _ = porch.talking()
    outbox.settle(porch.at(599))
    assert porch.seen(call.id).state is CallState.ANSWERED
    outbox.settle(porch.at(601))
    assert porch.seen(call.id).state is CallState.ENDED


def test_every_job_of_a_call_has_its_receiver_and_is_told_once(porch: Porch) -> None:
    """Nothing is left over, and nothing fails for a call that is gone."""
    porch.call()
    with unit_of_work():
        outbox.put("call.time_out", {"call": str(uuid4())}, porch.now)
    outbox.settle(porch.at(60))
    assert list(OutboxRow.objects.filter(done_at=None).values_list("topic", flat=True)) == []
