"""After a restore: a sign that was replaced stays dead, and one that was switched off rings nobody."""

from contextlib import suppress
from pathlib import Path

import pytest

from limen.intercom import queries, services
from limen.kernel.actors import SYSTEM
from limen.storage.transactions import unit_of_work
from tests.unit.intercom.conftest import Porch
from tests.yesterday import PowerCut, Yesterday


@pytest.mark.rule("OPS-2", "LINK-8")
def test_a_replaced_sign_does_not_ring_again(own_data: Path, porch: Porch, tmp_path: Path) -> None:
    """Whoever kept a picture of it hoped for that; the new sign is printed once more."""
    kept = Yesterday.kept(tmp_path, porch.now)
    with unit_of_work():
        services.rotate(link_id=porch.link.id, by=SYSTEM, now=porch.at(3600))
    done = kept.back(porch.at(7200))
    assert queries.live_link(porch.link.code) is None
    assert done.counts["signs_ended"] == 1
    assert done.missing == ["Signs that were replaced after the backup: Package Room. Print them again and put them up."]


@pytest.mark.rule("OPS-2", "LINK-9")
@pytest.mark.parametrize("replaced", [False, True], ids=["the same sign", "replaced meanwhile"])
def test_calls_that_were_switched_off_stay_off(own_data: Path, porch: Porch, tmp_path: Path, replaced: bool) -> None:
    """Whatever was switched in between: the last word counts, and it means the door, whichever sign hangs there."""
    kept = Yesterday.kept(tmp_path, porch.now)
    link = porch.link
    if replaced:
        with unit_of_work():
            link = services.rotate(link_id=link.id, by=SYSTEM, now=porch.at(1800))
    for after_s, on in ((3600, False), (3700, True), (3800, False)):
        with unit_of_work():
            services.switch_calls(link_id=link.id, on=on, by=SYSTEM, now=porch.at(after_s))
    done = kept.back(porch.at(7200))
    there = queries.link_of(porch.house.doors["Package Room"])
    assert there is not None and not there.takes_calls
    assert done.counts["signs_off"] == 1


@pytest.mark.rule("OPS-2")
def test_calls_that_were_switched_on_are_said_and_stay_off(own_data: Path, porch: Porch, tmp_path: Path) -> None:
    """A restore takes only."""
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=False, by=SYSTEM, now=porch.now)
    kept = Yesterday.kept(tmp_path, porch.at(60))
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=True, by=SYSTEM, now=porch.at(3600))
    done = kept.back(porch.at(7200))
    there = queries.link_of(porch.house.doors["Package Room"])
    assert there is not None and not there.takes_calls
    assert done.missing == ["Calls were switched on again after the backup, and are off now, for the signs of: Package Room."]


@pytest.mark.rule("OPS-2", "LINK-9")
@pytest.mark.parametrize("failed", [True, False], ids=["never happened", "happened"])
def test_an_off_stands_unless_the_on_after_it_was_committed(own_data: Path, porch: Porch, tmp_path: Path, failed: bool) -> None:
    """What gives back is said after its commit, so the last word is true: of an "on" that failed there is no line."""
    kept = Yesterday.kept(tmp_path, porch.now)
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=False, by=SYSTEM, now=porch.at(3600))
    with suppress(PowerCut), unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=True, by=SYSTEM, now=porch.at(3700))
        if failed:
            raise PowerCut
    done = kept.back(porch.at(7200))
    there = queries.link_of(porch.house.doors["Package Room"])
    assert there is not None and there.takes_calls is not failed
    assert (done.counts.get("signs_off", 0), done.missing) == (int(failed), [])
