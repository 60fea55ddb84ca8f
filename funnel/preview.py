"""Previewing a step before it is saved, and mailing it to oneself as a test."""

import smtplib
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from base.refusals import Refusal
from contacts.choices import PropertyKind
from contacts.finding import searched
from contacts.models import Contact, Salutation
from funnel.letters import lint, rendering
from funnel.models import Sender
from funnel.series import planning

MAX_FOUND = 8


class NotHandedOver(Refusal):
    """The mail server did not accept the mail."""

    status = 502


@dataclass(frozen=True)
class Draft:
    """A preview. `others` is the number of further contacts that match the search."""

    contact: Contact
    rendered: rendering.Rendered
    faults: list[str]  # sentences on why it would not be sent
    is_sample: bool
    others: int


def render_draft(*, user: User, subject: str, body: str, who: str) -> Draft:
    """Render the mail for the first contact that matches `who`, or for a sample contact if none does.

    Marketing always gets the sample contact. Writes nothing.
    """
    found = find_contacts(user, who)
    contact = found[0] if found else sample(user)
    sender = Sender.objects.of(user.account).select_related("account").get()
    rendered = rendering.render(
        step_subject=subject,
        step_body=body,
        contact=contact,
        sender=sender,
        unsubscribe_url=settings.BASE_URL + reverse("funnel:objection-by-address"),
    )
    mail = rendering.compose(
        rendered,
        sender=sender,
        assignee=contact.assignee,
        to=contact.email or user.email,
        message_id=planning.new_message_id(),
        now=timezone.now(),
    )
    faults = lint.faults(mail, sender=sender, quoted=rendered.quoted)
    return Draft(contact, rendered, faults, not found, max(0, len(found) - 1))


def find_contacts(user: User, who: str) -> list[Contact]:
    """Return at most eight contacts that match a search, by name; none for marketing."""
    if user.role == Role.MARKETING or not who.strip():
        return []
    contacts = Contact.objects.visible_to(user).filter(searched(user, who)).select_related("assignee")
    return list(contacts.order_by("sort_name", "pk")[:MAX_FOUND])


def sample(user: User) -> Contact:
    """Return an unsaved sample contact."""
    return Contact(
        account=user.account,
        salutation=Salutation.MRS,
        title=_("Dr."),
        first_name=_("Claudia"),
        last_name=_("Brandes"),
        email="claudia.brandes@example.org",
        street=_("Lindenallee 14"),
        postal_code="50968",
        city=_("Köln"),
        property_kind=PropertyKind.HOUSE,
    )


def send_test(*, user: User, draft: Draft, now: datetime) -> str:
    """Mail the draft to the user, marked as a test, and return the address.

    Nothing is stored, and its unsubscribe link does nothing. Raises NotHandedOver. Not idempotent.
    """
    mail = rendering.compose(
        replace(draft.rendered, subject=f"[Test] {draft.rendered.subject}"),
        sender=Sender.objects.of(user.account).select_related("account").get(),
        assignee=draft.contact.assignee,
        to=user.email,
        message_id=planning.new_message_id(),
        now=now,
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        raise NotHandedOver(
            _("Der Mailserver nimmt die Testmail nicht an. Bitte versuchen Sie es später noch einmal.")
        ) from error
    return user.email
