"""What allauth asks this house: nobody signs up uninvited, and passkeys belong to the configured name."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: `/join/…` makes accounts."""
        return False


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A provider lets known people in, it makes no new ones."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: the address must be known already."""
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys are bound to the configured name, whatever name a request carries."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The relying party of WebAuthn (Level 3, section 5.4.2)."""
        return {"id": settings.LIMEN_PASSKEY_DOMAIN, "name": "Limen"}
