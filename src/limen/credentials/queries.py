"""Reads about codes, cards and keys. No answer here holds digits; keys come only from `card_keys`, `card_image` and `epoch_secrets`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from limen.credentials import cards, codes, epochs, rules
from limen.credentials.leases import lease_s
from limen.credentials.models import Floor, Keycard, LockEpoch, OneCode, PermanentCode, SecondCodes, TemporaryCode
from limen.credentials.shared import is_common
from limen.credentials.temporary import label_place
from limen.credentials.views import (
    NOBODY,
    CardImage,
    CardPolicyView,
    CardView,
    CodeRef,
    EpochSecrets,
    FloorView,
    GrantFacts,
    IssueView,
    Living,
    MadeCode,
    Minted,
    Odds,
    TemporaryView,
)
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.storage import kms
from limen.wire.cards import CardSlot
from limen.wire.guessing import GUESSES_PER_SUCCESS, live_temporary, one_in

__all__ = [
    "NOBODY", "CardImage", "CardPolicyView", "CardView", "CodeRef", "EpochSecrets", "FloorView", "GrantFacts", "IssueView", "Living", "MadeCode",
    "Minted", "Odds", "TemporaryView", "card_image", "card_keys", "card_keys_at", "card_policy", "cards_in", "cards_of", "cards_of_people", "code_floors",
    "code_of", "codes_at", "epoch_secrets", "has_device", "has_one_code", "has_second_code", "is_common", "issue", "lease_s",
    "live_temporary_of", "living_at", "odds", "temporary_of",
]  # fmt: skip


def has_device(door_id: UUID) -> bool:
    """True while a device is active on the door, so that codes can be made (LINK-6)."""
    return epochs.open_at(door_id) is not None


def epoch_secrets(lock_id: bytes, epoch: int) -> EpochSecrets:
    """Opens the sealed secrets of an epoch, for a snapshot that only that lock can open (A.1). NotYours for an unknown one."""
    row = LockEpoch.objects.filter(lock_id=lock_id.hex(), epoch=epoch).first()
    if row is None:
        raise NotYours
    return epochs.secrets_of(row)


def codes_at(door_id: UUID) -> tuple[CodeRef, ...]:
    """Lists the permanent codes in force at a door, second ones too, by person; paused people's too (the list leaves those out)."""
    return tuple(codes.ref(row) for row in PermanentCode.objects.filter(door_id=door_id, retired_at=None).order_by("person_id", "duress"))


def code_of(person_id: UUID, door_id: UUID) -> CodeRef | None:
    """Gives the permanent code in force of a person at a door, without its value."""
    row = codes.live_code(person_id, door_id)
    return codes.ref(row) if row is not None else None


def has_second_code(person_id: UUID, property_id: UUID) -> bool:
    """True for who asked for a second code here (LOCK-14)."""
    return SecondCodes.objects.filter(person_id=person_id, property_id=property_id).exists()


def has_one_code(person_id: UUID, property_id: UUID) -> bool:
    """True for who asked for one code at all common doors here (CODE-14)."""
    return OneCode.objects.filter(person_id=person_id, property_id=property_id).exists()


def temporary_of(issuer_id: UUID, now: datetime, *, ended_too: bool = True) -> tuple[TemporaryView, ...]:
    """Lists the temporary codes a person made, newest first, never with digits."""
    rows = TemporaryCode.objects.filter(issuer_id=issuer_id).order_by("-made_at", "id")
    return tuple(_temporary(row) for row in (rows if ended_too else rows.filter(stops_at_latest__gt=now, ended_at=None)))


def live_temporary_of(issuer_id: UUID, now: datetime, *, door_id: UUID | None = None) -> tuple[TemporaryView, ...]:
    """Lists those that live on: what a screen names before a host's access ends (ACCESS-9, ACCESS-13)."""
    living = temporary_of(issuer_id, now, ended_too=False)
    return tuple(code for code in living if door_id is None or code.door_id == door_id)


def count_live_at(door_id: UUID, now: datetime, *, but: UUID) -> int:
    """Counts the temporary codes at a door that a code floor would end (CODE-13), without those that one person gave."""
    return _living(door_id, now).exclude(issuer_id=but).count()


def living_at(door_id: UUID, now: datetime) -> Living | None:
    """What a code floor would end at a door (CODE-13), whoever gave it out; None where nothing lives or all of it is ending already."""
    rows = _living(door_id, now)
    told = rows.aggregate(codes=Count("id"), makers=Count("issuer_id", distinct=True), latest=Max("stops_at_latest"))
    return Living(told["codes"], told["makers"], told["latest"]) if told["codes"] else None


def _living(door_id: UUID, now: datetime) -> QuerySet[TemporaryCode]:
    return TemporaryCode.objects.filter(door_id=door_id, stops_at_latest__gt=now, ended_at=None, floored_at=None)


def issue(lock_id: bytes, epoch: int, bucket: int, cls: int, idx: int) -> IssueView | None:
    """Says whose temporary code this was; None for an index that was never issued: a guess (CODE-7, invariant 42)."""
    row = TemporaryCode.objects.filter(lock_id=lock_id.hex(), epoch=epoch, bucket=bucket, cls=cls, idx=idx).first()
    if row is None:
        return None
    return IssueView(row.id, row.door_id, row.issuer_id, row.issuer_cls, row.kind, _label(row), row.call_id, row.made_at)


def odds(door_id: UUID, now: datetime, *, digits: int | None = None) -> Odds:
    """Counts live codes and says how often a full day of guessing would get in (CODE-12, protocol D.4).

    With `digits`: what a property would get that chose this length; `within_limit` False refuses it (CODE-2).
    """
    door = codes.Door.at(door_id)
    permanent = PermanentCode.objects.filter(door_id=door_id, retired_at=None).count()
    settings = door.settings(permanent)
    possible = live_temporary(settings.widths, settings.first_uses)
    digits, least = digits or codes.keypad_of(door, permanent, now).digits, rules.least_at(settings, permanent)
    return Odds(
        door_id=door_id, permanent=permanent, possible=possible, live=permanent + possible, digits=digits, least_digits=least,
        one_in=one_in(permanent + possible, digits, settings.bucket), limit_one_in=GUESSES_PER_SUCCESS, within_limit=digits >= least,
    )  # fmt: skip


def code_floors(door_id: UUID, now: datetime | None = None) -> tuple[FloorView, ...]:
    """Lists the code floors in force at a door, for record kind 7 (D.3); with `now` without those whose codes have all ended anyway."""
    epoch = epochs.open_at(door_id)
    if epoch is None:
        return ()
    rows = Floor.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch).order_by("cls", "bucket")
    if now is not None:
        rows = rows.filter(until__gt=now)
    return tuple(FloorView(row.door_id, row.cls, row.bucket, row.idx, row.raised_at) for row in rows)


def cards_of(person_id: UUID, property_id: UUID | None = None, *, off_too: bool = False) -> tuple[CardView, ...]:
    """Lists the keycards of a person, newest first; turned-off ones only when asked for."""
    rows = Keycard.objects.filter(person_id=person_id).order_by("-active_from", "id")
    if property_id is not None:
        rows = rows.filter(property_id=property_id)
    return tuple(cards.view(row) for row in (rows if off_too else rows.filter(off_at=None)))


def cards_of_people(person_ids: Iterable[UUID], property_id: UUID, *, off_too: bool = False) -> tuple[CardView, ...]:
    """Lists the keycards of many people in one building, in one read, newest first; turned-off ones only when asked for."""
    rows = Keycard.objects.filter(person_id__in=set(person_ids), property_id=property_id).order_by("-active_from", "id")
    return tuple(cards.view(row) for row in (rows if off_too else rows.filter(off_at=None)))


def cards_in(property_id: UUID) -> tuple[CardView, ...]:
    """Lists all cards that are on in a property, newest first."""
    return tuple(cards.view(row) for row in Keycard.objects.filter(property_id=property_id, off_at=None).order_by("-active_from", "id"))


def card_keys(card_id: UUID, door_id: UUID) -> bytes | None:
    """Makes the 16-byte key of an AES or SUN card for the slot of that door's kind; None for plain ones. For sealed records only (E)."""
    return card_keys_at([card_id], door_id).get(card_id)


def card_keys_at(card_ids: Iterable[UUID], door_id: UUID) -> dict[UUID, bytes]:
    """The same for many cards at one door, by card, in a fixed number of reads; plain ones are missing."""
    rows = list(Keycard.objects.filter(id__in=set(card_ids)).exclude(kind="uid"))
    slot = cards.slot_at(places.door_view(door_id).kind) if rows else None
    return {row.id: cards.key_for(row, slot) for row in rows if slot is not None}


def card_image(card_id: UUID) -> CardImage:
    """Makes what an encoder writes onto an AES or SUN card. NotYours for an unknown card or a plain one."""
    row = Keycard.objects.filter(id=card_id, kind__in=("aes", "sun")).first()
    if row is None:
        raise NotYours
    slots = (CardSlot.COMMON,) if row.kind == "sun" else tuple(CardSlot)
    keys = {int(slot): cards.key_for(row, slot) for slot in slots}
    return CardImage(bytes.fromhex(row.uid), keys, row.serial, row.generation)


def card_policy(property_id: UUID) -> CardPolicyView:
    """Says which weak kinds of card a property has switched on (CARD-3)."""
    return cards.policy(property_id)


def _temporary(row: TemporaryCode) -> TemporaryView:
    return TemporaryView(
        row.id,
        row.door_id,
        row.kind,
        row.issuer_id,
        _label(row),
        row.made_at,
        row.works_until,
        row.stops_at_latest,
        row.call_id,
        row.floored_at,
    )


def _label(row: TemporaryCode) -> str:
    if row.label is None:
        return ""
    try:
        return kms.unseal_text(f"person:{row.issuer_id}", bytes(row.label), label_place(row.id))
    except kms.Destroyed:
        return ""
