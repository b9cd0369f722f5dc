"""allauth's forms in the words of this house: the label says what to type, a hint how, and nothing stands in the field itself.

Where an address is typed it becomes the name of an account before anything is done with it (naming.py).
"""

from typing import Final

from allauth.account import forms as account
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as second
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.cache import cache
from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _

from limen.identity import naming, tries
from limen.identity.models import User

LABELS: Final = {
    "email": _("E-mail"),
    "oldpassword": _("Password until now"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "name": _("Name, to tell it from others"),
    "passwordless": _("It signs me in by itself, without the password"),
}
HINTS: Final = {"password1": _("12 to 1024 characters.")}
DIGITS: Final = _("The 6 digits from your authenticator")
MAILED: Final = _("The code from the mail")
CODE_COUNTS_S: Final = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
"""From the half minute before the code's own to the end of the one after it (RFC 6238 section 5.2)."""


class _OurWords(BaseForm):
    code = DIGITS

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.code if name == "code" else LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, "")


class SignIn(account.LoginForm):  # type: ignore[misc]
    """Address and password; the page has its own fields."""

    def clean_login(self) -> str:
        """The name of the account."""
        return naming.name_for(super().clean_login())


class ChangePassword(_OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """The old one once, the new one twice."""


class SetPassword(_OurWords, account.SetPasswordForm):  # type: ignore[misc]
    """For whoever has none yet."""


class ResetPassword(_OurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """Asks for the address only."""

    def clean_email(self) -> str:
        """The name of the account; allauth has looked it up by then, through the adapter."""
        return naming.name_for(super().clean_email())


class ResetPasswordFromKey(_OurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """After the link of the mail."""


class Reauthenticate(_OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before the sign-in is changed."""


class RequestLoginCode(_OurWords, account.RequestLoginCodeForm):  # type: ignore[misc]
    """Asks for the address only."""

    def clean_email(self) -> str:
        """The name of the account, by which allauth then looks it up."""
        name = self.cleaned_data["email"] = naming.name_for(self.cleaned_data["email"])
        with tries.saying_when(tries.Limit("request_login_code", key=name.lower())):
            found: str = super().clean_email()
        return found


class ConfirmLoginCode(_OurWords, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that was mailed."""

    code = MAILED


class ConfirmEmailCode(_OurWords, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that was mailed to prove the address."""

    code = MAILED


class _SaysWhen(BaseForm):
    """A limit of the second step names its end."""

    user: User

    def clean_code(self) -> str:
        """The digits, if they are the right ones."""
        with tries.saying_when(tries.second_step(self.user)):
            code: str = super().clean_code()  # type: ignore[misc]
        return code


class _Once(_SaysWhen):
    """allauth forgets a used code after one of the half minutes in which it counts; here it is used for all of them (RFC 6238 section 5.2)."""

    def clean_code(self) -> str:
        """The digits, if nobody has signed in by them."""
        code = super().clean_code()
        if not cache.add(f"second step of {self.user.pk} by {normalize_user_code(code)}", 1, timeout=CODE_COUNTS_S):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactor(_Once, second.AuthenticateForm):  # type: ignore[misc]
    """Six digits from the authenticator, or a recovery code; the page has its own field."""


class SecondFactorAgain(_Once, _OurWords, second.ReauthenticateForm):  # type: ignore[misc]
    """The authenticator once more."""


class ActivateAuthenticator(_SaysWhen, _OurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """Six digits prove that it was scanned."""


class PasskeyAsSecondFactor(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey's own answer."""

    def clean_credential(self) -> Authenticator:
        """Whose passkey answered."""
        with tries.saying_when(tries.second_step(self.user)):
            return super().clean_credential()


class PasskeyAgain(PasskeyAsSecondFactor, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey once more."""


class AddPasskey(_OurWords, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A name, and whether it signs in by itself."""


class RenamePasskey(_OurWords, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """A name."""
