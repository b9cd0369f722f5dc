"""What an entry may hold."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from limen.journal import rules

AT = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "detail",
    [{"door": "481 5920"}, {"door": "4815920"}, {"code": "x"}, {"password": "x"}, {"why": "x" * 201}, {"Zoë": 1}, {"door": "50-93"}],
)
def test_digits_secrets_and_whole_texts_are_refused(detail: dict[str, str | int]) -> None:
    """A code can reach the journal neither by its name nor by its look (CODE-11)."""
    with pytest.raises(rules.NotForTheJournal):
        rules.check("code.shown", "door:1", detail)


def test_ids_counts_and_words_are_fit() -> None:
    """What happened, to what, how many."""
    rules.check(
        "people.imported",
        "property:1",
        {"new": 171, "unit": str(UUID(int=5)), "kind": "property_manager", "room": "4B", "from": "2026-11-21"},
    )


def test_verbs_are_words_of_ours() -> None:
    """No sentence, no name."""
    for verb in ("", "Gave access", "x" * 61):
        with pytest.raises(rules.NotForTheJournal):
            rules.check(verb, "door:1", {})


def test_the_hash_covers_every_field_and_the_one_before() -> None:
    """And does not depend on the zone or the order in which details were named."""
    base: dict[str, object] = {"at": AT, "by": UUID(int=1), "via": "console", "verb": "a.b", "target": "t"}
    base |= {"property_id": None, "detail": {"x": 1, "y": 2}}
    other: dict[str, object] = {"at": AT + timedelta(seconds=1), "by": None, "via": "api", "verb": "a.c", "target": "u"}
    other |= {"property_id": UUID(int=2), "detail": {}}
    same: dict[str, object] = base | {"at": AT.astimezone(timezone(timedelta(hours=-5))), "detail": {"y": 2, "x": 1}}
    first = rules.chained("0", **base)  # type: ignore[arg-type]
    assert rules.chained("0", **same) == first  # type: ignore[arg-type]
    variants = [rules.chained("0", **base | {name: value}) for name, value in other.items()]  # type: ignore[arg-type]
    assert len({first, rules.chained("1", **base), *variants}) == 2 + len(other)  # type: ignore[arg-type]
