"""Addresses that are never mailed again, kept as keyed hashes: they outlive the contact and work on re-import.

The key is TOKEN_KEY, which outlives a rotated SECRET_KEY; with it in hand an address can be tested, not read back.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from funnel.models import Suppression


def address_hash(account_id: int, address: str) -> str:
    """The keyed hash of an address in an office; the case of letters does not matter."""
    text = f"{account_id}:{address.strip().lower()}"
    return hmac.new(settings.TOKEN_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_suppressed(account_id: int, address: str) -> bool:
    """Whether the office must not mail this address."""
    return bool(suppressed(account_id, [address]))


def suppressed(account_id: int, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses (in lower case) that the office must not mail."""
    hashes = {address_hash(account_id, address): address.strip().lower() for address in addresses}
    rows = Suppression.objects.of(account_id).filter(address_hash__in=hashes)
    return {hashes[found] for found in rows.values_list("address_hash", flat=True)}


def suppress(*, account_id: int, digest: str, reason: str, now: datetime) -> bool:
    """Keeps the hash of an address for good; answers whether it is new. A repeat keeps the first reason."""
    row = Suppression(account_id=account_id, address_hash=digest, reason=reason, at=now)
    known = Suppression.objects.of(account_id).filter(address_hash=digest).exists()
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    return not known
