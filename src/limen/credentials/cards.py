"""Keycards: they mirror their owner's access; strong ones prove a key, weak ones only where the property allows them (CARD-1 to CARD-3)."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.credentials import rules
from limen.credentials.models import CardPolicy, Keycard
from limen.credentials.views import CardPolicyView, CardView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import queries as places
from limen.storage import chance, kms, ledger, news, outbox
from limen.storage.ledger import Facts
from limen.wire.cards import SLOTS, CardSlot, diversified, random_uid
from limen.wire.records import DoorKind

CARDS_MAX = 5
"""Active ones of one person in one property."""


def activate_card(*, person_id: UUID, property_id: UUID, uid: bytes, kind: str, by: Actor, now: datetime) -> CardView:
    """Turns a keycard on for its owner (CARD-1), who is told. Problem `bad_uid`, `card_kind`; Refused `card_in_use`, `random_uid`,
    `kind_not_allowed`, `too_many_cards`."""
    _check(property_id, uid, kind)
    active = Keycard.objects.filter(property_id=property_id, off_at=None)
    if active.filter(uid=uid.hex()).exists():
        raise Refused("card_in_use", _("This card is on already."))
    if active.filter(person_id=person_id).count() >= CARDS_MAX:
        raise Refused("too_many_cards", _("This person has 5 cards already."), _("Turn one off first."))
    before = Keycard.objects.filter(property_id=property_id, uid=uid.hex()).order_by("-generation").first()
    row = Keycard.objects.create(
        id=chance.fresh_id(), person_id=person_id, property_id=property_id, uid=uid.hex(), kind=kind,
        serial=int.from_bytes(chance.random_bytes(7), "big"), generation=before.generation + 1 if before else 1, active_from=now,
    )  # fmt: skip
    _changed(row, "card_on", by, now)
    return view(row)


def deactivate_card(*, card_id: UUID, by: Actor, now: datetime) -> CardView:
    """Turns a card off; at unconnected doors it works until their update (CARD-2). NotYours, Refused `card_off`."""
    row = Keycard.objects.select_for_update().filter(id=card_id).first()
    if row is None:
        raise NotYours
    if row.off_at is not None:
        raise Refused("card_off", _("This card is off."))
    ledger.append("card_off", {"card": card_id, "person": row.person_id}, now)
    row.off_at = now
    row.save(update_fields=["off_at"])
    _changed(row, "card_off", by, now)
    return view(row)


def allow_weak_cards(*, property_id: UUID, uid: bool, sun: bool, by: Actor, now: datetime) -> CardPolicyView:
    """Switches plain and SUN cards on or off for a property (CARD-3); cards of a kind that goes off stop with the next update of each door."""
    held = policy(property_id)
    both = CardPolicyView(held.allow_uid and uid, held.allow_sun and sun)
    was, becomes, least = (_said(property_id, one) for one in (held, CardPolicyView(uid, sun), both))
    ledger.append_change("weak_cards", was, becomes, least, now)
    CardPolicy.objects.update_or_create(property_id=property_id, defaults={"allow_uid": uid, "allow_sun": sun})
    journal.record(by, "cards.allowed", f"property:{property_id}", {"uid": int(uid), "sun": int(sun)}, now, property_id=property_id)
    for door in places.doors(property_id):
        news.say("door.touched", now=now, door_id=str(door.id))
    return CardPolicyView(uid, sun)


def _said(property_id: UUID, said: CardPolicyView) -> Facts:
    return {"property": property_id, "uid": int(said.allow_uid), "sun": int(said.allow_sun)}


def policy(property_id: UUID) -> CardPolicyView:
    """Which weak kinds a property has switched on; none without a word."""
    row = CardPolicy.objects.filter(property_id=property_id).first()
    return CardPolicyView(row.allow_uid, row.allow_sun) if row is not None else CardPolicyView(False, False)


def slot_at(kind: str) -> CardSlot:
    """Which key of a card the doors of this kind use."""
    return SLOTS[DoorKind[kind.upper()]]


def key_for(row: Keycard, slot: CardSlot) -> bytes:
    """The card's key in one slot, computed by the service only: no lock ever holds a site key (protocol E). A SUN card has one for all."""
    number = rules.SUN_KEY if row.kind == "sun" else int(slot)
    site = kms.derive("K_site", str(row.property_id), bytes([number]))[:16]
    return diversified(site, bytes.fromhex(row.uid), rules.CARD_AID, number)


def view(row: Keycard) -> CardView:
    """The card without its keys."""
    return CardView(
        row.id, row.person_id, row.property_id, bytes.fromhex(row.uid), row.kind, row.kind != "aes", row.active_from, row.off_at
    )


def _check(property_id: UUID, uid: bytes, kind: str) -> None:
    if kind not in rules.CARD_KINDS:
        raise Problem("card_kind", _("Choose a kind of card."))
    if len(uid) not in rules.UID_BYTES:
        raise Problem("bad_uid", _("This is not a card's number."))
    if random_uid(uid):
        raise Refused("random_uid", _("This card shows another number each time, so it names nobody."))
    allowed = policy(property_id)
    if (kind == "uid" and not allowed.allow_uid) or (kind == "sun" and not allowed.allow_sun):
        raise Refused("kind_not_allowed", _("Plain cards are easy to copy. This property does not allow them."))


def _changed(row: Keycard, kind: str, by: Actor, now: datetime) -> None:
    """A card opens what its owner opens: every such door hears of it, and the owner is told either way (CARD-1)."""
    reached = access.doors_of(row.person_id, now)
    for door in sorted(places.doors_by_id(reached).values(), key=lambda door: str(door.id)):
        if door.property_id == row.property_id and any(w.card for w in reached[door.id]):
            news.say("door.touched", now=now, door_id=str(door.id))
    journal.record(by, kind.replace("_", "."), f"person:{row.person_id}", {"card": str(row.id)}, now, property_id=row.property_id)
    facts = {"card": str(row.id)}
    outbox.put("notice", {"kind": kind, "person": str(row.person_id), "property": str(row.property_id), "facts": facts}, now)
