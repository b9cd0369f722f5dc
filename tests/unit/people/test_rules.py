"""Rights from roles; what fields may be."""

from uuid import UUID

import pytest

from limen.kernel.problems import Problem
from limen.people import rules
from limen.people.views import RoleView

WHO, HERE, ONE, TWO = (UUID(int=n) for n in range(4))


def role(kind: str = "property_manager", **more: object) -> RoleView:
    facts: dict[str, object] = {"access": "none", "group_ids": frozenset(), "device_management": False, "activate_devices": False} | more
    return RoleView(UUID(int=9), WHO, kind, None, HERE, **facts)  # type: ignore[arg-type]


@pytest.mark.rule("PEOPLE-2")
def test_a_portfolio_manager_may_everything_but_is_no_security_staff() -> None:
    """Photos are for named security staff; managing does not make one."""
    rights = rules.united(WHO, HERE, [role("portfolio_manager")])
    assert rights.appoints and rights.edits_groups and rights.device_management and rights.activate_devices
    assert not rights.security_staff


@pytest.mark.rule("PEOPLE-2")
def test_device_management_does_not_include_activation() -> None:
    """Two permissions, the second off by default; neither manages access."""
    rights = rules.united(WHO, HERE, [role(device_management=True)])
    assert rights.device_management and not rights.activate_devices and not rights.manages(ONE)
    assert rules.united(WHO, HERE, [role(activate_devices=True)]).device_management is False


@pytest.mark.rule("PEOPLE-2")
def test_several_roles_unite() -> None:
    """The widest access counts, chosen groups add up."""
    rights = rules.united(
        WHO, HERE,
        [role(access="specific", group_ids=frozenset({ONE})), role(access="specific", group_ids=frozenset({TWO})), role("security_staff")],
    )  # fmt: skip
    assert rights.access == "specific" and rights.manages(ONE) and rights.manages(TWO) and rights.security_staff
    assert rules.united(WHO, HERE, [role(access="limited"), role(access="specific")]).access == "limited"
    assert not rules.united(WHO, HERE, []).anything


def test_security_staff_manage_nothing() -> None:
    """They look, they do not give."""
    rights = rules.united(WHO, HERE, [role("security_staff", access="full", device_management=True)])
    assert rights.security_staff and not rights.property_manager and rights.access == "none" and not rights.device_management


@pytest.mark.parametrize(
    "email", ["a@b.co", "first.last+tag@sub.example.org", "zoë@example.org", "x@bücher.example", "o'brien@example.org"]
)
def test_addresses_that_people_have_are_taken(email: str) -> None:
    """Only a mail proves more."""
    assert rules.is_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "not-an-address", "a@b", "@example.org", "a b@example.org", "a@b@c.org", "a@example..org", "<a@b.co>", "a@b.c", f"{'x' * 65}@b.co",
        "a\x00@b.co", "\u202ea@b.co", "a\u200b@b.co", "a@b\u200d.co", "a@b.co\x9b", "\ud800@b.co",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    """Nor anything that could smuggle a second recipient."""
    assert not rules.is_email(email)
    with pytest.raises(Problem, match="not an e-mail address"):
        rules.checked_person("A", "B", email, "")


@pytest.mark.parametrize(
    ("phone", "good"),
    [("+1 212 555 0106", True), ("(212) 555-0106", True), ("12345", False), ("+1 212 CALL NOW", False), ("1" * 16, False)],
)
def test_telephone_numbers_have_7_to_15_digits(phone: str, good: bool) -> None:
    """Spaced as people do."""
    assert rules.is_phone(phone) is good


def test_fields_are_tidied() -> None:
    """Spaces go, an address is in small letters, an empty one is none."""
    assert rules.checked_person("  Zoë ", "Van  der Berg", " ZOE@Example.org ", "") == ("Zoë", "Van der Berg", "zoe@example.org", "")
    assert rules.checked_person("Rosa", "", "  ", "")[2] is None


@pytest.mark.parametrize("text", ["Dana\u202egnat", "Da\u200bna", "A\x00B", "A\x9bB", "\ud800", "Da\u00adna"])
def test_names_that_cannot_be_read_are_refused(text: str) -> None:
    """First or last, by whatever way they came: what turns a line around stands on other people's screens."""
    for first, last in ((text, "B"), ("A", text)):
        with pytest.raises(Problem, match="characters that cannot be seen"):
            rules.checked_person(first, last, None, "")


@pytest.mark.parametrize("fields", [("", "", None, ""), ("x" * 81, "", None, ""), ("A", "B", None, "call me")])
def test_impossible_people_are_refused(fields: tuple[str, str, str | None, str]) -> None:
    """No name, an endless name, no number."""
    with pytest.raises(Problem):
        rules.checked_person(*fields)


@pytest.mark.rule("PEOPLE-2")
@pytest.mark.parametrize(
    ("kind", "portfolio", "here", "access"),
    [
        ("janitor", False, True, "none"),
        ("property_manager", False, True, "all"),
        ("portfolio_manager", False, True, "none"),
        ("security_staff", True, False, "none"),
    ],
)
def test_impossible_roles_are_refused(kind: str, portfolio: bool, here: bool, access: str) -> None:
    """Unknown kinds and accesses; a role at the wrong place."""
    with pytest.raises(Problem):
        rules.check_role(kind, portfolio, here, access)
