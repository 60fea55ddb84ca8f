"""A mail as the outbox shows it: a plain row, since model objects take as long to make as showing them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from base.dates import moment_label
from base.sql import loaded
from contacts.models import Contact
from contacts.naming import Named
from funnel.contact_messages import coming_subject, plain_subject
from funnel.letters import placeholders
from funnel.models import EnrolmentReason, MessageReason, MessageState, Sender

TEMPLATE = "funnel/_outbox_row.html"
MAIL = (
    *("id", "subject", "address", "state", "reason", "finished_at", "planned_for"),
    *("enrolment__reason", "step__subject", "step__sequence__name"),
)
# What a row shows of the contact, and what its subject may be filled with.
PERSON = (
    *("id", *Named.__annotations__, "salutation", "partner_salutation"),
    *("property_kind", "street", "city", "assignee_id"),
)
COLLEAGUE = ("id", "first_name", "last_name", "email", "is_active")
FIELDS = (
    *MAIL,
    *(f"contact__{name}" for name in PERSON),
    *(f"contact__assignee__{name}" for name in COLLEAGUE),
    "sort_key",
)


class Item:
    """One mail of the outbox, by the fields of `FIELDS`."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        mail, others = row[: len(MAIL)], row[len(MAIL) :]
        self.pk, self.own_subject, self.address, self.state, self.reason = mail[:5]
        self.finished_at, self.planned_for, self.series_reason, self.step_subject, self.sequence = mail[5:]
        self.contact = loaded(Contact, PERSON, others[: len(PERSON)])
        self.colleague = others[len(PERSON) : -1]
        self.sort_key: datetime = row[-1]

    def subject(self, user: User, sender: Sender) -> str:
        """Return it as sent or as it would be now, for users who may not see the contact without its data."""
        if not user.works_contacts:
            return plain_subject(self.step_subject, placeholders.office(sender))
        if self.own_subject:
            return self.own_subject
        if self.contact.assignee_id:
            self.contact.assignee = loaded(User, COLLEAGUE, self.colleague)
        return coming_subject(self.step_subject, self.contact, sender)

    def texts(self, user: User, sender: Sender, now: datetime, is_paused: bool) -> dict[str, str | int]:
        """Return what the template shows. Users who may not see addresses get none."""
        waits = is_paused and not self.reason
        texts = {
            "id": self.pk,
            "subject": self.subject(user, sender),
            "sequence": self.sequence,
            "state": self.state,
            "state_label": str(MessageState(self.state).label),
            "why": str(MessageReason(self.reason).label) if self.reason else "",
            "is_paused": "1" if waits else "",
            "pause": str(EnrolmentReason(self.series_reason).label) if waits and self.series_reason else "",
            "at": moment_label(self.finished_at or self.planned_for, now),
        }
        if not user.works_contacts:
            return texts | {"name": self.contact.public_name or _("Kontakt ohne Namen")}
        return texts | {
            "name": self.contact.display_name,
            "contact": self.contact.pk,
            "address": self.address,
            "is_readable": "1" if self.own_subject else "",
        }
