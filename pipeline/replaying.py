"""Replaying the journal (`base/journal.py`) after a restore: erasures and objections newer than the backup."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Account
from base import journal
from base.journal import Line
from contacts import consent
from contacts.models import Consent, Contact
from funnel.models import EnrolmentReason, Suppression
from funnel.permission import suppression
from funnel.series import enrolments
from pipeline import leads


@transaction.atomic
def replay(lines: Iterable[Line]) -> Counter[str]:
    """Apply the lines in their order, and return how many of each kind had an effect.

    Idempotent. Lines about offices and contacts that are not in the database are skipped.
    """
    offices = set(Account.objects.values_list("pk", flat=True))
    done: Counter[str] = Counter()
    for line in lines:
        verb = VERBS.get(line["kind"])
        if verb and line["office"] in offices and verb(line, datetime.fromisoformat(line["at"])):
            done[line["kind"]] += 1
    return done


def _suppress(line: Line, at: datetime) -> bool:
    known = Suppression.objects.of(line["office"]).filter(address_hash=line["hash"], at__gte=at)
    if known.exists():
        return False
    return suppression.suppress(
        now=at, is_news=False, account_id=line["office"], digest=line["hash"], reason=line["reason"]
    )


def _lift(line: Line, at: datetime) -> bool:
    rows = Suppression.objects.of(line["office"]).filter(address_hash=line["hash"], at__lt=at)
    return bool(rows.delete()[0])


def _withdraw(line: Line, at: datetime) -> bool:
    contact = _contact(line).first()
    if contact is None:
        return False
    known = consent.newest(line["office"], [contact.pk], line["channel"]).get(contact.pk)
    if known and (known.occurred_at > at or not known.granted):
        return False
    consent.attest(
        contact=contact, now=at, is_news=False, channel=line["channel"], method=line["method"], granted=False
    )
    if line["channel"] == Consent.Channel.EMAIL:
        enrolments.stop(
            account_id=contact.account_id, contact_ids=[contact.pk], reason=EnrolmentReason.OBJECTION, now=at
        )
    return True


def _erase(line: Line, at: datetime) -> bool:
    return bool(leads.erase(_contact(line)))


def _contact(line: Line) -> QuerySet[Contact]:
    born = datetime.fromisoformat(line["created"])
    return Contact.objects.of(line["office"]).filter(pk=line["contact"], created_at=born)


VERBS: dict[str, Callable[[Line, datetime], bool]] = {
    journal.SUPPRESSED: _suppress,
    journal.LIFTED: _lift,
    journal.WITHDRAWN: _withdraw,
    journal.ERASED: _erase,
}
