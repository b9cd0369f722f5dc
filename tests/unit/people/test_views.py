"""What the room tells others."""

from uuid import UUID

import pytest

from limen.people.views import PersonView, Rights

WHO, HERE, GROUP, OTHER = (UUID(int=n) for n in range(4))


@pytest.mark.rule("PEOPLE-2")
@pytest.mark.parametrize(
    ("access", "edits", "chosen", "other"),
    [("full", True, True, True), ("limited", False, True, True), ("specific", False, True, False), ("none", False, False, False)],
)
def test_how_far_access_management_reaches(access: str, edits: bool, chosen: bool, other: bool) -> None:
    """Limited gives every group and changes none; specific gives the chosen ones."""
    rights = Rights(WHO, HERE, property_manager=True, access=access, group_ids=frozenset({GROUP}))
    assert (rights.edits_groups, rights.manages(GROUP), rights.manages(OTHER)) == (edits, chosen, other)


def test_who_has_no_role_has_no_right() -> None:
    """Deny by default."""
    nobody = Rights(None, HERE)
    assert not (nobody.anything or nobody.appoints or nobody.edits_groups or nobody.manages(GROUP))


def test_a_forgotten_person_has_no_name() -> None:
    """Only the id is left."""
    gone = PersonView(WHO, "", "", None, "", smartphone=True, status="archived", declined_app=False)
    assert gone.name == "Somebody who left"
