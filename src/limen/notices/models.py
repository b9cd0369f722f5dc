"""Rows of the room: what was said to whom."""

from django.db import models


class Notice(models.Model):
    """One thing that happened, told once; the id is that of the outbox row, so telling it again changes nothing (NOTICE-2)."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)
    sealed = models.BinaryField()  # title and text under the person's key: after deletion nobody reads what they were told
    link = models.CharField(max_length=200, blank=True)


class Letter(models.Model):
    """A mail that would have left, kept only where no mail server is set: the mailbox page of the demonstration."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    sealed = models.BinaryField()  # CBOR [to, subject, body] under the service's own key
