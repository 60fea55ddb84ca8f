"""Shared by tests of the funnel: contacts that may be mailed, sequences with steps, a fixed clock."""

from datetime import UTC, datetime, timedelta

from accounts.models import Account, User
from contacts import actions
from contacts.kinds import Kind
from contacts.models import Consent, Contact
from funnel.models import LegalForm, Message, MessageState, Sender, Sequence, Step
from pipeline.cards.moves import Moved, move_card
from pipeline.models import Column, Move
from tests.factories import ContactFactory

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin, inside the window
IMPRINT = {
    "name": "Krüger Immobilien",
    "legal_name": "Krüger Immobilien GmbH",
    "legal_form": LegalForm.GMBH,
    "represented_by": "Anna Krüger",
    "street": "Lindenallee 12",
    "postal_code": "50968",
    "city": "Köln",
    "phone": "0221 123456",
    "contact_email": "info@krueger.example",
    "register": "Amtsgericht Köln, HRB 12345",
    "vat_id": "DE123456789",
    "supervisor": "Stadt Köln, Ordnungsamt",
    "privacy_url": "https://krueger.example/datenschutz",
}


def ready(account: Account) -> Sender:
    """Fill in the office's sender with everything the law requires in a mail."""
    Sender.objects.of(account).update(**IMPRINT)
    return Sender.objects.of(account).get()


def grant(contact: Contact, at: datetime = MONDAY - timedelta(days=30), granted: bool = True) -> Contact:
    """Record consent to mail, or its withdrawal."""
    Consent.objects.create(
        account_id=contact.account_id,
        contact=contact,
        channel=Consent.Channel.EMAIL,
        granted=granted,
        wording="Ja, bitte schreiben Sie mir.",
        method=Consent.Method.FORM,
        occurred_at=at,
        recorded_at=at,
    )
    return contact


def lead(column: Column, **values: object) -> Contact:
    """A contact that may be mailed."""
    number = Contact.objects.count()
    return grant(ContactFactory(column=column, **({"email": f"lead{number}@post.example"} | values)))


def steps(sequence: Sequence, *delays: int) -> list[Step]:
    """Give the sequence these steps only, with these delays in days."""
    Step.objects.of(sequence.account_id).filter(sequence=sequence).delete()
    return [
        Step.objects.create(
            account_id=sequence.account_id,
            sequence=sequence,
            position=number,
            delay_days=days,
            subject=f"Mail {number + 1}",
            body="{{anrede}},\n\nschön, dass Sie da sind.",
        )
        for number, days in enumerate(delays)
    ]


def move(user: User, contact: Contact, column: Column, now: datetime = MONDAY) -> Moved:
    """Move a single card, as on the board."""
    return move_card(
        user=user,
        contact_id=contact.pk,
        column_id=column.pk,
        version=contact.card.__class__.objects.get(pk=contact.pk).version,
        via=Move.Via.BOARD,
        now=now,
    )


def mailed(user: User, board: dict[str, Column], email: str = "dan@post.example") -> Contact:
    """Return a contact that was sent the first of three mails."""
    ready(user.account)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1, 1)
    contact = lead(board["Nicht erreicht"], email=email)
    move(user, contact, board["Erfolgreich kontaktiert"])
    went(contact, "Mail 1")
    return contact


def states(contact: Contact) -> list[tuple[str, str]]:
    """Return the contact's messages as (subject of the step, state), in planned order."""
    rows = Message.objects.filter(contact=contact).order_by("pk").values_list("step__subject", "state")
    return list(rows)


def live(contact: Contact) -> list[str]:
    """Return the subjects of the planned steps."""
    return [subject for subject, state in states(contact) if state == MessageState.PLANNED]


def went(contact: Contact, subject: str, now: datetime = MONDAY) -> None:
    """Record the step as sent."""
    rows = Message.objects.filter(contact=contact, step__subject=subject)
    rows.update(state=MessageState.SENT, claimed_at=now, finished_at=now)
    actions.perform(contact=contact, kind=Kind.FUNNEL_MAIL, actor=None, now=now)
