"""Fields of forms that several surfaces have."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KEY_PAUSES_S = (5, 8, 10, 15, 20)


def key_pauses(now_s: int) -> list[tuple[int, str]]:
    """What one may choose for the time between two digits (CODE-9), with what is in force."""
    return [(s, gettext("%(n)d seconds") % {"n": s}) for s in sorted({*KEY_PAUSES_S, now_s})]


class NameField(forms.CharField):
    """A name as people type it; characters that cannot be seen or that turn the line around are refused, not removed."""

    def validate(self, value: object) -> None:
        """Adds the one rule to Django's own."""
        super().validate(value)
        if not str(value).isprintable():
            raise ValidationError(_("This holds characters that cannot be seen. Type it again."))
