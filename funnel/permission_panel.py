"""Reading whether a contact may be mailed: the panel „Werbung per E-Mail“ and the printable proof of consent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, Subquery

from base import once
from base.sql import loaded
from contacts import consent
from contacts.models import Consent, Contact
from funnel.letters.opt_in_mail import office_of
from funnel.models import Enrolment, EnrolmentState, Message, OptIn, Sender, Suppression
from funnel.permission import eligibility
from funnel.permission.suppression import entries, hashes


@dataclass(frozen=True)
class PermissionPanel:
    """Whether and why a contact may not be mailed. `question` is a request for consent that is not confirmed yet."""

    suppression: Suppression | None
    question: OptIn | None
    has_moved: bool  # the address changed during a series, and the new one lacks consent
    doubt: Message | None  # a reply that may be an objection
    lacks_consent: bool  # it is missing, or was given before the address changed
    may_ask: bool  # asking for consent by mail makes sense


@dataclass(frozen=True)
class ConsentProof:
    """All evidence of what a contact allowed."""

    office: str
    evidence: list[Consent]
    suppression: Suppression | None


class Found(NamedTuple):
    """What the database knows, in the order of `_found`."""

    reason: str | None  # of a suppression
    suppressed_at: datetime | None
    asked_at: datetime | None  # the last request for consent
    confirmed_at: datetime | None
    moved_at: datetime | None  # when a series that is not over was left with an address the contact no longer has
    is_granted: bool | None  # the newest evidence
    granted_at: datetime | None
    doubt: int | None  # the newest message with an undecided reply
    subject: str | None
    came_back: str | None


def load(contact: Contact) -> PermissionPanel:
    """Return the panel of a contact, in one statement."""
    address = contact.email.strip().lower()
    (row,) = once.tuples(_found, contact.account_id, contact.pk, address, *hashes(contact.account_id, address))
    found = Found(*row)
    suppression = question = doubt = None
    if address and found.reason:
        suppression = loaded(Suppression, ("reason", "at"), (found.reason, found.suppressed_at))
    if found.asked_at and not found.confirmed_at:
        question = loaded(OptIn, ("asked_at",), (found.asked_at,))
    if found.doubt:
        doubt = loaded(Message, ("id", "subject", "came_back"), (found.doubt, found.subject, found.came_back))
    lacks_consent = _lacks_consent(found)
    return PermissionPanel(
        suppression=suppression,
        question=question,
        has_moved=found.moved_at is not None and lacks_consent,
        doubt=doubt,
        lacks_consent=lacks_consent,
        may_ask=suppression is None and lacks_consent and eligibility.has_address(address),
    )


def _lacks_consent(found: Found) -> bool:
    if not found.is_granted:
        return True
    return found.moved_at is not None and (found.granted_at is None or found.granted_at <= found.moved_at)


def _found(account_id: int, contact_id: int, address: str, *digests: str) -> QuerySet[Contact, Any]:
    """Return one row with what is in one place or another about this contact or this address."""
    suppressions = Suppression.objects.of(account_id).filter(address_hash__in=digests)
    questions = OptIn.objects.of(account_id).filter(contact=contact_id, address=address).order_by("-asked_at")
    series = Enrolment.objects.of(account_id).filter(contact=contact_id).exclude(state=EnrolmentState.ENDED)
    moved = series.exclude(address=address).order_by("pk")
    told = Consent.objects.of(account_id).filter(contact=contact_id, channel=Consent.Channel.EMAIL)
    told = told.filter(consent.counts()).order_by("-occurred_at", "-pk")
    doubts = Message.objects.of(account_id).filter(contact=contact_id, is_in_doubt=True).order_by("-pk")
    asked = (
        *((suppressions, name) for name in ("reason", "at")),
        *((questions, name) for name in ("asked_at", "confirmed_at")),
        *((moved, "changed_at"), (told, "granted"), (told.filter(granted=True), "occurred_at")),
        *((doubts, name) for name in ("pk", "subject", "came_back")),
    )
    contact = Contact.objects.of(account_id).filter(pk=contact_id)
    return contact.values_list(*[Subquery(rows.values(name)[:1]) for rows, name in asked])


def proof(contact: Contact) -> ConsentProof:
    """Return the evidence, the office it was given to, and the suppression of the address if there is one."""
    sender = Sender.objects.of(contact.account_id).select_related("account").get()
    address = contact.email.strip().lower()
    entry = entries(contact.account_id, [address]).get(address)
    return ConsentProof(office_of(sender.account, sender), consent.evidence(contact), entry)
