"""The tables of buildings."""

from django.db import models
from django.db.models.functions import Lower


class Portfolio(models.Model):
    """An owner's set of properties."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)


class Property(models.Model):
    """One building or campus (PLACE-1)."""

    id = models.UUIDField(primary_key=True)
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="properties")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200)
    city_line = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64)
    profile = models.CharField(max_length=3)
    office_phone = models.CharField(max_length=40, blank=True)
    code_digits = models.PositiveSmallIntegerField(null=True)
    staleness_limit_days = models.PositiveSmallIntegerField(default=2)

    class Meta:
        verbose_name_plural = "properties"


class Unit(models.Model):
    """A dwelling (PLACE-4)."""

    id = models.UUIDField(primary_key=True)
    property = models.ForeignKey(Property, models.PROTECT, related_name="units")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = (models.UniqueConstraint("property", Lower("name"), name="unit_named_once"),)


class Door(models.Model):
    """One way through; exists before any device (PLACE-2)."""

    id = models.UUIDField(primary_key=True)
    property = models.ForeignKey(Property, models.PROTECT, related_name="doors")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="doors", null=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    kind_frozen_at = models.DateTimeField(null=True)
    connected = models.BooleanField()  # a network is there, or is planned
    networked = models.BooleanField(null=True)  # whether the device on it has a network; None: none was activated yet
    share_allowed = models.BooleanField()
    codes_allowed = models.BooleanField()
    planned_model = models.CharField(max_length=20, blank=True)
    planned_serial = models.CharField(max_length=40, blank=True)
    key_pause_s = models.PositiveSmallIntegerField(default=5)
    strict = models.BooleanField(default=False)
    carried_by_others = models.BooleanField(default=True)
    passage = models.JSONField(null=True)  # rows of kernel.periods.Weekly; the three below count where a wired reader watches the door
    ajar_s = models.PositiveSmallIntegerField(null=True, default=60)
    engaged_s = models.PositiveSmallIntegerField(default=10)
    floor = models.SmallIntegerField(null=True)  # 0 is the ground floor; None: as the unit's name says, else not known

    class Meta:
        constraints = (
            models.UniqueConstraint("property", Lower("name"), name="door_named_once"),
            models.UniqueConstraint("property", "planned_serial", name="serial_planned_once", condition=~models.Q(planned_serial="")),
        )


class Holiday(models.Model):
    """A day of the building's own calendar on which hours for holidays hold (ACCESS-6)."""

    property = models.ForeignKey(Property, models.PROTECT, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=60)

    class Meta:
        constraints = (models.UniqueConstraint("property", "day", name="holiday_once"),)
