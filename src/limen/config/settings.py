"""Django's settings, all of them from the environment. Importing this file changes nothing on the machine.

Start with `environment.py` for the variables. `limen migrate` makes the data folder and the secrets that are read here.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from limen.config import environment, statics

django_stubs_ext.monkeypatch()  # lets `models.CharField[str, str]` be written at run time too

HERE = environment.read()
SOURCE = Path(__file__).resolve().parent.parent

LIMEN_DATA = HERE.data
LIMEN_DEMO = HERE.demo
LIMEN_ORIGIN = HERE.origin

DEBUG = False
SECRET_KEY = HERE.secret_key
# The names under which the machine itself is reached; on a desk a browser may also use the number.
ALLOWED_HOSTS = [HERE.host] if HERE.secure else sorted({HERE.host, "localhost", ".localhost", "127.0.0.1", "[::1]"})
USE_X_FORWARDED_HOST = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HERE.proxies else None

# ---- rooms and what they stand on

SERVICE_ROOMS = [
    "storage",
    "journal",
    "places",
    "people",
    "identity",
    "access",
    "visibility",
    "credentials",
    "fleet",
    "history",
    "intercom",
    "support",
    "privacy",
    "notices",
]
SURFACES = ["web", "console", "resident", "visitor", "gateway", "api"] + (["bench"] if LIMEN_DEMO else [])

INSTALLED_APPS = [
    *(f"limen.{room}" for room in SERVICE_ROOMS + SURFACES),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth's pages about passkeys and sessions need it
    "django.contrib.staticfiles",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "limen.web.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "limen.web.cookies.SessionCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "limen.web.middleware.Language",
    "limen.web.middleware.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "limen.web.middleware.Now",
    "limen.web.middleware.Problems",
    "limen.web.middleware.Transaction",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "limen.config.urls"
WSGI_APPLICATION = "limen.config.wsgi.application"
ASGI_APPLICATION = "limen.config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "limen.web.context.house",
            ],
        },
    }
]

# ---- database, cache, sockets

DATABASES: dict[str, Any] = {"default": HERE.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "limen.storage.remembered.Remembered", "LOCATION": str(LIMEN_DATA / "remembered.sqlite3")}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# ---- words, time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
USE_TZ = True
TIME_ZONE = "UTC"

# ---- static files under a digest (statics.py); `limen serve` collects and compresses them into the data folder

STATIC_DIGEST = statics.digest_of(SOURCE)
STATIC_URL = f"/static/{STATIC_DIGEST}/"
STATIC_ROOT = LIMEN_DATA / "static" / STATIC_DIGEST
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 (the name is whitenoise's)
    """Everything may be kept for ever: the digest stands in every address."""
    return True


LIMEN_IMPORT_MAP = statics.import_map(STATIC_URL)
LIMEN_IMPORT_MAP_HASH = statics.source_hash(LIMEN_IMPORT_MAP)

# ---- sign-in

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("address",)}},
    {"NAME": "limen.identity.passwords.FittingLength"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "limen.identity.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 1  # the address is the identity (PEOPLE-1); staff change it
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is mailed because somebody typed their address
ACCOUNT_LOGOUT_REDIRECT_URL = "/signin"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "limen.identity.passwords.ResetTokens"  # noqa: S105
ACCOUNT_FORMS = {
    "login": "limen.identity.forms.SignIn",
    "change_password": "limen.identity.forms.ChangePassword",
    "set_password": "limen.identity.forms.SetPassword",
    "reset_password": "limen.identity.forms.ResetPassword",
    "reset_password_from_key": "limen.identity.forms.ResetPasswordFromKey",
    "reauthenticate": "limen.identity.forms.Reauthenticate",
    "request_login_code": "limen.identity.forms.RequestLoginCode",
    "confirm_login_code": "limen.identity.forms.ConfirmLoginCode",
    "confirm_email_verification_code": "limen.identity.forms.ConfirmEmailCode",
}
MFA_ADAPTER = "limen.identity.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "limen.identity.forms.SecondFactor",
    "authenticate_webauthn": "limen.identity.forms.PasskeyAsSecondFactor",
    "reauthenticate_webauthn": "limen.identity.forms.PasskeyAgain",
    "reauthenticate": "limen.identity.forms.SecondFactorAgain",
    "activate_totp": "limen.identity.forms.ActivateAuthenticator",
    "add_webauthn": "limen.identity.forms.AddPasskey",
    "edit_webauthn": "limen.identity.forms.RenamePasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # the half minute before and the one after: somebody types while it turns
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False  # True would switch the check of the origin off; http://localhost passes it
LIMEN_PASSKEY_DOMAIN = HERE.host
USERSESSIONS_TRACK_ACTIVITY = False  # it would write on every request
SOCIALACCOUNT_ADAPTER = "limen.identity.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # only for providers that are trusted to prove addresses
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
ALLAUTH_TRUSTED_PROXY_COUNT = HERE.proxies

# ---- browsers

SESSION_ENGINE = "limen.identity.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HERE.secure
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "limen.web.problems.csrf_failed"
CSRF_TRUSTED_ORIGINS = [LIMEN_ORIGIN]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HERE.secure else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# ---- calls (no server of anybody else's unless it is named here)

LIMEN_CALLS = HERE.calls

# ---- mail (only `limen.notices` sends; without an address it stays in the mailbox page)

LIMEN_SMTP = HERE.smtp
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if HERE.smtp else "django.core.mail.backends.dummy.EmailBackend"
if HERE.smtp:
    EMAIL_HOST, EMAIL_PORT = HERE.smtp.host, HERE.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = HERE.smtp.user, HERE.smtp.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = HERE.smtp.start_tls, HERE.smtp.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = f"Limen <doors@{HERE.host}>"

# ---- log: to standard error, without addresses that carry secrets

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "limen.config.logs.WithoutTokens"}, "reference": {"()": "limen.config.logs.WithReference"}},
    "formatters": {"line": {"()": "limen.config.logs.WithoutWords", "format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens", "reference"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"limen": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
