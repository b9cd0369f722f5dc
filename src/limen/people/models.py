"""The tables of persons. What names or reaches somebody is sealed under that person's own key."""

from django.db import models


class Person(models.Model):
    """Somebody. `email_index` finds an address without holding it (protocol H.3)."""

    id = models.UUIDField(primary_key=True)
    first = models.BinaryField()
    last = models.BinaryField()
    phone = models.BinaryField(null=True)
    email = models.BinaryField(null=True)
    email_index = models.CharField(max_length=32, unique=True, null=True)
    smartphone = models.BooleanField(default=True)
    status = models.CharField(max_length=8, default="pending")
    app_declined_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class Residency(models.Model):
    """A person lives in a unit from `since` until before `until`; `lease_ends` is what the lease says, which ends nothing by itself."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="residencies")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lease_ends = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=["unit", "since"], name="residency_by_unit"),)


class Role(models.Model):
    """Somebody works here, with these permissions (PEOPLE-2). Ended roles stay, for the journal's sake."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=20)
    portfolio = models.ForeignKey("places.Portfolio", models.PROTECT, related_name="+", null=True)
    property = models.ForeignKey("places.Property", models.PROTECT, related_name="+", null=True)
    access = models.CharField(max_length=8, default="none")
    group_ids = models.JSONField(default=list)
    device_management = models.BooleanField(default=False)
    activate_devices = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)


class Consent(models.Model):
    """A person agreed to one version of the terms and the privacy policy, once (PEOPLE-6)."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    version = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint("person", "version", name="consent_once"),)
