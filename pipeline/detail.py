"""Reading the page of one contact: a fixed number of statements, however much happened with it."""

from dataclasses import dataclass

from accounts.models import User
from contacts import consent, duplicates, factsheet, timeline
from contacts.models import Contact
from funnel import ledger, standing
from pipeline import history
from pipeline.models import Card


@dataclass(frozen=True)
class Detail:
    """All that the page shows."""

    contact: Contact
    card: Card
    sections: list[factsheet.Section]
    timeline: timeline.Timeline
    states: list[consent.State]
    standing: standing.Standing
    duplicates: list[Contact]
    ledger: ledger.Ledger
    history: list[history.Line]
    has_older_history: bool


def load(user: User, contact: Contact) -> Detail:
    """The parts of a contact that is visible to the user and not in the trash."""
    lines, has_older = history.load(contact)
    return Detail(
        contact=contact,
        card=Card.objects.of(user.account).select_related("column").get(pk=contact.pk),
        sections=factsheet.sections(contact),
        timeline=timeline.load(user, contact),
        states=consent.states(contact),
        standing=standing.load(contact),
        duplicates=duplicates.find(user, contact),
        ledger=ledger.load(contact),
        history=lines,
        has_older_history=has_older,
    )
