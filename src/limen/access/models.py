"""Groups, grants, and what was taken away. Rows of people, doors and properties are named by id only: those rooms stand below."""

from django.db import models


class Group(models.Model):
    """A named bundle of doors that managers give (ACCESS-1)."""

    id = models.UUIDField(primary_key=True)
    property_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["property_id", "name"], name="access_group_name"),)


class GroupDoor(models.Model):
    """A door in a group, with its hours; `schedule` holds the rows of `kernel.periods.Weekly`, None is always."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="doors")
    door_id = models.UUIDField(db_index=True)
    schedule = models.JSONField(null=True)
    codes_on = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "door_id"], name="access_groupdoor_once"),)


class Grant(models.Model):
    """A person's right to a group, or to single doors (guests); ended, never deleted (ACCESS-4)."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    property_id = models.UUIDField()
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="grants")
    standing = models.CharField(max_length=12)
    role_kind = models.CharField(max_length=6, null=True)
    may_share = models.BooleanField()
    opens_app = models.BooleanField()
    opens_code = models.BooleanField()
    opens_card = models.BooleanField()
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    given_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    host_id = models.UUIDField(null=True, db_index=True)
    called = models.BinaryField(null=True)  # what the host wrote as the guest's name, sealed under the guest's key
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person_id", "group"], condition=models.Q(ended_at=None), name="access_grant_once"),
            models.CheckConstraint(condition=models.Q(group=None) ^ models.Q(host_id=None), name="access_grant_group_or_host"),
        )


class GrantDoor(models.Model):
    """A single door of a guest's grant; it ends by itself when the host loses that door (ACCESS-9)."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="doors")
    door_id = models.UUIDField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["grant", "door_id"], name="access_grantdoor_once"),)


class Override(models.Model):
    """One of the staff may open one unit door although its bolt is thrown from inside, until `ends` (LOCK-15). It cannot be taken back."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    door_id = models.UUIDField(db_index=True)
    given_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    ends = models.DateTimeField()


class Revocation(models.Model):
    """Something taken from a person: ordered when, by whom, why. Delivered and in force are for fleet to know."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="revocations")
    person_id = models.UUIDField(db_index=True)
    property_id = models.UUIDField()
    ordered_at = models.DateTimeField()
    ordered_by = models.UUIDField(null=True)
    reason = models.BinaryField(null=True)  # sealed under the person's key


class RevocationDoor(models.Model):
    """A door where that person now holds less."""

    revocation = models.ForeignKey(Revocation, on_delete=models.CASCADE, related_name="doors")
    door_id = models.UUIDField(db_index=True)


class Suspension(models.Model):
    """A pause of all access of a person in a property; over once `until` is set (PEOPLE-7)."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    property_id = models.UUIDField(db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person_id", "property_id"], condition=models.Q(until=None), name="access_suspension_once"),
        )
