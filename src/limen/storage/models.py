"""The outbox's table."""

from django.db import models


class OutboxRow(models.Model):
    """Something that must be told after the commit. The body is sealed while it waits and gone once it is told."""

    id = models.UUIDField(primary_key=True)
    topic = models.CharField(max_length=60)
    body = models.BinaryField(null=True)
    put_at = models.DateTimeField()
    due = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["due"], name="outbox_open", condition=models.Q(done_at=None)),)
