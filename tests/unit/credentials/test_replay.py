"""After a restore: codes that locks take are known, codes and cards that ended stay ended, no index is given twice."""

from contextlib import suppress
from pathlib import Path

import pytest

from limen.credentials import queries, services
from limen.credentials.models import TemporaryCode
from limen.kernel.actors import SYSTEM
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.credentials.conftest import HOUR, LOCK, make
from tests.yesterday import PowerCut, Yesterday

pytestmark = pytest.mark.rule("OPS-2")


def of(code: TemporaryCode) -> tuple[object, ...]:
    return (code.bucket, code.cls, code.idx, code.issuer_id, code.kind, code.works_until, code.stops_at_latest)


@pytest.mark.rule("CODE-7")
def test_a_code_made_since_is_known_with_its_maker_and_its_index_is_used(own_data: Path, house: Harbor, tmp_path: Path) -> None:
    """The lock takes it whatever database we have; the next code is another one (invariant 42)."""
    kept = Yesterday.kept(tmp_path, house.now)
    first = make(house)
    before = of(TemporaryCode.objects.get(id=first.id))
    done = kept.back(house.now + HOUR)
    assert [of(row) for row in TemporaryCode.objects.filter(id=first.id)] == [before]
    issue = queries.issue(LOCK, 1, before[0], before[1], before[2])  # type: ignore[arg-type]
    assert issue is not None and issue.issuer_id == house.people["dana"]
    again = make(house, at=house.now + HOUR)
    assert again.digits != first.digits
    assert done.counts == {"codes_kept": 1}


def test_an_index_that_was_given_twice_does_not_stop_a_restore(own_data: Path, house: Harbor, tmp_path: Path) -> None:
    """Somebody copied the old file back and went on; a restore from before that finds two makers of one code, and keeps the first."""
    kept = Yesterday.kept(tmp_path, house.now)
    first = make(house)
    TemporaryCode.objects.all().delete()  # as an old file knows nothing of it
    second = make(house, person="theo", at=house.now + HOUR)
    assert second.digits == first.digits
    done = kept.back(house.now + 2 * HOUR)
    assert [(row.id, row.issuer_id) for row in TemporaryCode.objects.all()] == [(first.id, house.people["dana"])]
    assert done.counts == {"codes_kept": 1}


@pytest.mark.rule("CODE-13")
def test_a_floor_stands_again_under_what_was_made_after_it(own_data: Path, house: Harbor, tmp_path: Path) -> None:
    """Neither lower nor higher than it was: what it killed stays dead, what came later lives."""
    make(house)
    kept = Yesterday.kept(tmp_path, house.now)
    make(house, person="theo")
    with unit_of_work():
        services.raise_floor(door_id=house.doors["Package Room"], by=SYSTEM, now=house.now + HOUR)
    later = make(house, person="kim", at=house.now + 2 * HOUR)
    before = {(f.cls, f.bucket, f.idx) for f in queries.code_floors(house.doors["Package Room"])}
    done = kept.back(house.now + 3 * HOUR)
    assert {(f.cls, f.bucket, f.idx) for f in queries.code_floors(house.doors["Package Room"])} == before
    assert done.counts == {"codes_kept": 2, "floors_raised": 1}
    assert [row.id for row in TemporaryCode.objects.filter(floored_at=None)] == [later.id]


@pytest.mark.rule("CODE-3", "CARD-2")
def test_a_reset_code_and_a_card_that_is_off_stay_so(own_data: Path, house: Harbor, tmp_path: Path) -> None:
    """Somebody had seen the code, somebody had found the card."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    with unit_of_work():
        services.settle_codes(door_id=door, now=house.now)
        services.allow_weak_cards(property_id=house.property_id, uid=True, sun=False, by=SYSTEM, now=house.now)
        card = services.activate_card(
            person_id=dana, property_id=house.property_id, uid=b"\x04found!", kind="uid", by=SYSTEM, now=house.now
        )
    kept = Yesterday.kept(tmp_path, house.now)
    seen = services.permanent_digits(person_id=dana, door_id=door)
    with unit_of_work():
        services.reset_code(person_id=dana, door_id=door, by=SYSTEM, now=house.now + HOUR)
        services.deactivate_card(card_id=card.id, by=SYSTEM, now=house.now + HOUR)
        services.allow_weak_cards(property_id=house.property_id, uid=False, sun=True, by=SYSTEM, now=house.now + HOUR)
    done = kept.back(house.now + 2 * HOUR)
    assert services.permanent_digits(person_id=dana, door_id=door) != seen
    assert queries.cards_of(dana, house.property_id) == ()
    policy = queries.card_policy(house.property_id)
    assert (policy.allow_uid, policy.allow_sun) == (False, False)
    assert done.counts == {"codes_reset": 1, "cards_off": 2}
    assert any("look up the new ones" in sentence for sentence in done.missing)


@pytest.mark.rule("CODE-3")
def test_a_code_that_was_reset_twice_comes_back_as_the_last_one(own_data: Path, house: Harbor, tmp_path: Path) -> None:
    """Digits follow from the generation: to reset once would bring back the code that somebody had seen in between."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    with unit_of_work():
        services.settle_codes(door_id=door, now=house.now)
    kept, seen = Yesterday.kept(tmp_path, house.now), []
    for hours in (1, 2):
        seen.append(services.permanent_digits(person_id=dana, door_id=door))
        with unit_of_work():
            services.reset_code(person_id=dana, door_id=door, by=SYSTEM, now=house.now + hours * HOUR)
    last = services.permanent_digits(person_id=dana, door_id=door)
    for again in (3, 4):
        done = kept.back(house.now + again * HOUR)
        assert services.permanent_digits(person_id=dana, door_id=door) == last
        assert last not in seen and done.counts == {"codes_reset": 1}


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize("failed", [True, False], ids=["never happened", "happened"])
def test_weak_cards_stay_off_unless_switching_them_on_again_was_committed(
    own_data: Path, house: Harbor, tmp_path: Path, failed: bool
) -> None:
    """Plain cards off, then on again by a transaction that broke off, or did not."""

    def allow(uid: bool) -> None:
        services.allow_weak_cards(property_id=house.property_id, uid=uid, sun=False, by=SYSTEM, now=house.now + HOUR)

    with unit_of_work():
        allow(uid=True)
    kept = Yesterday.kept(tmp_path, house.now)
    with unit_of_work():
        allow(uid=False)
    with suppress(PowerCut), unit_of_work():
        allow(uid=True)
        if failed:
            raise PowerCut
    kept.back(house.now + 2 * HOUR)
    assert queries.card_policy(house.property_id).allow_uid is not failed
