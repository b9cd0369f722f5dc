"""The journal's rows and the one row that holds the end of the chain."""

from django.db import models


class Entry(models.Model):
    """Who did or looked at what. Written once; `hash` covers the row and the hash before it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)  # an id, never a key to the user model: identity stands above
    via = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=120)
    property = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=["target", "id"], name="journal_by_target"),
            models.Index(fields=["property", "id"], name="journal_by_property"),
            models.Index(fields=["by", "id"], name="journal_by_actor"),
        )


class Head(models.Model):
    """The last hash; locking this row puts writers in a line."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    hash = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField(default=0)
