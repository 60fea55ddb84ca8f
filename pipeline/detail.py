"""Reading the page of a contact, in a fixed number of statements however much happened with it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from base import once
from contacts import consent, duplicates, factsheet, timeline
from contacts.models import Contact
from funnel import contact_messages, permission_panel
from pipeline import history
from pipeline.models import Card


@dataclass(frozen=True)
class Detail:
    """What the page shows."""

    contact: Contact
    card: Card
    sections: list[factsheet.Section]
    timeline: timeline.Timeline
    states: list[consent.ConsentState]
    permission: permission_panel.PermissionPanel
    duplicates: list[Contact]
    ledger: contact_messages.Ledger
    history: list[history.Line]
    has_older_history: bool


def load(user: User, contact: Contact) -> Detail:
    """Load the page of a contact that is visible to the user and not in the trash."""
    lines, has_older = history.load(contact)
    return Detail(
        contact=contact,
        card=once.rows(_card, user.account_id, contact.pk)[0],
        sections=factsheet.sections(contact),
        timeline=timeline.load(user, contact),
        states=consent.states(contact),
        permission=permission_panel.load(contact),
        duplicates=duplicates.find(user, contact),
        ledger=contact_messages.load(contact),
        history=lines,
        has_older_history=has_older,
    )


def _card(account_id: int, contact_id: int) -> QuerySet[Card]:
    return Card.objects.of(account_id).filter(pk=contact_id).select_related("column")
