"""Password checks for Django's validator list: allauth's pages and our own ask the same (PEOPLE-5)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from limen.identity import rules


class FittingLength:
    """12 to 1024 characters: longer ones would only cost hashing time."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError outside the bounds."""
        fault = rules.password_length_fault(password)
        if fault == "too_short":
            raise ValidationError(_("Use at least 12 characters."), code="password_too_short")
        if fault == "too_long":
            raise ValidationError(_("Use at most 1024 characters."), code="password_too_long")

    def get_help_text(self) -> str:
        """What is said beside the field."""
        return _("12 to 1024 characters.")
