"""The mails about sign-in, as they arrive."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

MAILS: dict[str, dict[str, str]] = {
    "password_reset_key": {"password_reset_url": "https://doors.example/account/password/reset/key/1-abc/"},
    "login_code": {"code": "G7KX2P"},
}


@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_about_sign_in_says_one_thing_and_what_to_do(kind: str) -> None:
    """In the house's words and in both languages; what opens anything stands in the text, never in the subject."""
    said = {}
    for language in ("en", "es"):
        with translation.override(language):
            said[language] = tuple(
                render_to_string(f"account/email/{kind}_{part}.txt", MAILS[kind]).strip() for part in ("subject", "message")
            )
    for subject, text in said.values():
        (secret,) = MAILS[kind].values()
        assert secret in text.splitlines() and secret not in subject and "\n" not in subject
        assert not {"!", "Hello", "Thank you", "ignored"} & set(text.replace("!", " ! ").split()) and len(text.splitlines()) == 5
    assert said["en"][0] != said["es"][0] and said["en"][1].splitlines()[0] != said["es"][1].splitlines()[0]
