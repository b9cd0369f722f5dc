"""After a restore: a sign that was replaced stays dead."""

from pathlib import Path

import pytest

from limen.intercom import queries, services
from limen.kernel.actors import SYSTEM
from limen.storage.transactions import unit_of_work
from tests.unit.intercom.conftest import Porch
from tests.yesterday import Yesterday


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
