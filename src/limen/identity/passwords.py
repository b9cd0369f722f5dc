"""Password checks for Django's validator list, and the mark of a reset: allauth's pages and our own ask the same (PEOPLE-5)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from limen.identity import rules
from limen.identity.models import User


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


class ResetTokens(PasswordResetTokenGenerator):
    """Marks a link to a new password. It ends with the password it replaces, with the next sign-in, and when the address changes (PEOPLE-7)."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.address}"
