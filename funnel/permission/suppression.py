"""Addresses that are never mailed again. They are kept as keyed hashes, which survive erasure and re-import.

The key is TOKEN_KEY, which outlives a rotated SECRET_KEY. Whoever has it can test an address, but not read one back.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from base import journal
from funnel.models import Suppression, SuppressionReason

OWN_REQUESTS: tuple[str, ...] = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.OBJECTION)  # what the person said


def address_hash(account_id: int, address: str) -> str:
    """Return the keyed hash of an address in an office, ignoring case."""
    return hashes(account_id, address)[0]


def hashes(account_id: int, address: str) -> list[str]:
    """Return the hash under the current key, then those under earlier keys, which rows may still have."""
    text = f"{account_id}:{address.strip().lower()}".encode()
    keys = (settings.TOKEN_KEY, *settings.TOKEN_KEY_FALLBACKS)
    return [hmac.digest(key.encode(), text, "sha256").hex() for key in keys]


def is_suppressed(account_id: int, address: str) -> bool:
    """Return whether the office must not mail the address."""
    return bool(suppressed(account_id, [address]))


def suppressed(account_id: int, addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that the office must not mail, in lower case."""
    return set(entries(account_id, addresses))


def entries(account_id: int, addresses: Iterable[str]) -> dict[str, Suppression]:
    """Return the suppressions of those of the addresses that have one, by address in lower case."""
    known = {
        digest: address.strip().lower() for address in addresses if address for digest in hashes(account_id, address)
    }
    if not known:
        return {}
    rows = Suppression.objects.of(account_id).filter(address_hash__in=known)
    return {known[row.address_hash]: row for row in rows}


def suppress(*, account_id: int, digest: str, reason: str, now: datetime, is_news: bool = True) -> bool:
    """Suppress an address for good. Return whether that changed anything.

    An existing suppression keeps its reason unless the new one outweighs it: certainty outweighs doubt, and what the
    person said outweighs everything. Of concurrent callers exactly one gets True. With `is_news` False the change is
    not written to the journal, because it comes from there.
    """
    if not _insert_or_outweigh(account_id, digest, reason, now):
        return False
    if is_news:
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
