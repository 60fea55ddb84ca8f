"""The settings in EMAIL_URL: a mail server, or a provider that accepts mails by HTTP and reports their outcome.

Only providers that can meet our promises are supported: no tracking (each can switch it off for a single mail), and
responses and reports that identify their mail. Error messages do not repeat the URL, since it contains the key.
"""

import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from environ import Env

BACKEND = "funnel.transport.provider.EmailBackend"
# The settings of django-anymail for user and password of EMAIL_URL.
KEYS = {
    "mailgun": ("MAILGUN_API_KEY", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "mailjet": ("MAILJET_API_KEY", "MAILJET_SECRET_KEY"),
    "postmark": ("POSTMARK_SERVER_TOKEN",),
}
FORMS = {
    "mailgun": "mailgun://API-KEY:WEBHOOK-SIGNING-KEY@",
    "mailjet": "mailjet://API-KEY:SECRET-KEY@",
    "postmark": "postmark://SERVER-TOKEN@",
}
MAILGUN = "api.eu.mailgun.net"  # the region of the European Union, unless the address names another host
NO_TRACKING = {"track_opens": False, "track_clicks": False}


class Unusable(Exception):
    """The value cannot be used; the message is one sentence for the operator."""


def settings_of(url: str, *, secret: str, timeout: int) -> dict[str, Any]:
    """Return Django's settings for this EMAIL_URL, with the WEBHOOK_SECRET of a provider. Raises Unusable."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Unusable("EMAIL_URL is not a valid address.") from None
    if parts.scheme in KEYS:
        return _provider(parts, secret, timeout)
    if parts.scheme not in Env.EMAIL_SCHEMES:
        known = ", ".join(["smtp", "smtp+tls", "smtp+ssl", *KEYS])
        raise Unusable(f"EMAIL_URL begins with none of {known} (docs/operations.md, “Configure”).")
    return dict(Env.email_url_config(url))


def is_mailbox(address: str) -> bool:
    """Return whether MAIL_IN is an address to which a token can be added."""
    return re.fullmatch(r"[A-Za-z0-9._-]{1,30}@[A-Za-z0-9.-]{1,200}", address) is not None


def checked_secret(secret: str) -> str:
    """Return the WEBHOOK_SECRET, "" if there is none. Raises Unusable."""
    user, _colon, password = secret.partition(":")
    if secret and not (user and password):
        raise Unusable("WEBHOOK_SECRET is not of the form user:password.")
    return secret


def _provider(parts: SplitResult, secret: str, timeout: int) -> dict[str, Any]:
    form = f"EMAIL_URL is not of the form {FORMS[parts.scheme]}, its keys percent-encoded."
    keys = [unquote(key) for key in (parts.username or "", parts.password or "") if key]
    foreign = parts.hostname and parts.scheme != "mailgun"
    if len(keys) != len(KEYS[parts.scheme]) or foreign or parts.path.strip("/"):
        raise Unusable(form)
    if not all(key.isascii() and key.isprintable() for key in keys):
        raise Unusable(form)
    anymail: dict[str, Any] = dict(zip(KEYS[parts.scheme], keys, strict=True))
    anymail |= {"REQUESTS_TIMEOUT": timeout, "SEND_DEFAULTS": NO_TRACKING, "WEBHOOK_SECRET": secret}
    if parts.scheme == "mailgun":
        anymail["MAILGUN_API_URL"] = f"https://{parts.netloc.rpartition('@')[2] or MAILGUN}/v3"
    stream = parse_qs(parts.query).get("stream", [""])[0]
    return {
        "EMAIL_BACKEND": BACKEND,
        "MAIL_PROVIDER": parts.scheme,
        "MAIL_STREAM": stream,
        "ANYMAIL": anymail,
    }
