"""Proofs of who sent something: pure functions over the raw body, the office's secret and what the sender claims.

All compare in constant time and answer False, never an exception, for whatever is malformed; an empty secret proves
nothing.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

TOLERANCE = 300  # seconds between a signed time and ours, either way
MAX_SIGNATURES = 20  # in one header: a sender that changes its key sends several

_PREFIX = "whsec_"


def is_from_meta(secret: str, body: bytes, signature: str) -> bool:
    """Check `X-Hub-Signature-256` of Meta: sha256=<hex>."""
    return _is(secret, f"sha256={_digest(_bytes(secret), body).hex()}", signature)


def is_from_typeform(secret: str, body: bytes, signature: str) -> bool:
    """Check `Typeform-Signature`: sha256=<base64>."""
    return _is(secret, f"sha256={_base64(_digest(_bytes(secret), body))}", signature)


def is_standard_webhook(
    secret: str, body: bytes, *, message_id: str, timestamp: str, signatures: str, now: datetime
) -> bool:
    """Check `webhook-id`, `webhook-timestamp` and `webhook-signature` of Standard Webhooks.

    `secret` is the key in base64, with or without whsec_. An older or future timestamp than `TOLERANCE` is refused, so
    that a recorded message cannot be sent again later; within it `webhook-id` tells a repetition.
    """
    moment, key = _seconds(timestamp), _key(secret)
    if moment is None or not key or not message_id or abs(now.timestamp() - moment) > TOLERANCE:
        return False
    wanted = f"v1,{_base64(_digest(key, _bytes(f'{message_id}.{timestamp}.') + body))}"
    return any(_is(secret, wanted, each) for each in signatures.split(" ")[:MAX_SIGNATURES])


def is_shared_key(secret: str, given: object) -> bool:
    """Check a key that is sent as it is: in a header, or `google_key` in the body of Google's lead forms."""
    return isinstance(given, str) and _is(secret, secret, given)


def _is(secret: str, wanted: str, given: str) -> bool:
    return hmac.compare_digest(_bytes(wanted), _bytes(given)) and bool(secret)


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _seconds(timestamp: str) -> int | None:
    return int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12 else None
