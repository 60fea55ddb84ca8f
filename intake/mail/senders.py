"""The senders of the office's own: from where its forms send mails, which are then read as inquiries."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import Account, AccountQuerySet, User
from intake.models import Inlet, InletKind

KINDS = (InletKind.ADDRESS, InletKind.MAILBOX)


def of(account: Account) -> list[str]:
    """Return the addresses and domains, in the order in which they were given."""
    first = _inlets(account).order_by("pk").first()
    return list(first.mapping.get("senders", ())) if first else []


@transaction.atomic
def save(*, user: User, senders: Sequence[str]) -> int:
    """Read mails of these senders as inquiries, wherever they come in; return in how many places that is."""
    inlets = list(_inlets(user.account).select_for_update(no_key=True).order_by("pk"))
    for inlet in inlets:
        inlet.mapping = inlet.mapping | {"senders": list(senders)}
        inlet.save(update_fields=["mapping"])
    return len(inlets)


def _inlets(account: Account) -> AccountQuerySet[Inlet]:
    return Inlet.objects.of(account).filter(kind__in=KINDS)
