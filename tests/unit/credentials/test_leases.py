"""Signed grants end by themselves."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries as access_queries
from limen.credentials import services
from limen.credentials.views import GrantFacts, Minted
from limen.storage import kms
from limen.wire.envelope import RoleKeys
from limen.wire.grants import OWN_ACCESS, Cls, Rights, open_grant
from tests.cast import Harbor
from tests.unit.credentials.conftest import HOME_LOCK

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_grants_are_leases_of_their_class(house: Harbor, now: datetime) -> None:
    """24 hours in a browser, 7 days native, a day for staff and couriers, never past the window; push alone without access of one's own."""
    browser, native = house.phone("dana", seed=1), house.phone("theo", seed=2, platform="native")
    keys = RoleKeys.of_roles({role: (public,) for role, public in kms.roles().items()})
    (window,) = access_queries.windows(house.people["dana"], house.doors["Unit 4B"], now)

    def facts(cls: int, **more: object) -> GrantFacts:
        return GrantFacts(HOME_LOCK, 1, 7, house.doors["Unit 4B"], cls, subj=3, **more)  # type: ignore[arg-type]

    mine = services.mint_grant(phone=browser, facts=facts(1, window=window), now=now)
    grant = open_grant(mine.data, keys)
    assert (grant.cls, grant.rights, grant.phone_key) == (Cls.RESIDENT, OWN_ACCESS, browser.public_key)
    assert mine.ends == now + DAY
    assert services.mint_grant(phone=native, facts=facts(1, window=window), now=now).ends == now + 7 * DAY
    assert services.mint_grant(phone=native, facts=facts(4, window=window), now=now).ends == now + DAY
    courier = services.mint_grant(phone=native, facts=facts(7), now=now)
    assert open_grant(courier.data, keys).rights == Rights.PUSH
    house.give("dana", "Home 4B", ends=now + 2 * HOUR)
    (short,) = access_queries.windows(house.people["dana"], house.doors["Unit 4B"], now)
    assert services.mint_grant(phone=browser, facts=facts(1, window=short), now=now).ends == now + 2 * HOUR
    gateway = services.mint_gateway_grant(public_key=native.public_key, facts=facts(8), now=now)
    assert open_grant(gateway.data, keys).rights == Rights.PUSH | Rights.PULL | Rights.REMOTE
    assert gateway.ends == now + HOUR


@pytest.mark.rule("LOCK-15")
def test_a_right_past_the_bolt_is_for_staff_and_ends_with_its_hours(house: Harbor, now: datetime) -> None:
    """The bit stands in a lease that ends with the right; after that the next lease is without it. No other class ever bears it."""
    native = house.phone("theo", seed=2, platform="native")
    keys = RoleKeys.of_roles({role: (public,) for role, public in kms.roles().items()})
    (window,) = access_queries.windows(house.people["dana"], house.doors["Unit 4B"], now)

    def minted(cls: Cls, past_bolt: datetime | None) -> Minted:
        facts = GrantFacts(HOME_LOCK, 1, 7, house.doors["Unit 4B"], int(cls), subj=3, window=window, past_bolt=past_bolt)
        return services.mint_grant(phone=native, facts=facts, now=now)

    given = minted(Cls.STAFF, now + 4 * HOUR)
    assert open_grant(given.data, keys).rights == OWN_ACCESS | Rights.PRIVACY_OVERRIDE
    assert given.ends == now + 4 * HOUR
    over = minted(Cls.STAFF, now)
    assert (open_grant(over.data, keys).rights, over.ends) == (OWN_ACCESS, now + DAY)
    for cls in (Cls.VENDOR, Cls.APP_GUEST):
        with pytest.raises(ValueError, match="only staff"):
            minted(cls, now + HOUR)
