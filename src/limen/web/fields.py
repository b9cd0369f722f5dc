"""Fields of forms that several surfaces have."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class NameField(forms.CharField):
    """A name as people type it; characters that cannot be seen or that turn the line around are refused, not removed."""

    def validate(self, value: object) -> None:
        """Adds the one rule to Django's own."""
        super().validate(value)
        if not str(value).isprintable():
            raise ValidationError(_("This holds characters that cannot be seen. Type it again."))
