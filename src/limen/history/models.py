"""Tables of the room. In clear: which door, which day, which number. Everything else of an event is sealed for those who may see it (H.3)."""

import hashlib
from uuid import UUID

from django.db import models

from limen.wire.events import Event as SaidEvent
from limen.wire.events import Kind, LossReason
from limen.wire.events import Loss as SaidLoss
from limen.wire.receipts import TrustedTime


class Segment(models.Model):
    """A sealed segment that arrived, by the SHA-256 of its bytes: handing in twice is handing in once."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    arrived_at = models.DateTimeField()


class Record(models.Model):
    """The record of one lock in one epoch: how far it is stored and acknowledged, and what was dropped."""

    lock = models.CharField(max_length=16)
    epoch = models.PositiveBigIntegerField()
    door_id = models.UUIDField()
    property_id = models.UUIDField()
    acknowledged_seq = models.PositiveBigIntegerField(null=True)  # the last number covered by an acknowledgement
    acknowledged_photo = models.BinaryField(max_length=16, null=True)  # H of the last still covered
    last_arrival = models.DateTimeField(null=True)
    dropped = models.PositiveIntegerField(default=0)
    slowed_at = models.DateTimeField(null=True)  # the keypad slowed itself down (GUARD)
    restored_at = models.DateTimeField(
        null=True
    )  # the restore for which it was looked whether the lock had freed more than the backup knows
    forgotten_upto = models.PositiveBigIntegerField(null=True)  # what is missing up to here, the backup forgot (decision 0211)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lock", "epoch"], name="history_record_once")]
        indexes = [models.Index(fields=["door_id"], name="history_record_door")]

    @classmethod
    def of(cls, *, lock: bytes, epoch: int, door_id: UUID, property_id: UUID) -> "Record":
        """The record of an ownership, held for this transaction, made at first sight."""
        named = {"lock": lock.hex(), "epoch": epoch}
        return cls.objects.select_for_update().get_or_create(**named, defaults={"door_id": door_id, "property_id": property_id})[0]


class LogEpoch(models.Model):
    """A header that was sealed to us, with the records that open under it: one branch. Before a receipt leads to it, anybody may have made it."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="epochs")
    logepoch = models.PositiveBigIntegerField()
    prevtag = models.BinaryField(max_length=16)
    envelope = models.BinaryField(max_length=128)
    seq0 = models.PositiveBigIntegerField()
    vouched = models.BooleanField(default=False)  # the lock's own word says so (L-9)
    chained = models.BooleanField(default=False)  # tags lead from it to a receipt: nobody but the lock can have made it (decision 0155)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "logepoch", "envelope"], name="history_header_once"),
            models.UniqueConstraint(fields=["record", "logepoch"], condition=models.Q(vouched=True), name="history_logepoch_once"),
        ]


class Waiting(models.Model):
    """A sealed record that is not believed yet: what stands before it, or the receipt that vouches for it, has not arrived."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="waiting")
    logepoch = models.PositiveBigIntegerField()
    i = models.PositiveIntegerField()
    sealed = models.BinaryField(max_length=272)
    prevtag = models.BinaryField(max_length=16, null=True)
    branch = models.ForeignKey(LogEpoch, on_delete=models.CASCADE, null=True, related_name="waiting")  # under whose seed it opens

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "logepoch", "i", "sealed"], name="history_waiting_once")]

    def digest(self) -> bytes:
        """SHA-256 of the sealed bytes, by which an event knows its second copy."""
        return hashlib.sha256(bytes(self.sealed)).digest()


class Head(models.Model):
    """Where a verified receipt said that the record ended then: in clear, or (`hidden`, with the `probe` of that receipt) as 8 bytes (B.7)."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="heads")
    logepoch = models.PositiveBigIntegerField(null=True)
    seqnext = models.PositiveBigIntegerField(null=True)
    tag = models.BinaryField(max_length=16, null=True)
    hidden = models.BinaryField(max_length=8, null=True)
    probe = models.BinaryField(max_length=8, null=True)

    def words(self) -> tuple[int | None, int | None, bytes | None, bytes | None, bytes | None]:
        """What was said, by which two are the same."""
        tag, hidden, probe = (None if part is None else bytes(part) for part in (self.tag, self.hidden, self.probe))
        return self.logepoch, self.seqnext, tag, hidden, probe


class Event(models.Model):
    """One event. `digest` is SHA-256 of the sealed record as the lock wrote it: a second copy must equal it (HISTORY-5's leaf).

    `body` is sealed under the day, at unit doors also the household, at one's own door also the person. None: dropped late (R98), counted.
    """

    id = models.UUIDField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="events")
    logepoch = models.PositiveBigIntegerField()
    i = models.PositiveIntegerField()
    seq = models.PositiveBigIntegerField()
    digest = models.BinaryField(max_length=32)
    tag = models.BinaryField(max_length=16)
    door_id = models.UUIDField()
    property_id = models.UUIDField()
    day = models.DateField(null=True)
    arrived_at = models.DateTimeField()
    body = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "logepoch", "i"], name="history_event_once")]
        indexes = [
            models.Index(fields=["door_id", "day"], name="history_event_day"),
            models.Index(fields=["record", "seq"], name="history_event_seq"),
            models.Index(fields=["record", "digest"], name="history_event_digest"),
        ]


class Loss(models.Model):
    """Numbers the lock said are gone (LOCK-8)."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="losses")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField()
    reason = models.CharField(max_length=12)
    seq = models.PositiveBigIntegerField(default=0)  # of the LOSS record itself: one that sums up stands for those before it
    sums_up = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "first", "last"], name="history_loss_once")]

    def said(self) -> SaidEvent:
        """The loss as the lock said it."""
        reason = LossReason.SINCE_START if self.sums_up else LossReason.OVERFLOW
        return SaidEvent(seq=self.seq, t=0, tq=TrustedTime.GOOD, kind=Kind.LOSS, loss=SaidLoss(self.first, self.last, self.count, reason))


class Neighbours(models.Model):
    """Two records that the lock held side by side when it cut a segment: it had nothing of what was written between them (L-8).

    `after` and `before` are digests as in `Event`; nothing `before` where the lock's ring began with `after`.
    """

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="neighbours")
    before = models.BinaryField(max_length=32)
    after = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "before", "after"], name="history_neighbours_once")]


class Gap(models.Model):
    """A run of missing numbers: `declared` by the lock, `forgotten` by a restore, `not_carried` yet, or `undeclared` (alarm). Made anew at each arrival."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="gaps")
    door_id = models.UUIDField()
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=12, default="")


class Alarm(models.Model):
    """Something about the record itself that somebody should look at: a fork, a broken seal, a code nobody was given."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=12)
    logepoch = models.PositiveBigIntegerField()
    i = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "kind", "logepoch", "i"], name="history_alarm_once")]


class Told(models.Model):
    """An event of which people were told: a door left open or forced. The record itself is in order."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="told")
    kind = models.CharField(max_length=12)
    logepoch = models.PositiveBigIntegerField()
    i = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "kind", "logepoch", "i"], name="history_told_once")]


class Photo(models.Model):
    """One still of the event `seq`, sealed to its `audience` and, once the record names it, under its day. `gone`: lost, late or over."""

    id = models.UUIDField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="photos")
    seq = models.PositiveBigIntegerField()
    digest = models.BinaryField(max_length=16)
    reason = models.PositiveSmallIntegerField(null=True)
    named = models.BooleanField(default=False)  # a believed PHOTO record says so; else anybody may have made it
    gone = models.BooleanField(default=False)
    audience = models.UUIDField(null=True)
    day = models.DateField(null=True)
    arrived_at = models.DateTimeField(null=True)
    body = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "seq", "digest"], name="history_photo_once")]
        indexes = [models.Index(fields=["day"], name="history_photo_day")]


class Look(models.Model):
    """Somebody was shown events about a person (HISTORY-4)."""

    person_id = models.UUIDField()
    by_id = models.UUIDField()
    door_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person_id", "at"], name="history_look_person")]
