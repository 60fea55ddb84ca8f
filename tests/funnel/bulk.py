"""Many due messages, written in bulk."""

from datetime import datetime, timedelta

from accounts.models import User
from contacts.derived import derive
from contacts.models import Consent, Contact
from funnel.models import Enrolment, Message
from funnel.series import planning
from pipeline.cards import places
from pipeline.models import Card, Column


def due_messages(user: User, column: Column, count: int, now: datetime) -> list[Message]:
    """Create `count` contacts in the column, each with the first mail of its series due at `now`."""
    account, step = user.account, column.sequence.steps.earliest("position")
    contacts = Contact.objects.bulk_create(
        derive(Contact(account=account, last_name=f"Lead{n}", email=f"lead{n}@post.example")) for n in range(count)
    )
    Card.objects.bulk_create(
        Card(contact=contact, account=account, column=column, rank=rank)
        for contact, rank in zip(contacts, places.top(column.pk, count), strict=True)
    )
    Consent.objects.bulk_create(
        Consent(
            account=account,
            contact=contact,
            channel=Consent.Channel.EMAIL,
            granted=True,
            wording="Ja, bitte.",
            method=Consent.Method.FORM,
            occurred_at=now - timedelta(days=1),
            recorded_at=now - timedelta(days=1),
        )
        for contact in contacts
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            account=account,
            contact=contact,
            sequence=column.sequence,
            address=contact.email,
            started_at=now,
            changed_at=now,
        )
        for contact in contacts
    )
    return Message.objects.bulk_create(
        Message(
            account=account,
            contact=enrolment.contact,
            enrolment=enrolment,
            step=step,
            address=enrolment.address,
            planned_for=now,
            message_id=planning.new_message_id(),
        )
        for enrolment in enrolments
    )
