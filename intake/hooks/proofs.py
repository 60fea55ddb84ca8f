"""Proof of the sender, as each program gives it, where an inlet has a secret to prove it with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from base import vault
from base.refusals import Refusal
from intake.models import Inlet, Program
from intake.reading import signatures
from intake.reading.tree import Tree, leaf

KEY_HEADER = "X-Webhook-Key"
HIDDEN = b"***"


class NotProven(Refusal):
    """The proof is missing, wrong, or too old."""

    status = 401


class Sent(NamedTuple):
    """A request to a web hook. `tree` is None if it cannot be read."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]  # whatever the case
    tree: "Tree | None"
    now: datetime


def check(inlet: Inlet, sent: Sent) -> bytes:
    """Return what may be kept of what a proven sender sent: without the secret, if it is in there. Raises NotProven."""
    if not inlet.secret:
        return sent.body
    secret = vault.unseal(vault.SENDER, inlet.secret)
    if not PROOFS.get(inlet.program, _by_key_or_signature)(secret, sent):
        raise NotProven(_("Der Nachweis des Absenders fehlt, ist falsch oder älter als fünf Minuten."))
    return sent.body.replace(secret.encode(), HIDDEN) if inlet.program == Program.GOOGLE_ADS else sent.body


def _by_meta(secret: str, sent: Sent) -> bool:
    return signatures.is_from_meta(secret, sent.body, sent.headers.get("X-Hub-Signature-256", ""))


def _by_typeform(secret: str, sent: Sent) -> bool:
    return signatures.is_from_typeform(secret, sent.body, sent.headers.get("Typeform-Signature", ""))


def _by_google(secret: str, sent: Sent) -> bool:
    return sent.tree is not None and signatures.is_shared_key(secret, leaf(sent.tree, "google_key"))


def _by_key_or_signature(secret: str, sent: Sent) -> bool:
    """Check a key in a header, or a signature of Standard Webhooks if there is one."""
    get = sent.headers.get
    if given := get("webhook-signature", ""):
        named = {"message_id": get("webhook-id", ""), "timestamp": get("webhook-timestamp", "")}
        return signatures.is_standard_webhook(secret, sent.body, signatures=given, now=sent.now, **named)
    bearer = get("Authorization", "").removeprefix("Bearer ")
    return any(signatures.is_shared_key(secret, key) for key in (get(KEY_HEADER, ""), bearer))


PROOFS: Mapping[str, Callable[[str, Sent], bool]] = {
    Program.META: _by_meta,
    Program.TYPEFORM: _by_typeform,
    Program.GOOGLE_ADS: _by_google,
}
