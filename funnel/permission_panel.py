"""Reading whether a contact may be mailed: the panel „Werbung per E-Mail“ and the printable proof of consent."""

from dataclasses import dataclass

from django.db.models import QuerySet

from base import once
from contacts import consent
from contacts.models import Consent, Contact
from funnel.letters.opt_in_mail import office_of
from funnel.models import Message, OptIn, Sender, Suppression
from funnel.permission import eligibility
from funnel.permission.suppression import entries
from funnel.replies import doubts


@dataclass(frozen=True)
class PermissionPanel:
    """Whether and why a contact may not be mailed. `question` is a request for consent that is not confirmed yet."""

    suppression: Suppression | None
    question: OptIn | None
    has_moved: bool  # the address changed during a series, and the new one lacks consent
    doubt: Message | None  # a reply that may be an objection
    may_ask: bool  # asking for consent by mail makes sense


@dataclass(frozen=True)
class ConsentProof:
    """All evidence of what a contact allowed."""

    office: str
    evidence: list[Consent]
    suppression: Suppression | None


def load(contact: Contact) -> PermissionPanel:
    """Return the panel of a contact, in at most six statements."""
    address = contact.email.strip().lower()
    suppression = entries(contact.account_id, [address]).get(address)
    last = once.first(_last_question, contact.account_id, contact.pk, address)
    moved = eligibility.series_of_old_address(contact)
    lacks_consent = eligibility.lacks_consent(contact, moved)
    return PermissionPanel(
        suppression=suppression,
        question=last if last and last.confirmed_at is None else None,
        has_moved=moved is not None and lacks_consent,
        doubt=doubts.open_for(contact),
        may_ask=suppression is None and lacks_consent and eligibility.has_address(address),
    )


def _last_question(account_id: int, contact_id: int, address: str) -> QuerySet[OptIn]:
    questions = OptIn.objects.of(account_id).filter(contact=contact_id, address=address)
    return questions.order_by("-asked_at")[:1]


def proof(contact: Contact) -> ConsentProof:
    """Return the evidence, the office it was given to, and the suppression of the address if there is one."""
    sender = Sender.objects.of(contact.account_id).select_related("account").get()
    address = contact.email.strip().lower()
    entry = entries(contact.account_id, [address]).get(address)
    return ConsentProof(office_of(sender.account, sender), consent.evidence(contact), entry)
