"""Reads about codes: odds, issues, and nothing that is a secret."""

import io
import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from limen.credentials import queries, services
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import TempCls
from tests.cast import Harbor
from tests.unit.credentials.conftest import HOME_LOCK, LOCK, make

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.rule("CODE-2", "CODE-12")
def test_odds_and_least_length(house: Harbor, now: datetime) -> None:
    """The door says how many codes live and how often a day of guessing gets in; a shorter length is outside the limit (invariant 44)."""
    odds = queries.odds(house.doors["Package Room"], now)
    assert (odds.permanent, odds.possible, odds.digits, odds.least_digits) == (4, 150, 7, 7)
    assert odds.within_limit
    assert odds.one_in > 500
    assert not queries.odds(house.doors["Package Room"], now, digits=6).within_limit
    assert queries.odds(house.doors["Main Entrance"], now).digits == 8


@pytest.mark.rule("CODE-7")
def test_an_opening_is_attributed_to_its_issuer(house: Harbor) -> None:
    """Every issued index is one person's; an index that was never issued is nobody's."""
    make(house, person="dana")
    make(house, person="theo")
    bucket = (house.now.date() - datetime(2024, 1, 1).date()).days
    first, second = (queries.issue(LOCK, 1, bucket, TempCls.DAY, idx) for idx in (0, 1))
    assert first is not None
    assert second is not None
    assert (first.issuer_id, second.issuer_id) == (house.people["dana"], house.people["theo"])
    assert queries.issue(LOCK, 1, bucket, TempCls.DAY, 2) is None


@pytest.mark.rule("CODE-11")
def test_no_code_and_no_key_is_stored_or_logged(house: Harbor, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    """Canary: after codes were made, shown and reset, no value and no key stands in any table, any log line or the ledger (invariant 50)."""
    caplog.set_level(logging.DEBUG)
    dana, door, home = house.people["dana"], house.doors["Package Room"], house.doors["Unit 4B"]
    digits = [services.permanent_digits(person_id=house.people[p], door_id=door) for p in ("dana", "theo", "kim", "rosa")]
    with unit_of_work():
        digits.append(services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now))
        services.reset_code(person_id=dana, door_id=home, by=house.actor("dana"), now=now)
    digits += [services.permanent_digits(person_id=dana, door_id=home)]
    made = [make(house), make(house, "24_hour"), make(house, "instant", call_id=uuid4())]
    digits += [m.digits for m in made]
    assert all(m.digits not in repr(m) for m in made)
    secrets = [queries.epoch_secrets(LOCK, 1), queries.epoch_secrets(HOME_LOCK, 1)]
    keys = [k for s in secrets for k in (s.k_pin, s.k_daily)] + [kms.derive("K_code", str(house.property_id))]
    everywhere = _dump() + caplog.text.encode() + _ledger()
    for value in digits:
        # Seven digits in a row occur by chance inside hashes and ids; a stored code would stand by itself.
        alone = rb"(?<![0-9a-f])" + value.encode() + rb"(?![0-9a-f])"
        assert re.search(alone, everywhere) is None, "a code stands somewhere"
    for key in keys:
        assert key not in everywhere
        assert key.hex().encode() not in everywhere


def _dump() -> bytes:
    """Every cell of every table, as it stands."""
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row]
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return b"\n".join(parts) + out.getvalue().encode()


def _ledger() -> bytes:
    path = Path(settings.LIMEN_DATA) / "ledger.jsonl"
    return path.read_bytes() if path.exists() else b""
