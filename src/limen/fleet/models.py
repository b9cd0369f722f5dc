"""Tables of the room. Other rooms' things are plain ids; a lock is named by the 16 hex digits of its id."""

from django.db import models
from django.db.models import Q


class Device(models.Model):
    """One ownership of one lock: the pair (lock, epoch) on one door (A.3). Readings are the lock's last word, not a history."""

    id = models.UUIDField(primary_key=True)
    lock = models.CharField(max_length=16)
    epoch = models.PositiveBigIntegerField()
    serial = models.CharField(max_length=32)
    model = models.CharField(max_length=16)
    door_id = models.UUIDField()
    property_id = models.UUIDField()
    door_number = models.PositiveBigIntegerField()
    door_kind = models.PositiveSmallIntegerField()
    connected = models.BooleanField()
    id_public = models.BinaryField(max_length=33)
    xs_public = models.BinaryField(max_length=32)
    activated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    release = models.BinaryField(default=b"")  # the signed RELEASE; couriers carry it until the lock has signed that it is empty
    wiped_at = models.DateTimeField(null=True)
    wiped_lost = models.PositiveBigIntegerField(null=True)  # records that nobody had acknowledged when it was wiped
    info = models.BinaryField(default=b"")
    short_info = models.BinaryField(default=b"")

    last_word_at = models.DateTimeField(null=True)
    battery_percent = models.PositiveSmallIntegerField(null=True)
    battery_at = models.DateTimeField(null=True)
    slowed_at = models.DateTimeField(null=True)  # the lock's last word was that its keypad slowed itself down
    clock_state = models.CharField(max_length=8, default="")
    clock_error_s = models.PositiveBigIntegerField(null=True)
    clock_at = models.DateTimeField(null=True)
    online_since = models.DateTimeField(null=True)
    offline_since = models.DateTimeField(null=True)
    head_logepoch = models.PositiveBigIntegerField(null=True)
    head_seq = models.PositiveBigIntegerField(null=True)
    head_tag = models.BinaryField(null=True)
    lost = models.PositiveBigIntegerField(default=0)
    known_newer = models.PositiveBigIntegerField(default=0)
    ack = models.BinaryField(default=b"")
    ack_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lock", "epoch"], name="fleet_device_once_per_epoch"),
            models.UniqueConstraint(fields=["lock"], condition=Q(ended_at__isnull=True), name="fleet_lock_has_one_owner"),
            models.UniqueConstraint(fields=["door_id"], condition=Q(ended_at__isnull=True), name="fleet_door_has_one_device"),
        ]
        indexes = [models.Index(fields=["property_id"], name="fleet_device_property")]


class Beginning(models.Model):
    """An activation that was begun: the nonce the lock must echo (A.3 step 1)."""

    n_s = models.BinaryField(max_length=16, primary_key=True)
    door_id = models.UUIDField()
    lock = models.CharField(max_length=16)
    by_id = models.UUIDField(null=True)
    begun_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    swap = models.BooleanField(default=False)  # the door's present device goes when this one comes


class DoorList(models.Model):
    """What the lock of one device should hold, and what it has proved to hold (B.1, B.2)."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="list")
    current = models.PositiveBigIntegerField(default=0)
    proven = models.PositiveBigIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)  # when the receipt of that version reached us
    confirmed_at = models.DateTimeField(null=True)
    fresh_at = models.DateTimeField(null=True)
    lock_time = models.DateTimeField(null=True)
    needs_snapshot = models.BooleanField(default=True)
    mismatch_at = models.DateTimeField(null=True)
    config = models.TextField(default="")
    config_version = models.PositiveBigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    next_number = models.PositiveBigIntegerField(default=1)
    reserved = models.PositiveBigIntegerField(default=0)  # versions and numbers up to here are in the ledger as handed out
    forgotten_upto = models.PositiveBigIntegerField(default=0)  # unknown versions up to here fell to a restore
    log_key = models.PositiveIntegerField(default=1)  # to which log key of the building the lock seals once it holds `log_key_version`
    log_key_version = models.PositiveBigIntegerField(default=0)  # 0: the ticket's
    restored_at = models.DateTimeField(null=True)  # leases from before are void at a lock that has heard of it


class LogKey(models.Model):
    """A log key of a building after its first, and since when tickets and lists name it."""

    property_id = models.UUIDField()
    number = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["property_id", "number"], name="fleet_log_key_once")]


class ListVersion(models.Model):
    """One version of a list: its salt and probe, drawn once; its end-state hash, set when the first bundle ends there (B.1)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField()
    salt = models.BinaryField(max_length=16)
    probe = models.BinaryField(max_length=8)
    after = models.BinaryField(max_length=16, null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "version"], name="fleet_version_once")]


class ListRow(models.Model):
    """One record of a list in its slot, or the place where one was. Never a code or a key: `data` says which, credentials has the value."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    slot = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    kind = models.PositiveSmallIntegerField()
    person_id = models.UUIDField(null=True)
    subj = models.PositiveBigIntegerField(null=True)
    cls = models.PositiveSmallIntegerField(null=True)
    nbf = models.PositiveBigIntegerField(null=True)
    exp = models.PositiveBigIntegerField(null=True)
    sched = models.JSONField(null=True)
    data = models.JSONField(null=True)
    version = models.PositiveBigIntegerField()
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "slot"], name="fleet_slot_once")]
        indexes = [models.Index(fields=["device", "version"], name="fleet_row_changed")]


class ListChange(models.Model):
    """What one version changed, as a person would say it; kept until the lock has proved it and as long as the device lives."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField()
    why = models.CharField(max_length=20)
    person_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    needs_update = models.BooleanField()
    due = models.DateField(null=True)
    revocation_id = models.UUIDField(null=True)
    ways = models.JSONField(default=dict)  # what may still open until the lock proves this version: {"app": instant, "code": null}

    class Meta:
        indexes = [models.Index(fields=["device", "version"], name="fleet_change_version")]


class Bundle(models.Model):
    """The sealed update from one version to another: built once, the same bytes for every courier (B.1)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    base = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    snapshot = models.BooleanField()
    data = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "base", "version"], name="fleet_bundle_once")]


class Receipt(models.Model):
    """A lock's signed word on what it holds, once however often it was brought."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField()
    after = models.BinaryField(max_length=16)
    fresh = models.BooleanField()
    outcome = models.CharField(max_length=12)
    at = models.DateTimeField()


class AttestNonce(models.Model):
    """A nonce handed out for a fresh receipt (B.7)."""

    nonce = models.BinaryField(max_length=16, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class UpdateTask(models.Model):
    """A door that people must update; one open task per device at most (SYNC-4)."""

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    property_id = models.UUIDField()
    since = models.DateTimeField()
    due = models.DateField()
    version = models.PositiveBigIntegerField()
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(done_at__isnull=True, withdrawn_at__isnull=True), name="fleet_one_open_task"
            ),
        ]
        indexes = [models.Index(fields=["property_id", "due"], name="fleet_task_due")]


class Pseudonym(models.Model):
    """A number that stands for one person in one class at one lock, and means nothing elsewhere (C.1). Never used twice."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()
    person_id = models.UUIDField(null=True)
    cls = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "number"], name="fleet_number_once"),
            models.UniqueConstraint(
                fields=["device", "person_id", "cls"], condition=Q(retired_at__isnull=True), name="fleet_one_live_number"
            ),
        ]


class Remnant(models.Model):
    """Somebody was deleted whom this lock knew: what it may still hold of them, and since when it is known to be gone (F.6, PRIVACY-6)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField()
    since = models.DateTimeField()
    version = models.PositiveBigIntegerField(null=True)  # the list without them; None until the next settlement
    list_gone_at = models.DateTimeField(null=True)  # a receipt proved it
    record_gone_at = models.DateTimeField(null=True)  # the lock showed that its record begins later
    unlinked_at = models.DateTimeField(null=True)  # no number at this lock names them any more

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "person_id"], name="fleet_remnant_once")]
        indexes = [models.Index(fields=["person_id"], name="fleet_remnant_person")]


class Discard(models.Model):
    """The signed word that a lock may let go of its record up to a lock time, which those who only push bring (F.6)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    upto = models.DateTimeField()
    word = models.BinaryField()
    ordered_at = models.DateTimeField()
    version = models.PositiveBigIntegerField(null=True)  # the list that goes with it; None until the next settlement
    over_at = models.DateTimeField(null=True)  # the lock showed that its record begins later, or a word that reaches further took its place

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device"], condition=Q(over_at__isnull=True), name="fleet_one_discard")]


class Lease(models.Model):
    """The newest grant of one phone for one window at one lock, so that bounds are exact (C.4, ACCESS-13)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    phone_id = models.UUIDField()
    person_id = models.UUIDField()
    grant_id = models.UUIDField(null=True)
    cls = models.PositiveSmallIntegerField()
    subj = models.PositiveBigIntegerField()
    nbf = models.DateTimeField(null=True)
    sched = models.JSONField(null=True)
    issued_at = models.DateTimeField()
    ends = models.DateTimeField()
    ver = models.PositiveBigIntegerField()
    data = models.BinaryField()
    past_bolt = models.DateTimeField(null=True)  # until when it opens although the bolt is thrown from inside (LOCK-15)
    taken_at = models.DateTimeField(null=True)  # since when nothing in the service stands behind it any more

    class Meta:
        indexes = [
            models.Index(fields=["device", "ends"], name="fleet_lease_ends"),
            models.Index(fields=["phone_id"], name="fleet_lease_phone"),
        ]


class Delivery(models.Model):
    """One revocation at one door: which version carries it, and until when what it ended may still open there (ACCESS-4).

    Written when the revocation is heard of, `settled` when the list has followed, in the same transaction.
    """

    revocation_id = models.UUIDField()
    door_id = models.UUIDField()
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+", null=True)
    person_id = models.UUIDField()
    version = models.PositiveBigIntegerField(null=True)
    ordered_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    lock_time = models.DateTimeField(null=True)
    ways = models.JSONField(default=dict)  # what it ended may still open until then: {"app": instant, "code": null}; null: no end
    settled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revocation_id", "door_id"], name="fleet_delivery_once")]


class FirmwareImage(models.Model):
    """An image that its publisher has signed, with the bytes: public, and the same for every lock of a model (part G)."""

    digest = models.CharField(max_length=64, primary_key=True)
    model = models.CharField(max_length=16)
    number = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    hardware_first = models.PositiveSmallIntegerField()
    hardware_last = models.PositiveSmallIntegerField()
    hashes = models.BinaryField()
    data = models.BinaryField()
    published_at = models.DateTimeField()
    offered = models.BooleanField(default=True)  # the newest targets name it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="fleet_image_number_once")]


class FirmwareTargets(models.Model):
    """The newest targets of a model, as two holders signed them; and the least version to which lists without any taking away still go."""

    model = models.CharField(max_length=16, primary_key=True)
    version = models.PositiveBigIntegerField()
    name = models.BinaryField(max_length=16)
    statement = models.BinaryField()
    least = models.PositiveBigIntegerField(default=0)


class FirmwareList(models.Model):
    """The list of the newest targets, signed online and renewed long before its end."""

    version = models.PositiveBigIntegerField(primary_key=True)
    statement = models.BinaryField()
    ends = models.DateTimeField()


class Running(models.Model):
    """What a device runs by its own last word, what it should run, and which list version last said so."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="running")
    version = models.PositiveBigIntegerField(null=True)
    stopped = models.PositiveBigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    root = models.PositiveBigIntegerField(default=1)  # the newest root it is known to hold: its ticket's, then what it proved
    image = models.ForeignKey(FirmwareImage, on_delete=models.SET_NULL, null=True, related_name="+")
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    said = models.CharField(max_length=160, default="")
    said_version = models.PositiveBigIntegerField(default=0)
    said_root = models.PositiveBigIntegerField(default=0)  # the last root that this version carries


class Rollout(models.Model):
    """An image on its way to every lock of a model, wave after wave; stopped by itself when a self-test failed or locks fell silent (SEC-3)."""

    model = models.CharField(max_length=16, primary_key=True)
    image = models.ForeignKey(FirmwareImage, on_delete=models.CASCADE, related_name="+")
    wave = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=8, default="")  # why it stopped: failed, silent, over
    silent = models.PositiveIntegerField(default=0)  # how many locks had fallen silent then
    looks_at = models.DateTimeField(null=True)  # when time alone looks at it next


class Carry(models.Model):
    """A phone holds the sealed update to this version of one device."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    phone_id = models.UUIDField()
    version = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "phone_id"], name="fleet_carry_once")]
