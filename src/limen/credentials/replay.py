"""Does again, after a restore, what ended for codes and cards since the backup, and keeps every index that was given out (D.2, OPS-2)."""

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from limen.credentials import cards, codes, temporary
from limen.credentials.models import CardPolicy, Keycard, TemporaryCode
from limen.kernel.actors import SYSTEM
from limen.places import queries as places
from limen.storage import replay
from limen.storage.ledger import Line
from limen.storage.replay import Restoring, last_by


@replay.again
def end_again(run: Restoring) -> None:
    """Temporary codes come back as they were made, because locks take them anyway; floors, resets and cards that are off end what they ended."""
    for line in run.of("code_made", "code_floor"):
        if line.kind == "code_made":
            _keep_issue(line, run)
        else:
            _raise_floor(line, run)
    _reset(run)
    for line in run.of("card_off"):
        if Keycard.objects.filter(id=line.facts["card"], off_at=None).exists():
            cards.deactivate_card(card_id=UUID(line.facts["card"]), by=SYSTEM, now=run.now)
            run.did("cards_off")
    for (property_id,), line in sorted(last_by(run.of("weak_cards"), "property").items()):
        held = CardPolicy.objects.filter(property_id=property_id).first()
        uid, sun = (line.facts[name] == "1" for name in ("uid", "sun"))
        if held is not None and ((held.allow_uid and not uid) or (held.allow_sun and not sun)):
            cards.allow_weak_cards(
                property_id=UUID(property_id), uid=held.allow_uid and uid, sun=held.allow_sun and sun, by=SYSTEM, now=run.now
            )
            run.did("cards_off")


def _keep_issue(line: Line, run: Restoring) -> None:
    """The index is used, and whoever opens by it comes from this person (CODE-7). What it was for is not in the ledger.

    An index has two lines where somebody had copied an old file back and gone on: both hold the same code, and the first stays its maker.
    """
    facts = line.facts
    which = {"lock_id": facts["lock"], "epoch": int(facts["epoch"]), "cls": int(facts["cls"])}
    which |= {"bucket": int(facts["bucket"]), "idx": int(facts["idx"])}
    known = TemporaryCode.objects.filter(Q(id=facts["id"]) | Q(**which)).exists()
    if known or not places.doors_by_id([UUID(facts["door"])]):
        return
    until, latest = (datetime.fromtimestamp(int(facts[name]), UTC) for name in ("until", "latest"))
    TemporaryCode.objects.create(
        id=facts["id"], door_id=facts["door"], kind=facts["kind"], issuer_id=facts["person"], issuer_cls=int(facts["as"]),
        made_at=line.at, works_until=until, stops_at_latest=latest, **which,
    )  # fmt: skip
    run.did("codes_kept")


def _raise_floor(line: Line, run: Restoring) -> None:
    """Below it lies what had been made by then, and nothing later."""
    if temporary.raise_floor_again(UUID(line.facts["door"]), line.facts["lock"], int(line.facts["epoch"]), line.at, run.now):
        run.did("floors_raised")


def _reset(run: Restoring) -> None:
    """Every code that was over is over, however often it was reset: the digits follow from the generation (C-9), so a lower one would bring back
    what somebody had seen. The one behind them is what locks may hold already; its owner looks it up.
    """
    for (person_id, door_id), line in sorted(last_by(run.of("code_reset"), "person", "door").items()):
        person, door, over = UUID(person_id), UUID(door_id), int(line.facts["generation"])
        before = _generation(person, door)
        while (now_at := _generation(person, door)) is not None and now_at <= over:
            codes.reset_code(person_id=person, door_id=door, by=SYSTEM, now=run.now)
        if now_at != before:
            run.did("codes_reset")
    if run.counts.get("codes_reset"):
        run.misses(_("Codes that were reset after the backup were reset again: their owners look up the new ones."))


def _generation(person_id: UUID, door_id: UUID) -> int | None:
    row = codes.live_code(person_id, door_id)
    return row.generation if row is not None else None
