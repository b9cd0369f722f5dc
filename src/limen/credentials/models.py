"""Codes without their values, cards without their keys, and what a lock shares with the service, sealed."""

from django.db import models


class Keypad(models.Model):
    """How long the codes of a door are; the row that codes of one door are made under, one after the other."""

    door_id = models.UUIDField(primary_key=True)
    digits = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField()
    proven_digits = models.PositiveSmallIntegerField(null=True)  # what the lock is known to compare; None before a first proof


class LockEpoch(models.Model):
    """One ownership of one lock: the two secrets it shares with the service, and what is known of its clock (A.1)."""

    door_id = models.UUIDField(db_index=True)
    lock_id = models.CharField(max_length=16)  # hexadecimal
    epoch = models.PositiveIntegerField()
    k_pin = models.BinaryField()
    k_daily = models.BinaryField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    clock_error_s = models.PositiveIntegerField(null=True)
    clock_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["lock_id", "epoch"], name="credentials_epoch_once"),
            models.UniqueConstraint(fields=["door_id"], condition=models.Q(closed_at=None), name="credentials_epoch_open_once"),
        )


class PermanentCode(models.Model):
    """One code of one person at one door: enough to compute it again with K_code, never its value (D.1)."""

    id = models.UUIDField(primary_key=True)
    door_id = models.UUIDField(db_index=True)
    person_id = models.UUIDField(db_index=True)
    generation = models.PositiveIntegerField()
    counter = models.PositiveIntegerField()
    derived_digits = models.PositiveSmallIntegerField()
    digits = models.PositiveSmallIntegerField()  # the last ones of those derived (CODE-2: a shortened code keeps its end)
    shared = models.BooleanField(default=False)  # the end of the person's one code for all common doors (CODE-14)
    duress = models.BooleanField(default=False)  # the second code, which opens as usual and marks the opening (LOCK-14)
    since = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    freed_at = models.DateTimeField(null=True)  # when its value may be somebody else's: the lock has proven that it is gone

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["door_id", "person_id", "duress"], condition=models.Q(retired_at=None), name="credentials_code_once"
            ),
            models.UniqueConstraint(fields=["door_id", "person_id", "generation"], name="credentials_code_generation"),
        )


class SecondCodes(models.Model):
    """Who asked for a second code at their doors in a property (LOCK-14): off until somebody does."""

    person_id = models.UUIDField()
    property_id = models.UUIDField()
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person_id", "property_id"], name="credentials_second_codes_once"),)


class OneCode(models.Model):
    """Who asked for one code at all common doors of a property (CODE-14): off until somebody does."""

    person_id = models.UUIDField()
    property_id = models.UUIDField()
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person_id", "property_id"], name="credentials_one_code_once"),)


class TemporaryCode(models.Model):
    """Which issue of a bucket was whose (D.2). The value is computed from K_daily and never kept."""

    id = models.UUIDField(primary_key=True)
    door_id = models.UUIDField(db_index=True)
    lock_id = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField()
    cls = models.PositiveSmallIntegerField()
    bucket = models.PositiveIntegerField()
    idx = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16)
    issuer_id = models.UUIDField(db_index=True)
    issuer_cls = models.PositiveSmallIntegerField()
    label = models.BinaryField(null=True)  # sealed under the issuer's key
    call_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    works_until = models.DateTimeField()
    stops_at_latest = models.DateTimeField()
    floored_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # the device left the door: its codes are dead
    handed_over_at = models.DateTimeField(null=True)  # sent by one way, once (CODE-8)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["lock_id", "epoch", "cls", "bucket", "idx"], name="credentials_issue_once"),)


class Floor(models.Model):
    """A code floor as it stands in the list (record kind 7), until everything it kills has ended anyway."""

    door_id = models.UUIDField(db_index=True)
    lock_id = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField()
    cls = models.PositiveSmallIntegerField()
    bucket = models.PositiveIntegerField()
    idx = models.PositiveSmallIntegerField()
    raised_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["lock_id", "epoch", "cls", "bucket"], name="credentials_floor_once"),)


class Keycard(models.Model):
    """A card and its owner. Its keys are computed from the property's site keys, never kept (protocol E)."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    property_id = models.UUIDField(db_index=True)
    uid = models.CharField(max_length=20)  # hexadecimal
    kind = models.CharField(max_length=4)
    serial = models.PositiveBigIntegerField()
    generation = models.PositiveIntegerField(default=1)
    active_from = models.DateTimeField()
    off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["property_id", "uid"], condition=models.Q(off_at=None), name="credentials_card_once"),
        )


class CardPolicy(models.Model):
    """Which weak kinds of card a property has switched on (CARD-3); without a row none."""

    property_id = models.UUIDField(primary_key=True)
    allow_uid = models.BooleanField(default=False)
    allow_sun = models.BooleanField(default=False)
