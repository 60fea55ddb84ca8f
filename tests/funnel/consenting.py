"""Shared by tests of consent: an office that may send, a sequence of three mails, a contact with consent."""

from datetime import UTC, datetime

from contacts.models import Consent, Contact
from funnel.models import Enrolment, EnrolmentState, Message, Sender, Step
from funnel.series import enrolments
from funnel.series.enrolments import Effect
from pipeline.models import Column
from tests.factories import ContactFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday, 11:00 in Berlin
IMPRINT = {
    "name": "Krüger Immobilien",
    "email": "post@krueger.example",
    "legal_name": "Krüger Immobilien",
    "legal_form": "gmbh",
    "represented_by": "Anna Krüger",
    "street": "Domstraße 3",
    "postal_code": "50667",
    "city": "Köln",
    "phone": "0221 5550100",
    "contact_email": "post@krueger.example",
    "register": "Amtsgericht Köln, HRB 12345",
    "supervisor": "Stadt Köln, Ordnungsamt",
}


def with_imprint(account):
    """The office's sender, ready to send."""
    sender, _ = Sender.objects.update_or_create(account=account, defaults=IMPRINT)
    return sender


def consenting(account, email, **facts):
    """A contact that consented to mails a day ago."""
    contact, a_day_ago = ContactFactory(account=account, email=email, **facts), NOW.replace(day=22)
    Consent.objects.create(
        account=account,
        contact=contact,
        channel="email",
        granted=True,
        method="form",
        wording="Ja, gern.",
        occurred_at=a_day_ago,
        recorded_at=a_day_ago,
    )
    return contact


def series(account, mails=3):
    """The sequence of „Neue Kontakte“ with `mails` mails, a day apart."""
    sequence = Column.objects.of(account).get(key="new").sequence
    sequence.steps.all().delete()
    for position in range(mails):
        Step.objects.create(
            account=account,
            sequence=sequence,
            position=position,
            delay_days=position,
            subject=f"Mail {position + 1}",
            body="Guten Tag",
        )
    return sequence


def enrol(contact, sequence, now=NOW):
    """Start the contact's series and return its planned messages."""
    effect = {"effect": Effect.ENROL, "cause": None, "actor": None}
    enrolments.change_status(contact=contact, sequence=sequence, now=now, **effect)
    return list(Message.objects.filter(contact=contact).order_by("planned_for"))


def states(contact):
    """Return the states of the contact's messages, in order."""
    messages = Message.objects.filter(contact=contact).order_by("step__position", "pk")
    return list(messages.values_list("state", flat=True))


def ended(contact):
    """Return why the contact's series ended, None while one is active or paused."""
    row = Enrolment.objects.get(contact=contact)
    return row.reason if row.state == EnrolmentState.ENDED else None


def contact_again(contact):
    return Contact.objects.get(pk=contact.pk)
