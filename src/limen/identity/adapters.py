"""What allauth asks this house: nobody signs up uninvited, accounts have names instead of addresses, secrets are sealed, mail leaves by the outbox,
passkeys belong to the set name."""

from datetime import datetime
from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.identity import naming, rules, tries
from limen.identity.factors import SECOND_FACTORS, must_have_second_factor
from limen.identity.models import User
from limen.storage import clock, kms, outbox

MFA_KEY = "service:mfa"
MFA_PLACE = "mfa_authenticator|data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations only; ready texts leave by the outbox, never by a socket of a request."""

    error_messages: ClassVar[dict[str, object]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("Wrong e-mail or password."),  # never which (M26)
        # Where a limit refuses, `tries` names the time instead. These are said where there is none: a mailed code is used up, or asked for again at once.
        "too_many_login_attempts": gettext_lazy("Too many tries. Ask for a new code."),
        "rate_limited": gettext_lazy("Too many tries. Try again in a minute."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: `/join/…` makes accounts (PEOPLE-4)."""
        return False

    def clean_email(self, email: str) -> str:
        """From here on allauth knows the account's name only (naming.py); a typed name is no address, and leads nowhere."""
        return naming.name_for(email)

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Counts the try; one too many is told when it may be the next one, whoever's address it was (PEOPLE-5)."""
        mark = self._get_login_attempts_cache_key(request, **credentials)
        with tries.saying_when(tries.Limit("login_failed", key=mark)):
            super().pre_authenticate(request, **credentials)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Hands the text to the outbox, in the transaction of what it tells of (NOTICE-2). Never for an address without an account.

        `email` is the name of an account; the mail goes to what its person's row says, never to what somebody typed.
        """
        to = naming.address_of(email)
        if to is None or template_prefix in rules.MAILS_TO_STRANGERS:
            return
        request = request_context.request
        message = self.render_mail(template_prefix, to, {"request": request, "current_site": _Here()} | context | {"email": to})
        outbox.put("mail", {"to": to, "subject": message.subject, "text": str(message.body)}, _now(request))


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A provider lets known people in, it makes no new ones."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: the address must be known already."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, object]) -> AbstractBaseUser:
        """Forgets what else the provider told of somebody, before it can reach a session or a table (PRIVACY-8)."""
        sociallogin.account.extra_data = {}
        user: AbstractBaseUser = super().populate_user(request, sociallogin, data)
        return user


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys are bound to the configured name, whatever name a request carries; authenticator secrets are sealed at rest."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The relying party of WebAuthn (Level 3, section 5.4.2)."""
        return {"id": settings.LIMEN_PASSKEY_DOMAIN, "name": "Limen"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """What the field for the name of a passkey holds before somebody types one."""
        return _("Passkey %(number)d") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, object]:
        """How a passkey shows whose it is, on the person's own device (WebAuthn Level 3, section 5.4.3)."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.address, "name": user.address}

    def get_totp_label(self, user: User) -> str:
        """Whose codes they are, in the person's own authenticator."""
        return user.address

    def get_totp_issuer(self) -> str:
        """The name that an authenticator shows beside the address."""
        return "Limen"

    def encrypt(self, text: str) -> str:
        """Seals a secret of an authenticator or a recovery seed (PRIVACY-8)."""
        return kms.seal(MFA_KEY, text, MFA_PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Opens what `encrypt` sealed."""
        return kms.unseal_text(MFA_KEY, bytes.fromhex(encrypted_text), MFA_PLACE)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever manages keeps a second factor: the last one is replaced, not removed (PEOPLE-5)."""
        if authenticator.type not in SECOND_FACTORS or not must_have_second_factor(
            authenticator.user.person_id, _now(request_context.request)
        ):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS).exclude(pk=authenticator.pk)
        return bool(others.exists())


class _Here:
    """What allauth's mail templates call the site."""

    name = "Limen"
    domain = settings.LIMEN_ORIGIN.partition("://")[2]


def _now(request: HttpRequest | None) -> datetime:
    now: datetime | None = getattr(request, "now", None)
    return now if now is not None else clock.now()
