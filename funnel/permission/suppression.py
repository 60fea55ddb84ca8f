"""Addresses that are never mailed again, kept as keyed hashes: they outlive the contact and work on re-import.

The key is TOKEN_KEY, which outlives a rotated SECRET_KEY; with it in hand an address can be tested, not read back.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from base import journal
from funnel.models import Suppression, SuppressionReason

OWN_REQUESTS: tuple[str, ...] = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.OBJECTION)  # the person's own no


def address_hash(account_id: int, address: str) -> str:
    """The keyed hash of an address in an office; the case of letters does not matter."""
    return hashes(account_id, address)[0]


def hashes(account_id: int, address: str) -> list[str]:
    """Its hash, and those that older keys made: an address is never asked for again, so they cannot be made anew."""
    text = f"{account_id}:{address.strip().lower()}".encode()
    keys = (settings.TOKEN_KEY, *settings.TOKEN_KEY_FALLBACKS)
    return [hmac.new(key.encode(), text, hashlib.sha256).hexdigest() for key in keys]


def is_suppressed(account_id: int, address: str) -> bool:
    """Whether the office must not mail this address."""
    return bool(suppressed(account_id, [address]))


def suppressed(account_id: int, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses (in lower case) that the office must not mail."""
    return set(entries(account_id, addresses))


def entries(account_id: int, addresses: Iterable[str]) -> dict[str, Suppression]:
    """Why and since when, by address in lower case: those that the office must not mail."""
    known = {
        digest: address.strip().lower() for address in addresses if address for digest in hashes(account_id, address)
    }
    if not known:
        return {}
    rows = Suppression.objects.of(account_id).filter(address_hash__in=known)
    return {known[row.address_hash]: row for row in rows}


def suppress(*, account_id: int, digest: str, reason: str, now: datetime, is_news: bool = True) -> bool:
    """Keeps the hash of an address for good; answers whether the database did not know it.

    A repeat keeps the first reason, but for one that outweighs it: what is certain outweighs a doubt, and the person's
    own words all else. Of several at once one has the news.
    """
    if not _insert_or_outweigh(account_id, digest, reason, now):
        return False
    if is_news:  # else the journal told us
        journal.note(journal.SUPPRESSED, office=account_id, at=now, hash=digest, reason=str(reason))
    return True


def _insert_or_outweigh(account_id: int, digest: str, reason: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            Suppression(account_id=account_id, address_hash=digest, reason=reason, at=now).save(force_insert=True)
    except IntegrityError:
        rows = Suppression.objects.of(account_id).filter(address_hash=digest)
        weaker = (
            rows.exclude(reason__in=OWN_REQUESTS)
            if reason in OWN_REQUESTS
            else rows.filter(reason=SuppressionReason.DOUBT)
        )
        return bool(weaker.exclude(reason=reason).update(reason=reason, at=now))
    return True
