"""The installation's key for web push, by which vendors of browsers know who sends (VAPID, RFC 8292)."""

import base64
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from base import vault
from pipeline.models import PushKey


def keep(now: datetime) -> PushKey:
    """Return the key. The first call makes it; of several at once one counts."""
    known = PushKey.objects.first()
    if known is None:
        PushKey.objects.bulk_create([_made(now)], ignore_conflicts=True)
        known = PushKey.objects.get()
    return known


def public() -> str:
    """Return the public half as browsers want it; "" until the worker has made the key."""
    known = PushKey.objects.first()
    return known.public if known else ""


def private(key: PushKey) -> str:
    """Return the private number, as base64url. Raises Unreadable if TOKEN_KEY is another one."""
    return vault.unseal(vault.PUSH_KEY, key.sealed)


def _made(now: datetime) -> PushKey:
    key = ec.generate_private_key(ec.SECP256R1())
    number = encoded(key.private_numbers().private_value.to_bytes(32, "big"))
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return PushKey(sealed=vault.seal(vault.PUSH_KEY, number), public=encoded(point), made_at=now)


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return what is encoded. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
