"""Reading the page of a contact, in a fixed number of statements however much happened with it."""

from dataclasses import dataclass

from accounts.models import User
from contacts import consent, duplicates, factsheet, finding, timeline
from contacts.models import Contact, ContactQuerySet
from funnel import contact_messages, permission_panel
from pipeline import history


@dataclass(frozen=True)
class Detail:
    """What the page shows."""

    contact: Contact
    sections: list[factsheet.Section]
    timeline: timeline.Timeline
    states: list[consent.ConsentState]
    permission: permission_panel.PermissionPanel
    duplicates: list[Contact]
    ledger: contact_messages.Ledger
    history: list[history.Line]
    has_older_history: bool


def find(user: User, contact_id: int) -> Contact:
    """Return the contact as `finding.find` does, with its card and column."""
    return finding.find(user, contact_id, _with_card)


def _with_card(account_id: int, contact_id: int) -> ContactQuerySet:
    return finding.with_assignee(account_id, contact_id).select_related("assignee", "card__column").defer("search")


def load(user: User, contact: Contact) -> Detail:
    """Load the page of a contact that is visible to the user and not in the trash."""
    lines, has_older = history.load(contact)
    return Detail(
        contact=contact,
        sections=factsheet.sections(contact),
        timeline=timeline.load(user, contact),
        states=consent.states(contact),
        permission=permission_panel.load(contact),
        duplicates=duplicates.find(user, contact),
        ledger=contact_messages.load(contact),
        history=lines,
        has_older_history=has_older,
    )
