"""Replies that may be objections: the address is not mailed until a colleague has decided (§ 7 UWG)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Role, User
from base import notices, once
from contacts import finding
from contacts.models import Consent, Contact, sight
from contacts.telling import tell_of_many
from funnel.models import Message, Suppression, SuppressionReason
from funnel.permission.suppression import address_hash, hashes, suppress
from funnel.replies import withdrawal

MAX_SHOWN = 20  # shown in the list


def waiting(user: User) -> list[Message]:
    """Return the messages with undecided replies that the user may decide, the oldest first."""
    if user.role == Role.MARKETING:
        return []
    if user.leads:
        return once.rows(_oldest, user.account_id)
    return list(_undecided(user.account_id).filter(sight(user, "contact__"))[:MAX_SHOWN])


def _oldest(account_id: int) -> QuerySet[Message]:
    return _undecided(account_id)[:MAX_SHOWN]


def _undecided(account_id: int) -> QuerySet[Message]:
    rows = Message.objects.of(account_id).filter(is_in_doubt=True, contact__trashed_at=None)
    return rows.select_related("contact").defer("html", "text").order_by("pk")


@transaction.atomic
@notices.as_one(notices.Kind.EDITED)
def decide(*, user: User, contact_id: int, objects: bool, now: datetime) -> Contact:
    """Decide whether a reply was an objection. If not, the address may be mailed again; its series stay ended.

    Raises what `finding.find` raises. Idempotent.
    """
    contact = finding.lock(user, contact_id)
    rows = Message.objects.of(user.account).filter(contact=contact, is_in_doubt=True).select_for_update()
    addresses = set(rows.values_list("address", flat=True))
    digests = [address_hash(contact.account_id, address) for address in addresses]
    known = [digest for address in addresses for digest in hashes(contact.account_id, address)]
    is_decided = rows.update(is_in_doubt=False)
    if is_decided:
        same = {
            pk
            for address in addresses
            for pk in finding.having(contact.account_id, address).values_list("pk", flat=True)
        }
        tell_of_many(notices.Kind.EDITED, contact.account_id, {contact.pk, *same}, user)
    if not objects:
        closed = Suppression.objects.of(user.account).filter(address_hash__in=known)
        closed.filter(reason=SuppressionReason.DOUBT).delete()
        return contact
    for digest in digests:
        suppress(account_id=contact.account_id, digest=digest, reason=SuppressionReason.OBJECTION, now=now)
    return withdrawal.object_to(
        user=user,
        contact_id=contact_id,
        method=Consent.Method.WRITTEN,
        place=_("Antwort auf eine E-Mail"),
        now=now,
    )
