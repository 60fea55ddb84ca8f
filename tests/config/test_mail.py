"""EMAIL_URL and WEBHOOK_SECRET: what they mean, and the error of an invalid value."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.mail import Unusable, checked_secret, settings_of

CHECKOUT = Path(__file__).resolve().parents[2]
NO_TRACKING = {"track_opens": False, "track_clicks": False}


def meaning(url: str) -> dict:
    return settings_of(url, secret="hook:secret", timeout=20)


def test_a_mail_server() -> None:
    found = meaning("smtp+tls://me:se%40cret@mail.example:587")
    wanted = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_HOST_USER": "me",
        "EMAIL_HOST_PASSWORD": "se@cret",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
    }
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("url", "provider", "keys"),
    [
        (
            "mailgun://k%2Fey:sign%3Aing@",
            "mailgun",
            {
                "MAILGUN_API_KEY": "k/ey",
                "MAILGUN_WEBHOOK_SIGNING_KEY": "sign:ing",
                "MAILGUN_API_URL": "https://api.eu.mailgun.net/v3",
            },
        ),
        (
            "mailgun://key:signing@api.mailgun.net",
            "mailgun",
            {
                "MAILGUN_API_KEY": "key",
                "MAILGUN_WEBHOOK_SIGNING_KEY": "signing",
                "MAILGUN_API_URL": "https://api.mailgun.net/v3",
            },
        ),
        ("mailjet://key:secret@", "mailjet", {"MAILJET_API_KEY": "key", "MAILJET_SECRET_KEY": "secret"}),
        ("postmark://token@", "postmark", {"POSTMARK_SERVER_TOKEN": "token"}),
    ],
)
def test_a_provider(url: str, provider: str, keys: dict[str, str]) -> None:
    assert meaning(url) == {
        "EMAIL_BACKEND": "funnel.transport.provider.EmailBackend",
        "MAIL_PROVIDER": provider,
        "MAIL_STREAM": "",
        "ANYMAIL": {
            **keys,
            "REQUESTS_TIMEOUT": 20,
            "SEND_DEFAULTS": NO_TRACKING,
            "WEBHOOK_SECRET": "hook:secret",
        },
    }


def test_a_stream_for_the_series() -> None:
    assert meaning("postmark://token@?stream=broadcast")["MAIL_STREAM"] == "broadcast"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "brevo://geheim@",
        "smtp://geheim@mail.example:many",
        "postmark://",
        "postmark://@",
        "postmark://geheim:andere@",
        "postmark://geheim@elsewhere.example",
        "postmark:geheim",
        "mailjet://geheim@",
        "mailjet://:geheim@",
        "mailgun://geheim@",
        "mailgun://geheim:geh%0Aeim@",
        "mailgun://geh%C3%A4im:geheim@",
        "mailgun://geheim:geheim@api.mailgun.net/v3",
    ],
)
def test_an_unusable_value_is_reported_without_its_key(url: str) -> None:
    with pytest.raises(Unusable) as fault:
        meaning(url)
    sentence = str(fault.value)
    assert sentence.startswith("EMAIL_URL ") and sentence.endswith((".", ")."))
    assert "geheim" not in sentence


@pytest.mark.parametrize("secret", ["geheim", ":geheim", "geheim:"])
def test_a_secret_is_user_and_password(secret: str) -> None:
    with pytest.raises(Unusable, match=r"^WEBHOOK_SECRET is not of the form user:password\.$"):
        checked_secret(secret)


@pytest.mark.parametrize("secret", ["", "hook:with:colons"])
def test_secrets_that_can_be_used(secret: str) -> None:
    assert checked_secret(secret) == secret


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"EMAIL_URL": "brevo://geheim@"},
            "EMAIL_URL begins with none of smtp, smtp+tls, smtp+ssl, mailgun, mailjet, postmark"
            " (docs/operations.md, “Configure”).",
        ),
        (
            {"EMAIL_URL": "postmark://token@", "WEBHOOK_SECRET": "geheim"},
            "WEBHOOK_SECRET is not of the form user:password.",
        ),
    ],
)
def test_an_invalid_value_stops_the_start_with_one_sentence(given: dict[str, str], sentence: str) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CHECKOUT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr.strip()) == (1, sentence)
