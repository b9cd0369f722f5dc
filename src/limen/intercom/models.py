"""Rows of the room: signs, what residents chose, calls, blocks."""

from django.db import models


class Link(models.Model):
    """A sign with a QR code at one door. Replacing it ends the row and makes another (LINK-8); switched off, it rings nobody and says so."""

    id = models.UUIDField(primary_key=True)
    door = models.ForeignKey("places.Door", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=26, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    takes_calls = models.BooleanField(default=True)
    calls_off_at = models.DateTimeField(null=True)  # the last time; calls that this ended bear the same one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door"], condition=models.Q(ended_at__isnull=True), name="one_live_sign_a_door")]


class Listing(models.Model):
    """What a resident chose to show and when it may ring; no row means the shipped choice: shown, under initial and last name."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    property = models.ForeignKey("places.Property", on_delete=models.CASCADE, related_name="+")
    shown = models.BooleanField(default=True)
    display_name = models.BinaryField(null=True)  # sealed under the person's key
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_to = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "property"], name="one_listing_a_person_and_property")]


class Call(models.Model):
    """One call from a sign. Who called is only a mark that lets limits and blocks work; it names nobody."""

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="+")
    door = models.ForeignKey("places.Door", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    token_hash = models.BinaryField(unique=True)
    visitor_mark = models.BinaryField(db_index=True)
    made_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_session = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)
    visitor_lost_at = models.DateTimeField(null=True)  # since when the caller's screen has no line, while it has none
    resident_lost_at = models.DateTimeField(null=True)
    code_id = models.UUIDField(null=True)
    code_sealed = models.BinaryField(null=True)  # the digits for the caller's screen, under the call's own key; wiped when no longer of use
    code_works_until = models.DateTimeField(null=True)
    code_stops_at_latest = models.DateTimeField(null=True)
    code_first_use_before = models.DateTimeField(null=True)


class Block(models.Model):
    """A resident does not want to hear from this visitor again; kept 30 days, never told to the visitor (LINK-9)."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    visitor_mark = models.BinaryField()
    until = models.DateTimeField()
