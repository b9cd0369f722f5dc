"""How many couriers a second are given their doors' bundles, against a bare page that returns the same bytes from the same database in the same run."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, cast

from bench.tables import show, timed

if TYPE_CHECKING:
    from django.test import Client

REQUESTS = 200
WARM_UP = 20


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "LIMEN_DATA": folder,
            "LIMEN_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "limen.config.settings",
            "LIMEN_ORIGIN": "http://testserver",
        }
        from limen.cli import demo, migrate

        migrate.prepare()
        with demo.locks(Path(folder), "http://localhost:1/") as air:
            demo.prepare_building(Path(folder), air)
        measure()
    return 0


def measure() -> None:
    """One resident's phone asks for what it carries, again and again; the bare page reads one row and sends as many bytes."""
    import django.urls
    from django.http import HttpRequest, HttpResponse
    from django.test import Client
    from django.urls import path

    from limen.config import urls
    from limen.storage.models import OutboxRow
    from limen.wire import cbor

    client, token = courier(Client)
    question, bearer = cbor.encode({"as": "resident"}), {"Authorization": f"Bearer {token}"}

    def inbox() -> HttpResponse:
        return cast(HttpResponse, client.post("/gateway/inbox", data=question, content_type="application/cbor", headers=bearer))

    answer = inbox()
    assert answer.status_code == 200, answer.content
    body = answer.content

    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"".join(bytes(row.body or b"")[: len(body)] for row in OutboxRow.objects.filter(topic="bench")))

    from django.db import transaction

    from limen.storage import chance, clock

    with transaction.atomic():
        OutboxRow.objects.create(id=chance.fresh_id(), topic="bench", body=body, put_at=clock.now(), due=clock.now(), done_at=clock.now())
    urls.urlpatterns.append(path("bare", bare))
    django.urls.clear_url_caches()
    assert client.get("/bare").content == body
    ours = rate(inbox)
    theirs = rate(lambda: client.get("/bare"))
    show(
        "Give me the bundles for my doors",
        ("", "requests/s", "bytes", "ratio"),
        [["inbox", f"{ours:.0f}", len(body), f"{ours / theirs:.2f}"], ["bare page, same bytes", f"{theirs:.0f}", len(body), "1.00"]],
    )


def rate(ask: Callable[[], object]) -> float:
    """Requests a second, from the median of single requests: one slow one does not decide."""
    for _ in range(WARM_UP):
        ask()
    start = perf_counter()
    each = timed(REQUESTS, ask)
    assert perf_counter() > start
    return 1000 / median(each)


def courier(client_class: type["Client"]) -> tuple["Client", str]:
    """Dana's native phone, registered, with its token."""
    from limen.identity import services as identity
    from limen.people import queries as people
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work
    from tests.unit.lock.site import DANA

    dana = people.person_of_email("dana@example.org")
    assert dana is not None
    with unit_of_work():
        _, token = identity.register_phone(person_id=dana.id, public_key=DANA.public, platform="native", name="Bench", now=clock.now())
    assert token is not None
    return client_class(), token


if __name__ == "__main__":
    raise SystemExit(main())
